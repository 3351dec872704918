# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The control loops keep their margins, stay within limits, and allocate what was asked for."""

from dataclasses import replace
import math

from ingenuity_nodes.control.allocation import allocate, onboard_model
from ingenuity_nodes.control.attitude import attitude_error
from ingenuity_nodes.control.controller import Controller, ControlParameters, FLIGHT_SPEED
from ingenuity_nodes.control.margins import CHANNELS, least_damping, margins, table
from ingenuity_nodes.control.parameters import gains_of
from ingenuity_nodes.control.position import thrust_vector, wanted_acceleration
from ingenuity_nodes.frames import quaternion_from_rpy, rotation_matrix
from ingenuity_nodes.signals import Estimate, Setpoint
from ingenuity_nodes.vehicle.effectiveness import hover_trim
from ingenuity_nodes.vehicle.helicopter import VehicleParameters
from ingenuity_nodes.world.mars import air_of_density, GRAVITY
import numpy as np
import pytest

ZERO, LEVEL = np.zeros(3), np.array([1.0, 0.0, 0.0, 0.0])
AIR = air_of_density(0.0165, 238.0)
VEHICLE = VehicleParameters()
GAINS = gains_of(ControlParameters())[0]
HERE = Estimate(0, ZERO, ZERO, LEVEL, ZERO, ZERO, ZERO, 5.0, np.zeros((15, 15)), 30, 0.5)
HOVER = Setpoint(0, ZERO, ZERO, ZERO, 0.0, 0.0, FLIGHT_SPEED, 'hover', True, 0.0)


@pytest.mark.slow
def test_every_channel_keeps_6_db_and_45_deg_in_every_condition():
    rows = margins()
    assert min(row.gain_margin_db for row in rows) >= 6.0, table(rows)
    assert min(row.phase_margin_deg for row in rows) >= 45.0, table(rows)


def test_margins_see_a_gain_that_is_too_high():
    hot = replace(ControlParameters(), rate_gain=90.0)
    rows = margins(hot, conditions=((2537, 0.0165),))
    lateral = next(row for row in rows if row.channel == CHANNELS[1])
    assert lateral.gain_margin_db < 6.0 or lateral.phase_margin_deg < 45.0


def test_position_and_velocity_are_damped_by_more_than_a_half():
    former = replace(ControlParameters(), position_gain=1.0, velocity_integral=1.2)
    assert least_damping() > 0.6
    assert least_damping(former) < 0.45    # each start and each braking oscillated


def test_in_hover_without_errors_the_command_is_the_trim():
    command = Controller(ControlParameters(), VEHICLE, AIR).step(HERE, HOVER, None)
    trim = hover_trim(VEHICLE, AIR, FLIGHT_SPEED)
    assert command.collective == pytest.approx(trim.collective, abs=1e-9)
    assert command.cyclic_lateral == pytest.approx((0.0, 0.0), abs=1e-9)


def test_allocation_gives_the_wrench_that_was_asked_for():
    model = onboard_model(VEHICLE, AIR, FLIGHT_SPEED)
    effect = hover_trim(VEHICLE, AIR, FLIGHT_SPEED).effectiveness
    wrench, out = np.array([0.5, 0.1, -0.2, 0.05]), np.empty(4)
    allocate(model.to_blades, model.limits, wrench, *model.collective, out)
    upper, lower, longitudinal, lateral = out
    mean = 0.5 * (upper + lower) - model.hover_collective
    half = 0.5 * (upper - lower) - 0.5 * (model.collective[0] - model.collective[1])
    assert effect @ [mean, lateral, longitudinal, half] == pytest.approx(wrench, abs=1e-9)


@pytest.mark.parametrize('wrench', [(50.0, 0.0, 0.0, 0.0), (-50.0, 0.0, 0.0, 2.0),
                                    (0.0, 9.0, -9.0, 0.0), (0.0, 0.0, 0.0, 9.0)])
def test_no_command_leaves_the_range_of_the_blades(wrench):
    model = onboard_model(VEHICLE, AIR, FLIGHT_SPEED)
    out, (low, high, cyclic) = np.empty(4), model.limits
    allocate(model.to_blades, model.limits, np.array(wrench), *model.collective, out)
    assert low - 1e-12 <= out[:2].min() and out[:2].max() <= high + 1e-12
    assert math.hypot(out[2], out[3]) <= cyclic + 1e-12


@pytest.mark.parametrize('axis, sign, roll, pitch', [(0, 1, 0, 1), (1, 1, -1, 0)])
def test_to_move_it_tilts_towards_where_it_wants_to_go(axis, sign, roll, pitch):
    ahead = np.zeros(3)
    ahead[axis] = sign
    command = Controller(ControlParameters(), VEHICLE, AIR).step(
        HERE, HOVER._replace(p_ref=ahead), None)
    # Nose down moves forward, left side down moves left.
    # The rotors' cross effect asks for some per cent of the other cyclic.
    assert np.sign(np.round(command.cyclic_longitudinal[0], 2)) == pitch
    assert np.sign(np.round(command.cyclic_lateral[0], 2)) == roll


def test_the_attitude_error_turns_the_up_axis_onto_the_thrust():
    random = np.random.default_rng(1)
    for _ in range(20):
        q_MB = quaternion_from_rpy(*(0.3 * random.normal(size=2)), random.normal())
        R, error = rotation_matrix(q_MB), np.empty(3)
        thrust = np.array([0.3, -0.4, 3.7])
        attitude_error(R, thrust, 0.0, error)
        angle = math.hypot(error[0], error[1])
        axis = np.array([error[0], error[1], 0.0]) / angle
        up = math.cos(angle) * np.array([0.0, 0.0, 1.0]) + math.sin(angle) * np.cross(
            axis, [0.0, 0.0, 1.0])
        assert R @ up == pytest.approx(thrust / np.linalg.norm(thrust), abs=1e-9)


def test_the_heading_error_is_that_of_the_shorter_turn():
    error = np.empty(3)
    attitude_error(rotation_matrix(quaternion_from_rpy(0.0, 0.0, 3.0)),
                   np.array([0.0, 0.0, GRAVITY]), -3.0, error)
    assert error[2] == pytest.approx(2.0 * math.pi - 6.0)


def test_far_away_the_tilt_keeps_within_its_limit_and_the_integral_does_not_grow():
    a, thrust, integral = np.empty(3), np.empty(3), np.zeros(3)
    for _ in range(1000):
        wanted_acceleration(GAINS, np.array([500.0, 0.0, 0.0]), ZERO, ZERO, integral, a)
    thrust_vector(GAINS, a, thrust)
    assert math.hypot(a[0], a[1]) <= GAINS['acceleration_limit'] + 1e-12
    assert math.atan2(math.hypot(thrust[0], thrust[1]), thrust[2]) <= GAINS['tilt_limit'] + 1e-12
    assert integral == pytest.approx(ZERO, abs=1e-12)


def test_on_the_ground_it_holds_the_blades_and_forgets_its_integrals():
    controller = Controller(ControlParameters(), VEHICLE, AIR)
    for _ in range(100):
        controller.step(HERE._replace(p_MB=np.array([1.0, 1.0, 0.0])), HOVER, None)
    waiting = HOVER._replace(airborne=False, collective=-0.03, rotor_speed=0.0)
    command = controller.step(HERE, waiting, None)
    assert 0.5 * sum(command.collective) == pytest.approx(-0.03)
    fresh = Controller(ControlParameters(), VEHICLE, AIR)
    assert controller.step(HERE, HOVER, None) == fresh.step(HERE, HOVER, None)
