# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Legs and turns whose acceleration has no step: as fast as speed, acceleration and jerk allow.

The profiles in time are ruckig's, up to seven phases of constant jerk:
L. Berscheid, T. Kroeger, "Jerk-limited Real-time Trajectory Generation with Arbitrary Target
States", RSS 2021, arXiv:2105.04830.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
import math
from typing import NamedTuple

from ingenuity_nodes.frames import Vector3
import numpy as np
from numpy.typing import NDArray
from ruckig import ControlInterface, InputParameter, Ruckig, Synchronization, Trajectory

STRAIGHT = 1e-6        # [m], [m/s], [rad] less than this is nothing
LONGEST = 7000.0       # [s] of a profile: beyond 7600 s ruckig's numbers are not exact
HALF = math.sqrt(0.5)  # what two axes may do each, so that both together keep a limit


class Limits(NamedTuple):
    """Most of speed and its derivatives, > 0."""

    speed: float
    acceleration: float
    jerk: float

    def scaled(self, factor: float) -> Limits:
        """Return limits of the same speed and of other derivatives."""
        return Limits(self.speed, factor * self.acceleration, factor * self.jerk)

    def hastened(self, length: float) -> Limits:
        """Return limits that allow a length within the longest time, however low these are."""
        speed = 1.1 * length / LONGEST
        return Limits(max(self.speed, speed),
                      max(self.acceleration, 20.0 * speed / LONGEST), self.jerk)

    def speed_within(self, length: float) -> float:
        """
        Return a speed [m/s] that is reached from rest, or braked to rest, within a length [m].

        Braking with full jerk from v takes v / a + a / j, at v / 2 on average.
        """
        a = self.acceleration
        half = 0.5 * a ** 2 / self.jerk
        return min(self.speed, math.sqrt(half ** 2 + 2.0 * a * length) - half)


class Axes(NamedTuple):
    """Position, speed and acceleration of some axes at one instant, each of shape (n,)."""

    x: Sequence[float]
    v: Sequence[float]
    a: Sequence[float]


class Profile:
    """
    The fastest motion of some axes from one state to another, all together at the end.

    Parameters
    ----------
    start
        State at time 0.
    end, end_v
        Where to arrive and how fast; without ``end`` only the speed matters.
    limits
        Of each axis.

    """

    def __init__(
        self, start: Axes, limits: Sequence[Limits], end: Sequence[float] | None,
        end_v: Sequence[float],
    ) -> None:
        count = len(limits)
        given = InputParameter(count)
        given.current_position, given.current_velocity, given.current_acceleration = (
            list(values) for values in start)
        lengths = [0.0] * count if end is None else [
            abs(there - here) for here, there in zip(start.x, end, strict=True)]
        given.max_velocity, given.max_acceleration, given.max_jerk = (
            list(values) for values in zip(*(
                limit.hastened(length) for limit, length in zip(limits, lengths, strict=True)),
                strict=True))
        given.target_velocity = list(end_v)
        if end is None:
            given.control_interface = ControlInterface.Velocity
        else:
            given.target_position = list(end)
        self._trajectory = Trajectory(count)
        given.synchronization = Synchronization.Phase    # straight, where it can be
        Ruckig(count).calculate(given, self._trajectory)
        self.duration: float = self._trajectory.duration
        x_end = self._trajectory.at_time(self.duration)[0] if end is None else end
        self._end = Axes(tuple(x_end), tuple(end_v), (0.0,) * count)
        self._start = start

    def at(self, time: float) -> Axes:
        """Evaluate at a time since the start; from the end on the speed stays what it is."""
        if time <= 0.0:
            return self._start
        after = time - self.duration
        if after < 0.0:
            return Axes(*self._trajectory.at_time(time))
        x, v, a = self._end
        return Axes([p + after * speed for p, speed in zip(x, v, strict=True)], v, a)


class Reference(NamedTuple):
    """Where to be at one instant."""

    p: Vector3
    v: Vector3
    a: Vector3
    yaw: float
    yaw_rate: float
    yaw_acceleration: float = 0.0


ZERO = np.zeros(3)
LEVEL = np.eye(3)


@dataclass(frozen=True)
class Path:
    """A motion and a turn, both beginning at time 0; either may be absent."""

    start: Vector3
    yaw: float                  # without a turn
    line: Profile | None = None    # from the start along, across and up
    axes: NDArray[np.float64] = field(default_factory=lambda: LEVEL)    # these directions, as rows
    turn: Profile | None = None    # of the yaw

    @property
    def duration(self) -> float:
        """Return the time until both have ended [s]."""
        return max((part.duration for part in (self.line, self.turn) if part), default=0.0)

    def at(self, time: float) -> Reference:
        """Evaluate at a time since the start."""
        p, v, a = self.start, ZERO, ZERO
        if self.line is not None:
            along = self.line.at(time)
            p = self.start + np.asarray(along.x) @ self.axes
            v, a = np.asarray(along.v) @ self.axes, np.asarray(along.a) @ self.axes
        if self.turn is None:
            return Reference(p, v, a, self.yaw, 0.0)
        (yaw,), (rate,), (acceleration,) = self.turn.at(time)
        return Reference(p, v, a, yaw, rate, acceleration)


