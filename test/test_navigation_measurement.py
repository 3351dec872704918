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
from ingenuity_nodes.navigation.estimator import configuration_of, EstimatorParameters
from ingenuity_nodes.navigation.kalman import Consider, Correction, NO_PARAMETER
from ingenuity_nodes.navigation.reference_image import (
    drop_lost_features, REFERENCE_IMAGE, set_features, WIDTH)
from ingenuity_nodes.navigation.state import (
    ACCEL_BIAS, apply_correction, ATTITUDE, ERRORS, FORCE_SCALE, GROUND_HEIGHT, GYRO_BIAS,
    INPUTS, KEY_ATTITUDE, KEY_POSITION, NOISY, POSITION, PROCESS_NOISE, RANGE_SCALE, RATE_SCALE,
    SLOPE, SPOT_HEIGHT, STATE, VELOCITY)
from ingenuity_nodes.sensors.altimeter import AltimeterParameters
from ingenuity_nodes.sensors.imu import ImuParameters
from ingenuity_nodes.timing import STEP
from ingenuity_nodes.world.mars import GRAVITY
import numpy as np
import pytest

CONFIG, = configuration_of(
    EstimatorParameters(), navcam(), ImuParameters(), AltimeterParameters())
VECTORS = {'p_MI': POSITION, 'v_MI': VELOCITY, 'gyro_bias': GYRO_BIAS, 'accel_bias': ACCEL_BIAS,
           'p_MK': KEY_POSITION, 'rate_scale': RATE_SCALE}
NUMBERS = {'ground_height': GROUND_HEIGHT, 'spot_height': SPOT_HEIGHT,
           'range_scale': RANGE_SCALE, 'force_scale': FORCE_SCALE}


def at_rest() -> np.void:
    """Return the state of a level aircraft at the origin."""
    x = np.zeros((), STATE)[()]
    x['q_MB'][0] = x['q_MK'][0] = 1.0
    return x


def some_state(seed: int) -> np.void:
    """Draw a state some 5 m up, reference image 1 m away, over a slope, tilted a little."""
    random, x = np.random.default_rng(seed), at_rest()
    x['p_MI'] = np.array([3.0, -2.0, 5.0]) + random.normal(size=3)
    x['v_MI'] = random.normal(size=3)
    x['q_MB'] = quaternion_from_rpy(*(0.15 * random.normal(size=2)), random.normal())
    x['gyro_bias'], x['accel_bias'] = 0.01 * random.normal(size=(2, 3))
    x['p_MK'] = x['p_MI'] + random.normal(size=3)
    x['q_MK'] = quaternion_from_rpy(*(0.15 * random.normal(size=2)), random.normal())
    x['ground_height'], x['slope'] = 0.3 * random.normal(), 0.1 * random.normal(size=2)
    x['spot_height'] = 0.05 * random.normal()
    x['range_scale'], x['force_scale'] = 0.01 * random.normal(size=2)
    x['rate_scale'] = 0.01 * random.normal(size=3)
    return x


def moved(x: np.void, column: int, by: float) -> np.void:
    """Apply a small error along one axis."""
    dx, out = np.zeros(ERRORS), x.copy()
    dx[column] = by
    apply_correction(out, dx)
    return out


def error_between(x: np.void, y: np.void) -> np.ndarray:
    """Find the error that leads from ``x`` to ``y``, both near each other."""
    out = np.zeros(ERRORS)
    for name, at in VECTORS.items():
        out[at:at + 3] = y[name] - x[name]
    for name, at in NUMBERS.items():
        out[at] = y[name] - x[name]
    out[SLOPE:SLOPE + 2] = y['slope'] - x['slope']
    for name, at in (('q_MB', ATTITUDE), ('q_MK', KEY_ATTITUDE)):
        R = rotation_matrix(y[name]) @ rotation_matrix(x[name]).T
        out[at:at + 3] = 0.5 * np.array([R[2, 1] - R[1, 2], R[0, 2] - R[2, 0], R[1, 0] - R[0, 1]])
    return out


def differences(function, x: np.ndarray, step: float = 1e-5) -> np.ndarray:
    """Differentiate ``function(state)`` along all errors."""
    return np.array([
        (np.asarray(function(moved(x, k, step))) - np.asarray(function(moved(x, k, -step))))
        / (2.0 * step) for k in range(ERRORS)]).T


