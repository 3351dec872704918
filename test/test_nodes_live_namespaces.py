# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A live run below a namespace is the run at the top, under longer names."""

from dataclasses import replace
import json
from pathlib import Path

import pytest

rclpy = pytest.importorskip('rclpy', reason='rclpy is not importable: no ROS 2 here')

from ingenuity_nodes.graph.names import ONCE  # noqa
from ingenuity_nodes.graph.nodes import nodes_of, RunOptions  # noqa: E402
from ingenuity_nodes.graph.processes import Graph, ros_arguments  # noqa: E402
from ingenuity_nodes.nodes import helicopter, mission, rover, world  # noqa: E402
from ingenuity_nodes.recording.bag.reader import topics  # noqa: E402
from ingenuity_nodes.scenario.load import load_scenario  # noqa: E402
from ingenuity_nodes.simulation.batch import fly_batch  # noqa: E402

HOP = str(Path(__file__).resolve().parent / 'data' / 'hop.yaml')
NODES = {'world': world.WorldNode, 'mission': mission.MissionNode,
         'helicopter': helicopter.HelicopterNode, 'rover': rover.RoverNode}


@pytest.fixture(autouse=True)
def own_domain(monkeypatch):
    monkeypatch.delenv('ROS_DOMAIN_ID', raising=False)
    monkeypatch.setenv('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')


def below(namespace, specs):
    """Move nodes below a namespace, as PushRosNamespace does."""
    return [replace(spec, namespace=f'{namespace}/{spec.namespace}'.rstrip('/'))
            for spec in specs]


@pytest.mark.slow
@pytest.mark.parametrize('executable', sorted(NODES))
def test_nothing_of_a_run_is_outside_its_namespace_but_what_a_domain_has_once(
        executable, monkeypatch):
    monkeypatch.setenv('ROS_DOMAIN_ID', '98')
    specs = below('mars', nodes_of(load_scenario(HOP), RunOptions(HOP)))
    spec, = (spec for spec in specs if spec.executable == executable)
    rclpy.init(args=ros_arguments(spec))
    try:
        node = NODES[executable]()
        names = {one.topic_name for one in (*node.publishers, *node.subscriptions)}
        names |= {node.resolve_service_name(service.srv_name) for service in node.services}
        node.membership.leave()
        node.finish()
        node.destroy_node()
    finally:
        rclpy.try_shutdown()
    assert len(names) > 10
    assert {name for name in names if not name.startswith('/mars/')} <= ONCE


@pytest.mark.live
@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_run_below_a_namespace_is_the_same_flight_with_the_same_names_in_its_bag(tmp_path):
    folder, lines = tmp_path / 'run', []
    specs = nodes_of(load_scenario(HOP), RunOptions(HOP, run_folder=str(folder)))
    assert Graph(below('lab/mars', specs), None, lines.append).wait() == 0, lines
    result = json.loads((folder / 'result.json').read_text())
    batch = fly_batch(load_scenario(HOP), None, None)
    assert result['trajectory_sha256'] == batch['trajectory_sha256']
    names = {topic.topic for topic in topics(folder / 'bag')}
    assert {'/ingenuity/odometry', '/world/wind', '/mission/log', '/clock', '/tf'} <= names
    assert not [name for name in names if name.startswith('/lab')]
