# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
How to lean for a photo: heading and acceleration that bring a target to its place in the frame.

A hovering aircraft leans into the wind by ``theta(U)``, trimmed at the mean wind ``U`` that is
forecast at its height; accelerating with ``a`` it leans by ``a / g`` more. So the horizontal part
of its upward axis, over the vertical one, is

    l = tan(theta(U)) w + (a / g) d

with unit vectors ``w`` into the wind and ``d`` away from the target. Heading and ``a`` are two
numbers for the two of a place in the frame; they are found by looking at all of them, coarse
first. Turbulence is not known ahead: the shutter waits for it (:mod:`guidance.photo_trigger`).
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product
import math
from typing import NamedTuple

from ingenuity_nodes.cameras.model import CameraModel, rte
from ingenuity_nodes.frames import (
    azimuth_from_yaw, quaternion, QuatWxyz, Vector3, yaw_from_azimuth)
from ingenuity_nodes.guidance.flight_plan import FlightPlan, Lean, Segment, Target, Translate, Turn
from ingenuity_nodes.guidance.photo_trigger import target_corners
from ingenuity_nodes.mission.planned_flight import planned_flight
from ingenuity_nodes.scenario.helicopter_parameters import HelicopterParameters
from ingenuity_nodes.signals import Air
from ingenuity_nodes.vehicle.helicopter import VehicleParameters
from ingenuity_nodes.vehicle.trim import hover_in_wind
from ingenuity_nodes.world.environment import Environment
from ingenuity_nodes.world.mars import GRAVITY
from ingenuity_nodes.world.wind import Wind
import numpy as np
from numpy.typing import NDArray

MOST = 0.6          # [m/s^2] assumed: below the 0.64 of NASA's tracks of flights 7 to 12
# Steps of heading [deg] and acceleration [m/s^2], and how many to either side: all headings first.
SEARCH = ((4.0, 0.0, 45, 0), (1.0, 0.1, 5, 6), (0.2, 0.02, 6, 6), (0.1, 0.01, 2, 2))
KEPT = 0.5          # [deg] a heading as near as this is kept; assumed: a sixth of the room for it


class Leaning(NamedTuple):
    """How to fly for a photo."""

    azimuth: float         # of the nose [deg]
    acceleration: float    # away from the target [m/s^2]
    miss: float            # from the wanted place in the frame [px]


def forecast(wind: Wind, height: float) -> Vector3:
    """Return the mean wind at a height above the ground [m], in M [m/s]: no gusts."""
    field = wind.field[0]
    profile = math.log(1.0 + max(height, 0.0) / float(field['roughness']))
    speed = float(field['speed']) * profile / float(field['profile_scale'])
    east, north = field['toward'].tolist()
    return np.array([speed * east, speed * north, 0.0])


def lean_in_wind(
    vehicle: VehicleParameters, air: Air, rotor_speed: float, wind_M: Vector3,
) -> Vector3:
    """
    Return the horizontal part of the upward axis over the vertical one, of a hover in wind.

    Raises
    ------
    ValueError
        It cannot hover in this air or wind.

    """
    speed = float(math.hypot(wind_M[0], wind_M[1]))
    if speed == 0.0:
        return np.zeros(3)
    return np.asarray(-_lean(vehicle, air, rotor_speed, round(speed, 3)) / speed * wind_M)


@lru_cache(maxsize=512)
def _lean(vehicle: VehicleParameters, air: Air, rotor_speed: float, speed: float) -> float:
    return math.tan(math.radians(hover_in_wind(vehicle, air, rotor_speed, speed).tilt_deg))


def attitude(azimuth: float, lean: Vector3) -> QuatWxyz:
    """Return the attitude with the nose at an azimuth [deg] and an upward axis that leans."""
    up = np.array([lean[0], lean[1], 1.0])
    up /= math.sqrt(float(up @ up))
    yaw = yaw_from_azimuth(azimuth)
    left = np.cross(up, [math.cos(yaw), math.sin(yaw), 0.0])
    left /= math.sqrt(float(left @ left))
    return quaternion(np.stack([np.cross(left, up), left, up], axis=1))


