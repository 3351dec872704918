# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Nested maps of the ground around the camera, for rendering: each four times coarser and larger.

A map is a pure function of the terrain, its level and the block its centre lies in, so two
cameras, two processes and a flight replayed backward all draw the same ground. Maps are cached on
disk.
"""

from __future__ import annotations

from dataclasses import dataclass
import hashlib

from ingenuity_nodes.compiled.entry import entry_point
from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.rendering.array_cache import keep, load
from ingenuity_nodes.world.terrain import height_at, ripple_mask, Terrain, TerrainField
import numpy as np
from numpy.typing import NDArray

LEVELS = 6
SIZE = 1024            # [cells] along each side
FIRST_CELL = 0.1       # [m]
FACTOR = 4
BLOCK = 256            # [cells] centres move in steps of this
FAR_ASIDE = 8.0        # [m] distance where no path is near
_VERSION = 3           # of the cached files


@dataclass(frozen=True)
class GroundMap:
    """One level: heights and surface; row 0 southernmost."""

    centre: tuple[float, float]      # [m]
    heights: NDArray[np.float32]     # (SIZE, SIZE) [m]
    surface: NDArray[
        np.float16]  # (SIZE, SIZE, 4): slope x, slope y, ripples 0..1, distance from the path [m]


def cell_of(level: int) -> float:
    """Return the width of one cell [m]."""
    return FIRST_CELL * float(FACTOR ** level)


def block_of(x: float, y: float, level: int) -> tuple[int, int]:
    """Return the block whose centre is nearest to a point."""
    step = BLOCK * cell_of(level)
    return round(x / step), round(y / step)


class GroundMaps:
    """Compute, cache and load the maps of one terrain."""

    def __init__(self, terrain: Terrain, path: NDArray[np.float64]) -> None:
        self._terrain, self._path = terrain, np.ascontiguousarray(path, dtype=np.float64)
        digest = hashlib.sha256(repr((terrain.parameters, terrain.seed, _VERSION)).encode())
        digest.update(terrain.field.dem.tobytes())
        digest.update(self._path.tobytes())
        self.key = digest.hexdigest()[:16]
        self._bake = entry_point(_bake, 0.0, 0.0, 1.0, SIZE, terrain.field, self._path)

    def around(self, x: float, y: float, level: int) -> GroundMap:
        """Return the map of a level whose centre is nearest to a point."""
        i, j = block_of(x, y, level)
        step = BLOCK * cell_of(level)
        centre = (i * step, j * step)
        name = f'ground_{self.key}_{level}_{i}_{j}'
        kept = load(name, 'heights', 'surface')
        if kept is not None:
            return GroundMap(centre, *kept)
        heights, surface = self._bake(
            centre[0], centre[1], cell_of(level), SIZE, self._terrain.field, self._path)
        made = GroundMap(centre, heights, surface.astype(np.float16))
        keep(name, heights=made.heights, surface=made.surface)
        return made


@kernel
def distance_to(x: float, y: float, path: NDArray[np.float64]) -> float:
    """Return the distance from a point to a polyline, at most FAR_ASIDE [m]."""
    least = FAR_ASIDE * FAR_ASIDE
    for k in range(path.shape[0] - 1):
        ax, ay = path[k, 0], path[k, 1]
        bx, by = path[k + 1, 0] - ax, path[k + 1, 1] - ay
        if min(ax, ax + bx) - FAR_ASIDE > x or max(ax, ax + bx) + FAR_ASIDE < x:
            continue
        t = ((x - ax) * bx + (y - ay) * by) / (bx * bx + by * by)
        t = min(1.0, max(0.0, t))
        dx, dy = x - ax - t * bx, y - ay - t * by
        least = min(least, dx * dx + dy * dy)
    return float(np.sqrt(least))


@kernel
def _bake(west_east: float, south_north: float, cell: float, size: int, field: TerrainField,
          path: NDArray[np.float64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    heights = np.empty((size, size), np.float32)
    surface = np.empty((size, size, 4), np.float32)
    for j in range(size):
        y = south_north + (j + 0.5 - size / 2) * cell
        for i in range(size):
            heights[j, i] = height_at(west_east + (i + 0.5 - size / 2) * cell, y, field)
    near_path = path.shape[0] > 1 and cell < 30.0
    for j in range(size):
        y = south_north + (j + 0.5 - size / 2) * cell
        up, down = min(j + 1, size - 1), max(j - 1, 0)
        for i in range(size):
            x = west_east + (i + 0.5 - size / 2) * cell
            right, left = min(i + 1, size - 1), max(i - 1, 0)
            surface[j, i, 0] = (heights[j, right] - heights[j, left]) / ((right - left) * cell)
            surface[j, i, 1] = (heights[up, i] - heights[down, i]) / ((up - down) * cell)
            surface[j, i, 2] = ripple_mask(x, y, field) if cell < 5.0 else 0.0
            surface[j, i, 3] = distance_to(x, y, path) if near_path else FAR_ASIDE
    return heights, surface
