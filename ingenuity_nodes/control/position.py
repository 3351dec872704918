# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""From position and velocity errors to the thrust vector, in weights of the aircraft."""

from __future__ import annotations

import math

from ingenuity_nodes.compiled.kernel import kernel, Record
from ingenuity_nodes.timing import STEP
from ingenuity_nodes.world.mars import GRAVITY
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@kernel
def limit_across(v: Array, limit: float) -> float:
    """Shorten the horizontal part of ``v`` to ``limit`` in place; return the fraction left."""
    length = math.hypot(v[0], v[1])
    if length <= limit:
        return 1.0
    v[0] *= limit / length
    v[1] *= limit / length
    return limit / length


@kernel
def wanted_acceleration(
    gains: Record, p_error: Array, v_error: Array, a_ref: Array, integral: Array, a: Array,
) -> None:
    """
    Write the acceleration that brings position and velocity back, gravity left out.

    ``p_error`` and ``v_error`` are wanted less estimated; ``integral`` [m/s^2] learns wind and
    trim, and does not grow while the command is at its limit.
    """
    correction = np.empty(3)
    for i in range(2):
        correction[i] = gains.position_gain * p_error[i]
    limit_across(correction, gains.position_speed)
    fastest = gains.position_speed
    correction[2] = min(fastest, max(-fastest, gains.height_gain * p_error[2]))
    for i in range(3):
        gain = gains.climb_gain if i == 2 else gains.velocity_gain
        a[i] = a_ref[i] + gain * (correction[i] + v_error[i]) + integral[i]
    free = limit_across(a, gains.acceleration_limit)
    for i in range(2):
        # At the limit the integral may only unwind.
        if free == 1.0 or integral[i] * (correction[i] + v_error[i]) < 0.0:
            integral[i] += STEP * gains.velocity_integral * (correction[i] + v_error[i])
    low, high = (gains.thrust_low - 1.0) * GRAVITY, (gains.thrust_high - 1.0) * GRAVITY
    if low < a[2] < high:
        integral[2] += STEP * gains.climb_integral * (correction[2] + v_error[2])
    a[2] = min(high, max(low, a[2]))
    limit_across(integral, gains.integral_limit)
    integral[2] = min(gains.integral_limit, max(-gains.integral_limit, integral[2]))


@kernel
def thrust_vector(gains: Record, a: Array, thrust: Array) -> None:
    """Write the specific thrust [m/s^2] for an acceleration, within the tilt limit."""
    thrust[0], thrust[1], thrust[2] = a[0], a[1], a[2] + GRAVITY
    limit_across(thrust, math.tan(gains.tilt_limit) * thrust[2])
