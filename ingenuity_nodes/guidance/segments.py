# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Turn the segments of a flight plan into paths in the map frame."""

from __future__ import annotations

from dataclasses import dataclass
import math

from ingenuity_nodes.frames import Vector3
from ingenuity_nodes.guidance.flight_plan import (
    Climb, External, FlightPlan, Hover, Land, Lean, Segment, TakePhoto, Translate, Turn)
from ingenuity_nodes.guidance.mode import Mode
from ingenuity_nodes.guidance.offboard import OffboardSetpoints
from ingenuity_nodes.guidance.parameters import GuidanceParameters
from ingenuity_nodes.guidance.photo_trigger import yaw_towards
from ingenuity_nodes.guidance.trajectory import (
    descent, hover, Limits, move, passing, Path, push, Reference, stop, turned, ZERO)
import numpy as np

SLOW = 0.1    # [m/s] assumed: such a speed needs no braking
SMALL = 1e-3  # [m/s^2], [m] less than this is none


@dataclass(frozen=True)
class Leg:
    """One segment as it will be flown."""

    mode: Mode
    path: Path | OffboardSetpoints
    duration: float    # [s] inf for a landing
    reason: str        # of entering it
    descent: float = 0.0    # [m/s] of a landing
    passes: bool = False    # it ends in motion


def climb_limits(speed: float, parameters: GuidanceParameters) -> Limits:
    """Return the limits of vertical motion at a speed [m/s]."""
    return Limits(speed, parameters.vertical_acceleration, parameters.vertical_jerk)


def turn_limits(rate: float, parameters: GuidanceParameters) -> Limits:
    """Return the limits of a turn at a rate [rad/s]."""
    return Limits(rate, parameters.turn_acceleration, parameters.turn_jerk)


def leg_of(
    segment: Segment, plan: FlightPlan, start: Reference, home: Vector3,
    parameters: GuidanceParameters, following: Segment | None = None,
) -> Leg:
    """
    Build the leg that flies one segment of a plan, from a state on.

    The plan's numbers refer to the take-off point ``home``; ``following`` is the segment after.
    """
    p, yaw = start.p, start.yaw
    if isinstance(segment, Climb):
        top = np.array([p[0], p[1], home[2] + segment.altitude])
        limits = climb_limits(segment.speed, parameters)
        upwards = np.minimum(start.v, [0.0, 0.0, segment.speed])    # a lift-off may be faster
        path = move(start._replace(v=upwards), top, limits, limits)
        return Leg(Mode.CLIMB, path, path.duration, f'to {segment.altitude:g} m')
    if isinstance(segment, Hover):
        return Leg(Mode.HOVER, hover(p, yaw), segment.duration, f'for {segment.duration:g} s')
    if isinstance(segment, Translate):
        return _translation(segment, start, home, parameters, following)
    if isinstance(segment, Turn):
        path = turned(hover(p, yaw), segment.yaw,
                      turn_limits(math.radians(segment.rate), parameters))
        return Leg(Mode.TURN, path, path.duration, f'to azimuth {segment.azimuth:g} deg')
    if isinstance(segment, TakePhoto):
        path = turned(hover(p, yaw), yaw_towards(plan.target(segment.target), p),
                      turn_limits(math.radians(segment.rate), parameters))
        return Leg(Mode.PHOTO, path, path.duration + segment.duration, f'of {segment.target}')
    if isinstance(segment, Lean):
        return _lean(segment, plan, start, parameters)
    if isinstance(segment, External):
        setpoints = OffboardSetpoints(p, yaw, float(home[2]), segment.duration, parameters)
        return Leg(Mode.EXTERNAL, setpoints, segment.duration,
                   f'offboard setpoints for {segment.duration:g} s')
    return landing(segment, start, parameters, 'end of the plan')


def _translation(
    segment: Translate, start: Reference, home: Vector3, parameters: GuidanceParameters,
    following: Segment | None,
) -> Leg:
    """Build a leg to a point that it passes if it need not stop there and can go on."""
    up = float(start.p[2]) if segment.altitude is None else home[2] + segment.altitude
    end = np.array([home[0] + segment.east, home[1] + segment.north, up])
    level = Limits(segment.speed, segment.acceleration, parameters.jerk)
    end_v = ZERO
    if not segment.stop and isinstance(following, Translate):
        after = np.array([home[0] + following.east, home[1] + following.north, up])
        end_v = passing(start.p, end, after, Limits(
            min(segment.speed, following.speed),
            min(segment.acceleration, following.acceleration), parameters.jerk))
    climb = climb_limits(segment.climb_speed, parameters)
    path = move(start, end, level, climb, end_v)
    if segment.yaw is not None:
        turning = turn_limits(math.radians(segment.rate), parameters)
        path = turned(path, segment.yaw, turning)
        if end_v.any() and path.line and path.duration > path.line.duration:
            # The turn takes longer than the way: it must wait for it.
            end_v = ZERO
            path = turned(move(start, end, level, climb), segment.yaw, turning)
    return Leg(Mode.TRANSLATE, path, path.duration,
               f'to {segment.north:g} m north, {segment.east:g} m east', passes=bool(end_v.any()))


def _lean(
    segment: Lean, plan: FlightPlan, start: Reference, parameters: GuidanceParameters,
) -> Leg:
    """Build the leg that accelerates away from a target, and ends in that motion."""
    acceleration = segment.acceleration or 0.0
    reason = f'of {segment.target}, with {acceleration:.2f} m/s^2 away from it'
    away = start.p - np.array(plan.target(segment.target).position)
    length = math.hypot(away[0], away[1])
    if abs(acceleration) < SMALL or length < SMALL:
        return Leg(Mode.PHOTO, hover(start.p, start.yaw), segment.duration, reason)
    along = math.copysign(1.0 / length, acceleration) * np.array([away[0], away[1], 0.0])
    path = push(start, along, Limits(1.0, abs(acceleration), parameters.jerk), segment.duration)
    return Leg(Mode.PHOTO, path, segment.duration, reason, passes=True)


def landing(segment: Land, start: Reference, parameters: GuidanceParameters, reason: str) -> Leg:
    """Build the leg straight down, without an end of its own."""
    path = descent(start, segment.speed, climb_limits(segment.speed, parameters))
    return Leg(Mode.LANDING, path, math.inf, reason, segment.speed)


def halt(last: Reference, parameters: GuidanceParameters) -> Path:
    """Build the path that brakes to a stop."""
    p = parameters
    return stop(last, Limits(1.0, p.braking, p.jerk), turn_limits(1.0, p))


def brake(last: Reference, mode: Mode, parameters: GuidanceParameters, reason: str) -> Leg | None:
    """Build the leg that brakes to a stop, None where the speed is too small to need one."""
    if float(np.hypot(last.v[0], last.v[1])) < SLOW:
        return None
    path = halt(last, parameters)
    return Leg(mode, path, path.duration, reason)
