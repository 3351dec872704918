# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Where the vehicles were, as each published it: what is drawn in an image of any camera.

One rule for batch and live graph: a vehicle is drawn as its newest publication at or before the
exposure shows it. A helicopter publishes in every tick, a rover at 20 Hz.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from ingenuity_nodes.frames import QuatWxyz, Vector3
from ingenuity_nodes.rendering.robots_in_view import DrivenRover, Pose
from ingenuity_nodes.rover.drive import PERIOD_NS
from ingenuity_nodes.timing import SECOND_NS, TICK_NS

V = TypeVar('V')
# assumed: longer than any flight; a photo may be drawn as late as after the landing.
KEPT_NS = 300 * SECOND_NS


class History(Generic[V]):
    """What one vehicle published, by time; it publishes once in a period."""

    def __init__(self, period_ns: int) -> None:
        self._period_ns = period_ns
        self._times: list[int] = []    # [ns], increasing
        self._values: dict[int, V] = {}

    def put(self, t_ns: int, value: V) -> None:
        """Note what was published at a time; what is too old for any image is forgotten."""
        if t_ns not in self._values:
            insort(self._times, t_ns)
        self._values[t_ns] = value
        if self._times[-1] - self._times[0] > 2 * KEPT_NS:
            # Half of what is held goes at once: a list is slow at its front.
            old = bisect_right(self._times, self._times[-1] - KEPT_NS)
            for time in self._times[:old]:
                del self._values[time]
            del self._times[:old]

    def complete(self, t_ns: int) -> bool:
        """Return whether all that was published up to a time is here."""
        due = t_ns - t_ns % self._period_ns
        return due <= 0 or (bool(self._times) and self._times[-1] >= due)

    def newest(self, t_ns: int) -> V | None:
        """Return the newest value of this time or before, None if there is none."""
        index = bisect_right(self._times, t_ns)
        return self._values[self._times[index - 1]] if index else None


class Whereabouts:
    """True poses of helicopters, those and the joints of rovers, by name and time."""

    def __init__(self, helicopters: Iterable[str], rovers: Iterable[str]) -> None:
        rovers = tuple(rovers)
        self._poses: dict[str, History[Pose]] = {
            **{name: History(TICK_NS) for name in helicopters},
            **{name: History(PERIOD_NS) for name in rovers}}
        self._joints: dict[str, History[Mapping[str, float]]] = {
            name: History(PERIOD_NS) for name in rovers}

    def pose(self, name: str, t_ns: int, p_MB: Vector3, q_MB: QuatWxyz) -> None:
        """Note the true pose that a vehicle published."""
        self._poses[name].put(t_ns, (p_MB, q_MB))

    def joints(self, name: str, t_ns: int, angles: Mapping[str, float]) -> None:
        """Note the joint angles [rad] that a rover published."""
        self._joints[name].put(t_ns, angles)

    def complete(self, t_ns: int) -> bool:
        """Return whether there is word of everybody up to a time."""
        return (all(poses.complete(t_ns) for poses in self._poses.values())
                and all(joints.complete(t_ns) for joints in self._joints.values()))

    def at(self, t_ns: int) -> tuple[dict[str, Pose], dict[str, DrivenRover]]:
        """
        Take the newest word of each vehicle up to an exposure.

        Returns
        -------
        tuple
            Poses of helicopters and of rovers, by name; only those of which there is word.

        """
        poses = {name: pose for name, history in self._poses.items()
                 if (pose := history.newest(t_ns)) is not None}
        return ({name: pose for name, pose in poses.items() if name not in self._joints},
                {name: DrivenRover(*poses[name], history.newest(t_ns) or {})
                 for name, history in self._joints.items() if name in poses})
