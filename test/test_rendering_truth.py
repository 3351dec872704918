# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Ground truth images against the world they show."""

from __future__ import annotations

from collections.abc import Iterator
import math

from ingenuity_nodes.cameras.model import rte
from ingenuity_nodes.frames import quaternion_from_rpy, yaw_from_azimuth
from ingenuity_nodes.rendering.gl import create_context, DrawingError
from ingenuity_nodes.rendering.scene import Scene, SceneConfig
from ingenuity_nodes.rendering.truth import GROUND, ROCK
from ingenuity_nodes.signals import Exposure
from ingenuity_nodes.world.rocks import DIAMETER, X, Y
import numpy as np
import pytest

try:
    create_context().release()
    from ingenuity_nodes.rendering.renderer import Renderer
except DrawingError as error:
    pytest.skip(str(error), allow_module_level=True)

HERE = (-1.4, 49.5, 5.266)


def exposure(position: tuple[float, float, float], speed: float = 0.0,
             turn: float = 0.0) -> Exposure:
    """Fly north at a speed [m/s] while yawing [rad/s]."""
    q_MB = quaternion_from_rpy(math.radians(-4.0), 0.0, yaw_from_azimuth(84.0))
    return Exposure(0, 'rte', np.array(position), q_MB, np.array([0.0, speed, 0.0]),
                    np.array([0.0, 0.0, turn]))


@pytest.fixture(scope='module', name='colour')
def fixture_colour() -> Iterator[Renderer]:
    """Colour camera at a fifth of its pixels."""
    renderer = Renderer(Scene(SceneConfig()), rte().scaled(0.2))
    yield renderer
    renderer.release()


def test_points_seen_by_a_rolling_shutter_lie_on_the_ground(colour: Renderer) -> None:
    truth = colour.draw_truth(exposure(HERE, 10.0, 0.5))
    points = truth.points()[(truth.kinds == GROUND) & (truth.ranges < 60.0)]
    above = points[:, 2] - colour.scene.terrain.heights(points[:, 0], points[:, 1])
    assert np.percentile(np.abs(above), 99) < 0.02


def test_a_rolling_shutter_sees_the_first_row_earlier_than_the_last(colour: Renderer) -> None:
    still, moving = (colour.draw_truth(exposure(HERE, speed)).points() for speed in (0.0, 10.0))
    shift = (moving - still)[..., 1]
    travel = 10.0 * colour.quality.readout
    # The upper rows look far away, where distances are coarse: the lower half is enough.
    assert np.nanmedian(shift[-5:]) == pytest.approx(0.5 * travel, abs=0.03)
    assert np.nanmedian(shift[310:315]) == pytest.approx(0.0, abs=0.03)


def test_each_labelled_pixel_lies_on_its_rock(colour: Renderer) -> None:
    truth = colour.draw_truth(exposure(HERE))
    on_rock = truth.kinds == ROCK
    rocks = truth.rocks[truth.numbers[on_rock]]
    away = truth.points()[on_rock][:, :2] - rocks[:, [X, Y]]
    near = truth.ranges[on_rock] < 40.0
    assert near.sum() > 500
    reach = 0.75 * rocks[near, DIAMETER] + 0.03
    assert (np.hypot(away[near, 0], away[near, 1]) < reach).mean() > 0.99
    assert truth.labels().dtype == np.int32
    assert (truth.labels()[on_rock] > 0).all() and not truth.labels()[~on_rock].any()


def test_a_rock_keeps_its_label_from_image_to_image(colour: Renderer) -> None:
    first, second = exposure(HERE), exposure((-0.4, 48.0, 6.0))
    a, b = colour.draw_truth(first), colour.draw_truth(second)
    shift = a.flow(second)
    v, u = np.nonzero((a.kinds == ROCK) & (a.ranges < 30.0))
    there = np.round(np.stack([u, v], axis=1) + shift[v, u]).astype(int)
    inside = ((there >= 0) & (there < (b.camera.width, b.camera.height))).all(axis=1)
    labels, again = a.labels()[v, u][inside], b.labels()[there[inside, 1], there[inside, 0]]
    # The rest are hidden from the second position or lie at a rock's edge.
    assert (labels == again).mean() > 0.85


def test_flow_leads_to_the_same_point_under_a_rolling_shutter(colour: Renderer) -> None:
    first, second = exposure(HERE, 5.0), exposure((-1.4, 49.7, 5.3), 5.0, 0.4)
    a, b = colour.draw_truth(first), colour.draw_truth(second)
    shift = a.flow(second)
    v, u = np.nonzero((a.kinds == GROUND) & (a.ranges < 12.0))
    there = np.round(np.stack([u, v], axis=1) + shift[v, u]).astype(int)
    inside = ((there >= 0) & (there < (b.camera.width, b.camera.height))).all(axis=1)
    miss = np.linalg.norm(a.points()[v, u][inside] - b.points()[there[inside, 1],
                                                                there[inside, 0]], axis=1)
    # Half a pixel of rounding, drawn out along the ground.
    assert np.median(miss) < 0.02
