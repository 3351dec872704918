# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Blade elements: limits of rotor theory, symmetries, and a dense solution beside them."""

import math

from ingenuity_nodes.vehicle.airfoil import CELLS_PER_DEGREE, extended_polar
from ingenuity_nodes.vehicle.effectiveness import RotorModel
from ingenuity_nodes.vehicle.rotors import (
    blade_loads, BLADE_WORK, BLADES, rotor_constants, ROTOR_STATE, RotorParameters, section)
from ingenuity_nodes.world.mars import air_of_density
from numba import njit
import numpy as np
import pytest

RHO, OMEGA, SOUND = 0.0165, 265.68, 244.0
AIR = air_of_density(RHO, 235.0)
RADIUS = RotorParameters().radius
AREA = math.pi * RADIUS ** 2


@njit
def _loads(constants, rotor, w_MB_B, work):
    blade_loads(constants[0], rotor[0], w_MB_B, SOUND, work[0])


def loads_of(collective=0.16, longitudinal=0.0, lateral=0.0, direction=1.0, u=(0, 0, 0),
             w=(0, 0, 0), inflow=12.0, constants=None):
    """Force x, y, z, moment x, y, torque of one rotor in a given flow."""
    rotor = np.zeros(1, ROTOR_STATE)
    rotor['direction'], rotor['omega'], rotor['u_B'] = direction, OMEGA, u
    rotor['blade'] = collective, longitudinal, lateral
    rotor['flow'], rotor['ground_ratio'] = inflow, 1.0
    _loads(rotor_constants(RotorParameters()) if constants is None else constants, rotor,
           np.array(w, dtype=float), np.zeros(1, BLADE_WORK))
    return RHO * np.concatenate([rotor['force'][0], rotor['moment'][0], rotor['torque']])


def without_drag():
    constants = rotor_constants(RotorParameters(tip_loss=False))
    constants['drag'], constants['lifting'] = 0.0, 1.0
    return constants


def uncoupled(parameters=None):
    """Both rotors too far apart to feel each other."""
    model = RotorModel(parameters or RotorParameters(lower_on_upper=0.0), AIR, OMEGA)
    model._constants['wake'] = 0.0
    return model


def test_published_geometry_has_the_published_solidity():
    x = np.linspace(0.0908, 1.0, 20001)
    # Thrust-weighted: 3 times the integral of sigma(r) r^2, four blades over one disk.
    sigma = 4.0 * section(x, 1) / math.pi
    weighted = 3.0 * np.trapezoid(sigma * x ** 2, x)
    assert weighted == pytest.approx(0.14782, rel=0.005)


def test_with_zero_drag_and_uniform_inflow_power_is_the_ideal_of_momentum_theory():
    constants, inflow = without_drag(), 10.0
    for _ in range(200):
        thrust = loads_of(inflow=inflow, constants=constants)[2]
        inflow += 0.2 * (math.sqrt(thrust / (2.0 * RHO * AREA)) - inflow)
    power = loads_of(inflow=inflow, constants=constants)[5] * OMEGA
    assert power == pytest.approx(thrust * math.sqrt(thrust / (2.0 * RHO * AREA)), rel=0.01)


@pytest.mark.parametrize('u', [(0, 0, 0), (8, 0, 0), (0, -6, 0), (5, 3, 2), (4, 0, -3)])
def test_without_drag_torque_power_is_all_that_lift_does_to_the_air(u):
    # Lift is at right angles to the flow at the blade: Q omega = F . u + T v for uniform inflow.
    got = loads_of(u=u, inflow=11.0, constants=without_drag())
    assert got[5] * OMEGA == pytest.approx(got[:3] @ np.array(u) + got[2] * 11.0, rel=1e-6)


def test_well_separated_two_rotors_are_two_single_rotors():
    both = uncoupled().loads(np.array([[0.15, 0, 0], [0.17, 0, 0]])).loads
    swapped = uncoupled().loads(np.array([[0.17, 0, 0], [0.15, 0, 0]])).loads
    np.testing.assert_allclose(both[0, [2, 5]], swapped[1, [2, 5]], rtol=1e-12)
    np.testing.assert_allclose(both[1, [2, 5]], swapped[0, [2, 5]], rtol=1e-12)


