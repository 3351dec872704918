# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Pixels to unit bearing vectors, fast: interpolated in a table instead of solved each time."""

from __future__ import annotations

from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.compiled.entry import entry_point, floats
from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.frames import rotation_matrix
import numpy as np
from numpy.typing import NDArray

SPACING = 4    # [px] between entries; linear interpolation errs by less than 1e-5 rad


@kernel
def bearings_of(table: NDArray[np.float64], uv: NDArray[np.float64]) -> NDArray[np.float64]:
    """Interpolate the unit bearing vectors, in B, (n, 3) of pixels (n, 2)."""
    rows, columns, _ = table.shape
    out = np.empty((uv.shape[0], 3))
    for k in range(uv.shape[0]):
        x, y = uv[k, 0] / SPACING, uv[k, 1] / SPACING
        if not (-1.0 < x < columns and -1.0 < y < rows):    # beyond the table, or no number
            out[k, :] = np.nan
            continue
        i, j = min(columns - 2, max(0, int(x))), min(rows - 2, max(0, int(y)))
        s, t = x - i, y - j
        length = 0.0
        for c in range(3):
            upper = table[j, i, c] + s * (table[j, i + 1, c] - table[j, i, c])
            lower = table[j + 1, i, c] + s * (table[j + 1, i + 1, c] - table[j + 1, i, c])
            out[k, c] = upper + t * (lower - upper)
            length += out[k, c] ** 2
        for c in range(3):
            out[k, c] /= np.sqrt(length)
    return out


class BearingTable:
    """Unit bearing vectors of the pixels of one camera, written in the body that carries it."""

    def __init__(self, camera: CameraModel) -> None:
        u = np.arange(0, camera.width + SPACING, SPACING, dtype=np.float64)
        v = np.arange(0, camera.height + SPACING, SPACING, dtype=np.float64)
        grid = np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2)
        bearings = camera.unproject(grid) @ rotation_matrix(camera.q_BC).T
        self.table = np.ascontiguousarray(bearings.reshape(len(v), len(u), 3))
        self._bearings_of = entry_point(bearings_of, self.table, grid)

    def bearings(self, uv: NDArray[np.float64]) -> NDArray[np.float64]:
        """
        Return the unit bearing vectors, in B, shape (n, 3), of pixels, shape (n, 2).

        NaN where a pixel is far outside the image or no number.
        """
        return np.asarray(self._bearings_of(self.table, floats('uv', uv, (None, 2))))
