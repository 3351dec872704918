# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""How the state and its covariance are propagated from one step to the next."""

from __future__ import annotations

from typing import NamedTuple

from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.compiled.rotations import matrix_into, turn_local
from ingenuity_nodes.navigation.state import (
    ACCEL_BIAS, Array, ATTITUDE, ERRORS, FORCE_SCALE, GYRO_BIAS, NOISY, POSITION, PROCESS_NOISE,
    RATE_SCALE, Record, VELOCITY)
from ingenuity_nodes.timing import STEP
from ingenuity_nodes.world.mars import GRAVITY
import numpy as np


class Motion(NamedTuple):
    """What moved the aircraft over some steps."""

    f_M: tuple[float, float, float]    # mean specific force [m/s^2]
    w_B: tuple[float, float, float]    # mean angular rate, bias removed [rad/s]
    f_z: float                         # mean specific force along z of B [m/s^2]
    steps: int


class Transition(NamedTuple):
    """The transition matrix F over some steps, which is the identity but for these."""

    R_MB: Array
    f_dt: tuple[float, float, float]    # specific force in M times dt [m/s]
    turn: tuple[float, float, float]    # angular rate in B times dt [rad]
    lift: float                         # specific force along z of B times dt [m/s]
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
    f_B = (now.f_B[0] - x.accel_bias[0], now.f_B[1] - x.accel_bias[1],
           (now.f_B[2] - x.accel_bias[2]) * (1.0 - x.force_scale))
    _add_half(R_MB, f_B, f_M)
    turn_local(x.q_MB, _turned(x, before, now, 0), _turned(x, before, now, 1),
               _turned(x, before, now, 2))
    matrix_into(x.q_MB, R_MB)
    _add_half(R_MB, f_B, f_M)
    for i in range(3):
        a_M = f_M[i] - (GRAVITY if i == 2 else 0.0)
        x.p_MI[i] += STEP * (x.v_MI[i] + 0.5 * STEP * a_M)
        x.v_MI[i] += STEP * a_M
    return f_M[0], f_M[1], f_M[2]


@kernel(inline=True)
def _turned(x: Record, before: Record, now: Record, i: int) -> float:
    """Return how far the body has turned about one of its axes in a step [rad]."""
    rate = 0.5 * (before.w_MB_B[i] + now.w_MB_B[i]) - x.gyro_bias[i]
    return float(rate * (1.0 - x.rate_scale[i]) * STEP)


@kernel(inline=True)
def _add_half(R_MB: Array, f_B: tuple[float, float, float], f_M: Array) -> None:
    """Add half of the specific force, as it is at one end of the step."""
    for i in range(3):
        f_M[i] += 0.5 * (R_MB[i, 0] * f_B[0] + R_MB[i, 1] * f_B[1] + R_MB[i, 2] * f_B[2])


@kernel
def propagate_covariance(P: Array, width: int, q_MB: Array, motion: Motion, Q: Array) -> None:
    """
    Replace ``P`` by ``F P F' + Q`` in place, over some steps at once.

    F is the identity but for  p <- dt v,  v <- -[f]x dt theta - R dt (b_accel + e_z f_z scale),
    theta <- -R dt (b_gyro + diag(w) scales), with the mean specific force and rates of these
    steps and the attitude at their end;  Q holds the variance added per step to v, theta and
    both biases. Columns from ``width`` on are not in use.
    """
    R_MB = np.empty((3, 3))
    matrix_into(q_MB, R_MB)
    dt, f_M = motion.steps * STEP, motion.f_M
    w_B = motion.w_B
    F = Transition(R_MB, (f_M[0] * dt, f_M[1] * dt, f_M[2] * dt),
                   (w_B[0] * dt, w_B[1] * dt, w_B[2] * dt), motion.f_z * dt, dt)
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
    R, dt, turn, lift = F.R_MB, F.dt, F.turn, F.lift
    fx, fy, fz = F.f_dt
    for j in range(columns):
        for i in range(3):
            P[POSITION + i, j] += dt * P[VELOCITY + i, j]
        t0, t1, t2 = P[ATTITUDE, j], P[ATTITUDE + 1, j], P[ATTITUDE + 2, j]
        P[VELOCITY, j] += fz * t1 - fy * t2
        P[VELOCITY + 1, j] += fx * t2 - fz * t0
        P[VELOCITY + 2, j] += fy * t0 - fx * t1
        a0, a1 = P[ACCEL_BIAS, j] * dt, P[ACCEL_BIAS + 1, j] * dt
        a2 = P[ACCEL_BIAS + 2, j] * dt + P[FORCE_SCALE, j] * lift
        g0 = P[GYRO_BIAS, j] * dt + P[RATE_SCALE, j] * turn[0]
        g1 = P[GYRO_BIAS + 1, j] * dt + P[RATE_SCALE + 1, j] * turn[1]
        g2 = P[GYRO_BIAS + 2, j] * dt + P[RATE_SCALE + 2, j] * turn[2]
        for i in range(3):
            P[VELOCITY + i, j] -= R[i, 0] * a0 + R[i, 1] * a1 + R[i, 2] * a2
            P[ATTITUDE + i, j] -= R[i, 0] * g0 + R[i, 1] * g1 + R[i, 2] * g2
