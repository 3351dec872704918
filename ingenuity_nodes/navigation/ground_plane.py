# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The ground in the filter: a plane below the reference image, estimated like the rest.

The flown filter took the ground as level (D. S. Bayard et al., AIAA 2019-1411), and so does ours
on average: slopes are zero until images and altimeter show otherwise. Natural ground looks alike
at all scales, so deviations from the plane grow with the height above it, and the plane below the
next reference image is the old one, its slope changed by a random walk over the distance between.
"""

from __future__ import annotations

import math

from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.compiled.rotations import matrix_into, rotate_into
from ingenuity_nodes.navigation.state import (
    Array, ATTITUDE, ERRORS, GROUND_HEIGHT, KEY_ATTITUDE, KEY_POSITION, POSITION, RANGE_SCALE,
    Record, SLOPE, SPOT_HEIGHT)
from ingenuity_nodes.timing import STEP
import numpy as np

# What the filter assumes of the ground, see EstimatorParameters.
GROUND = np.dtype([
    ('relief', 'f8'), ('bend', 'f8'), ('feature_height', 'f8'), ('height_drift', 'f8'),
], align=True)


@kernel
def height_over_plane(x: Record, px: float, py: float, pz: float) -> float:
    """Return the height of a point in M over the plane [m]."""
    return float(pz - x.ground_height - x.slope[0] * (px - x.p_MK[0])
                 - x.slope[1] * (py - x.p_MK[1]))


@kernel
def propagate_spot(x: Record, P: Array, width: int, ground: Record, steps: int) -> None:
    """
    Propagate the height of the ground at the laser's spot over the plane, over some steps at once.

    It is Gauss-Markov noise over the distance travelled; its standard deviation and correlation
    length, one height, both grow with height, so climbing counts as distance, too. Plane fits to
    the ground model have correlations of 0.46 (all of an image alike) and 0.26 (near ground
    first) over a distance of one height.
    """
    height = max(0.5, height_over_plane(x, x.p_MI[0], x.p_MI[1], x.p_MI[2]))
    v_MI = x.v_MI
    distance = math.sqrt(
        v_MI[0] * v_MI[0] + v_MI[1] * v_MI[1] + v_MI[2] * v_MI[2]) * steps * STEP
    correlation = math.exp(-distance / height)
    x.spot_height *= correlation
    for j in range(width):
        P[SPOT_HEIGHT, j] *= correlation
    for i in range(ERRORS):
        P[i, SPOT_HEIGHT] *= correlation
    P[SPOT_HEIGHT, SPOT_HEIGHT] += (
        (1.0 - correlation * correlation) * (ground.relief * height) ** 2)


@kernel
def altimeter_row(x: Record, p_IA: Array, H: Array) -> float:
    """
    Write the derivative of the reading and return the reading; NaN when the beam points up.

    The beam meets plane and spot after  (1 + scale) height / descent,  where "height" is that of
    the sensor over them and "descent" how much nearer the plane comes per metre of beam.
    """
    R_MB, p_IA_M = np.empty((3, 3)), np.empty(3)
    matrix_into(x.q_MB, R_MB)
    rotate_into(R_MB, p_IA, p_IA_M)
    sx, sy = x.slope[0], x.slope[1]
    descent = R_MB[2, 2] - sx * R_MB[0, 2] - sy * R_MB[1, 2]
    if descent < 0.2:
        return math.nan
    px, py = x.p_MI[0] + p_IA_M[0], x.p_MI[1] + p_IA_M[1]
    height = height_over_plane(x, px, py, x.p_MI[2] + p_IA_M[2]) - x.spot_height
    gain = (1.0 + x.range_scale) / descent
    n = (-sx, -sy, 1.0)
    distance = height / descent
    for i in range(ERRORS):
        H[i] = 0.0
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        H[POSITION + i] = gain * n[i]
        # n . (theta x p_IA) = theta . (p_IA x n), and the same for the beam
        H[ATTITUDE + i] = gain * (
            p_IA_M[j] * n[k] - p_IA_M[k] * n[j]
            - distance * (R_MB[j, 2] * n[k] - R_MB[k, 2] * n[j]))
    H[KEY_POSITION], H[KEY_POSITION + 1] = gain * sx, gain * sy
    # A change of slope counts where the beam hits the plane.
    H[GROUND_HEIGHT] = -gain
    H[SLOPE] = -gain * (px - distance * R_MB[0, 2] - x.p_MK[0])
    H[SLOPE + 1] = -gain * (py - distance * R_MB[1, 2] - x.p_MK[1])
    H[SPOT_HEIGHT] = -gain
    H[RANGE_SCALE] = distance
    return float(gain * height)


@kernel
def clone_pose(x: Record, P: Array, width: int, ground: Record) -> float:
    """
    Clone the pose of now as that of the reference image, and extend the plane to it.

    The slope changes by a random walk over the distance between both reference images, the height
    by its integral. Returns that distance [m].
    """
    east, north = x.p_MI[0] - x.p_MK[0], x.p_MI[1] - x.p_MK[1]
    sx, sy = x.slope[0], x.slope[1]
    distance = math.sqrt(east * east + north * north + (x.p_MI[2] - x.p_MK[2]) ** 2)
    x.ground_height += sx * east + sy * north
    _extend_plane(P, width, (east, north), (sx, sy))
    _extend_plane(P.T, ERRORS, (east, north), (sx, sy))
    for i in range(3):
        x.p_MK[i] = x.p_MI[i]
    for i in range(4):
        x.q_MK[i] = x.q_MB[i]
    _clone_rows(P, width)
    _clone_rows(P.T, ERRORS)
    height = max(0.5, x.p_MI[2] - x.ground_height)
    _add_slope_noise(P, east, north, ground.bend ** 2 * distance / height)
    return distance


@kernel
def _extend_plane(
    P: Array, columns: int, by: tuple[float, float], slope: tuple[float, float],
) -> None:
    """Write the row of the ground's height below a new reference image; or, of P', its column."""
    for j in range(columns):
        P[GROUND_HEIGHT, j] += (
            by[0] * P[SLOPE, j] + by[1] * P[SLOPE + 1, j]
            + slope[0] * (P[POSITION, j] - P[KEY_POSITION, j])
            + slope[1] * (P[POSITION + 1, j] - P[KEY_POSITION + 1, j]))


@kernel
def _clone_rows(P: Array, columns: int) -> None:
    """Write the rows of the pose of the reference image; or, of P', its columns."""
    for j in range(columns):
        for i in range(3):
            P[KEY_POSITION + i, j] = P[POSITION + i, j]
            P[KEY_ATTITUDE + i, j] = P[ATTITUDE + i, j]


@kernel
def add_height_drift(P: Array, ground: Record, before: float, distance: float) -> None:
    """
    Add the drift of heights in M over some distance, after a distance ``before`` [m].

    Outlines of rocks climb over them while the aircraft passes, so all features seem to rise a
    little. It is one constant for the whole flight, so the drift grows with the distance, not
    with its root. Aircraft, reference image and plane drift together, so no measurement sees it.
    """
    variance = ground.height_drift ** 2 * distance * (2.0 * before + distance)
    for i in (POSITION + 2, KEY_POSITION + 2, GROUND_HEIGHT):
        for j in (POSITION + 2, KEY_POSITION + 2, GROUND_HEIGHT):
            P[i, j] += variance


@kernel
def _add_slope_noise(P: Array, east: float, north: float, variance: float) -> None:
    """Add the random walk of the plane: a variance to both slopes, its integral to the height."""
    P[GROUND_HEIGHT, GROUND_HEIGHT] += variance * (east * east + north * north) / 3.0
    for i in range(2):
        P[SLOPE + i, SLOPE + i] += variance
        along = 0.5 * variance * (east if i == 0 else north)
        P[GROUND_HEIGHT, SLOPE + i] += along
        P[SLOPE + i, GROUND_HEIGHT] += along
