# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
What our nodes offer and ask for in ROS: each is made once, read, and destroyed.

Nothing is simulated: a node that is never spun has all its topics, services, actions and
parameters. The scenario of the survey has every kind of node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
import importlib
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ingenuity_nodes.graph.nodes import nodes_of, NodeSpec, PACKAGE, RunOptions
from ingenuity_nodes.graph.processes import Domain, ros_arguments
from ingenuity_nodes.nodes.truth_images import KINDS
from ingenuity_nodes.scenario.load import load_scenario
from rcl_interfaces.msg import ParameterDescriptor
import rclpy
from rclpy.action import get_action_server_names_and_types_by_node
from rclpy.qos import QoSProfile

# One vehicle of each kind, with all that it can carry; its names stand for any.
HELICOPTER, ROVER = 'ingenuity', 'perseverance'
SCENARIO = f"""
name: survey
description: Every kind of node, on level ground.
world:
  latitude: 18.445
  longitude: 77.451
  utc: 2021-04-25T11:31:00Z
  terrain: {{relief: 0.0}}
  rocks: {{abundance: 0.0}}
vehicles:
  - type: ingenuity
    name: {HELICOPTER}
    position: [0.0, 0.0]
    azimuth: 84.0
    flight_plan:
      azimuth: 84.0
      segments: [{{segment: climb, altitude: 3.0}}, {{segment: land}}]
  - type: perseverance
    name: {ROVER}
    position: [40.0, 0.0]
    azimuth: 175.0
    images: [{{at: deck, after: 1000.0}}]
mapper: {{vehicles: [{HELICOPTER}]}}
"""


@dataclass(frozen=True)
class Endpoint:
    """One end of a topic, or a service or action that is served."""

    kind: str      # 'publishes', 'subscribes', 'serves', 'acts'
    node: str      # full name
    name: str      # of topic, service or action, in full
    type_name: str
    qos: QoSProfile | None = None    # of topics


@dataclass(frozen=True)
class NodeParameter:
    """One ROS parameter."""

    node: str
    value: Any
    descriptor: ParameterDescriptor


@dataclass
class Survey:
    """All that was found."""

    endpoints: list[Endpoint] = field(default_factory=list)
    parameters: list[NodeParameter] = field(default_factory=list)


def survey(scenario: str = '') -> Survey:
    """
    Make every node of a scenario, in a ROS domain of its own.

    Parameters
    ----------
    scenario
        Name or path; '' is that of the survey, which has every kind of node.

    Raises
    ------
    FileError
        There is no such scenario, or it has a mistake.

    """
    found = Survey()
    with TemporaryDirectory() as folder, _quiet_domain() as domain:
        path = Path(folder, 'survey.yaml')
        path.write_text(SCENARIO)
        name = scenario or str(path)
        options = RunOptions(name, run_folder=str(Path(folder, 'run')))
        for spec in nodes_of(load_scenario(name), options):
            if spec.executable == 'camera':
                spec.parameters['truth'] = ' '.join((*KINDS, 'flow'))
            _read(spec, domain, found)
    return found


@contextmanager
def _quiet_domain() -> Iterator[int]:
    """Yield a domain that is free, for this machine alone, with nothing but errors logged."""
    before = os.environ.get('ROS_AUTOMATIC_DISCOVERY_RANGE')
    os.environ['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'LOCALHOST'
    domain = Domain()
    try:
        yield domain.number
    finally:
        domain.release()
        if before is None:
            del os.environ['ROS_AUTOMATIC_DISCOVERY_RANGE']
        else:
            os.environ['ROS_AUTOMATIC_DISCOVERY_RANGE'] = before


def _read(spec: NodeSpec, domain: int, found: Survey) -> None:
    rclpy.init(args=[*ros_arguments(spec), '--log-level', 'fatal'], domain_id=domain)
    try:
        node = _class_of(spec)()
        name = node.get_fully_qualified_name()
        try:
            found.endpoints += _endpoints(node)
            found.parameters += [
                NodeParameter(name, parameter.value, node.describe_parameter(key))
                for key, parameter in sorted(node.get_parameters_by_prefix('').items())]
        finally:
            node.membership.leave()
            node.finish()
            node.destroy_node()
    finally:
        rclpy.shutdown()


def _class_of(spec: NodeSpec) -> Callable[[], Any]:
    module = importlib.import_module(f'{PACKAGE}.nodes.{spec.executable}')
    found = [value for name, value in vars(module).items()
             if name.endswith('Node') and getattr(value, '__module__', '') == module.__name__]
    assert len(found) == 1, f'{module.__name__} has not one node class'
    made: Callable[[], Any] = found[0]
    return made


def _endpoints(node: Any) -> Iterator[Endpoint]:
    name = node.get_fully_qualified_name()
    for publisher in node.publishers:
        yield Endpoint('publishes', name, publisher.topic_name, type_name(publisher.msg_type),
                       publisher.qos_profile)
    for subscription in node.subscriptions:
        yield Endpoint('subscribes', name, subscription.topic_name,
                       type_name(subscription.msg_type), subscription.qos_profile)
    for service in node.services:
        yield Endpoint('serves', name, node.resolve_service_name(service.srv_name),
                       type_name(service.srv_type))
    for action, types in get_action_server_names_and_types_by_node(
            node, node.get_name(), node.get_namespace()):
        yield Endpoint('acts', name, action, types[0])


def type_name(kind: type) -> str:
    """Return the name that ROS has for a type, as ``std_msgs/msg/String``."""
    package, group = kind.__module__.split('.')[:2]
    return f'{package}/{group}/{kind.__name__}'
