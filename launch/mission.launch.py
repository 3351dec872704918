# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Start a complete run: world, vehicles, mission, recorder; rviz2 on request."""

from ingenuity_nodes.graph.nodes import nodes_of, RunOptions
from ingenuity_nodes.nodes.launch_arguments import (
    file_of, is_true, number_of, ros_arguments, rviz_arguments, scenario_arguments, text_of,
    vehicles_argument, vehicles_of, wants_rviz, yes_or_no)
from ingenuity_nodes.nodes.launching import (
    description_of, node_actions, run_parameters, view_action)
from ingenuity_nodes.scenario.load import load_scenario
from launch.actions import DeclareLaunchArgument


def generate_launch_description():
    """Start all processes of one scenario; they end with the run."""
    return description_of(__file__, [
        *scenario_arguments(),
        DeclareLaunchArgument(
            'real_time_factor', default_value='1.0',
            description='Simulated seconds per second: 0 runs as fast as possible, '
                        '-1 takes the value of the scenario.'),
        yes_or_no('record', 'true', 'Write the run folder: bag, photo, report, result.json.'),
        DeclareLaunchArgument(
            'run_folder', default_value='',
            description='Folder of the run; runs/<scenario>_<time> if not given.'),
        vehicles_argument(),
        *rviz_arguments('false'),
        *ros_arguments(),
    ], start)


def start(context):
    """Make one launch action for each node of the scenario, which is known only at launch."""
    options = RunOptions(
        **run_parameters(context), record=is_true(context, 'record'),
        real_time_factor=number_of(context, 'real_time_factor', float),
        run_folder=text_of(context, 'run_folder'), params_file=file_of(context, 'params_file'))
    scenario = load_scenario(options.scenario)
    names = [vehicle.name for vehicle in scenario.vehicles]
    elsewhere = set(names) - set(vehicles_of(context, names))
    view = [view_action()] if wants_rviz(context) else []
    return [*view, *node_actions(context, __file__, [
        spec for spec in nodes_of(scenario, options) if spec.namespace not in elsewhere])]