def leaning(
    camera: CameraModel, target: Target, centre: tuple[float, float], p_MB: Vector3,
    hovering: Vector3,
) -> Leaning | None:
    """
    Find heading and acceleration that bring a target to a place in the frame.

    Parameters
    ----------
    camera, target
        With what, and what to look at.
    centre
        Wanted place, 0..1 right and down.
    p_MB
        From where [m].
    hovering
        How the aircraft leans there without acceleration, as :func:`lean_in_wind` gives it.

    Returns
    -------
    Leaning | None
        The best one; None if the target is never in front of the camera.

    """
    corners = target_corners(target)
    wanted = np.array(centre) * (camera.width, camera.height)
    away = p_MB - np.array(target.position)
    away = np.array([away[0], away[1], 0.0]) / max(math.hypot(away[0], away[1]), 1e-9)

    def miss(azimuth: float, acceleration: float) -> float:
        q_MB = attitude(azimuth, hovering + acceleration / GRAVITY * away)
        return _miss(camera, corners, wanted, p_MB, q_MB)

    best = Leaning(0.0, 0.0, math.inf)
    for turn, push, turns, pushes in SEARCH:
        _, middle, around = best[2], best[1], best[0]
        for i, k in product(range(-turns, turns + 1), range(-pushes, pushes + 1)):
            azimuth = round((around + i * turn) % 360.0, 1) % 360.0
            acceleration = round(min(MOST, max(-MOST, middle + k * push)), 2)
            found = round(miss(azimuth, acceleration), 3)    # no digits of the processor's own
            if found < best.miss:
                best = Leaning(azimuth, acceleration, found)
    return best if math.isfinite(best.miss) else None


def _miss(
    camera: CameraModel, corners: NDArray[np.float64], wanted: NDArray[np.float64],
    p_MB: Vector3, q_MB: QuatWxyz,
) -> float:
    """Return how far the middle of a target is from its place in the frame [px]."""
    uv = camera.project_world(corners, p_MB, q_MB)
    if not np.isfinite(uv).all():
        return math.inf
    return float(np.linalg.norm(0.5 * (uv.min(axis=0) + uv.max(axis=0)) - wanted))


def with_leans(
    plan: FlightPlan, position: tuple[float, float], environment: Environment,
    parameters: HelicopterParameters,
) -> tuple[FlightPlan, tuple[str, ...]]:
    """
    Complete the segments of a plan that leave their acceleration open; return why so, too.

    The plan, with its targets, begins at ``position``, east and north [m], in the air, mean wind
    and on the ground of the day.
    """
    segments: list[Segment] = []
    reasons: list[str] = []
    flight = None
    for number, segment in enumerate(plan.segments):
        if not isinstance(segment, Lean) or segment.acceleration is not None:
            segments.append(segment)
            continue
        flight = flight or planned_flight(plan, position, environment.terrain, parameters.guidance)
        row = int(np.flatnonzero(flight.segment == number)[0])
        before = azimuth_from_yaw(float(flight.yaw[row]))
        wind = forecast(environment.wind, float(
            flight.p_MB[row, 2] - environment.terrain.height(*flight.p_MB[row, :2])))
        found = _found(plan, segment, flight.p_MB[row], wind, environment, parameters)
        if found is None:
            segments.append(segment)
            reasons.append(f'photo of {segment.target}: no heading shows it, flown as written')
            continue
        azimuth = found.azimuth if segment.azimuth is None else segment.azimuth
        if abs((azimuth - before + 180.0) % 360.0 - 180.0) > KEPT:
            _turn(segments, azimuth)
        segments.append(segment.model_copy(update={'acceleration': found.acceleration}))
        reasons.append(
            f'photo of {segment.target}: wind of {math.hypot(*wind[:2]):.1f} m/s, so heading '
            f'{azimuth:.1f} deg and {found.acceleration:.2f} m/s^2 away from it; '
            f'{found.miss:.0f} px from its place in the frame')
    return plan.model_copy(update={'segments': tuple(segments)}), tuple(reasons)


def _found(
    plan: FlightPlan, segment: Lean, p_MB: Vector3, wind: Vector3, environment: Environment,
    parameters: HelicopterParameters,
) -> Leaning | None:
    try:
        hovering = lean_in_wind(
            parameters.vehicle, environment.air, plan.rotor_speed_rpm * math.pi / 30.0, wind)
    except ValueError:    # too thin an air: the aircraft refuses the plan itself
        return None
    camera = rte(parameters.computer.rte_mounting_error)
    return leaning(camera, plan.target(segment.target), segment.centre, p_MB, hovering)


def _turn(segments: list[Segment], azimuth: float) -> None:
    """Turn on the way there, else on the spot."""
    last = segments[-1]
    if isinstance(last, Translate) and last.azimuth is None:
        segments[-1] = last.model_copy(update={'azimuth': azimuth})
    else:
        segments.append(Turn(segment='turn', azimuth=azimuth))
