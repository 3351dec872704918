# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Rocks: those in view, each as a mesh with a level of detail by its size in the image."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
import math

from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.frames import Matrix3, Vector3
from ingenuity_nodes.rendering.gl import program
from ingenuity_nodes.rendering.ground_layer import set_uniforms
from ingenuity_nodes.rendering.mesh import disc, rock
from ingenuity_nodes.rendering.scene import Scene
from ingenuity_nodes.world.rocks import COLUMNS, DIAMETER, GROUND, HALF_HEIGHT, HALF_LENGTH
from ingenuity_nodes.world.rocks import HALF_WIDTH
from ingenuity_nodes.world.rocks import SHAPE, SHAPES, SIZES, TILT_X, TILT_Y, TONE, X, Y, YAW, Z
import moderngl
import numpy as np
from numpy.typing import NDArray

_LEVEL_SHAPES = (4, 8, 16, 16)       # small rocks need fewer different shapes
_MAP_MARGIN = 2.0  # [m] rocks this far outside a map view may reach or cast shadows into it
_LEVEL_PX = (0.0, 7.0, 24.0, 100.0)   # rocks wider than this use the next finer mesh [px]
_FARTHEST = 1500.0                   # [m] beyond, the haze hides single rocks
_COLUMNS = [X, Y, Z, HALF_LENGTH, HALF_WIDTH, HALF_HEIGHT, YAW, TILT_X, TILT_Y, TONE]
_FORMAT = '3f 3f 3f 2f 1f/i'
_SHADOW_FORMAT = '3f 3f 3f 8x 1f/i'
_DEPTH_FORMAT = '3f 3f 3f 12x/i'
_STRIDE = 48                         # bytes of one rock on the GPU
_HALO_PX = 7.0                       # smaller rocks occlude no visible amount of sky [px]


