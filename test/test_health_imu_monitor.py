# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Two inertial sensors: which one is used, and how one substitutes for the other."""

from ingenuity_nodes.health.imu_monitor import ImuMonitor, InertialParameters
from ingenuity_nodes.scenario.helicopter_parameters import HelicopterParameters
from ingenuity_nodes.sensors.imu import Imu
from ingenuity_nodes.signals import ImuSample, Truth
from ingenuity_nodes.timing import STEP, STEP_NS, STEPS_PER_TICK
import numpy as np
import pytest

ZERO = np.zeros(3)
LEVEL = np.array([1.0, 0.0, 0.0, 0.0])
UPPER, LOWER = HelicopterParameters().imu, HelicopterParameters().imu_2
PITCHING = np.array([0.0, 0.0524, 0.0])    # [rad/s]
FLIGHT = 500    # steps at rest before it


def rolling(step: int) -> Truth:
    """Rest for a second, then oscillate in roll by 1 rad/s at 2 rad/s."""
    t = max(0.0, (step - FLIGHT) * STEP)
    w, alpha = np.sin(2.0 * t), 2.0 * np.cos(2.0 * t) if step > FLIGHT else 0.0
    return Truth(step * STEP_NS, ZERO, ZERO, LEVEL, np.array([w, 0.0, 0.0]), ZERO,
                 np.array([alpha, 0.0, 0.0]))


class Flight:
    """Both sensors at rest and rolling; ``spoil(step, first, second)`` breaks one."""

    def __init__(self, spoil=lambda step, *both: both, innovation=lambda step: 1.0) -> None:
        self.monitor = ImuMonitor(InertialParameters(), UPPER, LOWER)
        self.sensors = Imu(UPPER, 1), Imu(LOWER, 1, 2)
        self._spoil, self._innovation, self._step = spoil, innovation, 0
        self.attitude_error: float | None = None

    def fly(self, steps: int) -> ImuSample:
        """Return the sample to fly by after some more steps."""
        for _ in range(steps):
            self._step += 1
            truth, at_rest = rolling(self._step), self._step <= FLIGHT
            both = self._spoil(self._step, *(imu.sample(truth) for imu in self.sensors))
            chosen = self.monitor.choose(both)
            if self._step % STEPS_PER_TICK == 0:
                error = self.monitor.update(both, self._innovation(self._step), at_rest=at_rest)
                self.attitude_error = self.attitude_error if error is None else error
        return chosen


def silent(step, first, second):
    """Let the first chip lose its power two seconds after the start."""
    if step < 2 * FLIGHT:
        return first, second
    return first._replace(f_I=ZERO, w_MI_I=ZERO), second


def biased(which):
    """Let the gyros of one sensor jump by three degrees per second."""
    def spoil(step, *both):
        if step < 2 * FLIGHT:
            return both
        both = list(both)
        both[which] = both[which]._replace(w_MI_I=both[which].w_MI_I + PITCHING)
        return tuple(both)
    return spoil


def test_two_healthy_sensors_are_both_kept_whatever_the_aircraft_does():
    flight = Flight()
    flight.fly(10 * FLIGHT)
    assert flight.monitor.missing == flight.monitor.dead == '' and flight.attitude_error is None


def test_a_silent_chip_is_excluded_within_a_tenth_of_a_second():
    flight = Flight(silent)
    flight.fly(2 * FLIGHT - 1)
    assert flight.monitor.missing == ''
    flight.fly(round(0.1 / STEP))
    assert 'gyros 1 repeat themselves' in flight.monitor.missing
    assert flight.monitor.dead == ''    # the one in use is well
    # Until then the attitude lost up to 1 rad/s for a tenth of a second.
    assert 0.0 < flight.attitude_error < 0.1


def test_the_substitute_reads_as_the_first_sensor_would():
    flight, other = Flight(silent), Imu(UPPER, 1)
    flight.fly(3 * FLIGHT)
    for step in range(1, 3 * FLIGHT + 1):
        other.sample(rolling(step))
    differences = []
    for step in range(3 * FLIGHT + 1, 5 * FLIGHT):
        substitute, own = flight.fly(1), other.sample(rolling(step))
        differences.append(np.concatenate([
            substitute.f_I - own.f_I, substitute.w_MI_I - own.w_MI_I]))
    mean = np.abs(np.mean(differences, axis=0))
    # Uncorrected, the pull of 1 rad/s over 17 cm is some 0.1 m/s^2 on average, 0.17 at most,
    # the biases differ by 0.03 m/s^2 and 0.3 deg/s.
    assert mean[:3].max() < 0.02 and mean[3:].max() < 1e-3


@pytest.mark.parametrize(('which', 'innovation', 'words'), [
    (0, 6.0, 'gyros 1 are inconsistent with the images'),
    (0, 1.6, 'gyros 1 are inconsistent with the images'),
    (1, 1.0, 'gyros 2 contradict the others and the images')])
def test_where_two_disagree_the_innovation_isolates_the_fault(which, innovation, words):
    flight = Flight(biased(which), lambda step: innovation if step > 2 * FLIGHT else 1.0)
    flight.fly(6 * FLIGHT)
    assert words in flight.monitor.missing
    assert (flight.attitude_error is not None) == (which == 0)


def test_a_bias_that_was_there_at_rest_is_removed():
    flight = Flight(lambda step, first, second: (
        first, second._replace(w_MI_I=second.w_MI_I + PITCHING)))
    flight.fly(4 * FLIGHT)
    assert flight.monitor.missing == ''


def test_without_a_spare_there_is_no_take_off():
    flight = Flight(lambda step, first, second: (
        first, second._replace(f_I=ZERO, w_MI_I=ZERO)))
    flight.fly(FLIGHT)
    assert flight.monitor.unfit == 'the gyros 2 repeat themselves'


def test_a_sensor_off_by_more_than_calibration_leaves_forbids_a_take_off():
    flight = Flight(lambda step, first, second: (
        first._replace(f_I=first.f_I + np.array([0.0, 0.0, 0.6])), second))
    flight.fly(FLIGHT)
    assert flight.monitor.unfit.startswith('accelerometers 1 read 4.3')
