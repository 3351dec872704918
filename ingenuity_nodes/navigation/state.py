# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The state of the filter, its error, and the names of their parts.

The reference image (keyframe) is the one that later images are compared with; the letter K stands
for the body and its inertial sensor at the instant of that image.

================== ==================== =========================================================
in :data:`STATE`   in the error         meaning
================== ==================== =========================================================
``p_MI``           ``POSITION``         position of the inertial sensor I in M
``v_MI``           ``VELOCITY``         its velocity
``q_MB``           ``ATTITUDE``         attitude; its error is a small rotation written in M
``gyro_bias``      ``GYRO_BIAS``        bias of the angular rate
``accel_bias``     ``ACCEL_BIAS``       bias of the specific force
``p_MK``           ``KEY_POSITION``     position of I when the reference image was taken
``q_MK``           ``KEY_ATTITUDE``     attitude when the reference image was taken
``ground_height``  ``GROUND_HEIGHT``    height in M of the ground plane below ``p_MK``
``slope``          ``SLOPE``            slope of that plane towards east and north
``spot_height``    ``SPOT_HEIGHT``      ground at the spot of the laser above the plane
``range_scale``    ``RANGE_SCALE``      scale error of the altimeter
``rate_scale``     ``RATE_SCALE``       scale errors of the angular rate, in B
``force_scale``    ``FORCE_SCALE``      scale error of the specific force along z of B
``refused``                             altimeter readings refused in a row
================== ==================== =========================================================

The first 21 errors are those of D. S. Bayard et al., "Vision-based navigation for the NASA Mars
helicopter", AIAA 2019-1411, which takes the ground as level; here the plane is estimated, too, so
that the filter knows what sloping ground does to it. Errors follow J. Sola, "Quaternion kinematics
for the error-state Kalman filter", arXiv:1711.02508, section 7 (global angular errors).

A covariance ``P`` has more columns than rows, (30, 30 + n): those beyond the errors are the
covariances of the errors with n consider parameters (S. F. Schmidt 1966): how far each feature of
the reference image stands out of the ground plane.
"""

from __future__ import annotations

from typing import Any

from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.compiled.rotations import turn_global
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Record = Any    # a numpy record; numba compiles attribute access on it

STATE = np.dtype([
    ('p_MI', 'f8', (3,)), ('v_MI', 'f8', (3,)), ('q_MB', 'f8', (4,)),
    ('gyro_bias', 'f8', (3,)), ('accel_bias', 'f8', (3,)),
    ('p_MK', 'f8', (3,)), ('q_MK', 'f8', (4,)),
    ('ground_height', 'f8'), ('slope', 'f8', (2,)), ('spot_height', 'f8'),
    ('range_scale', 'f8'), ('rate_scale', 'f8', (3,)), ('force_scale', 'f8'),
    ('refused', 'f8'),    # those that are too short count below zero
], align=True)

# Where the parts of the error begin: in rows of H, in dx, in rows and columns of P.
POSITION, VELOCITY, ATTITUDE, GYRO_BIAS, ACCEL_BIAS = 0, 3, 6, 9, 12
KEY_POSITION, KEY_ATTITUDE = 15, 18
GROUND_HEIGHT, SLOPE, SPOT_HEIGHT, RANGE_SCALE, RATE_SCALE, FORCE_SCALE = 21, 22, 24, 25, 26, 29
ERRORS = 30    # a multiple of three, see kalman.py
PROCESS_NOISE, NOISY = VELOCITY, 12    # first error with white process noise, and how many have it

# What the sensors report at one step.
INPUTS = np.dtype([
    ('f_B', 'f8', (3,)),       # specific force at I [m/s^2]
    ('w_MB_B', 'f8', (3,)),    # angular rate [rad/s]
    ('altimeter', 'f8'),       # [m], NaN where there is no reading
    ('at_rest', 'f8'),         # 1: stands on the ground
], align=True)


@kernel
def apply_correction(x: Record, dx: Array) -> None:
    """Add the error ``dx`` to the nominal state."""
    for i in range(3):
        x.p_MI[i] += dx[POSITION + i]
        x.v_MI[i] += dx[VELOCITY + i]
        x.gyro_bias[i] += dx[GYRO_BIAS + i]
        x.accel_bias[i] += dx[ACCEL_BIAS + i]
        x.p_MK[i] += dx[KEY_POSITION + i]
    turn_global(x.q_MB, dx[ATTITUDE], dx[ATTITUDE + 1], dx[ATTITUDE + 2])
    turn_global(x.q_MK, dx[KEY_ATTITUDE], dx[KEY_ATTITUDE + 1], dx[KEY_ATTITUDE + 2])
    x.ground_height += dx[GROUND_HEIGHT]
    x.slope[0] += dx[SLOPE]
    x.slope[1] += dx[SLOPE + 1]
    x.spot_height += dx[SPOT_HEIGHT]
    x.range_scale += dx[RANGE_SCALE]
    for i in range(3):
        x.rate_scale[i] += dx[RATE_SCALE + i]
    x.force_scale += dx[FORCE_SCALE]
