# Copyright 2026 Ingenuity contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.
"""Stones: the ones that can be seen, each as a mesh as fine as it looks large."""

from __future__ import annotations

from collections.abc import Mapping
import math
from typing import Protocol

import moderngl
import numpy as np
from numpy.typing import NDArray

from ingenuity_nodes.cameras.gl import program
from ingenuity_nodes.cameras.ground_layer import set_uniforms
from ingenuity_nodes.cameras.mesh import disc, stone
from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.cameras.scene import Scene
from ingenuity_nodes.frames import Matrix3, Vector3
from ingenuity_nodes.world.rocks import DIAMETER, SHAPE, SHAPES, SIZES

_LEVEL_PX = (0.0, 7.0, 22.0, 90.0)   # stones wider than this use the next finer mesh [px]
_FARTHEST = 1500.0                   # [m] beyond, the haze and the hills' own roughness take over
_COLUMNS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10]  # x y z, half axes, turn, tone of a row of rocks
_FORMAT = '3f 3f 3f 2f/i'


class Quality(Protocol):
    """What the layer needs to know of the picture's quality."""

    smallest_px: float


class StoneLayer:
    """Keeps the meshes on the drawing side and picks stones for each picture."""

    def __init__(self, context: moderngl.Context, scene: Scene, shared: tuple[str, ...]) -> None:
        self._context, self._scene = context, scene
        self._shader = program(context, 'rock.vert', 'rock.frag', *shared)
        self._shadow = program(context, 'rock_shadow.vert', 'shadow.frag', *shared, 'shadow.glsl')
        self._instances = context.buffer(reserve=44 * 4096, dynamic=True)
        self._disc = context.buffer(disc().tobytes())
        self._meshes = {
            (shape, level): context.buffer(stone(shape, level).tobytes())
            for shape in range(SHAPES) for level in range(len(_LEVEL_PX))}
        self._groups: list[tuple[int, int, int, int]] = []   # shape, level, first instance, how many
        self._count = 0

    def choose(self, camera: CameraModel, R_MC: Matrix3, p_MC: Vector3, quality: Quality) -> None:
        """Pick the stones that can be seen from a pose, and how finely."""
        rows, widths = self._visible(camera, R_MC, p_MC, quality.smallest_px)
        levels = np.searchsorted(_LEVEL_PX, widths, side='right') - 1
        order = np.lexsort([rows[:, 1], rows[:, 0], rows[:, SHAPE], levels])
        rows, levels = rows[order], levels[order]
        data = np.empty((len(rows), 11), np.float32)
        data[:, :10] = rows[:, _COLUMNS]
        data[:, 10] = (rows[:, 0] * 12.9898 + rows[:, 1] * 78.233) % 1.0
        if data.nbytes > self._instances.size:
            self._instances.orphan(data.nbytes * 2)
        self._instances.write(data.tobytes())
        keys = levels * SHAPES + rows[:, SHAPE].astype(np.int64)
        found, first, count = np.unique(keys, return_index=True, return_counts=True)
        self._groups = [(int(k) % SHAPES, int(k) // SHAPES, int(a), int(n)) for k, a, n in zip(found, first, count)]
        self._count = len(rows)

    def _visible(self, camera: CameraModel, R_MC: Matrix3, p_MC: Vector3, smallest_px: float,
                 ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Rows and widths [px] of the stones in the picture."""
        x, y = float(p_MC[0]), float(p_MC[1])
        least = smallest_px * camera.pixel_angle
        pieces = []
        for low, high in zip(SIZES[:-1], SIZES[1:]):
            radius = min(_FARTHEST, high / least)
            rows = self._scene.stones(x, y, radius, low)
            pieces.append(rows[(rows[:, DIAMETER] < high)])
        rows = np.concatenate(pieces)
        away = rows[:, :3] - p_MC
        distance = np.linalg.norm(away, axis=1)
        widths = rows[:, DIAMETER] / np.maximum(distance, 1e-6) / camera.pixel_angle
        uv = camera.project(away @ R_MC) if len(rows) else np.zeros((0, 2))
        margin = 20.0 + 3.0 * widths
        with np.errstate(invalid='ignore'):
            inside = ((uv[:, 0] > -margin) & (uv[:, 0] < camera.width + margin)
                      & (uv[:, 1] > -margin) & (uv[:, 1] < camera.height + margin))
        seen = inside & (widths >= smallest_px)
        return rows[seen], widths[seen]

    def draw(self, values: Mapping[str, object]) -> None:
        """Draw the stones chosen last."""
        set_uniforms(self._shader, values)
        for shape, level, first, count in self._groups:
            self._render(self._shader, [(self._meshes[shape, level], '3f 3f', 'position', 'normal')],
                         ('centre', 'half_axes', 'turn', 'tone'), _FORMAT, first, count)

    def draw_shadows(self, values: Mapping[str, object]) -> None:
        """Draw the stones' shadows on the ground, and the dim ring where they shut out the sky."""
        set_uniforms(self._shadow, {**values, 'halo': 0.0})
        for shape, level, first, count in self._groups:
            self._render(self._shadow, [(self._meshes[shape, max(0, level - 1)], '3f 12x4', 'position')],
                         ('centre', 'half_axes', 'turn'), '3f 3f 3f 8x/i', first, count)
        set_uniforms(self._shadow, {'halo': 1.45})
        if self._count:
            self._render(self._shadow, [(self._disc, '3f', 'position')],
                         ('centre', 'half_axes', 'turn'), '3f 3f 3f 8x/i', 0, self._count)

    def _render(self, shader: moderngl.Program, mesh: list[tuple[object, ...]], names: tuple[str, ...],
                layout: str, first: int, count: int) -> None:
        kept = [name for name in names if name in shader]
        if len(kept) != len(names):
            raise AssertionError(f'shader lost {set(names) - set(kept)}')
        array = self._context.vertex_array(shader, [*mesh, (self._slice(first, count), layout, *names)])
        array.render(instances=count)
        array.release()

    def _slice(self, first: int, count: int) -> moderngl.Buffer:
        part = self._context.buffer(reserve=44 * count)
        self._context.copy_buffer(part, self._instances, 44 * count, read_offset=44 * first)
        return part


def sharpest_angle(camera: CameraModel) -> float:
    """Angle of a pixel where the lens magnifies most [rad]."""
    theta = math.radians(50.0)
    return camera.pixel_angle * math.cos(theta)
