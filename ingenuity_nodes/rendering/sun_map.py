# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The shadow map of rocks and robots near the camera, for the shadows that fall on rocks."""

from __future__ import annotations

from collections.abc import Callable

from ingenuity_nodes.frames import Matrix3, Vector3
from ingenuity_nodes.rendering.light import ROCK_SHADOW
from ingenuity_nodes.rendering.robot_layer import columns, sun_view
from ingenuity_nodes.rendering.scene import Scene
import moderngl
import numpy as np

_REACH = 22.0         # [m] radius of the sphere it covers: 1 cm per pixel in the largest map
_LARGE = 2000         # [px] images wider than this use the large map
_AHEAD = 14.0         # [m] its centre lies at most this far ahead of the camera


class SunMap:
    """A depth map on the GPU, its resolution chosen by the width of the image."""

    def __init__(self, context: moderngl.Context, scene: Scene, width: int) -> None:
        self._context, self._scene = context, scene
        size = 4096 if width > _LARGE else 2048
        self._map = context.depth_texture((size, size))
        self._map.compare_func = '<='
        self._map.filter = (moderngl.LINEAR, moderngl.LINEAR)
        self._frame = context.framebuffer(depth_attachment=self._map)
        self._view: tuple[float, ...] = ()

    def draw(self, R_MC: Matrix3, p_MC: Vector3,
             layers: tuple[Callable[[tuple[float, ...]], None], ...]) -> None:
        """Let the layers draw their depths around the point that a camera is aimed at."""
        view = sun_view(self._centre(R_MC, p_MC), self._scene.sun.direction_M, _REACH)
        self._view = columns(view)
        self._frame.use()
        self._frame.clear(depth=1.0)
        self._context.disable(moderngl.BLEND)
        self._context.enable(moderngl.DEPTH_TEST)
        for layer in layers:
            layer(self._view)
        self._map.use(ROCK_SHADOW)

    def _centre(self, R_MC: Matrix3, p_MC: Vector3) -> Vector3:
        """Return where the camera's axis meets the ground, or a point at most ``_AHEAD`` away."""
        axis = R_MC[:, 2]
        height = float(p_MC[2]) - self._scene.terrain.height(p_MC[0], p_MC[1])
        away = np.array([axis[0], axis[1], 0.0])
        length = float(np.hypot(axis[0], axis[1]))
        if length > 1e-6:
            reach = height * length / max(-float(axis[2]), 1e-3)
            away *= min(reach, _AHEAD) / length
        x, y = float(p_MC[0] + away[0]), float(p_MC[1] + away[1])
        return np.array([x, y, self._scene.terrain.height(x, y)])

    @property
    def uniforms(self) -> dict[str, object]:
        """Return the uniforms of the rocks' shader."""
        return {'rockSun': self._view}
