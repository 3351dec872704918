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
"""What the altimeter, a resting aircraft and a picture say about the state."""

from __future__ import annotations

import math
from typing import NamedTuple

from ingenuity_nodes.navigation.ground import altimeter_row, GroundSettings, height_over_plane
from ingenuity_nodes.navigation.propagation import (
    Array, AT_REST, Doubt, ERRORS, NO_DOUBT, REFUSED, update, variance_along)
from ingenuity_nodes.rotations import matrix_into, rotate_into
from numba import njit
import numpy as np
from numpy.typing import NDArray

# Three times the median of chi squared with two degrees of freedom
LARGEST_MEDIAN = 4.2
PATIENCE = 25     # altimeter readings: half a second


class Settings(NamedTuple):
    """The filter's numbers in the form the compiled code takes."""

    Q: Array                  # variance added per step: velocity, attitude, both biases (12)
    p_IB: Array               # body origin, from I, in B [m]
    p_IA: Array               # altimeter, likewise
    p_IC: Array               # navigation camera, likewise
    altimeter_noise: float    # [m]
    rest_speed: float         # [m/s]
    rest_rate: float          # [rad/s]
    ray_noise: float          # of one feature, anew in each picture [rad]
    ray_drift: float          # of one feature, walking from picture to picture [rad]
    gate: float               # normalised innovation squared, two degrees of freedom
    ground: GroundSettings


@njit(cache=True, error_model='numpy')
def use_altimeter(
    x: Array, P: Array, width: int, distance: float, s: Settings, dx: Array,
) -> float:
    """Correct with one beam length; return the normalised innovation squared."""
    H, PH = np.empty(ERRORS), np.empty(width)
    expected = altimeter_row(x, s.p_IA, H)
    if expected < 0.0 or not math.isfinite(distance):
        return 0.0
    variance = s.altimeter_noise ** 2
    residual = distance - expected
    nis = residual ** 2 / (variance_along(P, width, H, NO_DOUBT, PH) + variance)
    # After half a second of refusals the ground has changed, not the sensor.
    if nis > s.gate and x[REFUSED] < PATIENCE:
        x[REFUSED] += 1.0
        return float(nis)
    if nis > s.gate:
        variance = residual ** 2
    x[REFUSED] = 0.0
    update(P, width, dx, H, NO_DOUBT, PH, residual, variance)
    return float(nis)


@njit(cache=True, error_model='numpy')
def use_rest(
    x: Array, P: Array, width: int, inputs: Array, s: Settings, dx: Array,
) -> None:
    """Correct with what standing still means: no velocity, the gyros read their bias."""
    H, PH = np.zeros(ERRORS), np.empty(width)
    if inputs[AT_REST] <= 0.0:
        return
    for i in range(3):
        H[3 + i] = 1.0
        update(P, width, dx, H, NO_DOUBT, PH, -x[3 + i], s.rest_speed ** 2)
        H[3 + i] = 0.0
        H[9 + i] = 1.0
        update(P, width, dx, H, NO_DOUBT, PH, inputs[3 + i] - x[10 + i], s.rest_rate ** 2)
        H[9 + i] = 0.0


