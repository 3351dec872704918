# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Mistakes in goals are answered with file, line, key, what was found and what is allowed."""

from ingenuity_nodes.scenario.load import load_scenario, scenario_path
from ingenuity_nodes.yaml_files.check import FileError
import pytest

SCOUT = 'scout, to: {north: -130.0, east: 0.0}'


@pytest.mark.parametrize(('found', 'instead', 'message'), [
    ('target: perseverance', 'target: curiosity',
     "vehicles[0].goals[2].target: found 'curiosity', allowed: perseverance"),
    ('target: perseverance', 'target: ingenuity',
     "vehicles[0].goals[2].target: found 'ingenuity', allowed: perseverance"),
    ('target: perseverance', 'target: perseverance, range: {at_least: 90, at_most: 80}',
     'vehicles[0].goals[2].range.at_most: found 80, allowed: at_least, 90, or more'),
    ('target: perseverance', 'target: perseverance, size: -1.0',
     'vehicles[0].goals[2].size: found -1.0, allowed: a number from 0 to 4208 (px wide)'),
    ('north: -130.0', 'north: .nan',
     'vehicles[0].goals[0].to.north: found nan, allowed: a number from -2000 to 2000'),
    ('north: -130.0', 'north: -90000.0',
     'vehicles[0].goals[0].to.north: found -90000.0, allowed: a number from -2000 to 2000'),
    ('north: -130.0', 'north: here', "vehicles[0].goals[0].to.north: found 'here', allowed: "),
    (SCOUT, 'scout', 'vehicles[0].goals[0]: found nothing to scout, allowed: one of to, route, '
     'area'),
    (SCOUT, 'scout, to: {north: 1.0, east: 1.0}, route: [{north: 2.0, east: 2.0}]',
     'vehicles[0].goals[0].route: found to and route, allowed: one of to, route, area'),
    (SCOUT, 'scout, area: {south: 5.0, west: 0.0, north: 4.0, east: 9.0}',
     'vehicles[0].goals[0].area.north: found 4, allowed: more than south, 5'),
    ('goal: return', 'goal: retrun', "vehicles[0].goals[1].goal: found 'retrun', did you mean "
     "'return'?; allowed: 'scout', 'photograph', 'go_to', 'return', 'hold'"),
    ('goal: return', 'goal: hold', "vehicles[0].goals[1].duration: key 'duration' is missing"),
    ('    goals:', '    cameras: [navcam]\n    goals:', 'vehicles[0].goals[2].goal: found '
     "'photograph', allowed: goals without a photo, as ingenuity carries no rte"),
    ('    goals:', '    cruise: {altitude: 30.0}\n    goals:',
     'vehicles[0].cruise.altitude: found 30.0, allowed: a number above 0 to 24'),
    ('    goals:', '    flight_plan: {azimuth: 0.0, segments: [{segment: climb, altitude: 3.0}, '
     '{segment: land}]}\n    goals:', 'vehicles[0].goals: found goals beside a flight_plan, '
     'allowed: one of the two')])
def test_a_mistake_in_a_goal_is_named_with_its_line(tmp_path, found, instead, message):
    text = scenario_path('flight_04_planned').read_text()
    assert text.count(found) == 1
    path = tmp_path / 'goals.yaml'
    path.write_text(text.replace(found, instead))
    with pytest.raises(FileError) as error:
        load_scenario(str(path))
    first = str(error.value).splitlines()[0]
    assert first.startswith(f'{path}:2') and message in first
