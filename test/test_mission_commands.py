# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Orders and goals from outside: obeyed at a tick, or answered with what is allowed."""

import math

from ingenuity_nodes.frames import quaternion_from_rpy
from ingenuity_nodes.guidance.flight_plan import Lean
from ingenuity_nodes.mission.control import MissionControl, MissionInputs, Phase
from ingenuity_nodes.mission.outside import ClickedPoint, GoalPose
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.signals import (
    Estimate, FREE, HAZARD, HazardMap, ModeChange, RoverReport, UNKNOWN)
from ingenuity_nodes.timing import SECOND_NS, TICK_NS
import numpy as np
import pytest

CELL = 0.25
ZERO = np.zeros(3)


@pytest.fixture(scope='module')
def flight_3():
    scenario = load_scenario('flight_03')
    return scenario, environment_of(scenario)


class Run:
    """Mission control, tick by tick; ``here`` is where its rover is."""

    def __init__(self, scenario, environment):
        self.control, self.t_ns = MissionControl(scenario, environment), 3 * SECOND_NS
        self.rovers = tuple(rover.name for rover in scenario.rovers)
        self.here = scenario.rovers[0].position if self.rovers else (0.0, 0.0)
        self.names = tuple(one.name for one in scenario.helicopters)
        self.out = self.tick()

    def tick(self, *outside, **inputs):
        self.t_ns += TICK_NS
        self.out = self.control.tick(self.t_ns, MissionInputs(outside=outside, **inputs))
        return self.out

    def mode(self, *modes, name=None):
        for mode in modes:
            self.tick(modes={name or self.names[0]: (ModeChange(0, mode, 'because'),)})
        return self

    def log(self, *outside):
        return [line for line in self.tick(*outside).log if 'outside' in line]

    def maps(self, cells):
        """Give a map of free ground around the rover but for some cells."""
        heights = np.zeros(cells.shape, np.float32)
        half = 0.5 * CELL * cells.shape[0]
        self.tick(maps={'mapper': (HazardMap(
            0, self.here[0] - half, self.here[1] - half, CELL, heights, heights, cells),)})
        return self


@pytest.fixture
def run(flight_3):
    return Run(*flight_3)


@pytest.fixture
def aloft(run):
    return run.mode('standby', 'ready', 'climb', 'translate')


def ground():
    return np.full((160, 160), FREE, np.uint8)


def at(run, east, north):
    return f'{{vehicle: perseverance, drive_to: [{run.here[0] + east}, {run.here[1] + north}]}}'


@pytest.mark.parametrize('order', ['hold', 'return', 'land', 'abort'])
def test_an_order_is_sent_once_and_logged_with_its_source(aloft, order):
    text = f'{{vehicle: ingenuity, order: {order}, reason: dust devil}}'
    assert aloft.log(text) == [f'from outside: ingenuity: {order}: dust devil']
    (sent,) = aloft.out.orders['ingenuity']
    assert (sent.kind, sent.reason) == (order, 'dust devil')
    assert not aloft.tick().orders


NAN, INF = math.nan, math.inf
REFUSED = {
    'not YAML': ('{vehicle: [', 'not YAML'),
    'a list': ('[hold]', 'allowed: a mapping'),
    'nothing to do': ('{vehicle: ingenuity}', 'found nothing to do, allowed: one of order, '),
    'two things to do': ('{vehicle: ingenuity, order: hold, drive_to: [1.0, 2.0]}',
                         'found order and drive_to, allowed: one of'),
    'an unknown key': ('{vehicle: ingenuity, odrer: hold}', "did you mean 'order'?"),
    'an unknown order': (
        '{vehicle: ingenuity, order: dance}', "found 'dance', allowed: 'go', 'hold'"),
    'an unknown goal': ('{vehicle: ingenuity, goals: [{goal: scuot}]}', "did you mean 'scout'?"),
    'no such vehicle for an order': (
        '{vehicle: opportunity, order: hold}',
        "found vehicle 'opportunity', allowed for an order: ingenuity"),
    'no such vehicle for goals': (
        '{vehicle: opportunity, goals: [{goal: return}]}', "found vehicle 'opportunity'"),
    'no such rover': ('{vehicle: ingenuity, drive_to: [1.0, 2.0]}',
                      "found vehicle 'ingenuity', allowed for drive_to: perseverance"),
    'on the ground': ('{vehicle: ingenuity, order: hold}',
                      "hold: ingenuity is 'standby', allowed: in flight"),
    'no such target': ('{vehicle: ingenuity, goals: [{goal: photograph, target: opportunity}]}',
                       "found target 'opportunity', allowed: perseverance"),
    'a photo of itself': ('{vehicle: ingenuity, goals: [{goal: photograph, target: ingenuity}]}',
                          "found target 'ingenuity', allowed: perseverance"),
    'too far to fly': ('{vehicle: ingenuity, goals: [{goal: go_to, north: 900.0, east: 0.0}]}',
                       'distance 900.0 m, allowed: at most 800.0 m'),
    'not a number': ('{vehicle: perseverance, drive_to: [.nan, 2.0]}',
                     'found nan, allowed: a finite number'),
    'off the map': ('{vehicle: perseverance, drive_to: [0.0, 90000.0]}',
                    'off the map, allowed: -5000 to 5000 m'),
    'out of reach': ('{vehicle: perseverance, drive_to: [0.0, 2000.0]}',
                     'out of reach, allowed: 412 m'),
    'a goal in another frame': (GoalPose('odom', 1.0, 2.0), "found 'odom', allowed: map"),
    'a goal that is not a number': (GoalPose('map', NAN, 2.0), 'allowed: finite numbers'),
    'a point in another frame': (ClickedPoint('', (1.0, 2.0, 3.0)), "found '', allowed: map"),
    'a point at infinity': (ClickedPoint('map', (1.0, INF, 3.0)), 'allowed: finite numbers')}


