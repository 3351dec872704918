# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Turn the segments of a flight plan into paths in the map frame."""

from __future__ import annotations

from dataclasses import dataclass
import math
from typing import NamedTuple

from ingenuity_nodes.frames import Vector3
from ingenuity_nodes.guidance.flight_plan import (
    Climb, External, FlightPlan, Hover, Land, Segment, TakePhoto, Translate, Turn)
from ingenuity_nodes.guidance.mode import Mode
from ingenuity_nodes.guidance.offboard import OffboardSetpoints
from ingenuity_nodes.guidance.parameters import GuidanceParameters
from ingenuity_nodes.guidance.photo_trigger import yaw_towards
from ingenuity_nodes.guidance.trajectory import hover, Path, Reference, straight, turn
import numpy as np

SLOW = 0.1             # [m/s] assumed: such a speed needs no braking
BELOW_GROUND = 50.0    # [m] a landing goes on until the ground stops it


@dataclass(frozen=True)
class Leg:
    """One segment as it will be flown."""

    mode: Mode
    path: Path | OffboardSetpoints
    duration: float    # [s] inf for a landing
    reason: str        # of entering it
    descent: float = 0.0    # [m/s] of a landing


class Start(NamedTuple):
    """Where and how a leg begins."""

    p: Vector3    # [m, M]
    yaw: float    # [rad]
    climb_rate: float = 0.0    # [m/s]


def leg_of(
    segment: Segment, plan: FlightPlan, start: Start, home: Vector3,
    parameters: GuidanceParameters,
) -> Leg:
    """
    Build the leg that flies one segment of a plan.

    The plan's numbers refer to the take-off point ``home``.
    """
    p, yaw = start.p, start.yaw
    if isinstance(segment, Climb):
        top = np.array([p[0], p[1], home[2] + segment.altitude])
        path = straight(
            p, top, yaw, segment.speed, parameters.vertical_acceleration,
            max(0.0, start.climb_rate))
        return Leg(Mode.CLIMB, path, path.duration, f'to {segment.altitude:g} m')
    if isinstance(segment, Hover):
        return Leg(Mode.HOVER, hover(p, yaw), segment.duration, f'for {segment.duration:g} s')
    if isinstance(segment, Translate):
        end = np.array([home[0] + segment.east, home[1] + segment.north, p[2]])
        path = straight(p, end, yaw, segment.speed, segment.acceleration)
        return Leg(Mode.TRANSLATE, path, path.duration,
                   f'to {segment.north:g} m north, {segment.east:g} m east')
    if isinstance(segment, Turn):
        path = turn(p, yaw, segment.yaw, math.radians(segment.rate), parameters.turn_acceleration)
        return Leg(Mode.TURN, path, path.duration, f'to azimuth {segment.azimuth:g} deg')
    if isinstance(segment, TakePhoto):
        path = turn(p, yaw, yaw_towards(plan.target(segment.target), p),
                    math.radians(segment.rate), parameters.turn_acceleration)
        return Leg(Mode.PHOTO, path, path.duration + segment.duration, f'of {segment.target}')
    if isinstance(segment, External):
        setpoints = OffboardSetpoints(p, yaw, float(home[2]), segment.duration, parameters)
        return Leg(Mode.EXTERNAL, setpoints, segment.duration,
                   f'offboard setpoints for {segment.duration:g} s')
    return landing(segment, p, yaw, parameters, 'end of the plan')


def landing(
    segment: Land, p: Vector3, yaw: float, parameters: GuidanceParameters, reason: str,
) -> Leg:
    """Build the leg straight down, without an end of its own."""
    bottom = p - np.array([0.0, 0.0, BELOW_GROUND])
    path = straight(p, bottom, yaw, segment.speed, parameters.vertical_acceleration)
    return Leg(Mode.LANDING, path, math.inf, reason, segment.speed)


def brake(last: Reference, mode: Mode, parameters: GuidanceParameters, reason: str) -> Leg | None:
    """Build the leg that brakes to a stop, None where the speed is too small to need one."""
    speed = float(np.hypot(last.v[0], last.v[1]))
    if speed < SLOW:
        return None
    ahead = np.array([last.v[0], last.v[1], 0.0]) / speed
    a = parameters.braking
    path = straight(
        last.p, last.p + 0.5 * speed ** 2 / a * ahead, last.yaw, speed, a, speed)
    return Leg(mode, path, path.duration, reason)
