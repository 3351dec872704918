# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The heights of all cells that were seen, from all pairs of images."""

from __future__ import annotations

from typing import NamedTuple

from ingenuity_nodes.mapping.parallax import Heights
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MARGIN = 64              # [cells] by which the grid grows beyond what is needed
LARGEST_GRID = 4_000_000    # cells; what would need more is dropped


class Cells(NamedTuple):
    """Sums over the pairs that saw a cell; arrays (rows, columns), south and west first."""

    weight: Array        # sum of 1 / variance [1/m^2]
    weighted: Array      # sum of height / variance [1/m]
    squares: Array       # sum of height^2 / variance [1]
    pairs: Array         # how many pairs
    variance: Array      # smallest of the height of the aircraft [m^2]


class HeightGrid:
    """Cells of one size, as many as needed, aligned to the origin of the map."""

    def __init__(self, cell: float) -> None:
        self._cell = cell
        self._west, self._south = 0, 0    # index of the first column and row
        self._cells = _empty((0, 0))

    @property
    def corner(self) -> tuple[float, float]:
        """Return the outer edges of the westernmost column and southernmost row [m]."""
        return self._west * self._cell, self._south * self._cell

    def add(self, points: Heights, variance: float) -> bool:
        """Take in one pair, whose heights have a variance in common [m^2]; False: nothing new."""
        if not points.x.size:
            return False
        column = np.floor(points.x / self._cell).astype(np.int64)
        row = np.floor(points.y / self._cell).astype(np.int64)
        if not self._cover(column, row):
            return False
        c, shape = self._cells, self._cells.weight.shape
        index = (row - self._south) * shape[1] + column - self._west
        count = np.bincount(index, minlength=c.weight.size).reshape(shape)
        seen = count > 0

        def mean(values: Array) -> Array:
            total = np.bincount(index, values, c.weight.size).reshape(shape)
            return np.asarray(total[seen] / count[seen])

        # Samples of one cell are matched together: no better together than one of them.
        height, weight = mean(points.z), 1.0 / mean(np.square(points.sigma))
        c.weight[seen] += weight
        c.weighted[seen] += weight * height
        c.squares[seen] += weight * height ** 2
        c.pairs[seen] += 1.0
        c.variance[seen] = np.minimum(c.variance[seen], variance)
        return True

    def fused(self, fewest: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """
        Return height and sigma of the cells that at least ``fewest`` pairs saw; NaN elsewhere.

        Sigma is the larger of what the matching promises and what the pairs differ by, with the
        uncertainty of the height of the aircraft.
        """
        c = self._cells
        known = c.pairs >= fewest
        weight = np.where(known, c.weight, 1.0)
        height = np.where(known, c.weighted / weight, np.nan)
        spread = np.maximum(0.0, c.squares / weight - height ** 2) / np.maximum(c.pairs - 1.0, 1.0)
        sigma = np.sqrt(np.maximum(1.0 / weight, spread) + np.where(known, c.variance, 0.0))
        return height.astype(np.float32), np.where(known, sigma, np.nan).astype(np.float32)

    def _cover(self, column: NDArray[np.int64], row: NDArray[np.int64]) -> bool:
        """Grow until the grid holds these cells; False if it would grow too large."""
        rows, columns = self._cells.weight.shape
        west, south = int(column.min()), int(row.min())
        east, north = int(column.max()) + 1, int(row.max()) + 1
        if rows:
            if (west >= self._west and east <= self._west + columns
                    and south >= self._south and north <= self._south + rows):
                return True
            west, south = min(west, self._west), min(south, self._south)
            east, north = max(east, self._west + columns), max(north, self._south + rows)
        west, south, east, north = west - MARGIN, south - MARGIN, east + MARGIN, north + MARGIN
        if (east - west) * (north - south) > LARGEST_GRID:
            return False
        larger = _empty((north - south, east - west))
        if rows:
            at = (slice(self._south - south, self._south - south + rows),
                  slice(self._west - west, self._west - west + columns))
            for old, new in zip(self._cells, larger, strict=True):
                new[at] = old
        self._west, self._south, self._cells = west, south, larger
        return True


def _empty(shape: tuple[int, int]) -> Cells:
    weight, weighted, squares, pairs = np.zeros((4, *shape))
    return Cells(weight, weighted, squares, pairs, np.full(shape, np.inf))
