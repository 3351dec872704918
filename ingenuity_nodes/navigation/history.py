# Copyright 2026 Ingenuity contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.
"""The filter's walk through its memory: forward each step, and again after a late picture."""

from __future__ import annotations

from typing import NamedTuple

from ingenuity_nodes.navigation.measurement import (
    feature_rows, Settings, use_altimeter, use_features, use_rest)
from ingenuity_nodes.navigation.propagation import (
    ALTIMETER, Array, AT_REST, clone_pose, correct_state, ERRORS, INPUTS, propagate_covariance,
    propagate_state, SLOTS, STATES)
from ingenuity_nodes.rotations import matrix_into
from numba import njit
import numpy as np
from numpy.typing import NDArray

MOST_FEATURES = 64
FEWEST_FEATURES = 4     # a plane of points fixes a pose from four on


class Memory(NamedTuple):
    """The last ``SLOTS`` steps and the base picture."""

    x: Array                     # (SLOTS, 24)
    P: Array                     # (SLOTS, 21, 21)
    inputs: Array                # (SLOTS, 8)
    base_ids: NDArray[np.int64]  # (MOST_FEATURES,)
    base_rays: Array             # (MOST_FEATURES, 3), in B
    base: NDArray[np.int64]      # features in the base picture, its step


def empty_memory() -> Memory:
    """Make room for the filter."""
    return Memory(
        np.zeros((SLOTS, STATES)), np.zeros((SLOTS, ERRORS, ERRORS)), np.zeros((SLOTS, INPUTS)),
        np.zeros(MOST_FEATURES, dtype=np.int64), np.zeros((MOST_FEATURES, 3)),
        np.zeros(2, dtype=np.int64))


@njit(cache=True, error_model='numpy')
def advance(m: Memory, s: Settings, step: int) -> None:
    """Write the slot of ``step`` from that of the step before and the inputs of both."""
    before, now = (step - 1) % SLOTS, step % SLOTS
    x, P, inputs = m.x[now], m.P[now], m.inputs[now]
    x[:] = m.x[before]
    P[:] = m.P[before]
    f = propagate_state(x, m.inputs[before], inputs)
    propagate_covariance(P, x[6:10], f, s.Q)
    if inputs[ALTIMETER] == inputs[ALTIMETER] or inputs[AT_REST] > 0.0:
        dx = np.zeros(ERRORS)
        use_altimeter(x, P, inputs[ALTIMETER], s, dx)
        use_rest(x, P, inputs, s, dx)
        correct_state(x, dx)


@njit(cache=True, error_model='numpy')
def walk(
    m: Memory, s: Settings, step: int, f_B: Array, w_B: Array, altimeter: float, at_rest: float,
) -> None:
    """Take in the sensors of one step."""
    inputs = m.inputs[step % SLOTS]
    inputs[0], inputs[1], inputs[2] = f_B[0], f_B[1], f_B[2]
    inputs[3], inputs[4], inputs[5] = w_B[0], w_B[1], w_B[2]
    inputs[ALTIMETER], inputs[AT_REST] = altimeter, at_rest
    advance(m, s, step)


@njit(cache=True, error_model='numpy')
def look(
    m: Memory, s: Settings, step: int, exposed: int, ids: NDArray[np.int64], rays: Array,
    common: float, fewest: int,
) -> tuple[int, float, int]:
    """
    Take in the features of a picture exposed some steps ago.

    Returns
    -------
    tuple
        Features used, their mean normalised innovation squared, features in common with the
        base picture. When the latter are fewer than the share ``common`` of the base picture's
        or than ``fewest``, this picture becomes the base picture.

    """
    x, P = m.x[exposed % SLOTS], m.P[exposed % SLOTS]
    match = _matches(m, ids)
    shared = 0
    for k in range(ids.size):
        shared += match[k] >= 0
    used, nis, keep = 0, 0.0, np.ones(ids.size, dtype=np.bool_)
    if shared >= FEWEST_FEATURES:
        used, nis = _compare(m, s, x, P, match, shared, rays, keep)
    if used < max(common * m.base[0], fewest):
        _rebase(m, s, x, P, ids, rays, keep)
        m.base[1] = exposed
    for later in range(exposed + 1, step + 1):
        advance(m, s, later)
    return used, nis, shared


@njit(cache=True, error_model='numpy')
def _matches(m: Memory, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    match = np.full(ids.size, -1, dtype=np.int64)
    for k in range(ids.size):
        for b in range(m.base[0]):
            if m.base_ids[b] == ids[k]:
                match[k] = b
    return match


@njit(cache=True, error_model='numpy')
def _compare(
    m: Memory, s: Settings, x: Array, P: Array, match: NDArray[np.int64], shared: int,
    rays: Array, keep: NDArray[np.bool_],
) -> tuple[int, float]:
    """Correct ``x`` and ``P``; ``keep`` becomes False for features that failed their gate."""
    then, now = np.empty((shared, 3)), np.empty((shared, 3))
    at = np.empty(shared, dtype=np.int64)
    row = 0
    for k in range(match.size):
        if match[k] >= 0:
            then[row] = m.base_rays[match[k]]
            now[row] = rays[k]
            at[row] = k
            row += 1
    accepted, dx = np.zeros(shared, dtype=np.bool_), np.zeros(ERRORS)
    used, nis = use_features(x, P, then, now, s, dx, accepted)
    correct_state(x, dx)
    for row in range(shared):
        keep[at[row]] = accepted[row]
    return used, nis


@njit(cache=True, error_model='numpy')
def _rebase(
    m: Memory, s: Settings, x: Array, P: Array, ids: NDArray[np.int64], rays: Array,
    keep: NDArray[np.bool_],
) -> None:
    """Make this picture the base picture."""
    clone_pose(x, P)
    count = 0
    for k in range(min(ids.size, MOST_FEATURES)):
        if keep[k]:
            m.base_ids[count] = ids[k]
            m.base_rays[count] = rays[k]
            count += 1
    m.base[0] = count
    _add_base_noise(m, s, x, P)


@njit(cache=True, error_model='numpy')
def _add_base_noise(m: Memory, s: Settings, x: Array, P: Array) -> None:
    """
    Count the pixel noise of the base picture as a doubt about its pose.

    It is the same in every later comparison, so it must not be averaged away like the noise
    of the later pictures.
    """
    information = np.zeros((6, 6))
    H, out = np.zeros((2, ERRORS)), np.zeros(3)
    for k in range(m.base[0]):
        if feature_rows(x, m.base_rays[k], m.base_rays[k], s, H, out):
            for row in range(2):
                h = H[row, 15:21]
                for i in range(6):
                    for j in range(6):
                        information[i, j] += h[i] * h[j] / s.ray_noise ** 2
    if m.base[0] < FEWEST_FEATURES:
        return
    for i in range(6):
        information[i, i] += 1e-3    # a doubt of 30 m or rad stands for what the points do not fix
    noise = np.linalg.inv(information)
    for i in range(6):
        for j in range(6):
            P[15 + i, 15 + j] += 0.5 * (noise[i, j] + noise[j, i])


@njit(cache=True, error_model='numpy')
def report(m: Memory, step: int, p_IB: Array) -> Array:
    """Write position, velocity, attitude, rate of B and both biases into one new array (19)."""
    x, inputs = m.x[step % SLOTS], m.inputs[step % SLOTS]
    out, R = np.empty(19), np.empty((3, 3))
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
    return out
