# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Compiled rotations for the fast loop; the readable ones are in :mod:`ingenuity_nodes.frames`.

Quaternions are Hamilton, scalar first; results go into arrays that the caller owns, so that
nothing is allocated at 500 Hz.
"""

from __future__ import annotations

import math

from ingenuity_nodes.compiled.kernel import kernel
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@kernel
def matrix_into(q: Array, R: Array) -> None:
    """Write the matrix ``R_AB`` of the unit quaternion ``q_AB``."""
    w, x, y, z = q[0], q[1], q[2], q[3]
    R[0, 0], R[0, 1], R[0, 2] = 1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)
    R[1, 0], R[1, 1], R[1, 2] = 2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)
    R[2, 0], R[2, 1], R[2, 2] = 2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)


@kernel
def _exponential(rx: float, ry: float, rz: float) -> tuple[float, float, float, float]:
    """Return the unit quaternion ``exp(r)`` of a rotation vector."""
    angle = math.sqrt(rx * rx + ry * ry + rz * rz)
    s = 0.5 - angle * angle / 48.0 if angle < 1e-4 else math.sin(0.5 * angle) / angle
    return math.cos(0.5 * angle), s * rx, s * ry, s * rz


@kernel
def turn_local(q: Array, rx: float, ry: float, rz: float) -> None:
    """Turn ``q_AB`` by the rotation vector (rx, ry, rz) written in B: ``q = q * exp(r)``."""
    a, b, c, d = _exponential(rx, ry, rz)
    w, x, y, z = q[0], q[1], q[2], q[3]
    q[0] = w * a - x * b - y * c - z * d
    q[1] = w * b + x * a + y * d - z * c
    q[2] = w * c - x * d + y * a + z * b
    q[3] = w * d + x * c - y * b + z * a
    normalise(q)


@kernel
def turn_global(q: Array, rx: float, ry: float, rz: float) -> None:
    """Turn ``q_AB`` by the rotation vector (rx, ry, rz) written in A: ``q = exp(r) * q``."""
    a, b, c, d = _exponential(rx, ry, rz)
    w, x, y, z = q[0], q[1], q[2], q[3]
    q[0] = a * w - b * x - c * y - d * z
    q[1] = a * x + b * w + c * z - d * y
    q[2] = a * y - b * z + c * w + d * x
    q[3] = a * z + b * y - c * x + d * w
    normalise(q)


@kernel
def normalise(q: Array) -> None:
    """Make ``q`` a unit quaternion."""
    scale = 1.0 / math.sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3])
    for k in range(4):
        q[k] *= scale


@kernel
def rotate_into(R: Array, v: Array, out: Array) -> None:
    """Write ``R @ v``."""
    x, y, z = v[0], v[1], v[2]
    for i in range(3):
        out[i] = R[i, 0] * x + R[i, 1] * y + R[i, 2] * z