@pytest.mark.parametrize('name', REFUSED)
def test_a_bad_command_is_answered_in_a_line_and_changes_nothing(run, name):
    received, reason = REFUSED[name]
    run.mode('standby')
    (line,) = run.log(received)
    assert 'refused' in line and '\n' not in line
    assert reason in line
    assert not (run.out.orders or run.out.plans or any(run.out.rover_paths.values()))
    assert run.control.phases == {'ingenuity': Phase.UPLINKED}
    assert run.out.outcome == ''


def boxed_in():
    """Surround the rover by hazards, 4 m away from it on all sides."""
    cells = ground()
    cells[60:100, 60:100] = HAZARD
    cells[64:96, 64:96] = FREE
    return cells


def with_rock():
    cells = ground()
    cells[76:84, 116:124] = HAZARD    # 10 m to the east
    return cells


@pytest.mark.parametrize('cells, east, reason', [
    (with_rock(), 10.0, 'is inside a hazard, allowed: free ground'),
    (with_rock(), 8.0, 'is too near to a hazard'),
    (ground(), 30.0, 'is off the map, allowed: east'),
    (boxed_in(), 15.0, 'no path from')], ids=['inside', 'beside', 'off the map', 'boxed in'])
def test_a_goal_that_the_map_forbids_is_refused_and_the_rover_stays(run, cells, east, reason):
    run.maps(cells)
    (line,) = run.log(at(run, east, 0.0))
    assert line.startswith('from outside: perseverance: refused: ')
    assert reason in line
    assert not any(run.tick().rover_paths.values())


def test_over_a_map_with_holes_the_rover_takes_the_ground_that_is_known(run):
    cells = ground()
    cells[70:90, 100:112] = UNKNOWN
    run.maps(cells).log(at(run, 12.0, 0.0))
    (path,) = run.out.rover_paths['perseverance']
    assert 'round hazards' in path.reason
    straight = Run.log(run.maps(ground()), at(run, 12.0, 0.0))
    assert 'refused' not in straight[0]
    assert len(run.out.rover_paths['perseverance'][0].points) == 1


def test_of_two_goals_the_later_replaces_the_former(run):
    first, second = at(run, 5.0, 0.0), at(run, 0.0, 6.0)
    lines = run.log(first, second)
    assert 'refused' not in ''.join(lines)
    assert f'replaces {run.here[0] + 5:g} m east, {run.here[1]:g} m north' in lines[1]
    (path,) = run.out.rover_paths['perseverance']
    assert path.points == ((run.here[0], run.here[1] + 6.0),)


def test_the_goal_of_rviz_is_for_the_only_rover(run):
    east, north = run.here[0] + 3.0, run.here[1]
    (line,) = run.log(GoalPose('map', east, north))
    assert line == f'from outside: perseverance: drives to {east:g} m east, {north:g} m north'
    assert run.out.rover_paths['perseverance'][0].points == ((east, north),)


def test_the_run_waits_for_a_drive_that_was_asked_for_during_it(run):
    run.log(at(run, 3.0, 0.0))
    run.mode('standby', 'ready', 'landed')
    run.tick(receipts={})
    report = RoverReport(0, run.here, 'driving', '')
    assert run.tick(rover_reports={'perseverance': (report,)}).outcome == ''


@pytest.fixture(scope='module')
def fleets(flight_3):
    """Give flight 3 without a rover and with two."""
    scenario, environment = flight_3
    plan = scenario.helicopters[0].flight_plan
    plan = plan.model_copy(update={'photos': (), 'segments': tuple(
        segment for segment in plan.segments if not isinstance(segment, Lean))})
    helicopter = scenario.helicopters[0].model_copy(update={'flight_plan': plan})
    rover = scenario.rovers[0]
    other = rover.model_copy(update={'name': 'curiosity'})
    return {count: Run(scenario.model_copy(update={
        'vehicles': (helicopter, *(rover, other)[:count])}), environment) for count in (0, 2)}


def test_the_goal_of_rviz_without_a_rover_names_what_to_use(fleets):
    (line,) = fleets[0].log(GoalPose('map', 1.0, 2.0))
    assert line.endswith('found 0 rovers, allowed: one; use goals of a helicopter on '
                         '/mission/command')
    (line,) = fleets[0].log('{vehicle: perseverance, drive_to: [1.0, 2.0]}')
    assert line.endswith('allowed for drive_to: none, as there is no rover')


