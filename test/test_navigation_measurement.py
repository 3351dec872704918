# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The filter's derivatives equal finite differences, and its updates obey Bayes."""

import math

from ingenuity_nodes.cameras.model import navcam
from ingenuity_nodes.frames import quaternion_from_rpy, rotation_matrix
from ingenuity_nodes.navigation import bearing_model
from ingenuity_nodes.navigation import ground_plane
from ingenuity_nodes.navigation import kalman
from ingenuity_nodes.navigation import propagation
from ingenuity_nodes.navigation.estimator import _settings, EstimatorParameters
from ingenuity_nodes.navigation.reference_image import BASE_IMAGE, note_lost, take_base, WIDTH
from ingenuity_nodes.sensors.altimeter import AltimeterParameters
from ingenuity_nodes.sensors.imu import ImuParameters
from ingenuity_nodes.timing import STEP
from ingenuity_nodes.world.mars import GRAVITY
import numpy as np
import pytest

SETTINGS, = _settings(
    EstimatorParameters(), navcam(), ImuParameters(), AltimeterParameters())
ERRORS, STATES, BASE = propagation.ERRORS, propagation.STATES, propagation.BASE
NO_DOUBT = kalman.NO_DOUBT


def some_state(seed: int) -> np.ndarray:
    """Draw a state some 5 m up, base image 1 m away, over a slope, tilted a little."""
    random = np.random.default_rng(seed)
    x = np.zeros(STATES)
    x[0:3] = np.array([3.0, -2.0, 5.0]) + random.normal(size=3)
    x[3:6] = random.normal(size=3)
    x[6:10] = quaternion_from_rpy(*(0.15 * random.normal(size=2)), random.normal())
    x[10:16] = 0.01 * random.normal(size=6)
    x[16:19] = x[0:3] + random.normal(size=3)
    x[19:23] = quaternion_from_rpy(*(0.15 * random.normal(size=2)), random.normal())
    x[23:29] = np.array([0.3, 0.1, 0.1, 0.05, 0.01, 0.01]) * random.normal(size=6)
    return x


def moved(x: np.ndarray, column: int, by: float) -> np.ndarray:
    """Apply a small error along one axis."""
    dx, out = np.zeros(ERRORS), x.copy()
    dx[column] = by
    propagation.correct_state(out, dx)
    return out


