# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""From the one list of nodes to launch actions: common code of the launch files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ingenuity_nodes.graph.nodes import helicopter_nodes, NodeSpec, PACKAGE, rover_nodes
from ingenuity_nodes.health.health import SOFTWARE
from ingenuity_nodes.scenario.load import load_scenario, names_text, scenario_names
from ingenuity_nodes.scenario.sections import FEATURES, FORMER_FEATURES, VehicleSection
from ingenuity_nodes.yaml_files.check import FileError
from launch import LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction, TimerAction
from launch.events.process import ProcessExited
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node, SetParameter
from launch_ros.parameter_descriptions import ParameterValue

YES_NO = ['true', 'false']
GRACE = 10.0       # [s] for a run to end by itself after one of its processes died
FINISHING = '30'   # [s] a recorder may write its report after Ctrl-C before it is sent SIGTERM


def scenario_arguments() -> list[DeclareLaunchArgument]:
    """Declare the arguments that all nodes of a run receive."""
    return [
        DeclareLaunchArgument(
            'scenario', default_value='flight_03',
            description=f'One of {names_text(scenario_names())}; or the path of a YAML file.'),
        DeclareLaunchArgument(
            'seed', default_value='-1',
            description='Seed of all noise; -1 takes the one of the scenario.'),
        DeclareLaunchArgument(
            'features', default_value='', choices=['', *FEATURES, *FORMER_FEATURES],
            description='What is navigated by; the choice of the scenario if not given, '
                        'and images if that makes none.'),
        DeclareLaunchArgument(
            'software', default_value='', choices=['', *SOFTWARE],
            description='Age of the flight software; that of the scenario if not given.'),
    ]


def run_parameters(context: LaunchContext) -> dict[str, Any]:
    """Read the arguments of :func:`scenario_arguments` as parameters of a node."""
    return {'scenario': text_of(context, 'scenario'), 'seed': number_of(context, 'seed', int),
            'features': text_of(context, 'features'), 'software': text_of(context, 'software')}


def yes_or_no(name: str, default: str, description: str) -> DeclareLaunchArgument:
    """Declare an argument that is true or false."""
    return DeclareLaunchArgument(
        name, default_value=default, choices=YES_NO, description=description)


def vehicle_argument(kind: str) -> DeclareLaunchArgument:
    """Declare which vehicle of a scenario is meant."""
    return DeclareLaunchArgument(
        'vehicle', default_value='',
        description=f'Name of the {kind} in the scenario; the first if not given.')


def chosen(vehicles: Sequence[VehicleSection], name: str) -> str:
    """
    Name the vehicle that is meant, the first if ``name`` is empty.

    Raises
    ------
    FileError
        There is none of that name, or none at all.

    """
    names = [vehicle.name for vehicle in vehicles]
    if name not in ('', *names) or not names:
        raise FileError(f"vehicle: found '{name}', allowed: {', '.join(names) or 'none here'}")
    return name or names[0]


def vehicle_description(kind: str) -> LaunchDescription:
    """Start the processes of one vehicle; they wait for the world and end with it."""
    return LaunchDescription([
        *scenario_arguments(), vehicle_argument(kind), SetParameter('use_sim_time', True),
        OpaqueFunction(function=_start_vehicle, args=[kind])])


def _start_vehicle(context: LaunchContext, kind: str) -> list[Node]:
    """Turn one vehicle's part of the scenario's list of nodes into actions."""
    common = run_parameters(context)
    scenario = load_scenario(common['scenario'])
    vehicles, nodes_of = {'helicopter': (scenario.helicopters, helicopter_nodes),
                          'rover': (scenario.rovers, rover_nodes)}[kind]
    name = chosen(vehicles, text_of(context, 'vehicle'))
    return [node_action(spec) for spec in nodes_of(scenario, common) if spec.namespace == name]


def text_of(context: LaunchContext, name: str) -> str:
    """Read a launch argument."""
    return str(LaunchConfiguration(name).perform(context))


def number_of(context: LaunchContext, name: str, kind: type[int] | type[float]) -> Any:
    """Read a launch argument that must be a number; FileError says what was found instead."""
    text = text_of(context, name)
    try:
        return kind(text)
    except ValueError:
        word = 'a whole number' if kind is int else 'a number'
        raise FileError(f"{name}: found '{text}', allowed: {word}") from None


def node_action(spec: NodeSpec) -> Node:
    """Make the launch action that starts one process."""
    parameters = {name: ParameterValue(value, value_type=str) if isinstance(value, str) else value
                  for name, value in spec.parameters.items()}
    return Node(
        package=PACKAGE, executable=spec.executable, name=spec.name, namespace=spec.namespace,
        exec_name=spec.full_name.strip('/').replace('/', '.'), parameters=[parameters],
        prefix=f'nice -n {spec.niceness}' if spec.niceness else None, output='screen',
        sigterm_timeout=FINISHING, on_exit=_end_if_died)


def _end_if_died(event: ProcessExited, context: LaunchContext) -> TimerAction | None:
    """See to it that nobody waits for ever for a process that died before time began."""
    if event.returncode == 0 or context.is_shutdown:
        return None
    text = f'{event.process_name} ended with status {event.returncode}'
    return TimerAction(period=GRACE, actions=[OpaqueFunction(function=_fail, args=[text])])


def _fail(_: LaunchContext, text: str) -> None:
    # An exception is the one way in which ``ros2 launch`` ends with a status other than 0.
    raise RuntimeError(text)
