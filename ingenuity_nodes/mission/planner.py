# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Flight plans from goals: where to fly, how high and fast, from where to take which photo, and why.

A goal becomes points of a route; each photo is taken where the route sees its target best
(:mod:`ingenuity_nodes.mission.photo_planning`), as a stop. Whether all of it may be flown is
decided by :mod:`ingenuity_nodes.mission.feasibility`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
import math

from ingenuity_nodes.cameras.model import rte
from ingenuity_nodes.frames import quaternion_from_rpy, yaw_from_azimuth
from ingenuity_nodes.guidance.flight_plan import (
    Climb, FlightPlan, Hover, Land, PhotoRequest, Segment, Target, Translate, Turn)
from ingenuity_nodes.mission.limits import PLANNING, PlanningParameters
from ingenuity_nodes.mission.photo_planning import (
    Aim, aim_at, best_shot, HELICOPTER_SIZE, PathSamples, ROVER_SIZE, Sights, sights,
    TargetVolume, Window)
from ingenuity_nodes.mission.planned_flight import planned_flight, PlannedFlight
from ingenuity_nodes.scenario.goals import (
    Area, CruiseSection, Goal, GoTo, Hold, Photograph, Point, Return, Scout)
from ingenuity_nodes.scenario.helicopter_parameters import HelicopterParameters
from ingenuity_nodes.scenario.sections import HelicopterSection, RoverSection, Scenario
from ingenuity_nodes.vehicle.trim import OPERATING_POINTS
from ingenuity_nodes.world.environment import Environment
from ingenuity_nodes.world.terrain import Terrain
import numpy as np
from numpy.typing import NDArray

SPOT_STEP = 2.0     # [m] between the points of a route where a photo is tried
PHOTO_HOVER = Hover(segment='hover', duration=6.0)    # assumed: three oscillations in gusts
LONGEST = 3600.0    # [s] of a route; assumed: ten times what battery and motors allow
SETTLED = 1.0       # [s] of it before the photo; assumed: a turn has ended
Array = NDArray[np.float64]
ROUTE_END = 1e-6    # [m] shorter legs are none


@dataclass(frozen=True)
class Planned:
    """A flight plan and why it is as it is, a line each."""

    plan: FlightPlan
    reasons: tuple[str, ...]


class GoalError(ValueError):
    """A goal cannot be planned; the message is one line."""


@dataclass(frozen=True)
class _Shot:
    """One photo from a stop."""

    goal: Photograph
    aim: Aim


@dataclass(frozen=True)
class _Stop:
    """A point of the route: north and east of take-off [m], and what is done there."""

    north: float
    east: float
    holds: tuple[float, ...] = ()    # [s]
    photos: tuple[_Shot, ...] = ()


def plan_of(
    scenario: Scenario, section: HelicopterSection, environment: Environment,
    parameters: HelicopterParameters, planning: PlanningParameters = PLANNING,
) -> Planned:
    """
    Make the flight plan of a helicopter that has goals.

    Raises
    ------
    GoalError
        A photo is not possible from the route, or the air is too thin for any rotor speed.

    """
    altitude, speed, rpm, reasons = _cruise(section.cruise, environment, planning)
    stops = _route(section.goals)
    _check_length(stops, speed)
    _check_on_map(stops, section, environment.terrain)
    photos = [goal for goal in section.goals if isinstance(goal, Photograph)]
    targets = {goal.target: volume_of(scenario, goal.target, environment) for goal in photos}
    spots = _Spots(section, environment, parameters, altitude)
    for goal in photos:
        stops, reason = spots.insert(stops, goal, targets[goal.target])
        reasons.append(reason)
    segments = _segments(stops, altitude, speed, planning)
    plan = FlightPlan(
        azimuth=section.azimuth, rotor_speed_rpm=rpm, segments=tuple(segments),
        targets=tuple(Target(name=name, azimuth=box.azimuth, position=(
            float(box.p_MT[0]), float(box.p_MT[1]), float(box.p_MT[2])))
            for name, box in targets.items()))
    flight = planned_flight(plan, section.position, environment.terrain, parameters.guidance)
    return Planned(plan.model_copy(update={'photos': _requests(stops, plan, flight)}),
                   tuple(reasons))


