# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""An OpenGL context without a window, and the shader programs that run in it."""

from __future__ import annotations

from functools import cache
import hashlib
import os
from pathlib import Path

import moderngl

_SHADERS = Path(__file__).parent / 'shaders'
_PACKAGES = 'libegl1 libegl-mesa0 libgl1-mesa-dri'


class DrawingError(RuntimeError):
    """There is no usable OpenGL; the message says what to install."""


def create_context(threads: int = 1) -> moderngl.Context:
    """
    Open an OpenGL 3.3 context through EGL in the calling thread; use it only there.

    Parameters
    ----------
    threads
        Cores that software rendering may use; set by the first context of a process.

    Raises
    ------
    DrawingError
        EGL is missing, or only the slow reference renderer is available.

    """
    os.environ.setdefault('LP_NUM_THREADS', str(threads))
    try:
        context = moderngl.create_context(standalone=True, backend='egl', require=330)
    except Exception as error:
        raise DrawingError(
            f'no OpenGL 3.3 through EGL ({error}); on Debian or Ubuntu: apt install {_PACKAGES}'
        ) from error
    renderer = str(context.info['GL_RENDERER'])
    if 'softpipe' in renderer:
        context.release()
        raise DrawingError(
            f'drawing would run on {renderer}, forty times too slow: unset GALLIUM_DRIVER, '
            f'or apt install {_PACKAGES}')
    return context


def program(context: moderngl.Context, vertex: str, fragment: str, *shared: str,
            below: tuple[str, ...] = (), define: str = '') -> moderngl.Program:
    """Compile a program; shared sources come first, those ``below`` in the fragment stage only."""
    head = '#version 330\n' + define + ''.join(source(name) for name in shared)
    rest = ''.join(source(name) for name in below)
    return context.program(vertex_shader=head + source(vertex),
                           fragment_shader=head + rest + source(fragment))


@cache
def sources_digest() -> str:
    """Return a short hash of all shader files: it invalidates what was drawn with others."""
    digest = hashlib.sha256()
    for file in sorted(_SHADERS.iterdir()):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def source(name: str) -> str:
    """Read one shader file."""
    return (_SHADERS / name).read_text(encoding='utf-8')