def test_close_together_they_need_more_power_than_well_separated():
    _, near, _ = RotorModel(RotorParameters(), AIR, OMEGA).trim(6.7)
    _, far, _ = uncoupled().trim(6.7)
    extra = near.loads[:, 5].sum() / far.loads[:, 5].sum()
    assert 1.05 < extra < 1.3


def test_thrust_and_torque_double_with_density():
    blade = np.array([[0.158, 0, 0], [0.168, 0, 0]])
    thin = RotorModel(RotorParameters(), AIR, OMEGA).loads(blade).loads
    doubled = air_of_density(2.0 * RHO, 235.0)
    thick = RotorModel(RotorParameters(), doubled, OMEGA).loads(blade).loads
    np.testing.assert_allclose(thick, 2.0 * thin, rtol=1e-9, atol=1e-12)


def test_in_hover_the_upper_rotor_carries_more_at_equal_torque():
    # Coaxial rotors balanced in torque: 53 to 57 % on the upper one (Leishman and Syal 2008).
    _, got, _ = RotorModel(RotorParameters(), AIR, OMEGA).trim(6.7)
    assert got.loads[0, 5] == pytest.approx(got.loads[1, 5], rel=1e-6)
    assert 0.53 < got.loads[0, 2] / got.loads[:, 2].sum() < 0.57


def test_a_rotor_turning_in_the_other_direction_is_the_mirror_image():
    left = loads_of(0.16, 0.02, 0.03, 1.0, u=(4, 2, 1), w=(0.3, -0.5, 0.1))
    right = loads_of(0.16, 0.02, -0.03, -1.0, u=(4, -2, 1), w=(-0.3, -0.5, -0.1))
    np.testing.assert_allclose(right, left * np.array([1, -1, 1, -1, 1, 1]), rtol=1e-9, atol=1e-12)


def test_turning_rates_are_damped():
    assert loads_of(w=(1.0, 0, 0))[3] < -0.01
    assert loads_of(w=(0, 1.0, 0))[4] < -0.01


def test_wind_pushes_the_rotor_downwind():
    assert loads_of(u=(6, 0, 0))[0] < -0.02
    assert loads_of(u=(0, 6, 0))[1] < -0.02


def test_climbing_costs_thrust_at_fixed_blade_angles():
    assert loads_of(u=(0, 0, 2))[2] < loads_of()[2] < loads_of(u=(0, 0, -2))[2]


def dense_loads(collective, longitudinal, lateral, u, w, inflow):
    """Write the same physics again, plainly, with 400 stations and 144 azimuths."""
    polar = extended_polar('us_fp')
    edges = np.linspace(0.0908, 1.0, 401)
    x = 0.5 * (edges[1:] + edges[:-1])
    r, dr = x[:, None] * RADIUS, np.diff(edges)[:, None] * RADIUS
    psi = np.arange(144)[None, :] * 2.0 * math.pi / 144
    theta = (collective + np.radians(section(x, 2) - section(np.array([0.75]), 2)))[:, None]
    theta = theta + lateral * np.sin(psi) - longitudinal * np.cos(psi)
    tangent = np.stack([-np.sin(psi), np.cos(psi)])
    ut = OMEGA * r + tangent[0] * u[0] + tangent[1] * u[1] + w[2] * r
    up = u[2] + w[0] * r * np.sin(psi) - w[1] * r * np.cos(psi) + inflow
    alpha = np.degrees(theta - np.arctan2(up, ut))
    grid = np.linspace(-180.0, 180.0, 360 * CELLS_PER_DEGREE + 1)
    lifting = 1.0 - np.clip((section(x, 3) - 0.20) / 0.50, 0.0, 1.0)[:, None]
    cl = lifting * np.interp(alpha, grid, polar.lift)
    cd = lifting * np.interp(alpha, grid, polar.drag) + (1.0 - lifting)
    scale = 0.5 * RHO * np.hypot(ut, up) * section(x, 1)[:, None] * RADIUS * dr * BLADES / 144
    fz, ft = scale * (cl * ut - cd * up), scale * (cl * up + cd * ut)
    return np.array([
        -(ft * tangent[0]).sum(), -(ft * tangent[1]).sum(), fz.sum(),
        (r * np.sin(psi) * fz).sum(), -(r * np.cos(psi) * fz).sum(), (r * ft).sum()])


