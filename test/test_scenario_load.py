# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Scenario files: those of the package are good, and mistakes are found before anything starts."""

from datetime import timezone

from ingenuity_nodes.scenario.load import load_scenario, scenario_names, scenario_path
from ingenuity_nodes.yaml_files.check import FileError
import pytest

GOOD = """\
name: hop
description: Up and down.
seed: 1
world:
  latitude: 18.445
  longitude: 77.451
  utc: 2021-04-25T11:31:00Z
  pressure: 730.0
  temperature: 238.0
  wind: {speed: 3.0}
vehicles:
  - type: ingenuity
    name: ingenuity
    position: [0.0, 0.0]
    azimuth: 84.0
    flight_plan:
      azimuth: 84.0
      segments:
        - {segment: climb, altitude: 1.5}
        - {segment: hover, duration: 3.0}
        - {segment: land}
      photos:
        - {target: perseverance, after: 2.0, before: 4.0}
  - type: perseverance
    name: perseverance
    position: [63.01, -6.56]
    azimuth: 175.2
"""


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / 'hop.yaml'
        path.write_text(text)
        return str(path)
    return write


def refusal(path):
    with pytest.raises(FileError) as caught:
        load_scenario(path)
    return str(caught.value).replace(path, 'FILE')


def changed(old, new):
    assert old in GOOD
    return GOOD.replace(old, new, 1)


@pytest.mark.parametrize('name', scenario_names())
def test_every_scenario_of_the_package_is_good_and_named_like_its_file(name):
    assert load_scenario(name).name == name


def test_the_first_three_flights_and_two_helicopters_at_once_are_among_them():
    assert {'flight_01', 'flight_02', 'flight_03', 'cooperation'} <= set(scenario_names())
    assert len(load_scenario('cooperation').helicopters) == 2


def test_the_rover_stands_where_it_stood_at_the_third_flight():
    # Van Zyl Overlook, NASA waypoint 3_2046 against the helipad.
    rover = load_scenario('flight_03').vehicle('perseverance')
    assert (rover.position, rover.azimuth) == ((63.01, -6.56), 175.2)


def test_the_third_flight_took_off_on_the_25th_of_april_2021_at_11_31_utc():
    # NASA flight log.
    utc = load_scenario('flight_03').world.utc
    assert utc.tzinfo == timezone.utc
    assert f'{utc:%Y-%m-%d %H:%M}' == '2021-04-25 11:31'


def test_a_good_file_of_ones_own_is_read_by_its_path(file):
    assert load_scenario(file(GOOD)).helicopters[0].flight_plan.segments[0].altitude == 1.5


def test_times_of_another_zone_become_utc(file):
    text = changed('2021-04-25T11:31:00Z', '2021-04-25T13:31:00+02:00')
    assert f'{load_scenario(file(text)).world.utc:%H:%M}' == '11:31'


@pytest.mark.parametrize('name, words', [
    ('flight_3', "unknown scenario 'flight_3', did you mean 'flight_03'?"),
    ('venus', "unknown scenario 'venus'; allowed: a path to a .yaml file or one of "),
    ('', "unknown scenario ''"), ('flight_99.yaml', 'flight_99.yaml: no such scenario file'),
    ('/', '/: no such scenario file')])
