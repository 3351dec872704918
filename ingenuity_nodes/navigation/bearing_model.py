# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
How an image should see a point of the ground that the base image saw, and how errors move it.

Vectors of three live in tuples here: one image has some forty points, and an array each would
cost more than the sums.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.compiled.rotations import matrix_into
from ingenuity_nodes.navigation.ground_plane import height_over_plane
from ingenuity_nodes.navigation.propagation import Array, Record
import numpy as np

Vector = tuple[float, float, float]


class View(NamedTuple):
    """Both cameras, for all points of one image."""

    R_base: Array    # attitude when the base image was taken
    R: Array         # attitude now
    arm: Vector      # camera of the base image, from I of then, in M [m]
    above: float     # its height over the ground plane [m]
    way: Vector      # from I of now to I of the base image, in M [m]


@kernel
def view_of(x: Array, s: Record) -> View:
    """Put together what all points of an image have in common."""
    R_base, R = np.empty((3, 3)), np.empty((3, 3))
    matrix_into(x[19:23], R_base)
    matrix_into(x[6:10], R)
    arm = turned(R_base, (s.p_IC[0], s.p_IC[1], s.p_IC[2]))
    above = height_over_plane(x, x[16] + arm[0], x[17] + arm[1], x[18] + arm[2])
    return View(R_base, R, arm, above, (x[16] - x[0], x[17] - x[1], x[18] - x[2]))


@kernel
def turned(R: Array, v: Vector) -> Vector:
    """Return ``R @ v``."""
    return (R[0, 0] * v[0] + R[0, 1] * v[1] + R[0, 2] * v[2],
            R[1, 0] * v[0] + R[1, 1] * v[1] + R[1, 2] * v[2],
            R[2, 0] * v[0] + R[2, 1] * v[1] + R[2, 2] * v[2])


@kernel
def turned_back(R: Array, v: Vector) -> Vector:
    """Return ``R.T @ v``."""
    return (R[0, 0] * v[0] + R[1, 0] * v[1] + R[2, 0] * v[2],
            R[0, 1] * v[0] + R[1, 1] * v[1] + R[2, 1] * v[2],
            R[0, 2] * v[0] + R[1, 2] * v[1] + R[2, 2] * v[2])


@kernel
def dot(a: Vector, b: Vector) -> float:
    """Return ``a . b``."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@kernel
def cross(a: Vector, b: Vector) -> Vector:
    """Return ``a x b``."""
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


@kernel
def feature_rows(
    x: Array, view: View, base_ray: Array, ray: Array, s: Record, H: Array, out: Array,
) -> bool:
    """
    Linearise one feature about the state.

    The point where the base ray met the ground is seen now along ``ray``; the two residuals
    are the components of the expected direction across it, the first one along the move
    that a change of the ground's height would cause.

    Parameters
    ----------
    x, view
        State, shape (30,), and its :func:`view_of`.
    base_ray, ray
        Unit rays in B of the base image and of this one.
    s
        Settings.
    H
        Written: derivative of both residuals, shape (2, 27).
    out
        Written: residuals (2), how the first one moves per metre by which the corner stands
        out of the ground [rad/m], distance of the corner from the base camera [m].

    Returns
    -------
    bool
        False when the base ray does not look clearly down.

    """
    g = turned(view.R_base, (base_ray[0], base_ray[1], base_ray[2]))
    down = g[2] - x[24] * g[0] - x[25] * g[1]
    if down > -0.15 or view.above <= 0.0:
        return False
    depth = -view.above / down
    # The point from the base I, and how far it moves per metre of ground height.
    point = (view.arm[0] + depth * g[0], view.arm[1] + depth * g[1], view.arm[2] + depth * g[2])
    slant = (g[0] / down, g[1] / down, g[2] / down)
    d = (view.way[0] + point[0], view.way[1] + point[1], view.way[2] + point[2])
    from_I = turned_back(view.R, d)
    q = (from_I[0] - s.p_IC[0], from_I[1] - s.p_IC[1], from_I[2] - s.p_IC[2])
    length = math.sqrt(dot(q, q))
    if length < 0.1:
        return False
    # Where the doubt about the corner's height points, and how far, is taken from the expected
    # direction: by the seen one, a track would count the more, the less it seems to move.
    expected = (q[0] / length, q[1] / length, q[2] / length)
    seen = (ray[0], ray[1], ray[2])
    e1, moved = across(turned_back(view.R, slant), expected)
    e1, _ = across(e1, seen)
    out[2], out[3] = moved / length, depth
    _one_row(0, e1, q, length, view.R, d, point, slant, x, H, out)
    _one_row(1, cross(seen, e1), q, length, view.R, d, point, slant, x, H, out)
    return True


@kernel
def across(v: Vector, ray: Vector) -> tuple[Vector, float]:
    """Return the unit vector along the part of ``v`` across ``ray``, and that part's length."""
    along = dot(v, ray)
    e = (v[0] - along * ray[0], v[1] - along * ray[1], v[2] - along * ray[2])
    length = math.sqrt(dot(e, e))
    if length < 1e-9:
        # The ray is vertical: any direction will do.
        scale = 1.0 / math.sqrt(ray[1] * ray[1] + ray[2] * ray[2])
        return (0.0, -ray[2] * scale, ray[1] * scale), 0.0
    return (e[0] / length, e[1] / length, e[2] / length), length


@kernel
def _one_row(
    row: int, e: Vector, q: Vector, length: float, R: Array, d: Vector, point: Vector,
    slant: Vector, x: Array, H: Array, out: Array,
) -> None:
    """Residual and derivative of ``e . q / |q|``, where ``q = R' d - p_IC``."""
    value = dot(e, q) / length
    out[row] = -value
    a = value / length
    # derivative with respect to the point, in M
    n = turned(R, ((e[0] - a * q[0]) / length, (e[1] - a * q[1]) / length,
                   (e[2] - a * q[2]) / length))
    # What the point's move across the ground plane makes of a change of that plane.
    slid = dot(n, slant)
    m = (n[0] + slid * x[24], n[1] + slid * x[25], n[2] - slid)
    # n . -(theta x d) = theta . (n x d);  m . (theta x point) = theta . (point x m)
    turn, base_turn = cross(n, d), cross(point, m)
    h = H[row]
    for i in range(h.size):
        h[i] = 0.0
    h[0], h[1], h[2] = -n[0], -n[1], -n[2]
    h[6], h[7], h[8] = turn[0], turn[1], turn[2]
    h[15], h[16], h[17] = n[0], n[1], n[2] - slid
    h[18], h[19], h[20] = base_turn[0], base_turn[1], base_turn[2]
    h[21], h[22], h[23] = slid, slid * point[0], slid * point[1]
