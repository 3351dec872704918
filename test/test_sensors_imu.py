# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The inertial sensor measures what mechanics says, plus errors of the stated size."""

from dataclasses import fields, replace
import math

from ingenuity_nodes.frames import quaternion_from_rpy
from ingenuity_nodes.scenario.helicopter_parameters import HelicopterParameters
from ingenuity_nodes.sensors.imu import Imu, ImuParameters
from ingenuity_nodes.signals import Truth
from ingenuity_nodes.timing import STEP
from ingenuity_nodes.world.mars import GRAVITY
import numpy as np
import pytest

ZERO = np.zeros(3)
AT_REST = Truth(0, ZERO, ZERO, np.array([1.0, 0.0, 0.0, 0.0]), ZERO, ZERO, ZERO)
ROLLED = quaternion_from_rpy(math.pi / 2, 0.0, 0.0)
ERRORS = dict.fromkeys((
    'gyro_noise', 'accel_noise', 'gyro_bias', 'accel_bias', 'gyro_random_walk',
    'accel_random_walk', 'gyro_scale', 'accel_scale'), 0.0)
PERFECT = replace(ImuParameters(), position=(0.0, 0.0, 0.0), bits=32, **ERRORS)


def test_at_rest_the_accelerometer_points_up_with_mars_gravity():
    assert Imu(PERFECT, 1).sample(AT_REST).f_I == pytest.approx([0.0, 0.0, GRAVITY], abs=1e-6)


def test_in_free_fall_the_accelerometer_reads_zero():
    falling = AT_REST._replace(a_MB=np.array([0.0, 0.0, -GRAVITY]), q_MB=ROLLED)
    assert Imu(PERFECT, 1).sample(falling).f_I == pytest.approx(ZERO, abs=1e-6)


def test_rolled_right_side_down_gravity_is_felt_on_the_left_axis():
    assert Imu(PERFECT, 1).sample(AT_REST._replace(q_MB=ROLLED)).f_I == pytest.approx(
        [0.0, GRAVITY, 0.0], abs=1e-6)


@pytest.mark.parametrize('q_MB', [AT_REST.q_MB, ROLLED])
def test_spinning_on_a_lever_arm_adds_the_same_pull_at_any_attitude(q_MB):
    arm = replace(PERFECT, position=(0.0, 0.1, 0.0))
    still = AT_REST._replace(q_MB=q_MB)
    spinning = still._replace(w_MB_B=np.array([0.0, 0.0, 3.0]))
    pull = Imu(arm, 1).sample(spinning).f_I - Imu(PERFECT, 1).sample(still).f_I
    assert pull == pytest.approx([0.0, -0.9, 0.0], abs=1e-6)


def test_angular_acceleration_on_a_lever_arm_is_felt_across_it():
    arm = replace(PERFECT, position=(0.1, 0.0, 0.0))
    turning = AT_REST._replace(alpha_MB_B=np.array([0.0, 0.0, 5.0]))
    assert Imu(arm, 1).sample(turning).f_I == pytest.approx([0.0, 0.5, GRAVITY], abs=1e-6)


def test_a_turned_sensor_reports_in_its_own_axes():
    turned = replace(PERFECT, mounting=(math.pi / 2, 0.0, 0.0))
    sample = Imu(turned, 1).sample(AT_REST._replace(w_MB_B=np.array([0.0, 0.0, 1.0])))
    assert sample.f_I == pytest.approx([0.0, GRAVITY, 0.0], abs=1e-6)
    assert sample.w_MI_I == pytest.approx([0.0, 1.0, 0.0], abs=1e-6)


def test_white_noise_has_the_density_of_the_data_sheet():
    noisy = replace(PERFECT, gyro_noise=ImuParameters().gyro_noise,
                    accel_noise=ImuParameters().accel_noise)
    imu = Imu(noisy, 1)
    samples = [imu.sample(AT_REST) for _ in range(4000)]
    rates = np.std([sample.w_MI_I for sample in samples], axis=0)
    forces = np.std([sample.f_I for sample in samples], axis=0)
    assert rates == pytest.approx(noisy.gyro_noise / math.sqrt(STEP) * np.ones(3), rel=0.05)
    assert forces == pytest.approx(noisy.accel_noise / math.sqrt(STEP) * np.ones(3), rel=0.05)


def test_the_bias_drifts_with_the_square_root_of_time():
    drifting = replace(PERFECT, gyro_random_walk=1e-3)
    steps, ends = 500, []
    for seed in range(60):
        imu = Imu(drifting, seed)
        for _ in range(steps):
            imu.sample(AT_REST)
        ends.append(imu.gyro_bias)
    assert np.std(ends) == pytest.approx(1e-3 * math.sqrt(steps * STEP), rel=0.15)


def test_readings_are_whole_counts_and_saturate_at_the_range():
    p = replace(PERFECT, bits=16)
    count = 2.0 * p.accel_range / 2 ** 16
    counts = Imu(p, 1).sample(AT_REST).f_I / count
    assert counts == pytest.approx(np.round(counts), abs=1e-6)
    crash = AT_REST._replace(a_MB=np.array([0.0, 0.0, 1e4]))
    assert Imu(p, 1).sample(crash).f_I[2] == p.accel_range


def test_a_reading_is_as_old_as_its_delay():
    imu = Imu(replace(PERFECT, delay=0.006), 1)
    rates = [imu.sample(AT_REST._replace(w_MB_B=np.array([0.0, 0.0, float(k)]))).w_MI_I[2]
             for k in range(8)]
    assert rates == pytest.approx([0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 4.0], abs=1e-6)


def test_two_sensors_of_one_aircraft_differ_by_their_errors_and_their_lever_arms():
    upper, lower = HelicopterParameters().imu, HelicopterParameters().imu_2
    errors = [Imu(p, 1, number).sample(AT_REST) for number, p in ((1, upper), (2, lower))]
    assert abs(errors[0].w_MI_I - errors[1].w_MI_I).max() > 1e-4    # other biases
    exact = [Imu(replace(PERFECT, position=p.position), 1).sample(
        AT_REST._replace(w_MB_B=np.array([2.0, 0.0, 0.0]))) for p in (upper, lower)]
    # Turning about the nose, the pull is w^2 r towards that axis: 4 times 17 cm between them.
    assert exact[0].f_I[2] - exact[1].f_I[2] == pytest.approx(-4.0 * 0.17, abs=1e-6)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others():
    def readings(seed):
        imu = Imu(ImuParameters(), seed)
        return b''.join(imu.sample(AT_REST).w_MI_I.tobytes() for _ in range(300))
    assert readings(1) == readings(1)
    assert readings(1) != readings(2)


def test_every_number_has_a_source():
    assert all(about.metadata['source'] for about in fields(ImuParameters))
