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
"""
Pictures of the scene through calibrated cameras.

A picture is drawn in strips. In each strip, stones, robots and their shadows are drawn first, in
twice the resolution; then every pixel finds the ground along its own ray, so any lens is exact,
and puts the finer picture in front of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
import math

import moderngl
import numpy as np
from numpy.typing import NDArray

from ingenuity_nodes.cameras.gl import create_context, program
from ingenuity_nodes.cameras.ground_layer import GroundLayer
from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.cameras.response import develop_colour, develop_grey
from ingenuity_nodes.cameras.robot_layer import RobotLayer
from ingenuity_nodes.cameras.scene import Body, Scene
from ingenuity_nodes.cameras.stone_layer import StoneLayer
from ingenuity_nodes.frames import rotation_matrix
from ingenuity_nodes.signals import Exposure

Picture = NDArray[np.uint8]
SHARED = ('camera.glsl', 'noise.glsl', 'light.glsl', 'terrain.glsl')


@dataclass(frozen=True)
class Quality:
    """How much work goes into a picture."""

    oversample: int = 2         # of stones and robots, along each side
    detail: int = 4             # ground samples along a footprint stretched by a flat view
    smallest_px: float = 1.6    # stones that look smaller are left out
    strip_rows: int = 208       # [px] drawn at a time
    readout: float = 0.0        # [s] between the first and the last row


# IMX214 reads its full frame in about 1/30 s (assumed: its highest full-size frame rate).
COLOUR = Quality(readout=0.033)
GREY = Quality(oversample=1, detail=1, smallest_px=2.5, strip_rows=480)


class Renderer:
    """Draws for one camera; make it and use it in one and the same thread."""

    def __init__(self, scene: Scene, camera: CameraModel, quality: Quality | None = None, threads: int = 1) -> None:
        self.scene, self.camera = scene, camera
        self.grey = camera.name == 'navcam'
        self.quality = quality or (GREY if self.grey else COLOUR)
        self.context = create_context(threads)
        self.device = str(self.context.info['GL_RENDERER'])
        self._ground = GroundLayer(self.context, scene, SHARED)
        self._stones = StoneLayer(self.context, scene, SHARED)
        self._robots = RobotLayer(self.context, SHARED)
        self._targets = _Targets(self.context, camera.width, self.quality)

    def draw(self, exposure: Exposure, bodies: Sequence[Body] = (),
             between: Callable[[float], None] | None = None) -> Picture:
        """
        Take one picture: (height, width) grey for the navcam, else (height, width, 3) colour.

        Parameters
        ----------
        exposure
            When and from where, with the motion that a rolling shutter sees.
        bodies
            All robots, the one that carries the camera too.
        between
            Called after each strip with the share done; may sleep or serve others.

        """
        light = self.draw_light(exposure, bodies, between)
        if self.grey:
            return develop_grey(light, exposure.t_ns)
        return develop_colour(light, exposure.t_ns)

    def draw_light(self, exposure: Exposure, bodies: Sequence[Body] = (),
                   between: Callable[[float], None] | None = None) -> Picture:
        """Draw what falls on the sensor: (height, width, 3), square root of relative radiance."""
        camera, quality = self.camera, self.quality
        out = np.empty((camera.height, camera.width, 3), np.uint8)
        R_MC, p_MC = camera.pose(exposure.p_MB, exposure.q_MB)
        self._ground.follow(float(p_MC[0]), float(p_MC[1]))
        self._stones.choose(camera, R_MC, p_MC, quality)
        self._robots.place(bodies, self.scene.sun)
        first = 0
        while first < camera.height:
            rows = min(quality.strip_rows, camera.height - first)
            values = self._uniforms(exposure, first, rows)
            self._draw_strip(values, rows)
            out[first:first + rows] = self._targets.read(rows)
            first += rows
            if between is not None:
                between(first / camera.height)
        return out

    def _draw_strip(self, values: dict[str, object], rows: int) -> None:
        targets = self._targets
        targets.use_shadow(rows)
        self._ground.bind()
        self._stones.draw_shadows(values)
        self._robots.draw_shadows(values)
        targets.use_mesh(rows)
        self._stones.draw(values)
        self._robots.draw(values)
        targets.use_picture(rows)
        self._ground.draw(values, targets)

    def _uniforms(self, exposure: Exposure, first: int, rows: int) -> dict[str, object]:
        camera, sun = self.camera, self.scene.sun
        R_MC, p_MC = camera.pose(exposure.p_MB, exposure.q_MB)
        R_MB = rotation_matrix(exposure.q_MB)
        w_M = R_MB @ exposure.w_MB_B
        v_M = exposure.v_MB + np.cross(w_M, R_MB @ camera.p_BC)
        readout = self.quality.readout
        up = max(float(sun.direction_M[2]), 0.0)
        warm = math.exp(-0.35 / max(up, 0.08))  # direct light through dust of optical depth 0.35 (assumed)
        direct = warm / math.exp(-0.35)
        return {
            'R_MC': tuple(R_MC.T.ravel()), 'p_MC': tuple(p_MC),
            'camA': tuple(camera.A), 'camH': tuple(camera.H), 'camV': tuple(camera.V), 'camO': tuple(camera.O),
            'camR': camera.R, 'camL': camera.linearity, 'maxTheta': min(camera.max_angle, camera.corner_angle + 0.15),
            'pictureSize': (camera.width, camera.height), 'strip': (first, rows),
            'shutterMove': tuple(v_M * readout), 'shutterTurn': tuple(w_M * readout),
            'ortho': (0.0, 0.0, 1.0, 0.0), 'pixelAngle': camera.pixel_angle, 'detail': self.quality.detail,
            'sunDir': tuple(sun.direction_M),
            'sunColour': (1.00 * direct, 0.955 * direct ** 1.1, 0.89 * direct ** 1.25),
            'skyColour': tuple((0.12 + 0.88 * up) * c for c in (0.30, 0.232, 0.165)),
            'hazeLength': 26_000.0,
        }


class _Targets:
    """What a strip is drawn into."""

    def __init__(self, context: moderngl.Context, width: int, quality: Quality) -> None:
        self.context, self.width, self.oversample = context, width, quality.oversample
        fine = (width * quality.oversample, quality.strip_rows * quality.oversample)
        self.shadow = context.texture(fine, 2, dtype='f1')
        self.colour = context.texture(fine, 3, dtype='f1')
        self.depth = context.depth_texture(fine)
        self.depth.compare_func = ''
        self.picture = context.texture((width, quality.strip_rows), 3, dtype='f1')
        for texture in (self.shadow, self.colour, self.depth):
            texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
        self._shadow = context.framebuffer([self.shadow])
        self._mesh = context.framebuffer([self.colour], self.depth)
        self._picture = context.framebuffer([self.picture])

    def use_shadow(self, rows: int) -> None:
        self._shadow.use()
        self._shadow.viewport = (0, 0, self.width * self.oversample, rows * self.oversample)
        self._shadow.clear()
        self.context.disable(moderngl.DEPTH_TEST)
        self.context.enable(moderngl.BLEND)
        self.context.blend_equation = moderngl.MAX

    def use_mesh(self, rows: int) -> None:
        self._mesh.use()
        self._mesh.viewport = (0, 0, self.width * self.oversample, rows * self.oversample)
        self._mesh.clear(depth=1.0)
        self.context.disable(moderngl.BLEND)
        self.context.enable(moderngl.DEPTH_TEST)

    def use_picture(self, rows: int) -> None:
        self._picture.use()
        self._picture.viewport = (0, 0, self.width, rows)
        self.context.disable(moderngl.DEPTH_TEST)

    def read(self, rows: int) -> Picture:
        data = self._picture.read(viewport=(0, 0, self.width, rows), components=3, alignment=1)
        return np.frombuffer(data, np.uint8).reshape(rows, self.width, 3)
