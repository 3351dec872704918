# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Images of the scene through calibrated cameras.

An image is drawn in strips. In each strip, rocks, robots and their shadows are rasterised first,
at twice the resolution; then every pixel intersects its own ray with the ground, so any lens is
exact, and the rasterised image is composited in front.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
import hashlib
import math

from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.cameras.response import Response
from ingenuity_nodes.frames import Matrix3, Vector3
from ingenuity_nodes.rendering.array_cache import keep, load
from ingenuity_nodes.rendering.framebuffers import Framebuffers, GreyFramebuffer
from ingenuity_nodes.rendering.gl import create_context, sources_digest
from ingenuity_nodes.rendering.ground_layer import GroundLayer
from ingenuity_nodes.rendering.ground_texture_cache import (
    GroundTextureCache, LUMINANCE, TILE, tile_size)
from ingenuity_nodes.rendering.lattice import Lattice, strip_rays
from ingenuity_nodes.rendering.light import automatic_gain, light_uniforms, sky_fraction
from ingenuity_nodes.rendering.robot_layer import RobotLayer
from ingenuity_nodes.rendering.rock_layer import RockLayer
from ingenuity_nodes.rendering.scene import Body, Scene
from ingenuity_nodes.rendering.sun_map import SunMap
from ingenuity_nodes.rendering.truth import GroundTruth, ROCK, shutter_motion, SKY
from ingenuity_nodes.signals import Exposure
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
SHARED = ('camera.glsl', 'noise.glsl', 'light.glsl', 'terrain.glsl')


@dataclass(frozen=True)
class Quality:
    """Trade-off between the quality of an image and its cost."""

    oversample: int = 2         # of rocks and robots, along each side
    detail: int = 4             # ground samples along a footprint stretched at grazing angles
    smallest_px: float = 1.9    # smaller rocks are not drawn
    strip_rows: int = 208       # [px] drawn at a time
    readout: float = 0.0        # [s] between the first and the last row
    stops: int = 0              # halvings of the exposure while too much is saturated


_TILE_HEIGHT = 60.0      # [m] of the viewpoint above a tile
# IMX214 reads its full frame in about 1/30 s (assumed: its highest full-size frame rate).
COLOUR = Quality(readout=0.033)
GREY = Quality(oversample=1, detail=1, smallest_px=4.0, strip_rows=480)
QUALITY = {'navcam': GREY, 'mastcam': Quality(stops=2)}    # others: colour with a slow shutter
# Of all values; assumed: an automatic exposure that lets the brightest 2 % go, as for the white
# deck of a rover in the sun.
SATURATED = 0.02


