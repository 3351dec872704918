# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What every node of a run is told: which scenario, which seed, which vehicle of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any, TypeVar

from ingenuity_nodes.graph.roster import run_of_process
from ingenuity_nodes.health.health import SOFTWARE
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.scenario.sections import (
    current_features, FEATURES, HelicopterSection, RoverSection, Scenario, VehicleSection)
from ingenuity_nodes.scenario.variants import as_in_live_graph, with_features, with_software
from ingenuity_nodes.yaml_files.check import FileError
from rcl_interfaces.msg import ParameterDescriptor
from rclpy.node import Node
from rclpy.parameter import Parameter

V = TypeVar('V', bound=VehicleSection)
_replaced: ContextVar[Mapping[str, Any]] = ContextVar('_replaced', default=MappingProxyType({}))


@contextmanager
def parameters_replaced(values: Mapping[str, Any]) -> Iterator[None]:
    """Give the node that is made meanwhile some parameters, whatever its command line gives."""
    token = _replaced.set(values)
    try:
        yield
    finally:
        _replaced.reset(token)


def replaced_parameters() -> list[Parameter[Any]]:
    """Return what :func:`parameters_replaced` gives the node that is being made."""
    return [Parameter(name, value=value) for name, value in _replaced.get().items()]


def text_parameter(node: Node, name: str, default: str, description: str) -> str:
    """Declare one string parameter and return its value."""
    descriptor = ParameterDescriptor(description=description, read_only=True)
    return str(node.declare_parameter(name, default, descriptor).value)


def setting(node: Node) -> tuple[Scenario, int]:
    """
    Read the parameters ``scenario``, ``seed``, ``features`` and ``software``.

    Raises
    ------
    FileError
        There is no such scenario, it has mistakes, no such features, no such software.

    """
    name = text_parameter(node, 'scenario', 'flight_03', 'name of a scenario, or path of its file')
    descriptor = ParameterDescriptor(
        description='seed of all noise; -1 takes that of the scenario', read_only=True)
    seed = int(node.declare_parameter('seed', -1, descriptor).value)
    features = text_parameter(
        node, 'features', '', "what is navigated by: geometry or images; '' is the scenario's")
    if current_features(features) not in ('', *FEATURES):
        raise FileError(f"features: found '{features}', allowed: {', '.join(FEATURES)}")
    software = text_parameter(
        node, 'software', '', "flight_1, flight_7 or fixed; '' is the scenario's")
    if software not in ('', *SOFTWARE):
        raise FileError(f"software: found '{software}', allowed: {', '.join(SOFTWARE)}")
    scenario = with_software(with_features(load_scenario(name), features), software)
    scenario = as_in_live_graph(scenario)
    return scenario, scenario.seed if seed < 0 else seed


def run_id(node: Node, is_world: bool) -> str:
    """Read the parameter ``run``; a world that is given none takes that of its process."""
    given = text_parameter(
        node, 'run', '', "id of the run; '' takes that of the first world it receives")
    return given or (run_of_process() if is_world else '')


def helicopter_section(node: Node, scenario: Scenario) -> HelicopterSection:
    """Read the parameter ``vehicle_name``; raises FileError if it names no helicopter."""
    return _named(node, scenario, scenario.helicopters)


def vehicle_section(node: Node, scenario: Scenario) -> HelicopterSection | RoverSection:
    """Read the parameter ``vehicle_name``; FileError if the scenario has none of that name."""
    return _named(node, scenario, scenario.vehicles)


def rover_section(node: Node, scenario: Scenario) -> RoverSection:
    """Read the parameter ``vehicle_name``; raises FileError if it names no rover."""
    return _named(node, scenario, scenario.rovers)


def _named(node: Node, scenario: Scenario, vehicles: tuple[V, ...]) -> V:
    default = vehicles[0].name if vehicles else ''
    # Not 'vehicle': a YAML file of parameters cannot hold that beside vehicle.actuators and so on.
    name = text_parameter(node, 'vehicle_name', default, 'name of the vehicle in the scenario')
    for vehicle in vehicles:
        if vehicle.name == name:
            return vehicle
    known = ', '.join(vehicle.name for vehicle in vehicles) or 'none, there is no such vehicle'
    raise FileError(f"scenario '{scenario.name}': vehicle_name: found '{name}', allowed: {known}")
