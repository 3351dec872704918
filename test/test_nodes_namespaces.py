# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""No message crosses namespaces but by the wires and the eyes of cameras."""

from pathlib import Path
from types import SimpleNamespace

import pytest

rclpy = pytest.importorskip('rclpy', reason='rclpy is not importable: no ROS 2 here')

from ingenuity_nodes.graph.nodes import nodes_of, RunOptions  # noqa
from ingenuity_nodes.graph.processes import ros_arguments  # noqa: E402
from ingenuity_nodes.graph.wiring import HELICOPTER, members_of, ROVER, WIRING  # noqa: E402
from ingenuity_nodes.nodes import camera, helicopter, rover, vision  # noqa: E402
from ingenuity_nodes.scenario.load import load_scenario  # noqa: E402

HOP = Path(__file__).resolve().parent / 'data' / 'hop.yaml'
NODES = {'helicopter': helicopter.HelicopterNode, 'camera': camera.CameraNode,
         'vision': vision.VisionNode, 'rover': rover.RoverNode}
# A camera draws the other vehicles as they truly stand; no software reads these.
SEEN = {'ground_truth/odometry', 'joint_states'}


@pytest.fixture
def pair(tmp_path):
    """Write a scenario with two helicopters, each with all that it can carry, and two rovers."""
    head, _, rest = HOP.read_text().partition('  - type: ingenuity\n')
    one, _, other = rest.partition('  - type: perseverance\n')
    one = '  - type: ingenuity\n' + one.replace('cameras: []', 'cameras: [navcam, rte]')
    other = '  - type: perseverance\n' + other
    path = tmp_path / 'pair.yaml'
    path.write_text(
        head + one + one.replace('name: ingenuity', 'name: scout').replace(
            'position: [0.0, 0.0]', 'position: [0.0, 20.0]')
        + other + other.replace('name: perseverance', 'name: curiosity').replace(
            '63.01', '80.01'))
    return path


def subscriptions(spec, monkeypatch):
    """Start one node in this process and list what it subscribes to."""
    monkeypatch.setattr(camera, 'RenderProcess', lambda *_: SimpleNamespace(
        set_up=lambda: None, close=lambda: None))
    rclpy.init(args=ros_arguments(spec))
    try:
        node = NODES[spec.executable]()
        topics = {one.topic_name for one in node.subscriptions}
        node.membership.leave()
        node.finish()
        node.destroy_node()
    finally:
        rclpy.try_shutdown()
    return topics


@pytest.mark.slow
@pytest.mark.parametrize('name', [
    '/ingenuity/helicopter', '/scout/helicopter', '/ingenuity/navcam', '/scout/rte',
    '/ingenuity/vision', '/perseverance/rover'])
def test_a_node_subscribes_to_nothing_private_of_another_vehicle(name, pair, monkeypatch):
    monkeypatch.setenv('ROS_DOMAIN_ID', '100')
    monkeypatch.setenv('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    scenario = load_scenario(str(pair))
    spec, = (spec for spec in nodes_of(scenario, RunOptions(str(pair))) if spec.full_name == name)
    members = members_of(scenario)
    vehicles = {*members[HELICOPTER], *members[ROVER]}
    wired = {wire.topic_of(source, spec.namespace) for wire in WIRING
             if wire.target == spec.executable for source in members[wire.source]}
    seen = {f'/{vehicle}/{topic}' for vehicle in vehicles for topic in SEEN
            if spec.executable == 'camera'}
    topics = subscriptions(spec, monkeypatch)
    assert len(topics) > 2
    foreign = {topic for topic in topics
               if topic.split('/')[1] in vehicles - {spec.namespace}}
    assert foreign <= wired | seen
    if spec.executable == 'helicopter':
        assert foreign == set()