def test_the_goal_of_rviz_with_two_rovers_names_both_topics(fleets):
    (line,) = fleets[2].log(GoalPose('map', 1.0, 2.0))
    assert line.endswith('use /perseverance/goal_pose, /curiosity/goal_pose')


def estimate_at(east, north, yaw=0.3):
    return Estimate(0, np.array([east, north, 1.0]), ZERO, quaternion_from_rpy(0.0, 0.0, yaw),
                    ZERO, ZERO, ZERO, 0.3, 1e-4 * np.eye(15), 20, 1.0)


def test_a_clicked_point_becomes_the_target_of_the_next_photo(aloft):
    aloft.tick(positions={'ingenuity': (estimate_at(0.0, 0.0),)})
    (line,) = aloft.log(ClickedPoint('map', (10.0, 20.0, 0.5)))
    assert line == ('from outside: ingenuity: retarget: clicked, photo of point at 10.0 m east '
                    '20.0 m north')
    change = aloft.out.orders['ingenuity'][0].retarget
    assert (change.photo, change.position) == ('', (10.0, 20.0, 0.5))


@pytest.mark.parametrize('name', ['opportunity', 'ingenuity'])
def test_a_photo_is_aimed_at_another_vehicle_that_is_there(aloft, name):
    (line,) = aloft.log('{vehicle: ingenuity, order: retarget, retarget: {target: '
                        f'{name}}}}}')
    assert f"refused: found target '{name}', allowed: perseverance" in line
    assert not any(aloft.out.orders.values() if aloft.out.orders else ())


def test_a_clicked_point_without_a_photo_to_come_is_refused(fleets):
    (line,) = fleets[0].log(ClickedPoint('map', (10.0, 20.0, 0.5)))
    assert 'found no helicopter with a photo to come' in line


def test_goals_replace_a_plan_that_is_not_flown_yet(run):
    run.mode('standby')
    (line,) = run.log('{vehicle: ingenuity, goals: [{goal: go_to, north: 10.0, east: 0.0}]}')
    assert line == 'from outside: ingenuity: 1 goals, in place of the former ones'
    (plan,) = run.out.plans['ingenuity']
    assert [segment.segment for segment in plan.segments] == [
        'climb', 'hover', 'translate', 'land']


def test_goals_in_flight_are_refused(aloft):
    (line,) = aloft.log('{vehicle: ingenuity, goals: [{goal: return}]}')
    assert "ingenuity is 'translate', allowed: on the ground with rotors still" in line
    assert not aloft.out.plans


def test_a_second_flight_begins_where_the_first_one_landed(run):
    run.mode('standby', 'ready', 'climb')
    run.tick(positions={'ingenuity': (estimate_at(7.0, 8.0, yaw=math.pi / 2),)})
    run.mode('landed')
    run.log('{vehicle: ingenuity, goals: [{goal: go_to, north: 10.0, east: 0.0}]}')
    (plan,) = run.out.plans['ingenuity']
    assert plan.azimuth == pytest.approx(0.0, abs=1e-9)
    section = run.control._flights['ingenuity'].prepared.section
    assert section.position == (7.0, 8.0)


def test_the_commands_of_a_scenario_are_given_at_their_time(flight_3):
    scenario, environment = flight_3
    mission = scenario.mission.model_validate({'commands': [
        {'at': 6.0, 'vehicle': 'ingenuity', 'order': 'land'},
        {'at': 5.0, 'vehicle': 'ingenuity', 'order': 'hold'}]})
    run = Run(scenario.model_copy(update={'mission': mission}), environment)
    run.mode('standby', 'ready', 'climb')
    given = {}
    while run.t_ns < 7 * SECOND_NS:
        for order in run.tick().orders.get('ingenuity', ()):
            given[order.kind] = run.t_ns / SECOND_NS
    assert given == {'hold': 5.0, 'land': 6.0}


def test_a_drive_that_the_rover_refuses_fails_the_mission_with_its_reason(flight_3):
    scenario, environment = flight_3
    rover = scenario.rovers[0].model_copy(update={'drive_to': (0.0, 900.0)})
    run = Run(scenario.model_copy(update={
        'vehicles': (scenario.helicopters[0], rover),
        'mission': scenario.mission.model_copy(update={'wait_for_photos': False})}), environment)
    assert run.tick().failure == ''
    refusal = RoverReport(0, rover.position, 'refused', 'out of reach')
    run.tick(rover_reports={'perseverance': (refusal,)})
    assert run.out.failure == 'perseverance stays: out of reach'
    run.mode('standby', 'ready', 'climb', 'landed')
    assert run.out.outcome == 'landed; perseverance stays: out of reach'


def test_services_are_answered_by_what_is_known_of_the_helicopter(aloft, flight_3):
    assert aloft.control.problem('ingenuity', 'hold') == ''
    assert Run(*flight_3).control.problem('ingenuity', 'hold') == (
        "ingenuity is 'silent', allowed: in flight")