def hover(p: Vector3, yaw: float) -> Path:
    """Build the path that holds position and yaw."""
    return Path(p, yaw)


def move(
    start: Reference, end: Vector3, level: Limits, climb: Limits, end_v: Vector3 = ZERO,
) -> Path:
    """
    Build the path from a state to a point, heading unchanged.

    It is straight from rest to rest. Where it begins or ends across the line between both, speed
    along and across keep the limit each, their accelerations together.

    Parameters
    ----------
    start
        State to begin with [m, M].
    end, end_v
        Where to arrive [m, M], and how fast: horizontally [m/s].
    level, climb
        Limits of horizontal and of vertical motion.

    """
    displacement = np.asarray(end - start.p)
    if not _moves(displacement) and not _moves(start.v) and not _moves(end_v):
        return hover(start.p, start.yaw)
    axes = _axes(displacement, start.v)
    state = Axes((0.0, 0.0, 0.0), (axes @ start.v).tolist(), (axes @ start.a).tolist())
    target_v = (axes @ end_v).tolist()
    bends = max(abs(state.v[1]), abs(state.a[1]), abs(target_v[1])) > STRAIGHT
    flat = level.scaled(HALF) if bends else level
    return Path(start.p, start.yaw, Profile(
        state, (flat, flat, climb), (axes @ displacement).tolist(), target_v), axes)


def passing(before: Vector3, corner: Vector3, after: Vector3, limits: Limits) -> Vector3:
    """
    Return the horizontal velocity [m/s] with which to pass a corner between two points [m].

    It halves the bend and is the slower the sharper this is: along both lines not faster than
    can be reached and braked within their lengths. From a right angle on a stop is as quick.
    """
    into, out = (np.array([*(b - a)[:2], 0.0]) for a, b in ((before, corner), (corner, after)))
    lengths = math.hypot(*into[:2]), math.hypot(*out[:2])
    if min(lengths) < STRAIGHT:
        return ZERO
    if float(into @ out) < STRAIGHT:
        return ZERO
    middle = 0.5 * (into / lengths[0] + out / lengths[1])    # as long as cos(bend / 2)
    return np.asarray(limits.scaled(HALF).speed_within(min(lengths)) * middle)


def turned(path: Path, to: float, limits: Limits) -> Path:
    """Add a turn in the shorter direction to a path without one."""
    angle = math.remainder(to - path.yaw, 2.0 * math.pi)
    if abs(angle) < STRAIGHT:
        return path
    turn = Profile(Axes((path.yaw,), (0.0,), (0.0,)), (limits,), (path.yaw + angle,), (0.0,))
    return Path(path.start, path.yaw, path.line, path.axes, turn)


def descent(start: Reference, speed: float, climb: Limits) -> Path:
    """Build the path down without an end, which comes to a speed [m/s] and stops all else."""
    state = Axes((0.0, 0.0, 0.0), start.v.tolist(), start.a.tolist())
    return Path(start.p, start.yaw, Profile(state, (climb,) * 3, None, (0.0, 0.0, -speed)))


def push(start: Reference, along: Vector3, level: Limits, duration: float) -> Path:
    """
    Build the path that still accelerates at the end of a duration [s].

    Parameters
    ----------
    start
        State to begin with [m, M].
    along
        Horizontal direction of the acceleration, of length 1.
    level
        Of the motion; its acceleration is the one to hold.
    duration
        For so long at least the acceleration lasts, once it is reached [s].

    """
    axes = _axes(along, start.v)
    state = Axes((0.0, 0.0, 0.0), (axes @ start.v).tolist(), (axes @ start.a).tolist())
    # From -a the ramp takes 2 a / j; at the end it falls to zero for another a / j.
    enough = level.acceleration * (duration + 3.0 * level.acceleration / level.jerk)
    return Path(start.p, start.yaw, Profile(
        state, (level,) * 3, None, (state.v[0] + enough, 0.0, 0.0)), axes)


def stop(last: Reference, level: Limits, turn: Limits) -> Path:
    """Build the path that brakes motion and turn to rest, without a step in their derivatives."""
    line = Profile(Axes((0.0, 0.0, 0.0), last.v.tolist(), last.a.tolist()), (level,) * 3, None,
                   (0.0, 0.0, 0.0)) if _moves(last.v) or _moves(last.a) else None
    yaw = Profile(Axes((last.yaw,), (last.yaw_rate,), (last.yaw_acceleration,)), (turn,), None,
                  (0.0,)) if max(abs(last.yaw_rate), abs(last.yaw_acceleration)) > STRAIGHT \
        else None
    return Path(last.p, last.yaw, line, LEVEL, yaw)


def _moves(vector: Vector3) -> bool:
    return float(vector @ vector) > STRAIGHT ** 2


def _axes(displacement: Vector3, v: Vector3) -> NDArray[np.float64]:
    """Return directions along, across and up as rows; along the motion if there is no line."""
    for ahead in (displacement, v):
        length = math.hypot(ahead[0], ahead[1])
        if length > STRAIGHT:
            x, y = float(ahead[0]) / length, float(ahead[1]) / length
            return np.array([[x, y, 0.0], [-y, x, 0.0], [0.0, 0.0, 1.0]])
    return LEVEL
