# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The automatic exposure of the mast camera: a white deck in the sun is not burnt out."""

from __future__ import annotations

from dataclasses import replace

from ingenuity_nodes.cameras.model import mastcam, navcam
from ingenuity_nodes.frames import rotation_matrix
from ingenuity_nodes.rendering.renderer import QUALITY, Renderer, SATURATED
from ingenuity_nodes.rendering.robots_in_view import robots_in_view, scene_of
from ingenuity_nodes.rover.mast import head_pose, joints_toward
from ingenuity_nodes.rover.mast_camera import DECK_B
from ingenuity_nodes.rover.perseverance import resting_pose
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.signals import Exposure
import numpy as np
import pytest


@pytest.fixture(scope='module')
def draw():
    """Give what draws a small image of a point in the rover's body, by the stops allowed."""
    scenario = load_scenario('flight_03')
    environment = environment_of(scenario)
    scene, rover = scene_of(scenario, environment), scenario.rovers[0]
    q_MB, p_MB = resting_pose(rover.position, rover.azimuth, environment.terrain)

    def image(point_B, stops, gain=1.0):
        quality = replace(QUALITY['mastcam'], stops=stops)
        renderer = Renderer(scene, mastcam().scaled(0.2), quality)
        joints = joints_toward(p_MB, q_MB, p_MB + rotation_matrix(q_MB) @ point_B)
        shot = Exposure(0, 'mastcam', *head_pose(p_MB, q_MB, joints), np.zeros(3), np.zeros(3))
        bodies = robots_in_view(scenario, environment, rover.name, shot, {})
        return renderer.draw(shot, bodies, gain=gain)

    return image


def burnt(image):
    """Give the fraction of values with no light left to tell apart."""
    return np.count_nonzero(image >= 240) / image.size


def test_the_white_deck_is_exposed_for(draw):
    stops = QUALITY['mastcam'].stops
    assert burnt(draw(DECK_B, 0)) > SATURATED
    assert burnt(draw(DECK_B, stops)) < SATURATED
    assert draw(DECK_B, stops).mean() < draw(DECK_B, 0).mean()


def test_ordinary_ground_and_sky_are_exposed_as_ever(draw):
    ahead = np.array([60.0, 0.0, 2.0])
    assert np.array_equal(draw(ahead, QUALITY['mastcam'].stops), draw(ahead, 0))


def test_a_compensated_exposure_is_darker_by_the_light_that_is_left(draw):
    ahead = np.array([8.0, 0.0, 0.0])    # ground in front of the rover
    usual, darker = draw(ahead, 0), draw(ahead, 0, gain=0.25)
    assert darker.mean() < 0.7 * usual.mean()
    assert np.array_equal(draw(ahead, 0, gain=1.0), usual)


def test_a_navigation_image_has_a_display_value_with_the_root_of_the_light():
    scenario = load_scenario('flight_03')
    scene = scene_of(scenario, environment_of(scenario))
    renderer = Renderer(scene, navcam(), QUALITY['navcam'])
    shot = Exposure(0, 'navcam', np.array([0.0, 0.0, 5.0]), np.array([1.0, 0.0, 0.0, 0.0]),
                    np.zeros(3), np.zeros(3))
    usual, darker = renderer.draw(shot), renderer.draw(shot, gain=0.25)
    assert darker.mean() == pytest.approx(0.5 * usual.mean(), rel=0.02)
