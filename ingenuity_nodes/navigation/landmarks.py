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
"""
Features from geometry instead of pictures: what a good tracker would report.

Points on the ground are picked where the picture is empty, followed while they stay in view,
and lost now and then, as corners are. Cheap enough for the batch.
"""

from __future__ import annotations

from dataclasses import dataclass

from ingenuity_nodes.cameras.lens import project_from
from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.frames import Matrix3, QuatWxyz, rotation_matrix, Vector3
from ingenuity_nodes.navigation.rays import RayTable
from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.sensors.altimeter import reach
from ingenuity_nodes.signals import Exposure, FeatureFrame
from ingenuity_nodes.world.terrain import Terrain, TerrainField
from numba import njit
import numpy as np
from numpy.typing import NDArray

STREAM = 21                # of the random numbers
COLUMNS, ROWS = 8, 6       # cells of the picture, at most one new feature in each


@dataclass(frozen=True)
class LandmarkParameters:
    """What the imagined tracker does."""

    most: int = quantity(
        40, '1', 'features followed at once', low=4, high=64,
        source='J. Stechschulte 2021: a few dozen')
    noise: float = quantity(
        0.12, 'px', 'spread of one position, anew in each picture', low=0.0, high=10.0,
        source='tracks through drawn pictures against the truth: 0.10 to 0.12 px')
    drift: float = quantity(
        0.08, 'px', 'walk of one track from picture to picture', low=0.0, high=10.0,
        source='tracks through drawn pictures against the truth: 0.4 to 0.5 px in a second')
    stones: float = quantity(
        0.006, '1', 'corners leave the ground by this share of their distance', low=0.0, high=1.0,
        source='tracks through drawn pictures against the truth: 3 to 6 cm, seen from 5 m up at '
               'some 7 m')
    loss: float = quantity(
        0.005, '1', 'chance to lose a feature from one picture to the next', low=0.0, high=1.0,
        source='assumed: a corner lives for some 7 s')
    margin: float = quantity(
        12.0, 'px', 'border in which features are given up', low=0.0, high=100.0,
        source='assumed: half a tracking window')
    farthest: float = quantity(
        60.0, 'm', 'features beyond this are not picked', low=1.0, high=1000.0,
        source='assumed: ground texture becomes finer than a pixel')
    nearest: float = quantity(
        0.3, 'm', 'camera height below which the ground is a blur', low=0.0, high=10.0,
        source='assumed: fixed focus and raised dust')


@njit(cache=True, error_model='numpy')
def _within(
    uv: NDArray[np.float64], margin: float, width: float, height: float,
) -> NDArray[np.bool_]:
    """Say which pixels (n, 2) are farther than a margin from the border of the picture."""
    inside = np.zeros(uv.shape[0], dtype=np.bool_)
    for k in range(uv.shape[0]):
        u, v = uv[k, 0], uv[k, 1]
        inside[k] = margin < u < width - 1.0 - margin and margin < v < height - 1.0 - margin
    return inside


