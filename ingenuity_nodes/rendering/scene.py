# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The scene that cameras see: ground, rocks, light and robots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
import hashlib

from ingenuity_nodes.compiled.entry import entry_point
from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.frames import QuatWxyz, Vector3
from ingenuity_nodes.rendering.ground_maps import distance_to, GroundMap, GroundMaps
from ingenuity_nodes.robots.parts import Robot
from ingenuity_nodes.robots.shapes import robot
from ingenuity_nodes.world.orthophoto_file import Orthophoto
from ingenuity_nodes.world.rocks import DIAMETER, RockParameters, Rocks, X, Y
from ingenuity_nodes.world.sun import Sun, sun_at
from ingenuity_nodes.world.terrain import Terrain, TerrainParameters
import numpy as np
from numpy.typing import NDArray

# Waypoints of the rover from landing over the helipad to its overlook, east and north [m].
# Both ends from NASA MMGIS; the path between is assumed.
ROVER_PATH = ((-7.5, -14.0), (-8.2, -10.5), (-7.0, -6.8), (-3.8, -3.2), (0.0, 0.0), (4.2, 2.2),
              (10.0, 2.4), (19.0, -0.8), (30.0, -5.6), (42.0, -9.4), (53.0, -9.6), (60.2, -6.2),
              (63.0, -5.0), (63.01, -6.56))
_TRACK_CLEARANCE = 1.75   # [m] the rover does not drive over large rocks
_TRACK_ROCK = 0.14       # [m]


@dataclass(frozen=True)
class SceneConfig:
    """Everything that defines a scene."""

    terrain: TerrainParameters = field(default_factory=TerrainParameters)
    rocks: RockParameters = field(default_factory=RockParameters)
    seed: int = 3
    utc: datetime = datetime(2021, 4, 25, 11, 31, 40)
    latitude_deg: float = 18.44486     # NASA MMGIS, helipad
    east_longitude_deg: float = 77.45102
    rover_path: tuple[tuple[float, float], ...] = ROVER_PATH


@dataclass(frozen=True)
class Body:
    """A robot and its pose at the instant of an image."""

    kind: str                  # 'helicopter' or 'rover'
    p_MB: Vector3              # helicopter: body origin; rover: on the ground under its middle
    q_MB: QuatWxyz
    joints: Mapping[str, float] = field(default_factory=dict)  # [rad]

    @property
    def robot(self) -> Robot:
        """Return the parts and links of this kind of robot."""
        return robot(self.kind)


class Scene:
    """The world as cameras see it; it holds no graphics context, so any thread may use it."""

    def __init__(self, config: SceneConfig = SceneConfig(), terrain: Terrain | None = None,
                 rocks: Rocks | None = None, sun: Sun | None = None,
                 orthophoto: Orthophoto | None = None) -> None:
        self.config, self.orthophoto = config, orthophoto
        self.terrain = terrain or Terrain(config.terrain, config.seed)
        self.rocks = rocks or Rocks(self.terrain, config.rocks, config.seed)
        self.sun = sun or sun_at(config.utc, config.latitude_deg, config.east_longitude_deg)
        self.path = smooth_path(np.array(config.rover_path, dtype=np.float64).reshape(-1, 2))
        self._maps = GroundMaps(self.terrain, self.path)
        some = np.zeros(1)
        self._blocked = entry_point(_blocked, some, some, some, self.path, 0.0, 0.0)

    @property
    def key(self) -> str:
        """Return a short hash of everything that affects the look of the ground."""
        content = (self.config.rover_path, self.rocks.parameters, self.rocks.seed,
                   [round(float(value), 6) for value in self.sun.direction_M])
        digest = hashlib.sha256((self._maps.key + repr(content)).encode())
        if self.orthophoto is not None:
            digest.update(self.orthophoto.tone.tobytes())
            digest.update(repr(self.orthophoto[1:]).encode())
        return digest.hexdigest()[:16]

    def ground_map(self, x: float, y: float, level: int) -> GroundMap:
        """Return the map of the ground at one level around a point."""
        return self._maps.around(x, y, level)

    def rocks_around(
        self, x: float, y: float, radius: float, smallest: float, largest: float = np.inf,
    ) -> NDArray[np.float64]:
        """Return the rows of rocks around a point, without those in the rover's path."""
        rows = self.rocks.around(x, y, radius, smallest, largest)
        if len(self.path) < 2 or not len(rows):
            return rows
        fields = (np.ascontiguousarray(rows[:, column]) for column in (X, Y, DIAMETER))
        blocked = self._blocked(*fields, self.path, _TRACK_CLEARANCE, _TRACK_ROCK)
        return np.asarray(rows[~blocked])


@kernel
def _blocked(xs: NDArray[np.float64], ys: NDArray[np.float64], widths: NDArray[np.float64],
             path: NDArray[np.float64], clearance: float, largest: float) -> NDArray[np.bool_]:
    out = np.zeros(xs.size, np.bool_)
    for k in range(xs.size):
        if widths[k] > largest:
            out[k] = distance_to(xs[k], ys[k], path) < clearance
    return out


def smooth_path(points: NDArray[np.float64], per_leg: int = 24) -> NDArray[np.float64]:
    """Interpolate waypoints by a uniform Catmull-Rom spline."""
    if len(points) < 3:
        return points
    p = np.concatenate([[2 * points[0] - points[1]], points, [2 * points[-1] - points[-2]]])
    t = np.linspace(0.0, 1.0, per_leg, endpoint=False)[:, None]
    legs = [
        b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
        for a, b, c, d in zip(p[:-3], p[1:-2], p[2:-1], p[3:], strict=True)]
    return np.concatenate([*legs, points[-1:]])
