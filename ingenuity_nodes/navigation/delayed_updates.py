# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The filter on a buffer of delayed states: images that arrive late, and the replay after them.

The last ``SLOTS`` steps are kept in a ring buffer, so that an image updates the step at which it
was exposed; the steps since are then replayed. The state is propagated at each step, the
covariance when something is measured, and at least every ``COVARIANCE_STEPS``.
"""

from __future__ import annotations

import math

from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.compiled.rotations import matrix_into, turn_local
from ingenuity_nodes.navigation.ground_plane import (
    add_height_drift, clone_pose, height_over_plane, propagate_spot)
from ingenuity_nodes.navigation.kalman import Correction
from ingenuity_nodes.navigation.measurement import (
    altimeter_update, feature_update, Pairs, rest_update)
from ingenuity_nodes.navigation.propagation import Motion, propagate_covariance, propagate_state
from ingenuity_nodes.navigation.reference_image import (
    drop_lost_features, REFERENCE_IMAGE, set_features, WIDTH)
from ingenuity_nodes.navigation.state import (
    apply_correction, Array, ERRORS, INPUTS, Record, STATE)
from ingenuity_nodes.timing import STEP
from ingenuity_nodes.world.mars import GRAVITY
import numpy as np
from numpy.typing import NDArray

Records = NDArray[np.void]

SLOTS = 128            # 0.256 s; an image that comes later is lost
COVARIANCE_STEPS = 5   # 10 ms, in which the aircraft turns by a degree at most
FEWEST_FEATURES = 4    # a plane of points fixes a pose from four on

# What :class:`.Estimate` reports.
OUTPUT = np.dtype([
    ('p_MB', 'f8', (3,)), ('v_MB', 'f8', (3,)), ('q_MB', 'f8', (4,)), ('w_MB_B', 'f8', (3,)),
    ('gyro_bias', 'f8', (3,)), ('accel_bias', 'f8', (3,)), ('height', 'f8'),
], align=True)

# Of the last steps, by the remainder of the step number, and the reference image.
BUFFER = np.dtype([
    ('x', STATE, (SLOTS,)),
    ('P', 'f8', (SLOTS, ERRORS, WIDTH)),   # at those steps to which it was propagated
    ('P_step', 'i8', (SLOTS,)),            # last of those up to this one
    ('inputs', INPUTS, (SLOTS,)),
    ('f_M', 'f8', (SLOTS, 3)),             # specific force [m/s^2]
    ('f_z', 'f8', (SLOTS,)),               # specific force along z of B, bias removed [m/s^2]
    ('w_B', 'f8', (SLOTS, 3)),             # angular rate, bias removed [rad/s]
    ('image_step', 'i8'),                  # at which the last image was exposed
    ('reference', REFERENCE_IMAGE),
    ('ahead', STATE),                      # propagated to the instant of the step
    ('output', OUTPUT),
], align=True)


@kernel
def propagate(buffers: Records, configs: Records, step: int, inputs: Records) -> None:
    """Propagate to a step, with the sensors of that step, and write the output."""
    buffer, config, begin = buffers[0], configs[0], step
    buffer.inputs[step % SLOTS] = inputs[0]
    distance = inputs[0].altimeter
    if distance == distance:
        # It is that of an earlier step, but updates by images are not repeated.
        buffer.inputs[step % SLOTS].altimeter = math.nan
        begin = max(step - config.altimeter_delay, buffer.image_step + 1)
        buffer.inputs[begin % SLOTS].altimeter = distance
    replay(buffers, configs, begin, step)


@kernel
def replay(buffers: Records, configs: Records, begin: int, step: int) -> None:
    """Propagate from the step before ``begin`` to ``step``, and write the output."""
    buffer, config = buffers[0], configs[0]
    for later in range(begin, step + 1):
        _propagate_step(buffer, config, later)
    _write_output(buffer, config, step)


@kernel
def _propagate_step(buffer: Record, config: Record, step: int) -> None:
    """Write the slot of ``step`` from that of the step before and the inputs of both."""
    before, now = (step - 1) % SLOTS, step % SLOTS
    buffer.x[now] = buffer.x[before]
    x, inputs = buffer.x[now], buffer.inputs[now]
    f_M = buffer.f_M
    f_M[now, 0], f_M[now, 1], f_M[now, 2] = propagate_state(x, buffer.inputs[before], inputs)
    buffer.f_z[now] = inputs.f_B[2] - x.accel_bias[2]
    for i in range(3):
        buffer.w_B[now, i] = inputs.w_MB_B[i] - x.gyro_bias[i]
    buffer.P_step[now] = buffer.P_step[before]
    measured = inputs.altimeter == inputs.altimeter
    if not measured and step - buffer.P_step[now] < COVARIANCE_STEPS:
        return
    propagate_covariance_to(buffer, config, step)
    if measured or inputs.at_rest > 0.0:
        width = ERRORS + buffer.reference.count
        correction = Correction(buffer.P[now], width, np.zeros(ERRORS), np.empty((2, width)))
        if altimeter_update(x, correction, inputs.altimeter, config):
            buffer.reference.count = 0    # its features lie on the ground of before
        if inputs.at_rest > 0.0:
            rest_update(x, correction, inputs.w_MB_B, config)
        apply_correction(x, correction.dx)


@kernel
def propagate_covariance_to(buffer: Record, config: Record, step: int) -> None:
    """Write the covariance of ``step`` from the last one that there is."""
    now, begin = step % SLOTS, buffer.P_step[step % SLOTS]
    steps = step - begin
    if steps == 0:
        return
    x, P, P_begin = buffer.x[now], buffer.P[now], buffer.P[begin % SLOTS]
    width = ERRORS + buffer.reference.count
    f0, f1, f2, f_z, w0, w1, w2 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for k in range(begin + 1, step + 1):
        slot = k % SLOTS
        f0, f1, f2 = f0 + buffer.f_M[slot, 0], f1 + buffer.f_M[slot, 1], f2 + buffer.f_M[slot, 2]
        f_z += buffer.f_z[slot]
        w0, w1, w2 = w0 + buffer.w_B[slot, 0], w1 + buffer.w_B[slot, 1], w2 + buffer.w_B[slot, 2]
    mean = 1.0 / steps
    for i in range(ERRORS):
        for j in range(width):
            P[i, j] = P_begin[i, j]
    motion = Motion((mean * f0, mean * f1, mean * f2), (mean * w0, mean * w1, mean * w2),
                    mean * f_z, steps)
    propagate_covariance(P, width, x.q_MB, motion, config.Q)
    propagate_spot(x, P, width, config.ground, steps)
    buffer.P_step[now] = step


@kernel
def _write_output(buffer: Record, config: Record, step: int) -> None:
    """
    Write pose, velocities, biases and height over the ground of the body.

    The state is as old as the last inertial sample; its velocity, force and rate carry it on.
    """
    now, p_IB, R_MB = step % SLOTS, config.p_IB, np.empty((3, 3))
    buffer.ahead = buffer.x[now]
    out, x, w_MB_B = buffer.output, buffer.ahead, buffer.inputs[now].w_MB_B
    dt = config.imu_delay * STEP
    for i in range(3):
        a_M = buffer.f_M[now, i] - (GRAVITY if i == 2 else 0.0)
        x.p_MI[i] += dt * (x.v_MI[i] + 0.5 * dt * a_M)
        x.v_MI[i] += dt * a_M
        out.w_MB_B[i] = w_MB_B[i] - x.gyro_bias[i]
        out.gyro_bias[i], out.accel_bias[i] = x.gyro_bias[i], x.accel_bias[i]
    w0, w1, w2 = out.w_MB_B[0], out.w_MB_B[1], out.w_MB_B[2]
    turn_local(x.q_MB, dt * w0, dt * w1, dt * w2)
    matrix_into(x.q_MB, R_MB)
    v0 = w1 * p_IB[2] - w2 * p_IB[1]
    v1 = w2 * p_IB[0] - w0 * p_IB[2]
    v2 = w0 * p_IB[1] - w1 * p_IB[0]
    for i in range(3):
        out.p_MB[i] = (
            x.p_MI[i] + R_MB[i, 0] * p_IB[0] + R_MB[i, 1] * p_IB[1] + R_MB[i, 2] * p_IB[2])
        out.v_MB[i] = x.v_MI[i] + R_MB[i, 0] * v0 + R_MB[i, 1] * v1 + R_MB[i, 2] * v2
    for i in range(4):
        out.q_MB[i] = x.q_MB[i]
    out.height = height_over_plane(x, out.p_MB[0], out.p_MB[1], out.p_MB[2])


@kernel
def image_update(
    buffers: Records, configs: Records, exposed: int, ids: NDArray[np.int64], bearings: Array,
) -> tuple[int, float]:
    """
    Update the step at which an image was exposed; the steps since are then to be replayed.

    The image becomes the reference image when fewer of its features are used than the fraction
    ``common`` of those of the reference image or than ``fewest``, or when ``oldest`` images have
    been compared with that.

    Parameters
    ----------
    buffers, configs
        One :data:`BUFFER` and one configuration.
    exposed
        Step of the exposure.
    ids, bearings
        Numbers and unit bearing vectors (n, 3), in B, of the features.

    Returns
    -------
    tuple
        Features used, their mean normalised innovation squared.

    """
    buffer, config = buffers[0], configs[0]
    propagate_covariance_to(buffer, config, exposed)
    buffer.image_step = exposed
    reference, P = buffer.reference, buffer.P[exposed % SLOTS]
    match = _matches(reference, ids)
    used, nis, keep = 0, 0.0, np.ones(ids.size, dtype=np.bool_)
    if _count(match) >= FEWEST_FEATURES:
        drop_lost_features(reference, config, P, match)
        used, nis = _compare(buffer, config, exposed % SLOTS, match, bearings, keep)
    if (used < max(config.common * reference.count, config.fewest)
            or reference.age >= config.oldest):
        x = buffer.x[exposed % SLOTS]
        distance = clone_pose(x, P, ERRORS + reference.count, config.ground)
        add_height_drift(P, config.ground, reference.distance, distance)
        reference.distance += distance
        set_features(reference, config, x, P, ids[keep], bearings[keep])
    return used, nis


@kernel
def _matches(reference: Record, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Find features in the reference image; -1 for those that it does not have."""
    match = np.full(ids.size, -1, dtype=np.int64)
    for k in range(ids.size):
        for b in range(reference.count):
            if reference.ids[b] == ids[k]:
                match[k] = b
    return match


