# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""How the state and its covariance are propagated from one step to the next."""

from __future__ import annotations

from typing import NamedTuple

from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.compiled.rotations import matrix_into, turn_local
from ingenuity_nodes.navigation.state import (
    ACCEL_BIAS, Array, ATTITUDE, ERRORS, GYRO_BIAS, NOISY, POSITION, PROCESS_NOISE, Record,
    VELOCITY, YAW_SCALE)
from ingenuity_nodes.timing import STEP
from ingenuity_nodes.world.mars import GRAVITY
import numpy as np


class Motion(NamedTuple):
    """What moved the aircraft over some steps."""

    f_M: tuple[float, float, float]    # mean specific force [m/s^2]
    yaw_rate: float                    # mean rate about z of B, bias removed [rad/s]
    steps: int


class Transition(NamedTuple):
    """The transition matrix F over some steps, which is the identity but for these."""

    R_MB: Array
    f_dt: tuple[float, float, float]    # specific force in M times dt [m/s]
    yaw: float                          # yaw rate times dt [rad]
    dt: float                           # [s]


@kernel
def propagate_state(x: Record, before: Record, now: Record) -> tuple[float, float, float]:
    """
    Propagate the nominal state by one step; return the specific force in M.

    The specific force is the mean over the step, as the chip's filter gives it; rates are
    interpolated linearly between two samples.
    """
    R_MB, f_M = np.empty((3, 3)), np.zeros(3)
    matrix_into(x.q_MB, R_MB)
    _add_half(R_MB, now.f_B, x.accel_bias, f_M)
    turn_local(
        x.q_MB,
        (0.5 * (before.w_MB_B[0] + now.w_MB_B[0]) - x.gyro_bias[0]) * STEP,
        (0.5 * (before.w_MB_B[1] + now.w_MB_B[1]) - x.gyro_bias[1]) * STEP,
        (0.5 * (before.w_MB_B[2] + now.w_MB_B[2]) - x.gyro_bias[2]) * (1.0 - x.yaw_scale) * STEP)
    matrix_into(x.q_MB, R_MB)
    _add_half(R_MB, now.f_B, x.accel_bias, f_M)
    for i in range(3):
        a_M = f_M[i] - (GRAVITY if i == 2 else 0.0)
        x.p_MI[i] += STEP * (x.v_MI[i] + 0.5 * STEP * a_M)
        x.v_MI[i] += STEP * a_M
    return f_M[0], f_M[1], f_M[2]


@kernel(inline=True)
def _add_half(R_MB: Array, f_B: Array, accel_bias: Array, f_M: Array) -> None:
    """Add half of the specific force, as it is at one end of the step."""
    for i in range(3):
        for j in range(3):
            f_M[i] += 0.5 * R_MB[i, j] * (f_B[j] - accel_bias[j])


@kernel
def propagate_covariance(P: Array, width: int, q_MB: Array, motion: Motion, Q: Array) -> None:
    """
    Replace ``P`` by ``F P F' + Q`` in place, over some steps at once.

    F is the identity but for  p <- dt v,  v <- -[f]x dt theta - R dt b_accel,
    theta <- -R dt (b_gyro + e_z w_z scale), with the mean specific force and yaw rate of these
    steps and the attitude at their end;  Q holds the variance added per step to v, theta and
    both biases. Columns from ``width`` on are not in use.
    """
    R_MB = np.empty((3, 3))
    matrix_into(q_MB, R_MB)
    dt, f_M = motion.steps * STEP, motion.f_M
    F = Transition(R_MB, (f_M[0] * dt, f_M[1] * dt, f_M[2] * dt), motion.yaw_rate * dt, dt)
    _multiply(F, P, width)
    _multiply(F, P.T, ERRORS)
    for i in range(NOISY):
        P[PROCESS_NOISE + i, PROCESS_NOISE + i] += motion.steps * Q[i]
    for i in range(ERRORS):
        for j in range(i):
            P[i, j] = P[j, i]


@kernel
def _multiply(F: Transition, P: Array, columns: int) -> None:
    """Replace the first columns of ``P`` by ``F P``; of its transpose, that is ``P F'``."""
    R, dt, yaw = F.R_MB, F.dt, F.yaw
    fx, fy, fz = F.f_dt
    for j in range(columns):
        for i in range(3):
            P[POSITION + i, j] += dt * P[VELOCITY + i, j]
        t0, t1, t2 = P[ATTITUDE, j], P[ATTITUDE + 1, j], P[ATTITUDE + 2, j]
        P[VELOCITY, j] += fz * t1 - fy * t2
        P[VELOCITY + 1, j] += fx * t2 - fz * t0
        P[VELOCITY + 2, j] += fy * t0 - fx * t1
        a0, a1, a2 = P[ACCEL_BIAS, j] * dt, P[ACCEL_BIAS + 1, j] * dt, P[ACCEL_BIAS + 2, j] * dt
        g0, g1 = P[GYRO_BIAS, j] * dt, P[GYRO_BIAS + 1, j] * dt
        g2 = P[GYRO_BIAS + 2, j] * dt + P[YAW_SCALE, j] * yaw
        for i in range(3):
            P[VELOCITY + i, j] -= R[i, 0] * a0 + R[i, 1] * a1 + R[i, 2] * a2
            P[ATTITUDE + i, j] -= R[i, 0] * g0 + R[i, 1] * g1 + R[i, 2] * g2
