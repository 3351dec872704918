# Copyright 2026 Ingenuity contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.
"""Where a robot falls in a picture, from the corners of its parts; no drawing involved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.cameras.parts import half_extent, Robot, transform
from ingenuity_nodes.frames import QuatWxyz, rotation_matrix, Vector3

_CORNERS = np.array([[x, y, z] for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-1.0, 1.0)])


@dataclass(frozen=True)
class TargetBox:
    """Outline of a target in a picture; parts of it may lie outside the frame."""

    bbox_px: tuple[float, float, float, float]   # u0, v0, u1, v1
    visible_share: float                         # of its silhouette, inside the frame
    visible_px: int                              # pixels of its silhouette inside the frame

    @property
    def centre_px(self) -> tuple[float, float]:
        """Middle of the box, u right, v down."""
        u0, v0, u1, v1 = self.bbox_px
        return (u0 + u1) / 2, (v0 + v1) / 2


def target_box(
    camera: CameraModel, p_MB: Vector3, q_MB: QuatWxyz, robot: Robot,
    p_MR: Vector3, q_MR: QuatWxyz, joints: Mapping[str, float] = {},
) -> TargetBox | None:
    """
    Outline a robot as one camera sees it.

    Parameters
    ----------
    camera, p_MB, q_MB
        The camera and the true pose of its carrier.
    robot, p_MR, q_MR, joints
        What to look for, where it stands, how it holds its limbs.

    Returns
    -------
    TargetBox or None
        None where a part of it lies behind the lens.

    """
    R_MR = rotation_matrix(q_MR)
    outlines = [camera.project_world(corners @ R_MR.T + p_MR, p_MB, q_MB)
                for corners in _part_corners(robot, joints)]
    points = np.concatenate(outlines)
    if not np.isfinite(points).all():
        return None
    low, high = points.min(axis=0), points.max(axis=0)
    inside, whole = _silhouette(outlines, low, high, camera.width, camera.height)
    return TargetBox((float(low[0]), float(low[1]), float(high[0]), float(high[1])),
                     inside / max(1, whole), inside)


def _part_corners(robot: Robot, joints: Mapping[str, float]) -> list[NDArray[np.float64]]:
    poses = robot.link_poses(joints)
    corners = []
    for part in robot.parts:
        pose = poses[part.link] @ transform(part.xyz, part.rpy)
        corners.append(_CORNERS * half_extent(part) @ pose[:3, :3].T + pose[:3, 3])
    return corners


def _silhouette(
    outlines: list[NDArray[np.float64]], low: NDArray[np.float64], high: NDArray[np.float64],
    width: int, height: int,
) -> tuple[int, int]:
    """Count the pixels of all parts together: inside the frame, and anywhere."""
    origin = np.floor(low).astype(int)
    size = np.ceil(high).astype(int) - origin + 1
    mask = np.zeros((int(size[1]), int(size[0])), np.uint8)
    for outline in outlines:
        hull = cv2.convexHull(np.round(outline - origin).astype(np.int32))
        cv2.fillConvexPoly(mask, hull, 1)
    u, v = np.arange(size[0]) + origin[0], np.arange(size[1]) + origin[1]
    framed = mask[np.ix_((v >= 0) & (v < height), (u >= 0) & (u < width))]
    return int(framed.sum()), int(mask.sum())
