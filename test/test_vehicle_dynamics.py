# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The compiled step of the whole aircraft: warnings, ground effect, batch, accelerations."""

import math

from ingenuity_nodes.frames import quaternion_from_rpy, rotation_matrix
from ingenuity_nodes.signals import RotorCommand
from ingenuity_nodes.timing import STEP
from ingenuity_nodes.vehicle.dynamics import advance_many, Surroundings
from ingenuity_nodes.vehicle.helicopter import Vehicle, VehicleParameters
from ingenuity_nodes.world.mars import air_of_density, GRAVITY
from ingenuity_nodes.world.terrain import Terrain, TerrainParameters
import numpy as np
import pytest

AIR, VACUUM = air_of_density(0.0165, 235.0), air_of_density(1e-12, 235.0)
FLIGHT_SPEED = 265.68
LEVEL = np.array([1.0, 0.0, 0.0, 0.0])
FLAT = Terrain(TerrainParameters(relief=0.0, ripples=0.0))


def aloft(height=500.0, q_MB=LEVEL, rotor_speed=FLIGHT_SPEED):
    return Vehicle(VehicleParameters(), FLAT, np.array([0.0, 0.0, height]), q_MB, rotor_speed)


def command(collective=0.163, speed=FLIGHT_SPEED):
    return RotorCommand((collective,) * 2, (0.0,) * 2, (0.0,) * 2, speed)


def held(vehicle, velocity, wind=(0.0, 0.0, 0.0), speed=FLIGHT_SPEED):
    """Carry the aircraft along at a velocity, as if on a rail."""
    x, start = vehicle._state['x'][0], vehicle._state['x'][0].copy()
    for _ in range(500):
        x[2], x[3:6], x[6:10], x[10:13] = start[2], velocity, LEVEL, 0.0
        vehicle.step(command(speed=speed), AIR, np.array(wind), 15.0)
    return vehicle.status


def test_sinking_into_its_own_wake_warns_of_the_vortex_ring():
    assert 'vortex ring' in held(aloft(), (0.0, 0.0, -8.0)).warning


@pytest.mark.parametrize('velocity', [(0.0, 0.0, 0.0), (0.0, 0.0, -1.0), (20.0, 0.0, -8.0)])
def test_hover_landing_and_fast_glide_do_not(velocity):
    assert held(aloft(), velocity).warning == ''


def test_fast_rotors_in_strong_wind_warn_of_their_tip_mach_number():
    # 2,800 rpm: tip at 177 m/s; 0.8 of 244 m/s is reached with 18 m/s of wind.
    fast = 2800.0 * math.pi / 30.0
    for wind, warning in ((20.0, 'tip Mach number'), (10.0, '')):
        status = held(aloft(rotor_speed=fast), (0.0, 0.0, 0.0), (wind, 0.0, 0.0), fast)
        assert status.warning == warning


def test_near_the_ground_the_same_blade_angles_lift_more():
    high = sum(held(aloft(50.0), (0.0, 0.0, 0.0)).thrust)
    low = sum(held(aloft(0.4), (0.0, 0.0, 0.0)).thrust)
    assert 1.05 * high < low < 1.3 * high


def test_in_a_vacuum_it_falls_freely_whatever_the_rotors_do():
    vehicle = aloft()
    for _ in range(100):
        vehicle.step(command(0.2), VACUUM, np.array([5.0, 0.0, 0.0]), 0.0)
    np.testing.assert_allclose(vehicle.truth.a_MB, [0.0, 0.0, -GRAVITY], atol=1e-6)


def test_the_rotors_push_the_body_round_with_the_torque_of_their_motors():
    # In a vacuum a motor that spins its rotor up turns the body the other way: angular momentum.
    vehicle = aloft(rotor_speed=200.0)
    vehicle._state['rotor']['omega'][0, 0] = 150.0
    before = _spin(vehicle)
    for _ in range(400):
        vehicle.step(command(0.0, 200.0), VACUUM, np.zeros(3), 0.0)
    assert abs(vehicle.truth.w_MB_B[2]) > 1.0
    assert _spin(vehicle) == pytest.approx(before, abs=1e-4)


def _spin(vehicle):
    parameters, (upper, lower) = vehicle.parameters, vehicle.status.rotor_speed
    return (parameters.body.inertia[2] * vehicle.truth.w_MB_B[2]
            + parameters.rotor.inertia * (upper - lower))


def test_the_acceleration_is_the_change_of_velocity_over_the_step():
    vehicle = aloft(q_MB=quaternion_from_rpy(0.1, -0.2, 0.5))
    asked = RotorCommand((0.17, 0.16), (0.02, 0.01), (-0.03, 0.0), FLIGHT_SPEED)
    for _ in range(50):
        before = vehicle.truth
        now = vehicle.step(asked, AIR, np.array([4.0, 1.0, 0.5]), 15.0)
    np.testing.assert_allclose((now.w_MB_B - before.w_MB_B) / STEP, now.alpha_MB_B, atol=1e-9)
    # The body origin turns about the mass centre: equal but for second order in the step.
    np.testing.assert_allclose((now.v_MB - before.v_MB) / STEP, now.a_MB, atol=0.02)
    np.testing.assert_allclose((now.p_MB - before.p_MB) / STEP, now.v_MB, atol=0.02)


def test_the_body_origin_is_offset_from_the_mass_centre_as_given():
    vehicle = aloft(q_MB=quaternion_from_rpy(0.4, 0.3, 1.0))
    truth = vehicle.step(command(), AIR, np.zeros(3), 15.0)
    p_BG = np.array(vehicle.parameters.body.mass_centre)
    np.testing.assert_allclose(
        truth.p_MB + rotation_matrix(truth.q_MB) @ p_BG, vehicle._state['x'][0, :3], atol=1e-12)


def test_a_batch_does_to_each_aircraft_what_one_alone_would_meet():
    winds = np.array([[3.0, 0.0, 0.0], [0.0, -5.0, 0.3], [0.0, 0.0, 0.0]])
    alone = []
    for wind in winds:
        vehicle = aloft()
        vehicle.step(command(), AIR, np.zeros(3), 15.0)
        start, first = vehicle._state.copy(), vehicle
        for _ in range(200):
            vehicle.step(command(), AIR, wind, 15.0)
        alone.append(vehicle._state['x'][0].copy())
    states = np.repeat(start, 3)
    around = Surroundings(AIR.density, AIR.speed_of_sound, AIR.temperature, np.zeros(3), 15.0)
    advance_many(first._constants, states, first._field, around, winds, 200)
    np.testing.assert_array_equal(states['x'], np.array(alone))
