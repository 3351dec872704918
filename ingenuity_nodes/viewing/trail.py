# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Memory of what a viewer shows more slowly than it is measured."""

from __future__ import annotations

from ingenuity_nodes.frames import Vector3
from ingenuity_nodes.timing import SECOND_NS
import numpy as np
from numpy.typing import NDArray


class Thinning:
    """Lets one message of each topic through in every interval of time."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def lets_through(self, topic: str, t_ns: int, interval: float) -> bool:
        """
        Return whether a message is the first of its topic in an interval [s].

        Intervals are those of the time line, so that topics of one rate stay together.
        """
        number = t_ns // round(interval * SECOND_NS)
        if self._last.get(topic) == number:
            return False
        self._last[topic] = number
        return True


class Trail:
    """The points of a path so far, those left out that are near the one before."""

    def __init__(self, spacing: float) -> None:
        self._spacing = spacing    # [m]
        self._points: list[Vector3] = []

    def add(self, p: Vector3) -> bool:
        """Take the next point [m]; return whether the path has grown."""
        if self._points and np.linalg.norm(p - self._points[-1]) < self._spacing:
            return False
        self._points.append(p)
        return True

    @property
    def points(self) -> NDArray[np.float64]:
        """Return the path, (n, 3) [m]."""
        return np.array(self._points).reshape(-1, 3)