@njit(cache=True, error_model='numpy')
def ground_point(
    x: Array, R_base: Array, ray_B: Array, s: Settings, point: Array, slant: Array,
) -> float:
    """
    Write where a ray of the base picture meets the plane, as seen from the base I.

    ``slant`` is how far the hit moves per metre of ground height.

    Returns
    -------
    float
        Distance from the camera, 0 when the ray does not look clearly down [m].

    """
    g, arm = np.empty(3), np.empty(3)
    rotate_into(R_base, ray_B, g)
    rotate_into(R_base, s.p_IC, arm)
    down = g[2] - x[24] * g[0] - x[25] * g[1]
    above = height_over_plane(x, x[16] + arm[0], x[17] + arm[1], x[18] + arm[2])
    if down > -0.15 or above <= 0.0:
        return 0.0
    length = -above / down
    for i in range(3):
        slant[i] = g[i] / down
        point[i] = arm[i] + length * g[i]
    return float(length)


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
        State, shape (30,).
    base_ray, ray
        Unit rays in B of the base picture and of this one.
    s
        Settings.
    H
        Written: derivative of both residuals, shape (2, 27).
    out
        Written: residuals (2), how the first one moves per metre by which the corner stands
        out of the ground [rad/m], distance of the corner from the base camera [m].

    """
    R_base, R, q = np.empty((3, 3)), np.empty((3, 3)), np.empty(3)
    matrix_into(x[19:23], R_base)
    matrix_into(x[6:10], R)
    point, slant = np.empty(3), np.empty(3)
    depth = ground_point(x, R_base, base_ray, s, point, slant)
    if depth <= 0.0:
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
    out[2], out[3] = across(moved, ray, e1), depth
    e2[0] = ray[1] * e1[2] - ray[2] * e1[1]
    e2[1] = ray[2] * e1[0] - ray[0] * e1[2]
    e2[2] = ray[0] * e1[1] - ray[1] * e1[0]
    _one_row(0, e1, q, length, R, d, point, slant, x, H, out)
    _one_row(1, e2, q, length, R, d, point, slant, x, H, out)
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
    slant: Array, x: Array, H: Array, out: Array,
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
    # What the point's move across the ground plane makes of a change of that plane.
    slid = n[0] * slant[0] + n[1] * slant[1] + n[2] * slant[2]
    m = (n[0] + slid * x[24], n[1] + slid * x[25], n[2] - slid)
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        h[i] = -n[i]
        h[15 + i] = n[i]
        # n . -(theta x d) = theta . (n x d);  m . (theta x point) = theta . (point x m)
        h[6 + i] = n[j] * d[k] - n[k] * d[j]
        h[18 + i] = point[j] * m[k] - point[k] * m[j]
    h[17] -= slid
    h[21], h[22], h[23] = slid, slid * point[0], slid * point[1]


@njit(cache=True, error_model='numpy')
def doubt_of(row: int, column: int, per_metre: float, height: float) -> Doubt:
    """Tell what one of both residuals of a feature sees of its corner's height."""
    if row == 0:
        return Doubt(column, per_metre, height * height)
    return Doubt(-1, 0.0, 0.0)


@njit(cache=True, error_model='numpy')
def use_features(
    x: Array, P: Array, width: int, base_rays: Array, rays: Array, columns: NDArray[np.int64],
    heights: Array, age: int, s: Settings, dx: Array, accepted: NDArray[np.bool_],
) -> tuple[int, float]:
    """
    Correct with the features that this picture shares with the base picture, ``age`` pictures ago.

    What the base picture got wrong stays, and tracks walk away from their points, so successive
    comparisons err alike. They count as much less as makes their sum worth what it is worth
    where the view changes steadily: a constant error sums up like white noise of n / 3 times
    its variance, a walk like n^2 times that of one picture. Each feature must
    pass the gate before any is used, so that the order does not matter. Where most
    features miss by more than their noise allows, they agree and the state or the time stamp is
    at fault: all count less then, and what stands out among them is still refused, as a rock or
    the aircraft's shadow. Returns how many passed and the mean of their normalised innovations
    squared, per degree of freedom.
    """
    count = rays.shape[0]
    H = np.zeros((count, 2, ERRORS))
    out = np.zeros((count, 4))
    PH, nis = np.empty(width), np.full(count, np.inf)
    spread = s.ray_noise ** 2 + age * s.ray_drift ** 2
    noise = (1.0 + age / 3.0) * s.ray_noise ** 2 + (age * s.ray_drift) ** 2
    for k in range(count):
        if feature_rows(x, base_rays[k], rays[k], s, H[k], out[k]):
            nis[k] = 0.0
            for row in range(2):
                doubt = doubt_of(row, columns[k], out[k, 2], heights[k])
                variance = variance_along(P, width, H[k, row], doubt, PH) + spread
                nis[k] += out[k, row] ** 2 / variance
    seen = np.sort(nis[np.isfinite(nis)])
    excess = max(1.0, seen[seen.size // 2] / LARGEST_MEDIAN) if seen.size else 1.0
    used, total = 0, 0.0
    for k in range(count):
        accepted[k] = nis[k] < s.gate * excess
        if accepted[k]:
            used += 1
            total += nis[k]
    for k in range(count):
        if accepted[k]:
            for row in range(2):
                doubt = doubt_of(row, columns[k], out[k, 2], heights[k])
                update(P, width, dx, H[k, row], doubt, PH, out[k, row], excess * noise)
    return used, total / (2.0 * used) if used else 0.0
