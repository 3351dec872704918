# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Where the other vehicles are at the instant of an exposure, as their nodes publish it."""

from __future__ import annotations

from collections.abc import Sequence
import threading

from ingenuity_nodes.nodes.conversions.geometry import check_within, FARTHEST, nanoseconds
from ingenuity_nodes.nodes.conversions.state import truth_from
from ingenuity_nodes.nodes.member import MemberNode
from ingenuity_nodes.nodes.participant import COUNTED
from ingenuity_nodes.rendering.robots_in_view import DrivenRover, Pose
from ingenuity_nodes.rendering.whereabouts import Whereabouts
from nav_msgs.msg import Odometry
from sensor_msgs.msg import JointState

PATIENCE = 0.5     # [s] of wall time between looks whether the run goes on


def _angles_from(message: JointState) -> dict[str, float]:
    """Read the angles of joints [rad]; ValueError if there are not as many as names, or none."""
    if len(message.name) != len(message.position):
        raise ValueError(f'found {len(message.name)} names, {len(message.position)} positions, '
                         'allowed: as many of each')
    check_within('position', FARTHEST, message.position)
    return dict(zip(message.name, message.position, strict=True))


class Others:
    """True poses of helicopters, those and the joints of rovers, as they are published."""

    def __init__(
        self, node: MemberNode, helicopters: Sequence[str], rovers: Sequence[str],
    ) -> None:
        self._membership, self._refusals = node.membership, node.refusals
        self._known = Whereabouts(helicopters, rovers)
        self._arrived = threading.Condition()
        for name in (*helicopters, *rovers):
            node.create_subscription(
                Odometry, f'/{name}/ground_truth/odometry',
                lambda message, name=name: self._on_truth(name, message), COUNTED)
        for name in rovers:
            node.create_subscription(
                JointState, f'/{name}/joint_states',
                lambda message, name=name: self._on_joints(name, message), COUNTED)

    def _on_truth(self, name: str, message: Odometry) -> None:
        for truth in self._refusals.read(
                f'/{name}/ground_truth/odometry', [message], truth_from):
            with self._arrived:
                self._known.pose(name, truth.t_ns, truth.p_MB, truth.q_MB)
                self._arrived.notify_all()

    def _on_joints(self, name: str, message: JointState) -> None:
        for angles in self._refusals.read(f'/{name}/joint_states', [message], _angles_from):
            self._note_joints(name, nanoseconds(message.header.stamp), angles)

    def _note_joints(self, name: str, t_ns: int, angles: dict[str, float]) -> None:
        with self._arrived:
            self._known.joints(name, t_ns, angles)
            self._arrived.notify_all()

    def at(self, t_ns: int) -> tuple[dict[str, Pose], dict[str, DrivenRover]]:
        """
        Wait for word of everybody up to an exposure, and take the newest of it.

        Returns
        -------
        tuple
            As :meth:`Whereabouts.at` gives it.

        """
        with self._arrived:
            while self._membership.running and not self._arrived.wait_for(
                    lambda: self._known.complete(t_ns), PATIENCE):
                continue    # what holds the others up is for the world to say
            return self._known.at(t_ns)
