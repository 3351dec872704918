# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Scene and robots of a scenario."""

from __future__ import annotations

from ingenuity_nodes.rendering.robots_in_view import DrivenRover, robots_in_view, scene_of
from ingenuity_nodes.robots.ingenuity import SOLE
from ingenuity_nodes.robots.shapes import robot
from ingenuity_nodes.rover.joints import joints_at
from ingenuity_nodes.rover.steering import STRAIGHT
from ingenuity_nodes.rover.suspension import Posture
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


def test_a_driving_rover_is_drawn_where_it_is_and_as_its_joints_stand():
    scenario = load_scenario('flight_03')
    environment = environment_of(scenario)
    level = np.array([1.0, 0.0, 0.0, 0.0])
    shot = Exposure(0, 'rte', np.array([0.0, 0.0, 5.0]), level, np.zeros(3), np.zeros(3))
    there = DrivenRover(np.array([50.0, 2.0, 0.5]), level, {'front_left_steering_joint': 0.4})

    def rover(rovers):
        bodies = robots_in_view(scenario, environment, 'ingenuity', shot, {}, rovers)
        return next(body for body in bodies if body.kind == 'rover')

    driving, parked = rover({'perseverance': there}), rover({})
    assert driving.p_MB.tolist() == [50.0, 2.0, 0.5]
    wheel = driving.robot.link_poses(driving.joints)['front_left_wheel']
    assert np.arctan2(wheel[1, 0], wheel[0, 0]) == pytest.approx(0.4)
    assert parked.p_MB[:2].tolist() == [63.01, -6.56] and not parked.joints


def test_the_joints_of_a_rover_that_has_not_moved_draw_it_as_a_parked_one():
    still = joints_at(Posture(), STRAIGHT, STRAIGHT)
    poses, parked = robot('rover').link_poses(still), robot('rover').link_poses({})
    assert all(np.array_equal(poses[name], parked[name]) for name in parked)