def _cruise(
    cruise: CruiseSection, environment: Environment, planning: PlanningParameters,
) -> tuple[float, float, float, list[str]]:
    """Return altitude [m], speed [m/s], rotor speed [rpm], and why so."""
    altitude = cruise.altitude or planning.altitude
    speed = cruise.speed or min(planning.speed, planning.image_motion * altitude)
    rpm = rotor_speed_for(environment.air.density)
    reasons = [f'rotor speed {rpm:g} rpm: for air of {environment.air.density:.4f} kg/m^3']
    if cruise.altitude is None:
        reasons.append(f'altitude {altitude:g} m: as no other is asked for')
    if cruise.speed is None:
        reasons.append(f'speed {speed:.2g} m/s: at most {planning.image_motion:g} times the '
                       f'altitude per second, for the images, and {planning.speed:g} m/s')
    return altitude, speed, rpm, reasons


def _check_length(stops: list[_Stop], speed: float) -> None:
    """Raise GoalError for a route so long that to plan it makes no sense."""
    length = sum(math.hypot(b.north - a.north, b.east - a.east) for a, b in pairwise(stops))
    if length > speed * LONGEST:
        raise GoalError(f'a route of {length:.0f} m at {speed:.2g} m/s takes '
                        f'{length / speed:.0f} s, allowed: at most {LONGEST:g} s')


def _check_on_map(stops: list[_Stop], section: HelicopterSection, terrain: Terrain) -> None:
    """Raise GoalError where a route leaves measured ground; made-up ground has no end."""
    field = terrain.field
    if field.dem_cell <= 0.0:
        return
    rows, columns = field.dem.shape
    for stop in stops:
        east, north = section.position[0] + stop.east, section.position[1] + stop.north
        u, v = (east - field.dem_west) / field.dem_cell, (north - field.dem_south) / field.dem_cell
        if not (0.0 <= u <= columns - 1 and 0.0 <= v <= rows - 1):
            raise GoalError(
                f'goal at {stop.north:g} m north, {stop.east:g} m east is off the map, allowed: '
                f'within {(columns - 1) * field.dem_cell:g} m by {(rows - 1) * field.dem_cell:g} '
                'm of measured ground')


def rotor_speed_for(density: float) -> float:
    """
    Return the slowest published rotor speed [rpm] that was flown in air as thin as this.

    Raises
    ------
    GoalError
        The air is thinner than any that was flown in.

    """
    for rpm in sorted({speed for _, speed in OPERATING_POINTS}):
        if density >= min(rho for rho, speed in OPERATING_POINTS if speed == rpm):
            return rpm
    least = min(rho for rho, _ in OPERATING_POINTS)
    raise GoalError(f'air of {density:.4f} kg/m^3, allowed: at least {least:.4f} kg/m^3')


def volume_of(scenario: Scenario, name: str, environment: Environment) -> TargetVolume:
    """Return the box of a vehicle of the scenario where it stands at the start."""
    vehicle = scenario.vehicle(name)
    size = ROVER_SIZE if isinstance(vehicle, RoverSection) else HELICOPTER_SIZE
    up = environment.terrain.height(*vehicle.position)
    return TargetVolume(name, np.array([*vehicle.position, up]), vehicle.azimuth, size)