@pytest.mark.parametrize('collective', [0.05, 0.12, 0.16, 0.22])
@pytest.mark.parametrize('u, w', [
    ((0, 0, 0), (0, 0, 0)), ((6, 0, 0), (0, 0, 0)), ((0, 12, 0), (0, 0, 0)),
    ((3, -4, 2), (0.5, -1.0, 0.3)), ((0, 0, -3), (0, 2.0, 0))])
def test_few_elements_agree_with_a_dense_solution_within_one_per_cent(collective, u, w):
    inflow = 4.0 + 50.0 * collective
    few = loads_of(collective, 0.02, -0.03, u=u, w=w, inflow=inflow)
    dense = dense_loads(collective, 0.02, -0.03, u, w, inflow)
    # One per cent of thrust and torque; moments and in-plane force of the size hover control uses.
    assert few[2] == pytest.approx(dense[2], rel=0.01, abs=0.01)
    assert few[5] == pytest.approx(dense[5], rel=0.01, abs=0.001)
    np.testing.assert_allclose(few[[0, 1]], dense[[0, 1]], atol=0.01 * 0.25)
    np.testing.assert_allclose(few[[3, 4]], dense[[3, 4]], atol=0.01 * 0.6)


def annular_hover(collective):
    """Thrust and torque of a single rotor by blade-element momentum theory on 300 rings."""
    polar = extended_polar('us_fp')
    grid = np.linspace(-180.0, 180.0, 360 * CELLS_PER_DEGREE + 1)
    edges = np.linspace(0.0908, 1.0, 301)
    x = 0.5 * (edges[1:] + edges[:-1])
    r, dr, chord = x * RADIUS, np.diff(edges) * RADIUS, section(x, 1) * RADIUS
    theta = collective + np.radians(section(x, 2) - section(np.array([0.75]), 2))
    lifting = 1.0 - np.clip((section(x, 3) - 0.20) / 0.50, 0.0, 1.0)
    v = np.full(300, 8.0)
    for _ in range(3000):
        slope = np.maximum(np.abs(v) / (OMEGA * r), 0.01)
        f = 0.5 * BLADES * (1.0 - x) / x * np.sqrt(1.0 + slope ** 2) / slope
        loss = np.maximum(0.05, 2.0 / math.pi * np.arccos(np.exp(-f)))
        alpha = np.degrees(theta - np.arctan2(v, OMEGA * r))
        cl = lifting * np.interp(alpha, grid, polar.lift)
        cd = lifting * np.interp(alpha, grid, polar.drag) + 1.0 - lifting
        scale = 0.5 * RHO * np.hypot(v, OMEGA * r) * chord * dr * BLADES
        thrust, drag = scale * (cl * OMEGA * r - cd * v), scale * (cl * v + cd * OMEGA * r)
        balance = thrust / (RHO * 2.0 * math.pi * r * dr) - 2.0 * loss * np.abs(v) * v
        v += 0.01 * balance
    return thrust.sum(), (r * drag).sum()


@pytest.mark.parametrize('collective', [0.10, 0.14, 0.18])
def test_hover_of_one_rotor_agrees_with_dense_blade_element_momentum_theory(collective):
    got = uncoupled().loads(np.array([[collective, 0, 0], [collective, 0, 0]])).loads
    thrust, torque = annular_hover(collective)
    assert got[0, 2] == pytest.approx(thrust, rel=0.01)
    assert got[0, 5] == pytest.approx(torque, rel=0.01)


def test_the_measured_points_of_the_polar_are_met():
    polar = extended_polar('us_fp')
    # NASA/TM-20240004230 table A.1.
    for alpha, lift, drag in ((-2, .042, .069), (3, .523, .066), (6, .767, .099)):
        at = (alpha + 180) * CELLS_PER_DEGREE
        assert polar.lift[at] == pytest.approx(lift)
        assert polar.drag[at] == pytest.approx(drag)


def test_the_polar_has_no_jump_and_never_pushes():
    for name in ('us_fp', 'jp_f'):
        polar = extended_polar(name)
        assert np.abs(np.diff(polar.lift)).max() < 0.12
        assert np.abs(np.diff(polar.drag)).max() < 0.05
        assert polar.drag.min() >= 0.06
