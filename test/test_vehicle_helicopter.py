# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The whole helicopter: hover, signs of the controls, refusals, determinism."""

import math

from ingenuity_nodes.frames import rpy_from_quaternion
from ingenuity_nodes.signals import RotorCommand
from ingenuity_nodes.vehicle.effectiveness import hover_trim
from ingenuity_nodes.vehicle.helicopter import Vehicle, VehicleParameters
from ingenuity_nodes.world.mars import air_of_density, GRAVITY
from ingenuity_nodes.world.terrain import Terrain, TerrainParameters
import numpy as np
import pytest

FLIGHT_SPEED = 2537.0 * 2.0 * math.pi / 60.0   # [rad/s] NASA status 298
AIR = air_of_density(0.0165, 235.0)
LEVEL = np.array([1.0, 0.0, 0.0, 0.0])
STILL = np.zeros(3)
ALOFT = np.array([0.0, 0.0, 5.0])
AVIONICS = 15.0


class Pilot:
    """Holds attitude, height and heading with plain proportional and damping terms."""

    def __init__(self, height):
        self.trim = hover_trim(VehicleParameters(), AIR, FLIGHT_SPEED)
        self.height = height

    def fly(self, truth):
        roll, pitch, yaw = rpy_from_quaternion(truth.q_MB)
        w = truth.w_MB_B
        mean = 0.05 * (self.height - truth.p_MB[2]) - 0.06 * truth.v_MB[2]
        half = 0.05 * yaw + 0.05 * w[2]
        lateral, longitudinal = -(0.3 * roll + 0.06 * w[0]), -(0.3 * pitch + 0.06 * w[1])
        upper, lower = self.trim.collective
        return RotorCommand((upper + mean + half, lower + mean - half), (longitudinal,) * 2,
                            (lateral,) * 2, FLIGHT_SPEED)


@pytest.fixture
def hovering():
    return Vehicle(VehicleParameters(), Terrain(), ALOFT, LEVEL, FLIGHT_SPEED)


def command(collective=0.0, longitudinal=0.0, lateral=0.0, speed=FLIGHT_SPEED):
    return RotorCommand((collective,) * 2, (longitudinal,) * 2, (lateral,) * 2, speed)


def test_with_a_simple_pilot_it_hovers_where_thrust_balances_weight(hovering):
    pilot = Pilot(5.0)
    for _ in range(2500):
        hovering.step(pilot.fly(hovering.truth), AIR, STILL, AVIONICS)
    truth, status = hovering.truth, hovering.status
    assert abs(truth.p_MB[2] - 5.0) < 0.05
    assert np.linalg.norm(truth.v_MB) < 0.02
    # 0.5 %: a hundredth of the weight would still be 4 cm/s^2.
    assert status.force_B[2] == pytest.approx(1.8 * GRAVITY, rel=0.005)
    assert status.failure == ''


@pytest.mark.parametrize('name, axis, sign', [
    ('lateral', 0, 1), ('longitudinal', 1, 1)])
def test_cyclic_turns_the_body_in_the_direction_of_the_command(hovering, name, axis, sign):
    pilot = Pilot(5.0)
    for _ in range(250):
        hovering.step(pilot.fly(hovering.truth), AIR, STILL, AVIONICS)
    before = hovering.truth.w_MB_B
    pushed = command(collective=0.163, **{name: 0.02})
    for _ in range(25):
        hovering.step(pushed, AIR, STILL, AVIONICS)
    change = hovering.truth.w_MB_B - before
    assert sign * change[axis] > 0.05
    assert abs(change[1 - axis]) < 0.1 * abs(change[axis])


def test_more_collective_on_the_upper_rotor_yaws_the_nose_clockwise(hovering):
    uneven = RotorCommand((0.19, 0.14), (0.0, 0.0), (0.0, 0.0), FLIGHT_SPEED)
    for _ in range(100):
        hovering.step(uneven, AIR, STILL, AVIONICS)
    assert hovering.truth.w_MB_B[2] < -0.05


def test_it_stands_still_on_the_ground_with_its_rotors_stopped():
    terrain = Terrain(TerrainParameters(relief=0.0, ripples=0.0))
    vehicle = Vehicle(VehicleParameters(), terrain, np.array([0.0, 0.0, 0.266]), LEVEL)
    for _ in range(1000):
        vehicle.step(command(speed=0.0), AIR, STILL, AVIONICS)
    truth, status = vehicle.truth, vehicle.status
    assert status.feet_on_ground == 4
    assert np.linalg.norm(truth.v_MB) < 1e-4
    assert 0.26 < truth.p_MB[2] < 0.266


def test_rotors_spin_up_to_the_commanded_speed_and_down_again():
    vehicle = Vehicle(VehicleParameters(), Terrain(), np.array([0.0, 0.0, 0.266]), LEVEL)
    for _ in range(5500):
        vehicle.step(command(), AIR, STILL, AVIONICS)
    assert vehicle.status.rotor_speed == pytest.approx((FLIGHT_SPEED, FLIGHT_SPEED), rel=1e-3)
    assert vehicle.status.failure == ''
    for _ in range(5000):
        vehicle.step(command(speed=0.0), AIR, STILL, AVIONICS)
    assert max(vehicle.status.rotor_speed) < 0.5 * FLIGHT_SPEED


@pytest.mark.parametrize('bad, reason', [
    (command(collective=math.nan), 'upper collective [rad] nan'),
    (command(longitudinal=math.inf), 'upper longitudinal cyclic [rad] inf'),
    (command(collective=0.5), 'upper collective [rad] 0.5'),
    (command(speed=-1.0), 'rotor speed [rad/s] -1'),
])
def test_a_bad_command_is_refused_by_name_and_the_last_good_one_is_held(hovering, bad, reason):
    good = command(collective=0.163)
    twin = Vehicle(VehicleParameters(), Terrain(), ALOFT, LEVEL, FLIGHT_SPEED)
    for vehicle, then in ((hovering, bad), (twin, good)):
        for asked in (good, then, then):
            vehicle.step(asked, AIR, STILL, AVIONICS)
    assert hovering.status.refused.startswith(reason)
    assert twin.status.refused == ''
    np.testing.assert_array_equal(hovering.truth.p_MB, twin.truth.p_MB)
    hovering.step(good, AIR, STILL, AVIONICS)
    assert hovering.status.refused == ''


def test_the_same_commands_give_the_same_bytes():
    ends = []
    for _ in range(2):
        vehicle = Vehicle(VehicleParameters(), Terrain(), ALOFT, LEVEL, FLIGHT_SPEED)
        pilot = Pilot(5.0)
        for _ in range(300):
            vehicle.step(pilot.fly(vehicle.truth), AIR, np.array([3.0, 2.0, 0.0]), AVIONICS)
        truth = vehicle.truth
        ends.append(np.concatenate([truth.p_MB, truth.v_MB, truth.q_MB, truth.w_MB_B]).tobytes())
    assert ends[0] == ends[1]
