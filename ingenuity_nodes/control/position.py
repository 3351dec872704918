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
    """Shorten the horizontal part of ``v`` to ``limit`` in place; return the share left."""
    length = math.hypot(v[0], v[1])
    if length <= limit:
        return 1.0
    v[0] *= limit / length
    v[1] *= limit / length
    return limit / length


@kernel
def wanted_acceleration(
    g: Record, p_error: Array, v_error: Array, a_ref: Array, integral: Array, a: Array,
) -> None:
    """
    Write the acceleration that brings position and velocity back, gravity left out.

    ``p_error`` and ``v_error`` are wanted less estimated; ``integral`` [m/s^2] learns wind and
    trim, and stands still while the command is at its limit.
    """
    push = np.empty(3)
    push[0], push[1] = g.position_gain * p_error[0], g.position_gain * p_error[1]
    limit_across(push, g.position_speed)
    push[2] = min(g.position_speed, max(-g.position_speed, g.height_gain * p_error[2]))
    for i in range(3):
        gain = g.climb_gain if i == 2 else g.velocity_gain
        a[i] = a_ref[i] + gain * (push[i] + v_error[i]) + integral[i]
    free = limit_across(a, g.acceleration_limit)
    for i in range(2):
        # At the limit the integral may only unwind.
        if free == 1.0 or integral[i] * (push[i] + v_error[i]) < 0.0:
            integral[i] += STEP * g.velocity_integral * (push[i] + v_error[i])
    low, high = (g.thrust_low - 1.0) * GRAVITY, (g.thrust_high - 1.0) * GRAVITY
    if low < a[2] < high:
        integral[2] += STEP * g.climb_integral * (push[2] + v_error[2])
    a[2] = min(high, max(low, a[2]))
    limit_across(integral, g.integral_limit)
    integral[2] = min(g.integral_limit, max(-g.integral_limit, integral[2]))


@kernel
def thrust_vector(g: Record, a: Array, thrust: Array) -> None:
    """Write the specific thrust [m/s^2] for an acceleration, within the tilt limit."""
    thrust[0], thrust[1], thrust[2] = a[0], a[1], a[2] + GRAVITY
    limit_across(thrust, math.tan(g.tilt_limit) * thrust[2])
