# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The bearing measurement: where an image should see a feature of the reference image.

A feature F is where its unit bearing vector of the reference image meets the ground plane; K is
the body with its inertial sensor at that instant. Vectors of three live in tuples here: one image
has some forty features, and an array each would cost more than the sums.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.compiled.rotations import matrix_into
from ingenuity_nodes.navigation.ground_plane import height_over_plane
from ingenuity_nodes.navigation.state import (
    Array, ATTITUDE, GROUND_HEIGHT, KEY_ATTITUDE, KEY_POSITION, POSITION, Record, SLOPE)
import numpy as np

Vector = tuple[float, float, float]


class Cameras(NamedTuple):
    """Both cameras, that of the reference image and that of now, and the ground plane."""

    R_MK: Array
    R_MB: Array
    p_IC: Vector      # camera from the inertial sensor, in B [m]
    p_KC_M: Vector    # the same in the reference image, in M [m]
    p_IK_M: Vector    # inertial sensor of the reference image from that of now, in M [m]
    height: float     # camera of the reference image over the ground plane [m]
    slope: tuple[float, float]


class Geometry(NamedTuple):
    """Where one feature lies."""

    p_CF_B: Vector     # from the camera of now [m]
    distance: float    # its length [m]
    p_IF_M: Vector     # from the inertial sensor of now [m]
    p_KF_M: Vector     # from that of the reference image [m]
    shift_M: Vector    # how far F moves per metre of ground height [1]


class Bearing(NamedTuple):
    """One feature compared with its prediction."""

    visible: bool           # False: the bearing of the reference image does not clearly lead down
    residual: tuple[float, float]    # [rad]
    height_gain: float      # of the first residual, per metre that F stands out of the ground
    depth: float            # of F in the reference image [m]


NOT_VISIBLE = Bearing(False, (0.0, 0.0), 0.0, 0.0)


@kernel
def cameras_of(x: Record, config: Record) -> Cameras:
    """Return what all features of an image have in common."""
    R_MK, R_MB = np.empty((3, 3)), np.empty((3, 3))
    matrix_into(x.q_MK, R_MK)
    matrix_into(x.q_MB, R_MB)
    p_IC, p_MK = (config.p_IC[0], config.p_IC[1], config.p_IC[2]), x.p_MK
    p_KC_M = rotate(R_MK, p_IC)
    height = height_over_plane(x, p_MK[0] + p_KC_M[0], p_MK[1] + p_KC_M[1], p_MK[2] + p_KC_M[2])
    p_IK_M = (p_MK[0] - x.p_MI[0], p_MK[1] - x.p_MI[1], p_MK[2] - x.p_MI[2])
    return Cameras(R_MK, R_MB, p_IC, p_KC_M, p_IK_M, height, (x.slope[0], x.slope[1]))


@kernel
def rotate(R: Array, v: Vector) -> Vector:
    """Return ``R @ v``."""
    return (R[0, 0] * v[0] + R[0, 1] * v[1] + R[0, 2] * v[2],
            R[1, 0] * v[0] + R[1, 1] * v[1] + R[1, 2] * v[2],
            R[2, 0] * v[0] + R[2, 1] * v[1] + R[2, 2] * v[2])


