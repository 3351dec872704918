# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""From the one list of nodes to launch actions: common code of the launch files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
import os
from typing import Any

from ingenuity_nodes.graph.nodes import (
    enclave_arguments, helicopter_nodes, NodeSpec, PACKAGE, rover_nodes)
from ingenuity_nodes.graph.parent import PARENT
from ingenuity_nodes.nodes.launch_arguments import (
    domain_of, file_of, GLOBAL, number_of, PART, refuse_undeclared, ros_arguments,
    scenario_arguments, SHUTDOWN, text_of, vehicle_argument, was_launched)
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.scenario.sections import VehicleSection
from ingenuity_nodes.yaml_files.check import FileError
from launch import Action, LaunchContext, LaunchDescription
from launch.actions import (
    DeclareLaunchArgument, EmitEvent, GroupAction, IncludeLaunchDescription, LogInfo,
    OpaqueFunction, SetEnvironmentVariable, TimerAction)
from launch.events import matches_action
from launch.events.process import ProcessExited, ShutdownProcess
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import PathJoinSubstitution
from launch_ros.actions import Node, PushRosNamespace
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare

GRACE = 10.0       # [s] for a run to end by itself after one of its processes died
FINISHING = '30'   # [s] a recorder may write its report after Ctrl-C before it is sent SIGTERM
TIME_AND_FRAMES = '/clock', '/tf', '/tf_static'

Start = Callable[[LaunchContext], Sequence[Action]]


def description_of(
    file: str, arguments: Sequence[DeclareLaunchArgument], start: Start,
) -> LaunchDescription:
    """
    Describe a launch file: its arguments, and the actions that are made of them at launch.

    Whatever is wrong with the arguments is found before the first process starts. What is set for
    our processes stays in a group: it does not reach an including file.
    """
    def make(context: LaunchContext) -> list[Action]:
        refuse_undeclared(context, file, [argument.name for argument in arguments])
        domain = domain_of(context)
        return [GroupAction([
            *([SetEnvironmentVariable('ROS_DOMAIN_ID', domain)] if domain else []),
            *start(context)])]

    return LaunchDescription([*arguments, OpaqueFunction(function=make)])


def run_parameters(context: LaunchContext) -> dict[str, Any]:
    """Read the arguments of :func:`scenario_arguments` as parameters of a node."""
    return {'scenario': text_of(context, 'scenario'), 'seed': number_of(context, 'seed', int),
            'features': text_of(context, 'features'), 'software': text_of(context, 'software')}


def vehicle_description(file: str, kind: str) -> LaunchDescription:
    """Start the processes of one vehicle; they wait for the world and end with it."""
    return description_of(
        file, [*scenario_arguments(), vehicle_argument(kind), *ros_arguments()],
        lambda context: node_actions(context, file, _vehicle_nodes(context, kind)))


def _vehicle_nodes(context: LaunchContext, kind: str) -> list[NodeSpec]:
    """Take one vehicle's part of the scenario's list of nodes."""
    common = run_parameters(context)
    params_file = file_of(context, 'params_file')
    scenario = load_scenario(common['scenario'])
    vehicles, nodes_of = {'helicopter': (scenario.helicopters, helicopter_nodes),
                          'rover': (scenario.rovers, rover_nodes)}[kind]
    name = chosen(vehicles, text_of(context, 'vehicle'))
    return [replace(spec, params_file=params_file) for spec in nodes_of(scenario, common)
            if spec.namespace == name]


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


def view_action() -> IncludeLaunchDescription:
    """Include the launch file that opens rviz2."""
    return IncludeLaunchDescription(PythonLaunchDescriptionSource(
        PathJoinSubstitution([FindPackageShare(PACKAGE), 'launch', 'view.launch.py'])))


def root_of(context: LaunchContext) -> str:
    """Return the namespace of a run, with those that are pushed around it; '' without any."""
    return '/'.join(filter(None, [
        context.launch_configurations.get('ros_namespace', '').strip('/'),
        text_of(context, 'namespace').strip('/')]))


def time_and_frames(context: LaunchContext) -> list[tuple[str, str]]:
    """Return how /clock and /tf are remapped: into the namespace, if that is asked for."""
    root = root_of(context)
    if text_of(context, 'clock_and_tf') == GLOBAL:
        return []
    return [(name, f'/{root}{name}' if root else name) for name in TIME_AND_FRAMES]


# Processes ------------------------------------------------------------------------------------

def node_actions(context: LaunchContext, file: str, specs: Sequence[NodeSpec]) -> list[Action]:
    """Make the launch actions that start processes, in the namespace that is asked for."""
    namespace = text_of(context, 'namespace')
    part = Part(text_of(context, 'on_exit') or (SHUTDOWN if was_launched(file) else PART))
    options: dict[str, Any] = {}
    level = text_of(context, 'log_level')
    of_all = ['--log-level', level] if level else []
    root = f'/{name}' if (name := root_of(context)) else ''
    if remappings := time_and_frames(context):
        options['remappings'] = remappings
    return [*([PushRosNamespace(namespace)] if namespace else []),
            *(part.add(spec, {**options, 'ros_arguments': [
                *of_all, *enclave_arguments(f'{root}{spec.full_name}')]}) for spec in specs)]


class Part:
    """The processes that one launch file starts, which end together."""

    def __init__(self, on_exit: str) -> None:
        self._on_exit = on_exit
        self._nodes: list[Node] = []

    def add(self, spec: NodeSpec, options: dict[str, Any]) -> Node:
        """Make the launch action that starts one process."""
        node = node_action(spec, on_exit=self._end_if_died, **options)
        self._nodes.append(node)
        return node

    def _end_if_died(self, event: ProcessExited, context: LaunchContext) -> TimerAction | None:
        """See to it that nobody waits for ever for a process that died before time began."""
        if event.returncode == 0 or context.is_shutdown:
            return None
        text = f'{event.process_name} ended with status {event.returncode}'
        if self._on_exit == SHUTDOWN:
            actions = [OpaqueFunction(function=fail, args=[text])]
        else:
            actions = [LogInfo(msg=f'{text}: ending this run'), *(
                EmitEvent(event=ShutdownProcess(process_matcher=matches_action(node)))
                for node in self._nodes)]
        return TimerAction(period=GRACE, actions=actions)


def node_action(spec: NodeSpec, **options: Any) -> Node:
    """Make the launch action that starts one process, which ends when launch does."""
    parameters = {name: ParameterValue(value, value_type=str) if isinstance(value, str) else value
                  for name, value in spec.parameters.items()}
    if spec.executable != 'world':    # which owns /clock
        parameters['use_sim_time'] = True
    return Node(
        package=PACKAGE, executable=spec.executable, name=spec.name,
        namespace=spec.namespace,
        exec_name=spec.full_name.strip('/').replace('/', '.'),
        parameters=[*filter(None, [spec.params_file]), parameters],
        prefix=f'nice -n {spec.niceness}' if spec.niceness else None, output='screen',
        additional_env={PARENT: str(os.getpid())}, sigterm_timeout=FINISHING, **options)


def fail(_: LaunchContext, text: str) -> None:
    """End the whole launch with a status other than 0, for which this is the one way."""
    raise RuntimeError(text)


def fail_with(event: ProcessExited, context: LaunchContext) -> OpaqueFunction | None:
    """End the whole launch, badly, if a process ended badly."""
    if event.returncode == 0 or context.is_shutdown:
        return None
    return OpaqueFunction(function=partial(
        fail, text=f'{event.process_name} ended with status {event.returncode}'))