def test_an_unknown_scenario_is_answered_with_the_known_ones(name, words):
    with pytest.raises(FileError) as caught:
        scenario_path(name)
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize('old, new, message', [
    ('altitude', 'altitud', 'FILE:19:28: vehicles[0].flight_plan.segments[0].altitud: '
     "unknown key 'altitud', did you mean 'altitude'?; allowed: segment, altitude, above, speed"),
    ('altitude: 1.5', 'altitude: 5 m', 'FILE:19:28: vehicles[0].flight_plan.segments[0].altitude:'
     " found '5 m', allowed: a number above 0 to 24 (m above the take-off point, or "
     'above the ground below)'),
    ('altitude: 1.5', 'altitude: 16ft', 'FILE:19:28: vehicles[0].flight_plan.segments[0].altitude:'
     " found '16ft', allowed: a number above 0 to 24"),
    ('altitude: 1.5', 'altitude: -5.0', 'FILE:19:28: vehicles[0].flight_plan.segments[0].altitude:'
     ' found -5.0, allowed: a number above 0 to 24'),
    ('segment: hover', 'segment: hove', 'FILE:20:12: vehicles[0].flight_plan.segments[1].segment:'
     " found 'hove', did you mean 'hover'?; allowed: 'climb', 'hover', 'translate', 'turn',"),
    ('segment: land', 'segment: hover, duration: 1', 'FILE:21:11: vehicles[0].flight_plan.'
     "segments[2]: last segment is 'hover', allowed: 'land'"),
    ('segment: hover, duration: 3.0', 'segment: land', 'FILE:20:11: vehicles[0].flight_plan.'
     "segments[1]: 'land' before the end"),
    ('segment: climb, altitude: 1.5', 'segment: hover, duration: 1', 'FILE:19:11: vehicles[0].'
     "flight_plan.segments[0]: first segment is 'hover', allowed: 'climb'"),
    ('before: 4.0', 'before: 1.0', 'FILE:23:46: vehicles[0].flight_plan.photos[0].before: '
     'window closes at 1 s, allowed: later than it opens, at 2 s'),
    ('target: perseverance', 'target: curiosity', 'FILE:23:12: vehicles[0].flight_plan.photos[0].'
     "target: found 'curiosity', allowed: perseverance"),
    ('segment: hover, duration: 3.0', 'segment: photo, target: curiosity', 'FILE:20:28: '
     "vehicles[0].flight_plan.segments[1].target: found 'curiosity', allowed: perseverance"),
    ('    flight_plan:', '    cameras: [navcam]\n    flight_plan:', 'FILE:24:11: vehicles[0].'
     "flight_plan.photos[0].camera: found 'rte', allowed: what ingenuity carries, navcam"),
    ('name: perseverance', 'name: ingenuity', 'FILE:25:5: vehicles[1].name: vehicle name '
     "'ingenuity' is used twice, allowed: once"),
    ('type: ingenuity', 'type: ingenious', "FILE:12:5: vehicles[0].type: found 'ingenious', "
     "did you mean 'ingenuity'?; allowed: 'ingenuity', 'perseverance'"),
    ('speed: 3.0', 'sped: 3.0', 'FILE:10:10: world.wind.sped: unknown parameter, '
     "did you mean 'speed'?"),
    ('speed: 3.0', 'speed: 3 m/s', "FILE:10:10: world.wind.speed: found '3 m/s', "
     'allowed: a number, 0 to'),
    ('speed: 3.0', 'speed: -3.0', 'FILE:10:10: world.wind.speed: found -3.0, allowed: 0 to'),
    ('{speed: 3.0}', '', 'FILE:10:3: world.wind: found nothing, allowed: a mapping'),
    ('    flight_plan:', '    overrides: {imu: {rate: 5}}\n    flight_plan:',
     'FILE:16:23: vehicles[0].overrides.imu.rate: unknown parameter'),
    ('    flight_plan:', '    overrides: {vehicel: {}}\n    flight_plan:', 'FILE:16:17: '
     "vehicles[0].overrides.vehicel: unknown parameter, did you mean 'vehicle'?"),
    ('2021-04-25T11:31:00Z', '2021', 'FILE:7:3: world.utc: found 2021, allowed: a time such as'),
    ('2021-04-25T11:31:00Z', '2021-04-25T11:31:00', 'FILE:7:3: world.utc: found '
     '2021-04-25T11:31:00, allowed: a time with zone, such as 2021-04-25T11:31:00Z'),
    ('2021-04-25T11:31:00Z', 'noon', "FILE:7:3: world.utc: found 'noon', allowed: a time such"),
    ('pressure: 730.0', 'pressure: 7.3', 'FILE:8:3: world.pressure: found 7.3, '
     'allowed: a number from 100 to 1500 (Pa)'),
    ('temperature: 238.0', 'temperature: -35', 'FILE:9:3: world.temperature: found -35, '
     'allowed: a number from 130 to 320 (K)'),
    ('azimuth: 175.2', 'azimuth: 360', 'FILE:27:5: vehicles[1].azimuth: found 360, '
     'allowed: a number from 0 below 360 (deg, clockwise from north)'),
    ('seed: 1', 'seed: -1', 'FILE:3:1: seed: found -1, allowed: a whole number from 0'),
    ('seed: 1', 'seed: 1\nseed: 2', 'FILE:4:1: seed: the key is already in line 3'),
    ('name: hop', 'name: Hop Up', "FILE:1:1: name: found 'Hop Up', allowed:"),
])
def test_a_mistake_is_told_with_its_place_what_was_found_and_what_is_allowed(
        file, old, new, message):
    assert refusal(file(changed(old, new))).splitlines()[0].startswith(message)


def test_two_mistakes_in_different_sections_are_both_told(file):
    text = changed('speed: 3.0', 'sped: 3.0').replace('1.5', '-5')
    assert [head.split(': ')[1] for head in refusal(file(text)).splitlines()[::3]] == [
        'world.wind.sped', 'vehicles[0].flight_plan.segments[0].altitude']


def test_a_scenario_without_a_helicopter_never_flies(file):
    rover_only = GOOD[:GOOD.index('  - type: ingenuity')] + GOOD[GOOD.index('  - type: pers'):]
    assert refusal(file(rover_only)).startswith('FILE:11:1: vehicles: no helicopter')


def test_looking_up_a_vehicle_that_is_not_there_names_those_that_are():
    with pytest.raises(KeyError, match='allowed: ingenuity, perseverance'):
        load_scenario('flight_01').vehicle('scout')


@pytest.mark.parametrize(('pace', 'good'), [
    ('0', True), ('0.001', True), ('1000', True), ('1.0e-320', False), ('-1', False),
    ('1001', False)])
def test_a_pace_at_which_the_next_tick_never_comes_is_refused(file, pace, good):
    path = file(GOOD + f'lockstep: {{real_time_factor: {pace}}}\n')
    if good:
        assert load_scenario(path).lockstep.real_time_factor == float(pace)
        return
    with pytest.raises(FileError, match=r'real_time_factor.*allowed: 0, as fast as possible, or '
                                        r'0\.001 to 1000'):
        load_scenario(path)


@pytest.mark.parametrize('utc', [
    '"2021"', '2021', "'1619350260'", '0001-01-01T00:00:00+14:00', '9999-12-31T23:59:00-14:00'])
def test_a_time_that_is_none_or_outside_the_formulas_of_the_sun_is_refused_in_its_line(file, utc):
    assert refusal(file(changed('2021-04-25T11:31:00Z', utc))).startswith(
        'FILE:7:3: world.utc: found ')
