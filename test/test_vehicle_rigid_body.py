# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""One rigid body with spinning rotors: conservation laws, and how errors shrink with the step."""

from ingenuity_nodes.frames import rotation_matrix
from ingenuity_nodes.vehicle.body import body_constants, BodyParameters
from ingenuity_nodes.vehicle.rigid_body import fly, slide, WRENCH
from ingenuity_nodes.world.mars import GRAVITY
import numpy as np
import pytest

MASS, INERTIA, ROTOR = 1.8, np.array([0.039, 0.031, 0.022]), 0.4   # rotor momentum [N m s]
BODY_RECORD = body_constants(BodyParameters(mass=MASS, inertia=tuple(INERTIA)))[0]
NOTHING = np.zeros(3)
START = np.array([1.0, -2.0, 30.0, 3.0, 1.0, 4.0, 0.8, 0.4, -0.4, 0.2, 1.1, -0.7, 2.3])
START[6:10] /= np.linalg.norm(START[6:10])


def run(seconds, steps, method=fly, force=NOTHING, moment=NOTHING, h=ROTOR, start=START):
    x, scratch, wrench = start.copy(), np.zeros((3, 13)), np.zeros(1, WRENCH)[0]
    wrench['F_B'], wrench['tau_B'], wrench['h_z'] = force, moment, h
    for _ in range(steps):
        method(BODY_RECORD, x, wrench, seconds / steps, scratch)
    return x


def angular_momentum(x, h=ROTOR):
    return rotation_matrix(x[6:10]) @ (INERTIA * x[10:13] + np.array([0.0, 0.0, h]))


def energy(x):
    v, w = x[3:6], x[10:13]
    return MASS * GRAVITY * x[2] + 0.5 * MASS * v @ v + 0.5 * w @ (INERTIA * w)


def test_in_free_fall_the_path_is_a_parabola():
    x = run(2.0, 1000)
    expected = START[:3] + 2.0 * START[3:6] - [0.0, 0.0, 2.0 * GRAVITY]
    np.testing.assert_allclose(x[:3], expected, atol=1e-11)


def test_without_forces_energy_and_angular_momentum_are_conserved():
    x = run(5.0, 2500)
    assert energy(x) == pytest.approx(energy(START), rel=1e-9)
    np.testing.assert_allclose(angular_momentum(x), angular_momentum(START), rtol=1e-8)


def test_gyroscopic_torque_turns_the_body_but_does_no_work():
    still, spinning = run(1.0, 2000, h=0.0), run(1.0, 2000, h=5.0)
    assert np.linalg.norm(still[10:13] - spinning[10:13]) > 0.1
    assert energy(spinning) == pytest.approx(energy(START), rel=1e-8)


def test_a_spinning_rotor_answers_a_push_across_at_right_angles():
    start = np.zeros(13)
    start[6] = 1.0
    # Too short to oscillate: the rate about y is that of the push, the rate about x comes from h.
    x = run(1e-3, 10, moment=np.array([0.0, 0.1, 0.0]), h=5.0, start=start)
    assert x[11] > 0.0
    assert x[10] < 0.0


@pytest.mark.parametrize('method, order', [(fly, 4), (slide, 1)])
def test_errors_shrink_with_the_order_of_the_method(method, order):
    force, moment = np.array([0.3, -0.2, 5.0]), np.array([0.02, 0.01, -0.03])
    exact = run(0.5, 20000, fly, force, moment)
    errors = [np.abs(run(0.5, n, method, force, moment) - exact)[3:].max() for n in (20, 40, 80)]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    np.testing.assert_allclose(orders, order, atol=0.25)


def test_the_attitude_remains_a_unit_quaternion():
    assert np.linalg.norm(run(20.0, 10000)[6:10]) == pytest.approx(1.0, abs=1e-14)
