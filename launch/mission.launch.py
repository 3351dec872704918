# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Start a complete run: world, vehicles, mission, recorder; rviz2 on request."""

from ingenuity_nodes.graph.nodes import nodes_of, RunOptions
from ingenuity_nodes.nodes.launching import (
    node_action, number_of, run_parameters, scenario_arguments, text_of, yes_or_no)
from ingenuity_nodes.scenario.load import load_scenario
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription, OpaqueFunction
from launch.conditions import IfCondition
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import SetParameter
from launch_ros.substitutions import FindPackageShare


def generate_launch_description():
    """Start all processes of one scenario; they end with the run."""
    view = PathJoinSubstitution([FindPackageShare('ingenuity_nodes'), 'launch', 'view.launch.py'])
    return LaunchDescription([
        *scenario_arguments(),
        DeclareLaunchArgument(
            'real_time_factor', default_value='1.0',
            description='Simulated seconds per second: 0 runs as fast as possible, '
                        '-1 takes the value of the scenario.'),
        yes_or_no('record', 'true', 'Write the run folder: bag, photo, report, result.json.'),
        DeclareLaunchArgument(
            'run_folder', default_value='',
            description='Folder of the run; runs/<scenario>_<time> if not given.'),
        yes_or_no('rviz', 'false', 'Open rviz2; it stays open after the run.'),
        OpaqueFunction(function=start_nodes),
        IncludeLaunchDescription(
            PythonLaunchDescriptionSource(view),
            condition=IfCondition(LaunchConfiguration('rviz'))),
    ])


def start_nodes(context):
    """Make one launch action for each node of the scenario, which is known only at launch."""
    options = RunOptions(
        **run_parameters(context), record=text_of(context, 'record') == 'true',
        real_time_factor=number_of(context, 'real_time_factor', float),
        run_folder=text_of(context, 'run_folder'))
    world, *others = nodes_of(load_scenario(options.scenario), options)
    # The world owns /clock; all other nodes use simulation time.
    return [node_action(world), SetParameter('use_sim_time', True), *map(node_action, others)]
