# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Pose of the rover's mast camera, the mast angles for it, and how fast the mast turns."""

from __future__ import annotations

from dataclasses import dataclass
import math

from ingenuity_nodes.cameras.model import mastcam
from ingenuity_nodes.frames import quaternion, QuatWxyz, rotation_matrix, Vector3
from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.rover.joints import Joints
import numpy as np

AZIMUTH, ELEVATION = 'mast_azimuth_joint', 'mast_elevation_joint'    # positive left, down
FOOT = (0.83, -0.56, 1.10)    # of the mast, in the rover's body [m]
HEAD = (0.0, 0.0, 0.72)       # where the head tilts, in the turning mast [m]


@dataclass(frozen=True)
class MastParameters:
    """The mast that carries the cameras, and what it does with them."""

    rate: float = quantity(
        0.1, 'rad/s', 'at which azimuth and elevation turn at most', low=0.01, high=2.0,
        source='assumed: 6 deg/s, a half turn in half a minute')
    highest: float = quantity(
        1.5, 'rad', 'elevation of the head, positive up', low=0.0, high=1.57,
        source='assumed: short of the zenith, as the masts of MER and MSL')
    lowest: float = quantity(
        -1.5, 'rad', 'elevation of the head, positive up', low=-1.57, high=0.0,
        source='assumed: short of the nadir, as the masts of MER and MSL')
    settled: float = quantity(
        0.01, 'rad', 'left to the wanted angles when the shutter may open', low=1e-4, high=0.2,
        source='assumed: 35 px of 1608')
    image_delay: float = quantity(
        2.0, 's', 'from an exposure to its image', low=0.1, high=60.0,
        source='assumed: readout and compression')


def head_pose(p_MB: Vector3, q_MB: QuatWxyz, joints: Joints) -> tuple[Vector3, QuatWxyz]:
    """
    Return the pose of the mast head, which carries the mast camera, on a rover at a pose.

    Parameters
    ----------
    p_MB, q_MB
        Of the rover.
    joints
        Angles of the mast [rad]; those that are left out are 0.

    Returns
    -------
    tuple
        Place (3,) in M [m] and attitude of the head.

    """
    azimuth, elevation = joints.get(AZIMUTH, 0.0), joints.get(ELEVATION, 0.0)
    ca, sa, ce, se = (math.cos(azimuth), math.sin(azimuth),
                      math.cos(elevation), math.sin(elevation))
    R_BA = np.array([[ca, -sa, 0.0], [sa, ca, 0.0], [0.0, 0.0, 1.0]])
    R_AH = np.array([[ce, 0.0, se], [0.0, 1.0, 0.0], [-se, 0.0, ce]])
    R_MB = rotation_matrix(q_MB)
    return p_MB + R_MB @ (np.array(FOOT) + R_BA @ HEAD), quaternion(R_MB @ R_BA @ R_AH)


def joints_toward(p_MB: Vector3, q_MB: QuatWxyz, p_MT: Vector3) -> Joints:
    """Return joint angles [rad] that bring a point to the middle of the mast camera's image."""
    joints = {AZIMUTH: 0.0, ELEVATION: 0.0}
    camera = mastcam()
    for _ in range(4):    # the lens stands beside the axes
        p_MH, q_MH = head_pose(p_MB, q_MB, joints)
        R_MC, p_MC = camera.pose(p_MH, q_MH)
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
