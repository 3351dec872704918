# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Straight lines and turns with trapezoidal speed, the shape seen in NASA's ground tracks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
import math
from typing import NamedTuple

from ingenuity_nodes.frames import Vector3
import numpy as np


class Motion(NamedTuple):
    """Distance along a path and its derivatives."""

    distance: float
    speed: float
    acceleration: float


@dataclass(frozen=True)
class Trapezoid:
    """Speed up, cruise, brake to a stop; a short distance is flown without cruise."""

    length: float              # > 0
    cruise: float              # > 0
    acceleration: float        # > 0
    start_speed: float = 0.0   # 0 .. cruise

    @cached_property
    def top_speed(self) -> float:
        """Return the highest speed that is reached."""
        reachable = self.acceleration * self.length + 0.5 * self.start_speed ** 2
        return max(self.start_speed, min(self.cruise, math.sqrt(reachable)))

    @cached_property
    def duration(self) -> float:
        """Return the time until the stop [s]."""
        speed_up, cruise, brake = self._phases
        return speed_up + cruise + brake

    def at(self, time: float) -> Motion:
        """Evaluate at a time since the start; before and after it rests."""
        speed_up, cruise, brake = self._phases
        a, v0, v1 = self.acceleration, self.start_speed, self.top_speed
        if time <= 0.0:
            return Motion(0.0, v0, 0.0)
        if time < speed_up:
            return Motion(v0 * time + 0.5 * a * time ** 2, v0 + a * time, a)
        if time < speed_up + cruise:
            gained = 0.5 * (v0 + v1) * speed_up
            return Motion(gained + v1 * (time - speed_up), v1, 0.0)
        left = speed_up + cruise + brake - time
        if left > 0.0:
            return Motion(self._end - 0.5 * a * left ** 2, a * left, -a)
        return Motion(self._end, 0.0, 0.0)

    @cached_property
    def _phases(self) -> tuple[float, float, float]:
        a, v0, v1 = self.acceleration, self.start_speed, self.top_speed
        speed_up, brake = (v1 - v0) / a, v1 / a
        covered = 0.5 * (v0 + v1) * speed_up + 0.5 * v1 * brake
        return speed_up, max(0.0, (self.length - covered) / v1) if v1 > 0.0 else 0.0, brake

    @cached_property
    def _end(self) -> float:
        """Return where it stops: at ``length``, or beyond when the start was too fast for that."""
        return max(self.length, 0.5 * self.start_speed ** 2 / self.acceleration)


class Reference(NamedTuple):
    """Where to be at one instant."""

    p: Vector3
    v: Vector3
    a: Vector3
    yaw: float
    yaw_rate: float


ZERO = np.zeros(3)


@dataclass(frozen=True)
class Path:
    """A straight line and a turn, both beginning at time 0; either may be absent."""

    start: Vector3
    direction: Vector3          # unit
    yaw: float                  # at the start
    line: Trapezoid | None = None
    turn: Trapezoid | None = None
    turn_sign: float = 1.0

    @property
    def duration(self) -> float:
        """Return the time until both have ended [s]."""
        return max((part.duration for part in (self.line, self.turn) if part), default=0.0)

    def at(self, time: float) -> Reference:
        """Evaluate at a time since the start."""
        p, v, a = self.start, ZERO, ZERO
        if self.line is not None:
            distance, speed, acceleration = self.line.at(time)
            p = self.start + distance * self.direction
            v = speed * self.direction
            a = acceleration * self.direction
        yaw, rate = self.yaw, 0.0
        if self.turn is not None:
            angle, rate, _ = self.turn.at(time)
            yaw += self.turn_sign * angle
            rate *= self.turn_sign
        return Reference(p, v, a, yaw, rate)


def hover(p: Vector3, yaw: float) -> Path:
    """Build the path that holds position and yaw."""
    return Path(p, ZERO, yaw)


def straight(
    start: Vector3, end: Vector3, yaw: float, speed: float, acceleration: float,
    start_speed: float = 0.0,
) -> Path:
    """Build a straight line from one point to another, heading unchanged."""
    displacement = np.asarray(end - start)
    length = float(np.linalg.norm(displacement))
    if length < 1e-6:
        return hover(start, yaw)
    return Path(start, displacement / length, yaw, Trapezoid(
        length, speed, acceleration, min(start_speed, speed)))


def turn(p: Vector3, yaw: float, to: float, rate: float, acceleration: float) -> Path:
    """Build a turn on the spot, in the shorter direction."""
    angle = math.remainder(to - yaw, 2.0 * math.pi)
    if abs(angle) < 1e-6:
        return hover(p, yaw)
    return Path(p, ZERO, yaw, turn=Trapezoid(abs(angle), rate, acceleration),
                turn_sign=math.copysign(1.0, angle))


def stop(last: Reference, braking: float, turn_braking: float) -> Path:
    """
    Build the path that brakes motion and turn to a stop, without a step in either.

    Parameters
    ----------
    last
        Where and how fast it is.
    braking, turn_braking
        Decelerations [m/s^2], [rad/s^2].

    """
    speed = math.sqrt(float(last.v @ last.v))
    line = _braked(speed, braking)
    return Path(
        last.p, last.v / speed if line else ZERO, last.yaw, line,
        _braked(abs(last.yaw_rate), turn_braking), math.copysign(1.0, last.yaw_rate))


def _braked(speed: float, braking: float) -> Trapezoid | None:
    if speed < 1e-9:
        return None
    return Trapezoid(0.5 * speed ** 2 / braking, speed, braking, speed)
