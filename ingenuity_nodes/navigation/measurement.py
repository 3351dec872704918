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
"""
What the altimeter, a resting aircraft and a picture say about the state.

All of them believe in flat, level ground at one height, as the flown filter did (J.
Stechschulte, "How Ingenuity knows where it is", 2021; Bayard et al., AIAA 2019-1411).
"""

from __future__ import annotations

import math
from typing import NamedTuple

from ingenuity_nodes.navigation.propagation import (
    Array, AT_REST, ERRORS, update, variance_along)
from ingenuity_nodes.rotations import matrix_into, rotate_into
from numba import njit
import numpy as np
from numpy.typing import NDArray

# chi squared with two degrees of freedom: its 99.9 % point over its median
GATE_PER_MEDIAN = 10.0


class Settings(NamedTuple):
    """The filter's numbers in the form the compiled code takes."""

    Q: Array                  # variance added per step: velocity, attitude, both biases (12)
    p_IA: Array               # altimeter, from I, in B [m]
    p_IC: Array               # navigation camera, from I, in B [m]
    ground: Array             # height of the ground in M [m], shape (1,)
    altimeter_noise: float    # [m]
    altimeter_slope: float    # noise that grows with height [1]
    rest_speed: float         # [m/s]
    rest_rate: float          # [rad/s]
    ray_noise: float          # of one feature [rad]
    relief: float             # spread of the ground about the plane [m]
    gate: float               # normalised innovation squared, two degrees of freedom
    narrow_gate: float        # the same, where most features agree much better


@njit(cache=True, error_model='numpy')
def altimeter_row(x: Array, p_IA: Array, ground: float, H: Array) -> float:
    """Write the derivative of the beam length and return the length; < 0 when it looks up."""
    R = np.empty((3, 3))
    matrix_into(x[6:10], R)
    arm = np.empty(3)
    rotate_into(R, p_IA, arm)
    down = R[2, 2]
    if down < 0.2:
        return -1.0
    above = x[2] + arm[2] - ground
    # beam b = -R[:, 2]; length = above / -b_z; a turn theta adds (theta x arm)_z, (theta x b)_z
    H[:] = 0.0
    H[2] = 1.0 / down
    H[6] = arm[1] / down - above / down ** 2 * R[1, 2]
    H[7] = -arm[0] / down + above / down ** 2 * R[0, 2]
    return float(above / down)


@njit(cache=True, error_model='numpy')
def use_altimeter(x: Array, P: Array, distance: float, s: Settings, dx: Array) -> float:
    """Correct with one beam length; return the normalised innovation squared."""
    H, PH = np.empty(ERRORS), np.empty(ERRORS)
    expected = altimeter_row(x, s.p_IA, s.ground[0], H)
    if expected < 0.0 or not math.isfinite(distance):
        return 0.0
    variance = s.altimeter_noise ** 2 + (s.altimeter_slope * expected) ** 2
    residual = distance - expected
    nis = residual ** 2 / (variance_along(P, H, PH) + variance)
    # After half a second of refusals (at 50 Hz) the ground has changed, not the sensor.
    if nis > s.gate and x[23] < 25.0:
        x[23] += 1.0
        return float(nis)
    if nis > s.gate:
        variance = residual ** 2
    x[23] = 0.0
    update(P, dx, H, PH, residual, variance)
    return float(nis)


@njit(cache=True, error_model='numpy')
def use_rest(x: Array, P: Array, inputs: Array, s: Settings, dx: Array) -> None:
    """Correct with what standing still means: no velocity, the gyros read their bias."""
    H, PH = np.zeros(ERRORS), np.empty(ERRORS)
    if inputs[AT_REST] <= 0.0:
        return
    for i in range(3):
        H[3 + i] = 1.0
        update(P, dx, H, PH, -x[3 + i], s.rest_speed ** 2)
        H[3 + i] = 0.0
        H[9 + i] = 1.0
        update(P, dx, H, PH, inputs[3 + i] - x[10 + i], s.rest_rate ** 2)
        H[9 + i] = 0.0


@njit(cache=True, error_model='numpy')
def ground_point(
    x: Array, R_base: Array, ray_B: Array, s: Settings, point: Array, slant: Array,
) -> bool:
    """
    Write where a ray of the base picture meets the ground, as seen from the base I.

    ``slant`` is how far the hit moves per metre of ground height.

    Returns
    -------
    bool
        False when the ray does not look clearly down.

    """
    g, arm = np.empty(3), np.empty(3)
    rotate_into(R_base, ray_B, g)
    rotate_into(R_base, s.p_IC, arm)
    if g[2] > -0.15:
        return False
    length = (s.ground[0] - x[18] - arm[2]) / g[2]
    if length <= 0.0:
        return False
    for i in range(3):
        slant[i] = g[i] / g[2]
        point[i] = arm[i] + length * g[i]
    return True


