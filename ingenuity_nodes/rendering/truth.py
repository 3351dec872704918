# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Ground truth images: range, position, normal, class, rock and optical flow per pixel."""

from __future__ import annotations

from dataclasses import dataclass

from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.frames import Matrix3, rotation_matrix, Vector3
from ingenuity_nodes.signals import Exposure
from ingenuity_nodes.world.rocks import X, Y
import numpy as np
from numpy.typing import NDArray

SKY, GROUND, ROCK, ROBOT = range(4)
_ITERATIONS = 4    # to find the row that sees a point; each shrinks the error a hundredfold


@dataclass(frozen=True)
class GroundTruth:
    """What the centre of every pixel sees, each row at its own instant of a rolling shutter."""

    camera: CameraModel
    exposure: Exposure            # at the middle row
    readout: float                # [s] from the first row to the last
    ranges: NDArray[np.float32]   # (height, width) along the ray [m], inf in the sky
    kinds: NDArray[np.uint8]      # (height, width) SKY, GROUND, ROCK or ROBOT
    numbers: NDArray[np.int32]    # (height, width) row of ``rocks``, -1 where there is none
    rocks: NDArray[np.float64]   # (n, columns of world/rocks.py) that may be in the image

    def points(self) -> NDArray[np.float64]:
        """Return positions (height, width, 3) in M [m]; NaN in the sky."""
        rows, columns = self.ranges.shape
        u, v = np.meshgrid(np.arange(columns), np.arange(rows))
        R_MC, p_MC = self.camera.pose(self.exposure.p_MB, self.exposure.q_MB)
        rays = self.camera.unproject(np.stack([u.ravel(), v.ravel()], axis=1)) @ R_MC.T
        rays = rays.reshape(rows, columns, 3)
        move, turn = shutter_motion(self.camera, self.exposure, self.readout)
        fraction = (np.arange(rows) + 0.5)[:, None, None] / rows - 0.5
        turned = rays + np.cross(turn, rays) * fraction
        turned /= np.linalg.norm(turned, axis=2, keepdims=True)
        with np.errstate(invalid='ignore'):
            points = p_MC + move * fraction + turned * self.ranges[..., None].astype(np.float64)
        points[~np.isfinite(self.ranges)] = np.nan
        return np.asarray(points)

    def normals(self) -> NDArray[np.float64]:
        """Compute unit normals in M from neighbouring points, shape (height, width, 3)."""
        points = self.points()
        across, along = np.gradient(points, axis=1), np.gradient(points, axis=0)
        normals = np.cross(along, across)
        length = np.linalg.norm(normals, axis=2, keepdims=True)
        return np.asarray(normals / np.where(length > 0.0, length, np.nan))

    def labels(self) -> NDArray[np.int32]:
        """
        Label the rock in each pixel (height, width): the same number in every image, 0 for none.

        Labels are 30-bit hashes of the rocks' positions: among 10,000 rocks, two have the same
        one in one world out of twenty.
        """
        mm = np.round(self.rocks[:, [X, Y]] * 1000.0).astype(np.int64).astype(np.uint64)
        mixed = mm[:, 0] * np.uint64(0x9E3779B97F4A7C15) + mm[:, 1] * np.uint64(
            0xC2B2AE3D27D4EB4F)
        mixed ^= mixed >> np.uint64(29)
        mixed *= np.uint64(0xBF58476D1CE4E5B9)
        names = np.append((mixed >> np.uint64(34)).astype(np.int64) + 1, 0)
        return np.asarray(names[self.numbers], dtype=np.int32)    # number -1 takes the last

    def flow(self, other: Exposure) -> NDArray[np.float64]:
        """Return the motion of static points to another exposure [px], (height, width, 2)."""
        rows, columns = self.ranges.shape
        u, v = np.meshgrid(np.arange(columns), np.arange(rows))
        R_MC, p_MC = self.camera.pose(other.p_MB, other.q_MB)
        move, turn = shutter_motion(self.camera, other, self.readout)
        away = self.points().reshape(-1, 3) - p_MC
        uv = self.camera.project(away @ R_MC)
        for _ in range(_ITERATIONS if self.readout else 0):
            fraction = ((uv[:, 1] + 0.5) / rows - 0.5)[:, None]
            seen = away - move * fraction
            seen = seen - np.cross(turn, seen) * fraction
            uv = self.camera.project(seen @ R_MC)
        return np.asarray(uv.reshape(rows, columns, 2) - np.stack([u, v], axis=2))


def shutter_motion(
    camera: CameraModel, exposure: Exposure, readout: float,
) -> tuple[Vector3, Vector3]:
    """Return the camera's translation [m] and rotation [rad] in M from first row to last."""
    R_MB: Matrix3 = rotation_matrix(exposure.q_MB)
    w_M = R_MB @ exposure.w_MB_B
    v_M = exposure.v_MB + np.cross(w_M, R_MB @ camera.p_BC)
    return np.asarray(v_M * readout), np.asarray(w_M * readout)
