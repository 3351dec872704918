# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Mass budget and drag of the airframe."""

from ingenuity_nodes.vehicle.body import (
    body_constants, BodyParameters, drag_by_part, MASS_BUDGET, mass_properties, Part)
import numpy as np
import pytest

BODY = body_constants(BodyParameters())


def drag(forward, density=0.0165, down=0.0):
    """Whole drag of the airframe that moves forward [N]."""
    return drag_by_part(BODY, density, np.array([forward, 0.0, 0.0]), down)[0].sum(axis=0)


def test_the_budget_adds_up_to_the_published_mass():
    assert mass_properties().mass == pytest.approx(1.8)


def test_the_parameters_are_those_of_the_budget():
    budget, parameters = mass_properties(), BodyParameters()
    np.testing.assert_allclose(parameters.mass_centre, budget.p_BG, atol=1e-4)
    np.testing.assert_allclose(parameters.inertia, budget.inertia, rtol=0.005)


def test_inertia_obeys_the_triangle_inequality_without_its_rotors():
    parts = tuple(part for part in MASS_BUDGET if not part.name.endswith('rotor'))
    x, y, z = mass_properties(parts).inertia
    assert x < y + z and y < x + z and z < x + y


def test_a_far_weight_counts_by_its_distance_squared():
    parts = (Part('left', 1.0, (0.0, 2.0, 0.0), (0.0, 0.0, 0.0)),
             Part('right', 1.0, (0.0, -2.0, 0.0), (0.0, 0.0, 0.0)))
    np.testing.assert_allclose(mass_properties(parts).inertia, [8.0, 0.0, 8.0])


@pytest.mark.parametrize('u', [
    (5.0, 0.0, 0.0), (0.0, -3.0, 0.0), (0.0, 0.0, 2.0), (3.0, 4.0, -1.0)])
def test_drag_takes_energy_out_of_motion_through_still_air(u):
    forces, _ = drag_by_part(BODY, 0.0165, np.array(u), 0.0)
    assert (forces.sum(axis=0) @ np.array(u)) < 0.0


def test_drag_grows_with_the_square_of_speed_and_with_density():
    one = drag(3.0)
    np.testing.assert_allclose(drag(6.0), 4.0 * one)
    np.testing.assert_allclose(drag(3.0, density=0.033), 2.0 * one)


def test_downwash_presses_down_and_makes_sideways_drag_larger():
    still, below = drag(5.0), drag(5.0, down=14.0)
    assert below[2] < -0.05
    assert below[0] < still[0] < 0.0


def test_legs_that_drag_below_the_mass_centre_pitch_the_nose_down():
    _, moment = drag_by_part(BODY, 0.0165, np.array([5.0, 0.0, 0.0]), 14.0)
    assert moment[1] > 0.0
