# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Play a recorded run; rviz2 on request."""

import os

from ingenuity_nodes.graph.parent import PARENT
from ingenuity_nodes.nodes.launch_arguments import (
    domain_argument, number_of, rviz_arguments, text_of, wants_rviz, yes_or_no)
from ingenuity_nodes.nodes.launching import description_of, fail_with, view_action
from ingenuity_nodes.recording.bag.reader import CLOCK, topics
from ingenuity_nodes.recording.run_folder import bag_folder
from launch.actions import DeclareLaunchArgument, ExecuteProcess
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue


def generate_launch_description():
    """Start a player, and rviz2 with it; a player that fails ends the launch with status 1."""
    return description_of(__file__, [
        DeclareLaunchArgument('bag', description='Run folder or bag folder.'),
        DeclareLaunchArgument(
            'rate', default_value='1.0', description='Recorded seconds per second.'),
        DeclareLaunchArgument(
            'start_offset', default_value='0.0',
            description='Start this far into the bag [s].'),
        yes_or_no('loop', 'false', 'Start again at the end.'),
        DeclareLaunchArgument(
            'player', default_value='ingenuity_nodes', choices=['ingenuity_nodes', 'rosbag2'],
            description='Player: that of this package, or "ros2 bag play" of rosbag2.'),
        *rviz_arguments('true'),
        domain_argument(),
    ], start)


def start(context):
    """Make the actions; a bag that cannot be read is named before anything starts."""
    folder = bag_folder(text_of(context, 'bag'))
    recorded = topics(folder)
    rate, offset = (number_of(context, name, float) for name in ('rate', 'start_offset'))
    player = ours if text_of(context, 'player') == 'ingenuity_nodes' else rosbag2
    # A bag of 'ros2 bag record -a' has the clock in it: another one would go by the wall.
    clock = [] if any(topic.topic == CLOCK and topic.count for topic in recorded) else [
        '--clock', '100']
    view = [view_action()] if wants_rviz(context) else []
    return [*view, player(str(folder), rate, offset, clock, text_of(context, 'loop') == 'true')]


def ours(folder, rate, offset, clock, loop):
    """Play with the player of this package, which looks for the clock itself."""
    del clock
    return Node(
        package='ingenuity_nodes', executable='player', name='player', output='screen',
        parameters=[{'bag': ParameterValue(folder, value_type=str), 'rate': rate,
                     'start_offset': offset, 'loop': loop}],
        additional_env={PARENT: str(os.getpid())}, on_exit=fail_with)


def rosbag2(folder, rate, offset, clock, loop):
    """Play with rosbag2."""
    return ExecuteProcess(
        cmd=['ros2', 'bag', 'play', folder, *clock, '--rate', str(rate),
             '--start-offset', str(offset), *(['--loop'] if loop else [])],
        output='screen', on_exit=fail_with)