def _route(goals: Sequence[Goal]) -> list[_Stop]:
    """Return the stops of a route, the take-off point first."""
    stops = [_Stop(0.0, 0.0)]
    for goal in goals:
        if isinstance(goal, Scout):
            stops += [_Stop(point.north, point.east) for point in _points(goal)]
        elif isinstance(goal, GoTo):
            stops.append(_Stop(goal.north, goal.east))
        elif isinstance(goal, Return):
            stops.append(_Stop(0.0, 0.0))
        elif isinstance(goal, Hold):
            stops[-1] = replace(stops[-1], holds=(*stops[-1].holds, goal.duration))
    return stops


def _points(goal: Scout) -> list[Point]:
    if goal.to is not None:
        return [goal.to]
    if goal.route is not None:
        return list(goal.route)
    assert goal.area is not None
    return _strips(goal.area)


def _strips(area: Area) -> list[Point]:
    """Return the corners of strips to and fro along the longer side, all of the area covered."""
    wide = area.east - area.west >= area.north - area.south
    low, high = (area.south, area.north) if wide else (area.west, area.east)
    start, end = (area.west, area.east) if wide else (area.south, area.north)
    count = max(1, math.ceil((high - low) / area.spacing))
    points = []
    for k in range(count):
        across = low + (k + 0.5) * (high - low) / count
        for along in (start, end) if k % 2 == 0 else (end, start):
            points.append(Point(north=across, east=along) if wide else Point(
                north=along, east=across))
    return points


def _segments(
    stops: list[_Stop], altitude: float, speed: float, planning: PlanningParameters,
) -> list[Segment]:
    """Return the segments of a flight; each photo is a turn and the hover :data:`PHOTO_HOVER`."""
    segments: list[Segment] = [Climb(segment='climb', altitude=altitude),
                               Hover(segment='hover', duration=planning.settling)]
    before = stops[0]
    for stop, after in zip(stops, [*stops[1:], None], strict=True):
        if math.hypot(stop.north - before.north, stop.east - before.east) > ROUTE_END:
            segments.append(Translate(
                segment='translate', north=round(stop.north, 2), east=round(stop.east, 2),
                speed=speed, acceleration=planning.acceleration,
                stop=not _passes(before, stop, after, planning)))
        for shot in stop.photos:
            segments += [Turn(segment='turn', azimuth=shot.aim.azimuth), PHOTO_HOVER]
        segments += [Hover(segment='hover', duration=duration) for duration in stop.holds]
        before = stop
    return [*segments, Land(segment='land')]


def _passes(
    before: _Stop, here: _Stop, after: _Stop | None, planning: PlanningParameters,
) -> bool:
    """Return whether a point where nothing is done is passed: the route turns little there."""
    if after is None or here.photos or here.holds:
        return False
    into = here.north - before.north, here.east - before.east
    out = after.north - here.north, after.east - here.east
    if math.hypot(*out) <= ROUTE_END:
        return False
    bend = math.remainder(math.atan2(*out) - math.atan2(*into), 2.0 * math.pi)
    return abs(bend) <= planning.passed_bend


def _requests(
    stops: list[_Stop], plan: FlightPlan, flight: PlannedFlight,
) -> tuple[PhotoRequest, ...]:
    """Return when to take the photos: while the plan hovers for them."""
    shots = [shot for stop in stops for shot in stop.photos]
    hovers = [k for k, segment in enumerate(plan.segments) if segment is PHOTO_HOVER]
    out = []
    for shot, number in zip(shots, hovers, strict=True):
        times = flight.t_s[flight.segment == number]
        u, v = shot.aim.centre
        out.append(PhotoRequest(
            target=shot.goal.target, after=float(round(times[0] + SETTLED, 2)),
            before=float(round(times[-1], 2)), centre=(u, v),
            minimum_distance=shot.goal.range.at_least))
    return tuple(out)


