# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""From the thrust vector and heading to the angular acceleration."""

from __future__ import annotations

import math

from ingenuity_nodes.compiled.kernel import kernel, Record
from ingenuity_nodes.timing import STEP
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@kernel
def attitude_error(R_MB: Array, thrust: Array, yaw: float, error: Array) -> None:
    """
    Write the rotation vector in B that brings the body's up axis onto the thrust, nose onto yaw.

    Tilt and heading are separate: a wrong heading must not disturb the direction of the thrust.
    """
    length = math.sqrt(thrust[0] ** 2 + thrust[1] ** 2 + thrust[2] ** 2)
    up = np.empty(3)
    for i in range(3):
        up[i] = (R_MB[0, i] * thrust[0] + R_MB[1, i] * thrust[1] + R_MB[2, i] * thrust[2]) / length
    # e_z x up, in B, has the length of the sine of the tilt error
    sine, cosine = math.hypot(up[0], up[1]), up[2]
    scale = math.atan2(sine, cosine) / sine if sine > 1e-9 else 1.0
    error[0], error[1] = -up[1] * scale, up[0] * scale
    yaw_error = yaw - math.atan2(R_MB[1, 0], R_MB[0, 0])
    error[2] = math.atan2(math.sin(yaw_error), math.cos(yaw_error))


@kernel
def angular_acceleration(
    gains: Record, error: Array, yaw_rate: float, w_MB_B: Array, integral: Array,
    alpha: Array,
) -> None:
    """Write the angular acceleration in B; ``integral`` [rad/s^2] learns the rotors' trim."""
    limit, top = gains.rate_limit, gains.angular_integral_limit
    for i in range(3):
        attitude_gain, rate_gain, rate_integral = (
            gains.attitude_gain, gains.rate_gain, gains.rate_integral)
        feedforward = 0.0
        if i == 2:
            attitude_gain, rate_gain, rate_integral = (
                gains.yaw_gain, gains.yaw_rate_gain, gains.yaw_rate_integral)
            feedforward = yaw_rate
        wanted = feedforward + attitude_gain * error[i]
        rate_error = min(limit, max(-limit, wanted)) - w_MB_B[i]
        integral[i] = min(top, max(-top, integral[i] + STEP * rate_integral * rate_error))
        alpha[i] = rate_gain * rate_error + integral[i]


@kernel
def damp(gains: Record, w_MB_B: Array, alpha: Array) -> None:
    """Write the angular acceleration that only opposes the rate, for the moments on the ground."""
    alpha[0], alpha[1] = -gains.rate_gain * w_MB_B[0], -gains.rate_gain * w_MB_B[1]
    alpha[2] = -gains.yaw_rate_gain * w_MB_B[2]
