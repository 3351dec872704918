# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What the altimeter, a resting aircraft and an image say about the state."""

from __future__ import annotations

import math

from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.navigation.bearing_model import feature_rows, view_of
from ingenuity_nodes.navigation.ground_plane import altimeter_row, GROUND
from ingenuity_nodes.navigation.kalman import Doubt, NO_DOUBT, update, update_pair, variance_of
from ingenuity_nodes.navigation.propagation import (
    Array, AT_REST, ERRORS, PLANE, Record, REFUSED, SPOT)
import numpy as np
from numpy.typing import NDArray

# Three times the median of chi squared with two degrees of freedom
LARGEST_MEDIAN = 4.2
PATIENCE = 25     # altimeter readings: half a second

# The filter's numbers in the form the compiled code takes.
SETTINGS = np.dtype([
    ('Q', 'f8', (12,)),          # variance added per step: velocity, attitude, both biases
    ('p_IB', 'f8', (3,)),        # body origin, from I, in B [m]
    ('p_IA', 'f8', (3,)),        # altimeter, likewise
    ('p_IC', 'f8', (3,)),        # navigation camera, likewise
    ('altimeter_noise', 'f8'),   # [m]
    ('rest_speed', 'f8'),        # [m/s]
    ('rest_rate', 'f8'),         # [rad/s]
    ('ray_noise', 'f8'),         # of one feature, anew in each image [rad]
    ('ray_drift', 'f8'),         # of one feature, walking from image to image [rad]
    ('late', 'i8'),              # steps by which an inertial sample is old
    ('altimeter_late', 'i8'),    # steps by which a distance is older than that
    ('gate', 'f8'),              # normalised innovation squared, two degrees of freedom
    ('ground', GROUND),
], align=True)


@kernel
def use_altimeter(
    x: Array, P: Array, width: int, distance: float, s: Record, dx: Array,
) -> bool:
    """Correct with one beam length; say whether it found other ground than the images show."""
    H, PH = np.empty(ERRORS), np.empty(width)
    expected = altimeter_row(x, s.p_IA, H)
    if math.isnan(expected) or not math.isfinite(distance):
        return False
    variance = s.altimeter_noise ** 2
    residual = distance - expected
    nis = residual ** 2 / (variance_of(P, H, NO_DOUBT, ERRORS, PH) + variance)
    refused = 0.0
    if nis > s.gate:
        # Too short and too long ones in turn are noise and counted anew.
        refused = x[REFUSED] if x[REFUSED] * residual > 0.0 else 0.0
        refused += math.copysign(1.0, residual)
    elsewhere = abs(refused) > PATIENCE
    x[REFUSED] = 0.0 if elsewhere else refused
    if elsewhere:
        # After half a second of refusals the ground has changed, as at a scarp, not the sensor.
        P[PLANE, PLANE] += residual ** 2
    if elsewhere or refused == 0.0:
        update(P, width, dx, H, NO_DOUBT, PH, residual, variance)
    return elsewhere


@kernel
def use_rest(
    x: Array, P: Array, width: int, inputs: Array, s: Record, dx: Array,
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


@kernel
def median_of_finite(values: Array) -> float:
    """Return the upper median of the values that are finite, 0 if none is."""
    kept, count = np.empty(values.size), 0
    for value in values:
        if not math.isfinite(value):
            continue
        k = count    # insertion sort: there are some forty, and np.sort takes long to compile
        while k > 0 and kept[k - 1] > value:
            kept[k] = kept[k - 1]
            k -= 1
        kept[k] = value
        count += 1
    return float(kept[count // 2]) if count else 0.0


@kernel
def use_features(
    x: Array, P: Array, width: int, base_rays: Array, rays: Array, columns: NDArray[np.int64],
    heights: Array, age: int, s: Record, dx: Array, accepted: NDArray[np.bool_],
) -> tuple[int, float]:
    """
    Correct with the features that this image shares with the base image, ``age`` images ago.

    What the base image got wrong stays, and tracks walk away from their points, so successive
    comparisons err alike. They count as much less as makes their sum worth what it is worth
    where the view changes steadily: a constant error sums up like white noise of n / 3 times
    its variance, a walk like n^2 times that of one image. Each feature must
    pass the gate before any is used, so that the order does not matter. Where most
    features miss by more than their noise allows, they agree and the state or the time stamp is
    at fault: all count less then, and what stands out among them is still refused, as a rock or
    the aircraft's shadow. Returns how many passed and the mean of their normalised innovations
    squared, per degree of freedom.
    """
    count = rays.shape[0]
    H, out, PH = np.zeros((count, 2, ERRORS)), np.zeros((count, 4)), np.empty((2, width))
    nis = np.full(count, np.inf)
    view, spread = view_of(x, s), s.ray_noise ** 2 + age * s.ray_drift ** 2
    for k in range(count):
        if feature_rows(x, view, base_rays[k], rays[k], s, H[k], out[k]):
            corner = Doubt(columns[k], out[k, 2], heights[k] ** 2)
            nis[k] = (out[k, 0] ** 2 / (variance_of(P, H[k, 0], corner, SPOT, PH[0]) + spread)
                      + out[k, 1] ** 2 / (variance_of(P, H[k, 1], NO_DOUBT, SPOT, PH[0]) + spread))
    excess = max(1.0, median_of_finite(nis) / LARGEST_MEDIAN)
    noise = (1.0 + age / 3.0) * s.ray_noise ** 2 + (age * s.ray_drift) ** 2
    used, total = 0, 0.0
    for k in range(count):
        accepted[k] = nis[k] < s.gate * excess
        if accepted[k]:
            used += 1
            total += nis[k]
            corner = Doubt(columns[k], out[k, 2], heights[k] ** 2)
            update_pair(P, width, dx, H[k], corner, PH, out[k], excess * noise)
    return used, total / (2.0 * used) if used else 0.0
