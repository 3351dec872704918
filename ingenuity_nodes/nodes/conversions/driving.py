# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What a rover is told and what it reports: paths, goals, velocities, drive state, battery."""

from __future__ import annotations

import re

from geometry_msgs.msg import PoseStamped, TwistStamped
from ingenuity_nodes import frames
from ingenuity_nodes.nodes.conversions.geometry import (
    check_within, FARTHEST, FASTEST, header, path_message)
from ingenuity_nodes.nodes.conversions.state import odometry_message
from ingenuity_nodes.rover.drive import DriveState, RoverVelocity
from ingenuity_nodes.signals import RoverPath, RoverReport
from nav_msgs.msg import Odometry, Path
import numpy as np
from sensor_msgs.msg import BatteryState
from std_msgs.msg import String

MOST_POINTS = 10_000    # assumed: a point each metre of 10 km
_REPORT = re.compile(r'(\w+) at (\S+) (\S+), ([0-9]{1,18}) ns(?:: (.*))?', re.DOTALL)


def path_to_message(path: RoverPath) -> Path:
    """Write a path in the map; its reason is for the log of whoever sends it."""
    points = np.array([[east, north, 0.0] for east, north in path.points])
    return path_message(0, frames.MAP, points)


def path_from(message: Path) -> RoverPath:
    """
    Read a path in the map.

    Raises
    ------
    ValueError
        Another frame, or numbers that are not finite.

    """
    _check_frame(message.header.frame_id, frames.MAP)
    if len(message.poses) > MOST_POINTS:
        raise ValueError(f'found {len(message.poses)} points, allowed: up to {MOST_POINTS}')
    return RoverPath(tuple(_point_of(pose) for pose in message.poses), '')


def goal_from(message: PoseStamped) -> RoverPath:
    """
    Read a goal in the map, as rviz's tool sends it; where the nose points there is left open.

    Raises
    ------
    ValueError
        Another frame, or numbers that are not finite.

    """
    _check_frame(message.header.frame_id, frames.MAP)
    return RoverPath((_point_of(message),), 'goal_pose')


def drive_velocity_from(message: TwistStamped, name: str) -> RoverVelocity:
    """
    Read a velocity in the frame of the rover ``name``.

    Raises
    ------
    ValueError
        Another frame, a motion that wheels cannot make, or numbers that are not finite.

    """
    _check_frame(message.header.frame_id, frames.frame(name, 'base_link'), '')
    linear, angular = message.twist.linear, message.twist.angular
    check_within('twist', FASTEST, (
        linear.x, linear.y, linear.z, angular.x, angular.y, angular.z))
    if any((linear.y, linear.z, angular.x, angular.y)):
        raise ValueError(f'found linear.y {linear.y:g}, linear.z {linear.z:g} m/s, angular.x '
                         f'{angular.x:g}, angular.y {angular.y:g} rad/s, allowed: 0, as wheels '
                         'roll forward and turn about the vertical')
    return RoverVelocity(linear.x, angular.z)


def report_message(report: RoverReport) -> String:
    """Write ``phase at east north, t ns: reason`` without loss."""
    east, north = report.position
    why = f': {report.reason}' if report.reason else ''
    return String(data=f'{report.phase} at {east!r} {north!r}, {report.t_ns} ns{why}')


def report_from(message: String) -> RoverReport:
    """
    Read what :func:`report_message` wrote.

    Raises
    ------
    ValueError
        Something else.

    """
    match = _REPORT.fullmatch(message.data)
    if match is None:
        raise ValueError(f"found '{message.data[:80]}', allowed: phase at east north, t ns")
    phase, east, north, t_ns, reason = match.groups()
    position = float(east), float(north)
    check_within('position', FARTHEST, position)
    return RoverReport(int(t_ns), position, phase, reason or '')


def belief_message(t_ns: int, state: DriveState, name: str) -> Odometry:
    """Write where a rover believes to be; tilt is measured, so only the yaw is uncertain."""
    belief = state.belief
    roll, pitch, _ = frames.rpy_from_quaternion(state.q_MB)
    q_OB = frames.quaternion_from_rpy(roll, pitch, belief.yaw)
    turned = frames.quaternion_from_rpy(
        0.0, 0.0, belief.yaw - frames.rpy_from_quaternion(state.q_MB)[2])
    message = odometry_message(
        t_ns, frames.frame(name, 'base_link'), np.array([belief.x, belief.y, belief.z]), q_OB,
        frames.rotation_matrix(turned) @ state.v_MB, np.array([0.0, 0.0, state.yaw_rate]),
        parent=frames.frame(name, 'odom'))
    covariance = np.zeros((6, 6))
    covariance[np.ix_([0, 1, 5], [0, 1, 5])] = belief.covariance
    message.pose.covariance = covariance.ravel()
    return message


def rover_battery_message(t_ns: int, state: DriveState, name: str) -> BatteryState:
    """Write the batteries; a discharging current is negative in ROS."""
    battery, nan = state.battery, float('nan')
    discharging = battery.current > 0.0
    return BatteryState(
        header=header(t_ns, frames.frame(name, 'base_link')), voltage=battery.voltage,
        current=-battery.current, percentage=battery.charge, temperature=nan, charge=nan,
        capacity=nan, design_capacity=nan, present=True,
        power_supply_status=BatteryState.POWER_SUPPLY_STATUS_DISCHARGING if discharging
        else BatteryState.POWER_SUPPLY_STATUS_CHARGING,
        power_supply_technology=BatteryState.POWER_SUPPLY_TECHNOLOGY_LION)


def _point_of(pose: PoseStamped) -> tuple[float, float]:
    """
    Read east and north of a pose.

    Raises
    ------
    ValueError
        Numbers that are not finite.

    """
    where = pose.pose.position
    check_within('position', FARTHEST, (where.x, where.y))
    return where.x, where.y


def _check_frame(found: str, *allowed: str) -> None:
    if found not in allowed:
        raise ValueError(f"frame_id: found '{found}', allowed: "
                         f'{", ".join(filter(None, allowed))}')
