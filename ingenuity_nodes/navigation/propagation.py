# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The filter's memory and how it moves from one step to the next.

=========== ============ ==================================================================
in ``x``    in error     meaning
=========== ============ ==================================================================
0:3         0:3          position of the inertial sensor I in M
3:6         3:6          its velocity
6:10        6:9          attitude ``q_MB``; its error is a small rotation written in M
10:13       9:12         rate bias
13:16       12:15        specific force bias
16:19       15:18        position of I when the base image was taken
19:23       18:21        attitude when the base image was taken
23          21           height in M of the ground plane below the base position
24:26       22:24        slope of that plane towards east and north
26          24           ground at the laser's spot above the plane
27          25           scale error of the altimeter
28          26           scale error of the yaw rate
29                       altimeter readings refused in a row
=========== ============ ==================================================================

A covariance ``P`` has more columns than rows, (27, 27 + n): those beyond the errors tell how the
errors go together with n doubts that are considered but not estimated (S. F. Schmidt 1966): how
far the corner of each feature of the base image stands out of the ground plane.

The last ``SLOTS`` steps are kept in a ring, so that an image which arrives late corrects the step
at which it was exposed, and the steps since are then walked again. The state moves at each step,
the covariance when something is measured, and at least every ``COVARIANCE_STEPS``. The first 21
error states are those of D. S. Bayard et al., "Vision-based navigation for the NASA Mars
helicopter", AIAA 2019-1411, which takes the ground as level; here the plane is estimated, too, so
that the filter knows what sloping ground does to it. Errors follow J. Sola, "Quaternion kinematics
for the error-state Kalman filter", arXiv:1711.02508, section 7 (global angular errors).
"""

from __future__ import annotations

from typing import Any

from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.compiled.rotations import matrix_into, turn_global, turn_local
from ingenuity_nodes.timing import STEP
from ingenuity_nodes.world.mars import GRAVITY
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Record = Any   # a numpy record; numba compiles attribute access on it

SLOTS = 128            # 0.256 s of memory; an image that comes later is lost
COVARIANCE_STEPS = 5   # 10 ms, in which the aircraft turns by a degree at most
STATES, ERRORS = 30, 27
BASE, PLANE, SPOT, RANGE_SCALE, YAW_SCALE = 15, 21, 24, 25, 26    # in the error
SHIFT = 2                       # in the state they stand so much later, from PLANE on
REFUSED = 29    # in the state only: distances refused in a row, too short ones below zero
# Columns of the inputs kept per step: specific force, rate, altimeter (NaN: none), at rest.
ALTIMETER, AT_REST, INPUTS = 6, 7, 8


@kernel
def propagate_state(x: Array, before: Array, now: Array) -> tuple[float, float, float]:
    """
    Move the nominal state by one step; return the specific force in M.

    The specific force is the mean over the step, as the chip's filter gives it; rates are
    taken as straight lines between two samples.
    """
    R = np.empty((3, 3))
    matrix_into(x[6:10], R)
    f = np.zeros(3)
    for i in range(3):
        for j in range(3):
            f[i] += 0.5 * R[i, j] * (now[j] - x[13 + j])
    turn_local(
        x[6:10],
        (0.5 * (before[3] + now[3]) - x[10]) * STEP,
        (0.5 * (before[4] + now[4]) - x[11]) * STEP,
        (0.5 * (before[5] + now[5]) - x[12]) * (1.0 - x[YAW_SCALE + SHIFT]) * STEP)
    matrix_into(x[6:10], R)
    for i in range(3):
        for j in range(3):
            f[i] += 0.5 * R[i, j] * (now[j] - x[13 + j])
    for i in range(3):
        a = f[i] - (GRAVITY if i == 2 else 0.0)
        x[i] += STEP * (x[3 + i] + 0.5 * STEP * a)
        x[3 + i] += STEP * a
    return f[0], f[1], f[2]


@kernel
def propagate_covariance(
    P: Array, width: int, q_MB: Array, f: tuple[float, float, float], yaw_rate: float, Q: Array,
    steps: int,
) -> None:
    """
    Replace ``P`` by ``F P F' + Q`` in place, over some steps at once.

    F is the identity but for  p <- dt v,  v <- -[f]x dt theta - R dt b_accel,
    theta <- -R dt (b_gyro + e_z w_z scale), with the mean specific force and yaw rate of these
    steps and the attitude at their end;  Q holds the variance added per step to v, theta and
    both biases. Columns from ``width`` on are not in use.
    """
    R = np.empty((3, 3))
    matrix_into(q_MB, R)
    dt = steps * STEP
    turn = yaw_rate * dt
    fx, fy, fz = f[0] * dt, f[1] * dt, f[2] * dt
    for j in range(width):
        for i in range(3):
            P[i, j] += dt * P[3 + i, j]
        t0, t1, t2 = P[6, j], P[7, j], P[8, j]
        P[3, j] += fz * t1 - fy * t2
        P[4, j] += fx * t2 - fz * t0
        P[5, j] += fy * t0 - fx * t1
        a0, a1, a2 = P[12, j] * dt, P[13, j] * dt, P[14, j] * dt
        g0, g1, g2 = P[9, j] * dt, P[10, j] * dt, P[11, j] * dt + P[YAW_SCALE, j] * turn
        for i in range(3):
            P[3 + i, j] -= R[i, 0] * a0 + R[i, 1] * a1 + R[i, 2] * a2
            P[6 + i, j] -= R[i, 0] * g0 + R[i, 1] * g1 + R[i, 2] * g2
    for j in range(ERRORS):
        row = P[j]
        for i in range(3):
            row[i] += dt * row[3 + i]
        t0, t1, t2 = row[6], row[7], row[8]
        row[3] += fz * t1 - fy * t2
        row[4] += fx * t2 - fz * t0
        row[5] += fy * t0 - fx * t1
        a0, a1, a2 = row[12] * dt, row[13] * dt, row[14] * dt
        g0, g1, g2 = row[9] * dt, row[10] * dt, row[11] * dt + row[YAW_SCALE] * turn
        for i in range(3):
            row[3 + i] -= R[i, 0] * a0 + R[i, 1] * a1 + R[i, 2] * a2
            row[6 + i] -= R[i, 0] * g0 + R[i, 1] * g1 + R[i, 2] * g2
    for i in range(12):
        P[3 + i, 3 + i] += steps * Q[i]
    for i in range(ERRORS):
        for j in range(i):
            P[i, j] = P[j, i]


@kernel
def correct_state(x: Array, dx: Array) -> None:
    """Add the error ``dx`` to the nominal state."""
    for i in range(6):
        x[i] += dx[i]
    turn_global(x[6:10], dx[6], dx[7], dx[8])
    for i in range(6):
        x[10 + i] += dx[9 + i]
    for i in range(3):
        x[16 + i] += dx[15 + i]
    turn_global(x[19:23], dx[18], dx[19], dx[20])
    for i in range(PLANE, ERRORS):
        x[SHIFT + i] += dx[i]
