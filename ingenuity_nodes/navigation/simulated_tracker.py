# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Features from geometry instead of images: what a good tracker would report.

Points on the ground are picked where the image is empty, followed while they stay in view,
and lost now and then, as corners are. Cheap enough for the batch.
"""

from __future__ import annotations

from dataclasses import dataclass
import math

from ingenuity_nodes.cameras.lens import Lens, project_one
from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.compiled.entry import entry_point, floats
from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.compiled.rotations import matrix_into, rotate_into
from ingenuity_nodes.frames import rotation_matrix
from ingenuity_nodes.navigation.ray_table import look_up, RayTable
from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.sensors.altimeter import reach
from ingenuity_nodes.signals import Exposure, FeatureFrame
from ingenuity_nodes.world.terrain import height_at, Terrain, TerrainField
import numpy as np
from numpy.typing import NDArray

STREAM = 21                # of the random numbers
COLUMNS, ROWS = 8, 6       # cells of the image, at most one new feature in each
CELLS, MOST = COLUMNS * ROWS, 64
Array = NDArray[np.float64]
Image = tuple[float, float, float]    # width, height, margin that is not used [px]

TRACKS = np.dtype([
    ('count', 'i8'), ('next_id', 'i8'),
    ('ids', 'i8', (MOST,)), ('ages', 'i8', (MOST,)),
    ('points', 'f8', (MOST, 3)),     # on the ground or a rock, in M [m]
    ('p_MC', 'f8', (3,)),            # camera in the last image [m]
    ('drift', 'f8', (MOST, 2)),      # how far the track has walked from its point [px]
    ('uv', 'f8', (MOST, 2)),         # where the point is seen [px]
    ('found', 'f8', (MOST, 2)),      # where the tracker says it is [px]
], align=True)

# What the imagined tracker does, and how its camera sits in the body.
TRACKER = np.dtype([
    ('most', 'i8'), ('noise', 'f8'), ('drift', 'f8'), ('rocks', 'f8'), ('creep', 'f8'),
    ('loss', 'f8'), ('farthest', 'f8'), ('nearest', 'f8'),
    ('R_BC', 'f8', (3, 3)), ('p_BC', 'f8', (3,)),
], align=True)

# What chance does in one image, evenly from 0 to 1,
UNIFORM = np.dtype([
    ('luck', 'f8', (MOST,)),         # of each track not to be lost
    ('across', 'f8', (CELLS,)), ('down', 'f8', (CELLS,)),    # where in its cell a corner is
    ('order', 'f8', (CELLS,)),       # in which cells are tried
])
# and with a standard deviation of one.
NORMAL = np.dtype([
    ('walk', 'f8', (MOST, 2)), ('error', 'f8', (MOST, 2)),   # of each track
    ('up', 'f8', (CELLS,)),          # how far the corner of each cell stands out of the ground
])


@dataclass(frozen=True)
class SimulatedTrackerParameters:
    """What the imagined tracker does."""

    most: int = quantity(
        40, '1', 'features followed at once', low=4, high=MOST,
        source='J. Stechschulte 2021: a few dozen')
    noise: float = quantity(
        0.10, 'px', 'spread of one position, anew in each image', low=0.0, high=10.0,
        source='rendered images: 0.06 to 0.085 px; more, so that the filter errs as by images, '
               'where tracks have part of their errors in common')
    drift: float = quantity(
        0.07, 'px', 'walk of one track from image to image', low=0.0, high=10.0,
        source='rendered images: 0.05 px; more, for the same reason')
    rocks: float = quantity(
        0.006, '1', 'corners leave the ground by this share of their distance', low=0.0, high=1.0,
        source='tracks through rendered images against the truth: 0.0054 to 0.006 at 3 and 5 m '
               'height')
    creep: float = quantity(
        0.001, '1', 'corners rise by this share of the way flown', low=-0.1, high=0.1,
        source='Flight 3 by images over four grounds: heights fall 6 to 16 cm short in 100 m, '
               'as outlines of rocks climb over them')
    loss: float = quantity(
        0.005, '1', 'chance to lose a feature from one image to the next', low=0.0, high=1.0,
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


@kernel
def _drop(tracks: NDArray[np.void], kept: NDArray[np.bool_]) -> None:
    """Close the gaps that lost tracks leave."""
    t, row = tracks[0], 0
    for k in range(t.count):
        if kept[k]:
            t.ids[row], t.ages[row] = t.ids[k], t.ages[k]
            for i in range(3):
                t.points[row, i] = t.points[k, i]
            for i in range(2):
                t.drift[row, i], t.uv[row, i] = t.drift[k, i], t.uv[k, i]
            row += 1
    t.count = row


@kernel
def _follow(
    tracks: NDArray[np.void], tracker: NDArray[np.void], lens: Lens, image: Image,
    R_MC: Array, p_MC: Array, uniform: NDArray[np.void], normal: NDArray[np.void],
) -> None:
    """Keep the features that are still in view and not lost by chance; let them drift and rise."""
    t, p, kept, way = tracks[0], tracker[0], np.zeros(MOST, dtype=np.bool_), 0.0
    for i in range(3):
        way += (p_MC[i] - t.p_MC[i]) ** 2
        t.p_MC[i] = p_MC[i]
    rise = p.creep * math.sqrt(way)
    for k in range(t.count):
        t.points[k, 2] += rise
        x = t.points[k, 0] - p_MC[0]
        y = t.points[k, 1] - p_MC[1]
        z = t.points[k, 2] - p_MC[2]
        u, v = project_one(
            lens, R_MC[0, 0] * x + R_MC[1, 0] * y + R_MC[2, 0] * z,
            R_MC[0, 1] * x + R_MC[1, 1] * y + R_MC[2, 1] * z,
            R_MC[0, 2] * x + R_MC[1, 2] * y + R_MC[2, 2] * z)
        kept[k] = uniform[0].luck[k] >= p.loss and _inside(u, v, image)
        t.uv[k, 0], t.uv[k, 1] = u, v
        t.ages[k] += 1
        for i in range(2):
            t.drift[k, i] += p.drift * normal[0].walk[k, i]
    _drop(tracks, kept)


@kernel
def _inside(u: float, v: float, image: Image) -> bool:
    """Say whether a pixel is farther than the margin from the border of the image."""
    width, height, margin = image
    return bool(margin < u < width - 1.0 - margin and margin < v < height - 1.0 - margin)


@kernel
def _order_of(values: Array) -> NDArray[np.int64]:
    """Return the places of the values from the least on."""
    order = np.empty(values.size, dtype=np.int64)
    for place in range(values.size):
        k = place    # insertion sort: np.argsort takes long to compile
        while k > 0 and values[order[k - 1]] > values[place]:
            order[k] = order[k - 1]
            k -= 1
        order[k] = place
    return order


@kernel
def _pick(
    tracks: NDArray[np.void], tracker: NDArray[np.void], table: Array, image: Image,
    R_MB: Array, p_MC: Array, field: TerrainField, uniform: NDArray[np.void],
    normal: NDArray[np.void],
) -> None:
    """Add features in empty cells of the image, in the order that chance gives."""
    t, p, chance = tracks[0], tracker[0], uniform[0]
    taken = np.zeros(CELLS, dtype=np.bool_)
    width, height = image[0] / COLUMNS, image[1] / ROWS
    for k in range(t.count):
        taken[int(t.uv[k, 1] / height) * COLUMNS + int(t.uv[k, 0] / width)] = True
    uv, ray = np.empty((1, 2)), np.empty(3)
    for cell in _order_of(chance.order):
        if taken[cell]:
            continue
        if t.count >= p.most:
            return
        uv[0, 0] = (cell % COLUMNS + chance.across[cell]) * width
        uv[0, 1] = (cell // COLUMNS + chance.down[cell]) * height
        if not _inside(uv[0, 0], uv[0, 1], image):
            continue
        rotate_into(R_MB, look_up(table, uv)[0], ray)
        if ray[2] > -0.25:
            continue
        length = reach(p_MC, ray, field)
        if not 0.05 < length < p.farthest:
            continue
        # A corner on a rock lies on the same ray, only nearer.
        length *= 1.0 + p.rocks * normal[0].up[cell] / ray[2]
        k = t.count
        t.ids[k], t.ages[k] = t.next_id, 0
        for i in range(3):
            t.points[k, i] = p_MC[i] + length * ray[i]
        for i in range(2):
            t.drift[k, i], t.uv[k, i] = 0.0, uv[0, i]
        t.count, t.next_id = k + 1, t.next_id + 1


@kernel
def _observe(
    tracks: NDArray[np.void], tracker: NDArray[np.void], lens: Lens, table: Array,
    image: Image, field: TerrainField, p_MB: Array, q_MB: Array,
    uniform: NDArray[np.void], normal: NDArray[np.void],
) -> int:
    """Follow, pick, and write where the tracker finds the features; returns how many."""
    t, p = tracks[0], tracker[0]
    R_MB, R_MC, p_MC = np.empty((3, 3)), np.empty((3, 3)), np.empty(3)
    matrix_into(q_MB, R_MB)
    for i in range(3):
        p_MC[i] = p_MB[i]
        for j in range(3):
            p_MC[i] += R_MB[i, j] * p.p_BC[j]
            R_MC[i, j] = (R_MB[i, 0] * p.R_BC[0, j] + R_MB[i, 1] * p.R_BC[1, j]
                          + R_MB[i, 2] * p.R_BC[2, j])
    if p_MC[2] - height_at(p_MC[0], p_MC[1], field) < p.nearest:
        t.count = 0
        return 0
    _follow(tracks, tracker, lens, image, R_MC, p_MC, uniform, normal)
    if t.count < p.most:
        _pick(tracks, tracker, table, image, R_MB, p_MC, field, uniform, normal)
    for k in range(t.count):
        for i in range(2):
            t.found[k, i] = t.uv[k, i] + t.drift[k, i] + p.noise * normal[0].error[k, i]
    return int(t.count)


_DEFAULT = SimulatedTrackerParameters()


class SimulatedTracker:
    """Follows points of the ground through the images of one camera."""

    def __init__(
        self, camera: CameraModel, terrain: Terrain, seed: int,
        parameters: SimulatedTrackerParameters = _DEFAULT,
    ) -> None:
        self._lens, self._table, self._field = camera.lens, RayTable(camera).table, terrain.field
        self._image: Image = (
            float(camera.width), float(camera.height), parameters.margin)
        self._random = np.random.default_rng([seed, STREAM])
        self._tracks, self._tracker = np.zeros(1, TRACKS), np.zeros(1, TRACKER)
        for name in ('most', 'noise', 'drift', 'rocks', 'creep', 'loss', 'farthest', 'nearest'):
            self._tracker[name] = getattr(parameters, name)
        self._uniform, self._normal = np.zeros(1, UNIFORM), np.zeros(1, NORMAL)
        self._tracker['R_BC'], self._tracker['p_BC'] = rotation_matrix(camera.q_BC), camera.p_BC
        self._ids, self._ages, self._found = (
            self._tracks[name][0] for name in ('ids', 'ages', 'found'))
        self._observe = entry_point(
            _observe, self._tracks, self._tracker, self._lens, self._table, self._image,
            self._field, np.zeros(3), np.zeros(4), self._uniform, self._normal)

    def observe(self, exposure: Exposure) -> FeatureFrame:
        """Return the features of the image taken at an exposure."""
        self._random.random(out=self._uniform.view(float))
        self._random.standard_normal(out=self._normal.view(float))
        n = self._observe(
            self._tracks, self._tracker, self._lens, self._table, self._image, self._field,
            floats('p_MB', exposure.p_MB, (3,)), floats('q_MB', exposure.q_MB, (4,)),
            self._uniform, self._normal)
        return FeatureFrame(
            exposure.t_ns, self._ids[:n].copy(), self._found[:n].copy(), self._ages[:n].copy())

    @property
    def points(self) -> Array:
        """Give the points that are followed, shape (n, 3), in M [m]."""
        return np.array(self._tracks['points'][0, :self._tracks['count'][0]])
