# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Steps of the estimated position reach guidance and control gently."""

import math

from ingenuity_nodes.control.parameters import ControlParameters, gains_of
from ingenuity_nodes.control.position import wanted_acceleration
from ingenuity_nodes.guidance.parameters import GuidanceParameters
from ingenuity_nodes.guidance.smooth_frame import SmoothFrame
from ingenuity_nodes.signals import Estimate
from ingenuity_nodes.timing import STEP
from ingenuity_nodes.world.mars import GRAVITY
import numpy as np
import pytest

RATE = GuidanceParameters().correction_rate
ZERO = np.zeros(3)
JUMP = np.array([1.2, -0.9, 0.0])    # 1.5 m


def estimate(p, v=ZERO, height=5.0):
    return Estimate(0, np.array(p), np.array(v), np.array([1.0, 0.0, 0.0, 0.0]), ZERO, ZERO, ZERO,
                    height, np.eye(15), 30, 0.5)


def test_where_the_estimate_moves_as_its_velocity_says_it_is_handed_on_as_it_is():
    frame = SmoothFrame(RATE)
    for k in range(2000):
        t = k * STEP
        seen = estimate([math.sin(t), 5.0 * t, 0.1 * t * t], [math.cos(t), 5.0, 0.2 * t])
        assert frame.step(seen, at_rest=False) is seen


def test_a_step_is_followed_at_the_rate_and_gone_after_step_over_rate():
    frame = SmoothFrame(RATE)
    frame.step(estimate(ZERO), at_rest=False)
    before, moved = np.zeros(3), []
    steps = round(1.5 / RATE / STEP)
    for _ in range(steps + 1):
        now = frame.step(estimate(JUMP), at_rest=False).p_MB
        moved.append(float(np.linalg.norm(now - before)))
        before = now
    assert max(moved) == pytest.approx(RATE * STEP)
    assert before == pytest.approx(JUMP)
    assert frame.offset == (0.0, 0.0, 0.0)


def test_height_above_the_ground_and_velocity_are_those_of_the_estimate():
    frame = SmoothFrame(RATE)
    frame.step(estimate(ZERO), at_rest=False)
    seen = estimate(JUMP, [0.3, 0.0, 0.0], height=4.0)
    smooth = frame.step(seen, at_rest=False)
    assert smooth.height == 4.0 and smooth.v_MB is seen.v_MB
    assert np.linalg.norm(smooth.p_MB) < 2.0 * RATE * STEP


def test_on_the_ground_nothing_is_kept_back():
    frame = SmoothFrame(RATE)
    frame.step(estimate(ZERO), at_rest=False)
    frame.step(estimate(JUMP), at_rest=False)
    seen = estimate(JUMP)
    assert frame.step(seen, at_rest=True) is seen and frame.offset == (0.0, 0.0, 0.0)


def test_an_estimate_that_is_not_a_number_is_not_hidden():
    frame = SmoothFrame(RATE)
    frame.step(estimate(ZERO), at_rest=False)
    lost = estimate([math.nan, 0.0, 0.0])
    assert frame.step(lost, at_rest=False) is lost
    found = estimate(JUMP)
    assert frame.step(found, at_rest=False) is found


def largest_tilt(frame):
    """Return the tilt [rad] that position control asks for in a hover after a step of 1.5 m."""
    gains = gains_of(ControlParameters())[0]
    p, v = np.zeros(3), np.zeros(3)    # of a mass that accelerates as asked
    integral, a = np.zeros(3), np.zeros(3)
    most = 0.0
    for k in range(round(30.0 / STEP)):
        believed = p + (JUMP if k > 500 else 0.0)
        seen = frame.step(estimate(believed, v), at_rest=False)
        wanted_acceleration(gains, -seen.p_MB, -v, np.zeros(3), integral, a)
        p, v = p + v * STEP + 0.5 * a * STEP ** 2, v + a * STEP
        most = max(most, math.atan2(math.hypot(a[0], a[1]), GRAVITY))
    assert p + JUMP == pytest.approx(np.zeros(3), abs=0.02)
    return most


def test_a_step_of_a_metre_and_a_half_tilts_the_aircraft_by_less_than_two_degrees():
    assert largest_tilt(SmoothFrame(RATE)) < math.radians(2.0)
    assert largest_tilt(SmoothFrame(1e6)) > math.radians(15.0)    # as without it
