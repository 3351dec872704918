# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Features from geometry instead of images: what a good tracker would report.

Points on the ground are picked where the image is empty, followed while they are in view,
and lost now and then, as features of images are. Cheap enough for the batch.
"""

from __future__ import annotations

from dataclasses import dataclass
import math
from typing import NamedTuple

from ingenuity_nodes.cameras.lens import Lens, project_one
from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.compiled.entry import entry_point, floats
from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.compiled.rotations import matrix_into, rotate_into
from ingenuity_nodes.frames import rotation_matrix
from ingenuity_nodes.navigation.bearing_table import bearings_of, BearingTable
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
    ('drift', 'f8', (MOST, 2)),      # random walk of the track from its point [px]
    ('uv', 'f8', (MOST, 2)),         # where the point is seen [px]
    ('found', 'f8', (MOST, 2)),      # where the tracker reports it [px]
], align=True)

# The parameters of the tracker, and how its camera is mounted in the body.
TRACKER = np.dtype([
    ('most', 'i8'), ('noise', 'f8'), ('drift', 'f8'), ('rocks', 'f8'), ('rise', 'f8'),
    ('loss', 'f8'), ('farthest', 'f8'), ('nearest', 'f8'),
    ('R_BC', 'f8', (3, 3)), ('p_BC', 'f8', (3,)),
], align=True)

# Random numbers of one image, uniform from 0 to 1,
UNIFORM = np.dtype([
    ('survival', 'f8', (MOST,)),     # of each track
    ('across', 'f8', (CELLS,)), ('down', 'f8', (CELLS,)),    # of a feature in its cell
    ('order', 'f8', (CELLS,)),       # in which cells are filled
])
# and normal, with a standard deviation of one.
NORMAL = np.dtype([
    ('drift', 'f8', (MOST, 2)), ('error', 'f8', (MOST, 2)),   # of each track
    ('up', 'f8', (CELLS,)),          # how far the feature of each cell stands out of the ground
])


class TrackedScene(NamedTuple):
    """What is the same in all images."""

    lens: Lens
    bearings: Array         # table of the camera
    image: Image
    terrain: TerrainField


class Random(NamedTuple):
    """Random numbers of one image."""

    uniform: NDArray[np.void]
    normal: NDArray[np.void]


@dataclass(frozen=True)
class SimulatedTrackerParameters:
    """Errors and limits of the simulated tracker."""

    most: int = quantity(
        40, '1', 'features followed at once', low=4, high=MOST,
        source='J. Stechschulte 2021: a few dozen')
    noise: float = quantity(
        0.10, 'px', 'white noise of one feature from image to image', low=0.0, high=10.0,
        source='rendered images: 0.06 to 0.085 px; more, so that the filter errs as by images, '
               'where tracks have part of their errors in common')
    drift: float = quantity(
        0.07, 'px', 'random walk of one feature from image to image', low=0.0, high=10.0,
        source='rendered images: 0.05 px; more, for the same reason')
    rocks: float = quantity(
        0.006, '1', 'height of features over the ground, over their distance', low=0.0, high=1.0,
        source='tracks through rendered images against the truth: 0.0054 to 0.006 at 3 and 5 m '
               'height')
    rise: float = quantity(
        0.001, '1', 'rise of features, over the distance flown', low=-0.1, high=0.1,
        source='Flight 3 by images over four grounds: heights fall 6 to 16 cm short in 100 m, '
               'as outlines of rocks climb over them')
    loss: float = quantity(
        0.005, '1', 'chance to lose a feature from one image to the next', low=0.0, high=1.0,
        source='assumed: a feature lives for some 7 s')
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
    tracks: NDArray[np.void], tracker: NDArray[np.void], scene: TrackedScene, R_MC: Array,
    p_MC: Array, random: Random,
) -> None:
    """Keep the features that are still in view and not lost; let them drift and rise."""
    t, p, kept, square = tracks[0], tracker[0], np.zeros(MOST, dtype=np.bool_), 0.0
    uniform, normal = random.uniform[0], random.normal[0]
    for i in range(3):
        square += (p_MC[i] - t.p_MC[i]) ** 2
        t.p_MC[i] = p_MC[i]
    rise = p.rise * math.sqrt(square)
    for k in range(t.count):
        t.points[k, 2] += rise
        x = t.points[k, 0] - p_MC[0]
        y = t.points[k, 1] - p_MC[1]
        z = t.points[k, 2] - p_MC[2]
        u, v = project_one(
            scene.lens, R_MC[0, 0] * x + R_MC[1, 0] * y + R_MC[2, 0] * z,
            R_MC[0, 1] * x + R_MC[1, 1] * y + R_MC[2, 1] * z,
            R_MC[0, 2] * x + R_MC[1, 2] * y + R_MC[2, 2] * z)
        kept[k] = uniform.survival[k] >= p.loss and _inside(u, v, scene.image)
        t.uv[k, 0], t.uv[k, 1] = u, v
        t.ages[k] += 1
        for i in range(2):
            t.drift[k, i] += p.drift * normal.drift[k, i]
    _drop(tracks, kept)


@kernel
def _inside(u: float, v: float, image: Image) -> bool:
    """Return whether a pixel is farther than the margin from the border of the image."""
    width, height, margin = image
    return bool(margin < u < width - 1.0 - margin and margin < v < height - 1.0 - margin)


@kernel
def _order_of(values: Array) -> NDArray[np.int64]:
    """Return the indices that sort the values."""
    order = np.empty(values.size, dtype=np.int64)
    for index in range(values.size):
        k = index    # insertion sort: np.argsort takes long to compile
        while k > 0 and values[order[k - 1]] > values[index]:
            order[k] = order[k - 1]
            k -= 1
        order[k] = index
    return order


@kernel
def _pick(
    tracks: NDArray[np.void], tracker: NDArray[np.void], scene: TrackedScene, R_MB: Array,
    p_MC: Array, random: Random,
) -> None:
    """Add features in empty cells of the image, in random order."""
    t, p, uniform = tracks[0], tracker[0], random.uniform[0]
    filled = np.zeros(CELLS, dtype=np.bool_)
    width, height = scene.image[0] / COLUMNS, scene.image[1] / ROWS
    for k in range(t.count):
        filled[int(t.uv[k, 1] / height) * COLUMNS + int(t.uv[k, 0] / width)] = True
    uv, u_M = np.empty((1, 2)), np.empty(3)
    for cell in _order_of(uniform.order):
        if filled[cell]:
            continue
        if t.count >= p.most:
            return
        uv[0, 0] = (cell % COLUMNS + uniform.across[cell]) * width
        uv[0, 1] = (cell // COLUMNS + uniform.down[cell]) * height
        if not _inside(uv[0, 0], uv[0, 1], scene.image):
            continue
        rotate_into(R_MB, bearings_of(scene.bearings, uv)[0], u_M)
        if u_M[2] > -0.25:
            continue
        ground = reach(p_MC, u_M, scene.terrain)
        if not 0.05 < ground < p.farthest:
            continue
        # A feature on a rock has the same bearing, but is nearer.
        distance = ground * (1.0 + p.rocks * random.normal[0].up[cell] / u_M[2])
        k = t.count
        t.ids[k], t.ages[k] = t.next_id, 0
        for i in range(3):
            t.points[k, i] = p_MC[i] + distance * u_M[i]
        for i in range(2):
            t.drift[k, i], t.uv[k, i] = 0.0, uv[0, i]
        t.count, t.next_id = k + 1, t.next_id + 1


@kernel
def _observe(
    tracks: NDArray[np.void], tracker: NDArray[np.void], scene: TrackedScene, p_MB: Array,
    q_MB: Array, random: Random,
) -> int:
    """Follow, pick, and write where the tracker finds the features; return how many."""
    t, p, normal = tracks[0], tracker[0], random.normal[0]
    R_MB, R_MC, p_MC = np.empty((3, 3)), np.empty((3, 3)), np.empty(3)
    matrix_into(q_MB, R_MB)
    for i in range(3):
        p_MC[i] = p_MB[i]
        for j in range(3):
            p_MC[i] += R_MB[i, j] * p.p_BC[j]
            R_MC[i, j] = (R_MB[i, 0] * p.R_BC[0, j] + R_MB[i, 1] * p.R_BC[1, j]
                          + R_MB[i, 2] * p.R_BC[2, j])
    if p_MC[2] - height_at(p_MC[0], p_MC[1], scene.terrain) < p.nearest:
        t.count = 0
        return 0
    _follow(tracks, tracker, scene, R_MC, p_MC, random)
    if t.count < p.most:
        _pick(tracks, tracker, scene, R_MB, p_MC, random)
    for k in range(t.count):
        for i in range(2):
            t.found[k, i] = t.uv[k, i] + t.drift[k, i] + p.noise * normal.error[k, i]
    return int(t.count)


_DEFAULT = SimulatedTrackerParameters()


class SimulatedTracker:
    """Follows points of the ground through the images of one camera."""

    def __init__(
        self, camera: CameraModel, terrain: Terrain, seed: int,
        parameters: SimulatedTrackerParameters = _DEFAULT,
    ) -> None:
        image = float(camera.width), float(camera.height), parameters.margin
        self._scene = TrackedScene(camera.lens, BearingTable(camera).table, image, terrain.field)
        self._generator = np.random.default_rng([seed, STREAM])
        self._tracks, self._tracker = np.zeros(1, TRACKS), np.zeros(1, TRACKER)
        for name in ('most', 'noise', 'drift', 'rocks', 'rise', 'loss', 'farthest', 'nearest'):
            self._tracker[name] = getattr(parameters, name)
        self._random = Random(np.zeros(1, UNIFORM), np.zeros(1, NORMAL))
        self._tracker['R_BC'], self._tracker['p_BC'] = rotation_matrix(camera.q_BC), camera.p_BC
        self._ids, self._ages, self._found = (
            self._tracks[name][0] for name in ('ids', 'ages', 'found'))
        self._observe = entry_point(
            _observe, self._tracks, self._tracker, self._scene, np.zeros(3), np.zeros(4),
            self._random)

    def observe(self, exposure: Exposure) -> FeatureFrame:
        """Return the features of the image taken at an exposure."""
        self._generator.random(out=self._random.uniform.view(float))
        self._generator.standard_normal(out=self._random.normal.view(float))
        n = self._observe(
            self._tracks, self._tracker, self._scene, floats('p_MB', exposure.p_MB, (3,)),
            floats('q_MB', exposure.q_MB, (4,)), self._random)
        return FeatureFrame(
            exposure.t_ns, self._ids[:n].copy(), self._found[:n].copy(), self._ages[:n].copy())

    @property
    def points(self) -> Array:
        """Return the points that are followed, shape (n, 3), in M [m]."""
        return np.array(self._tracks['points'][0, :self._tracks['count'][0]])