@kernel
def _count(match: NDArray[np.int64]) -> int:
    count = 0
    for k in range(match.size):
        count += match[k] >= 0
    return count


@kernel
def _compare(
    buffer: Record, config: Record, slot: int, match: NDArray[np.int64], bearings: Array,
    keep: NDArray[np.bool_],
) -> tuple[int, float]:
    """Update a slot; ``keep`` becomes False for features that failed their gate."""
    reference, count, row = buffer.reference, _count(match), 0
    pairs = Pairs(np.empty((count, 3)), np.empty((count, 3)), np.empty(count, dtype=np.int64),
                  np.empty(count), reference.age)
    for k in range(match.size):
        b = match[k]
        if b >= 0:
            for i in range(3):
                pairs.bearings_K[row, i] = reference.bearings[b, i]
                pairs.bearings_B[row, i] = bearings[k, i]
            pairs.columns[row], pairs.sigmas[row] = b, reference.sigmas[b]
            row += 1
    width, x = ERRORS + reference.count, buffer.x[slot]
    correction = Correction(buffer.P[slot], width, np.zeros(ERRORS), np.empty((2, width)))
    accepted = np.zeros(count, dtype=np.bool_)
    used, nis = feature_update(x, correction, pairs, config, accepted)
    apply_correction(x, correction.dx)
    compared = 0
    for k in range(match.size):
        if match[k] >= 0:
            keep[k] = accepted[compared]
            compared += 1
    return used, nis
