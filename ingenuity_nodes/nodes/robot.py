# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What a vehicle looks like, and where its frames are."""

from __future__ import annotations

from collections.abc import Mapping

from geometry_msgs.msg import TransformStamped
from ingenuity_nodes.nodes.conversions.geometry import transform
from ingenuity_nodes.nodes.membership import LATCHED
from ingenuity_nodes.resources import configuration
from ingenuity_nodes.robots import urdf
from rclpy.node import Node
from std_msgs.msg import String
from tf2_msgs.msg import TFMessage


class RobotDescription:
    """One vehicle's description; it stays on the network as long as this object lives."""

    def __init__(self, node: Node, text: str) -> None:
        joints = urdf.joints_of(text)
        self._movable = {joint.name: joint for joint in joints if joint.movable}
        self._description = node.create_publisher(String, 'robot_description', LATCHED)
        self._static = node.create_publisher(TFMessage, '/tf_static', LATCHED)
        self._description.publish(String(data=text))
        self._static.publish(TFMessage(transforms=[
            transform(0, joint.parent, joint.child, joint.p_PC, joint.q_PC)
            for joint in joints if not joint.movable]))

    @property
    def joints(self) -> tuple[str, ...]:
        """Names of the joints that move."""
        return tuple(self._movable)

    def transforms(self, t_ns: int, angles: Mapping[str, float]) -> list[TransformStamped]:
        """
        Place the moving links for joint angles [rad]; joints that are not named are at 0.

        Raises
        ------
        KeyError
            The robot has no such joint.

        """
        unknown = sorted(set(angles) - set(self._movable))
        if unknown:
            raise KeyError(f'no joint {unknown[0]}, allowed: {", ".join(self._movable)}')
        return [transform(t_ns, joint.parent, joint.child, joint.p_PC,
                          joint.attitude(angles.get(name, 0.0)))
                for name, joint in self._movable.items()]


def publish_description(node: Node, kind: str, vehicle: str) -> RobotDescription:
    """Publish ``config/<kind>.urdf`` with its links renamed to the frames of a vehicle."""
    text = configuration(f'{kind}.urdf').read_text()
    return RobotDescription(node, urdf.prefixed(text, vehicle))
