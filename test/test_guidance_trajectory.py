# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Trapezoids keep their limits, begin and end at rest, and join without jumps."""

import math

from ingenuity_nodes.guidance.trajectory import straight, Trapezoid, turn
import numpy as np
import pytest

PROFILES = [
    Trapezoid(49.4, 2.05, 0.33), Trapezoid(1.0, 2.0, 0.33), Trapezoid(5.0, 1.0, 0.8, 0.4),
    Trapezoid(0.01, 1.0, 0.8, 0.4),
]


@pytest.mark.parametrize('profile', PROFILES)
def test_speed_is_the_derivative_of_distance_and_acceleration_that_of_speed(profile):
    times = np.linspace(0.0, profile.duration, 4001)
    motion = np.array([profile.at(t) for t in times])
    dt = times[1]
    assert np.diff(motion[:, 0]) / dt == pytest.approx(
        0.5 * (motion[1:, 1] + motion[:-1, 1]), abs=1e-3 * profile.acceleration)
    assert (np.abs(np.diff(motion[:, 1])) <= profile.acceleration * dt + 1e-12).all()
    assert motion[:, 1].max() <= max(profile.cruise, profile.start_speed) + 1e-12


@pytest.mark.parametrize('profile', PROFILES[:3])
def test_it_ends_at_rest_at_its_length(profile):
    end = profile.at(profile.duration + 1.0)
    assert end == pytest.approx((profile.length, 0.0, 0.0))


def test_flight_3_takes_the_time_that_distance_speed_and_acceleration_ask_for():
    profile = Trapezoid(49.42, 2.05, 0.33)
    assert profile.duration == pytest.approx(49.42 / 2.05 + 2.05 / 0.33)


def test_a_line_is_straight_and_keeps_its_heading():
    start, end = np.array([0.0, 0.0, 5.0]), np.array([-1.4, 49.4, 5.0])
    path = straight(start, end, 0.3, 2.05, 0.33)
    middle = path.at(0.5 * path.duration)
    assert np.cross(middle.p - start, end - start) == pytest.approx(np.zeros(3), abs=1e-9)
    assert middle.yaw == 0.3
    assert path.at(path.duration).p == pytest.approx(end)


@pytest.mark.parametrize('yaw, to, angle', [(0.0, 1.5, 1.5), (3.0, -3.0, 2 * math.pi - 6.0)])
def test_a_turn_goes_in_the_shorter_direction(yaw, to, angle):
    path = turn(np.zeros(3), yaw, to, 0.35, 0.5)
    assert path.at(path.duration).yaw - yaw == pytest.approx(angle)
    assert path.at(0.5 * path.duration).yaw_rate == pytest.approx(0.35, rel=0.01)


def test_a_line_of_no_length_is_a_hover():
    path = straight(np.ones(3), np.ones(3), 0.0, 1.0, 1.0)
    assert path.duration == 0.0
    assert path.at(0.0).p == pytest.approx(np.ones(3))
