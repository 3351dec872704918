# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Poses as other people's tools want them: 4 x 4 matrices, of the sensor they begin from.

``S`` is the frame of the upper inertial sensor, the body of EuRoC's and Kalibr's files; ``F``
that of a fitted camera model (:mod:`ingenuity_nodes.cameras.distortion_fits`).
"""

from __future__ import annotations

from ingenuity_nodes.cameras.distortion_fits import Fit
from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.export.flight_record import Column, FlightRecord, Motion, Times
from ingenuity_nodes.frames import quaternion_from_rpy, rotation_matrix
from ingenuity_nodes.sensors.imu import ImuParameters
import numpy as np
from numpy.typing import NDArray

Matrix4 = NDArray[np.float64]


def transform(R: NDArray[np.float64], p: NDArray[np.float64]) -> Matrix4:
    """Join rotation and position to ``T``, shape (4, 4) or (n, 4, 4)."""
    T = np.zeros((*np.shape(p)[:-1], 4, 4))
    T[..., :3, :3], T[..., :3, 3], T[..., 3, 3] = R, p, 1.0
    return T


def inverse(T: Matrix4) -> Matrix4:
    """Invert rigid transforms (..., 4, 4)."""
    R = np.swapaxes(T[..., :3, :3], -1, -2)
    return transform(R, -(R @ T[..., :3, 3:])[..., 0])


def imu_in_body(imu: ImuParameters) -> Matrix4:
    """Return ``T_BI`` of an inertial sensor."""
    return transform(rotation_matrix(quaternion_from_rpy(*imu.mounting)), np.array(imu.position))


def camera_in_body(camera: CameraModel, fit: Fit | None = None) -> Matrix4:
    """Return ``T_BC``, or ``T_BF`` of a fitted model."""
    R_BC = rotation_matrix(camera.q_BC)
    return transform(R_BC if fit is None else R_BC @ fit.R_FC.T, np.asarray(camera.p_BC))


def poses(motion: Motion) -> Matrix4:
    """Return ``T_MB`` of all instants, (n, 4, 4)."""
    R = np.array([rotation_matrix(q) for q in motion.q_MB]).reshape(-1, 3, 3)
    return transform(R, motion.p_MB)


def quaternions(T: Matrix4) -> Column:
    """Return the attitudes of transforms (n, 4, 4), scalar first, (n, 4)."""
    from scipy.spatial.transform import Rotation
    return np.asarray(Rotation.from_matrix(T[:, :3, :3]).as_quat()[:, [3, 0, 1, 2]])


def with_exposures(record: FlightRecord) -> Motion:
    """Return the truth of all ticks, and of the exposures between them, in order."""
    exposed = Motion.of(record.exposures)
    both = Motion(*(np.concatenate(pair) for pair in zip(record.truth, exposed, strict=True)))
    return both.rows(np.unique(both.t_ns, return_index=True)[1])


def interpolated(motion: Motion, t_ns: Times) -> Motion:
    """Interpolate between instants: positions straight, attitudes on the great circle."""
    from scipy.spatial.transform import Rotation, Slerp

    inside = np.clip(t_ns, motion.t_ns[0], motion.t_ns[-1])
    turned = Slerp(motion.t_ns, Rotation.from_quat(motion.q_MB[:, [1, 2, 3, 0]]))(inside)
    p, v, w = (
        np.stack([np.interp(inside, motion.t_ns, values[:, k]) for k in range(3)], axis=1)
        for values in (motion.p_MB, motion.v_MB, motion.w_MB_B))
    return Motion(t_ns, p, np.asarray(turned.as_quat()[:, [3, 0, 1, 2]]), v, w)
