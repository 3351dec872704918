# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Where a rover is told to drive: a path, a goal, or a velocity, whichever came last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
import math

from ingenuity_nodes.rover.clearance import Pose2
from ingenuity_nodes.signals import RoverPath

EDGE = 5000.0             # [m] of the map, as in scenarios
_SPACING = 0.15           # [m] between poses that are judged: half a wheel
_TURNING = math.radians(15.0)    # between them in a turn on the spot
_ALIGNED = math.radians(8.0)     # a larger error of the heading is turned away on the spot
_PASSED = 0.15            # [m] a point of the path nearer than this is reached


def checked(path: RoverPath, here: tuple[float, float], longest: float) -> RoverPath:
    """
    Return a path that can be driven.

    Raises
    ------
    ValueError
        A point is not finite, off the map, or farther than ``longest`` [m] along the path.

    """
    length, last = 0.0, here
    for point in path.points:
        if not all(math.isfinite(value) for value in point):
            raise ValueError(f'found {point[0]:g}, {point[1]:g} m, allowed: finite numbers')
        if max(map(abs, point)) > EDGE:
            raise ValueError(f'found {point[0]:g}, {point[1]:g} m, off the map, allowed: '
                             f'{-EDGE:g} to {EDGE:g} m')
        length += math.dist(last, point)
        last = point
    if length > longest:
        raise ValueError(f'found a path of {length:.0f} m, out of reach, allowed: {longest:g} m')
    return path


def advance(points: Sequence[tuple[float, float]], here: tuple[float, float],
            ) -> tuple[tuple[float, float], ...]:
    """Drop the points that are reached."""
    left = tuple(points)
    while left and math.dist(left[0], here) < _PASSED:
        left = left[1:]
    return left


def pursuit(pose: Pose2, point: tuple[float, float], speed: float, turn_rate: float,
            ) -> tuple[float, float]:
    """
    Return speed and turn rate toward a point: turn on the spot, then straight with small arcs.

    Parameters
    ----------
    pose
        Where the rover believes to be.
    point
        East, north [m].
    speed, turn_rate
        As fast as may be [m/s], [rad/s].

    """
    east, north = point[0] - pose[0], point[1] - pose[1]
    error = math.remainder(math.atan2(north, east) - pose[2], 2 * math.pi)
    if abs(error) > _ALIGNED:
        return 0.0, math.copysign(turn_rate, error)
    # The arc through the point (pure pursuit, Coulter 1992); never sharper than the aim is near.
    curvature = 2.0 * math.sin(error) / max(math.hypot(east, north), 1.0)
    return speed, curvature * speed


def along_path(
    pose: Pose2, points: Sequence[tuple[float, float]], reach: float,
) -> Iterator[tuple[float, Pose2]]:
    """Yield where the rover will be, and after how many metres: turns first, then straight."""
    x, y, yaw = pose
    driven = 0.0
    for point in points:
        heading = math.atan2(point[1] - y, point[0] - x)
        turn = math.remainder(heading - yaw, 2 * math.pi)
        if abs(turn) > _ALIGNED:
            for k in range(1, math.ceil(abs(turn) / _TURNING) + 1):
                yield driven, (x, y, yaw + turn * min(1.0, k * _TURNING / abs(turn)))
        yaw, length = heading, math.dist((x, y), point)
        for k in range(1, math.ceil(length / _SPACING) + 1):
            away = min(length, k * _SPACING)
            if driven + away > reach:
                return
            yield (driven + away,
                   (x + away * math.cos(yaw), y + away * math.sin(yaw), yaw))
        driven += length
        x, y = point


def along_arc(
    pose: Pose2, speed: float, turn_rate: float, reach: float,
) -> Iterator[tuple[float, Pose2]]:
    """Yield where a constant motion leads, and after how many metres; a turn: once around."""
    x, y, yaw = pose
    step = _SPACING / abs(speed) if speed else math.inf
    if turn_rate:
        step = min(step, _TURNING / abs(turn_rate))
    if not math.isfinite(step):
        return
    turned, driven = 0.0, 0.0
    while driven <= reach and (speed or turned < 2 * math.pi):
        middle = yaw + turn_rate * step / 2
        x, y = x + speed * step * math.cos(middle), y + speed * step * math.sin(middle)
        yaw += turn_rate * step
        turned += abs(turn_rate) * step
        driven += abs(speed) * step
        yield driven, (x, y, yaw)


def moved_to(pose: Pose2, believed: Pose2, true: Pose2) -> Pose2:
    """Return the true pose of what the rover sees at a pose of its own map."""
    turn = true[2] - believed[2]
    c, s = math.cos(turn), math.sin(turn)
    dx, dy = pose[0] - believed[0], pose[1] - believed[1]
    return true[0] + c * dx - s * dy, true[1] + s * dx + c * dy, pose[2] + turn
