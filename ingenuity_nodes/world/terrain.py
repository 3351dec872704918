# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The shape of the ground: one pure function of map coordinates, from centimetres to the crater rim.

Rocks, wheel ruts and the grain of the soil are not part of the height: rocks are meshes
(:mod:`ingenuity_nodes.world.rocks`), the grain belongs to the images.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
import math
from statistics import NormalDist
from typing import NamedTuple

from ingenuity_nodes.compiled.elementary import each
from ingenuity_nodes.compiled.entry import entry_point
from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.frames import Vector3
from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.world.noise import gradient_noise, smoothstep
import numpy as np
from numpy.typing import NDArray

Heights = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]
MARS_RADIUS = 3_396_190.0      # [m] IAU 2000 equatorial radius
SHORTEST_WAVE, OCTAVES = 0.7, 9   # relief waves of 0.7 m, 1.4 m, ... 179 m
NORMAL_STEP = 0.05             # [m] distance over which a slope is measured
_TURN = 2.399963               # [rad] golden angle: no two octaves have the same lattice axes
# Of each octave: wavelength, amplitude [m], cosine and sine of its turn.
_OCTAVES = np.array([
    (wave, 0.012 * wave ** 1.08, math.cos(_TURN * k), math.sin(_TURN * k))
    for k, wave in ((k, SHORTEST_WAVE * 2.0 ** k) for k in range(OCTAVES))])


@dataclass(frozen=True)
class TerrainParameters:
    """The ground of one site."""

    relief: float = quantity(
        1.0, '1', 'size of hummocks and hollows', low=0.0, high=5.0,
        source='assumed: 1 gives slopes of 1 to 2 deg, as Ingenuity rested on (NASA MMGIS)')
    airfield_radius: float = quantity(
        9.0, 'm', 'flat ground around the origin', low=0.0, high=500.0,
        source='NASA: airfield 10 x 10 m, flat and free of obstacles')
    airfield_relief: float = quantity(
        0.45, '1', 'fraction of the relief left on the airfield', low=0.0, high=1.0,
        source='assumed: a few centimetres')
    ripples: float = quantity(
        0.05, 'm', 'crest height of wind ripples where there are any', low=0.0, high=1.0,
        source='assumed: small ripples of the crater floor')
    ripple_cover: float = quantity(
        0.10, '1', 'fraction of the ground that has ripples', low=0.0, high=1.0,
        source='assumed: patches between pavement, as in rover images of the crater floor')
    ripple_length: float = quantity(
        1.3, 'm', 'distance between ripple crests', low=0.3, high=20.0,
        source='assumed: half a metre to three metres')
    bare_sand: float = quantity(
        0.35, '1', 'fraction of grains and pebbles that rippled ground lacks', low=0.0, high=1.0,
        source='assumed: pebbles lie between small ripples; 1 is smooth sand, as at Flight 72')
    hills: float = quantity(
        1.0, '1', 'size of the far hills', low=0.0, high=5.0,
        source='assumed: delta scarp some 2 km off, crater rim several km off, some 100 m high')
    rover_position: tuple[float, float, float] = quantity(
        (63.01, -6.56, 0.95), 'm', 'a point the ground must pass through', low=-1e5, high=1e5,
        source='NASA MMGIS, rover position at Flight 3 less the helipad', former='rover_place')


class TerrainField(NamedTuple):
    """What the compiled height needs."""

    seed: int
    relief: float
    airfield_radius: float
    airfield_relief: float
    ripples: float
    ripple_threshold: float
    ripple_length: float
    hills: float
    anchors: NDArray[np.float64]  # rows of x, y, height added there [m]
    anchor_radius: float          # [m] how far one reaches
    dem: NDArray[
        np.float64]  # measured heights [m], row 0 southernmost; (1, 1) when there are none
    dem_west: float               # x of the centre of column 0 [m]
    dem_south: float              # y of the centre of row 0 [m]
    dem_cell: float               # [m], 0 when there are none


@kernel
def _relief(x: float, y: float, field: TerrainField, longest: float) -> float:
    """Sum the octaves; amplitude grows a little faster than wavelength, as on natural ground."""
    total = 0.0
    for octave in range(OCTAVES):
        wave, amplitude = _OCTAVES[octave, 0], _OCTAVES[octave, 1]
        if wave > longest:
            break
        c, s = _OCTAVES[octave, 2], _OCTAVES[octave, 3]
        total += amplitude * gradient_noise((c * x - s * y) / wave,
                                            (s * x + c * y) / wave, field.seed + octave)
    return total


