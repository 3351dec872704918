# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Frames and rotations against their laws, REP 103 and an independent library."""

import math

from hypothesis import given, strategies as st
from ingenuity_nodes import frames
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

ANGLES = st.floats(-math.pi, math.pi)
PITCHES = st.floats(-1.5, 1.5)    # short of the pole, where roll and yaw are one
EAST, NORTH, UP = np.eye(3)
FORWARD, LEFT = np.eye(3)[:2]


def attitudes():
    return st.builds(frames.quaternion_from_rpy, ANGLES, PITCHES, ANGLES)


@given(attitudes())
def test_a_quaternion_through_the_door_and_back_is_the_same_to_the_bit(q_MB):
    assert np.array_equal(frames.wxyz_from_xyzw(frames.xyzw_from_wxyz(q_MB)), q_MB)


def test_the_scalar_is_first_inside_and_last_in_ros():
    assert frames.xyzw_from_wxyz(np.array([1.0, 2.0, 3.0, 4.0])).tolist() == [2.0, 3.0, 4.0, 1.0]
    assert frames.quaternion_from_rpy(0.0, 0.0, 0.0).tolist() == [1.0, 0.0, 0.0, 0.0]


@given(attitudes())
def test_a_rotation_matrix_keeps_lengths_and_handedness(q_MB):
    R_MB = frames.rotation_matrix(q_MB)
    assert np.allclose(R_MB @ R_MB.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(R_MB) == pytest.approx(1.0)


@given(attitudes())
def test_rotations_agree_with_scipy(q_MB):
    other = Rotation.from_quat(frames.xyzw_from_wxyz(q_MB))
    assert np.allclose(frames.rotation_matrix(q_MB), other.as_matrix(), atol=1e-12)


@given(attitudes())
def test_a_matrix_and_its_quaternion_are_the_same_rotation(q_MB):
    R_MB = frames.rotation_matrix(q_MB)
    assert np.allclose(frames.rotation_matrix(frames.quaternion(R_MB)), R_MB, atol=1e-12)
    assert frames.quaternion(R_MB)[0] >= 0.0


@given(attitudes(), attitudes())
def test_letters_that_touch_cancel_when_rotations_are_chained(q_AB, q_BC):
    chained = frames.rotation_matrix(frames.compose(q_AB, q_BC))
    assert np.allclose(
        chained, frames.rotation_matrix(q_AB) @ frames.rotation_matrix(q_BC), atol=1e-12)


@given(ANGLES, PITCHES, ANGLES)
def test_roll_pitch_yaw_are_fixed_axis_with_yaw_last(roll, pitch, yaw):
    # REP 103; scipy's lower-case 'xyz' are rotations about fixed axes in this order.
    other = Rotation.from_euler('xyz', [roll, pitch, yaw])
    mine = frames.rotation_matrix(frames.quaternion_from_rpy(roll, pitch, yaw))
    assert np.allclose(mine, other.as_matrix(), atol=1e-12)


@given(ANGLES, PITCHES, ANGLES)
def test_roll_pitch_yaw_come_back_from_the_attitude(roll, pitch, yaw):
    found = frames.rpy_from_quaternion(frames.quaternion_from_rpy(roll, pitch, yaw))
    for angle, expected in zip(found, (roll, pitch, yaw), strict=True):
        assert math.cos(angle - expected) == pytest.approx(1.0, abs=1e-9)


def test_positive_roll_lowers_the_right_side_and_positive_pitch_the_nose():
    rolled = frames.rotation_matrix(frames.quaternion_from_rpy(0.1, 0.0, 0.0))
    pitched = frames.rotation_matrix(frames.quaternion_from_rpy(0.0, 0.1, 0.0))
    assert (rolled @ -LEFT)[2] < 0.0
    assert (pitched @ FORWARD)[2] < 0.0


@given(st.floats(0.0, math.pi / 2), ANGLES, ANGLES)
def test_tilt_is_the_angle_between_the_two_up_axes(lean, direction, yaw):
    axis = np.array([math.cos(direction), math.sin(direction), 0.0])
    leaning = np.array([math.cos(lean / 2), *(math.sin(lean / 2) * axis)])
    q_MB = frames.compose(leaning, frames.quaternion_from_rpy(0.0, 0.0, yaw))
    assert frames.tilt(q_MB) == pytest.approx(lean, abs=1e-7)


@pytest.mark.parametrize('azimuth_deg, nose_M', [
    (0.0, NORTH), (90.0, EAST), (180.0, -NORTH), (270.0, -EAST)])
def test_the_nose_points_where_the_compass_says(azimuth_deg, nose_M):
    q_MB = frames.quaternion_from_rpy(0.0, 0.0, frames.yaw_from_azimuth(azimuth_deg))
    assert np.allclose(frames.rotation_matrix(q_MB) @ FORWARD, nose_M, atol=1e-12)


@given(st.floats(0.0, 359.999))
def test_azimuth_to_yaw_and_back_is_the_same_direction(azimuth_deg):
    back = frames.azimuth_from_yaw(frames.yaw_from_azimuth(azimuth_deg))
    assert 0.0 <= back < 360.0
    assert math.cos(math.radians(back - azimuth_deg)) == pytest.approx(1.0, abs=1e-12)


@given(st.floats(-1e4, 1e4))
def test_a_wrapped_angle_points_the_same_way_and_is_at_most_half_a_turn(angle):
    wrapped = frames.wrap_angle(angle)
    assert abs(wrapped) <= math.pi
    assert math.cos(wrapped - angle) == pytest.approx(1.0, abs=1e-9)


def test_jpl_body_axes_to_ours_and_back_is_no_change():
    assert np.array_equal(frames.R_BF @ frames.R_BF, np.eye(3))


def test_frames_of_two_vehicles_never_have_the_same_name():
    assert frames.frame('ingenuity', 'base_link') == 'ingenuity/base_link'
    assert frames.frame('ingenuity', 'odom') != frames.frame('scout', 'odom')
