# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What a vehicle does and believes: truth, estimate, exposures; a twist is in the child frame."""

from __future__ import annotations

from geometry_msgs.msg import Twist
from ingenuity_nodes import frames
from ingenuity_nodes.nodes.conversions.geometry import (
    array_from, check_within, FARTHEST, FASTEST, header, nanoseconds, pose, quaternion_from,
    vector)
from ingenuity_nodes.signals import Estimate, Exposure, FaultChange, Truth
from nav_msgs.msg import Odometry
import numpy as np
from numpy.typing import NDArray
from std_msgs.msg import String


def odometry_message(
    t_ns: int, child: str, p_MB: frames.Vector3, q_MB: frames.QuatWxyz,
    v_MB: frames.Vector3, w_MB_B: frames.Vector3, *, parent: str = frames.MAP,
) -> Odometry:
    """Write pose and velocity; a twist inside Odometry is in the child frame."""
    message = Odometry(header=header(t_ns, parent), child_frame_id=child)
    message.pose.pose = pose(p_MB, q_MB)
    message.twist.twist = Twist(
        linear=vector(frames.rotation_matrix(q_MB).T @ v_MB), angular=vector(w_MB_B))
    return message


def _odometry_from(message: Odometry) -> tuple[
        frames.Vector3, frames.QuatWxyz, frames.Vector3, frames.Vector3]:
    q = quaternion_from(message.pose.pose.orientation)
    p, v = array_from(message.pose.pose.position), array_from(message.twist.twist.linear)
    w = array_from(message.twist.twist.angular)
    for what, limit, numbers in (('position', FARTHEST, p), ('velocity', FASTEST, v),
                                 ('rates', FASTEST, w)):
        check_within(what, limit, numbers.tolist())
    return p, q, frames.rotation_matrix(q) @ v, w


def _covariance_from(
    what: str, limit: float, numbers: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Read a covariance, shape (6, 6)."""
    check_within(what, limit ** 2, numbers.tolist())
    P = np.reshape(numbers, (6, 6))
    if (np.diagonal(P) < 0.0).any():
        raise ValueError(f'{what}: found a variance of {np.diagonal(P).min():g}, allowed: from 0')
    return P


def truth_message(truth: Truth, vehicle: str) -> Odometry:
    """Write ground truth; its child frame is a leaf of its own, never base_link."""
    return odometry_message(truth.t_ns, frames.frame(vehicle, 'base_link_truth'),
                            truth.p_MB, truth.q_MB, truth.v_MB, truth.w_MB_B)


def truth_from(message: Odometry) -> Truth:
    """
    Read ground truth; accelerations are not in the message and come back as zero.

    Raises
    ------
    ValueError
        Numbers that are not finite or of no vehicle on Mars, no unit quaternion; so do the others
        that read what a vehicle does.

    """
    p, q, v, w = _odometry_from(message)
    zero = np.zeros(3)
    return Truth(nanoseconds(message.header.stamp), p, v, q, w, zero, zero)


def estimate_message(estimate: Estimate, vehicle: str) -> Odometry:
    """
    Write the estimate with its covariances.

    Those of the pose are in the axes of the map; those of the twist, as the twist itself, in the
    axes of the body. The rates are as good as the gyro biases are known.
    """
    message = odometry_message(
        estimate.t_ns, frames.frame(vehicle, 'base_link'), estimate.p_MB, estimate.q_MB,
        estimate.v_MB, estimate.w_MB_B, parent=frames.frame(vehicle, 'odom'))
    P = estimate.covariance
    pick = [0, 1, 2, 6, 7, 8]
    message.pose.covariance = P[np.ix_(pick, pick)].ravel()
    twist, R_MB = np.zeros((6, 6)), frames.rotation_matrix(estimate.q_MB)
    twist[:3, :3] = R_MB.T @ P[3:6, 3:6] @ R_MB
    twist[3:, 3:] = P[9:12, 9:12]
    message.twist.covariance = twist.ravel()
    return message


def estimate_from(message: Odometry) -> Estimate:
    """Read an estimate; what the message does not carry comes back as zero."""
    p, q, v, w = _odometry_from(message)
    covariance = np.zeros((15, 15))
    pick = [0, 1, 2, 6, 7, 8]
    covariance[np.ix_(pick, pick)] = _covariance_from(
        'covariance of the pose', FARTHEST, message.pose.covariance)
    twist = _covariance_from('covariance of the twist', FASTEST, message.twist.covariance)
    R_MB = frames.rotation_matrix(q)
    covariance[3:6, 3:6] = R_MB @ twist[:3, :3] @ R_MB.T
    covariance[9:12, 9:12] = twist[3:, 3:]
    zero = np.zeros(3)
    return Estimate(nanoseconds(message.header.stamp), p, v, q, w, zero, zero, float(p[2]),
                    covariance, 0, 0.0)


def exposure_message(exposure: Exposure, vehicle: str) -> Odometry:
    """Write the instant a shutter opened and the carrier's true pose then."""
    return odometry_message(exposure.t_ns, frames.frame(vehicle, 'base_link_truth'),
                            exposure.p_MB, exposure.q_MB, exposure.v_MB, exposure.w_MB_B)


def exposure_from(message: Odometry, camera: str) -> Exposure:
    """Read an exposure."""
    p, q, v, w = _odometry_from(message)
    return Exposure(nanoseconds(message.header.stamp), camera, p, q, v, w)


def fault_message(change: FaultChange) -> String:
    """Write that a fault began or ended, as ``navcam_dropout begins: what it does``."""
    word = 'begins' if change.active else 'ends'
    return String(data=f'{change.fault} {word}: {change.text}')


def fault_from(message: String, t_ns: int) -> FaultChange:
    """Read what :func:`fault_message` wrote; it was said at ``t_ns``."""
    head, _, text = message.data.partition(': ')
    fault, _, word = head.partition(' ')
    return FaultChange(t_ns, fault, word == 'begins', text)