class _Spots:
    """Finds where on a route a photo is best."""

    def __init__(
        self, section: HelicopterSection, environment: Environment,
        parameters: HelicopterParameters, altitude: float,
    ) -> None:
        east, north = section.position
        home = environment.terrain.height(east, north) + parameters.guidance.origin_height
        self._home = np.array([east, north, home + altitude])
        self._environment = environment
        self._camera = rte(parameters.computer.rte_mounting_error)

    def insert(
        self, stops: list[_Stop], goal: Photograph, target: TargetVolume,
    ) -> tuple[list[_Stop], str]:
        """
        Add a photo to a route; return the route and why there.

        Raises
        ------
        GoalError
            The target is nowhere as wanted along the route.

        """
        along, legs, points = _samples(stops)
        p_MB = self._home + np.column_stack([points[:, 1], points[:, 0], np.zeros(len(points))])
        aims = [aim_at(self._camera, target, p) for p in p_MB]
        shot = self._best(p_MB, along, aims, (goal, target))
        where = int(np.argmin(np.abs(along - shot.best_s)))
        aim, leg = aims[where], int(legs[where])
        assert aim is not None
        north, east = points[where].tolist()
        reason = (f'photo of {target.name} at {north:.1f} m north, {east:.1f} m east, heading '
                  f'{aim.azimuth:.0f} deg: {shot.distance:.1f} m away, {shot.width_px:.0f} px '
                  'wide, sunlit, not hidden')
        new = _Stop(north, east, photos=(_Shot(goal, aim),))
        for k in (leg, min(leg + 1, len(stops) - 1)):
            if math.hypot(stops[k].north - north, stops[k].east - east) <= ROUTE_END:
                stop = replace(stops[k], photos=(*stops[k].photos, *new.photos))
                return [*stops[:k], stop, *stops[k + 1:]], reason
        return [*stops[:leg + 1], new, *stops[leg + 1:]], reason

    def _best(
        self, p_MB: Array, along: Array, aims: Sequence[Aim | None],
        wanted: tuple[Photograph, TargetVolume],
    ) -> Window:
        goal, target = wanted
        q_MB = np.array([quaternion_from_rpy(0.0, 0.0, yaw_from_azimuth(
            aim.azimuth if aim else 0.0)) for aim in aims])
        found = sights(self._camera, self._environment.terrain, self._environment.sun, target,
                       PathSamples(along, p_MB, q_MB))
        shot = best_shot(found, goal)
        if shot is None:
            raise GoalError(
                f'photograph {target.name}: nowhere on the route as wanted; found '
                f'{found.distance.min():.1f} to {found.distance.max():.1f} m away, at most '
                f'{found.width_px.max():.0f} px wide{_obstacle(found, goal)}, allowed: '
                f'{goal.range.at_least:g} to {goal.range.at_most:g} m, at least {goal.size:g} px')
        return shot


def _obstacle(found: Sights, goal: Photograph) -> str:
    """Return what else stands against a photo from anywhere on a route, '' for nothing."""
    if not (found.whole if goal.whole else found.inside > 0.0).any():
        return ', cut by the frame' if (found.inside > 0.0).any() else ', outside the frame'
    if (found.hidden > 0.0).all():
        return ', hidden by ground'
    if not found.sunlit.any():
        return ', not sunlit'
    return '' if found.in_light(goal.light).any() else f', the sun nowhere at the {goal.light}'


def _samples(stops: list[_Stop]) -> tuple[Array, NDArray[np.int64], Array]:
    """Return distance along the route (n,), leg (n,), north and east (n, 2) [m]."""
    rows, far = [], 0.0
    for leg, (a, b) in enumerate(zip(stops, [*stops[1:], stops[-1]], strict=True)):
        length = math.hypot(b.north - a.north, b.east - a.east)
        count = max(1, math.ceil(length / SPOT_STEP))
        for fraction in np.linspace(0.0, 1.0, count, endpoint=False).tolist():
            rows.append((far + fraction * length, leg, a.north + fraction * (b.north - a.north),
                         a.east + fraction * (b.east - a.east)))
        far += length
    table = np.array(rows)
    return table[:, 0], table[:, 1].astype(np.int64), table[:, 2:]