class RockLayer:
    """Hold the meshes on the GPU and select rocks; ``shaded`` ones receive shadows."""

    def __init__(self, context: moderngl.Context, scene: Scene, shared: tuple[str, ...],
                 *, shaded: bool) -> None:
        self._scene = scene
        self._shader = program(context, 'rock.vert', 'rock.frag', *shared, 'turned.glsl',
                               below=('rock_light.glsl',),
                               define='#define SHADED\n' if shaded else '')
        self._depth = program(context, 'rock_depth.vert', 'depth.frag', 'turned.glsl')
        self._shadow = program(context, 'rock_shadow.vert', 'shadow.frag', *shared, 'shadow.glsl')
        shadows = {(shape, level): context.buffer(rock(shape, level).tobytes())
                   for shape in range(SHAPES) for level in (0, 1)}
        shaders = self._shader, self._depth, self._shadow
        self._groups = {(level, shape): _Group(context, shaders,
                                               context.buffer(rock(shape, level).tobytes()),
                                               shadows[shape, min(1, level // 2)])
                        for level, shapes in enumerate(_LEVEL_SHAPES)
                        for shape in range(shapes)}
        self._halos = _Halos(context, self._shadow)
        self._near: tuple[tuple[float, ...], NDArray[np.float64]] = ((), np.zeros((0, 0)))
        self.chosen: NDArray[np.float64] = np.zeros((0, COLUMNS))

    def choose(self, camera: CameraModel, R_MC: Matrix3, p_MC: Vector3, smallest_px: float,
               farthest: float,
               ) -> None:
        """Select the rocks visible from a pose, and their levels of detail."""
        rows = self._around(float(p_MC[0]), float(p_MC[1]), smallest_px * camera.pixel_angle,
                            farthest)
        away = rows[:, :3] - p_MC
        distance = np.maximum(np.linalg.norm(away, axis=1), 1e-6)
        widths = rows[:, DIAMETER] / distance / camera.pixel_angle
        large = widths >= smallest_px
        rows, widths, away = rows[large], widths[large], away[large]
        uv = camera.project(away @ R_MC)
        margin = 20.0 + 3.0 * widths
        with np.errstate(invalid='ignore'):
            inside = ((uv[:, 0] > -margin) & (uv[:, 0] < camera.width + margin)
                      & (uv[:, 1] > -margin) & (uv[:, 1] < camera.height + margin))
        self._take(rows[inside], widths[inside])

    def choose_within(self, west: float, south: float, size: float, pixel: float,
                      smallest_px: float) -> None:
        """Select the rocks for a map view of a square from above."""
        half = size / 2 + _MAP_MARGIN
        x, y = west + size / 2, south + size / 2
        rows = self._scene.rocks_around(x, y, half * math.sqrt(2.0), smallest_px * pixel)
        near = (np.abs(rows[:, X] - x) < half) & (np.abs(rows[:, Y] - y) < half)
        self._take(rows[near], rows[near, DIAMETER] / pixel)

    def _around(self, x: float, y: float, least: float, farthest: float) -> NDArray[np.float64]:
        """Return rocks that may appear larger than an angle; cached for some metres of motion."""
        step = 4.0
        x, y = round(x / step) * step, round(y / step) * step
        reach = 1.25 ** math.ceil(math.log(min(max(farthest, 1.0), _FARTHEST), 1.25)) + step
        key = (x, y, least, reach)
        if self._near[0] != key:
            pieces = [self._scene.rocks_around(x, y, min(reach, high / least + step), low, high)
                      for low, high in pairwise(SIZES)]
            self._near = (key, np.concatenate(pieces))
        return self._near[1]

    def _take(self, rows: NDArray[np.float64], widths: NDArray[np.float64]) -> None:
        data = np.empty((len(rows), _STRIDE // 4), np.float32)
        data[:, :10] = rows[:, _COLUMNS]
        data[:, 10] = (rows[:, X] * 12.9898 + rows[:, Y] * 78.233) % 1.0
        data[:, 11] = rows[:, GROUND]
        levels = np.searchsorted(_LEVEL_PX, widths, side='right') - 1
        shapes = rows[:, SHAPE].astype(np.int64) % np.array(_LEVEL_SHAPES)[levels]
        keys = levels * SHAPES + shapes
        order = np.lexsort([rows[:, Y], rows[:, X], keys])
        starts = np.searchsorted(keys[order], np.arange(len(_LEVEL_PX) * SHAPES + 1))
        for (level, shape), group in self._groups.items():
            k = level * SHAPES + shape
            group.fill(data[order[starts[k]:starts[k + 1]]])
            group.first = int(starts[k])
        self.chosen = rows[order]
        self._halos.fill(data[widths > _HALO_PX])

    def draw(self, values: Mapping[str, object]) -> None:
        """Draw the selected rocks; in an image of the truth, their rows in ``chosen``."""
        set_uniforms(self._shader, values)
        for group in self._groups.values():
            if group.count:
                set_uniforms(self._shader, {'firstRock': float(group.first)})
                group.draw()

    def draw_depth(self, sun_view: tuple[float, ...]) -> None:
        """Draw the selected rocks' depth from the sun; ``sun_view`` is in column-major order."""
        set_uniforms(self._depth, {'rockSun': sun_view})
        for (level, _), group in self._groups.items():
            if level > 0:    # shadows of the smallest are below a pixel
                group.draw_depth()

    def draw_shadows(self, values: Mapping[str, object]) -> None:
        """Draw the rocks' shadows on the ground, and the dim ring where they occlude the sky."""
        set_uniforms(self._shadow, {**values, 'halo': 0.0})
        for group in self._groups.values():
            group.draw_shadow()
        set_uniforms(self._shadow, {'halo': 1.45})
        self._halos.draw()


class _Instances:
    """A growing buffer of rocks of one kind."""

    def __init__(self, context: moderngl.Context) -> None:
        self.buffer = context.buffer(reserve=_STRIDE * 65536 // 64, dynamic=True)
        self.count = self.first = 0

    def fill(self, data: NDArray[np.float32]) -> None:
        self.count = len(data)
        if data.nbytes > self.buffer.size:
            self.buffer.orphan(2 * data.nbytes)
        if self.count:
            self.buffer.write(data.tobytes())


class _Group(_Instances):
    """All rocks of one shape at one level of detail."""

    def __init__(self, context: moderngl.Context, shaders: tuple[moderngl.Program, ...],
                 mesh: moderngl.Buffer, shadow_mesh: moderngl.Buffer) -> None:
        super().__init__(context)
        shader, depth, shadow = shaders
        self._depth = context.vertex_array(depth, [
            (mesh, '3f 12x', 'position'),
            (self.buffer, _DEPTH_FORMAT, 'centre', 'half_axes', 'turn')])
        self._array = context.vertex_array(
            shader, [(mesh, '3f 3f', 'position', 'normal'),
                     (self.buffer, _FORMAT, 'centre', 'half_axes', 'turn', 'tone', 'ground')])
        self._shadow = context.vertex_array(shadow, [
            (shadow_mesh, '3f 12x', 'position'),
            (self.buffer, _SHADOW_FORMAT, 'centre', 'half_axes', 'turn', 'ground')])

    def draw(self) -> None:
        if self.count:
            self._array.render(instances=self.count)

    def draw_depth(self) -> None:
        if self.count:
            self._depth.render(instances=self.count)

    def draw_shadow(self) -> None:
        if self.count:
            self._shadow.render(instances=self.count)


class _Halos(_Instances):
    """Discs around the larger rocks."""

    def __init__(self, context: moderngl.Context, shadow: moderngl.Program) -> None:
        super().__init__(context)
        self._array = context.vertex_array(shadow, [
            (context.buffer(disc().tobytes()), '3f', 'position'),
            (self.buffer, _SHADOW_FORMAT, 'centre', 'half_axes', 'turn', 'ground')])

    def draw(self) -> None:
        if self.count:
            self._array.render(instances=self.count)
