# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Pixels to rays, fast: the camera's law read from a table instead of solved each time."""

from __future__ import annotations

from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.compiled.entry import entry_point, floats
from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.frames import rotation_matrix
import numpy as np
from numpy.typing import NDArray

SPACING = 4    # [px] between entries; straight lines in between err by less than 1e-5 rad


@kernel
def look_up(table: NDArray[np.float64], uv: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn pixels (n, 2) into unit vectors in B (n, 3) by a camera's table."""
    rows, columns, _ = table.shape
    out = np.empty((uv.shape[0], 3))
    for k in range(uv.shape[0]):
        x, y = uv[k, 0] / SPACING, uv[k, 1] / SPACING
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


class RayTable:
    """Directions of all pixels of one camera, written in the body that carries it."""

    def __init__(self, camera: CameraModel) -> None:
        u = np.arange(0, camera.width + SPACING, SPACING, dtype=np.float64)
        v = np.arange(0, camera.height + SPACING, SPACING, dtype=np.float64)
        grid = np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2)
        rays = camera.unproject(grid) @ rotation_matrix(camera.q_BC).T
        self.table = np.ascontiguousarray(rays.reshape(len(v), len(u), 3))
        self._look_up = entry_point(look_up, self.table, grid)

    def rays(self, uv: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn pixels, shape (n, 2), into unit vectors in B, shape (n, 3)."""
        return np.asarray(self._look_up(self.table, floats('uv', uv, (None, 2))))
