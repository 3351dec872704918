# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Show a run in rviz2, or a bag that is played with ``--clock``."""

from ingenuity_nodes.nodes.launch_arguments import domain_argument, require_rviz, rviz_config
from ingenuity_nodes.nodes.launching import description_of
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node


def generate_launch_description():
    """Start rviz2 with the configuration of this package."""
    return description_of(__file__, [rviz_config(), domain_argument()], start)


def start(_):
    """Open rviz2."""
    require_rviz('look at the run folder or, without ROS, at report.html')
    return [Node(package='rviz2', executable='rviz2', name='rviz2', output='screen',
                 arguments=['-d', LaunchConfiguration('rviz_config')],
                 parameters=[{'use_sim_time': True}])]
