# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The nearest camera that OpenCV knows: its fisheye model, fitted to ours."""

from __future__ import annotations

from dataclasses import dataclass

from ingenuity_nodes.cameras.model import CameraModel
import numpy as np

_SMALL = 1e-4    # [rad] step for the scale at the centre
_RINGS, _SPOKES = 60, 48


@dataclass(frozen=True)
class FisheyeFit:
    """OpenCV's fisheye ('equidistant' in ROS) with its worst error over the image."""

    intrinsics: tuple[float, float, float, float]   # fx, fy, cx, cy [px]
    distortion: tuple[float, float, float, float]   # k1 to k4
    worst_px: float


def fit_fisheye(camera: CameraModel) -> FisheyeFit:
    """
    Fit ``r = theta (1 + k1 theta^2 + ... + k4 theta^8)`` about the axis by least squares.

    The model of J. Kannala and S. Brandt, IEEE PAMI 28, 2006, eq. 6, as OpenCV writes it.
    """
    centre, right, down = camera.project(np.array(
        [[0.0, 0.0, 1.0], [np.sin(_SMALL), 0.0, np.cos(_SMALL)],
         [0.0, np.sin(_SMALL), np.cos(_SMALL)]]))
    fx, fy = (right[0] - centre[0]) / _SMALL, (down[1] - centre[1]) / _SMALL
    rings, spokes = np.meshgrid(np.linspace(0.02, camera.corner_angle, _RINGS),
                                np.linspace(0.0, 2 * np.pi, _SPOKES, endpoint=False))
    theta, spoke = rings.ravel(), spokes.ravel()
    rays = np.stack([np.sin(theta) * np.cos(spoke), np.sin(theta) * np.sin(spoke),
                     np.cos(theta)], axis=1)
    seen = camera.project(rays)
    inside = camera.inside(seen)
    theta, spoke, seen = theta[inside], spoke[inside], seen[inside]
    normal = (seen - centre) / np.array([fx, fy])
    radius = normal[:, 0] * np.cos(spoke) + normal[:, 1] * np.sin(spoke)
    powers = np.stack([theta ** 3, theta ** 5, theta ** 7, theta ** 9], axis=1)
    k, *_ = np.linalg.lstsq(powers, radius - theta, rcond=None)
    fitted = (theta + powers @ k)[:, None] * np.stack([np.cos(spoke), np.sin(spoke)], axis=1)
    error = np.linalg.norm(fitted * np.array([fx, fy]) + centre - seen, axis=1)
    return FisheyeFit((float(fx), float(fy), float(centre[0]), float(centre[1])),
                      (float(k[0]), float(k[1]), float(k[2]), float(k[3])), float(error.max()))
