# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Frames, rotations and the one door between quaternion orders.

``R_MB`` turns coordinates in B into coordinates in M; ``p_MB`` runs from the origin of M
to the origin of B; a third letter says where a vector is written: ``w_MB_B`` is the rate
of B in M, written in B. Letters that touch must match: ``p_MC = p_MB + R_MB @ p_BC``.

====== =========================== ==================================================
letter tf frame                    axes
====== =========================== ==================================================
M      ``map``                     east, north, up; origin on the ground at the helipad
O      ``<vehicle>/odom``          as M, origin where the estimator started
B      ``<vehicle>/base_link``     forward, left, up
I      ``<vehicle>/imu_link``      as B at the inertial sensor; ``imu_2_link`` at the spare
C      ``..._optical_frame``       right, down, forward (out of the lens)
F      none: JPL's body frame      forward, right, down; converted on import
====== =========================== ==================================================
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from transforms3d import quaternions

Vector3 = NDArray[np.float64]   # shape (3,)
Matrix3 = NDArray[np.float64]   # shape (3, 3)
QuatWxyz = NDArray[np.float64]  # shape (4,), Hamilton, scalar first, unit

MAP = 'map'

# From forward-right-down (JPL) to forward-left-up (REP 103), and back: it is its own inverse.
R_BF = np.diag([1.0, -1.0, -1.0])


def frame(vehicle: str, name: str) -> str:
    """Name the tf frame ``name`` of one vehicle, as ``ingenuity/base_link``."""
    return f'{vehicle}/{name}'


def xyzw_from_wxyz(q_wxyz: QuatWxyz) -> NDArray[np.float64]:
    """Reorder one or rows of them for ROS messages, scipy, TUM files: the scalar comes last."""
    return q_wxyz[..., [1, 2, 3, 0]]


def wxyz_from_xyzw(q_xyzw: NDArray[np.float64]) -> QuatWxyz:
    """Reorder what ROS messages, scipy and TUM files say, which put the scalar last."""
    return q_xyzw[[3, 0, 1, 2]]


def rotation_matrix(q_AB: QuatWxyz) -> Matrix3:
    """Turn the unit quaternion ``q_AB`` into the matrix ``R_AB``."""
    return np.asarray(quaternions.quat2mat(q_AB), dtype=np.float64)


def quaternion(R_AB: Matrix3) -> QuatWxyz:
    """Turn the rotation matrix ``R_AB`` into the unit quaternion ``q_AB`` with scalar >= 0."""
    return np.asarray(quaternions.mat2quat(R_AB), dtype=np.float64)


def compose(q_AB: QuatWxyz, q_BC: QuatWxyz) -> QuatWxyz:
    """Chain two attitudes: ``q_AC = q_AB * q_BC``."""
    return np.asarray(quaternions.qmult(q_AB, q_BC), dtype=np.float64)


def quaternion_from_rpy(roll: float, pitch: float, yaw: float) -> QuatWxyz:
    """Build ``q_MB`` from fixed-axis roll, pitch, yaw [rad] (REP 103): yaw is applied last."""
    cr, sr = math.cos(roll / 2), math.sin(roll / 2)
    cp, sp = math.cos(pitch / 2), math.sin(pitch / 2)
    cy, sy = math.cos(yaw / 2), math.sin(yaw / 2)
    return np.array([
        cy * cp * cr + sy * sp * sr,
        cy * cp * sr - sy * sp * cr,
        cy * sp * cr + sy * cp * sr,
        sy * cp * cr - cy * sp * sr,
    ])


def rpy_from_quaternion(q_MB: QuatWxyz) -> tuple[float, float, float]:
    """Read fixed-axis roll, pitch, yaw [rad] from ``q_MB``; pitch within +-pi/2."""
    w, x, y, z = (float(value) for value in q_MB)
    roll = math.atan2(2 * (w * x + y * z), 1 - 2 * (x * x + y * y))
    pitch = math.asin(min(1.0, max(-1.0, 2 * (w * y - z * x))))
    yaw = math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))
    return roll, pitch, yaw


def tilt(q_MB: QuatWxyz) -> float:
    """Angle between the body's up axis and the vertical [rad]."""
    _, x, y, _ = (float(value) for value in q_MB)
    return math.acos(min(1.0, max(-1.0, 1 - 2 * (x * x + y * y))))


def yaw_from_azimuth(azimuth_deg: float) -> float:
    """Turn an azimuth (clockwise from north) [deg] into yaw (anticlockwise from east) [rad]."""
    return wrap_angle(math.pi / 2 - math.radians(azimuth_deg))


def azimuth_from_yaw(yaw: float) -> float:
    """Turn a yaw (counter-clockwise from east) [rad] into an azimuth in 0..360 [deg]."""
    return math.degrees(math.pi / 2 - yaw) % 360.0


def wrap_angle(angle: float) -> float:
    """Bring an angle into -pi..pi [rad]."""
    return math.remainder(angle, 2 * math.pi)
