# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The mast camera on the rover: it looks where it should, and the mast stands for it."""

from __future__ import annotations

import math

from ingenuity_nodes.cameras.model import mastcam
from ingenuity_nodes.frames import quaternion_from_rpy, rotation_matrix, yaw_from_azimuth
from ingenuity_nodes.robots.shapes import robot
from ingenuity_nodes.rover.mast import AZIMUTH, ELEVATION, head_pose, joints_of, joints_toward
import numpy as np
import pytest

P_MB = np.array([63.01, -6.56, 0.95])
ATTITUDE = quaternion_from_rpy(0.0, 0.0, yaw_from_azimuth(175.2))


@pytest.mark.parametrize('point', [
    (0.0, 0.0, 5.3), (-1.4, 49.5, 5.3), (70.0, -20.0, 0.0), (63.0, 3.0, 10.0)])
def test_what_the_mast_is_turned_to_lies_in_the_middle_of_the_image(point):
    joints = joints_toward(P_MB, ATTITUDE, np.array(point))
    uv = mastcam().project_world(np.array([point]), *head_pose(P_MB, ATTITUDE, joints))[0]
    assert uv == pytest.approx((803.5, 599.5), abs=1.0)


@pytest.mark.parametrize('joints', [{}, {AZIMUTH: 2.1, ELEVATION: 0.3}, {AZIMUTH: -3.0}])
def test_the_head_is_where_it_is_drawn(joints):
    # The equation of the drive's floor against the kinematics of the drawn robot.
    drawn = robot('rover').link_poses(joints)['mast_head']
    p_MH, q_MH = head_pose(np.zeros(3), np.array([1.0, 0.0, 0.0, 0.0]), joints)
    assert p_MH == pytest.approx(drawn[:3, 3], abs=1e-12)
    assert rotation_matrix(q_MH) == pytest.approx(drawn[:3, :3], abs=1e-12)


def test_joints_follow_from_the_attitude_of_the_head():
    joints = {'mast_azimuth_joint': 2.1, 'mast_elevation_joint': 0.3}
    assert joints_of(ATTITUDE, head_pose(P_MB, ATTITUDE, joints)[1]) == pytest.approx(joints)


def test_the_lens_stands_some_two_metres_above_the_ground():
    # Perseverance's mast cameras look from about 2 m (NASA).
    p_MH, q_MH = head_pose(P_MB, ATTITUDE, {})
    assert mastcam().pose(p_MH, q_MH)[1][2] - P_MB[2] == pytest.approx(2.0, abs=0.2)


def test_the_widest_zoom_spans_its_published_angle():
    # Bell et al. 2021: 25.6 x 19.2 deg at 26 mm.
    rays = mastcam().unproject(np.array([[-0.5, 599.5], [1607.5, 599.5]]))
    assert math.degrees(math.acos(rays[0] @ rays[1])) == pytest.approx(25.6, abs=0.3)
