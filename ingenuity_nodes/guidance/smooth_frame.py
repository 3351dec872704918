# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
A position without steps for guidance and control, as REP 105 wants of ``odom`` beside ``map``.

Where images correct the estimate, it moves otherwise than its velocity says. Such a step goes into
an offset, so that the aircraft does not jump after it, and the offset shrinks at a limited rate::

    step = p_est - p_est_before - (v_est_before + v_est) dt / 2
    offset -= step, then shortened by rate * dt
    p = p_est + offset
"""

from __future__ import annotations

import math

from ingenuity_nodes.signals import Estimate
from ingenuity_nodes.timing import STEP


class SmoothFrame:
    """
    Absorbs the steps of one estimate.

    ``rate`` is how fast a correction is followed [m/s].
    """

    def __init__(self, rate: float) -> None:
        self._reach = rate * STEP
        self._offset = (0.0, 0.0, 0.0)
        self._before: tuple[list[float], list[float]] | None = None

    @property
    def offset(self) -> tuple[float, float, float]:
        """Return by how much position is smoother than the estimate, in M [m]."""
        return self._offset

    def step(self, estimate: Estimate, *, at_rest: bool) -> Estimate:
        """
        Return the estimate with its position made smooth, once per step of 2 ms.

        At rest on the ground nothing follows it: there the position is the estimate's. Height
        above the ground, velocity and attitude always are.
        """
        p, v = estimate.p_MB.tolist(), estimate.v_MB.tolist()
        before, self._before = self._before, (p, v)
        if at_rest or before is None:
            self._offset = (0.0, 0.0, 0.0)
            return estimate
        half = 0.5 * STEP
        x, y, z = (
            kept - (now - then - half * (v_then + v_now)) for kept, now, then, v_then, v_now
            in zip(self._offset, p, before[0], before[1], v, strict=True))
        length = math.sqrt(x * x + y * y + z * z)
        # What is not a number is not smoothed: those behind must see it.
        if not length > self._reach:
            self._offset = (0.0, 0.0, 0.0)
            return estimate
        left = 1.0 - self._reach / length
        self._offset = (left * x, left * y, left * z)
        return estimate._replace(p_MB=estimate.p_MB + self._offset)