@kernel
def ripple_mask(x: float, y: float, field: TerrainField) -> float:
    """Return how rippled and sandy the ground is here, 0 to 1."""
    if field.ripple_threshold >= 1.0:
        return 0.0
    broad = gradient_noise(x / 31.0 + 7.7, y / 19.0 - 3.1, field.seed + 40)
    fine = gradient_noise(x / 6.3, y / 5.1, field.seed + 41)
    away = 1.0    # without an airfield the origin is nothing special
    if field.airfield_radius > 0.0:
        away = smoothstep(field.airfield_radius * 0.8, field.airfield_radius * 1.8,
                          math.hypot(x, y))
    sandy = smoothstep(field.ripple_threshold, field.ripple_threshold + 0.12, broad + 0.3 * fine)
    return float(away * sandy)


@kernel
def _ripples(x: float, y: float, field: TerrainField) -> float:
    mask = ripple_mask(x, y, field)
    if mask <= 0.0 or field.ripples <= 0.0:
        return 0.0
    length = field.ripple_length
    bend = (1.1 * gradient_noise(x / (5.0 * length), y / (5.0 * length), field.seed + 42)
            + 0.25 * gradient_noise(x / (1.3 * length), y / (1.3 * length), field.seed + 43))
    phase = (0.35 * x + 0.94 * y) / length + bend
    crest = 1.0 - abs(math.sin(math.pi * phase))
    return float(mask * field.ripples * crest * math.sqrt(crest))


@kernel
def _hills(x: float, y: float, field: TerrainField) -> float:
    """Sum delta scarp to the north-west, knobs and the rim all round; nothing within 700 m."""
    r = math.hypot(x, y)
    if r < 700.0 or field.hills <= 0.0:
        return 0.0
    seed = field.seed
    fold = 1.0 - 2.2 * abs(gradient_noise(x / 1900.0, y / 1900.0, seed + 50))
    knobs = fold * fold + 0.17 * gradient_noise(x / 430.0, y / 430.0, seed + 51)
    knobs += 0.035 * gradient_noise(x / 130.0, y / 130.0, seed + 52)
    scarp = smoothstep(900.0, 2600.0, -0.8 * x + 0.6 * y) * 45.0
    broad = 0.75 + gradient_noise(x / 5200.0, y / 5200.0, seed + 53)
    rim = smoothstep(1500.0, 9000.0, r) * 260.0 * max(0.0, knobs) * max(0.1, broad)
    return float(field.hills * (scarp * (0.6 + 0.8 * knobs) + rim) * smoothstep(700.0, 1500.0, r))


@kernel(inline=True)
def _cubic(a: float, b: float, c: float, d: float, t: float) -> float:
    """Interpolate by Catmull-Rom through b and c, so that measured heights leave no creases."""
    return b + 0.5 * t * (c - a + t * (2.0 * a - 5.0 * b + 4.0 * c - d + t * (3.0 *
                                                                              (b - c) + d - a)))


@kernel
def _measured(x: float, y: float, field: TerrainField) -> float:
    rows, columns = field.dem.shape
    u = min(columns - 1.0, max(0.0, (x - field.dem_west) / field.dem_cell))
    v = min(rows - 1.0, max(0.0, (y - field.dem_south) / field.dem_cell))
    i, j = int(u), int(v)
    line = np.empty(4)
    for row in range(4):
        r = min(rows - 1, max(0, j - 1 + row))
        line[row] = _cubic(
            field.dem[r, max(0, i - 1)], field.dem[r, i],
            field.dem[r, min(columns - 1, i + 1)], field.dem[r, min(columns - 1, i + 2)], u - i)
    return float(_cubic(line[0], line[1], line[2], line[3], v - j))


@kernel
def _unanchored(x: float, y: float, field: TerrainField) -> float:
    r = math.hypot(x, y)
    flat = smoothstep(field.airfield_radius, 3.0 * field.airfield_radius + 1.0, r)
    amplitude = field.relief * (field.airfield_relief + (1.0 - field.airfield_relief) * flat)
    if field.dem_cell > 0.0:
        finer = _relief(x, y, field, 2.0 * field.dem_cell)
        return float(_measured(x, y, field) + amplitude * finer)
    smooth = amplitude * _relief(x, y, field, 1e9) + _ripples(x, y, field)
    return float(smooth + _hills(x, y, field) - r * r / (2.0 * MARS_RADIUS))


@kernel
def height_at(x: float, y: float, field: TerrainField) -> float:
    """Return the height above the map origin of the ground at east ``x``, north ``y`` [m]."""
    height = _unanchored(x, y, field)
    for k in range(field.anchors.shape[0]):
        dx, dy = x - field.anchors[k, 0], y - field.anchors[k, 1]
        distance2 = (dx * dx + dy * dy) / (field.anchor_radius * field.anchor_radius)
        if distance2 < 30.0:
            height += field.anchors[k, 2] * math.exp(-distance2)
    return float(height)


