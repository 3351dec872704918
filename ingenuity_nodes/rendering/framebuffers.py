# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The framebuffers (render targets) that a strip of an image is drawn into."""

from __future__ import annotations

from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray


class Framebuffers:
    """Shadows, then rocks and robots, both supersampled; then the image itself."""

    def __init__(self, context: moderngl.Context, width: int, rows: int, oversample: int,
                 channels: int, exact: bool = False) -> None:
        self.context, self.width = context, width
        self.oversample, self.channels = oversample, channels
        self._kind = 'f4' if exact else 'f1'
        fine = (width * oversample, rows * oversample)
        self.shadow = context.texture(fine, 2, dtype='f1')
        self.colour = context.texture(fine, 4, dtype='f1')
        self.depth = context.depth_texture(fine)
        self.depth.compare_func = ''
        self.depth.filter = (moderngl.NEAREST, moderngl.NEAREST)
        for texture in (self.shadow, self.colour):  # sampled between four pixels: their mean
            texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
        self._image = context.framebuffer(
            [context.texture((width, rows), channels, dtype=self._kind)])
        self._shadow = context.framebuffer([self.shadow])
        self._mesh = context.framebuffer([self.colour], self.depth)

    def use_shadow(self, rows: int) -> None:
        """Bind the shadow mask: of two values the darker is kept."""
        self._shadow.use()
        self._shadow.viewport = (0, 0, self.width * self.oversample, rows * self.oversample)
        self._shadow.clear()
        self.context.disable(moderngl.DEPTH_TEST)
        self.context.enable(moderngl.BLEND)
        self.context.blend_equation = moderngl.MAX

    def use_mesh(self, rows: int) -> None:
        """Bind the buffer of rocks and robots: of two fragments the nearer is kept."""
        self._mesh.use()
        self._mesh.viewport = (0, 0, self.width * self.oversample, rows * self.oversample)
        self._mesh.clear(depth=1.0)
        self.context.disable(moderngl.BLEND)
        self.context.enable(moderngl.DEPTH_TEST)

    def use_image(self, rows: int) -> None:
        """Bind the image."""
        self._image.use()
        self._image.viewport = (0, 0, self.width, rows)
        self.context.disable(moderngl.DEPTH_TEST)

    def read(self, rows: int) -> NDArray[Any]:
        """Read back the image (rows, width, channels)."""
        data = self._image.read(viewport=(0, 0, self.width, rows), components=self.channels,
                                alignment=1, dtype=self._kind)
        kind = np.float32 if self._kind == 'f4' else np.uint8
        return np.frombuffer(data, kind).reshape(rows, self.width, self.channels)


class GreyFramebuffer:
    """One buffer for everything: ground, then rocks, then shadows, then robots."""

    channels = 1

    def __init__(self, context: moderngl.Context, width: int, rows: int) -> None:
        self.context, self.width = context, width
        self._frame = context.framebuffer([context.texture((width, rows), 1, dtype='f1')],
                                          context.depth_renderbuffer((width, rows)))

    def use(self, rows: int) -> None:
        """Bind and clear for the ground, which sets colour and depth of every pixel."""
        self._frame.use()
        self._frame.viewport = (0, 0, self.width, rows)
        self._frame.clear(depth=1.0)
        self.context.disable(moderngl.BLEND)
        self.context.enable(moderngl.DEPTH_TEST)

    def use_shadow(self) -> None:
        """Multiply what is drawn next onto what is there: shadows lie on top of all so far."""
        self.context.enable(moderngl.BLEND)
        self.context.blend_equation = moderngl.FUNC_ADD
        self.context.blend_func = moderngl.ZERO, moderngl.SRC_COLOR

    def use_front(self) -> None:
        """Clear the depth for what is drawn in front of ground and shadows."""
        self._frame.color_mask = (False, False, False, False)
        self._frame.clear(depth=1.0)
        self._frame.color_mask = (True, True, True, True)
        self.context.disable(moderngl.BLEND)

    def read(self, rows: int) -> NDArray[np.uint8]:
        """Read back the image (rows, width, 1)."""
        data = self._frame.read(viewport=(0, 0, self.width, rows), components=1, alignment=1)
        return np.frombuffer(data, np.uint8).reshape(rows, self.width, 1)
