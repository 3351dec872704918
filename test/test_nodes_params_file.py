# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What ``ros2 param dump`` writes of a node is a file of parameters with which it is the same."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

rclpy = pytest.importorskip('rclpy', reason='rclpy is not importable: no ROS 2 here')

from ingenuity_nodes.graph.nodes import nodes_of, RunOptions  # noqa
from ingenuity_nodes.graph.processes import ros_arguments  # noqa: E402
from ingenuity_nodes.nodes.helicopter import HelicopterNode  # noqa: E402
from ingenuity_nodes.nodes.rover import RoverNode  # noqa: E402
from ingenuity_nodes.scenario.load import load_scenario  # noqa: E402

HOP = Path(__file__).resolve().parent / 'data' / 'hop.yaml'
NODES = {'helicopter': HelicopterNode, 'rover': RoverNode}
ANOTHER = 'computer.avionics_power', 12.5    # W, not the default


@pytest.fixture(autouse=True)
def own_domain(monkeypatch):
    monkeypatch.setenv('ROS_DOMAIN_ID', '99')
    monkeypatch.setenv('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')


def parameters_of(spec, *more):
    """Start a node in this process and read all its parameters, as ``ros2 param`` does."""
    rclpy.init(args=[*ros_arguments(spec), *more])
    try:
        node = NODES[spec.executable]()
        names = node.list_parameters([], 0).names
        values = {name: node.get_parameter(name).value for name in names}
        node.membership.leave()
        node.finish()
        node.destroy_node()
    finally:
        rclpy.try_shutdown()
    return {name: list(value) if hasattr(value, 'tolist') or isinstance(value, tuple) else value
            for name, value in values.items()}


def nested(values):
    """Write dotted names as mappings, as ros2param/verb/dump.py of ros2cli 0.40 does."""
    tree = {}
    for name in sorted(values):
        *folders, last = name.split('.')
        branch = tree
        for folder in folders:
            branch = branch.setdefault(folder, {})
        branch[last] = values[name]
    return tree


@pytest.mark.slow
@pytest.mark.parametrize('name', ['/ingenuity/helicopter', '/perseverance/rover'])
def test_a_node_started_with_its_own_dump_has_the_same_parameters(name, tmp_path):
    specs = nodes_of(load_scenario(str(HOP)), RunOptions(str(HOP)))
    spec, = (one for one in specs if one.full_name == name)
    changed = ['-p', f'{ANOTHER[0]}:={ANOTHER[1]}'] if spec.executable == 'helicopter' else []
    dumped = parameters_of(spec, *changed)
    path = tmp_path / 'dump.yaml'
    path.write_text(yaml.safe_dump({name: {'ros__parameters': nested(dumped)}}))
    again = parameters_of(replace(spec, params_file=str(path)))
    assert again == dumped
    assert not changed or again[ANOTHER[0]] == pytest.approx(ANOTHER[1])


def test_the_file_of_a_run_is_read_by_every_node_before_its_own_parameters():
    specs = nodes_of(load_scenario(str(HOP)), RunOptions(str(HOP), params_file='/tmp/p.yaml'))
    for spec in specs:
        arguments = ros_arguments(spec)
        assert arguments.index('--params-file') < arguments.index('-p')
        assert arguments[arguments.index('--params-file') + 1] == '/tmp/p.yaml'
