# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Show a run in rviz2, or a bag that is played with ``--clock``."""

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.substitutions import FindPackageShare


def generate_launch_description():
    """Start rviz2 with the configuration of this package."""
    ours = PathJoinSubstitution([FindPackageShare('ingenuity_nodes'), 'config', 'ingenuity.rviz'])
    return LaunchDescription([
        DeclareLaunchArgument(
            'rviz_config', default_value=ours, description='Configuration file that rviz2 opens.'),
        Node(package='rviz2', executable='rviz2', name='rviz2', output='screen',
             arguments=['-d', LaunchConfiguration('rviz_config')],
             parameters=[{'use_sim_time': True}]),
    ])
