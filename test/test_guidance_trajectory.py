# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Legs keep their limits, have no step of acceleration, arrive exactly, and join without jumps."""

import math

from ingenuity_nodes.guidance.trajectory import (
    descent, hover, Limits, move, passing, Reference, stop, turned, ZERO)
import numpy as np
import pytest

LEVEL, CLIMB = Limits(2.05, 0.33, 0.64), Limits(1.0, 0.8, 2.0)
TURN = Limits(0.35, 0.5, 1.0)
START = np.array([0.0, 0.0, 5.0])
REST = hover(START, 0.3).at(0.0)
# long; without cruise; without full acceleration; a pace; upwards as well
DISPLACEMENTS = [
    (49.4, 0.0, 0.0), (3.0, 4.0, 0.0), (0.2, 0.0, 0.0), (0.001, 0.0, 0.0), (20.0, -10.0, 6.0)]
MOVING = Reference(START, np.array([1.5, 0.6, -0.3]), np.array([0.2, -0.1, 0.3]), 0.3, 0.2, 0.1)


def ahead(*displacement):
    return START + np.array(displacement)


def sampled(path, count=4001):
    times = np.linspace(0.0, path.duration, count)
    at = [path.at(t) for t in times]
    return times[1], *(np.array([getattr(one, name) for one in at]) for name in 'pva')


@pytest.mark.parametrize('displacement', DISPLACEMENTS)
def test_velocity_is_the_derivative_of_position_and_acceleration_has_no_step(displacement):
    path = move(REST, START + displacement, LEVEL, CLIMB)
    dt, p, v, a = sampled(path)
    assert np.diff(p, axis=0) / dt == pytest.approx(0.5 * (v[1:] + v[:-1]), abs=1e-4)
    assert np.diff(v, axis=0) / dt == pytest.approx(0.5 * (a[1:] + a[:-1]), abs=2.0 * dt)
    jerk = np.linalg.norm(np.diff(a, axis=0), axis=1) / dt
    assert jerk.max() <= LEVEL.jerk + CLIMB.jerk * bool(displacement[2]) + 1e-6
    assert a[0] == pytest.approx(ZERO) and a[-1] == pytest.approx(ZERO)


@pytest.mark.parametrize('displacement', DISPLACEMENTS)
def test_limits_are_held_level_and_upwards(displacement):
    _, _, v, a = sampled(move(REST, START + displacement, LEVEL, CLIMB))
    assert np.hypot(*v.T[:2]).max() <= LEVEL.speed + 1e-9
    assert np.hypot(*a.T[:2]).max() <= LEVEL.acceleration + 1e-9
    assert np.abs(v[:, 2]).max() <= CLIMB.speed + 1e-9
    assert np.abs(a[:, 2]).max() <= CLIMB.acceleration + 1e-9


@pytest.mark.parametrize('displacement', DISPLACEMENTS)
def test_from_rest_to_rest_it_is_straight_symmetric_and_ends_exactly(displacement):
    end = START + displacement
    path = move(REST, end, LEVEL, CLIMB)
    _, p, v, _ = sampled(path)
    assert np.cross(p - START, end - START) == pytest.approx(np.zeros_like(p), abs=1e-9)
    assert v == pytest.approx(v[::-1], abs=1e-6)
    for late in (0.0, 1.0):
        assert (path.at(path.duration + late).p == pytest.approx(end, abs=1e-12))
        assert not path.at(path.duration + late).v.any()


def test_flight_3_takes_the_time_that_length_speed_acceleration_and_jerk_ask_for():
    path = move(REST, ahead(49.42, 0.0, 0.0), LEVEL, CLIMB)
    assert path.duration == pytest.approx(49.42 / 2.05 + 2.05 / 0.33 + 0.33 / 0.64)


def test_too_short_for_its_limits_it_takes_what_the_jerk_allows():
    # Four equal phases of full jerk cover 2 j t^3.
    path = move(REST, ahead(0.05, 0.0, 0.0), LEVEL, CLIMB)
    assert path.duration == pytest.approx(4.0 * (0.05 / (2.0 * LEVEL.jerk)) ** (1.0 / 3.0))


