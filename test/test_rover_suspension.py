# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Six wheels on rough ground: all stand on it, by an independent measure."""

import math

from ingenuity_nodes.frames import quaternion_from_rpy, rotation_matrix
from ingenuity_nodes.robots.perseverance import perseverance
from ingenuity_nodes.rover.clearance import ClearanceParameters, first_hazard
from ingenuity_nodes.rover.ground import Caps, Ground, ground_of
from ingenuity_nodes.rover.joints import joints_at
from ingenuity_nodes.rover.suspension import (
    ORDER, Posture, rotation, settle, WHEEL_RADIUS, WHEEL_WIDTH, wheels_in_body)
from ingenuity_nodes.world.rocks import RockParameters, Rocks
from ingenuity_nodes.world.terrain import Terrain, TerrainParameters
import numpy as np
import pytest

STRAIGHT = [0.0] * 6
FLAT = Ground(lambda xs, ys: 0.0 * xs)


@pytest.fixture(scope='module')
def hummocks():
    """Return ground with hummocks, ripples and many rocks."""
    terrain = Terrain(TerrainParameters(relief=2.0, ripple_cover=0.5, airfield_radius=0.0))
    return ground_of(terrain, Rocks(terrain, RockParameters(abundance=0.1, clear_radius=0.0)))


def measured_gaps(ground, pose, steering, posture):
    """Measure gaps by points of the wheels' treads, 1 cm apart, in three dimensions."""
    x, y, yaw = pose
    R = rotation_matrix(quaternion_from_rpy(posture.roll, posture.pitch, yaw))
    caps = ground.caps_around(x, y, 4.0)
    angle, across = np.meshgrid(np.radians(np.arange(-89.0, 89.0, 2.0)),
                                np.linspace(-WHEEL_WIDTH / 2, WHEEL_WIDTH / 2, 33))
    gaps = []
    for centre, turn in zip(wheels_in_body(posture), steering, strict=True):
        c, s = math.cos(turn), math.sin(turn)
        ahead = WHEEL_RADIUS * np.sin(angle)
        points = np.stack([centre[0] + ahead * c - across * s, centre[1] + ahead * s + across * c,
                           centre[2] - WHEEL_RADIUS * np.cos(angle)], axis=-1).reshape(-1, 3)
        X, Y, Z = (points @ R.T + [x, y, posture.height]).T
        gaps.append(float((Z - ground.surface(X, Y, caps)).min()))
    return gaps


def test_on_ground_it_may_drive_no_wheel_is_in_the_air_or_in_the_ground_by_a_centimetre(hummocks):
    generator = np.random.default_rng(5)
    stood = on_rocks = 0
    for _ in range(120):
        pose = (*generator.uniform(-80.0, 80.0, 2).tolist(), float(generator.uniform(-3.0, 3.0)))
        if first_hazard(hummocks, [pose], ClearanceParameters()):
            continue
        steering = [*generator.uniform(-0.7, 0.7, 6).tolist()]
        stance = settle(hummocks, *pose, steering)
        gaps = measured_gaps(hummocks, pose, steering, stance.posture)
        assert max(gaps) < 0.01 and min(gaps) > -0.01, (pose, gaps)
        stood += 1
        on_rocks += max(map(abs, stance.posture.bogies)) > 0.03
    assert stood > 60 and on_rocks > 15    # it was rough indeed


def test_on_level_ground_it_stands_as_it_is_drawn():
    stance = settle(FLAT, 3.0, -2.0, 1.0, STRAIGHT)
    assert stance.posture == Posture()
    assert stance.centres[:, 2] == pytest.approx(WHEEL_RADIUS)


@pytest.mark.parametrize('slope', [-0.3, 0.1, 0.3])
def test_on_a_plane_it_tilts_as_the_plane_and_its_joints_rest(slope):
    stance = settle(Ground(lambda xs, ys: slope * xs), 0.0, 0.0, 0.0, STRAIGHT)
    assert stance.posture.pitch == pytest.approx(-math.atan(slope), abs=1e-3)
    assert stance.posture.roll == pytest.approx(0.0, abs=1e-9)
    assert [stance.posture.rocker, *stance.posture.bogies] == pytest.approx([0, 0, 0], abs=1e-3)


def test_the_body_pitches_by_the_mean_of_both_rockers():
    # A broad rock of 0.2 m under the left front wheel alone.
    rock = Caps(*(np.array([value]) for value in (1.08, 1.13, 0.0, 0.2, 0.4, 0.4, 1.0, 0.0)))
    posture = settle(Ground(lambda xs, ys: 0.0 * xs, lambda *_: rock), 0.0, 0.0, 0.0,
                     STRAIGHT).posture
    left, right = posture.pitch + posture.rocker, posture.pitch - posture.rocker
    # 0.2 m over the 1.6 m from the bogie's pivot to the front wheel; the other side stays level.
    assert left == pytest.approx(-math.asin(0.2 / 1.6), abs=0.01)
    assert right == pytest.approx(0.0, abs=0.01)
    assert posture.pitch == pytest.approx((left + right) / 2)
    assert posture.roll > 0.02


def test_the_drawn_rover_has_its_wheels_where_the_suspension_has_them():
    posture = Posture(0.0, 0.0, 0.0, 0.1, (0.2, -0.15))
    poses = perseverance().link_poses(joints_at(posture, [0.3] * 6, [1.0] * 6))
    for (axle, side), centre in zip(ORDER, wheels_in_body(posture), strict=True):
        assert poses[f'{axle}_{side}_wheel'][:3, 3] == pytest.approx(centre, abs=1e-12)


def test_the_rotation_is_that_of_the_frames():
    assert np.array(rotation(0.3, -0.2, 2.0)) == pytest.approx(
        rotation_matrix(quaternion_from_rpy(0.3, -0.2, 2.0)))
