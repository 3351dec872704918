# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Play a recorded run; rviz2 on request."""

from ingenuity_nodes.nodes.launching import yes_or_no
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, ExecuteProcess, IncludeLaunchDescription
from launch.conditions import IfCondition
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import EqualsSubstitution, LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare


def generate_launch_description():
    """Start a player, and rviz2 with it."""
    bag, rate, start = (LaunchConfiguration(name) for name in ('bag', 'rate', 'start_offset'))
    player = LaunchConfiguration('player')
    view = PathJoinSubstitution([FindPackageShare('ingenuity_nodes'), 'launch', 'view.launch.py'])
    return LaunchDescription([
        DeclareLaunchArgument(
            'bag', description='Run folder or bag folder; rosbag2 needs the bag folder.'),
        DeclareLaunchArgument(
            'rate', default_value='1.0', description='Recorded seconds per second.'),
        DeclareLaunchArgument(
            'start_offset', default_value='0.0',
            description='Start this far into the bag [s].'),
        yes_or_no('loop', 'false', 'Start again at the end; ignored by the player rosbag2.'),
        DeclareLaunchArgument(
            'player', default_value='ingenuity_nodes', choices=['ingenuity_nodes', 'rosbag2'],
            description='Player: that of this package, or "ros2 bag play" of rosbag2.'),
        yes_or_no('rviz', 'true', 'Open rviz2 with it.'),
        Node(package='ingenuity_nodes', executable='player', name='player', output='screen',
             parameters=[{'bag': ParameterValue(bag, value_type=str),
                          'rate': ParameterValue(rate, value_type=float),
                          'start_offset': ParameterValue(start, value_type=float),
                          'loop': ParameterValue(LaunchConfiguration('loop'), value_type=bool)}],
             condition=IfCondition(EqualsSubstitution(player, 'ingenuity_nodes'))),
        ExecuteProcess(
            cmd=['ros2', 'bag', 'play', bag, '--clock', '100', '--rate', rate,
                 '--start-offset', start],
            output='screen', condition=IfCondition(EqualsSubstitution(player, 'rosbag2'))),
        IncludeLaunchDescription(
            PythonLaunchDescriptionSource(view),
            condition=IfCondition(LaunchConfiguration('rviz'))),
    ])
