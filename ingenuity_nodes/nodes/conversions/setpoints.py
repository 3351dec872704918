# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Setpoints: those from outside into the core's commands, and that of guidance out of it."""

from __future__ import annotations

import math

from geometry_msgs.msg import Transform, Twist, TwistStamped
from ingenuity_nodes import frames
from ingenuity_nodes.nodes.conversions.geometry import (
    check_within, FARTHEST, FASTEST, header, nanoseconds, orientation, quaternion_from, vector)
from ingenuity_nodes.signals import Setpoint, TrajectoryCommand, VelocityCommand
from ingenuity_nodes.timing import SECOND_NS
import numpy as np
from trajectory_msgs.msg import MultiDOFJointTrajectory, MultiDOFJointTrajectoryPoint

MOST_POINTS = 10_000    # assumed: a point every 20 ms of the longest flight


def velocity_from(message: TwistStamped, name: str, yaw: float) -> VelocityCommand:
    """
    Read a velocity in the map, or in the level frame of the nose of the helicopter ``name``.

    ``yaw`` is that of its nose [rad].

    Raises
    ------
    ValueError
        Another frame, or numbers that are not finite.

    """
    linear, angular = message.twist.linear, message.twist.angular
    v = np.array([linear.x, linear.y, linear.z])
    check_within('twist', FASTEST, (*v.tolist(), angular.z))
    body = frames.frame(name, 'base_link')
    if message.header.frame_id == body:
        c, s = math.cos(yaw), math.sin(yaw)
        v = np.array([c * v[0] - s * v[1], s * v[0] + c * v[1], v[2]])
    else:
        _check_fixed(message.header.frame_id, name, body)
    return VelocityCommand(v, float(angular.z))


def trajectory_from(message: MultiDOFJointTrajectory, name: str) -> TrajectoryCommand:
    """
    Read the positions of the first joint, whatever its name, in the map.

    Raises
    ------
    ValueError
        Another frame, no or too many points, times that do not increase, a point without a
        transform, or numbers that are not finite.

    """
    _check_fixed(message.header.frame_id, name)
    if not 1 <= len(message.points) <= MOST_POINTS:
        raise ValueError(f'found {len(message.points)} points, allowed: 1 to {MOST_POINTS}')
    times, positions, yaws = [], [], []
    for index, point in enumerate(message.points):
        if not point.transforms:
            raise ValueError(f'points[{index}] has no transform')
        move, turn = point.transforms[0].translation, point.transforms[0].rotation
        position = np.array([move.x, move.y, move.z])
        check_within(f'points[{index}]', FARTHEST, position.tolist())
        q = quaternion_from(turn)
        times.append(nanoseconds(point.time_from_start) / SECOND_NS)
        if times[-1] < 0.0 or (index and times[-1] <= times[-2]):
            raise ValueError(f'points[{index}].time_from_start: found {times[-1]:g} s, '
                             'allowed: increasing from 0')
        positions.append(position)
        yaws.append(frames.rpy_from_quaternion(q)[2])
    return TrajectoryCommand(tuple(times), tuple(positions), tuple(yaws))


def setpoint_message(setpoint: Setpoint, name: str) -> MultiDOFJointTrajectory:
    """Write where guidance wants the helicopter at this instant: one point, in the map."""
    level = frames.quaternion_from_rpy(0.0, 0.0, setpoint.yaw_ref)
    zero = np.zeros(3)
    turning = np.array([0.0, 0.0, setpoint.yaw_rate_ref])
    point = MultiDOFJointTrajectoryPoint(
        transforms=[Transform(translation=vector(setpoint.p_ref), rotation=orientation(level))],
        velocities=[Twist(linear=vector(setpoint.v_ref), angular=vector(turning))],
        accelerations=[Twist(linear=vector(setpoint.a_ref), angular=vector(zero))])
    return MultiDOFJointTrajectory(
        header=header(setpoint.t_ns, frames.MAP), points=[point],
        joint_names=[frames.frame(name, 'base_link')])


def _check_fixed(frame_id: str, name: str, *others: str) -> None:
    allowed = (frames.MAP, frames.frame(name, 'odom'), *others)
    if frame_id not in allowed:
        raise ValueError(f"frame_id: found '{frame_id}', allowed: {', '.join(allowed)}")