@kernel
def _heights(xs: NDArray[np.float64], ys: NDArray[np.float64],
             field: TerrainField) -> NDArray[np.float64]:
    out = np.empty(xs.size)
    for k in range(xs.size):
        out[k] = height_at(xs[k], ys[k], field)
    return out


class Terrain:
    """The ground of one site and seed."""

    def __init__(self, parameters: TerrainParameters = TerrainParameters(), seed: int = 0,
                 dem: tuple[NDArray[np.float64], float, float, float] | None = None) -> None:
        self.parameters, self.seed = parameters, seed
        heights, west, south, cell = dem if dem is not None else (np.zeros((1, 1)), 0.0, 0.0, 0.0)
        self.field = _anchored(
            parameters,
            TerrainField(seed=int(seed) * 1000 + 17, relief=parameters.relief,
                         airfield_radius=parameters.airfield_radius,
                         airfield_relief=parameters.airfield_relief, ripples=parameters.ripples,
                         ripple_threshold=_threshold(
                             parameters.ripple_cover), ripple_length=parameters.ripple_length,
                         hills=parameters.hills, anchors=np.zeros(
                             (0, 3)), anchor_radius=30.0, dem=np.ascontiguousarray(
                                 heights,
                                 dtype=np.float64), dem_west=float(west), dem_south=float(south),
                         dem_cell=float(cell)))
        self._height_at = entry_point(height_at, 0.0, 0.0, self.field)
        self._heights = entry_point(_heights, np.zeros(1), np.zeros(1), self.field)

    def height(self, x: float, y: float) -> float:
        """Return the height above the map origin of the ground at east ``x``, north ``y`` [m]."""
        return float(self._height_at(float(x), float(y), self.field))

    def heights(self, xs: NDArray[np.float64], ys: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the heights at many points [m], in the shape of ``xs``."""
        xs, ys = np.broadcast_arrays(np.asarray(xs, dtype=np.float64),
                                     np.asarray(ys, dtype=np.float64))
        flat = self._heights(np.ascontiguousarray(xs.ravel()), np.ascontiguousarray(ys.ravel()),
                             self.field)
        return np.asarray(flat.reshape(xs.shape))

    def normal(self, x: float, y: float) -> Vector3:
        """Return the unit vector out of the ground, in M."""
        d = NORMAL_STEP
        slope_x = (self.height(x + d, y) - self.height(x - d, y)) / (2.0 * d)
        slope_y = (self.height(x, y + d) - self.height(x, y - d)) / (2.0 * d)
        normal = np.array([-slope_x, -slope_y, 1.0])
        return np.asarray(normal / np.linalg.norm(normal))


def above_ground(
    heights: Heights, p: NDArray[np.float64], q: NDArray[np.float64], along: NDArray[np.float64],
) -> NDArray[np.float64]:
    """
    Return how far above the ground points on straight lines are, negative below it.

    Parameters
    ----------
    heights
        Of the ground at easts and norths [m].
    p, q
        Ends of n lines, shape (n, 3) in M [m].
    along
        How far from p to q each of m points is, 0 to 1, shape (m, 1).

    Returns
    -------
    NDArray
        Shape (m, n) [m].

    """
    x, y, z = ((1.0 - along) * p[:, k] + along * q[:, k] for k in range(3))
    return z - heights(x, y)


def _threshold(cover: float) -> float:
    """Return the noise level above which ripples cover a fraction of the ground."""
    if cover <= 0.0:
        return 1.0
    return 0.184 * NormalDist().inv_cdf(max(0.001, 1.0 - cover)) - 0.06  # rms of the noise, edge


def _anchored(parameters: TerrainParameters, field: TerrainField) -> TerrainField:
    """Add smooth swells so that the ground passes through the origin and the rover's position."""
    height = entry_point(_unanchored, 0.0, 0.0, field)
    if field.dem_cell > 0.0:
        return field._replace(anchors=np.array([[0.0, 0.0, -height(0.0, 0.0, field)]]),
                              anchor_radius=1e6)
    points = np.array([[0.0, 0.0, 0.0], parameters.rover_position])
    if math.hypot(*parameters.rover_position[:2]) < 1.0:
        points = points[:1]
    missing = np.array([z - height(x, y, field) for x, y, z in points])
    distance2 = (
        (points[:, None, :2] - points[None, :, :2])**2).sum(axis=2) / field.anchor_radius**2
    weights = np.linalg.solve(each(math.exp, -distance2), missing)
    return field._replace(anchors=np.ascontiguousarray(np.column_stack([points[:, :2], weights])))
