# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Offboard setpoints: they are followed, within limits, and never for longer than asked."""

import math

from ingenuity_nodes.guidance.offboard import OffboardSetpoints
from ingenuity_nodes.guidance.parameters import GuidanceParameters
from ingenuity_nodes.signals import TrajectoryCommand, VelocityCommand
from ingenuity_nodes.timing import TICK
import numpy as np
import pytest

LIMITS = GuidanceParameters()
START = np.array([0.0, 0.0, 5.0])


@pytest.fixture
def setpoints():
    return OffboardSetpoints(START, 0.0, 0.0, 60.0, LIMITS)


def follow(setpoints, seconds, *, since=0.0, every=math.inf, command=None):
    """Ask for each step's reference; ``command`` is sent again ``every`` so many seconds."""
    rows, sent = [], -math.inf
    for step in range(round(seconds / TICK)):
        time = since + step * TICK
        if command is not None and (step == 0 or time - sent >= every):
            setpoints.command(command, time)
            sent = time
        rows.append(setpoints.at(time))
    return rows


def velocity(east=0.0, north=0.0, up=0.0, yaw_rate=0.0):
    return VelocityCommand(np.array([east, north, up]), yaw_rate)


def test_without_a_command_it_hovers(setpoints):
    last = follow(setpoints, 5.0)[-1]
    np.testing.assert_array_equal(last.p, START)
    np.testing.assert_array_equal(last.v, 0.0)


def test_a_velocity_is_reached_at_the_limit_of_acceleration_and_held(setpoints):
    rows = follow(setpoints, 6.0, every=0.1, command=velocity(north=2.0, yaw_rate=0.2))
    speeds = np.array([row.v[1] for row in rows])
    reached = np.argmax(speeds > 1.999) * TICK
    assert reached == pytest.approx(2.0 / LIMITS.external_acceleration, abs=0.01)
    assert speeds.max() <= 2.0 + 1e-9
    assert rows[-1].yaw == pytest.approx(0.2 * 6.0, abs=0.01)
    # The position is the integral of the speed: the reference is consistent.
    assert rows[-1].p[1] == pytest.approx(speeds.sum() * TICK)


def test_velocity_and_acceleration_of_the_reference_agree_with_its_positions(setpoints):
    rows = follow(setpoints, 4.0, every=0.1, command=velocity(east=1.5, up=0.5))
    p, v, a = (np.array([row[k] for row in rows]) for k in range(3))
    np.testing.assert_allclose(np.diff(p, axis=0) / TICK, v[1:], atol=1e-9)
    np.testing.assert_allclose(np.diff(v, axis=0) / TICK, a[1:], atol=1e-9)


def test_when_the_sender_falls_silent_it_brakes_and_hovers(setpoints):
    follow(setpoints, 4.0, every=0.1, command=velocity(east=2.0))
    rows = follow(setpoints, LIMITS.external_silence + 4.0, since=4.0)
    assert np.linalg.norm(rows[-1].v) == pytest.approx(0.0, abs=1e-9)


def test_speed_yaw_rate_floor_and_ceiling_hold_whatever_is_asked_for(setpoints):
    rows = follow(setpoints, 30.0, every=0.1, command=velocity(
        east=100.0, up=-50.0, yaw_rate=-90.0))
    v = np.array([row.v for row in rows])
    assert np.linalg.norm(v, axis=1).max() <= LIMITS.external_speed + 1e-9
    assert min(row.p[2] for row in rows) >= LIMITS.external_floor
    assert max(abs(row.yaw_rate) for row in rows) <= LIMITS.external_yaw_rate
    rows = follow(setpoints, 25.0, since=30.0, every=0.1, command=velocity(up=50.0))
    assert max(row.p[2] for row in rows) <= LIMITS.external_ceiling


def test_it_is_at_rest_when_its_time_is_up(setpoints):
    rows = follow(setpoints, 60.0, every=0.1, command=velocity(north=4.0))
    assert np.linalg.norm(rows[-1].v) < 0.01


def test_a_trajectory_is_followed_in_time_and_ends_at_its_last_position(setpoints):
    square = [START + np.array(offset) for offset in ((0, 0, 0), (4, 0, 0), (4, 4, 1), (0, 4, 1))]
    command = TrajectoryCommand((0.0, 8.0, 16.0, 24.0), tuple(square), (0.0, 0.0, 1.0, 1.0))
    rows = follow(setpoints, 32.0, command=command)
    np.testing.assert_allclose(rows[-1].p, square[-1], atol=0.02)
    assert rows[-1].yaw == pytest.approx(1.0, abs=0.02)
    for corner, time in zip(square, command.times, strict=True):
        here = rows[round(time / TICK)].p
        assert np.linalg.norm(here - corner) < 0.6    # corners are rounded, not skipped


def test_a_start_below_the_floor_may_rise_but_not_sink():
    low = OffboardSetpoints(np.array([0.0, 0.0, 0.8]), 0.0, 0.0, 30.0, LIMITS)
    rows = follow(low, 5.0, every=0.1, command=velocity(up=-1.0))
    assert rows[-1].p[2] == pytest.approx(0.8)
    rows = follow(low, 5.0, since=5.0, every=0.1, command=velocity(up=1.0))
    assert rows[-1].p[2] > LIMITS.external_floor
