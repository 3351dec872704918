# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What cannot happen as written is said before the flight, and nothing is said of what can."""

from flights import fly, HOP, scenario_of
from ingenuity_nodes.mission.foresight import foreseen
from ingenuity_nodes.recording.result import summarise
from ingenuity_nodes.recording.run_log import MOST_STATIONS, TerrainPatch
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.yaml_files.explain import RuleError
import numpy as np
from pydantic import ValidationError
import pytest
import recording_flight as formula


def hop(photo=None, azimuth=84.0, **world):
    """Give three seconds at 1.5 m, perhaps with a photo, in the world of flight 1 but for..."""
    whole = load_scenario('flight_01').model_dump()
    whole['world'] |= world
    helicopter = whole['vehicles'][0]
    helicopter |= {'azimuth': azimuth, 'cameras': ['navcam', 'rte']}
    helicopter['flight_plan'] |= {
        'azimuth': azimuth, 'photos': [photo] if photo else [], 'segments': [
            {'segment': 'climb', 'altitude': 1.5}, {'segment': 'hover', 'duration': 4.0},
            {'segment': 'land'}]}
    return Scenario.model_validate(whole)


def test_of_our_flights_with_photos_nothing_is_foreseen():
    assert foreseen(load_scenario('flight_03')) == []
    assert foreseen(load_scenario('cooperation')) == []


@pytest.mark.parametrize('world', [
    {'pressure': 100.0}, {'pressure': None, 'temperature': None, 'elevation': 21229.0}])
def test_air_that_does_not_carry_is_said_before_and_is_a_refusal_not_a_crash(world):
    line, = foreseen(hop(**world))
    assert line.startswith('ingenuity will refuse its plan: no hover trim')


def test_in_air_too_thin_the_flight_is_refused_with_the_reason():
    whole = scenario_of(HOP, wind=0.0).model_dump()
    whole['world'] |= {'pressure': 100.0}
    flight = fly(Scenario.model_validate(whole))
    assert flight.outcome.startswith('refused: no hover trim')


@pytest.mark.parametrize('photo, azimuth, words', [
    ({'target': 'perseverance', 'after': 100.0, 'before': 110.0}, 84.0, 'the plan lands at'),
    ({'target': 'perseverance', 'after': 2.0, 'before': 4.0}, 180.0, 'outside the frame')])
def test_a_photo_of_nothing_is_said_before(photo, azimuth, words):
    line, = foreseen(hop(photo, azimuth))
    assert words in line and 'perseverance' in line


def test_no_helicopter_photographs_itself():
    with pytest.raises((ValidationError, RuleError), match="found 'ingenuity', allowed: "):
        hop({'target': 'ingenuity', 'after': 2.0, 'before': 4.0})


def test_what_mission_control_says_of_a_run_cut_short_is_its_outcome():
    run = formula.flight(('ingenuity',), until_s=12.0)
    assert summarise(run, 1.0)['outcome'] in ('still flying', 'not shut down')
    reason = 'failed: time limit of 12 s passed: ingenuity is flying'
    assert summarise(run, 1.0, verdict=reason)['outcome'] == reason


def test_the_map_of_vehicles_kilometres_apart_stays_small():
    patch = TerrainPatch.sample(lambda x, y: 0.0 * x, (-5000.0, 5000.0), (0.0, 100.0))
    assert patch.up.size <= (MOST_STATIONS + 2) ** 2
    assert patch.east[0] == -5000.0 and patch.east[-1] >= 5000.0
    near = TerrainPatch.sample(lambda x, y: 0.0 * x, (0.0, 700.0), (0.0, 50.0))
    assert np.diff(near.east).max() == 1.0
