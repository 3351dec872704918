# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The filter's walk through its memory: forward each step, and again after a late image."""

from __future__ import annotations

import math

from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.compiled.rotations import matrix_into, turn_local
from ingenuity_nodes.navigation.ground_plane import creep, height_over_plane, rebase, wander
from ingenuity_nodes.navigation.measurement import use_altimeter, use_features, use_rest
from ingenuity_nodes.navigation.propagation import (
    ALTIMETER, Array, AT_REST, correct_state, COVARIANCE_STEPS, ERRORS, INPUTS,
    propagate_covariance, propagate_state, Record, SLOTS, STATES)
from ingenuity_nodes.navigation.reference_image import BASE_IMAGE, note_lost, take_base, WIDTH
from ingenuity_nodes.timing import STEP
from ingenuity_nodes.world.mars import GRAVITY
import numpy as np
from numpy.typing import NDArray

Records = NDArray[np.void]

FEWEST_FEATURES = 4     # a plane of points fixes a pose from four on

# The last steps and the base image.
MEMORY = np.dtype([
    ('x', 'f8', (SLOTS, STATES)),
    ('P', 'f8', (SLOTS, ERRORS, WIDTH)),   # where it is known
    ('known', 'i8', (SLOTS,)),             # last step up to this one whose P is known
    ('inputs', 'f8', (SLOTS, INPUTS)),
    ('moved', 'f8', (SLOTS, 4)),           # specific force in M, yaw rate
    ('corrected', 'i8'),                   # step at which the last image was exposed
    ('base', BASE_IMAGE),
    ('report', 'f8', (20,)),               # see :func:`report`
], align=True)


@kernel
def advance(m: Record, s: Record, step: int) -> None:
    """Write the slot of ``step`` from that of the step before and the inputs of both."""
    before, now = (step - 1) % SLOTS, step % SLOTS
    x, inputs = m.x[now], m.inputs[now]
    for i in range(STATES):
        x[i] = m.x[before, i]
    m.moved[now, 0], m.moved[now, 1], m.moved[now, 2] = propagate_state(
        x, m.inputs[before], inputs)
    m.moved[now, 3] = inputs[5] - x[12]
    m.known[now] = m.known[before]
    measured = inputs[ALTIMETER] == inputs[ALTIMETER]
    if not measured and step - m.known[now] < COVARIANCE_STEPS:
        return
    bring_covariance(m, s, step)
    if measured or inputs[AT_REST] > 0.0:
        P, width, dx = m.P[now], ERRORS + m.base.filled, np.zeros(ERRORS)
        if use_altimeter(x, P, width, inputs[ALTIMETER], s, dx):
            m.base.filled = 0    # its features lie on the ground of before
        use_rest(x, P, width, inputs, s, dx)
        correct_state(x, dx)


@kernel
def bring_covariance(m: Record, s: Record, step: int) -> None:
    """Write the covariance of ``step`` from the last one that is known."""
    now, since = step % SLOTS, m.known[step % SLOTS]
    steps = step - since
    if steps == 0:
        return
    x, P, P_since, width = m.x[now], m.P[now], m.P[since % SLOTS], ERRORS + m.base.filled
    f0, f1, f2, yaw_rate = 0.0, 0.0, 0.0, 0.0
    for k in range(since + 1, step + 1):
        moved = m.moved[k % SLOTS]
        f0, f1, f2, yaw_rate = f0 + moved[0], f1 + moved[1], f2 + moved[2], yaw_rate + moved[3]
    share = 1.0 / steps
    for i in range(ERRORS):
        for j in range(width):
            P[i, j] = P_since[i, j]
    propagate_covariance(
        P, width, x[6:10], (share * f0, share * f1, share * f2), share * yaw_rate, s.Q, steps)
    wander(x, P, width, s.ground, steps)
    m.known[now] = step


@kernel
def report(m: Record, s: Record, step: int) -> None:
    """
    Write p, v, q, rate of B, both biases and the height over the ground.

    The state is as old as the last inertial sample; its speed, force and rate carry it on.
    """
    inputs, p_IB = m.inputs[step % SLOTS], s.p_IB
    out, x, R = m.report, np.empty(STATES), np.empty((3, 3))
    for i in range(STATES):
        x[i] = m.x[step % SLOTS, i]
    dt = s.late * STEP
    for i in range(3):
        a = m.moved[step % SLOTS, i] - (GRAVITY if i == 2 else 0.0)
        x[i] += dt * (x[3 + i] + 0.5 * dt * a)
        x[3 + i] += dt * a
    turn_local(x[6:10], dt * (inputs[3] - x[10]), dt * (inputs[4] - x[11]),
               dt * (inputs[5] - x[12]))
    matrix_into(x[6:10], R)
    for i in range(3):
        out[10 + i] = inputs[3 + i] - x[10 + i]
        out[13 + i], out[16 + i] = x[10 + i], x[13 + i]
    w0, w1, w2 = out[10], out[11], out[12]
    v0 = w1 * p_IB[2] - w2 * p_IB[1]
    v1 = w2 * p_IB[0] - w0 * p_IB[2]
    v2 = w0 * p_IB[1] - w1 * p_IB[0]
    for i in range(3):
        out[i] = x[i] + R[i, 0] * p_IB[0] + R[i, 1] * p_IB[1] + R[i, 2] * p_IB[2]
        out[3 + i] = x[3 + i] + R[i, 0] * v0 + R[i, 1] * v1 + R[i, 2] * v2
    for i in range(4):
        out[6 + i] = x[6 + i]
    out[19] = height_over_plane(x, out[0], out[1], out[2])


