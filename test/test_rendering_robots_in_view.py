# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Scene and robots of a scenario."""

from __future__ import annotations

from ingenuity_nodes.rendering.robots_in_view import robots_in_view, scene_of
from ingenuity_nodes.robots.ingenuity import SOLE
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.signals import Exposure
import numpy as np
import pytest


def elsewhere(scenario):
    """Return the same flight at another location on Mars."""
    world = scenario.world.model_copy(update={'latitude': 18.47, 'longitude': 77.35})
    return scenario.model_copy(update={'world': world})


def test_the_rovers_tracks_lie_where_it_drove_and_nowhere_else():
    here = load_scenario('flight_03')
    there = elsewhere(here)
    assert len(scene_of(here, environment_of(here)).path) > 10
    assert len(scene_of(there, environment_of(there)).path) == 0


def test_a_helicopter_without_a_known_pose_stands_on_its_soles():
    scenario = load_scenario('flight_03')
    environment = environment_of(scenario)
    q_MH = np.array([1.0, 0.0, 0.0, 0.0])
    shot = Exposure(0, 'mastcam', np.array([63.0, -6.5, 3.0]), q_MH, np.zeros(3), np.zeros(3))
    bodies = robots_in_view(scenario, environment, 'perseverance', shot, {})
    helicopter = next(body for body in bodies if body.kind == 'helicopter')
    rover = next(body for body in bodies if body.kind == 'rover')
    assert helicopter.p_MB == pytest.approx((0.0, 0.0, environment.terrain.height(0, 0) - SOLE))
    # The head looks east from a rover whose nose points a little east of south.
    assert rover.joints['mast_azimuth_joint'] == pytest.approx(np.radians(175.2 - 90.0))
