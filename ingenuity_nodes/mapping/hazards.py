# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Which cells of a height map a rover must not drive on."""

from __future__ import annotations

from typing import cast

import cv2
from ingenuity_nodes.mapping.parameters import MapperParameters
from ingenuity_nodes.signals import FREE, HAZARD, UNKNOWN
import numpy as np
from numpy.typing import NDArray

Map = NDArray[np.float32]

FEWEST_AROUND = 0.3    # fraction of a window that must be known for its mean or plane
COARSE = 3             # [cells] for the median of the ground, which is smooth


def hazards_of(height: Map, sigma: Map, p: MapperParameters) -> NDArray[np.uint8]:
    """
    Classify each cell as FREE, HAZARD or UNKNOWN.

    A cell is unknown when its height is, or is too uncertain; a hazard when it stands out of the
    ground around by ``rock_height``, as measured, or when the ground around slopes by ``slope``.

    Parameters
    ----------
    height, sigma
        (rows, columns) in M, NaN where unknown [m].
    p
        The limits.

    """
    unknown = ~np.isfinite(height) | ~(sigma < p.largest_sigma)
    above = height - ground_around(height, round(p.ground_window / p.cell))
    rock = above > p.rock_height * p.rock_fraction
    steep = slopes(height, p.cell, round(p.slope_window / p.cell)) > p.slope
    return np.where(unknown, UNKNOWN, np.where(rock | steep, HAZARD, FREE)).astype(np.uint8)


def ground_around(height: Map, window: int) -> Map:
    """Return the median height in a window of so many cells around each; NaN where unknown."""
    rows, columns = height.shape
    if not np.isfinite(height).any():
        return np.full(height.shape, np.nan, np.float32)
    padded = np.full((-(-rows // COARSE) * COARSE, -(-columns // COARSE) * COARSE), np.nan)
    padded[:rows, :columns] = height
    blocks = padded.reshape(padded.shape[0] // COARSE, COARSE, -1, COARSE)
    coarse = _quiet_median(blocks.transpose(0, 2, 1, 3).reshape(*blocks.shape[::2], -1))
    half = max(1, window // COARSE // 2)
    around = np.pad(coarse, half, constant_values=np.nan)
    size = 2 * half + 1
    windows = np.lib.stride_tricks.sliding_window_view(around, (size, size))
    median = _quiet_median(windows.reshape(*coarse.shape, -1))
    fine = np.repeat(np.repeat(median, COARSE, axis=0), COARSE, axis=1)
    return fine[:rows, :columns].astype(np.float32)


def _quiet_median(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the median along the last axis of what is known; NaN where nothing is."""
    count = np.isfinite(values).sum(axis=-1)
    ordered = np.sort(values, axis=-1)    # NaN last
    low, high = np.maximum(count - 1, 0) // 2, np.maximum(count, 1) // 2
    middle = 0.5 * (np.take_along_axis(ordered, low[..., None], -1)
                    + np.take_along_axis(ordered, high[..., None], -1))[..., 0]
    return np.where(count > 0, middle, np.nan)


def slopes(height: Map, cell: float, window: int) -> Map:
    """
    Return the slope of the plane through the known cells of a window around each [rad].

    0 where too few are known: those are unknown cells, or at the edge of what is seen.
    """
    rows, columns = np.indices(height.shape)
    known = np.isfinite(height)
    z = np.where(known, height, 0.0).astype(np.float64)
    x, y, w = (np.asarray(value, np.float64) for value in (columns * cell, rows * cell, known))

    def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return cast('NDArray[np.float64]', cv2.blur(
            values * w, (window, window), borderType=cv2.BORDER_CONSTANT))

    n = np.maximum(mean(w), 1e-9)
    x0, y0, z0 = mean(x) / n, mean(y) / n, mean(z) / n
    xx, yy, xy = mean(x * x) / n - x0 * x0, mean(y * y) / n - y0 * y0, mean(x * y) / n - x0 * y0
    xz, yz = mean(x * z) / n - x0 * z0, mean(y * z) / n - y0 * z0
    determinant = xx * yy - xy * xy
    solvable = (n > FEWEST_AROUND) & (determinant > 1e-3 * cell ** 4)
    d = np.where(solvable, determinant, 1.0)
    steepness = np.hypot((xz * yy - yz * xy) / d, (yz * xx - xz * xy) / d)
    return np.where(solvable, np.arctan(steepness), 0.0).astype(np.float32)
