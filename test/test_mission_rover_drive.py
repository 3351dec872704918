# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The drive of a rover by a map from the air: waited for, planned, planned anew, refused."""

from itertools import pairwise
import math

from ingenuity_nodes.mission.rover_drive import RoverDrive
from ingenuity_nodes.scenario.sections import RoverSection
from ingenuity_nodes.signals import FREE, HAZARD, HazardMap, RoverReport
from ingenuity_nodes.timing import SECOND_NS
import numpy as np
import pytest

GOAL, CELL, LATER = (20.0, 0.0), 0.25, 10 * SECOND_NS


def drive(**options):
    return RoverDrive(RoverSection(
        type='perseverance', name='rover', position=(0.0, 0.0), azimuth=90.0, drive_to=GOAL),
        **options)


def map_with(*boxes):
    """Map 40 by 40 m around the middle of the way, free but for boxes west, south, east, north."""
    hazard = np.full((160, 160), FREE, np.uint8)
    for west, south, east, north in boxes:
        rows = slice(round((south + 20.0) / CELL), round((north + 20.0) / CELL))
        hazard[rows, round((west + 10.0) / CELL):round((east + 10.0) / CELL)] = HAZARD
    heights = np.zeros(hazard.shape, np.float32)
    return HazardMap(0, -10.0, -20.0, CELL, heights, heights + 0.05, hazard)


ROCK = (9.0, -1.0, 11.0, 1.0)


def report(east, north, phase='driving'):
    return RoverReport(0, (east, north), phase, '')


def test_without_a_map_it_goes_straight_once_from_its_start_on():
    rover = drive()
    assert rover.paths_due(SECOND_NS) == ()
    (path,) = rover.paths_due(LATER)
    assert path.points == (GOAL,)
    assert path.reason.endswith('no map')
    assert rover.paths_due(LATER) == ()


def test_a_scouted_drive_waits_until_the_scouts_have_landed():
    rover = drive(scouted=True)
    rover.take_map(map_with(ROCK))
    assert rover.paths_due(LATER, map_complete=False) == ()
    (path,) = rover.paths_due(LATER, map_complete=True)
    assert len(path.points) > 1
    for a, b in pairwise(((0.0, 0.0), *path.points)):
        along = np.linspace(a, b, 200)
        assert min(math.hypot(max(0.0, abs(x - 10.0) - 1.0), max(0.0, abs(y) - 1.0))
                   for x, y in along) > 2.2 - CELL


def test_when_a_newer_map_closes_the_path_ahead_it_is_planned_anew_from_where_the_rover_is():
    rover = drive(scouted=True)
    rover.take_map(map_with())
    assert rover.paths_due(LATER)[0].points == (GOAL,)
    rover.take_report(report(5.0, 0.0))
    rover.take_map(map_with((-5.0, -1.0, -4.0, 1.0)))    # behind it: nothing changes
    assert rover.paths_due(LATER) == ()
    rover.take_map(map_with(ROCK))
    (path,) = rover.paths_due(LATER)
    assert len(path.points) > 1
    assert rover.paths_due(LATER) == ()


def test_what_is_behind_the_rover_does_not_close_the_path():
    rover = drive(scouted=True)
    rover.take_map(map_with())
    rover.paths_due(LATER)
    rover.take_report(report(15.0, 0.0))
    rover.take_map(map_with(ROCK))
    assert rover.paths_due(LATER) == ()


@pytest.mark.parametrize('boxes, reason', [
    ([(19.0, -1.0, 21.0, 1.0)], 'is inside a hazard'),
    ([(19.0, -4.0, 21.0, -1.0)], 'is too near to a hazard'),
    ([(9.0, -20.0, 11.0, 20.0)], 'close every one')])
def test_a_goal_that_cannot_be_reached_is_refused_with_the_reason_and_the_rover_stays(
        boxes, reason):
    rover = drive(scouted=True)
    rover.take_map(map_with(*boxes))
    (path,) = rover.paths_due(LATER)
    assert path.points == ()
    assert reason in path.reason
    assert rover.over
    assert rover.outcome.startswith('rover stays: ')
