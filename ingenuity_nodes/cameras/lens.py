# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The lens of JPL's CAHVORE type 3, a family that holds OpenCV's fisheye and pinhole, fast."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
import math
from typing import Any, NamedTuple

from ingenuity_nodes.compiled.entry import entry_point
from ingenuity_nodes.compiled.kernel import kernel
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
PUPIL_STEPS = 3    # each leaves a thousandth of the error before
NEWTON_STEPS = 12


class Lens(NamedTuple):
    """What a lens does, in the words of :class:`ingenuity_nodes.cameras.model.CameraModel`."""

    A: Array
    H: Array
    V: Array
    O: Array               # noqa: E741
    R: Array
    E: Array
    linearity: float
    max_angle: float       # from the axis [rad]; beyond, nothing is projected


@kernel
def bend(lens: Lens, theta: float) -> float:
    """Turn an angle from the axis [rad] into the length that the lens gives it."""
    chi = theta
    if lens.linearity > 1e-9:
        chi = math.tan(lens.linearity * theta) / lens.linearity
    square = chi * chi
    return float(chi * (1.0 + lens.R[0] + square * (lens.R[1] + square * lens.R[2])))


@kernel
def pupil(lens: Lens, theta: float) -> float:
    """Return the travel of the entrance pupil along the axis for rays at an angle to it [m]."""
    square = theta * theta
    stretch = theta / math.sin(theta) - 1.0 if theta > 1e-6 else 0.0
    return float(stretch * (lens.E[0] + square * (lens.E[1] + square * lens.E[2])))


@kernel
def project_one(lens: Lens, x: float, y: float, z: float) -> tuple[float, float]:
    """Turn a point in the optical frame into a pixel, NaN where none is."""
    o, h, v, a = lens.O, lens.H, lens.V, lens.A
    along = x * o[0] + y * o[1] + z * o[2]
    ex, ey, ez = x - along * o[0], y - along * o[1], z - along * o[2]
    length = math.sqrt(ex * ex + ey * ey + ez * ez)
    theta = math.atan2(length, along)
    if theta >= lens.max_angle or length + abs(along) == 0.0:
        return math.nan, math.nan
    if lens.E[0] != 0.0:
        for _ in range(PUPIL_STEPS):
            theta = math.atan2(length, along - pupil(lens, theta))
    scale = bend(lens, theta) / length if length > 0.0 else 0.0
    qx, qy, qz = o[0] + scale * ex, o[1] + scale * ey, o[2] + scale * ez
    depth = qx * a[0] + qy * a[1] + qz * a[2]
    return ((qx * h[0] + qy * h[1] + qz * h[2]) / depth,
            (qx * v[0] + qy * v[1] + qz * v[2]) / depth)


@kernel
def project(lens: Lens, p_C: Array) -> Array:
    """Turn points (n, 3) in the optical frame into pixels (n, 2), NaN where none is."""
    uv = np.empty((p_C.shape[0], 2))
    for k in range(p_C.shape[0]):
        uv[k, 0], uv[k, 1] = project_one(lens, p_C[k, 0], p_C[k, 1], p_C[k, 2])
    return uv


@kernel
def project_from(lens: Lens, R_MC: Array, p_MC: Array, p_M: Array) -> Array:
    """Turn points (n, 3) in the map, seen from a pose, into pixels (n, 2), NaN where none is."""
    uv = np.empty((p_M.shape[0], 2))
    for k in range(p_M.shape[0]):
        x, y, z = p_M[k, 0] - p_MC[0], p_M[k, 1] - p_MC[1], p_M[k, 2] - p_MC[2]
        uv[k, 0], uv[k, 1] = project_one(
            lens, R_MC[0, 0] * x + R_MC[1, 0] * y + R_MC[2, 0] * z,
            R_MC[0, 1] * x + R_MC[1, 1] * y + R_MC[2, 1] * z,
            R_MC[0, 2] * x + R_MC[1, 2] * y + R_MC[2, 2] * z)
    return uv


@kernel
def unbend(lens: Lens, bent: float) -> float:
    """Find the angle from the axis [rad] that the lens gives a length: the inverse of bend."""
    r0, r1, r2 = lens.R[0], lens.R[1], lens.R[2]
    chi = bent / (1.0 + r0)
    for _ in range(NEWTON_STEPS):
        square = chi * chi
        error = chi * (1.0 + r0 + square * (r1 + square * r2)) - bent
        chi -= error / (1.0 + r0 + square * (3.0 * r1 + square * 5.0 * r2))
    if lens.linearity > 1e-9:
        return float(math.atan(lens.linearity * chi) / lens.linearity)
    return float(chi)


@kernel
def unproject(lens: Lens, uv: Array) -> Array:
    """Turn pixels (n, 2) into unit rays (n, 3) in the optical frame."""
    rays = np.empty((uv.shape[0], 3))
    o, h, v, a = lens.O, lens.H, lens.V, lens.A
    for k in range(uv.shape[0]):
        # q = (V - v A) x (H - u A) is seen at the pixel by a perspective lens.
        column, row = uv[k, 0], uv[k, 1]
        vx, vy, vz = v[0] - row * a[0], v[1] - row * a[1], v[2] - row * a[2]
        hx, hy, hz = h[0] - column * a[0], h[1] - column * a[1], h[2] - column * a[2]
        qx, qy, qz = vy * hz - vz * hy, vz * hx - vx * hz, vx * hy - vy * hx
        along = qx * o[0] + qy * o[1] + qz * o[2]
        if along < 0.0:
            qx, qy, qz, along = -qx, -qy, -qz, -along
        ex, ey, ez = qx - along * o[0], qy - along * o[1], qz - along * o[2]
        length = math.sqrt(ex * ex + ey * ey + ez * ez)
        theta = unbend(lens, length / along)
        c, s = math.cos(theta), math.sin(theta) / (length if length > 0.0 else 1.0)
        rays[k, 0], rays[k, 1] = c * o[0] + s * ex, c * o[1] + s * ey
        rays[k, 2] = c * o[2] + s * ez
    return rays


class Projection(NamedTuple):
    """Entries to projections and their inverse, for any lens."""

    of_camera: Callable[..., Any]    # :func:`project`
    of_map: Callable[..., Any]       # :func:`project_from`
    back: Callable[..., Any]         # :func:`unproject`


@cache
def projection() -> Projection:
    """Compile or load them, once a process."""
    zero, points, R_MC = np.zeros(3), np.zeros((1, 3)), np.eye(3)
    lens = Lens(zero, zero, zero, zero, zero, zero, 0.0, 0.0)
    return Projection(
        entry_point(project, lens, points), entry_point(project_from, lens, R_MC, zero, points),
        entry_point(unproject, lens, np.zeros((1, 2))))
