# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Where the other vehicles are at the instant of an exposure, as their nodes publish it."""

from __future__ import annotations

from collections.abc import Sequence
import threading
from typing import Generic, TypeVar

from ingenuity_nodes.nodes.conversions.geometry import nanoseconds
from ingenuity_nodes.nodes.conversions.state import truth_from
from ingenuity_nodes.nodes.member import MemberNode
from ingenuity_nodes.nodes.participant import COUNTED
from ingenuity_nodes.rendering.robots_in_view import DrivenRover, Pose
from ingenuity_nodes.robots.mast import AZIMUTH, ELEVATION
from ingenuity_nodes.rover.drive import PERIOD_NS
from ingenuity_nodes.timing import TICK_NS
from nav_msgs.msg import Odometry
from sensor_msgs.msg import JointState

V = TypeVar('V')
HISTORY = 200      # values of each vehicle that are kept
PATIENCE = 0.5     # [s] of wall time between looks whether the run goes on


class _History(Generic[V]):
    """What one vehicle published, by time; it publishes once in a period."""

    def __init__(self, period_ns: int) -> None:
        self._period_ns = period_ns
        self._values: dict[int, V] = {}

    def put(self, t_ns: int, value: V) -> None:
        self._values[t_ns] = value
        while len(self._values) > HISTORY:
            del self._values[min(self._values)]

    def complete(self, t_ns: int) -> bool:
        """Return whether all that was published up to a time is here."""
        due = t_ns - t_ns % self._period_ns
        return due <= 0 or (bool(self._values) and max(self._values) >= due)

    def newest(self, t_ns: int) -> V | None:
        """Return the newest value of this time or before, None if there is none."""
        times = [time for time in self._values if time <= t_ns]
        return self._values[max(times)] if times else None


def _angles_from(message: JointState) -> dict[str, float]:
    """Read the angles of joints [rad]; ValueError if there are not as many as names."""
    return dict(zip(message.name, message.position, strict=True))


class Others:
    """True poses of helicopters, those and the joints of rovers."""

    def __init__(
        self, node: MemberNode, helicopters: Sequence[str], rovers: Sequence[str],
    ) -> None:
        self._membership, self._refusals = node.membership, node.refusals
        self._poses: dict[str, _History[Pose]] = {
            **{name: _History(TICK_NS) for name in helicopters},
            **{name: _History(PERIOD_NS) for name in rovers}}
        self._joints: dict[str, _History[dict[str, float]]] = {
            name: _History(PERIOD_NS) for name in rovers}
        self._arrived = threading.Condition()
        for name in self._poses:
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
                self._poses[name].put(truth.t_ns, (truth.p_MB, truth.q_MB))
                self._arrived.notify_all()

    def _on_joints(self, name: str, message: JointState) -> None:
        for angles in self._refusals.read(f'/{name}/joint_states', [message], _angles_from):
            self._note_joints(name, nanoseconds(message.header.stamp), angles)

    def _note_joints(self, name: str, t_ns: int, angles: dict[str, float]) -> None:
        with self._arrived:
            # Images show the mast as it stands at rest, whatever it is turned to.
            self._joints[name].put(t_ns, {
                joint: angle for joint, angle in angles.items()
                if joint not in (AZIMUTH, ELEVATION)})
            self._arrived.notify_all()

    def at(self, t_ns: int) -> tuple[dict[str, Pose], dict[str, DrivenRover]]:
        """
        Wait for word of everybody up to an exposure, and take the newest of it.

        Returns
        -------
        tuple
            Poses of helicopters and of rovers, by name; only those of which there is word.

        """
        histories = [*self._poses.values(), *self._joints.values()]
        with self._arrived:
            while self._membership.running and not self._arrived.wait_for(
                    lambda: all(history.complete(t_ns) for history in histories), PATIENCE):
                continue    # what holds the others up is for the world to say
            poses = {name: pose for name, history in self._poses.items()
                     if (pose := history.newest(t_ns)) is not None}
            joints = {name: history.newest(t_ns) or {} for name, history in self._joints.items()}
        return ({name: pose for name, pose in poses.items() if name not in joints},
                {name: DrivenRover(*poses[name], angles) for name, angles in joints.items()
                 if name in poses})
