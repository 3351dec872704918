# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Rocks of 5 cm and more, as many and as large as by Golombek and Rapp's law.

The fraction of ground covered by rocks wider than D is ``F(D) = k exp(-q D)`` with
``q = 1.79 + 0.152 / k`` (Golombek and Rapp 1997; Golombek et al. 2003). Each size class has its
own lattice; every cell draws its rocks from a hash of its position, so that a rock is the same for
every observer at any time.
"""

from __future__ import annotations

from dataclasses import dataclass
import math
from typing import NamedTuple

from ingenuity_nodes.compiled.elementary import each, geometric
from ingenuity_nodes.compiled.entry import entry_point
from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.world.noise import gradient_noise, hash_cell, mix, smoothstep, unit_pair
from ingenuity_nodes.world.terrain import height_at, ripple_mask, Terrain, TerrainField
import numpy as np
from numpy.typing import NDArray

SIZES = (0.05, 0.10, 0.22, 0.55, 1.3, 3.0)   # [m] class limits
CELLS = (1.6, 3.2, 8.0, 25.0, 80.0)          # [m] lattice of each class: about ten rocks a cell
MOST_CROWDED = 2.5                           # densest spot over the mean
SHAPES = 16                                  # different rocks
_TABLE = 512

# Columns of the array that describes rocks, one row each
X, Y, Z, HALF_LENGTH, HALF_WIDTH, HALF_HEIGHT = range(6)
YAW, TILT_X, TILT_Y, SHAPE, TONE, DIAMETER, GROUND = range(6, 13)
COLUMNS = 13


@dataclass(frozen=True)
class RockParameters:
    """How rocky one site is."""

    abundance: float = quantity(
        0.05, '1', 'fraction k of the ground covered by rocks', low=0.0, high=0.4,
        source='Golombek and Rapp; 0.05 to 0.07 assumed for the crater floor near the landing site'
    )
    clustering: float = quantity(
        0.8, '1', '0 scatters rocks evenly, 1 gathers them', low=0.0, high=1.0,
        source='assumed: rocks gather around old craters and outcrops')
    clear_radius: float = quantity(
        5.5, 'm', 'around the origin no rock is larger than a hand', low=0.0, high=1000.0,
        source='NASA: airfield 10 x 10 m, free of obstacles')


def cumulative_number(diameter: NDArray[np.float64] | float,
                      abundance: float) -> NDArray[np.float64]:
    """Integrate the law: how many rocks per square metre are wider than ``diameter`` [m]."""
    q = 1.79 + 0.152 / abundance
    grid = geometric(0.01, 12.0, 6000)
    density = abundance * q * each(math.exp, -q * grid) / (math.pi * grid ** 2 / 4.0)
    steps = 0.5 * (density[1:] + density[:-1]) * np.diff(grid)
    above = np.concatenate([np.cumsum(steps[::-1])[::-1], [0.0]])
    return np.asarray(np.interp(diameter, grid, above))


class SizeClass(NamedTuple):
    """Rocks between two of :data:`SIZES`, on a lattice of their own."""

    number: int
    cell: float                        # [m]
    density: float                     # rocks per square metre, on average
    diameters: NDArray[np.float64]     # [m] at even steps of the cumulative number


class RockField(NamedTuple):
    """What decides where rocks are."""

    seed: int
    clustering: float
    clear_radius: float    # [m]
    terrain: TerrainField


class Rocks:
    """The rocks of one site."""

    def __init__(self, terrain: Terrain, parameters: RockParameters = RockParameters(),
                 seed: int = 0) -> None:
        self.terrain, self.parameters, self.seed = terrain, parameters, int(seed) * 7919 + 101
        self._field = RockField(self.seed, float(parameters.clustering),
                                float(parameters.clear_radius), terrain.field)
        self._classes = [
            _size_class(k, parameters.abundance) for k in range(len(CELLS))
        ] if parameters.abundance > 0.0 else []
        self._fill = entry_point(
            _fill, (0, 0, 0, 0), SizeClass(0, 1.0, 1.0, np.zeros(_TABLE)), self._field, 0.0)

    def within(self, west: float, south: float, east: float, north: float,
               smallest: float = SIZES[0], largest: float = SIZES[-1]) -> NDArray[np.float64]:
        """Return the rows of all rocks of some widths whose centres lie in a box of the map."""
        found = [np.zeros((0, COLUMNS))]
        for of_size in self._classes:
            k, cell = of_size.number, of_size.cell
            if SIZES[k + 1] <= smallest or SIZES[k] >= largest or of_size.density <= 0.0:
                continue
            cells = (math.floor(west / cell), math.floor(south / cell),
                     math.floor(east / cell), math.floor(north / cell))
            rows = self._fill(cells, of_size, self._field, smallest)
            inside = ((rows[:, DIAMETER] < largest) & (rows[:, X] >= west) & (rows[:, X] < east)
                      & (rows[:, Y] >= south) & (rows[:, Y] < north))
            found.append(rows[inside])
        return np.concatenate(found)

    def around(self, x: float, y: float, radius: float, smallest: float = SIZES[0],
               largest: float = SIZES[-1]) -> NDArray[np.float64]:
        """Return the rows of all rocks of some widths within ``radius`` of a point."""
        rows = self.within(x - radius, y - radius, x + radius, y + radius, smallest, largest)
        near = (rows[:, X] - x) ** 2 + (rows[:, Y] - y) ** 2 < radius * radius
        return np.asarray(rows[near])


def _size_class(number: int, abundance: float) -> SizeClass:
    grid = geometric(SIZES[number], SIZES[number + 1], 400)
    above = cumulative_number(grid, abundance)
    density = float(above[0] - above[-1])
    cumulative = (above[0] - above) / density
    return SizeClass(number, CELLS[number], density,
                     np.interp(np.linspace(0.0, 1.0, _TABLE), cumulative, grid))


@kernel
def crowding(x: float, y: float, seed: int, clustering: float) -> float:
    """Return the rocks here over the mean, 0 to MOST_CROWDED; its mean over the map is 1."""
    patch = (gradient_noise(x / 23.0, y / 23.0, seed + 60) +
             0.6 * gradient_noise(x / 7.0, y / 7.0, seed + 61) +
             0.5 * gradient_noise(x / 2.2, y / 2.2, seed + 62))
    return float(min(MOST_CROWDED, max(0.0, 1.0 + clustering * 3.2 * patch)))


@kernel
def _poisson(mean: float, u: float) -> int:
    term = math.exp(-mean)
    total, n = term, 0
    while u > total and n < 200:
        n += 1
        term *= mean / n
        total += term
    return n


@kernel
def _kept(x: float, y: float, diameter: float, u: float, field: RockField) -> bool:
    """Thin candidates: clusters, few on ripples, none on the airfield and under the rover."""
    anchors, clear = field.terrain.anchors, field.clear_radius
    chance = crowding(x, y, field.seed, field.clustering) / MOST_CROWDED
    if field.clustering > 0.0:
        chance *= 1.0 - 0.75 * ripple_mask(x, y, field.terrain)
    edge = smoothstep(clear, 2.0 * clear + 1e-9, math.hypot(x, y)) if clear > 0.0 else 1.0
    if edge < 1.0:
        chance *= edge + (1.0 - edge) * (0.35 if diameter < 0.07 else 0.0)
    if anchors.shape[0] > 1 and diameter > 0.15:
        if math.hypot(x - anchors[1, 0], y - anchors[1, 1]) < 2.4:
            return False
    return bool(u < chance)


@kernel
def _describe(row: NDArray[np.float64], x: float, y: float, d: float, bits: np.uint64,
              field: TerrainField) -> None:
    """Draw the shape of one rock, 20 to 55 % buried; ratios are assumed."""
    a, b = unit_pair(bits)
    bits = mix(bits + np.uint64(1))
    c, e = unit_pair(bits)
    bits = mix(bits + np.uint64(2))
    f, g = unit_pair(bits)
    bits = mix(bits + np.uint64(3))
    h, s = unit_pair(bits)
    visible = d * (0.16 + 0.36 * a * (0.4 + 0.6 * b) + 0.06 * b)
    half_height = 0.5 * visible / (1.0 - (0.2 + 0.35 * c))
    row[X], row[Y] = x, y
    row[GROUND] = height_at(x, y, field)
    row[Z] = row[GROUND] + visible - half_height
    row[HALF_LENGTH] = 0.5 * d * (1.0 + 0.15 * e)
    row[HALF_WIDTH] = 0.5 * d * (0.95 - 0.3 * e)
    row[HALF_HEIGHT] = half_height
    row[YAW] = 2.0 * math.pi * f
    row[TILT_X], row[TILT_Y] = 0.5 * (g - 0.5), 0.5 * (h - 0.5)
    row[SHAPE] = math.floor(s * SHAPES)
    row[TONE] = 0.5 * (a + g)
    row[DIAMETER] = d


@kernel
def _fill(cells: tuple[int, int, int, int], of_size: SizeClass, field: RockField,
          smallest: float) -> NDArray[np.float64]:
    """Return the rocks of one size class in a rectangle of cells: west, south, east, north."""
    i0, j0, i1, j1 = cells
    cell, diameters = of_size.cell, of_size.diameters
    mean = of_size.density * cell * cell * MOST_CROWDED
    room = int((i1 - i0 + 1) * (j1 - j0 + 1) * (mean + 6.0 * math.sqrt(mean) + 6.0)) + 8
    rows = np.empty((room, COLUMNS))
    n = 0
    for j in range(j0, j1 + 1):
        for i in range(i0, i1 + 1):
            bits = hash_cell(i, j, field.seed + of_size.number)
            for _ in range(_poisson(mean, unit_pair(bits)[0])):
                bits = mix(bits + np.uint64(11))
                u, v = unit_pair(bits)
                bits = mix(bits + np.uint64(12))
                w, keep = unit_pair(bits)
                entry = w * (diameters.size - 1)
                low = min(int(entry), diameters.size - 2)
                d = diameters[low] + (entry - low) * (diameters[low + 1] - diameters[low])
                x, y = (i + u) * cell, (j + v) * cell
                if d < smallest or n >= room or not _kept(x, y, d, keep, field):
                    continue
                _describe(rows[n], x, y, d, mix(bits + np.uint64(13)), field.terrain)
                n += 1
    return rows[:n]
