# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Predict where a robot appears in an image: by projection, without rendering."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.frames import QuatWxyz, rotation_matrix, Vector3
from ingenuity_nodes.robots.shapes import outline, robot
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class TargetBox:
    """The bounding box of a robot in the image plane, not clipped to the image."""

    u0: float               # left [px]
    v0: float               # top [px]
    u1: float               # right [px]
    v1: float               # bottom [px]
    visible_fraction: float  # of its outline's area inside the image, 0..1
    distance: float         # horizontal, from the camera's carrier to its origin [m]
    visible_px: int = 0     # area of its outline inside the image [px]

    @property
    def centre(self) -> tuple[float, float]:
        """Return the centre of the box [px]."""
        return (self.u0 + self.u1) / 2, (self.v0 + self.v1) / 2

    @property
    def width(self) -> float:
        """Return the width of the box [px]."""
        return self.u1 - self.u0


def target_box(camera: CameraModel, p_MB: Vector3, q_MB: QuatWxyz, p_MT: Vector3, q_MT: QuatWxyz,
               *, kind: str = 'rover', joints: Mapping[str, float] | None = None,
               ) -> TargetBox | None:
    """
    Predict the bounding box of a robot in the image of a camera; None if it is behind the lens.

    Parameters
    ----------
    camera
        With its mounting on the carrier.
    p_MB, q_MB
        Pose of the carrier.
    p_MT, q_MT
        Pose of the robot.
    kind
        'rover' or 'helicopter'.
    joints
        Joint angles [rad]; without them the robot is at rest, which is faster.

    """
    points_T = robot(kind).corners(joints) if joints else outline(kind)
    points_M = points_T @ rotation_matrix(q_MT).T + p_MT
    uv = camera.project_world(points_M, p_MB, q_MB)
    seen = uv[~np.isnan(uv[:, 0])]
    if len(seen) < 3:
        return None
    (u0, v0), (u1, v1) = seen.min(axis=0), seen.max(axis=0)
    distance = float(np.hypot(p_MT[0] - p_MB[0], p_MT[1] - p_MB[1]))
    inside, area = _areas(seen, camera)
    fraction = float(np.clip(inside / area, 0.0, 1.0)) if area > 0.0 else 0.0
    return TargetBox(float(u0), float(v0), float(u1), float(v1), fraction * len(seen) / len(uv),
                     distance, round(inside))


def _areas(uv: NDArray[np.float64], camera: CameraModel) -> tuple[float, float]:
    """Return the area of the points' convex hull inside the image, and in total [px^2]."""
    hull = cv2.convexHull(uv.astype(np.float32))
    right, low = camera.width - 0.5, camera.height - 0.5
    frame = np.array([[-0.5, -0.5], [right, -0.5], [right, low], [-0.5, low]], np.float32)
    area = cv2.contourArea(hull)
    inside, _ = cv2.intersectConvexConvex(hull, frame)
    return float(inside), float(area)
