# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""An errand is a command that is followed to its end, whatever that is."""

import math
from pathlib import Path

from ingenuity_nodes.mission.control import MissionControl
from ingenuity_nodes.mission.errand import fly_plan, go_to, photograph, Status
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.simulation.simulation import Simulation
import pytest

HOP = Path(__file__).parent / 'data' / 'hop.yaml'
TICK = 10_000_000


@pytest.fixture
def late_hop(tmp_path):
    """Load a hop that nobody begins of itself before its time limit."""
    path = tmp_path / 'late_hop.yaml'
    path.write_text(HOP.read_text().replace('start: 1.0', 'start: 500.0'))
    return load_scenario(str(path))


def followed(simulation, errand, cancel_if=lambda progress: False, limit=9000):
    """Give the progress of an errand at each tick, cancelled when it is so; until its end."""
    control = simulation._mission
    outside, answered = [errand.command], False
    for _ in range(limit):
        simulation.tick(tuple(outside))
        outside = []
        if not answered:
            errand.begin(control)
            answered = True
        progress = errand.progress(simulation.t_ns, control)
        yield progress
        if progress.status is not Status.ACTIVE:
            return
        if cancel_if(progress):
            command = errand.cancel(control)
            outside = [command] if command else []
            cancel_if = lambda progress: False    # noqa: E731


def test_a_plan_is_flown_before_its_time_and_ends_as_landed(late_hop):
    steps = list(followed(Simulation(late_hop), fly_plan('ingenuity', '')))
    assert steps[-1].status is Status.SUCCEEDED
    assert steps[-1].outcome == 'landed'
    assert 3.0 < steps[-1].flight_time < 30.0
    assert {'waiting for the helicopter', 'flying', 'done'} <= {step.phase for step in steps}


def test_a_flight_that_is_cancelled_lands_and_counts_as_canceled(late_hop):
    steps = list(followed(Simulation(late_hop), fly_plan('ingenuity', ''),
                          cancel_if=lambda progress: progress.mode == 'hover'))
    assert steps[-1].status is Status.CANCELED
    assert steps[-1].outcome == 'cancelled: landed'


def test_a_rover_that_is_sent_to_a_point_comes_nearer_and_stops_when_cancelled(late_hop):
    simulation = Simulation(late_hop)
    errand = go_to('perseverance', (60.0, -6.0), simulation._mission)
    steps = list(followed(
        simulation, errand, cancel_if=lambda progress: progress.distance < 3.0))
    distances = [step.distance for step in steps if math.isfinite(step.distance)]
    assert distances[0] == pytest.approx(math.dist((63.01, -6.56), (60.0, -6.0)), abs=0.01)
    assert distances[-1] < 3.0
    assert steps[-1].status is Status.CANCELED


def test_goals_are_flown_now_and_not_at_the_start_of_the_scenario(late_hop):
    simulation = Simulation(late_hop)
    for _ in range(30):
        simulation.tick()    # awake
    steps = list(followed(simulation, fly_plan(
        'ingenuity', '[{goal: go_to, north: 3.0, east: 0.0}]')))
    assert steps[-1].status is Status.SUCCEEDED
    east, north, _ = steps[-1].position
    assert (east, north) == pytest.approx((0.0, 3.0), abs=0.3)
    assert simulation.t_ns < 100_000_000_000


def test_other_goals_abort_the_flight_that_they_replace(late_hop):
    simulation = Simulation(late_hop)
    first = fly_plan('ingenuity', '[{goal: go_to, north: 3.0, east: 0.0}]')
    second = fly_plan('ingenuity', '[{goal: go_to, north: 0.0, east: 3.0}]')
    for _ in range(30):
        simulation.tick()    # awake
    steps = followed(simulation, first)
    assert next(steps).status is Status.ACTIVE
    next(followed(simulation, second))
    found = first.progress(simulation.t_ns, simulation._mission)
    assert (found.status, found.outcome) == (Status.ABORTED, 'replaced by other goals')


def test_a_helicopter_goes_to_a_point_of_the_map_from_where_it_stands(late_hop):
    errand = go_to('ingenuity', (5.0, 7.0), Simulation(late_hop)._mission)
    goal, = errand.command.goals
    assert (goal.east, goal.north) == (5.0, 7.0)    # it stands at the origin


def test_a_point_is_not_photographed_without_a_photo_to_come(late_hop):
    control = Simulation(late_hop)._mission
    assert isinstance(control, MissionControl)
    with pytest.raises(ValueError, match='allowed while ingenuity has no photo to come'):
        photograph('ingenuity', '', (1.0, 2.0, 0.0), control)
    of_rover = photograph('ingenuity', 'perseverance', None, control)
    assert of_rover.command.goals[0].target == 'perseverance'


@pytest.mark.parametrize('goals', ['{', '[{goal: dance}]', 'up'])
def test_goals_that_are_none_are_refused_by_name(goals):
    with pytest.raises(ValueError, match=r'allowed|YAML'):
        fly_plan('ingenuity', goals)
