# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What the fast grey camera shows: the same rocks and ground as the colour camera."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ingenuity_nodes.cameras.model import navcam
from ingenuity_nodes.frames import quaternion_from_rpy, yaw_from_azimuth
from ingenuity_nodes.rendering.gl import create_context, DrawingError
from ingenuity_nodes.rendering.scene import Scene, SceneConfig
from ingenuity_nodes.signals import Exposure
import numpy as np
import pytest

try:
    create_context().release()
    from ingenuity_nodes.rendering.renderer import COLOUR, Renderer
except DrawingError as error:
    pytest.skip(str(error), allow_module_level=True)

Q_MB = quaternion_from_rpy(0.0, 0.0, yaw_from_azimuth(84.0))


@pytest.fixture(scope='module', name='scene')
def fixture_scene() -> Scene:
    """Flight 3."""
    return Scene(SceneConfig())


@pytest.fixture(scope='module', name='nav')
def fixture_nav(scene: Scene) -> Iterator[Renderer]:
    """Navigation camera."""
    renderer = Renderer(scene, navcam())
    yield renderer
    renderer.release()


def exposure(x: float, y: float, z: float) -> Exposure:
    """Return an exposure at rest at a position."""
    return Exposure(0, 'navcam', np.array([x, y, z]), Q_MB, np.zeros(3), np.zeros(3))


@pytest.mark.parametrize('height', [2.0, 5.0, 12.0])
def test_both_render_paths_show_the_same_ground(nav: Renderer, scene: Scene,
                                                height: float) -> None:
    shot = exposure(20.0, 40.0, scene.terrain.height(20.0, 40.0) + height)
    slow = Renderer(scene, replace(navcam(), name='rte'), replace(COLOUR, readout=0.0))
    colour = slow.draw_light(shot).astype(float)
    slow.release()
    grey = np.sqrt((colour * colour) @ [0.4, 0.4, 0.2])[100:400, 120:520]
    fast = nav.draw_light(shot)[100:400, 120:520, 0].astype(float)
    # Not the same pixels: cached textures are softer, and lit as seen from straight above.
    assert np.corrcoef(grey.ravel(), fast.ravel())[0, 1] > 0.8
    assert fast.mean() == pytest.approx(grey.mean(), rel=0.05)
