# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Routes over which the consistency of the filter is studied: how long, and of which shape."""

from __future__ import annotations

from collections.abc import Iterator

from ingenuity_nodes.guidance.flight_plan import (
    Climb, FlightPlan, Hover, Land, Segment, Translate)
from ingenuity_nodes.scenario.sections import MissionSection, Scenario
from ingenuity_nodes.yaml_files.check import FileError

SHAPES = ('straight', 'corner', 'back')    # one way, a right angle in the middle, out and back
ALTITUDE = 10.0        # [m] assumed: of most long flights, NASA flight log
SPEED = 5.0            # [m/s] assumed: of Flights 9 to 12 and 15
PAUSE = 3.0            # [s] assumed: hovers at start, corner and end, as in the 72 plans


def over_route(scenario: Scenario, shape: str, length: float) -> Scenario:
    """
    Let the first helicopter of a scenario fly a route, alone and without a mission of its own.

    Parameters
    ----------
    scenario
        Gives world, place, heading and parameters.
    shape
        One of ``SHAPES``.
    length
        Of the whole route, southwards from the start [m].

    Raises
    ------
    FileError
        The scenario has no helicopter.

    """
    if not scenario.helicopters:
        raise FileError(f'{scenario.name}: found no helicopter, allowed: one that flies the route')
    section = scenario.helicopters[0]
    before = section.flight_plan
    plan = FlightPlan(
        azimuth=before.azimuth if before else section.azimuth,
        rotor_speed_rpm=before.rotor_speed_rpm if before
        else FlightPlan.model_fields['rotor_speed_rpm'].default,
        segments=tuple(_segments(shape, length)))
    alone = section.model_copy(update={'flight_plan': plan, 'goals': ()})
    return scenario.model_copy(update={
        'vehicles': (alone,), 'mission': MissionSection(), 'mapper': None, 'faults': ()})


def _segments(shape: str, length: float) -> Iterator[Segment]:
    half = 0.5 * length
    points = {'straight': [(-length, 0.0)], 'corner': [(-half, 0.0), (-half, half)],
              'back': [(-half, 0.0), (0.0, 0.0)]}[shape]
    yield Climb(segment='climb', altitude=ALTITUDE)
    for north, east in points:
        yield Hover(segment='hover', duration=PAUSE)
        yield Translate(segment='translate', north=north, east=east, speed=SPEED)
    yield Hover(segment='hover', duration=PAUSE)
    yield Land(segment='land')
