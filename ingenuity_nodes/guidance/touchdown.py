# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Touchdown detection: the ground is where the descent remains slower than wanted."""

from __future__ import annotations

from ingenuity_nodes.guidance.parameters import GuidanceParameters
from ingenuity_nodes.signals import Estimate, ImuSample
from ingenuity_nodes.timing import TICK


class Touchdown:
    """Detects the touchdown of one landing."""

    def __init__(self, parameters: GuidanceParameters) -> None:
        self._parameters = parameters
        self._slow_for, self._resting_for = 0.0, 0.0
        self._limit = 0.0
        self._steady_after = 0.0

    def arm(self, height: float, speed: float) -> None:
        """Begin a landing at ``speed`` [m/s] from a ``height`` of the body origin [m]."""
        p = self._parameters
        self._slow_for, self._resting_for = 0.0, 0.0
        a = p.vertical_acceleration
        self._steady_after = speed / a + a / p.vertical_jerk
        self._limit = max(0.0, height) / speed + self._steady_after + p.landing_limit

    def step(
        self, age: float, wanted: float, estimate: Estimate, imu: ImuSample, *,
        height_trusted: bool = True,
    ) -> str:
        """
        Return the reason why this is the ground, '' while it is not.

        Parameters
        ----------
        age
            Time since the landing began [s].
        wanted
            Speed of descent that is asked for [m/s].
        estimate, imu
            Of this step.
        height_trusted
            Without a height the ground may be anywhere.

        """
        p = self._parameters
        feet = estimate.height - p.origin_height
        low = not height_trusted or feet < p.touchdown_height
        descent = -float(estimate.v_MB[2])
        slow = descent < wanted - p.touchdown_speed_drop
        steady = age > self._steady_after
        self._slow_for = self._slow_for + TICK if low and slow and steady else 0.0
        resting = slow and steady and feet < p.resting_height
        self._resting_for = self._resting_for + TICK if resting else 0.0
        if self._slow_for > p.touchdown_confirm or self._resting_for > p.resting_confirm:
            return f'descent at {descent:.2f} m/s instead of {wanted:.2f} m/s'
        if age > self._limit:
            return f'no touchdown felt in {self._limit:.0f} s'
        return ''