def test_a_speed_that_is_said_to_be_within_reach_is():
    for length in (0.3, 2.0, 7.0, 200.0):
        speed = LEVEL.speed_within(length)
        path = stop(Reference(START, np.array([speed, 0.0, 0.0]), ZERO, 0.0, 0.0), LEVEL, TURN)
        assert path.at(path.duration).p[0] <= length + 1e-9
        assert speed == LEVEL.speed or speed > 0.5 * math.sqrt(LEVEL.acceleration * length)


@pytest.mark.parametrize('bend', [0.0, 20.0, 60.0, 85.0])
def test_a_corner_is_passed_without_a_stop_or_a_step(bend):
    corner = ahead(20.0, 0.0, 0.0)
    after = corner + 25.0 * np.array([
        math.cos(math.radians(bend)), math.sin(math.radians(bend)), 0.0])
    v = passing(START, corner, after, LEVEL)
    assert math.degrees(math.atan2(v[1], v[0])) == pytest.approx(0.5 * bend)
    first = move(REST, corner, LEVEL, CLIMB, v)
    at_corner = first.at(first.duration)
    second = move(at_corner, after, LEVEL, CLIMB)
    assert at_corner.p == pytest.approx(corner) and at_corner.v == pytest.approx(v)
    assert second.at(0.0).v == pytest.approx(v)
    assert second.at(0.0).p == pytest.approx(corner)
    assert second.at(second.duration).p == pytest.approx(after, abs=1e-9)
    for path in (first, second):
        _, p, _, a = sampled(path)
        assert np.linalg.norm(a, axis=1).max() <= LEVEL.acceleration + 1e-9
        assert p[:, 2] == pytest.approx(np.full(len(p), 5.0))
        assert p[:, 0].min() >= min(START[0], after[0]) - 1e-9    # no run-up
    stopping = (move(REST, corner, LEVEL, CLIMB).duration
                + move(hover(corner, 0.3).at(0.0), after, LEVEL, CLIMB).duration)
    assert first.duration + second.duration < stopping


def test_a_sharp_corner_or_a_return_is_not_passed():
    assert not passing(START, ahead(20.0, 0.0, 0.0), ahead(20.0, 20.0, 0.0), LEVEL).any()
    assert not passing(START, ahead(20.0, 0.0, 0.0), START, LEVEL).any()
    assert not passing(START, START, ahead(20.0, 0.0, 0.0), LEVEL).any()


def test_stopping_begins_with_the_motion_and_turn_that_there_are():
    path = stop(MOVING, LEVEL, TURN)
    first, last = path.at(1e-9), path.at(path.duration + 1.0)
    assert first.v == pytest.approx(MOVING.v) and first.a == pytest.approx(MOVING.a)
    assert (first.yaw_rate, first.yaw_acceleration) == pytest.approx((0.2, 0.1))
    assert not last.v.any() and last.yaw_rate == 0.0
    _, _, _, a = sampled(path)
    assert np.abs(a).max() <= LEVEL.acceleration + 1e-9


def test_a_descent_goes_on_at_its_speed():
    path = descent(MOVING, 1.0, CLIMB)
    end = path.at(path.duration)
    assert path.at(0.0).v == pytest.approx(MOVING.v)
    assert end.v == pytest.approx([0.0, 0.0, -1.0])
    assert path.at(path.duration + 30.0).p == pytest.approx(end.p - [0.0, 0.0, 30.0])


@pytest.mark.parametrize('yaw, to, angle', [(0.0, 1.5, 1.5), (3.0, -3.0, 2 * math.pi - 6.0)])
def test_a_turn_goes_in_the_shorter_direction(yaw, to, angle):
    path = turned(hover(ZERO, yaw), to, Limits(0.35, 0.5, 4.0))
    assert path.at(path.duration).yaw - yaw == pytest.approx(angle)
    rates = [path.at(t).yaw_rate for t in np.linspace(0.0, path.duration, 101)]
    assert max(rates) <= 0.35 + 1e-9 and min(rates) >= 0.0


def test_a_line_of_no_length_is_a_hover():
    path = move(REST, START, LEVEL, CLIMB)
    assert path.duration == 0.0
    assert path.at(0.0).p == pytest.approx(START)


def test_however_slow_a_leg_is_it_arrives():
    path = move(REST, ahead(2000.0, 0.0, 0.0), Limits(1e-3, 2.0, 0.64), CLIMB)
    assert 3600.0 < path.duration < 7600.0    # more than any battery lasts
    assert path.at(path.duration).p == pytest.approx(ahead(2000.0, 0.0, 0.0))