@njit(cache=True, error_model='numpy')
def feature_rows(
    x: Array, base_ray: Array, ray: Array, s: Settings, H: Array, out: Array,
) -> bool:
    """
    Linearise one feature about the state.

    The point where the base ray met the ground is seen now along ``ray``; the two residuals
    are the components of the expected direction across it, the first one along the move
    that a change of the ground's height would cause.

    Parameters
    ----------
    x
        State, shape (24,).
    base_ray, ray
        Unit rays in B of the base picture and of this one.
    s
        Settings.
    H
        Written: derivative of both residuals, shape (2, 21).
    out
        Written: residuals (2), then how the first moves per metre of ground [rad/m].

    """
    R_base, R, q = np.empty((3, 3)), np.empty((3, 3)), np.empty(3)
    matrix_into(x[19:23], R_base)
    matrix_into(x[6:10], R)
    point, slant = np.empty(3), np.empty(3)
    if not ground_point(x, R_base, base_ray, s, point, slant):
        return False
    d = x[16:19] + point - x[0:3]     # from I of now to the point, in M
    for i in range(3):
        q[i] = R[0, i] * d[0] + R[1, i] * d[1] + R[2, i] * d[2] - s.p_IC[i]
    length = math.sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2])
    if length < 0.1:
        return False
    moved = np.empty(3)
    for i in range(3):
        moved[i] = (R[0, i] * slant[0] + R[1, i] * slant[1] + R[2, i] * slant[2]) / length
    e1, e2 = np.empty(3), np.empty(3)
    out[2] = across(moved, ray, e1)
    e2[0] = ray[1] * e1[2] - ray[2] * e1[1]
    e2[1] = ray[2] * e1[0] - ray[0] * e1[2]
    e2[2] = ray[0] * e1[1] - ray[1] * e1[0]
    _one_row(0, e1, q, length, R, d, point, slant, H, out)
    _one_row(1, e2, q, length, R, d, point, slant, H, out)
    return True


@njit(cache=True, error_model='numpy')
def across(v: Array, ray: Array, e: Array) -> float:
    """Write the unit vector along the part of ``v`` across ``ray``; return that part's length."""
    along = v[0] * ray[0] + v[1] * ray[1] + v[2] * ray[2]
    for i in range(3):
        e[i] = v[i] - along * ray[i]
    length = math.sqrt(e[0] * e[0] + e[1] * e[1] + e[2] * e[2])
    if length < 1e-9:
        # The ray is vertical: any direction will do.
        e[0], e[1], e[2] = 0.0, -ray[2], ray[1]
        length = math.sqrt(e[1] * e[1] + e[2] * e[2])
        for i in range(3):
            e[i] /= length
        return 0.0
    for i in range(3):
        e[i] /= length
    return length


@njit(cache=True, error_model='numpy')
def _one_row(
    row: int, e: Array, q: Array, length: float, R: Array, d: Array, point: Array,
    slant: Array, H: Array, out: Array,
) -> None:
    """Residual and derivative of ``e . q / |q|``, where ``q = R' d - p_IC``."""
    value = (e[0] * q[0] + e[1] * q[1] + e[2] * q[2]) / length
    out[row] = -value
    n = np.empty(3)     # derivative with respect to the point, in M
    for i in range(3):
        n[i] = 0.0
        for j in range(3):
            n[i] += R[i, j] * (e[j] - value * q[j] / length) / length
    h = H[row]
    h[:] = 0.0
    # What the point's move across the ground plane makes of a move of the base pose.
    slid = n[0] * slant[0] + n[1] * slant[1] + n[2] * slant[2]
    m = np.empty(3)
    m[0], m[1], m[2] = n[0], n[1], n[2] - slid
    for i in range(3):
        h[i] = -n[i]
        h[15 + i] = m[i]
    # n . -(theta x d) = theta . (n x d);  m . (theta x point) = theta . (point x m)
    h[6] = n[1] * d[2] - n[2] * d[1]
    h[7] = n[2] * d[0] - n[0] * d[2]
    h[8] = n[0] * d[1] - n[1] * d[0]
    h[18] = point[1] * m[2] - point[2] * m[1]
    h[19] = point[2] * m[0] - point[0] * m[2]
    h[20] = point[0] * m[1] - point[1] * m[0]


@njit(cache=True, error_model='numpy')
def use_features(
    x: Array, P: Array, base_rays: Array, rays: Array, s: Settings, dx: Array,
    accepted: NDArray[np.bool_],
) -> tuple[int, float]:
    """
    Correct with the features that this picture shares with the base picture.

    Each must pass the gate before any is used, so that the order does not matter. The gate is
    narrower where most features agree better than the noise allows: what stands out then is
    a rock or the aircraft's shadow. Returns how many passed and the mean of their normalised
    innovations squared, per degree of freedom.
    """
    count = rays.shape[0]
    H = np.zeros((count, 2, ERRORS))
    out = np.zeros((count, 3))
    PH, nis = np.empty(ERRORS), np.full(count, np.inf)
    for k in range(count):
        if feature_rows(x, base_rays[k], rays[k], s, H[k], out[k]):
            nis[k] = (
                out[k, 0] ** 2 / (variance_along(P, H[k, 0], PH) + _first_variance(out[k, 2], s))
                + out[k, 1] ** 2 / (variance_along(P, H[k, 1], PH) + s.ray_noise ** 2))
    usual = np.sort(nis)[count // 2]
    gate = min(s.gate, max(s.narrow_gate, GATE_PER_MEDIAN * usual))
    used, total = 0, 0.0
    for k in range(count):
        accepted[k] = nis[k] < gate
        if accepted[k]:
            used += 1
            total += nis[k]
    for k in range(count):
        if accepted[k]:
            update(P, dx, H[k, 0], PH, out[k, 0], _first_variance(out[k, 2], s))
            update(P, dx, H[k, 1], PH, out[k, 1], s.ray_noise ** 2)
    return used, total / (2.0 * used) if used else 0.0


@njit(cache=True, error_model='numpy')
def _first_variance(per_metre: float, s: Settings) -> float:
    return s.ray_noise ** 2 + (s.relief * per_metre) ** 2
