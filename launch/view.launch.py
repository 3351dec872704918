# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Show a run in rviz2, or a bag that is played with ``--clock``."""

from pathlib import Path

from ingenuity_nodes.nodes.launch_arguments import (
    domain_argument, namespace_arguments, require_rviz, rviz_config, text_of)
from ingenuity_nodes.nodes.launching import description_of, root_of, time_and_frames
from ingenuity_nodes.nodes.rviz_config import config_for
from launch_ros.actions import Node


def generate_launch_description():
    """Start rviz2 with the configuration of this package."""
    return description_of(__file__, [
        rviz_config(), *namespace_arguments(), domain_argument()], start)


def start(context):
    """Open rviz2."""
    require_rviz('look at the run folder or, without ROS, at report.html')
    return [Node(package='rviz2', executable='rviz2', name='rviz2', output='screen',
                 arguments=['-d', str(config_for(
                     Path(text_of(context, 'rviz_config')), root_of(context)))],
                 remappings=time_and_frames(context), parameters=[{'use_sim_time': True}])]
