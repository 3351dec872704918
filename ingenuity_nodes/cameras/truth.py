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
"""Pictures of the truth: distance, place, normal, kind and motion of what each pixel sees."""

from __future__ import annotations

from dataclasses import dataclass

from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.signals import Exposure
import numpy as np
from numpy.typing import NDArray

SKY, GROUND, STONE, ROBOT = range(4)


@dataclass(frozen=True)
class GroundTruth:
    """What the centre of every pixel sees; the shutter is taken as open at one instant."""

    camera: CameraModel
    exposure: Exposure
    ranges: NDArray[np.float32]   # (height, width) along the ray [m], inf in the sky
    kinds: NDArray[np.uint8]      # (height, width) SKY, GROUND, STONE or ROBOT

    def points(self) -> NDArray[np.float64]:
        """Places (height, width, 3) in M [m]; NaN in the sky."""
        rows, columns = self.ranges.shape
        u, v = np.meshgrid(np.arange(columns), np.arange(rows))
        R_MC, p_MC = self.camera.pose(self.exposure.p_MB, self.exposure.q_MB)
        rays = self.camera.unproject(np.stack([u.ravel(), v.ravel()], axis=1)) @ R_MC.T
        with np.errstate(invalid='ignore'):
            points = p_MC + rays.reshape(rows, columns, 3) * self.ranges[..., None].astype(
                np.float64)
        points[~np.isfinite(self.ranges)] = np.nan
        return np.asarray(points)

    def normals(self) -> NDArray[np.float64]:
        """Take unit normals in M from neighbouring places, shape (height, width, 3)."""
        points = self.points()
        across, along = np.gradient(points, axis=1), np.gradient(points, axis=0)
        normals = np.cross(along, across)
        length = np.linalg.norm(normals, axis=2, keepdims=True)
        return np.asarray(normals / np.where(length > 0.0, length, np.nan))

    def flow(self, later: Exposure) -> NDArray[np.float64]:
        """Pixels (height, width, 2) by which what stands still moves until a later exposure."""
        rows, columns = self.ranges.shape
        u, v = np.meshgrid(np.arange(columns), np.arange(rows))
        uv = self.camera.project_world(self.points().reshape(-1, 3), later.p_MB, later.q_MB)
        return np.asarray(uv.reshape(rows, columns, 2) - np.stack([u, v], axis=2))
