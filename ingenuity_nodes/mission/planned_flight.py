# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A flight plan as it will be flown, over time: the legs that guidance itself makes of it."""

from __future__ import annotations

from dataclasses import dataclass
import math

from ingenuity_nodes.frames import quaternion_from_rpy, Vector3
from ingenuity_nodes.guidance.flight_plan import FlightPlan, Land, Lean, PhotoRequest
from ingenuity_nodes.guidance.ground_following import ground_follower, Rise
from ingenuity_nodes.guidance.parameters import GuidanceParameters
from ingenuity_nodes.guidance.segments import leg_of
from ingenuity_nodes.guidance.trajectory import hover, Path, Reference
from ingenuity_nodes.mission.photo_planning import PathSamples
from ingenuity_nodes.world.terrain import Terrain
import numpy as np
from numpy.typing import NDArray

SAMPLE = 0.1    # [s] between samples
MOST_SAMPLES = 36_000    # of one segment, however slow it is
Array = NDArray[np.float64]


@dataclass(frozen=True)
class PlannedFlight:
    """The reference of guidance from lift-off to touchdown, in map coordinates."""

    t_s: Array         # (n,) since lift-off [s]
    p_MB: Array        # (n, 3) [m]
    v_MB: Array        # (n, 3) [m/s]
    yaw: Array         # (n,) [rad]
    segment: NDArray[np.int64]    # (n,) number of the plan's segment

    @property
    def duration(self) -> float:
        """Return the time from lift-off to touchdown [s]."""
        return float(self.t_s[-1])

    @property
    def travelled(self) -> Array:
        """Return the horizontal distance travelled so far (n,) [m]."""
        steps = np.hypot(np.diff(self.p_MB[:, 0]), np.diff(self.p_MB[:, 1]))
        return np.concatenate([[0.0], np.cumsum(steps)])

    @property
    def samples(self) -> PathSamples:
        """Return the path of a level carrier."""
        q = np.array([quaternion_from_rpy(0.0, 0.0, float(yaw)) for yaw in self.yaw])
        return PathSamples(self.t_s, self.p_MB, q)


def planned_flight(
    plan: FlightPlan, position: tuple[float, float], terrain: Terrain,
    parameters: GuidanceParameters,
) -> PlannedFlight:
    """
    Sample a plan, its photo targets known, from a take-off position (east, north) [m].

    Raises
    ------
    KeyError
        A photo segment names a target that the plan does not describe.

    """
    home = take_off_point(position, terrain, parameters)
    start, t = hover(home, plan.yaw).at(0.0), 0.0
    follower = ground_follower(parameters)
    rows: list[tuple[float, ...]] = []
    for number, segment in enumerate(plan.segments):
        leg = leg_of(segment, plan, start, home, parameters,
                     plan.segments[number + 1] if number + 1 < len(plan.segments) else None)
        path = leg.path if isinstance(leg.path, Path) else hover(start.p, start.yaw)
        duration = leg.duration
        if isinstance(segment, Land):
            fall = follower.rise.z + float(start.p[2]) - parameters.origin_height \
                - terrain.height(float(start.p[0]), float(start.p[1]))
            duration = _time_to(path, max(0.0, fall))
        count = min(MOST_SAMPLES, max(1, math.ceil(duration / SAMPLE)))
        for since in np.linspace(0.0, duration, count, endpoint=False).tolist():
            at = path.at(since)
            ground = terrain.height(float(at.p[0]), float(at.p[1])) + parameters.origin_height
            follower.follow(segment, ground - float(home[2]))
            rows.append(_row(t + since, at, follower.rise, number))
            follower.step(duration / count)
        start = path.at(duration)
        t += duration
    table = np.array([*rows, _row(t, start, follower.rise, number)])
    return PlannedFlight(table[:, 0], table[:, 1:4], table[:, 4:7], table[:, 7],
                         table[:, 8].astype(np.int64))


def _row(t: float, at: Reference, rise: Rise, number: int) -> tuple[float, ...]:
    (x, y, z), (vx, vy, vz) = at.p.tolist(), at.v.tolist()
    return (t, x, y, z + rise.z, vx, vy, vz + rise.v, at.yaw, number)


def _time_to(path: Path, fall: float) -> float:
    """Return when a descent has come down by so many metres [s]."""
    floor, high = float(path.start[2]) - fall, 1.0
    while float(path.at(high).p[2]) > floor:
        high *= 2.0
    low = 0.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if float(path.at(middle).p[2]) > floor else (low, middle)
    return high


def photo_requests(plan: FlightPlan, flight: PlannedFlight) -> tuple[PhotoRequest, ...]:
    """Return the photos of a plan, those of its ``lean`` segments with the times of the flight."""
    out = list(plan.photos)
    for number, segment in enumerate(plan.segments):
        if isinstance(segment, Lean):
            start = float(flight.t_s[flight.segment == number][0])
            out.append(PhotoRequest(
                target=segment.target, after=start, before=start + segment.duration,
                centre=segment.centre, minimum_distance=segment.minimum_distance))
    return tuple(out)


def position_at(flight: PlannedFlight, since: Array) -> Array:
    """
    Return where the aircraft is at times since lift-off, shape (m, 3) for (m,).

    Before lift-off and after touchdown it stands on the ground.
    """
    return np.stack([np.interp(since, flight.t_s, flight.p_MB[:, k]) for k in range(3)], axis=1)


def take_off_point(
    position: tuple[float, float], terrain: Terrain, parameters: GuidanceParameters,
) -> Vector3:
    """Return where the body's origin stands before take-off, in M [m]."""
    return np.array([*position, terrain.height(*position) + parameters.origin_height])
