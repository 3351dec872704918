# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The lattice of rays over an image that both ground shaders interpolate."""

from __future__ import annotations

import math

from ingenuity_nodes.cameras.model import CameraModel
import moderngl
import numpy as np
from numpy.typing import NDArray


class Lattice:
    """Rays of a camera every few pixels, in strips that can be drawn one at a time."""

    def __init__(self, context: moderngl.Context, camera: CameraModel | None, width: int,
                 height: int, spacing: int) -> None:
        self._context, self.spacing = context, spacing
        self._columns = math.ceil(width / spacing) + 1
        self._rows = math.ceil(height / spacing) + 1
        u, v = np.meshgrid(
            np.arange(self._columns) * spacing - 0.5,
            np.arange(self._rows) * spacing - 0.5)
        uv = np.stack([u.ravel(), v.ravel()], axis=1)
        rays = camera.unproject(uv) if camera is not None else np.zeros((len(uv), 3))
        sees = _pixel_angles(camera, uv) if camera is not None else np.ones(len(uv))
        self._points = context.buffer(
            np.column_stack([uv, rays, sees]).astype(np.float32).tobytes())
        corner = (np.arange(self._rows - 1)[:, None] * self._columns +
                  np.arange(self._columns - 1)).ravel()
        steps = np.array([0, 1, self._columns + 1, 0, self._columns + 1, self._columns])
        self._index = context.buffer((corner[:, None] + steps).astype(np.int32).tobytes())

    def array(self, shader: moderngl.Program) -> moderngl.VertexArray:
        """Bind the lattice to a program."""
        return self._context.vertex_array(shader, [
            (self._points, '2f 3f 1f', 'pixel', 'ray', 'sees')], self._index)

    def draw(self, array: moderngl.VertexArray, first_row: int, rows: int) -> None:
        """Draw the cells that touch some rows of the image [px]."""
        low = first_row // self.spacing
        high = min(self._rows - 1, math.ceil((first_row + rows) / self.spacing))
        per_row = 6 * (self._columns - 1)
        array.render(vertices=(high - low) * per_row, first=low * per_row)


def _pixel_angles(camera: CameraModel, uv: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean angle of view of one pixel, across and along [rad]."""
    across_px, along_px = np.array([0.5, 0.0]), np.array([0.0, 0.5])
    across = np.linalg.norm(
        camera.unproject(uv + across_px) - camera.unproject(uv - across_px), axis=1)
    along = np.linalg.norm(
        camera.unproject(uv + along_px) - camera.unproject(uv - along_px), axis=1)
    return np.asarray(np.sqrt(across * along))


def strip_rays(
    camera: CameraModel, first: int, rows: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sample a strip of the image: rays (n, 3) in C, and the angle of view of a pixel there."""
    u, v = np.meshgrid(np.linspace(0, camera.width - 1, 9),
                       [first, first + rows / 2, first + rows])
    uv = np.stack([u.ravel(), v.ravel()], axis=1)
    rays = camera.unproject(uv)
    next_rays = camera.unproject(uv + np.array([1.0, 0.0]))
    return rays, np.linalg.norm(next_rays - rays, axis=1)
