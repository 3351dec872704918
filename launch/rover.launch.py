# Copyright 2026 Ingenuity contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.
"""One rover with its base station, to join a run that is started elsewhere."""

from ingenuity_nodes.graph import rover_nodes
from ingenuity_nodes.nodes.launching import (
    chosen, node_action, scenario_arguments, text_of, told_to_all, vehicle_argument)
from ingenuity_nodes.scenario import load_scenario
from launch import LaunchDescription
from launch.actions import OpaqueFunction
from launch_ros.actions import SetParameter


def generate_launch_description():
    """Start the processes of one rover; they wait for the world and end with it."""
    return LaunchDescription([
        *scenario_arguments(),
        vehicle_argument('rover'),
        SetParameter('use_sim_time', True),
        OpaqueFunction(function=start_nodes),
    ])


def start_nodes(context):
    """Turn one vehicle's part of the scenario's list into actions."""
    common = told_to_all(context)
    scenario = load_scenario(common['scenario'])
    vehicle = chosen(scenario.rovers, text_of(context, 'vehicle'))
    return [node_action(spec) for spec in rover_nodes(scenario, common)
            if spec.namespace == vehicle]
