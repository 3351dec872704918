# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Servos and swashplates: mixing, lag, rate, counts, range."""

import math

from ingenuity_nodes.timing import STEP
from ingenuity_nodes.vehicle.actuators import (
    actuator_constants, ActuatorParameters, advance_servos, blade_angles, servo_angle)
import numpy as np
import pytest

PARAMETERS = ActuatorParameters()
SERVO = actuator_constants(PARAMETERS)[0]
HEALTHY = np.full(3, math.nan)
FINE = actuator_constants(ActuatorParameters(servo_counts=1 << 20, servo_rate=100.0))[0]


def settled(command, constants=SERVO, steps=200, servo=None):
    servo = np.zeros(3) if servo is None else servo
    blade = np.zeros(3)
    for _ in range(steps):
        advance_servos(constants, servo, np.array(command), HEALTHY)
    blade_angles(constants, servo, blade)
    return blade


@pytest.mark.parametrize('command', [
    (0.16, 0.0, 0.0), (0.1, 0.05, 0.0), (0.1, 0.0, -0.08), (0.2, 0.1, -0.1)])
def test_three_servos_make_the_blade_angles_that_were_asked_for(command):
    servo = np.array([servo_angle(SERVO, k, np.array(command)) for k in range(3)])
    blade = np.zeros(3)
    blade_angles(SERVO, servo, blade)
    np.testing.assert_allclose(blade, command, atol=1e-12)


def test_settled_blade_angles_are_right_to_a_count():
    command = (0.1543, 0.0321, -0.0456)
    count = SERVO['count']
    np.testing.assert_allclose(settled(command), command, atol=count)
    assert settled(command)[0] != command[0]


def test_a_small_step_is_followed_with_the_lag_of_the_servo():
    steps = 5
    reached = settled((0.01, 0.0, 0.0), FINE, steps)[0]
    expected = 0.01 * (1.0 - math.exp(-steps * STEP / PARAMETERS.servo_lag))
    assert reached == pytest.approx(expected, rel=1e-3)


def test_a_large_step_is_followed_no_faster_than_the_servo_can():
    reached = settled((0.3, 0.0, 0.0), SERVO, 4)[0]
    assert reached == pytest.approx(4 * PARAMETERS.servo_rate * STEP, rel=1e-9)


def test_no_servo_leaves_its_range():
    servo = np.zeros(3)
    settled((PARAMETERS.collective_high, 0.3, 0.3), servo=servo)
    assert servo.max() <= PARAMETERS.collective_high + PARAMETERS.cyclic_high + 1e-12


def test_a_servo_at_fault_goes_elsewhere_and_takes_a_third_of_the_collective_with_it():
    servo, blade = np.zeros(3), np.zeros(3)
    held = np.array([math.nan, 0.0, math.nan])
    for _ in range(200):
        advance_servos(SERVO, servo, np.array([0.15, 0.0, 0.0]), held)
    blade_angles(SERVO, servo, blade)
    assert blade[0] == pytest.approx(0.1, abs=SERVO['count'])
    assert blade[2] == pytest.approx(-2 / 3 * 0.15 * math.sin(2 * math.pi / 3), abs=SERVO['count'])
