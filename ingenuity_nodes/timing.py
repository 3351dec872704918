# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Time is a whole number of nanoseconds; steps come at 500 Hz, lockstep ticks at 100 Hz."""

from __future__ import annotations

STEP_NS = 2_000_000    # one step of sensors, estimator, control, vehicle
TICK_NS = 10_000_000   # one /clock tick: guidance; every participant answers before the next
STEPS_PER_TICK = TICK_NS // STEP_NS
SECOND_NS = 1_000_000_000
STEP = STEP_NS / SECOND_NS
TICK = TICK_NS / SECOND_NS


class Every:
    """True once per period: at the first step at or after each whole multiple of it."""

    def __init__(self, rate_hz: int) -> None:
        if rate_hz <= 0 or rate_hz > SECOND_NS // STEP_NS:
            raise ValueError(f'found {rate_hz} Hz, allowed: 1 to {SECOND_NS // STEP_NS} Hz')
        steps = SECOND_NS // STEP_NS
        # Of each step within a second, whose multiples lie alike in every second.
        self._due = tuple(step * rate_hz % steps < rate_hz for step in range(steps))

    def due(self, t_ns: int) -> bool:
        """
        Return whether a multiple of the period lies in the step that ends at ``t_ns``.

        A rate that does not divide 500 Hz, such as the camera's 30 Hz, falls on the nearest
        later steps and never drifts.
        """
        return self._due[t_ns // STEP_NS % len(self._due)]
