# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Induced flow: momentum theory where it holds, measured curves where it does not."""

import math

from ingenuity_nodes.vehicle.effectiveness import RotorModel
from ingenuity_nodes.vehicle.inflow import advance_tilt, descent_correction, ground_effect
from ingenuity_nodes.vehicle.rotors import rotor_constants, ROTOR_STATE, RotorParameters
from ingenuity_nodes.world.mars import air_of_density
from numba import njit
import numpy as np
import pytest

AIR, OMEGA = air_of_density(0.0165, 235.0), 265.68
RADIUS = RotorParameters().radius
CONSTANTS = rotor_constants(RotorParameters())


@njit
def _ground(constants, height, edgewise, down):
    return ground_effect(constants[0], height, edgewise, down)


@njit
def _tilt(constants, rotor, dt):
    advance_tilt(constants[0], rotor[0], dt)


def settled_tilt(mean=12.0, u=(0.0, 0.0, 0.0), mx=0.0, my=0.0):
    rotor = np.zeros(1, ROTOR_STATE)
    rotor['mean_flow'], rotor['u_B'], rotor['moment'] = mean, u, (mx, my)
    for _ in range(2000):
        _tilt(CONSTANTS, rotor, 0.002)
    return rotor['slopes'][0]


def steady_descent(x):
    """Induced flow over that of hover by the measured curve: Leishman 2006, eq. 2.96."""
    return 1.0 - 1.125 * x - 1.372 * x ** 2 - 1.718 * x ** 3 - 0.655 * x ** 4


@pytest.mark.parametrize('x', [-0.2, -0.5, -1.0, -1.4, -1.7])
def test_in_vertical_descent_the_induced_flow_follows_the_measured_curve(x):
    hover, v = 10.0, 10.0 * steady_descent(x)
    climb = x * hover
    carried = math.sqrt((climb + v) ** 2 + descent_correction(climb, v, 0.0))
    # The momentum balance of a rotor of constant thrust: carried flow times v is that of hover.
    assert carried * v == pytest.approx(hover ** 2, rel=1e-3)


def test_in_climb_and_far_below_momentum_theory_needs_no_correction():
    assert descent_correction(1.0, 10.0, 0.0) == 0.0
    assert descent_correction(-30.0, 10.0, 0.0) == 0.0


def test_edgewise_speed_blows_the_rings_away():
    assert descent_correction(-10.0, 15.0, 20.0 ** 2) == 0.0


def test_climb_power_at_equal_thrust_rises_by_half_the_climb_speed_times_thrust():
    # Momentum theory for slow climb: dP = T Vc / 2 of a single rotor (Leishman 2006, eq. 2.83).
    parameters = RotorParameters(lower_on_upper=0.0)
    powers = []
    for climb in (0.0, 1.0):
        model = RotorModel(parameters, AIR, OMEGA)
        model._constants['wake'] = 0.0
        model._constants['contraction'] = 0.0
        _, got, _ = model.trim(6.0, np.array([0.0, 0.0, climb]))
        powers.append(got.loads[:, 5].sum() * OMEGA)
    # Profile power hardly changes; tip loss and uneven inflow leave a tenth.
    assert powers[1] - powers[0] == pytest.approx(0.5 * 6.0 * 1.0, rel=0.15)


def test_near_the_ground_less_of_the_induced_flow_is_left():
    far, near = _ground(CONSTANTS, 10.0, 0.0, 12.0), _ground(CONSTANTS, RADIUS, 0.0, 12.0)
    assert far == 1.0
    # Cheeseman and Bennett at one radius: 1 - (1/4)^2.
    assert near == pytest.approx(1.0 - 1.0 / 16.0)
    assert near < _ground(CONSTANTS, RADIUS, 12.0, 12.0) < 1.0


def test_a_skewed_wake_blows_harder_at_the_rear():
    # Pitt and Peters: slope over mean is 15 pi / 32 tan(chi / 2). It moves to +x: -x is behind.
    slopes = settled_tilt(mean=12.0, u=(6.0, 0.0, 0.0))
    chi = math.atan2(6.0, 12.0)
    expected = -15.0 * math.pi / 32.0 * math.tan(chi / 2.0) * 12.0
    assert slopes[0] == pytest.approx(expected, rel=1e-6)
    assert slopes[1] == pytest.approx(0.0, abs=1e-12)


def test_in_hover_a_roll_moment_tilts_the_inflow_as_in_momentum_theory():
    # A lift that grows across the disk by M makes a slope of M / (rho pi R^3 v), linearised.
    slopes = settled_tilt(mean=12.0, mx=5.0)
    assert slopes[1] == pytest.approx(5.0 / (math.pi * RADIUS ** 3 * 12.0), rel=1e-6)


def test_after_a_step_of_collective_thrust_overshoots_and_settles_within_a_tenth_of_a_second():
    # Carpenter and Fridovich 1953: thrust overshoots until the air below is set in motion.
    model = RotorModel(RotorParameters(), AIR, OMEGA)
    blade, before, inflow = model.trim(6.7)
    blade[:, 0] += 0.02
    thrust = [model._solve(blade, None, None, inflow, steps)[0].loads[:, 2].sum()
              for steps in (0, 25, 400)]
    rise = np.array(thrust) - before.loads[:, 2].sum()
    assert rise[0] > 1.3 * rise[2]
    assert rise[1] == pytest.approx(rise[2], rel=0.03)


def test_tip_loss_costs_power_at_equal_thrust():
    powers = [RotorModel(RotorParameters(tip_loss=loss), AIR, OMEGA).trim(6.7)[1].loads[:, 5].sum()
              for loss in (True, False)]
    assert powers[0] > powers[1]
