# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Paths over hazard maps against the shortest paths of geometry, and every refusal."""

from itertools import pairwise
import math

from ingenuity_nodes.mission.rover_path import path_length, rover_path, RoverPathParameters
from ingenuity_nodes.signals import FREE, HAZARD, HazardMap, UNKNOWN
import numpy as np
import pytest

CELL = 0.25
THIN = RoverPathParameters(half_width=0.0)


def map_of(rows=120, columns=160, fill=FREE):
    """Return a map of 40 m by 30 m whose corner is 20 m west and 15 m south of the origin."""
    nothing = np.zeros((rows, columns), np.float32)
    return HazardMap(0, -20.0, -15.0, CELL, nothing, nothing, np.full(
        (rows, columns), fill, np.uint8))


def box(hazards, west, south, east, north, value=HAZARD):
    """Write into a rectangle [m]."""
    rows = slice(round((south + 15.0) / CELL), round((north + 15.0) / CELL))
    columns = slice(round((west + 20.0) / CELL), round((east + 20.0) / CELL))
    hazards.hazard[rows, columns] = value


@pytest.mark.parametrize('goal', [(18.0, 0.3), (17.0, 12.0), (-3.3, 9.7), (1.0, -14.0)])
def test_over_free_ground_the_path_is_a_straight_line(goal):
    path = rover_path(map_of(), (-18.0, -9.0), goal)
    assert path == ((-18.0, -9.0), goal)


def test_a_path_through_a_gap_has_the_length_of_geometry():
    """A thin wall at east 0 to 0.25 m with a gap from north 8 to 12 m; the corner is touched."""
    hazards = map_of()
    box(hazards, 0.0, -15.0, 0.25, 8.0)
    box(hazards, 0.0, 12.0, 0.25, 15.0)
    path = rover_path(hazards, (-10.0, 0.0), (10.0, 0.0), THIN)
    expected = 2.0 * math.hypot(10.0, 8.0)    # within a cell: over the corner of the wall
    assert path_length(path) == pytest.approx(expected, rel=0.02)
    assert path_length(path) >= expected - 0.25


def test_the_rover_keeps_its_half_width_from_every_hazard():
    hazards = map_of()
    rng = np.random.default_rng([13, 8])
    rocks = rng.uniform([-14.0, -12.0], [14.0, 12.0], (25, 2))
    for east, north in rocks:
        box(hazards, east, north, east + 0.5, north + 0.5)
    path = rover_path(hazards, (-18.0, 0.0), (18.0, 0.0))
    assert len(path) > 2
    bad = np.argwhere(hazards.hazard == HAZARD)
    centres = np.array([-20.0, -15.0]) + (bad[:, ::-1] + 0.5) * CELL
    for a, b in pairwise(path):
        along = np.linspace(a, b, 500)
        gaps = np.linalg.norm(along[:, None] - centres, axis=2).min()
        assert gaps > 2.2 - CELL


def test_a_gap_narrower_than_the_rover_is_no_way():
    hazards = map_of()
    box(hazards, 0.0, -15.0, 0.25, 1.0)
    box(hazards, 0.0, 3.0, 0.25, 15.0)
    with pytest.raises(ValueError, match='no path from -10 m east, 0 m north to 10 m east'):
        rover_path(hazards, (-10.0, 0.0), (10.0, 0.0))
    assert len(rover_path(hazards, (-10.0, 0.0), (10.0, 0.0), RoverPathParameters(
        half_width=0.8))) > 2    # a cell of 0.25 m less than half the gap


def test_unknown_ground_is_avoided_by_a_detour_that_costs_less():
    hazards = map_of()
    box(hazards, -5.0, -6.0, 5.0, 6.0, UNKNOWN)
    cheap = RoverPathParameters(unknown_cost=1.05)
    start, goal = (-10.0, 0.0), (10.0, 0.0)
    assert rover_path(hazards, start, goal, cheap) == (start, goal)
    around = rover_path(hazards, start, goal, RoverPathParameters(unknown_cost=3.0))
    expected = 2.0 * math.hypot(5.0, 6.0) + 10.0
    assert path_length(around) == pytest.approx(expected, rel=0.02)


def test_unknown_ground_may_be_forbidden():
    hazards = map_of()
    box(hazards, -1.0, -15.0, 1.0, 15.0, UNKNOWN)
    strict = RoverPathParameters(unknown_allowed=False)
    with pytest.raises(ValueError, match='no path'):
        rover_path(hazards, (-10.0, 0.0), (10.0, 0.0), strict)
    with pytest.raises(ValueError, match='goal at 0 m east, 0 m north is on unknown ground'):
        rover_path(hazards, (-10.0, 0.0), (0.0, 0.0), strict)


def test_a_rover_beside_a_rock_may_leave_it():
    hazards = map_of()
    box(hazards, -10.0, 1.0, -9.0, 2.0)
    assert rover_path(hazards, (-9.5, 0.0), (10.0, 0.0))[-1] == (10.0, 0.0)


@pytest.mark.parametrize(('goal', 'message'), [
    ((30.0, 0.0), 'goal at 30 m east, 0 m north is off the map, allowed: east -20 to 20 m, '
                  'north -15 to 15 m'),
    ((math.nan, 0.0), 'goal at nan m east, 0 m north, allowed: finite numbers'),
    ((math.inf, 0.0), 'goal at inf m east'),
    ((5.2, 5.2), 'goal at 5.2 m east, 5.2 m north is inside a hazard, allowed: free ground'),
    ((4.0, 5.2), 'goal at 4 m east, 5.2 m north is too near to a hazard, allowed: 2.2 m or more'),
    ((-10.0, 0.0), 'hazards within 2.2 m close every one')])
def test_a_goal_that_cannot_be_reached_is_refused_in_one_line(goal, message):
    hazards = map_of()
    box(hazards, 5.0, 5.0, 6.0, 6.0)
    box(hazards, -2.0, -15.0, -1.0, 15.0)
    with pytest.raises(ValueError) as error:
        rover_path(hazards, (10.0, 0.0), goal)
    assert message in str(error.value) and '\n' not in str(error.value)
