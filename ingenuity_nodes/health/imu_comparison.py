# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Two inertial sensors compared, compiled: their residual difference, and a substitute for the first.

I is the first sensor, J the second; both turn with the body.
"""

from __future__ import annotations

import math
from typing import Any

from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.timing import STEP, TICK
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
GYRO, ACCELEROMETER = 1, 0    # kinds, as rows of the record's arrays: force first, then rate

# Gains of exponential means: what one more sample counts in them.
VARIANCE_GAIN = RESIDUAL_GAIN = RATE_GAIN = 0.1    # a tenth of a second
REST_MEAN_GAIN = 0.01
REST_DIFFERENCE_GAIN = 0.002    # kept for the whole flight, so it is averaged for longer
NIS_GAIN = TICK / 0.3           # ten images
ALPHA_GAIN = STEP / 0.02        # assumed: 20 ms for the angular acceleration

REPEATING, NOISY = 1, 3         # what is found of a sensor, plus the kind
DISAGREEING = 2                 # where it is found: the kind plus one, 0 while both agree
INCONSISTENT = 3                # where it is found: 1 when images contradict the sensor in use

COMPARISON = np.dtype([
    ('R_IJ', 'f8', (3, 3)),
    ('p_JI_I', 'f8', (3,)),             # [m]
    # statistics
    ('rest_samples', 'i8'),
    ('rest_mean', 'f8', (2, 2, 3)),     # sensor, kind, axis; in the axes of I, as all that follow
    ('rest_difference', 'f8', (2, 3)),  # mean at rest, second less first: kind, axis
    ('previous', 'f8', (2, 2, 3)),
    ('repeats', 'i8', (2, 2)),          # equal samples in a row: sensor, kind
    ('variance', 'f8', (2, 2)),         # mean square of the change from sample to sample
    ('noisy_for', 'i8', (2, 2)),        # samples
    ('residual', 'f8', (2, 3)),         # mean difference, less that at rest and lever arms
    ('rate', 'f8'),                     # mean angular rate [rad/s]
    ('nis', 'f8'),                      # mean normalised innovation squared of the filter
    # of the substitute
    ('alpha', 'f8', (3,)), ('w_MB', 'f8', (3,)),
    ('substitute', 'f8', (2, 3)),       # kind, axis
    # limits, see InertialParameters
    ('most_repeats', 'i8'), ('noise_ratio', 'f8'), ('patience', 'i8'), ('noise', 'f8', (2,)),
    ('residual_limit', 'f8', (2,)), ('gyro_scale', 'f8'), ('gyro_delay', 'f8'),
    ('nis_limit', 'f8'),
    # what is found
    ('found', 'i8', (4,)),              # row of BROKEN for each sensor, and:
], align=True)
Record = Any    # a numpy record; numba compiles attribute access on it
Sample = tuple[Array, Array]    # specific force and angular rate, in the axes of the sensor


@kernel
def compare(
    comparisons: NDArray[np.void], first: Sample, second: Sample, at_rest: bool, nis: float,
) -> None:
    """Compare the samples of both sensors, once per tick."""
    c = comparisons[0]
    now = np.empty((2, 2, 3))    # sensor, kind, axis
    for kind in range(2):
        for i in range(3):
            now[0, kind, i] = first[kind][i]
            now[1, kind, i] = _in_first(c, second[kind], i)
    _count_repeats(c, now)
    if at_rest:
        _average_at_rest(c, now)
    else:
        _average_residual(c, now)
    w = now[0, GYRO]
    c.rate += RATE_GAIN * (math.sqrt(w[0] ** 2 + w[1] ** 2 + w[2] ** 2) - c.rate)
    c.nis += NIS_GAIN * (nis - c.nis)
    for k in range(2):
        for kind in range(2):
            for i in range(3):
                c.previous[k, kind, i] = now[k, kind, i]
    _judge_each(c)
    _judge_difference(c)
    c.found[INCONSISTENT] = 1 if c.nis > c.nis_limit else 0


@kernel(inline=True)
def _in_first(c: Record, v_J: Array, i: int) -> float:
    """Return one component, in the axes of the first sensor, of what the second one measures."""
    return float(c.R_IJ[i, 0] * v_J[0] + c.R_IJ[i, 1] * v_J[1] + c.R_IJ[i, 2] * v_J[2])


@kernel
def _count_repeats(c: Record, now: Array) -> None:
    """Count equal samples and average the changes from sample to sample."""
    for k in range(2):
        for kind in range(2):
            square, same = 0.0, True
            for i in range(3):
                change = now[k, kind, i] - c.previous[k, kind, i] if c.rest_samples else 0.0
                same = same and change == 0.0
                square += change * change / 3.0
            c.repeats[k, kind] = c.repeats[k, kind] + 1 if same and c.rest_samples else 0
            c.variance[k, kind] += VARIANCE_GAIN * (square - c.variance[k, kind])


@kernel
def _average_at_rest(c: Record, now: Array) -> None:
    """Average what both sensors read at rest, and how they differ there."""
    c.rest_samples += 1
    mean_gain = max(REST_MEAN_GAIN, 1.0 / c.rest_samples)
    difference_gain = max(REST_DIFFERENCE_GAIN, 1.0 / c.rest_samples)
    for kind in range(2):
        for i in range(3):
            for k in range(2):
                c.rest_mean[k, kind, i] += mean_gain * (now[k, kind, i] - c.rest_mean[k, kind, i])
            difference = now[1, kind, i] - now[0, kind, i]
            c.rest_difference[kind, i] += difference_gain * (
                difference - c.rest_difference[kind, i])
            c.residual[kind, i] = 0.0


@kernel
def _average_residual(c: Record, now: Array) -> None:
    """Average how both sensors differ in flight, beyond what rest and lever arm explain."""
    w = now[0, GYRO]
    lever = _lever_force(c.p_JI_I, w, (w - c.previous[0, GYRO]) / TICK)
    for kind in range(2):
        for i in range(3):
            difference = now[1, kind, i] - now[0, kind, i] - c.rest_difference[kind, i]
            if kind == ACCELEROMETER:
                difference += lever[i]
            c.residual[kind, i] += RESIDUAL_GAIN * (difference - c.residual[kind, i])


@kernel
def _judge_each(c: Record) -> None:
    """Write which of both sensors repeat themselves or are noisier than the other."""
    for k in range(2):
        c.found[k] = 0
        for kind in range(2):
            limit = c.noise_ratio ** 2 * (c.variance[1 - k, kind] + 2.0 * c.noise[kind] ** 2)
            noisy = c.variance[k, kind] > limit
            c.noisy_for[k, kind] = c.noisy_for[k, kind] + 1 if noisy else 0
            if c.noisy_for[k, kind] > c.patience:
                c.found[k] = NOISY + kind
        for kind in range(2):
            if c.repeats[k, kind] >= c.most_repeats:
                c.found[k] = REPEATING + kind


@kernel
def _judge_difference(c: Record) -> None:
    """Write the kind in which both sensors disagree."""
    c.found[DISAGREEING] = 0
    for kind in range(2):
        limit = c.residual_limit[kind]
        if kind == GYRO:
            # What both sensors see beyond their noise is angular acceleration.
            square = min(c.variance[0, GYRO], c.variance[1, GYRO]) - 2.0 * c.noise[GYRO] ** 2
            limit += c.gyro_scale * c.rate + c.gyro_delay * math.sqrt(max(0.0, square)) / TICK
        for i in range(3):
            if abs(c.residual[kind, i]) > limit:
                c.found[DISAGREEING] = 1 + kind


@kernel
def _lever_force(d: Array, w: Array, alpha: Array) -> tuple[float, float, float]:
    """Return the specific force at the first sensor less that at the second, by the rotation."""
    along = w[0] * d[0] + w[1] * d[1] + w[2] * d[2]
    square = w[0] * w[0] + w[1] * w[1] + w[2] * w[2]
    return (alpha[1] * d[2] - alpha[2] * d[1] + w[0] * along - square * d[0],
            alpha[2] * d[0] - alpha[0] * d[2] + w[1] * along - square * d[1],
            alpha[0] * d[1] - alpha[1] * d[0] + w[2] * along - square * d[2])


@kernel
def substitute(comparisons: NDArray[np.void], second: Sample) -> None:
    """Write what the first sensor would read, by the sample of the second one."""
    c = comparisons[0]
    f, w = np.empty(3), np.empty(3)
    for i in range(3):
        f[i] = _in_first(c, second[ACCELEROMETER], i) - c.rest_difference[ACCELEROMETER, i]
        w[i] = _in_first(c, second[GYRO], i) - c.rest_difference[GYRO, i]
        c.alpha[i] += ALPHA_GAIN * ((w[i] - c.w_MB[i]) / STEP - c.alpha[i])
        c.w_MB[i] = w[i]
    lever = _lever_force(c.p_JI_I, w, c.alpha)
    for i in range(3):
        c.substitute[ACCELEROMETER, i] = f[i] + lever[i]
        c.substitute[GYRO, i] = w[i]
