# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Rocks of 5 cm and more, as many and as large as Golombek and Rapp's law says.

The share of ground covered by rocks wider than D is ``F(D) = k exp(-q D)`` with
``q = 1.79 + 0.152 / k`` (Golombek and Rapp 1997; Golombek et al. 2003). Each size class has its
own lattice; every cell draws its rocks from a hash of its place, so a rock is the same whoever
looks at it, and when.
"""

from __future__ import annotations

from dataclasses import dataclass
import math

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
MOST_CROWDED = 2.5                           # densest place over the mean
SHAPES = 16                                  # different rocks
_TABLE = 512

# Columns of the array that describes rocks, one row each
X, Y, Z, HALF_LENGTH, HALF_WIDTH, HALF_HEIGHT = range(6)
YAW, TILT_X, TILT_Y, SHAPE, TONE, DIAMETER, GROUND = range(6, 13)
COLUMNS = 13


@dataclass(frozen=True)
class RockParameters:
    """How stony one place is."""

    abundance: float = quantity(
        0.05, '1', 'share k of the ground covered by rocks', low=0.0, high=0.4,
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
    """Rocks per square metre wider than ``diameter`` [m], the law integrated numerically."""
    q = 1.79 + 0.152 / abundance
    grid = geometric(0.01, 12.0, 6000)
    density = abundance * q * each(math.exp, -q * grid) / (math.pi * grid ** 2 / 4.0)
    steps = 0.5 * (density[1:] + density[:-1]) * np.diff(grid)
    above = np.concatenate([np.cumsum(steps[::-1])[::-1], [0.0]])
    return np.asarray(np.interp(diameter, grid, above))


class Rocks:
    """The rocks of one place."""

    def __init__(self, terrain: Terrain, parameters: RockParameters = RockParameters(),
                 seed: int = 0) -> None:
        self.terrain, self.parameters, self.seed = terrain, parameters, int(seed) * 7919 + 101
        self._density = np.zeros(len(CELLS))
        self._inverse = np.zeros((len(CELLS), _TABLE))
        if parameters.abundance > 0.0:
            self._fill_tables()
        self._fill = entry_point(
            _fill, 0, 0, 0, 0, 1.0, 0, self.seed, 1.0, self._inverse[0], 0.0, 0.0, 0.0,
            terrain.field)

    def _fill_tables(self) -> None:
        for k in range(len(CELLS)):
            grid = geometric(SIZES[k], SIZES[k + 1], 400)
            above = cumulative_number(grid, self.parameters.abundance)
            self._density[k] = above[0] - above[-1]
            share = (above[0] - above) / self._density[k]
            self._inverse[k] = np.interp(np.linspace(0.0, 1.0, _TABLE), share, grid)

    def within(self, west: float, south: float, east: float, north: float,
               smallest: float = SIZES[0], largest: float = SIZES[-1]) -> NDArray[np.float64]:
        """Rows of all rocks of some widths whose centres lie in a box of the map."""
        found = [np.zeros((0, COLUMNS))]
        for k, cell in enumerate(CELLS):
            if SIZES[k + 1] <= smallest or SIZES[k] >= largest or self._density[k] <= 0.0:
                continue
            rows = self._fill(math.floor(west / cell), math.floor(south / cell), math.floor(
                east / cell), math.floor(north / cell), cell, k, self.seed, self._density[k],
                         self._inverse[k], self.parameters.clustering,
                         self.parameters.clear_radius, smallest, self.terrain.field)
            inside = ((rows[:, DIAMETER] < largest) & (rows[:, X] >= west) & (rows[:, X] < east)
                      & (rows[:, Y] >= south) & (rows[:, Y] < north))
            found.append(rows[inside])
        return np.concatenate(found)

    def around(self, x: float, y: float, radius: float, smallest: float = SIZES[0],
               largest: float = SIZES[-1]) -> NDArray[np.float64]:
        """Rows of all rocks of some widths within ``radius`` of a point."""
        rows = self.within(x - radius, y - radius, x + radius, y + radius, smallest, largest)
        near = (rows[:, X] - x) ** 2 + (rows[:, Y] - y) ** 2 < radius * radius
        return np.asarray(rows[near])


@kernel
def crowding(x: float, y: float, seed: int, clustering: float) -> float:
    """Rocks here over the mean, 0 to MOST_CROWDED; its mean over the map is 1."""
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
def _kept(x: float, y: float, d: float, u: float, seed: int, clustering: float, clear: float,
          field: TerrainField) -> bool:
    """Thin candidates: clusters, few on ripples, none on the airfield and under the rover."""
    share = crowding(x, y, seed, clustering) / MOST_CROWDED
    if clustering > 0.0:
        share *= 1.0 - 0.75 * ripple_mask(x, y, field)
    edge = smoothstep(clear, 2.0 * clear + 1e-9, math.hypot(x, y)) if clear > 0.0 else 1.0
    if edge < 1.0:
        share *= edge + (1.0 - edge) * (0.35 if d < 0.07 else 0.0)
    if field.anchors.shape[0] > 1 and d > 0.15:
        if math.hypot(x - field.anchors[1, 0], y - field.anchors[1, 1]) < 2.4:
            return False
    return bool(u < share)


@kernel
def _describe(row: NDArray[np.float64], x: float, y: float, d: float, bits: np.uint64,
              field: TerrainField) -> None:
    """Give one rock its shape, 20 to 55 % buried; ratios are assumed."""
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
def _fill(i0: int, j0: int, i1: int, j1: int, cell: float, k: int, seed: int, density: float,
          inverse: NDArray[np.float64], clustering: float, clear: float, smallest: float,
          field: TerrainField) -> NDArray[np.float64]:
    mean = density * cell * cell * MOST_CROWDED
    room = int((i1 - i0 + 1) * (j1 - j0 + 1) * (mean + 6.0 * math.sqrt(mean) + 6.0)) + 8
    rows = np.empty((room, COLUMNS))
    n = 0
    for j in range(j0, j1 + 1):
        for i in range(i0, i1 + 1):
            bits = hash_cell(i, j, seed + k)
            for _ in range(_poisson(mean, unit_pair(bits)[0])):
                bits = mix(bits + np.uint64(11))
                u, v = unit_pair(bits)
                bits = mix(bits + np.uint64(12))
                w, keep = unit_pair(bits)
                at = w * (inverse.size - 1)
                low = min(int(at), inverse.size - 2)
                d = inverse[low] + (at - low) * (inverse[low + 1] - inverse[low])
                x, y = (i + u) * cell, (j + v) * cell
                if d < smallest or n >= room or not _kept(x, y, d, keep, seed, clustering, clear,
                                                          field):
                    continue
                _describe(rows[n], x, y, d, mix(bits + np.uint64(13)), field)
                n += 1
    return rows[:n]