@kernel
def walk(
    memory: Records, settings: Records, step: int, f_B: Array, w_B: Array, altimeter: float,
    at_rest: float,
) -> None:
    """Take in the sensors of one step and report."""
    m, s = memory[0], settings[0]
    inputs = m.inputs[step % SLOTS]
    inputs[0], inputs[1], inputs[2] = f_B[0], f_B[1], f_B[2]
    inputs[3], inputs[4], inputs[5] = w_B[0], w_B[1], w_B[2]
    inputs[ALTIMETER], inputs[AT_REST] = math.nan, at_rest
    begin = step
    if altimeter == altimeter:
        # It is that of an earlier step; what an image has corrected stays.
        begin = max(step - s.altimeter_late, m.corrected + 1)
        m.inputs[begin % SLOTS, ALTIMETER] = altimeter
    replay(memory, settings, begin, step)


@kernel
def replay(memory: Records, settings: Records, begin: int, step: int) -> None:
    """Advance from the step before ``begin`` to ``step``, and report."""
    m, s = memory[0], settings[0]
    for later in range(begin, step + 1):
        advance(m, s, later)
    report(m, s, step)


@kernel
def look(
    memory: Records, settings: Records, exposed: int, ids: NDArray[np.int64], rays: Array,
    common: float, fewest: int, oldest: int,
) -> tuple[int, float]:
    """
    Take in the features of an image exposed some steps ago; the steps since are to be replayed.

    It becomes the base image when fewer of them are used than the share ``common`` of the base
    image's or than ``fewest``, or when ``oldest`` images have been compared with it.

    Returns
    -------
    tuple
        Features used, their mean normalised innovation squared.

    """
    m, s = memory[0], settings[0]
    bring_covariance(m, s, exposed)
    m.corrected = exposed
    x, P = m.x[exposed % SLOTS], m.P[exposed % SLOTS]
    match = _matches(m, ids)
    shared = 0
    for k in range(ids.size):
        shared += match[k] >= 0
    used, nis, keep = 0, 0.0, np.ones(ids.size, dtype=np.bool_)
    if shared >= FEWEST_FEATURES:
        note_lost(m.base, s, P, match)
        used, nis = _compare(m, s, x, P, match, shared, rays, keep)
    if used < max(common * m.base.filled, fewest) or m.base.age >= oldest:
        way = rebase(x, P, ERRORS + m.base.filled, s.ground)
        creep(P, s.ground, m.base.way, way)
        m.base.way += way
        count = 0
        kept_ids, kept_rays = np.empty(ids.size, dtype=np.int64), np.empty((ids.size, 3))
        for k in range(ids.size):
            if keep[k]:
                kept_ids[count] = ids[k]
                for i in range(3):
                    kept_rays[count, i] = rays[k, i]
                count += 1
        take_base(m.base, s, x, P, kept_ids[:count], kept_rays)
        m.base.step = exposed
    return used, nis


@kernel
def _matches(m: Record, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    match = np.full(ids.size, -1, dtype=np.int64)
    for k in range(ids.size):
        for b in range(m.base.filled):
            if m.base.ids[b] == ids[k]:
                match[k] = b
    return match


@kernel
def _compare(
    m: Record, s: Record, x: Array, P: Array, match: NDArray[np.int64], shared: int,
    rays: Array, keep: NDArray[np.bool_],
) -> tuple[int, float]:
    """Correct ``x`` and ``P``; ``keep`` becomes False for features that failed their gate."""
    then, now = np.empty((shared, 3)), np.empty((shared, 3))
    at, columns = np.empty(shared, dtype=np.int64), np.empty(shared, dtype=np.int64)
    heights = np.empty(shared)
    row = 0
    for k in range(match.size):
        if match[k] >= 0:
            for i in range(3):
                then[row, i], now[row, i] = m.base.rays[match[k], i], rays[k, i]
            at[row], columns[row], heights[row] = k, match[k], m.base.heights[match[k]]
            row += 1
    accepted, dx = np.zeros(shared, dtype=np.bool_), np.zeros(ERRORS)
    used, nis = use_features(
        x, P, ERRORS + m.base.filled, then, now, columns, heights, m.base.age, s, dx, accepted)
    correct_state(x, dx)
    for row in range(shared):
        keep[at[row]] = accepted[row]
    return used, nis
