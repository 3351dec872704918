# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What a rover believes: errors as configured, slip by slope; and its energy."""

import math

from ingenuity_nodes.rover.energy import Battery, EnergyParameters
from ingenuity_nodes.rover.odometry import Motion, Odometry, OdometryParameters, slipped
import numpy as np
import pytest

START = (0.0, 0.0, 0.0, 0.3)
STEP = Motion(0.025, 0.0, 0.5)


def believed(parameters, seed, steps=800, roll=0.0, pitch=0.0):
    odometry = Odometry(parameters, START, seed)
    for _ in range(steps):
        odometry.step(STEP, roll, pitch)
    return odometry.belief


def error_of(belief, distance=20.0):
    return np.array([belief.x - distance * math.cos(0.3), belief.y - distance * math.sin(0.3),
                     belief.yaw - 0.3])


def test_on_flat_ground_slip_vanishes():
    assert slipped(STEP, 0.0, 0.0, 4.0) == (0.025, 0.0)


@pytest.mark.parametrize('pitch', [0.1, 0.2, 0.4])
def test_slip_shortens_uphill_as_much_as_it_lengthens_downhill_and_grows_with_the_square(pitch):
    up, down = (slipped(STEP, 0.0, sign * pitch, 2.0)[0] for sign in (-1.0, 1.0))
    level = 0.025 * math.cos(pitch)
    assert up < level < down
    assert (up + down) / 2 == pytest.approx(level)
    assert 1.0 - up / level == pytest.approx(2.0 * math.sin(pitch) ** 2)


def test_across_a_slope_it_slides_downhill():
    assert slipped(STEP, 0.2, 0.0, 2.0)[1] < 0.0 < slipped(STEP, -0.2, 0.0, 2.0)[1]


def test_without_errors_it_believes_what_is_true():
    exact = OdometryParameters(scale_error=0.0, distance_noise=0.0, heading_bias=0.0,
                               heading_noise=0.0)
    assert error_of(believed(exact, 1)) == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)


def test_the_error_along_the_path_grows_as_configured():
    parameters = OdometryParameters(scale_error=0.02, distance_noise=0.01, heading_bias=0.0,
                                    heading_noise=0.0)
    for steps, distance in ((200, 5.0), (800, 20.0)):
        errors = [error_of(believed(parameters, seed, steps), distance) for seed in range(150)]
        along = [e[0] * math.cos(0.3) + e[1] * math.sin(0.3) for e in errors]
        expected = math.sqrt((0.02 * distance) ** 2 + 0.01 ** 2 * distance)
        # 150 samples give their deviation within 6 % (one sigma).
        assert np.std(along) == pytest.approx(expected, rel=0.18)


def test_the_heading_drifts_as_configured():
    parameters = OdometryParameters(heading_bias=1e-4, heading_noise=2e-3)
    yaw = [error_of(believed(parameters, seed))[2] for seed in range(150)]
    duration = 800 * STEP.duration
    expected = math.sqrt((1e-4 * duration) ** 2 + 2e-3 ** 2 * duration)
    assert np.std(yaw) == pytest.approx(expected, rel=0.18)


def test_its_covariance_is_consistent_with_its_errors():
    parameters = OdometryParameters(scale_error=0.01, distance_noise=0.02, heading_bias=1e-5,
                                    heading_noise=5e-4)
    beliefs = [believed(parameters, seed) for seed in range(150)]
    nees = [float(e @ np.linalg.solve(b.covariance, e))
            for b in beliefs if (e := error_of(b)) is not None]
    # Chi-square with three degrees of freedom: the mean of 150 is 3 +- 0.2 (one sigma).
    assert np.mean(nees) == pytest.approx(3.0, abs=0.7)


def test_standing_empties_the_batteries_by_what_the_generator_lacks():
    p = EnergyParameters()
    battery = Battery(p)
    for _ in range(3600):
        battery.step(1.0, 0.0, 0.0, driving=False)
    used_wh = (p.initial_charge - battery.reading.charge) * p.capacity * p.voltage
    assert used_wh == pytest.approx(p.awake - p.generator)


def test_driving_costs_more_than_standing_and_uphill_more_than_level():
    def power(speed, pitch):
        battery = Battery(EnergyParameters())
        battery.step(1.0, speed, pitch, driving=speed > 0.0)
        return battery.reading.current * battery.reading.voltage

    assert power(0.0, 0.0) < power(0.04, 0.0) < power(0.04, -0.2)
    # NASA: the demand of all subsystems together peaks at 900 W.
    assert power(0.042, -0.5) < 900.0


def test_a_sleeping_rover_charges_up_to_full():
    battery = Battery(EnergyParameters(awake=10.0))
    battery.step(1e6, 0.0, 0.0, driving=False)
    assert battery.reading.charge == 1.0
