# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Orders in whole flights: held and flown on, kept apart, answered."""

from ingenuity_nodes.mission.separation_watch import SeparationWatch
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.simulation.simulation import Simulation
from ingenuity_nodes.timing import SECOND_NS
import numpy as np
import pytest

WORLD = {'latitude': 18.44486301, 'longitude': 77.45101915, 'utc': '2021-04-25T11:31:00Z',
         'pressure': 730.0, 'temperature': 238.0}
LIMIT = 5.0    # [m] between aircraft


def helicopter(name, position, *segments):
    return {'type': 'ingenuity', 'name': name, 'position': position, 'azimuth': 90.0,
            'cameras': [], 'flight_plan': {'azimuth': 90.0, 'segments': [
                {'segment': 'climb', 'altitude': 5.0}, *segments, {'segment': 'land'}]}}


def to(north, east):
    return {'segment': 'translate', 'north': north, 'east': east, 'speed': 2.5}


def scenario(*vehicles, commands=()):
    return Scenario.model_validate({
        'name': 'orders', 'description': '', 'seed': 3, 'world': WORLD, 'vehicles': vehicles,
        'mission': {'commands': commands}})


def flown(simulation, outside=None):
    """Fly to the end; return reports of all ticks, what comes from outside by its tick [s]."""
    outside, reports = dict(outside or {}), []
    while not reports or not reports[-1].outcome:
        t_s = (simulation.t_ns + 10_000_000) / SECOND_NS
        reports.append(simulation.tick((outside.pop(t_s),) if t_s in outside else ()))
        assert reports[-1].t_ns < 200 * SECOND_NS
    return reports


def log_of(reports):
    return [line for report in reports for line in report.log]


# The second waits four seconds, so that both do not meet where their ways cross; the hold of the
# first, which costs as much, undoes that.
CROSSING = (helicopter('first', [-20.0, 0.0], to(0.0, 40.0)),
            helicopter('second', [0.0, -20.0], to(40.0, 0.0)))
DELAY = ({'at': 22.0, 'vehicle': 'first', 'order': 'hold', 'reason': 'delayed'},
         {'at': 24.0, 'vehicle': 'first', 'order': 'resume'})


def smallest_distance(reports):
    """Return the least true distance of the two while both are in the air [m]."""
    gaps = []
    for report in reports:
        one, other = report.helicopters.values()
        if one.setpoint.airborne and other.setpoint.airborne:
            gaps.append(np.linalg.norm(one.truth.p_MB - other.truth.p_MB))
    assert gaps
    return min(gaps)


@pytest.mark.slow
def test_delayed_into_each_other_s_way_two_helicopters_stay_separated(monkeypatch):
    watched = flown(Simulation(scenario(*CROSSING, commands=DELAY)))
    log = log_of(watched)
    held = next(line for line in log if 'ordered to hold' in line)
    assert 'first and second' in held and 'allowed: at least' in held
    assert any('ordered to resume: separated again' in line for line in log)
    assert smallest_distance(watched) > LIMIT
    assert watched[-1].outcome == 'landed'
    nearest = watched[-1].nearest
    assert nearest.text in log[-1]
    assert nearest.distance == pytest.approx(smallest_distance(watched), abs=1.0)
    for one in watched[-1].helicopters.values():
        assert np.hypot(*one.truth.p_MB[:2]) == pytest.approx(20.0, abs=1.0)
    monkeypatch.setattr(SeparationWatch, 'decide', lambda *_: [])
    assert smallest_distance(flown(Simulation(scenario(*CROSSING, commands=DELAY)))) < LIMIT


@pytest.fixture(scope='module')
def alone():
    return helicopter('scout', [0.0, 0.0], to(10.0, 0.0))


@pytest.mark.slow
def test_an_order_from_outside_is_obeyed_as_one_of_the_scenario_to_the_bit(alone):
    hold, back = ({'vehicle': 'scout', 'order': order} for order in ('hold', 'return'))
    planned = flown(Simulation(scenario(
        alone, commands=[{'at': 20.0, **hold}, {'at': 25.0, **back}])))
    asked = flown(Simulation(scenario(alone)), {
        20.0: '{vehicle: scout, order: hold}', 25.0: '{vehicle: scout, order: return}'})
    assert len(planned) == len(asked)
    for a, b in zip(planned, asked, strict=True):
        assert np.array_equal(a.helicopters['scout'].truth.p_MB, b.helicopters['scout'].truth.p_MB)
    end = planned[-1].helicopters['scout'].truth
    assert np.hypot(*end.p_MB[:2]) < 1.0
    assert planned[-1].outcome == 'landed'


@pytest.mark.slow
def test_a_held_aircraft_hovers_and_bad_orders_do_not_move_it(alone):
    reports = flown(Simulation(scenario(alone)), {
        20.0: '{vehicle: scout, order: hold}', 24.0: '{vehicle: scout, order: hold}',
        24.5: '{vehicle: scout, odrer: land}', 30.0: '{vehicle: scout, order: resume}'})
    log = log_of(reports)
    assert 'scout: order: hold refused: it holds already' in log
    assert any("unknown key 'odrer'" in line for line in log)
    held = np.array([report.helicopters['scout'].truth.p_MB for report in reports
                     if 25.0 <= report.t_ns / SECOND_NS <= 30.0])
    assert np.ptp(held, axis=0).max() < 0.5
    assert reports[-1].helicopters['scout'].truth.p_MB[1] == pytest.approx(10.0, abs=0.7)


@pytest.mark.slow
def test_nobody_lands_on_a_rover_that_has_driven_below(alone):
    """The rover parks on the landing point; the scout holds above it, and lands once it left."""
    rover = {'type': 'perseverance', 'name': 'perseverance', 'position': [0.0, 10.0],
             'azimuth': 90.0}
    reports = flown(Simulation(scenario(alone, rover)), {
        45.0: '{vehicle: scout, order: return}'})
    log = log_of(reports)
    assert any('ordered to hold: scout and perseverance' in line for line in log)
    air = [report for report in reports if report.helicopters['scout'].setpoint.airborne]
    assert air
    for after in air:
        p = after.helicopters['scout'].truth.p_MB
        top = after.rovers['perseverance'].state.p_MB + np.array([0.0, 0.0, 2.2])
        if np.hypot(*(p - top)[:2]) < 3.0:
            assert p[2] > top[2] + 0.5
    assert np.hypot(*reports[-1].helicopters['scout'].truth.p_MB[:2]) < 1.0
