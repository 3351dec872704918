# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Pose of the rover's mast camera, and the mast angles for it."""

from __future__ import annotations

import math

from ingenuity_nodes.cameras.model import mastcam
from ingenuity_nodes.frames import quaternion, QuatWxyz, rotation_matrix, Vector3
from ingenuity_nodes.robots.shapes import robot
import numpy as np

AZIMUTH, ELEVATION = 'mast_azimuth_joint', 'mast_elevation_joint'    # positive left, down
Joints = dict[str, float]


def head_pose(p_MB: Vector3, q_MB: QuatWxyz, joints: Joints) -> tuple[Vector3, QuatWxyz]:
    """Return the pose of the mast head, which carries the mast camera, on a rover at a pose."""
    pose = robot('rover').link_poses(joints)['mast_head']
    R_MB = rotation_matrix(q_MB)
    return p_MB + R_MB @ pose[:3, 3], quaternion(R_MB @ pose[:3, :3])


def joints_toward(p_MB: Vector3, q_MB: QuatWxyz, p_MT: Vector3) -> Joints:
    """Return joint angles [rad] that bring a point to the middle of the mast camera's image."""
    joints = {AZIMUTH: 0.0, ELEVATION: 0.0}
    for _ in range(4):    # the lens stands beside the axes
        p_MH, q_MH = head_pose(p_MB, q_MB, joints)
        R_MC, p_MC = mastcam().pose(p_MH, q_MH)
        right, down, ahead = R_MC.T @ (np.asarray(p_MT) - p_MC)
        joints[AZIMUTH] = math.remainder(joints[AZIMUTH] - math.atan2(right, ahead), 2 * math.pi)
        joints[ELEVATION] += math.atan2(down, math.hypot(right, ahead))
        joints[ELEVATION] = min(max(joints[ELEVATION], -math.pi / 2), math.pi / 2)
    return joints


def joints_of(q_MB: QuatWxyz, q_MH: QuatWxyz) -> Joints:
    """Return joint angles [rad] of a mast whose head has the attitude ``q_MH``."""
    ahead = (rotation_matrix(q_MB).T @ rotation_matrix(q_MH))[:, 0]
    return {AZIMUTH: math.atan2(ahead[1], ahead[0]),
            ELEVATION: -math.asin(min(1.0, max(-1.0, float(ahead[2]))))}
