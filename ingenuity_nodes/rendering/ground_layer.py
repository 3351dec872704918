# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Ground and sky, ray-marched for every pixel."""

from __future__ import annotations

from collections.abc import Mapping

from ingenuity_nodes.rendering.framebuffers import Framebuffers
from ingenuity_nodes.rendering.gl import program
from ingenuity_nodes.rendering.ground_maps import block_of, FIRST_CELL, LEVELS, SIZE
from ingenuity_nodes.rendering.lattice import Lattice
from ingenuity_nodes.rendering.scene import Scene
from ingenuity_nodes.world.orthophoto_file import HIGHEST, Orthophoto
import moderngl
import numpy as np

HEIGHTS, SURFACES, ORTHOPHOTO = 0, 1, 7   # texture units, bound for every layer
# [m] finest width of a pixel from which each tier of the soil shader may be used
TIERS = (0.0, 0.009, 0.042)
_TRUTH = -1                   # the variant that draws distances
_MESH_COLOUR, _MESH_DEPTH, _SHADOW = 2, 3, 4


def set_uniforms(shader: moderngl.Program, values: Mapping[str, object]) -> None:
    """Set those uniforms that the compiler has not optimised away."""
    for name, value in values.items():
        uniform = shader.get(name, None)    # 'in' would iterate over all of them
        if uniform is not None:
            uniform.value = value


def _orthophoto_texture(context: moderngl.Context, photo: Orthophoto | None,
                        ) -> moderngl.Texture | None:
    """Upload the tones, a byte for each colour up to the highest."""
    if photo is None:
        return None
    rows, columns = photo.tone.shape[:2]
    tones = np.rint(photo.tone * (255.0 / HIGHEST)).astype(np.uint8)
    texture = context.texture((columns, rows), 3, tones.tobytes(), alignment=1)
    texture.build_mipmaps()
    texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
    texture.repeat_x = texture.repeat_y = False
    return texture


class GroundLayer:
    """Hold the maps around the camera on the GPU, and draw the ground."""

    def __init__(self, context: moderngl.Context, scene: Scene, shared: tuple[str, ...]) -> None:
        self._scene = scene
        self._context, self._shared = context, shared
        self._shaders: dict[int, moderngl.Program] = {}
        self._arrays: dict[tuple[int, int], moderngl.VertexArray] = {}
        self._heights = context.texture_array((SIZE, SIZE, LEVELS), 1, dtype='f4')
        self._surfaces = context.texture_array((SIZE, SIZE, LEVELS), 4, dtype='f2')
        self._heights.filter = (moderngl.LINEAR, moderngl.LINEAR)
        self._surfaces.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        for texture in (self._heights, self._surfaces):
            texture.repeat_x = texture.repeat_y = False
        self._orthophoto = _orthophoto_texture(context, scene.orthophoto)
        self._blocks: list[tuple[int, int] | None] = [None] * LEVELS
        self._centres = [(0.0, 0.0)] * LEVELS

    def follow(self, x: float, y: float) -> None:
        """Upload the maps around a point."""
        changed = False
        for level in range(LEVELS):
            block = block_of(x, y, level)
            if block == self._blocks[level]:
                continue
            made = self._scene.ground_map(x, y, level)
            box = (0, 0, level, SIZE, SIZE, 1)
            self._heights.write(made.heights.tobytes(), viewport=box)
            self._surfaces.write(made.surface.tobytes(), viewport=box)
            self._blocks[level], self._centres[level], changed = block, made.centre, True
        if changed:
            self._surfaces.build_mipmaps()

    def _shader(self, tier: int) -> moderngl.Program:
        """Compile each variant when it is first needed."""
        if tier not in self._shaders:
            define = f'#define TIER {max(tier, 0)}\n' + ('#define TRUTH\n'
                                                         if tier == _TRUTH else '')
            define += '#define ORTHOPHOTO\n' if self._orthophoto else ''
            self._shaders[tier] = program(self._context, 'ground.vert', 'ground.frag',
                                          *self._shared, below=('hit.glsl', 'soil.glsl'),
                                          define=define)
        return self._shaders[tier]

    @property
    def uniforms(self) -> dict[str, object]:
        """Return the uniforms of every shader that samples the ground's height."""
        photo = self._scene.orthophoto
        box = {} if photo is None else {
            'orthophoto': ORTHOPHOTO, 'brightest': HIGHEST,
            'photoBox': (photo.west, photo.south, photo.cell)}
        return {**box, 'heightMaps': HEIGHTS, 'surfaceMaps': SURFACES, 'mapCentre': self._centres,
                'firstCell': FIRST_CELL, 'leastLevel': 0.0,
                'mapSize': float(SIZE)}

    def bind(self) -> None:
        """Bind the maps for the shaders of all layers."""
        self._heights.use(HEIGHTS)
        self._surfaces.use(SURFACES)
        if self._orthophoto:
            self._orthophoto.use(ORTHOPHOTO)

    def draw(self, values: Mapping[str, object], buffers: Framebuffers, lattice: Lattice,
             first: int, rows: int, finest: float | None) -> None:
        """
        Draw ground and sky, and composite rocks and robots in front of them.

        ``finest`` is the smallest width of ground that any pixel here covers [m]: finer detail
        is not computed. None draws distances instead of colours.
        """
        buffers.colour.use(_MESH_COLOUR)
        buffers.depth.use(_MESH_DEPTH)
        buffers.shadow.use(_SHADOW)
        tier = _TRUTH if finest is None else max(
            k for k, least in enumerate(TIERS) if finest >= least)
        shader = self._shader(tier)
        set_uniforms(shader, {
            **values, 'meshColour': _MESH_COLOUR, 'meshDepth': _MESH_DEPTH, 'shadowMask': _SHADOW,
            'oversample': buffers.oversample, 'lattice': float(lattice.spacing)})
        key = (id(lattice), tier)
        if key not in self._arrays:
            self._arrays[key] = lattice.array(shader)
        lattice.draw(self._arrays[key], first, rows)
