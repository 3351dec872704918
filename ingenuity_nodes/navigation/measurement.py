# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Updates by the altimeter, by an aircraft at rest and by the features of an image."""

from __future__ import annotations

import math
from typing import NamedTuple

from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.navigation.bearing_model import cameras_of, linearise
from ingenuity_nodes.navigation.ground_plane import altimeter_row, GROUND
from ingenuity_nodes.navigation.kalman import (
    Consider, Correction, NO_PARAMETER, update, update_pair, variance_of)
from ingenuity_nodes.navigation.state import (
    Array, ERRORS, GROUND_HEIGHT, GYRO_BIAS, NOISY, Record, SPOT_HEIGHT, VELOCITY)
import numpy as np
from numpy.typing import NDArray

# Three times the median of chi squared with two degrees of freedom
LARGEST_MEDIAN = 4.2
PATIENCE = 25     # altimeter readings: half a second

# The configuration of the filter in the form that kernels take.
CONFIGURATION = np.dtype([
    ('Q', 'f8', (NOISY,)),        # process noise per step: velocity, attitude, both biases
    ('p_IB', 'f8', (3,)),         # body origin, from I, in B [m]
    ('p_IA', 'f8', (3,)),         # altimeter, likewise
    ('p_IC', 'f8', (3,)),         # navigation camera, likewise
    ('altimeter_noise', 'f8'),    # [m]
    ('altimeter_reach', 'f8'),    # longest distance [m]
    ('rest_speed', 'f8'),         # [m/s]
    ('rest_rate', 'f8'),          # [rad/s]
    ('bearing_noise', 'f8'),      # white noise of one feature [rad]
    ('bearing_drift', 'f8'),      # random walk of one feature from image to image [rad]
    ('imu_delay', 'i8'),          # steps from an inertial sample to its arrival
    ('altimeter_delay', 'i8'),    # steps by which a distance is older than that
    ('gate', 'f8'),               # normalised innovation squared, two degrees of freedom
    ('common', 'f8'), ('fewest', 'i8'), ('oldest', 'i8'),
    ('ground', GROUND),
], align=True)


class Pairs(NamedTuple):
    """Features that an image has in common with the reference image."""

    bearings_K: Array           # unit bearing vectors of the reference image (n, 3), in B
    bearings_B: Array           # of this image
    columns: NDArray[np.int64]  # consider parameter of each
    sigmas: Array               # of the height of each over the ground [m]
    age: int                    # images since the reference image


@kernel
def altimeter_update(x: Record, correction: Correction, distance: float, config: Record) -> bool:
    """
    Update by one distance; return whether it found other ground than the images show.

    A distance that the sensor cannot measure is left out: were it taken for other ground, its
    square would be all that is left of the covariance.
    """
    H, P = np.empty(ERRORS), correction.P
    expected = altimeter_row(x, config.p_IA, H)
    if math.isnan(expected) or not 0.0 <= distance <= config.altimeter_reach:    # NaN is neither
        return False
    R = config.altimeter_noise ** 2
    residual = distance - expected
    nis = residual ** 2 / (variance_of(P, H, NO_PARAMETER, ERRORS, correction.PH[0]) + R)
    if not math.isfinite(nis):
        return False
    refused = 0.0
    if nis > config.gate:
        # Too short and too long ones in turn are noise and counted anew.
        refused = x.refused if x.refused * residual > 0.0 else 0.0
        refused += math.copysign(1.0, residual)
    elsewhere = abs(refused) > PATIENCE
    x.refused = 0.0 if elsewhere else refused
    if elsewhere:
        # After half a second of refusals the ground has changed, as at a scarp, not the sensor.
        P[GROUND_HEIGHT, GROUND_HEIGHT] += residual ** 2
    if elsewhere or refused == 0.0:
        update(correction, H, NO_PARAMETER, residual, R)
    return elsewhere


@kernel
def rest_update(x: Record, correction: Correction, w_MB_B: Array, config: Record) -> None:
    """Update by what standing still means: zero velocity, and gyros that read their bias."""
    H = np.zeros(ERRORS)
    for i in range(3):
        H[VELOCITY + i] = 1.0
        update(correction, H, NO_PARAMETER, -x.v_MI[i], config.rest_speed ** 2)
        H[VELOCITY + i] = 0.0
        H[GYRO_BIAS + i] = 1.0
        update(correction, H, NO_PARAMETER, w_MB_B[i] - x.gyro_bias[i], config.rest_rate ** 2)
        H[GYRO_BIAS + i] = 0.0


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
def feature_update(
    x: Record, correction: Correction, pairs: Pairs, config: Record, accepted: NDArray[np.bool_],
) -> tuple[int, float]:
    """
    Update by the features that an image has in common with the reference image.

    Errors of the reference image stay and tracks drift from their points, so successive
    comparisons are correlated. Their noise is inflated until their sum has the right weight where
    the view changes steadily: a constant error sums up like white noise of n / 3 times its
    variance, a random walk like n^2 times that of one image. Each feature must pass the gate
    before any is used, so that their order does not matter. Where most features miss by more than
    their noise allows, they agree and the state or the time stamp is at fault: the noise of all
    is inflated, and outliers among them are still refused, as a rock or the aircraft's shadow.
    Returns how many passed and their mean normalised innovation squared, per degree of freedom.
    """
    count, age = pairs.columns.size, pairs.age
    H, residuals, gains = np.zeros((count, 2, ERRORS)), np.zeros((count, 2)), np.zeros(count)
    nis, P, PH = np.full(count, np.inf), correction.P, correction.PH[0]
    cameras = cameras_of(x, config)
    variance = config.bearing_noise ** 2 + age * config.bearing_drift ** 2
    for k in range(count):
        bearing = linearise(cameras, pairs.bearings_K[k], pairs.bearings_B[k], H[k])
        if bearing.visible:
            a, b = bearing.residual
            residuals[k, 0], residuals[k, 1], gains[k] = a, b, bearing.height_gain
            height = Consider(pairs.columns[k], gains[k], pairs.sigmas[k] ** 2)
            nis[k] = (a ** 2 / (variance_of(P, H[k, 0], height, SPOT_HEIGHT, PH) + variance)
                      + b ** 2 / (variance_of(P, H[k, 1], NO_PARAMETER, SPOT_HEIGHT, PH)
                                  + variance))
    excess = max(1.0, median_of_finite(nis) / LARGEST_MEDIAN)
    R = (1.0 + age / 3.0) * config.bearing_noise ** 2 + (age * config.bearing_drift) ** 2
    used, total = 0, 0.0
    for k in range(count):
        accepted[k] = nis[k] < config.gate * excess
        if accepted[k]:
            used += 1
            total += nis[k]
            height = Consider(pairs.columns[k], gains[k], pairs.sigmas[k] ** 2)
            update_pair(correction, H[k], height, residuals[k], excess * R)
    return used, total / (2.0 * used) if used else 0.0