@kernel
def rotate_back(R: Array, v: Vector) -> Vector:
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
def linearise(cameras: Cameras, bearing_K: Array, bearing_B: Array, H: Array) -> Bearing:
    """
    Compare the bearing of one feature with its prediction and differentiate it.

    Both residuals are components of the predicted bearing in the tangent plane of the measured
    one; the first is along the displacement that a change of the ground's height would cause.

    Parameters
    ----------
    cameras
        See :func:`cameras_of`.
    bearing_K, bearing_B
        Unit bearing vectors in the body, of the reference image and of this one.
    H
        Written: derivative of both residuals, shape (2, 30).

    """
    u_M = rotate(cameras.R_MK, (bearing_K[0], bearing_K[1], bearing_K[2]))
    down = u_M[2] - cameras.slope[0] * u_M[0] - cameras.slope[1] * u_M[1]
    if not (down <= -0.15 and cameras.height > 0.0):    # a bearing of NaN is seen by nobody
        return NOT_VISIBLE
    p_KC_M, p_IK_M, p_IC = cameras.p_KC_M, cameras.p_IK_M, cameras.p_IC
    depth = -cameras.height / down
    p_KF_M = (p_KC_M[0] + depth * u_M[0], p_KC_M[1] + depth * u_M[1], p_KC_M[2] + depth * u_M[2])
    shift_M = (u_M[0] / down, u_M[1] / down, u_M[2] / down)
    p_IF_M = (p_IK_M[0] + p_KF_M[0], p_IK_M[1] + p_KF_M[1], p_IK_M[2] + p_KF_M[2])
    p_IF_B = rotate_back(cameras.R_MB, p_IF_M)
    p_CF_B = (p_IF_B[0] - p_IC[0], p_IF_B[1] - p_IC[1], p_IF_B[2] - p_IC[2])
    distance = math.sqrt(dot(p_CF_B, p_CF_B))
    if distance < 0.1:
        return NOT_VISIBLE
    # How the feature's height displaces it is taken from the predicted bearing: with the measured
    # one, a track would count the more, the less it seems to move.
    predicted = (p_CF_B[0] / distance, p_CF_B[1] / distance, p_CF_B[2] / distance)
    measured = (bearing_B[0], bearing_B[1], bearing_B[2])
    displacement, length = tangent(rotate_back(cameras.R_MB, shift_M), predicted)
    e1, _ = tangent(displacement, measured)
    F = Geometry(p_CF_B, distance, p_IF_M, p_KF_M, shift_M)
    residual = (_residual_row(cameras, F, e1, H[0]),
                _residual_row(cameras, F, cross(measured, e1), H[1]))
    return Bearing(True, residual, length / distance, depth)


@kernel
def tangent(v: Vector, bearing: Vector) -> tuple[Vector, float]:
    """Return the unit vector along the part of ``v`` normal to a bearing, and its length."""
    along = dot(v, bearing)
    e = (v[0] - along * bearing[0], v[1] - along * bearing[1], v[2] - along * bearing[2])
    length = math.sqrt(dot(e, e))
    if length < 1e-9:
        # The bearing is vertical: any direction will do.
        scale = 1.0 / math.sqrt(bearing[1] * bearing[1] + bearing[2] * bearing[2])
        return (0.0, -bearing[2] * scale, bearing[1] * scale), 0.0
    return (e[0] / length, e[1] / length, e[2] / length), length


@kernel
def _residual_row(cameras: Cameras, F: Geometry, e: Vector, h: Array) -> float:
    """Return the residual of ``e . q / |q|``, where ``q = p_CF_B``, and write its derivative."""
    q, distance, slope = F.p_CF_B, F.distance, cameras.slope
    value = dot(e, q) / distance
    a = value / distance
    # derivative with respect to F, in M
    n = rotate(cameras.R_MB, ((e[0] - a * q[0]) / distance, (e[1] - a * q[1]) / distance,
                              (e[2] - a * q[2]) / distance))
    per_height = dot(n, F.shift_M)    # derivative with respect to the height of the ground
    m = (n[0] + per_height * slope[0], n[1] + per_height * slope[1], n[2] - per_height)
    for i in range(h.size):
        h[i] = 0.0
    _put(h, POSITION, (-n[0], -n[1], -n[2]))
    _put(h, KEY_POSITION, (n[0], n[1], n[2] - per_height))
    # n . -(theta x p_IF) = theta . (n x p_IF);  m . (theta x p_KF) = theta . (p_KF x m)
    _put(h, ATTITUDE, cross(n, F.p_IF_M))
    _put(h, KEY_ATTITUDE, cross(F.p_KF_M, m))
    h[GROUND_HEIGHT] = per_height
    h[SLOPE], h[SLOPE + 1] = per_height * F.p_KF_M[0], per_height * F.p_KF_M[1]
    return float(-value)


@kernel
def _put(h: Array, begin: int, v: Vector) -> None:
    h[begin], h[begin + 1], h[begin + 2] = v[0], v[1], v[2]
