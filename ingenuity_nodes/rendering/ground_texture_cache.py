# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
A cache of ground textures seen from above (a clipmap), for the fast grey camera.

Four levels, each four times coarser than the one before, each a toroidal array of tiles that
follows the camera. A tile is drawn once by the same shaders that draw a photo, so both cameras see
the same ground. Between the levels, and beyond the last, are levels downsampled from the one
before. They are not mipmaps of the driver, which would downsample all tiles again for each new
one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
import math

from ingenuity_nodes.rendering.gl import program
from ingenuity_nodes.rendering.ground_layer import set_uniforms
from ingenuity_nodes.rendering.lattice import Lattice
import moderngl
import numpy as np
from numpy.typing import NDArray

LEVELS = 4
FINEST = 0.005          # [m] one pixel of the finest level
TILE = 256              # [px]
ACROSS = 8              # tiles along each side of a level
_FIRST_REACH = 37.0     # [m] the finest height map covers at least this much around the camera
LUMINANCE = np.array([0.40, 0.40, 0.20])  # of red, green, blue on the grey sensor (assumed)
_UNIT = 6               # texture unit
IMAGES = 2 * LEVELS + 1    # with the downsampled ones; each has pixels twice as wide

DrawTile = Callable[[int, int, int],
                    NDArray[np.uint8]]  # level, i, j -> (TILE, TILE) square root of luminance


def tile_size(level: int) -> float:
    """Width of one tile [m]."""
    return TILE * FINEST * 4.0 ** level


class GroundTextureCache:
    """Hold the textures on the GPU and fetch the tiles that come into view."""

    def __init__(self, context: moderngl.Context, shared: tuple[str, ...], lattice: Lattice,
                 draw_tile: DrawTile) -> None:
        self._shader = program(context, 'ground.vert', 'ground_texture.frag', *shared)
        self._lattice, self._array = lattice, lattice.array(self._shader)
        side = TILE * ACROSS
        self._images = context.texture_array((side, side, IMAGES), 1, dtype='f1')
        self._images.filter = (moderngl.LINEAR, moderngl.LINEAR)
        self._held = np.full((LEVELS, ACROSS, ACROSS, 2), np.iinfo(np.int64).min, np.int64)
        self._draw_tile = draw_tile
        self._farthest = 0.0

    def follow(self, x: float, y: float, height: float, farthest: float,
               pixel_angle: float) -> None:
        """Fetch all tiles that a camera at a height above ground can use, out to ``farthest``."""
        self._farthest = farthest
        for level in range(LEVELS):
            size = tile_size(level)
            reach = min(size / TILE * 4.0 ** 0.7 / pixel_angle, farthest, (ACROSS / 2 - 1) * size)
            if level == LEVELS - 1:
                reach = min(farthest, (ACROSS / 2 - 1) * size)
            least = 0.0 if level == 0 else FINEST * 4.0 ** (level - 0.7) / pixel_angle / 3.0
            if (reach <= height and level < LEVELS - 1) or least > farthest:
                continue
            level_reach = math.sqrt(max(reach * reach - height * height, 0.0)) + 0.05 * size
            self._follow_level(level, x, y, level_reach)

    def _follow_level(self, level: int, x: float, y: float, reach: float) -> None:
        size = tile_size(level)
        for j in range(math.floor((y - reach) / size), math.floor((y + reach) / size) + 1):
            for i in range(math.floor((x - reach) / size), math.floor((x + reach) / size) + 1):
                dx = max(i * size - x, 0.0, x - (i + 1) * size)
                dy = max(j * size - y, 0.0, y - (j + 1) * size)
                slot = self._held[level, j % ACROSS, i % ACROSS]
                if dx * dx + dy * dy > reach * reach or (slot[0] == i and slot[1] == j):
                    continue
                self._write(level, i, j, self._draw_tile(level, i, j))
                slot[:] = i, j

    def _write(self, level: int, i: int, j: int, tile: NDArray[np.uint8]) -> None:
        """Write a tile to its level, and downsampled to the next one, or the last two."""
        for k in range(3 if level == LEVELS - 1 else 2):
            if k:
                tile = _downsampled(tile)
            width = TILE >> k
            # A downsampled torus repeats itself across its level.
            for row in range(j % ACROSS, ACROSS << k, ACROSS):
                for column in range(i % ACROSS, ACROSS << k, ACROSS):
                    box = (column * width, row * width, 2 * level + k, width, width, 1)
                    self._images.write(tile.tobytes(), viewport=box, alignment=1)

    def draw(self, values: Mapping[str, object], first: int, rows: int) -> None:
        """Draw ground and sky."""
        self._images.use(_UNIT)
        level = float(sum(self._farthest >= reach for reach in (_FIRST_REACH, 4 * _FIRST_REACH)))
        set_uniforms(self._shader, {
            **values, 'lattice': float(self._lattice.spacing), 'finest': FINEST,
            'tilesAcross': float(TILE * ACROSS), 'groundTexture': _UNIT, 'level': level})
        self._lattice.draw(self._array, first, rows)


def _downsampled(tile: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the mean of two by two pixels, rounded."""
    wide = tile.astype(np.uint16)
    total = wide[::2, ::2] + wide[1::2, ::2] + wide[::2, 1::2] + wide[1::2, 1::2]
    return np.asarray((total + 2) // 4, dtype=np.uint8)
