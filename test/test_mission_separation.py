# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Separation of planned flights: where they come near, who waits and how long, who climbs."""

from itertools import pairwise

from ingenuity_nodes.mission.limits import FlightLimits
from ingenuity_nodes.mission.planned_flight import PlannedFlight
from ingenuity_nodes.mission.preparation import prepare
from ingenuity_nodes.mission.separation import (
    conflicts, nearest_approach, TimedFlight, wait_needed)
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.sections import Scenario
import numpy as np
import pytest

SURE = FlightLimits(uncertainty=0.0, drift=0.0)


def line(name, start, end, speed=1.0, lift_off=0.0):
    """Return a straight flight at constant speed."""
    start, end = np.array(start, dtype=float), np.array(end, dtype=float)
    length = float(np.linalg.norm(end - start))
    t = np.linspace(0.0, length / speed, 200)
    p = start + (t * speed / length)[:, None] * (end - start)
    v = np.tile((end - start) / length * speed, (200, 1))
    return TimedFlight(name, PlannedFlight(t, p, v, np.zeros(200), np.zeros(200, int)), lift_off)


@pytest.mark.parametrize('late', [0.0, 4.0, 11.0])
def test_two_crossing_lines_come_as_near_as_geometry_says(late):
    """Perpendicular, 1 m/s each: the distance is the delay over the root of two."""
    a = line('a', (-50, 0, 5), (50, 0, 5))
    b = line('b', (0, -50, 5), (0, 50, 5), lift_off=late)
    found = nearest_approach(a, b, SURE)
    assert found.distance == pytest.approx(late / 2 ** 0.5, abs=0.2)
    assert found.t_s == pytest.approx(50.0 + late / 2.0, abs=0.5)
    assert found.conflict == (late / 2 ** 0.5 < 5.0)


def test_the_wait_is_the_shortest_one_that_separates():
    a = line('a', (-50, 0, 5), (50, 0, 5))
    b = line('b', (0, -50, 5), (0, 50, 5))
    wait = wait_needed(b, [a], SURE, 300.0)
    assert wait == pytest.approx(5.0 * 2 ** 0.5, abs=1.0)
    assert conflicts(b.delayed(wait - 1.0), [a], SURE)
    assert not conflicts(b.delayed(wait), [a], SURE)


def test_uncertainty_grows_with_the_distance_travelled():
    a = line('a', (0, 0, 5), (100, 0, 5))
    b = line('b', (0, 8, 5), (100, 8, 5))
    found = nearest_approach(a, b, FlightLimits(uncertainty=0.5, drift=0.02))
    assert found.needed == pytest.approx(5.0 + 2 * (0.5 + 2.0), abs=0.1)
    assert found.t_s == pytest.approx(100.0, abs=1.0) and found.conflict


def test_no_wait_helps_against_an_aircraft_that_stands_in_the_path():
    a = line('a', (50, 0, 3), (0, 0, 0))
    b = line('b', (-50, 0, 3), (50, 0, 3))
    assert wait_needed(b, [a], SURE, 300.0) is None


def scenario(*helicopters):
    """Return a scenario of helicopters: name, position, start, goals."""
    return Scenario.model_validate({
        'name': 'test', 'description': 'test',
        'world': {'latitude': 18.44486, 'longitude': 77.45102, 'utc': '2021-04-25T11:31:00Z',
                  'pressure': 730.0, 'temperature': 238.0, 'terrain': {'relief': 0.6},
                  'wind': {'speed': 3.0}},
        'vehicles': [{'type': 'ingenuity', 'name': name, 'position': position, 'azimuth': 0.0,
                      'start': start, 'goals': goals}
                     for name, position, start, goals in helicopters]})


def to(north, east):
    return {'goal': 'go_to', 'north': north, 'east': east}


def test_of_two_crossing_flights_the_later_one_waits_and_says_why():
    crossing = scenario(('first', (-30.0, 0.0), 3.0, [to(0.0, 60.0)]),
                        ('second', (0.0, -30.0), 2.0, [to(60.0, 0.0)]))
    flights = prepare(crossing, environment_of(crossing))
    assert flights['second'].start == 2.0 and flights['first'].start > 3.0
    assert [text for text in flights['first'].log if text.startswith('waits')]
    assert not flights['first'].no_go


def test_over_an_aircraft_that_has_landed_in_the_path_the_later_one_climbs():
    barred = scenario(('first', (20.0, 0.0), 2.0, [{'goal': 'hold', 'duration': 5.0}]),
                      ('second', (-20.0, 0.0), 3.0, [to(0.0, 60.0)]))
    flights = prepare(barred, environment_of(barred))
    log = [text for text in flights['second'].log if 'higher' in text]
    assert len(log) == 1 and flights['second'].start == 3.0
    assert flights['second'].plan.segments[0].altitude > 5.0


def test_a_flight_to_where_another_one_stands_is_no_go():
    taken = scenario(('first', (20.0, 0.0), 2.0, [{'goal': 'hold', 'duration': 5.0}]),
                     ('second', (-20.0, 0.0), 3.0, [to(0.0, 40.0)]))
    flights = prepare(taken, environment_of(taken))
    assert 'neither a wait of 300 s nor an altitude of 24 m helps' in flights['second'].no_go
    assert not flights['first'].no_go


def test_of_four_in_a_row_nobody_waits():
    row = scenario(*((f'h{k}', (20.0 * k, 0.0), 2.0, [to(30.0, 0.0), {'goal': 'return'}])
                     for k in range(4)))
    flights = prepare(row, environment_of(row))
    assert [flight.start for flight in flights.values()] == [2.0] * 4
    assert all(a < b for a, b in pairwise(flights))