def bearings_to_ground(x: np.void, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Find the bearings of both images to one point of the ground, the second with an error."""
    random = np.random.default_rng(seed)
    east, north = x['p_MI'][:2] + 3.0 * random.normal(size=2)
    point = np.array([east, north, -ground_plane.height_over_plane(x, east, north, 0.0)])
    bearings = []
    for p, q in ((x['p_MK'], x['q_MK']), (x['p_MI'], x['q_MB'])):
        bearing = rotation_matrix(q).T @ (point - p) - CONFIG['p_IC']
        bearings.append(bearing / np.linalg.norm(bearing))
    bearings[1] += 0.003 * random.normal(size=3)
    return bearings[0], bearings[1] / np.linalg.norm(bearings[1])


def linearised(x, bearing_K, bearing_B):
    """Compare a bearing with its prediction; return it and the derivative."""
    H = np.zeros((2, ERRORS))
    cameras = bearing_model.cameras_of(x, CONFIG)
    return bearing_model.linearise(cameras, bearing_K, bearing_B, H), H


@pytest.mark.parametrize('seed', range(5))
def test_the_altimeter_derivative_is_the_finite_difference(seed):
    x, H, unused = some_state(seed), np.zeros(ERRORS), np.zeros(ERRORS)
    ground_plane.altimeter_row(x, CONFIG['p_IA'], H)
    numeric = differences(lambda y: ground_plane.altimeter_row(y, CONFIG['p_IA'], unused), x)
    assert H == pytest.approx(numeric, abs=1e-6)


@pytest.mark.parametrize('seed', range(10))
def test_the_derivative_of_a_bearing_is_the_finite_difference(seed):
    x = some_state(seed)
    bearing_K, bearing_B = bearings_to_ground(x, seed)
    bearing, H = linearised(x, bearing_K, bearing_B)
    e = tangents(x, bearing_K, bearing_B)

    def predicted(y):
        return e @ prediction(y, bearing_K)
    assert bearing.visible
    assert -np.array(bearing.residual) == pytest.approx(predicted(x), abs=1e-12)
    assert pytest.approx(differences(predicted, x), abs=1e-6) == H


def test_the_gain_of_a_feature_s_height_does_not_depend_on_the_measured_bearing():
    # Else noise that makes a feature seem to move less makes it count more, and all distances
    # shrink: by 0.2 % in Flight 3, once.
    x = some_state(2)
    bearing_K, bearing_B = bearings_to_ground(x, 2)
    gains = []
    for noise in (0.0, 0.003, -0.003):
        noisy = bearing_B + noise * np.array([0.7, -0.6, 0.3])
        gains.append(linearised(x, bearing_K, noisy / np.linalg.norm(noisy))[0].height_gain)
    assert gains[0] > 0.0 and np.ptp(gains) < 1e-12


def prediction(x: np.void, bearing_K: np.ndarray) -> np.ndarray:
    """Predict the bearing of the point that a bearing of the reference image meets."""
    R_MK, R_MB = rotation_matrix(x['q_MK']), rotation_matrix(x['q_MB'])
    camera, u_M = x['p_MK'] + R_MK @ CONFIG['p_IC'], R_MK @ bearing_K
    normal = np.append(-x['slope'], 1.0)
    height = normal @ (camera - np.append(x['p_MK'][:2], x['ground_height']))
    point = camera - height / (normal @ u_M) * u_M
    p_CF_B = R_MB.T @ (point - x['p_MI']) - CONFIG['p_IC']
    return p_CF_B / np.linalg.norm(p_CF_B)


def tangents(x: np.void, bearing_K: np.ndarray, bearing_B: np.ndarray) -> np.ndarray:
    """Return the tangent basis: along the displacement by higher ground, and normal to it."""
    R_MK, R_MB = rotation_matrix(x['q_MK']), rotation_matrix(x['q_MB'])
    u_M = R_MK @ bearing_K
    up = R_MB.T @ (u_M / (u_M @ np.append(-x['slope'], 1.0)))
    predicted = prediction(x, bearing_K)
    first = up - (up @ predicted) * predicted
    first -= (first @ bearing_B) * bearing_B
    first /= np.linalg.norm(first)
    return np.array([first, np.cross(bearing_B, first)])


def inputs_of(f_B, w_MB_B) -> np.void:
    """Return what the sensors report, without the altimeter."""
    inputs = np.zeros((), INPUTS)[()]
    inputs['f_B'], inputs['w_MB_B'], inputs['altimeter'] = f_B, w_MB_B, math.nan
    return inputs


def correction_of(P: np.ndarray) -> Correction:
    """Begin updates of a covariance."""
    return Correction(P, P.shape[1], np.zeros(ERRORS), np.zeros((2, P.shape[1])))


def test_the_covariance_is_propagated_as_the_errors_of_the_state_are():
    x = some_state(3)
    inputs = inputs_of([0.4, -0.3, GRAVITY], [0.2, -0.1, 0.3])

    def after(y):
        y = y.copy()
        propagation.propagate_state(y, inputs, inputs)
        return y
    step = 1e-6
    F = np.array([(error_between(after(moved(x, k, -step)), after(moved(x, k, step))))
                  / (2.0 * step) for k in range(ERRORS)]).T
    random = np.random.default_rng(4)
    root = random.normal(size=(ERRORS, ERRORS))
    P, Q = np.zeros((ERRORS, WIDTH)), np.full(NOISY, 1e-3)
    P[:, :ERRORS], P[:, ERRORS:ERRORS + 2] = root @ root.T, random.normal(size=(ERRORS, 2))
    expected = F @ P
    expected[:, :ERRORS] = F @ P[:, :ERRORS] @ F.T
    noisy = np.arange(PROCESS_NOISE, PROCESS_NOISE + NOISY)
    expected[noisy, noisy] += Q
    y = x.copy()
    f_M = propagation.propagate_state(y, inputs, inputs)
    motion = propagation.Motion(
        f_M, tuple(inputs['w_MB_B'] - x['gyro_bias']), inputs['f_B'][2] - x['accel_bias'][2], 1)
    propagation.propagate_covariance(P, ERRORS + 2, y['q_MB'], motion, Q)
    # The filter takes the attitude at the end of the step, after 2 ms of rotation.
    assert pytest.approx(expected, abs=2e-4 * np.abs(expected).max()) == P


def test_scalar_updates_one_by_one_equal_one_update_of_all():
    random = np.random.default_rng(5)
    root, H = random.normal(size=(ERRORS, ERRORS)), random.normal(size=(3, ERRORS))
    P, r, R = root @ root.T, random.normal(size=3), np.array([0.1, 0.2, 0.3])
    K = P @ H.T @ np.linalg.inv(H @ P @ H.T + np.diag(R))
    at_once, P_at_once = K @ r, P - K @ H @ P
    correction = correction_of(P)
    for row in range(3):
        kalman.update(correction, H[row], NO_PARAMETER, r[row], R[row])
    assert correction.dx == pytest.approx(at_once)
    assert pytest.approx(P_at_once, abs=1e-9) == P
    assert np.array_equal(P, P.T)


def test_a_consider_parameter_is_that_of_schmidt():
    random = np.random.default_rng(8)
    root, H = random.normal(size=(ERRORS + 1, ERRORS + 1)), random.normal(size=ERRORS)
    joint, gain, R = root @ root.T, 0.7, 0.2
    row = np.append(H, gain)
    S = row @ joint @ row + R
    K = np.append((joint @ row / S)[:ERRORS], 0.0)    # the parameter itself is not corrected
    kept = np.eye(ERRORS + 1) - np.outer(K, row)
    expected = kept @ joint @ kept.T + R * np.outer(K, K)    # Joseph's form holds for any gain
    P = joint[:ERRORS].copy()
    correction = correction_of(P)
    kalman.update(correction, H, Consider(0, gain, joint[-1, -1]), 1.5, R)
    assert correction.dx == pytest.approx(1.5 * K[:ERRORS])
    assert pytest.approx(expected[:ERRORS], abs=1e-9) == P


def test_a_cloned_pose_has_the_covariance_of_the_pose():
    random = np.random.default_rng(6)
    root, x = random.normal(size=(ERRORS, ERRORS)), some_state(6)
    P = root @ root.T
    before = P.copy()
    ground_plane.clone_pose(x, P, ERRORS, CONFIG['ground'])
    pose = [*range(POSITION, POSITION + 3), *range(ATTITUDE, ATTITUDE + 3)]
    key = [*range(KEY_POSITION, KEY_POSITION + 3), *range(KEY_ATTITUDE, KEY_ATTITUDE + 3)]
    now = slice(0, KEY_POSITION)
    assert np.array_equal(P[now, now], before[now, now])
    assert np.array_equal(P[np.ix_(key, key)], before[np.ix_(pose, pose)])
    assert np.array_equal(P[key, now], before[pose, now])
    assert np.array_equal(P, P.T)


def test_a_cloned_pose_extends_the_plane_to_below_it():
    x, P = some_state(7), np.zeros((ERRORS, ERRORS))
    height = ground_plane.height_over_plane(x, *x['p_MI'])
    elsewhere = ground_plane.height_over_plane(x, 1.0, 2.0, 3.0)
    ground_plane.clone_pose(x, P, ERRORS, CONFIG['ground'])
    assert x['p_MI'][2] - x['ground_height'] == pytest.approx(height)
    assert ground_plane.height_over_plane(x, 1.0, 2.0, 3.0) == pytest.approx(elsewhere)


def test_the_variance_of_an_extended_plane_follows_from_its_derivative():
    x = some_state(9)
    random = np.random.default_rng(9)
    root = random.normal(size=(ERRORS, ERRORS))
    P, still = root @ root.T, np.zeros((), ground_plane.GROUND)[()]

    def after(y):
        y = y.copy()
        ground_plane.clone_pose(y, np.zeros((ERRORS, ERRORS)), ERRORS, still)
        return y['ground_height']
    row = differences(after, x)
    expected = row @ P @ row
    ground_plane.clone_pose(x, P, ERRORS, still)
    assert P[GROUND_HEIGHT, GROUND_HEIGHT] == pytest.approx(expected)


def test_heights_drift_with_the_whole_distance_and_no_measurement_sees_it():
    x, P, before = some_state(11), np.zeros((ERRORS, ERRORS)), 0.0
    for distance in (2.0, 1.0, 4.0):
        ground_plane.add_height_drift(P, CONFIG['ground'], before, distance)
        before += distance
    assert math.sqrt(P[2, 2]) == pytest.approx(7.0 * CONFIG['ground']['height_drift'])
    H = np.zeros(ERRORS)
    ground_plane.altimeter_row(x, CONFIG['p_IA'], H)
    H_features = linearised(x, *bearings_to_ground(x, 11))[1]
    assert np.abs(np.vstack([H, H_features]) @ P).max() < 1e-12


def test_over_a_distance_of_one_height_the_spot_decorrelates():
    x, P = some_state(10), np.zeros((ERRORS, ERRORS))
    height = ground_plane.height_over_plane(x, *x['p_MI'])
    x['v_MI'], x['spot_height'] = [height, 0.0, 0.0], 0.02    # one height in a second
    P[SPOT_HEIGHT, SPOT_HEIGHT] = P[0, SPOT_HEIGHT] = 1e-4
    for _ in range(round(1.0 / STEP)):
        ground_plane.propagate_spot(x, P, ERRORS, CONFIG['ground'], 1)
    assert x['spot_height'] == pytest.approx(0.02 / math.e)
    assert P[0, SPOT_HEIGHT] == pytest.approx(1e-4 / math.e)
    spread = (CONFIG['ground']['relief'] * height) ** 2
    assert P[SPOT_HEIGHT, SPOT_HEIGHT] == pytest.approx(spread + (1e-4 - spread) / math.e ** 2)


def test_the_noise_of_the_reference_image_is_an_error_of_its_pose():
    reference, x = np.zeros((), REFERENCE_IMAGE)[()], some_state(1)
    x['p_MK'], x['q_MK'], P = x['p_MI'], x['q_MB'], np.zeros((ERRORS, WIDTH))
    bearings = np.array([bearings_to_ground(x, seed)[0] for seed in range(20)])
    set_features(reference, CONFIG, x, P, np.arange(20), bearings)
    with_all = P[:, :ERRORS].copy()
    sigma = np.sqrt(np.diag(with_all))
    assert (sigma[:KEY_POSITION] == 0.0).all()
    # Some 5 m * 0.09 px * 3.6 mrad / sqrt(20), several times more as tilt and shift look alike.
    assert 5e-4 < sigma[KEY_POSITION] < 5e-3
    drop_lost_features(reference, CONFIG, P, np.arange(10))
    pose = slice(KEY_POSITION, KEY_POSITION + 6)
    grown = P[pose, pose] - with_all[pose, pose]
    assert np.linalg.eigvalsh(grown).min() > 0.0


def test_free_fall_from_rest_is_half_g_t_squared():
    x, nothing = at_rest(), inputs_of(np.zeros(3), np.zeros(3))
    for _ in range(500):
        propagation.propagate_state(x, nothing, nothing)
    assert x['p_MI'][2] == pytest.approx(-0.5 * GRAVITY * (500 * STEP) ** 2)
    assert x['v_MI'][2] == pytest.approx(-GRAVITY * 500 * STEP)


def test_a_constant_rate_turns_by_rate_times_time():
    x, inputs = at_rest(), inputs_of([0.0, 0.0, GRAVITY], [0.0, 0.0, math.pi / 2])
    for _ in range(500):
        propagation.propagate_state(x, inputs, inputs)
    assert x['q_MB'] == pytest.approx(quaternion_from_rpy(0.0, 0.0, math.pi / 2), abs=1e-9)