@njit(cache=True, error_model='numpy')
def _hits(
    p: NDArray[np.float64], rays: NDArray[np.float64], field: TerrainField, farthest: float,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    points, good = np.empty(rays.shape), np.zeros(rays.shape[0], dtype=np.bool_)
    for k in range(rays.shape[0]):
        dx, dy, dz = rays[k, 0], rays[k, 1], rays[k, 2]
        if dz > -0.25:
            continue
        length = reach(p[0], p[1], p[2], dx, dy, dz, field)
        good[k] = 0.05 < length < farthest
        for i in range(3):
            points[k, i] = p[i] + length * rays[k, i]
    return points, good


_DEFAULT = LandmarkParameters()


class Landmarks:
    """Follows points of the ground through the pictures of one camera."""

    def __init__(
        self, camera: CameraModel, terrain: Terrain, seed: int,
        parameters: LandmarkParameters = _DEFAULT,
    ) -> None:
        self._camera, self._terrain, self._parameters = camera, terrain, parameters
        self._rays = RayTable(camera)
        self._size = float(camera.width), float(camera.height)
        self._random = np.random.default_rng([seed, STREAM])
        self._points = np.zeros((0, 3))
        self._drift = np.zeros((0, 2))
        self._ids = np.zeros(0, dtype=np.int64)
        self._ages = np.zeros(0, dtype=np.int64)
        self._next_id = 0

    def observe(self, exposure: Exposure) -> FeatureFrame:
        """Return the features of the picture taken at an exposure."""
        R_MC, p_MC = self._camera.pose(exposure.p_MB, exposure.q_MB)
        ground = self._terrain.height(float(p_MC[0]), float(p_MC[1]))
        if p_MC[2] - ground < self._parameters.nearest:
            self._keep(np.zeros(len(self._ids), dtype=np.bool_))
            return FeatureFrame(exposure.t_ns, self._ids, np.zeros((0, 2)), self._ages)
        uv = self._follow(R_MC, p_MC)
        if len(self._ids) < self._parameters.most:
            uv = np.concatenate([uv, self._pick(uv, exposure.q_MB, p_MC)])
        noise = self._parameters.noise * self._random.standard_normal(uv.shape)
        return FeatureFrame(exposure.t_ns, self._ids, uv + self._drift + noise, self._ages)

    def _keep(self, seen: NDArray[np.bool_]) -> None:
        self._points, self._ids = self._points[seen], self._ids[seen]
        self._ages = self._ages[seen] + 1
        walk = self._parameters.drift * self._random.standard_normal((len(self._ids), 2))
        self._drift = self._drift[seen] + walk

    def _inside(self, uv: NDArray[np.float64]) -> NDArray[np.bool_]:
        return np.asarray(_within(uv, self._parameters.margin, *self._size))

    def _follow(
        self, R_MC: Matrix3, p_MC: Vector3,
    ) -> NDArray[np.float64]:
        """Keep the features that are still in view and not lost by chance; return their places."""
        if not len(self._ids):
            return np.zeros((0, 2))
        uv = project_from(self._camera.lens, R_MC, p_MC, self._points)
        lucky = self._random.random(len(uv)) >= self._parameters.loss
        seen = self._inside(uv) & lucky
        self._keep(seen)
        return np.asarray(uv[seen])

    def _pick(
        self, uv: NDArray[np.float64], q_MB: QuatWxyz, p_MC: Vector3,
    ) -> NDArray[np.float64]:
        """Add features in empty cells of the picture; return the places of the new ones."""
        p = self._parameters
        cell = np.array([self._camera.width / COLUMNS, self._camera.height / ROWS])
        taken = np.zeros((ROWS, COLUMNS), dtype=np.bool_)
        at = (uv // cell).astype(np.int64)
        taken[at[:, 1], at[:, 0]] = True
        rows, columns = np.nonzero(~taken)
        corner = np.column_stack([columns, rows]) * cell
        new = corner + self._random.random(corner.shape) * cell
        order = self._random.permutation(len(new))[:p.most - len(uv)]
        new = new[order]
        new = new[self._inside(new)]
        rays = self._rays.rays(new) @ rotation_matrix(q_MB).T
        points, good = _hits(p_MC, rays, self._terrain.field, p.farthest)
        # A corner on a stone lies on the same ray, only nearer.
        up = p.stones * self._random.standard_normal(len(points))
        points += (up / np.minimum(rays[:, 2], -0.1))[:, None] * (points - p_MC)
        count = int(good.sum())
        self._points = np.concatenate([self._points, points[good]])
        self._drift = np.concatenate([self._drift, np.zeros((count, 2))])
        self._ids = np.concatenate(
            [self._ids, np.arange(self._next_id, self._next_id + count, dtype=np.int64)])
        self._ages = np.concatenate([self._ages, np.zeros(count, dtype=np.int64)])
        self._next_id += count
        return np.asarray(new[good])
