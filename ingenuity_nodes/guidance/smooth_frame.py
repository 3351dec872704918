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

NOTHING = (0.0, 0.0, 0.0)


class SmoothFrame:
    """
    Absorbs the steps of one estimate.

    ``rate`` is how fast a correction is followed [m/s].
    """

    def __init__(self, rate: float) -> None:
        self._reach = rate * STEP
        self._offset = NOTHING
        self._before: Estimate | None = None

    @property
    def offset(self) -> tuple[float, float, float]:
        """Return by how much position is smoother than the estimate, in M [m]."""
        return self._offset

    def step(self, estimate: Estimate, *, at_rest: bool, corrected: bool = True) -> Estimate:
        """
        Return the estimate with its position made smooth, once per step of 2 ms.

        Without a measurement (``corrected``) the estimate moves as its velocity says.

        At rest on the ground nothing follows it: there the position is the estimate's. Height
        above the ground, velocity and attitude always are.
        """
        before, self._before = self._before, estimate
        if not corrected and self._offset is NOTHING:
            return estimate
        if at_rest or before is None:
            self._offset = NOTHING
            return estimate
        half, (x, y, z) = 0.5 * STEP, self._offset
        p, v = estimate.p_MB.tolist(), estimate.v_MB.tolist()
        p_then, v_then = before.p_MB.tolist(), before.v_MB.tolist()
        x -= p[0] - p_then[0] - half * (v_then[0] + v[0])
        y -= p[1] - p_then[1] - half * (v_then[1] + v[1])
        z -= p[2] - p_then[2] - half * (v_then[2] + v[2])
        length = math.sqrt(x * x + y * y + z * z)
        # What is not a number is not smoothed: those behind must see it.
        if not length > self._reach:
            self._offset = NOTHING
            return estimate
        left = 1.0 - self._reach / length
        self._offset = (left * x, left * y, left * z)
        return estimate._replace(p_MB=estimate.p_MB + self._offset)