class Renderer:
    """Draw the images of one camera; create it and use it in the same thread."""

    def __init__(self, scene: Scene, camera: CameraModel, quality: Quality | None = None,
                 threads: int = 1) -> None:
        self.scene, self.camera = scene, camera
        self.grey = camera.name == 'navcam'
        self.quality = quality or QUALITY.get(camera.name, COLOUR)
        self._response = Response(colour=not self.grey)
        self.context = create_context(threads)
        self.device = str(self.context.info['GL_RENDERER'])
        self._ground = GroundLayer(self.context, scene, SHARED)
        self._rocks = RockLayer(self.context, scene, SHARED, shaded=not self.grey)
        self._robots = RobotLayer(self.context, SHARED)
        self._lattice = Lattice(self.context, camera, camera.width, camera.height,
                                12 if self.grey else 16)
        self._strip_rays: dict[tuple[int, int], tuple[NDArray[np.float64], ...]] = {}
        right, low = camera.width - 1.0, camera.height - 1.0
        self._corner_rays = camera.unproject(
            np.array([[0.0, 0.0], [right, 0.0], [0.0, low], [right, low]]))
        rows = self.quality.strip_rows
        self._buffers: Framebuffers | GreyFramebuffer = (
            GreyFramebuffer(self.context, camera.width, rows) if self.grey
            else Framebuffers(self.context, camera.width, rows, self.quality.oversample, 3))
        self._truth_buffers: Framebuffers | None = None
        self._sun_map = None if self.grey else SunMap(self.context, scene, camera.width)
        if self.grey:
            drawn_with = repr((self.device, sorted(light_uniforms(scene).items())))
            self._tile_key = f'{scene.key}_{sources_digest()}_{_digest(drawn_with)}'
            self._ground_textures = GroundTextureCache(
                self.context, SHARED, self._lattice, self._tile)
            self._tile_buffers = Framebuffers(self.context, TILE, TILE, 2, 3)
            self._tile_lattice = Lattice(self.context, None, TILE, TILE, TILE)

    def draw(self, exposure: Exposure, bodies: Sequence[Body] = (),
             between: Callable[[float], None] | None = None, *, gain: float = 1.0) -> Image:
        """
        Draw one image: (height, width) grey for the navcam, else (height, width, 3) colour.

        Parameters
        ----------
        exposure
            Time and pose of the carrier, with its motion for the rolling shutter.
        bodies
            All robots, including the one that carries the camera.
        between
            Called after each strip with the fraction done; may sleep or do other work.
        gain
            Multiplies the light that the automatic exposure has chosen.

        """
        light, automatic = self.draw_light(exposure, bodies, between), 1.0
        for _ in range(self.quality.stops):
            if np.count_nonzero(light == 255) <= SATURATED * light.size:
                break
            automatic *= 0.5
            light = self.draw_light(exposure, bodies, between, gain=automatic)
        if gain != 1.0 and self.grey:    # its ground comes from textures that are lit already
            light = np.minimum(light * math.sqrt(gain) + 0.5, 255.0).astype(np.uint8)
        elif gain != 1.0:
            light = self.draw_light(exposure, bodies, between, gain=gain * automatic)
        return self._response.develop(light[..., 0] if self.grey else light, exposure.t_ns)

    def draw_light(self, exposure: Exposure, bodies: Sequence[Body] = (),
                   between: Callable[[float], None] | None = None, *,
                   gain: float = 1.0) -> Image:
        """
        Draw the light on the sensor: square root of relative radiance, 1 or 3 channels.

        ``gain`` multiplies that of the automatic exposure for the ground.
        """
        with self.context:  # another renderer of this thread may have drawn last
            return self._draw_light(exposure, bodies, between, gain)

    def _draw_light(self, exposure: Exposure, bodies: Sequence[Body],
                    between: Callable[[float], None] | None, gain: float) -> Image:
        camera, quality = self.camera, self.quality
        out = np.empty((camera.height, camera.width, self._buffers.channels), np.uint8)
        R_MC, p_MC = camera.pose(exposure.p_MB, exposure.q_MB)
        self._prepare(bodies, R_MC, p_MC)
        if self._sun_map:
            self._sun_map.draw(R_MC, p_MC, (self._rocks.draw_depth, self._robots.draw_depth))
        first = 0
        while first < camera.height:
            rows = min(quality.strip_rows, camera.height - first)
            values = self._uniforms(exposure, first, rows)
            values['gain'] = gain * automatic_gain(self.scene.sun)
            self._draw_strip(values, first, rows)
            out[first:first + rows] = self._buffers.read(rows)
            first += rows
            if between is not None:
                between(first / camera.height)
        return out

    def draw_truth(self, exposure: Exposure, bodies: Sequence[Body] = ()) -> GroundTruth:
        """
        Compute what every pixel's centre sees, each row at its own instant.

        Rocks smaller than ``quality.smallest_px`` count as ground.
        """
        with self.context:
            return self._draw_truth(exposure, bodies)

    def _draw_truth(self, exposure: Exposure, bodies: Sequence[Body]) -> GroundTruth:
        camera = self.camera
        self._prepare(bodies, *camera.pose(exposure.p_MB, exposure.q_MB))
        if self._truth_buffers is None:
            self._truth_buffers = Framebuffers(
                self.context, camera.width, self.quality.strip_rows, 1, 4, exact=True)
        buffers = self._truth_buffers
        out = np.empty((camera.height, camera.width, 3), np.float32)
        for first in range(0, camera.height, self.quality.strip_rows):
            rows = min(self.quality.strip_rows, camera.height - first)
            values = self._uniforms(exposure, first, rows) | self._ground.uniforms
            buffers.use_mesh(rows)
            self._ground.bind()
            self._rocks.draw(values | {'label': 0.5})
            self._robots.draw(values)
            buffers.use_image(rows)
            self._ground.draw(values, buffers, self._lattice, first, rows, None)
            out[first:first + rows] = buffers.read(rows)[..., :3]
        kinds = out[..., 1].astype(np.uint8)
        numbers = np.where(kinds == ROCK, out[..., 2], -1.0).astype(np.int32)
        return GroundTruth(camera, exposure, self.quality.readout,
                           np.where(kinds != SKY, out[..., 0], np.inf).astype(np.float32),
                           kinds, numbers, self._rocks.chosen)

    def _prepare(self, bodies: Sequence[Body], R_MC: Matrix3, p_MC: Vector3) -> None:
        """Load maps, rocks and robots for one pose."""
        self._ground.follow(float(p_MC[0]), float(p_MC[1]))
        if self.grey:
            self._follow_ground_textures(R_MC, p_MC)
        self._rocks.choose(self.camera, R_MC, p_MC, self.quality.smallest_px,
                           self._farthest(R_MC, p_MC))
        self._robots.update(bodies, self.scene, self.camera, R_MC, p_MC, shade=not self.grey)

    def prepare(self, exposure: Exposure) -> None:
        """Load what a first image from a pose needs, so that it is drawn without delay."""
        with self.context:
            self._prepare((), *self.camera.pose(exposure.p_MB, exposure.q_MB))

    def release(self) -> None:
        """Release the graphics context; the renderer cannot be used afterwards."""
        self.context.release()

    def _draw_strip(self, values: dict[str, object], first: int, rows: int) -> None:
        buffers = self._buffers
        values = {**values, **self._ground.uniforms}
        if self._sun_map:
            values |= self._sun_map.uniforms
        if isinstance(buffers, GreyFramebuffer):
            self._draw_grey(values, first, rows, buffers)
            return
        buffers.use_shadow(rows)
        self._ground.bind()
        self._rocks.draw_shadows(values)
        self._robots.draw_shadows(values)
        buffers.use_mesh(rows)
        self._rocks.draw(values)
        self._robots.draw(values)
        buffers.use_image(rows)
        self._ground.draw(values, buffers, self._lattice, first, rows,
                          self._finest(values, first, rows))

    def _draw_grey(self, values: dict[str, object], first: int, rows: int,
                   buffers: GreyFramebuffer) -> None:
        values = {**values, 'greyOnly': 1.0, 'onTop': 1.0,
                  'skyFraction': sky_fraction(self.scene.sun)}
        buffers.use(rows)
        self._ground.bind()
        self._ground_textures.draw(values, first, rows)
        self._rocks.draw(values)
        buffers.use_shadow()
        self._robots.draw_shadows(values)
        buffers.use_front()
        self._robots.draw(values)

    def _follow_ground_textures(self, R_MC: Matrix3, p_MC: Vector3) -> None:
        """Load the ground textures of everything the grey camera can see."""
        height, farthest = self._height(p_MC), self._farthest(R_MC, p_MC)
        self._ground_textures.follow(float(p_MC[0]), float(p_MC[1]), height, farthest,
                                     self.camera.pixel_angle)

    def _finest(self, values: Mapping[str, object], first: int, rows: int) -> float:
        """Return the smallest width of ground that a pixel covers, seen from 0.5 m lower."""
        if (first, rows) not in self._strip_rays:
            self._strip_rays[first, rows] = strip_rays(self.camera, first, rows)
        rays, angles = self._strip_rays[first, rows]
        R_MC = np.array(values['R_MC']).reshape(3, 3).T
        down = np.maximum(-(rays @ R_MC.T)[:, 2], 0.01)
        height = max(self._height(np.array(values['p_MC'])) - 0.5, 0.05)
        return float(0.9 * (height / down * angles).min())

    def _height(self, p_MC: Vector3) -> float:
        """Return the height of the camera above the ground below it, at least 0.1 m."""
        return max(float(p_MC[2]) - self.scene.terrain.height(p_MC[0], p_MC[1]), 0.1)

    def _farthest(self, R_MC: Matrix3, p_MC: Vector3) -> float:
        """Return the distance to the farthest ground in the image, assuming flat ground [m]."""
        corners = self._corner_rays @ R_MC.T
        return 1.0 + 1.1 * float((self._height(p_MC) / np.maximum(-corners[:, 2], 0.001)).max())

    def _tile(self, level: int, i: int, j: int) -> Image:
        """Return the square root of luminance of one tile seen from above, drawn or cached."""
        name = f'tile_{self._tile_key}_{level}_{i}_{j}'
        kept = load(name, 'tile')
        if kept is not None:
            return np.asarray(kept[0], dtype=np.uint8)
        tile = self._draw_tile(level, i, j)
        keep(name, tile=tile)
        return tile

    def _draw_tile(self, level: int, i: int, j: int) -> Image:
        size = tile_size(level)
        west, south, pixel = i * size, j * size, size / TILE
        above = self.scene.terrain.height(west + size / 2, south + size / 2) + _TILE_HEIGHT
        self._rocks.choose_within(west, south, size, pixel, 1.5)
        values = light_uniforms(self.scene) | {
            'ortho': (west, south, pixel, 1.0), 'p_MC': (west + size / 2, south + size / 2, above),
            'imageSize': (TILE, TILE), 'strip': (0, TILE), 'detail': 1, 'pixelAngle': pixel,
            'shutterMove': (0.0, 0.0, 0.0), 'shutterTurn': (0.0, 0.0, 0.0)}
        values |= self._ground.uniforms | {'leastLevel': float(max(0, level - 1))}
        buffers = self._tile_buffers
        buffers.use_shadow(TILE)
        self._ground.bind()
        self._rocks.draw_shadows(values)
        buffers.use_mesh(TILE)
        self._rocks.draw(values)
        buffers.use_image(TILE)
        self._ground.draw(values, buffers, self._tile_lattice, 0, TILE, pixel)
        light = buffers.read(TILE).astype(np.float32)
        return np.asarray(np.rint(np.sqrt(light * light @ LUMINANCE.astype(np.float32))),
                          dtype=np.uint8)

    def _uniforms(self, exposure: Exposure, first: int, rows: int) -> dict[str, object]:
        camera = self.camera
        R_MC, p_MC = camera.pose(exposure.p_MB, exposure.q_MB)
        move, turn = shutter_motion(camera, exposure, self.quality.readout)
        return light_uniforms(self.scene) | {
            'R_MC': tuple(R_MC.T.ravel()), 'p_MC': tuple(p_MC),
            'camA': tuple(camera.A), 'camH': tuple(camera.H), 'camV': tuple(camera.V),
            'camO': tuple(camera.O), 'camR': camera.R, 'camE': camera.E,
            'camL': camera.linearity,
            'maxTheta': min(camera.max_angle, camera.corner_angle + 0.15),
            'imageSize': (camera.width, camera.height), 'strip': (first, rows),
            'shutterMove': tuple(move), 'shutterTurn': tuple(turn),
            'ortho': (0.0, 0.0, 1.0, 0.0), 'pixelAngle': camera.pixel_angle,
            'detail': self.quality.detail,
        }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
