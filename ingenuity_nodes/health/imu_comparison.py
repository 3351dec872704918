# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Two inertial sensors side by side, compiled: how they differ, and one in place of the other."""

from __future__ import annotations

import math
from typing import Any

from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.timing import STEP, TICK
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
GYRO, ACCELEROMETER = 1, 0      # rows of the record's arrays: force first, then rate
SHARE = 0.1                     # of a new look in the means in flight: a tenth of a second
SECOND, SECONDS = 0.01, 0.002   # in those at rest; what is learned is to be kept, so it is slower
SLOW = TICK / 0.3               # of a new look in the mean innovation: ten images
ALPHA_TIME = 0.02               # [s] over which the angular acceleration is smoothed; assumed

WATCH = np.dtype([
    ('R', 'f8', (3, 3)),             # axes of the second sensor in those of the first
    ('d', 'f8', (3,)),               # place of the first, from the second, in the first's axes [m]
    ('looks', 'i8'),                 # at rest
    ('rest', 'f8', (2, 2, 3)),       # mean reading at rest: sensor, kind, axis
    ('learned', 'f8', (2, 3)),       # mean difference at rest, second less first
    ('last', 'f8', (2, 2, 3)),
    ('repeats', 'i8', (2, 2)),       # equal readings in a row: sensor, kind
    ('rough', 'f8', (2, 2)),         # mean square change from look to look
    ('rougher_for', 'i8', (2, 2)),   # looks
    ('apart', 'f8', (2, 3)),         # mean difference, learned and lever arms taken off
    ('turning', 'f8'),               # mean rate [rad/s]
    ('innovation', 'f8'),
    ('alpha', 'f8', (3,)), ('rate', 'f8', (3,)),     # of the second, while it stands in
    ('out', 'f8', (6,)),
    # limits, see InertialParameters; of both kinds
    ('most_repeats', 'i8'), ('rougher', 'f8'), ('patience', 'i8'), ('noise', 'f8', (2,)),
    ('limit', 'f8', (2,)), ('gyro_scale', 'f8'), ('gyro_late', 'f8'),
    ('belied', 'f8'),
    # what is found: row of BROKEN for both sensors, row of KINDS that disagree + 1, images
    ('found', 'i8', (4,)),
], align=True)
Record = Any    # a numpy record; numba compiles attribute access on it


@kernel
def compare(
    watch: NDArray[np.void], f_1: Array, w_1: Array, f_2: Array, w_2: Array, at_rest: bool,
    innovation: float,
) -> None:
    """Compare both sensors once per tick."""
    m, now = watch[0], np.empty((2, 2, 3))
    for i in range(3):
        now[0, 0, i], now[0, 1, i] = f_1[i], w_1[i]
        now[1, 0, i] = m.R[i, 0] * f_2[0] + m.R[i, 1] * f_2[1] + m.R[i, 2] * f_2[2]
        now[1, 1, i] = m.R[i, 0] * w_2[0] + m.R[i, 1] * w_2[1] + m.R[i, 2] * w_2[2]
    for k in range(2):
        for kind in range(2):
            change, same = 0.0, True
            for i in range(3):
                step = now[k, kind, i] - m.last[k, kind, i] if m.looks else 0.0
                same = same and step == 0.0
                change += step * step / 3.0
            m.repeats[k, kind] = m.repeats[k, kind] + 1 if same and m.looks else 0
            m.rough[k, kind] += SHARE * (change - m.rough[k, kind])
    w = now[0, 1]
    arm = _arm(m, w, (w - m.last[0, 1]) / TICK)
    if at_rest:
        m.looks += 1
        share, slow = max(SECOND, 1.0 / m.looks), max(SECONDS, 1.0 / m.looks)
        for kind in range(2):
            for i in range(3):
                for k in range(2):
                    m.rest[k, kind, i] += share * (now[k, kind, i] - m.rest[k, kind, i])
                apart = now[1, kind, i] - now[0, kind, i]
                m.learned[kind, i] += slow * (apart - m.learned[kind, i])
                m.apart[kind, i] = 0.0
    else:
        for kind in range(2):
            for i in range(3):
                apart = now[1, kind, i] - now[0, kind, i] - m.learned[kind, i]
                if kind == ACCELEROMETER:
                    apart += arm[i]
                m.apart[kind, i] += SHARE * (apart - m.apart[kind, i])
    m.turning += SHARE * (math.sqrt(w[0] ** 2 + w[1] ** 2 + w[2] ** 2) - m.turning)
    m.innovation += SLOW * (innovation - m.innovation)
    for k in range(2):
        for kind in range(2):
            for i in range(3):
                m.last[k, kind, i] = now[k, kind, i]
    _judge(m)


@kernel
def _judge(m: Record) -> None:
    """Write what the means of both sensors say."""
    for k in range(2):
        m.found[k] = 0
        for kind in range(2):
            limit = m.rougher ** 2 * (m.rough[1 - k, kind] + 2.0 * m.noise[kind] ** 2)
            rougher = m.rough[k, kind] > limit
            m.rougher_for[k, kind] = m.rougher_for[k, kind] + 1 if rougher else 0
            if m.rougher_for[k, kind] > m.patience:
                m.found[k] = 3 + kind
        for kind in range(2):
            if m.repeats[k, kind] >= m.most_repeats:
                m.found[k] = 1 + kind
    m.found[2] = 0
    for kind in range(2):
        limit = m.limit[kind]
        if kind == GYRO:
            swing = min(m.rough[0, GYRO], m.rough[1, GYRO]) - 2.0 * m.noise[GYRO] ** 2
            limit += m.gyro_scale * m.turning + m.gyro_late * math.sqrt(max(0.0, swing)) / TICK
        for i in range(3):
            if abs(m.apart[kind, i]) > limit:
                m.found[2] = 1 + kind
    m.found[3] = 1 if m.innovation > m.belied else 0


@kernel
def _arm(m: Record, w: Array, alpha: Array) -> tuple[float, float, float]:
    """Specific force at the first sensor less that at the second, of a turning body."""
    d = m.d
    along = w[0] * d[0] + w[1] * d[1] + w[2] * d[2]
    spin2 = w[0] * w[0] + w[1] * w[1] + w[2] * w[2]
    return (alpha[1] * d[2] - alpha[2] * d[1] + w[0] * along - spin2 * d[0],
            alpha[2] * d[0] - alpha[0] * d[2] + w[1] * along - spin2 * d[1],
            alpha[0] * d[1] - alpha[1] * d[0] + w[2] * along - spin2 * d[2])


@kernel
def stand_in(watch: NDArray[np.void], f_2: Array, w_2: Array) -> None:
    """Write what the first sensor would read, by the second one."""
    m, share = watch[0], STEP / ALPHA_TIME
    f, w = np.empty(3), np.empty(3)
    for i in range(3):
        f[i] = m.R[i, 0] * f_2[0] + m.R[i, 1] * f_2[1] + m.R[i, 2] * f_2[2]
        w[i] = m.R[i, 0] * w_2[0] + m.R[i, 1] * w_2[1] + m.R[i, 2] * w_2[2]
        f[i] -= m.learned[ACCELEROMETER, i]
        w[i] -= m.learned[GYRO, i]
        m.alpha[i] += share * ((w[i] - m.rate[i]) / STEP - m.alpha[i])
        m.rate[i] = w[i]
    arm = _arm(m, w, m.alpha)
    for i in range(3):
        m.out[i], m.out[3 + i] = f[i] + arm[i], w[i]
