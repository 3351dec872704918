# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Motions and states of vehicles out of decoded messages of a bag."""

from __future__ import annotations

from typing import Any

from ingenuity_nodes.frames import rotation_matrix
from ingenuity_nodes.signals import Estimate, Exposure, VehicleStatus
from ingenuity_nodes.timing import SECOND_NS
import numpy as np


def time_of(message: Any) -> int:
    """Return the time in a message's header [ns]."""
    return int(message.header.stamp.sec) * SECOND_NS + int(message.header.stamp.nanosec)


def motion_of(message: Any, camera: str) -> Exposure:
    """
    Read an instant of a motion from an odometry message, whose twist is in the body.

    Raises
    ------
    ValueError
        Numbers that are not finite, or no unit quaternion.

    """
    p, q = message.pose.pose.position, message.pose.pose.orientation
    v, w = message.twist.twist.linear, message.twist.twist.angular
    numbers = np.array([p.x, p.y, p.z, q.w, q.x, q.y, q.z, v.x, v.y, v.z, w.x, w.y, w.z])
    if not np.isfinite(numbers).all():
        raise ValueError('found numbers that are not finite')
    if abs(float(np.linalg.norm(numbers[3:7])) - 1.0) > 1e-3:    # as nodes/conversions allows
        raise ValueError('found a quaternion that is not of length 1')
    q_MB = numbers[3:7]
    return Exposure(time_of(message), camera, numbers[:3], q_MB,
                    rotation_matrix(q_MB) @ numbers[7:10], numbers[10:])


def estimate_of(message: Any) -> Estimate:
    """
    Read an estimate; what the message does not carry comes back as zero.

    Raises
    ------
    ValueError
        As :func:`motion_of`.

    """
    one = motion_of(message, '')
    pose = np.asarray(message.pose.covariance, np.float64).reshape(6, 6)
    twist = np.asarray(message.twist.covariance, np.float64).reshape(6, 6)
    R_MB = rotation_matrix(one.q_MB)
    covariance, pick = np.zeros((15, 15)), [0, 1, 2, 6, 7, 8]
    covariance[np.ix_(pick, pick)] = pose
    covariance[3:6, 3:6] = R_MB @ twist[:3, :3] @ R_MB.T
    if not np.isfinite(covariance).all():
        raise ValueError('found a covariance that is not finite')
    zero = np.zeros(3)
    return Estimate(one.t_ns, one.p_MB, one.v_MB, one.q_MB, one.w_MB_B, zero, zero,
                    float(one.p_MB[2]), covariance, 0, 0.0)


def status_of(message: Any) -> VehicleStatus:
    """
    Read actuators and power train, whose numbers the message itself labels.

    Raises
    ------
    ValueError
        Other labels than those of a vehicle's status, or numbers that are not finite.

    """
    values: dict[str, Any] = {}
    start = 0
    for part in message.layout.dim:
        numbers = np.asarray(message.data[start:start + part.size], np.float64)
        if len(numbers) != part.size or not np.isfinite(numbers).all():
            raise ValueError(f'{part.label[:40]}: found no {part.size} finite numbers')
        values[part.label] = tuple(numbers.tolist()) if part.size > 1 else float(numbers[0])
        start += part.size
    for name in ('t_ns', 'feet_on_ground'):
        values[name] = int(values.get(name, 0))
    for name in ('force_B', 'moment_B'):
        values[name] = np.array(values.get(name, ()))
    try:
        return VehicleStatus(**values, failure='')
    except TypeError as error:
        raise ValueError(f'found other labels than those of a status: {str(error)[:100]}'
                         ) from error
