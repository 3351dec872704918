# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Every declared number becomes a ROS parameter with its meaning, unit, source and limits."""

from dataclasses import fields, is_dataclass

import pytest

rclpy = pytest.importorskip('rclpy', reason='rclpy is not importable: no ROS 2 here')

from ingenuity_nodes.nodes.declare import declare  # noqa
from ingenuity_nodes.parameters import ParameterError  # noqa: E402
from ingenuity_nodes.scenario.helicopter_parameters import HelicopterParameters  # noqa: E402
from rclpy.parameter import Parameter  # noqa: E402


@pytest.fixture(scope='module')
def context():
    context = rclpy.Context()
    rclpy.init(context=context)
    yield context
    context.try_shutdown()


@pytest.fixture
def node_with(context):
    nodes = []

    def make(**values):
        nodes.append(rclpy.create_node(
            'declaring', context=context, start_parameter_services=False, enable_rosout=False,
            parameter_overrides=[Parameter(name.replace('__', '.'), value=value)
                                 for name, value in values.items()]))
        return nodes[-1]

    yield make
    for node in nodes:
        node.destroy_node()


def leaves(parameters, prefix=''):
    for about in fields(parameters):
        value = getattr(parameters, about.name)
        if is_dataclass(value):
            yield from leaves(value, f'{prefix}{about.name}.')
        else:
            yield f'{prefix}{about.name}', about, value


def test_every_quantity_of_a_helicopter_becomes_a_parameter_with_its_value(node_with):
    node = node_with()
    assert declare(node, HelicopterParameters()) == HelicopterParameters()
    for name, _, value in leaves(HelicopterParameters()):
        found = node.get_parameter(name).value
        assert (list(found) if isinstance(value, tuple) else found) == (
            list(value) if isinstance(value, tuple) else value), name


def test_every_parameter_tells_its_meaning_unit_and_source(node_with):
    node = node_with()
    declare(node, HelicopterParameters())
    for name, about, _ in leaves(HelicopterParameters()):
        descriptor = node.describe_parameter(name)
        meta = about.metadata
        assert descriptor.description == (
            f"{meta['meaning']} [{meta['unit']}] ({meta['source']})"), name
        assert descriptor.read_only, name


def test_every_single_number_has_its_range(node_with):
    node = node_with()
    declare(node, HelicopterParameters())
    for name, about, value in leaves(HelicopterParameters()):
        descriptor = node.describe_parameter(name)
        ranges = [*descriptor.floating_point_range, *descriptor.integer_range]
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            assert len(ranges) == 1, name
            assert ranges[0].from_value == pytest.approx(about.metadata['low']), name
            assert ranges[0].to_value == pytest.approx(about.metadata['high']), name


def test_a_value_given_at_the_start_is_in_force(node_with):
    node = node_with(computer__navcam_rate=20, computer__avionics_power=12.0)
    computer = declare(node, HelicopterParameters()).computer
    assert (computer.navcam_rate, computer.avionics_power) == (20, 12.0)


@pytest.mark.parametrize('name, value', [
    ('computer.navcam_rate', 1000), ('computer.avionics_power', -1.0),
    ('computer.rte_mounting_error', [1.0, 0.0, 0.0]), ('computer.rte_mounting_error', [0.0]),
    ('computer.avionics_power', 'much'), ('computer.navcam_rate', 20.5)])
def test_a_value_outside_its_limits_or_of_another_kind_is_refused_by_name(node_with, name, value):
    node = node_with(**{name.replace('.', '__'): value})
    with pytest.raises(ParameterError, match=name):
        declare(node, HelicopterParameters())


def test_a_whole_number_where_ros_wants_a_real_one_is_refused_by_name(node_with):
    node = node_with(computer__avionics_power=12)
    with pytest.raises(ParameterError, match="'12' of type 'INTEGER', expecting type 'DOUBLE'"):
        declare(node, HelicopterParameters())
