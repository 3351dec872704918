# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The nearest cameras of other programs, fitted to ours, with what is left of error.

The optical axis of a CAHVORE lens is not the normal of its image plane; other models know one axis
only. So a small rotation of the camera is fitted with the distortion: a fitted model belongs to
a frame ``F`` of its own, turned against the optical frame ``C`` by ``R_FC``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.cameras.opencv_fit import fit_fisheye
from ingenuity_nodes.frames import Matrix3
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
COLUMNS, ROWS = 40, 30      # of the grid of pixels that is fitted
# Of reweighting by the error (C. L. Lawson, 1961), which lowers the worst one: from 0.20 px to
# 0.07 for the navigation camera; more rounds bring nothing.
ROUNDS = 12
_TURN = 3                   # numbers of the rotation, at the end
# Sizes by which the solver scales its steps: pixels, distortions, radians.
_PIXELS, _RADIAL, _SMALL = 100.0, 0.1, 0.01


@dataclass(frozen=True)
class Fit:
    """A camera model of others, fitted."""

    model: str                   # as COLMAP calls it
    parameters: tuple[float, ...]    # in COLMAP's order, but our origin: centre of pixel (0, 0)
    R_FC: Matrix3
    rms_px: float                # over an even grid of pixels
    worst_px: float


def fit_opencv_fisheye(camera: CameraModel) -> Fit:
    """
    Fit ``fx fy cx cy k1 k2 k3 k4`` of OpenCV's fisheye, 'equidistant' in Kalibr and ROS.

    The model of J. Kannala and S. Brandt, IEEE PAMI 28, 2006, eq. 6, as OpenCV writes it.
    """
    first = fit_fisheye(camera)
    return _fitted('OPENCV_FISHEYE', camera, _opencv_fisheye,
                   (*first.intrinsics, *first.distortion), (_PIXELS,) * 4 + (_RADIAL,) * 4)


def fit_thin_prism(camera: CameraModel) -> Fit:
    """
    Fit ``fx fy cx cy k1 k2 p1 p2 k3 k4 sx1 sy1`` of COLMAP's THIN_PRISM_FISHEYE.

    Its tangential terms stand in for the tilted image plane (J. Weng, P. Cohen and M. Herniou,
    IEEE PAMI 14, 1992, eq. 13), as ``src/colmap/sensor/models.h`` writes them.
    """
    first = fit_fisheye(camera)
    k = first.distortion
    return _fitted(
        'THIN_PRISM_FISHEYE', camera, _thin_prism,
        (*first.intrinsics, k[0], k[1], 0.0, 0.0, k[2], k[3], 0.0, 0.0),
        (_PIXELS,) * 4 + (_RADIAL,) * 2 + (_SMALL,) * 2 + (_RADIAL,) * 2 + (_SMALL,) * 2,
        rounds=ROUNDS)


def project(fit: Fit, rays_C: Array) -> Array:
    """Turn rays (n, 3) in the optical frame into pixels (n, 2) by a fitted model."""
    model = {'OPENCV_FISHEYE': _opencv_fisheye, 'THIN_PRISM_FISHEYE': _thin_prism}[fit.model]
    return model(np.array(fit.parameters), _equidistant(rays_C @ fit.R_FC.T))


def _fitted(
    name: str, camera: CameraModel, model: Callable[[Array, Array], Array],
    first: tuple[float, ...], scales: tuple[float, ...], *, rounds: int = 0,
) -> Fit:
    from scipy.optimize import least_squares
    from scipy.spatial.transform import Rotation

    u, v = np.meshgrid(np.linspace(0.0, camera.width - 1.0, COLUMNS),
                       np.linspace(0.0, camera.height - 1.0, ROWS))
    uv = np.stack([u.ravel(), v.ravel()], axis=1)
    rays_C = camera.unproject(uv)

    def errors(p: Array) -> Array:
        rays_F = Rotation.from_rotvec(p[-_TURN:]).apply(rays_C)
        return np.asarray(model(p[:-_TURN], _equidistant(rays_F)) - uv)

    def solved(p: Array, weights: Array) -> Array:
        return np.asarray(least_squares(
            lambda p: (errors(p) * weights[:, None]).ravel(), p,
            x_scale=np.array([*scales, *[_SMALL] * _TURN])).x)

    weights = np.ones(len(uv))
    p = solved(np.array([*first, *[0.0] * _TURN]), weights)
    for _ in range(rounds):
        left = np.linalg.norm(errors(p), axis=1)
        weights *= (left / left.max()) ** 0.25 + 1e-3    # of errors; their squares' are 0.5
        weights /= weights.mean()
        p = solved(p, weights)
    left = np.linalg.norm(errors(p), axis=1)
    return Fit(name, tuple(float(value) for value in p[:-_TURN]),
               np.asarray(Rotation.from_rotvec(p[-_TURN:]).as_matrix()),
               float(np.sqrt((left ** 2).mean())), float(left.max()))


def _equidistant(rays: Array) -> Array:
    """Turn rays (n, 3) into ``theta (cos phi, sin phi)``, (n, 2)."""
    across = np.hypot(rays[:, 0], rays[:, 1])
    scale = np.arctan2(across, rays[:, 2]) / np.maximum(across, 1e-300)
    return np.asarray(rays[:, :2] * scale[:, None])


def _opencv_fisheye(p: Array, flat: Array) -> Array:
    square = (flat ** 2).sum(axis=1)
    bent = 1.0 + square * (p[4] + square * (p[5] + square * (p[6] + square * p[7])))
    return np.asarray(flat * bent[:, None] * p[0:2] + p[2:4])


def _thin_prism(p: Array, flat: Array) -> Array:
    u, v = flat[:, 0], flat[:, 1]
    square = u * u + v * v
    radial = square * (p[4] + square * (p[5] + square * (p[8] + square * p[9])))
    du = u * radial + 2.0 * p[6] * u * v + p[7] * (square + 2.0 * u * u) + p[10] * square
    dv = v * radial + 2.0 * p[7] * u * v + p[6] * (square + 2.0 * v * v) + p[11] * square
    return np.stack([p[0] * (u + du) + p[2], p[1] * (v + dv) + p[3]], axis=1)