def error_between(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Find the error that leads from ``x`` to ``y``, both near each other."""
    out = np.zeros(ERRORS)
    out[0:6], out[9:15], out[15:18] = y[0:6] - x[0:6], y[10:16] - x[10:16], y[16:19] - x[16:19]
    out[21:27] = y[23:29] - x[23:29]
    for at, q in ((6, slice(6, 10)), (18, slice(19, 23))):
        R = rotation_matrix(y[q]) @ rotation_matrix(x[q]).T
        out[at:at + 3] = 0.5 * np.array([R[2, 1] - R[1, 2], R[0, 2] - R[2, 0], R[1, 0] - R[0, 1]])
    return out


def differences(function, x: np.ndarray, step: float = 1e-5) -> np.ndarray:
    """Differentiate ``function(state)`` along all errors."""
    return np.array([
        (np.asarray(function(moved(x, k, step))) - np.asarray(function(moved(x, k, -step))))
        / (2.0 * step) for k in range(ERRORS)]).T


def rays_to_ground(x: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Find rays of both images to one point of the ground, the second one with an error."""
    random = np.random.default_rng(seed)
    place = x[0:2] + 3.0 * random.normal(size=2)
    point = np.append(place, x[23] + x[24:26] @ (place - x[16:18]))
    rays = []
    for p, q in ((x[16:19], x[19:23]), (x[0:3], x[6:10])):
        ray = rotation_matrix(q).T @ (point - p) - SETTINGS['p_IC']
        rays.append(ray / np.linalg.norm(ray))
    rays[1] += 0.003 * random.normal(size=3)
    return rays[0], rays[1] / np.linalg.norm(rays[1])


@pytest.mark.parametrize('seed', range(5))
def test_the_altimeter_derivative_is_the_finite_difference(seed):
    x, H, unused = some_state(seed), np.zeros(ERRORS), np.zeros(ERRORS)
    ground_plane.altimeter_row(x, SETTINGS['p_IA'], H)
    numeric = differences(lambda y: ground_plane.altimeter_row(y, SETTINGS['p_IA'], unused), x)
    assert H == pytest.approx(numeric, abs=1e-6)


@pytest.mark.parametrize('seed', range(10))
def test_the_feature_derivative_is_the_finite_difference(seed):
    x = some_state(seed)
    base_ray, ray = rays_to_ground(x, seed)
    H, out = np.zeros((2, ERRORS)), np.zeros(4)
    assert bearing_model.feature_rows(
        x, bearing_model.view_of(x, SETTINGS), base_ray, ray, SETTINGS, H, out)
    expected, e = out[:2].copy(), directions(x, base_ray, ray)

    def seen(y):
        return e @ direction_of(y, base_ray)
    assert -expected == pytest.approx(seen(x), abs=1e-12)
    assert pytest.approx(differences(seen, x), abs=1e-6) == H


def test_what_a_corner_s_height_does_hangs_on_places_not_on_where_the_corner_was_seen():
    # Else noise that makes a corner seem to move less makes it count more, and all ways shrink:
    # by 0.2 % in Flight 3, once.
    x = some_state(2)
    base_ray, ray = rays_to_ground(x, 2)
    gains = []
    for noise in (0.0, 0.003, -0.003):
        seen = ray + noise * np.array([0.7, -0.6, 0.3])
        H, out = np.zeros((2, ERRORS)), np.zeros(4)
        bearing_model.feature_rows(
            x, bearing_model.view_of(x, SETTINGS), base_ray, seen / np.linalg.norm(seen),
            SETTINGS, H, out)
        gains.append(out[2])
    assert gains[0] > 0.0 and np.ptp(gains) < 1e-12


def direction_of(x: np.ndarray, base_ray: np.ndarray) -> np.ndarray:
    """Expect the direction, in B, of the point that the base ray meets on the ground."""
    R_base, R = rotation_matrix(x[19:23]), rotation_matrix(x[6:10])
    camera, ray = x[16:19] + R_base @ SETTINGS['p_IC'], R_base @ base_ray
    normal = np.append(-x[24:26], 1.0)
    above = normal @ (camera - np.append(x[16:18], x[23]))
    point = camera - above / (normal @ ray) * ray
    q = R.T @ (point - x[0:3]) - SETTINGS['p_IC']
    return q / np.linalg.norm(q)


def directions(x: np.ndarray, base_ray: np.ndarray, ray: np.ndarray) -> np.ndarray:
    """Both axes across the ray: along the move that higher ground causes, and across that."""
    R_base, R = rotation_matrix(x[19:23]), rotation_matrix(x[6:10])
    ray_M = R_base @ base_ray
    up = R.T @ (ray_M / (ray_M @ np.append(-x[24:26], 1.0)))
    expected = direction_of(x, base_ray)
    first = up - (up @ expected) * expected
    first -= (first @ ray) * ray
    first /= np.linalg.norm(first)
    return np.array([first, np.cross(ray, first)])


def test_the_covariance_moves_as_the_errors_of_the_state_do():
    x = some_state(3)
    inputs = np.array([0.4, -0.3, GRAVITY, 0.2, -0.1, 0.3, np.nan, 0.0])

    def after(y):
        y = y.copy()
        propagation.propagate_state(y, inputs, inputs)
        return y
    step = 1e-6
    F = np.array([(error_between(after(moved(x, k, -step)), after(moved(x, k, step))))
                  / (2.0 * step) for k in range(ERRORS)]).T
    random = np.random.default_rng(4)
    root = random.normal(size=(ERRORS, ERRORS))
    P, Q = np.zeros((ERRORS, WIDTH)), np.full(12, 1e-3)
    P[:, :ERRORS], P[:, ERRORS:ERRORS + 2] = root @ root.T, random.normal(size=(ERRORS, 2))
    expected = F @ P
    expected[:, :ERRORS] = F @ P[:, :ERRORS] @ F.T
    expected[:, :ERRORS] += np.diag(np.concatenate([np.zeros(3), Q, np.zeros(ERRORS - 15)]))
    y = x.copy()
    f = propagation.propagate_state(y, inputs, inputs)
    propagation.propagate_covariance(P, ERRORS + 2, y[6:10], f, inputs[5] - x[12], Q, 1)
    # The filter takes the attitude at the end of the step, which is 2 ms of turning away.
    assert pytest.approx(expected, abs=2e-4 * np.abs(expected).max()) == P


def test_scalar_updates_one_by_one_equal_one_update_of_all():
    random = np.random.default_rng(5)
    root, H = random.normal(size=(ERRORS, ERRORS)), random.normal(size=(3, ERRORS))
    P, r, R = root @ root.T, random.normal(size=3), np.array([0.1, 0.2, 0.3])
    K = P @ H.T @ np.linalg.inv(H @ P @ H.T + np.diag(R))
    at_once, P_at_once = K @ r, P - K @ H @ P
    dx, PH = np.zeros(ERRORS), np.zeros(ERRORS)
    for row in range(3):
        kalman.update(P, ERRORS, dx, H[row], NO_DOUBT, PH, r[row], R[row])
    assert dx == pytest.approx(at_once)
    assert pytest.approx(P_at_once, abs=1e-9) == P
    assert np.array_equal(P, P.T)


def test_a_doubt_is_considered_as_schmidt_did():
    random = np.random.default_rng(8)
    root, H = random.normal(size=(ERRORS + 1, ERRORS + 1)), random.normal(size=ERRORS)
    joint, gain, R = root @ root.T, 0.7, 0.2
    row = np.append(H, gain)
    S = row @ joint @ row + R
    K = np.append((joint @ row / S)[:ERRORS], 0.0)    # the doubt itself is not corrected
    kept = np.eye(ERRORS + 1) - np.outer(K, row)
    expected = kept @ joint @ kept.T + R * np.outer(K, K)    # Joseph's form holds for any gain
    P, dx, PH = joint[:ERRORS].copy(), np.zeros(ERRORS), np.zeros(ERRORS + 1)
    doubt = kalman.Doubt(0, gain, joint[-1, -1])
    kalman.update(P, ERRORS + 1, dx, H, doubt, PH, 1.5, R)
    assert dx == pytest.approx(1.5 * K[:ERRORS])
    assert pytest.approx(expected[:ERRORS], abs=1e-9) == P


def test_a_new_base_pose_knows_exactly_what_the_pose_knows():
    random = np.random.default_rng(6)
    root, x = random.normal(size=(ERRORS, ERRORS)), some_state(6)
    P = root @ root.T
    before = P.copy()
    ground_plane.rebase(x, P, ERRORS, SETTINGS['ground'])
    pose = [0, 1, 2, 6, 7, 8]
    assert np.array_equal(P[:15, :15], before[:15, :15])
    assert np.array_equal(P[15:21, 15:21], before[np.ix_(pose, pose)])
    assert np.array_equal(P[15:21, :15], before[pose, :15])
    assert np.array_equal(P, P.T)


def test_a_new_base_extends_the_plane_to_below_it():
    x, P = some_state(7), np.zeros((ERRORS, ERRORS))
    height = ground_plane.height_over_plane(x, *x[0:3])
    place = ground_plane.height_over_plane(x, 1.0, 2.0, 3.0)
    ground_plane.rebase(x, P, ERRORS, SETTINGS['ground'])
    assert x[2] - x[23] == pytest.approx(height)
    assert ground_plane.height_over_plane(x, 1.0, 2.0, 3.0) == pytest.approx(place)


def test_the_doubt_of_an_extended_plane_is_what_its_derivative_says():
    x = some_state(9)
    random = np.random.default_rng(9)
    root = random.normal(size=(ERRORS, ERRORS))
    P, still = root @ root.T, np.zeros((), ground_plane.GROUND)[()]

    def after(y):
        y = y.copy()
        ground_plane.rebase(y, np.zeros((ERRORS, ERRORS)), ERRORS, still)
        return y[23]
    row = differences(after, x)
    expected = row @ P @ row
    ground_plane.rebase(x, P, ERRORS, still)
    assert P[21, 21] == pytest.approx(expected)


def test_heights_creep_with_the_whole_way_and_nothing_that_is_measured_sees_it():
    x, P, before = some_state(11), np.zeros((ERRORS, ERRORS)), 0.0
    for way in (2.0, 1.0, 4.0):
        ground_plane.creep(P, SETTINGS['ground'], before, way)
        before += way
    assert math.sqrt(P[2, 2]) == pytest.approx(7.0 * SETTINGS['ground']['creep'])
    H, out, (base_ray, ray) = np.zeros((3, ERRORS)), np.zeros(4), rays_to_ground(x, 11)
    ground_plane.altimeter_row(x, SETTINGS['p_IA'], H[0])
    bearing_model.feature_rows(
        x, bearing_model.view_of(x, SETTINGS), base_ray, ray, SETTINGS, H[1:], out)
    assert np.abs(H @ P).max() < 1e-12


def test_over_one_height_of_way_most_of_a_bump_is_forgotten():
    x, P = some_state(10), np.zeros((ERRORS, ERRORS))
    height = ground_plane.height_over_plane(x, *x[0:3])
    x[3:6], x[26] = [height, 0.0, 0.0], 0.02    # one height in a second
    P[propagation.SPOT, propagation.SPOT] = P[0, propagation.SPOT] = 1e-4
    for _ in range(round(1.0 / STEP)):
        ground_plane.wander(x, P, ERRORS, SETTINGS['ground'], 1)
    assert x[26] == pytest.approx(0.02 / math.e)
    assert P[0, propagation.SPOT] == pytest.approx(1e-4 / math.e)
    spread = (SETTINGS['ground']['relief'] * height) ** 2
    assert P[24, 24] == pytest.approx(spread + (1e-4 - spread) / math.e ** 2)


def test_the_noise_of_the_base_image_is_a_doubt_about_its_pose():
    base, x, P = np.zeros((), BASE_IMAGE)[()], some_state(1), np.zeros((ERRORS, WIDTH))
    x[16:23] = np.concatenate([x[0:3], x[6:10]])
    rays = np.array([rays_to_ground(x, seed)[0] for seed in range(20)])
    take_base(base, SETTINGS, x, P, np.arange(20), rays)
    all_seen = P[:, :ERRORS].copy()
    doubt = np.sqrt(np.diag(all_seen))
    assert (doubt[:15] == 0.0).all()
    # Some 5 m * 0.09 px * 3.6 mrad / sqrt(20), several times more as tilt and shift look alike.
    assert 5e-4 < doubt[15] < 5e-3
    note_lost(base, SETTINGS, P, np.arange(10))
    grown = P[BASE:BASE + 6, BASE:BASE + 6] - all_seen[BASE:BASE + 6, BASE:BASE + 6]
    assert np.linalg.eigvalsh(grown).min() > 0.0


def test_free_fall_from_rest_is_half_g_t_squared():
    x = np.zeros(STATES)
    x[6] = x[19] = 1.0
    nothing = np.zeros(propagation.INPUTS)
    for _ in range(500):
        propagation.propagate_state(x, nothing, nothing)
    assert x[2] == pytest.approx(-0.5 * GRAVITY * (500 * STEP) ** 2)
    assert x[5] == pytest.approx(-GRAVITY * 500 * STEP)


def test_a_constant_rate_turns_by_rate_times_time():
    x = np.zeros(STATES)
    x[6] = x[19] = 1.0
    inputs = np.array([0.0, 0.0, GRAVITY, 0.0, 0.0, math.pi / 2, np.nan, 0.0])
    for _ in range(500):
        propagation.propagate_state(x, inputs, inputs)
    assert x[6:10] == pytest.approx(quaternion_from_rpy(0.0, 0.0, math.pi / 2), abs=1e-9)
