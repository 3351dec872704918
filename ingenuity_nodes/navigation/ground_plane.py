# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The ground as the filter knows it: a plane below the base image, estimated like the rest.

The flown filter took the ground as level (D. S. Bayard et al., AIAA 2019-1411), and so does ours
on average: slopes are zero until images and altimeter say otherwise. Natural ground looks alike
at all scales, so whatever leaves the plane grows with the height above it, and the plane below
the next base image is the old one, its slope changed by a random walk over the way in between.
"""

from __future__ import annotations

import math

from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.compiled.rotations import matrix_into, rotate_into
from ingenuity_nodes.navigation.propagation import (
    Array, BASE, ERRORS, PLANE, RANGE_SCALE, Record, SHIFT, SPOT)
from ingenuity_nodes.timing import STEP
import numpy as np

# What the filter believes about the ground.
GROUND = np.dtype([
    ('relief', 'f8'),    # ground leaves its plane by this share of the height [1]
    ('bend', 'f8'),      # slope changes by this over one height of way [1]
    ('corners', 'f8'),   # corners leave the plane by this share of their distance [1]
    ('creep', 'f8'),     # heights in M go wrong by this share of the way [1]
], align=True)


@kernel
def height_over_plane(x: Array, px: float, py: float, pz: float) -> float:
    """Height of a point in M over the plane [m]."""
    return float(pz - x[23] - x[24] * (px - x[16]) - x[25] * (py - x[17]))


@kernel
def wander(x: Array, P: Array, width: int, g: Record, steps: int) -> None:
    """
    Let what the laser's spot hits change as it moves over the ground, over some steps at once.

    The spot leaves the plane by a Gauss-Markov process over the way; its spread and its length of
    correlation, one height, both grow with height, so rising counts as way, too. Plane fits to
    the ground model have correlations of 0.46 (all of an image alike) and 0.26 (near ground
    first) over one height of way.
    """
    height = max(0.5, height_over_plane(x, x[0], x[1], x[2]))
    way = math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5]) * steps * STEP
    keep = math.exp(-way / height)
    x[SPOT + SHIFT] *= keep
    for j in range(width):
        P[SPOT, j] *= keep
    for i in range(ERRORS):
        P[i, SPOT] *= keep
    P[SPOT, SPOT] += (1.0 - keep * keep) * (g.relief * height) ** 2


@kernel
def altimeter_row(x: Array, p_IA: Array, H: Array) -> float:
    """
    Write the derivative of the reading and return the reading; NaN when the beam looks up.

    The beam meets plane and spot after  (1 + scale) above / u,  where "above" is the height of
    the sensor and u how fast the beam comes down to the plane.
    """
    R, arm = np.empty((3, 3)), np.empty(3)
    matrix_into(x[6:10], R)
    rotate_into(R, p_IA, arm)
    sx, sy = x[24], x[25]
    u = R[2, 2] - sx * R[0, 2] - sy * R[1, 2]
    if u < 0.2:
        return math.nan
    px, py = x[0] + arm[0], x[1] + arm[1]
    above = height_over_plane(x, px, py, x[2] + arm[2]) - x[SPOT + SHIFT]
    gain = (1.0 + x[RANGE_SCALE + SHIFT]) / u
    n = (-sx, -sy, 1.0)
    lean = above / u
    for i in range(ERRORS):
        H[i] = 0.0
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        H[i] = gain * n[i]
        # n . (theta x arm) = theta . (arm x n), and the same for the beam
        H[6 + i] = gain * (arm[j] * n[k] - arm[k] * n[j]
                           - lean * (R[j, 2] * n[k] - R[k, 2] * n[j]))
    H[15], H[16] = gain * sx, gain * sy
    # A change of slope counts at the place that the beam hits.
    H[21] = -gain
    H[22] = -gain * (px - lean * R[0, 2] - x[16])
    H[23] = -gain * (py - lean * R[1, 2] - x[17])
    H[SPOT] = -gain
    H[RANGE_SCALE] = lean
    return float(gain * above)


@kernel
def rebase(x: Array, P: Array, width: int, g: Record) -> float:
    """
    Make the pose of now the base pose, with all that the filter knows, and extend the plane to it.

    The slope changes by a random walk over the way from base to base, the height by its integral.
    Returns that way [m].
    """
    ex, ey = x[0] - x[16], x[1] - x[17]
    sx, sy = x[24], x[25]
    way = math.sqrt(ex * ex + ey * ey + (x[2] - x[18]) ** 2)
    x[23] += sx * ex + sy * ey
    for j in range(width):
        P[PLANE, j] += (ex * P[PLANE + 1, j] + ey * P[PLANE + 2, j]
                        + sx * (P[0, j] - P[15, j]) + sy * (P[1, j] - P[16, j]))
    for j in range(ERRORS):
        P[j, PLANE] += (ex * P[j, PLANE + 1] + ey * P[j, PLANE + 2]
                        + sx * (P[j, 0] - P[j, 15]) + sy * (P[j, 1] - P[j, 16]))
    for i in range(3):
        x[16 + i] = x[i]
    for i in range(4):
        x[19 + i] = x[6 + i]
    for j in range(width):
        for i in range(3):
            P[15 + i, j] = P[i, j]
            P[18 + i, j] = P[6 + i, j]
    for j in range(ERRORS):
        for i in range(3):
            P[j, 15 + i] = P[j, i]
            P[j, 18 + i] = P[j, 6 + i]
    height = max(0.5, x[2] - x[23])
    _bend(P, ex, ey, g.bend ** 2 * way / height)
    return way


@kernel
def creep(P: Array, g: Record, before: float, way: float) -> None:
    """
    Add what heights in M creep by over some way, after a way ``before`` [m].

    Outlines of rocks climb over them while the aircraft passes, so all corners seem to rise a
    little. One doubt for the whole flight: it grows with the way, not with its root. Aircraft,
    base and plane creep together, so nothing that is measured sees it.
    """
    variance = g.creep ** 2 * way * (2.0 * before + way)
    for i in (2, BASE + 2, PLANE):
        for j in (2, BASE + 2, PLANE):
            P[i, j] += variance


@kernel
def _bend(P: Array, ex: float, ey: float, slope: float) -> None:
    """Add the walk of the plane: variance slope to both slopes, its integral to the height."""
    P[PLANE, PLANE] += slope * (ex * ex + ey * ey) / 3.0
    for i in range(2):
        P[PLANE + 1 + i, PLANE + 1 + i] += slope
        along = 0.5 * slope * (ex if i == 0 else ey)
        P[PLANE, PLANE + 1 + i] += along
        P[PLANE + 1 + i, PLANE] += along
