# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Legs end by arrival; points that need not be stopped at are passed."""

from ingenuity_nodes.frames import yaw_from_azimuth
from ingenuity_nodes.guidance.flight_plan import FlightPlan, plan_from_yaml, waypoints
from ingenuity_nodes.guidance.parameters import GuidanceParameters
from ingenuity_nodes.guidance.plan_flight import PlanFlight, Seen
from ingenuity_nodes.mission.planned_flight import planned_flight
from ingenuity_nodes.timing import TICK, TICK_NS
from ingenuity_nodes.world.terrain import Terrain, TerrainParameters
import numpy as np
import pytest
from test_guidance_orders import assert_smooth, Watched

ZERO = np.zeros(3)
HOME = np.array([0.0, 0.0, 0.266])
THERE_AND_DOWN = [
    {'segment': 'climb', 'altitude': 5.0},
    {'segment': 'translate', 'north': 20.0, 'east': 0.0, 'speed': 2.0}, {'segment': 'land'}]
THROUGH = [
    {'segment': 'climb', 'altitude': 5.0},
    {'segment': 'translate', 'north': 20.0, 'east': 0.0, 'speed': 2.0, 'stop': False,
     'altitude': 8.0, 'azimuth': 30.0},
    {'segment': 'translate', 'north': 35.0, 'east': 15.0, 'speed': 3.0, 'stop': False},
    {'segment': 'translate', 'north': 35.0, 'east': 40.0, 'speed': 2.0, 'altitude': 6.0},
    {'segment': 'land'}]


def plan(segments):
    return FlightPlan.model_validate({'azimuth': 84.0, 'segments': segments})


def begun(segments):
    flight = PlanFlight(GuidanceParameters())
    flight.load(plan(segments), HOME)
    flight.start_from(HOME)
    flight.begin(0, 0.0, HOME)
    return flight


def seen(p, v=ZERO):
    return Seen(5.0, 0.9, '', np.array(p), np.array(v))


def run(flight, t_ns, seconds, where):
    """Return when the next leg began, None if it did not."""
    end = t_ns + round(seconds * 1e9)
    while t_ns < end:
        t_ns += TICK_NS
        flight.reference(t_ns)
        if flight.next_leg(t_ns, where) is not None:
            return t_ns
    return None


@pytest.mark.parametrize('where', [
    seen([0.0, 0.0, 3.5]), seen([2.0, 0.0, 5.266]), seen([0.0, 0.0, 5.266], [0.0, 2.0, 0.0])])
def test_the_next_leg_waits_for_an_aircraft_that_is_not_there_or_not_slow(where):
    flight = begun(THERE_AND_DOWN)
    limit = flight.leg.duration
    assert run(flight, 0, limit + 5.0, where) is None
    late = run(flight, round((limit + 5.0) * 1e9), 1.0, seen([0.3, 0.0, 5.2], [0.0, 0.2, 0.0]))
    assert late is not None and flight.leg.mode.value == 'translate'
    assert flight.delay_ns(late) == pytest.approx(5e9, abs=3 * TICK_NS)    # photos wait, too


def test_an_aircraft_that_never_arrives_flies_on_after_a_while():
    flight = begun(THERE_AND_DOWN)
    limit = flight.leg.duration + GuidanceParameters().arrival_limit
    began = run(flight, 0, limit + 1.0, seen([0.0, 0.0, 0.5]))
    assert began * 1e-9 == pytest.approx(limit, abs=0.03)


def test_points_on_the_way_are_passed_in_motion_without_a_step():
    aircraft = Watched(plan(THROUGH))
    aircraft.run_to('landed')
    assert aircraft.names.count('translate') == 3
    assert_smooth(aircraft)
    moving = [s for s in aircraft.setpoints if s.mode == 'translate']
    speed = np.array([np.hypot(*s.v_ref[:2]) for s in moving])
    p = np.array([s.p_ref for s in moving])
    for north, east, up in [(20.0, 0.0, 8.266), (35.0, 15.0, 8.266)]:
        nearest = np.linalg.norm(p - [east, north, up], axis=1).argmin()
        assert p[nearest] == pytest.approx([east, north, up], abs=0.02)
        assert speed[nearest] > 1.5
    # The place is asked for a lag of the attitude later than its acceleration.
    last = max(k for k, s in enumerate(aircraft.setpoints) if s.mode == 'translate')
    there = last + round(GuidanceParameters().attitude_lag / TICK)
    assert aircraft.setpoints[there].p_ref[:2] == pytest.approx([40.0, 35.0], abs=1e-3)
    assert moving[-1].p_ref[2] == pytest.approx(6.266, abs=1e-3)


def test_a_lean_is_asked_for_before_the_speed_that_it_gives():
    aircraft = Watched(plan(THROUGH))
    aircraft.run_to('landed')
    lag = round(GuidanceParameters().attitude_lag / TICK)
    level = [s for s in aircraft.setpoints if s.mode == 'translate']
    a = np.array([s.a_ref[:2] for s in level])
    v = np.array([s.v_ref[:2] for s in level])
    gained = np.cumsum(0.5 * (a[1:] + a[:-1]), axis=0) * TICK
    assert v[lag + 1:] - v[lag] == pytest.approx(gained[:-lag], abs=2e-3)


def test_it_turns_to_the_azimuth_and_climbs_on_the_way():
    aircraft = Watched(plan(THROUGH))
    aircraft.run_to('landing')
    assert aircraft.setpoints[-1].yaw_ref == pytest.approx(yaw_from_azimuth(30.0))
    assert waypoints(plan(THROUGH))[1:-1] == [
        (0.0, 0.0, 5.0), (0.0, 20.0, 8.0), (15.0, 35.0, 8.0), (40.0, 35.0, 6.0)]


def test_the_planned_flight_is_the_flown_one():
    flat = Terrain(TerrainParameters(relief=0.0, ripples=0.0, hills=0.0), 1)
    planned = planned_flight(plan(THROUGH), (0.0, 0.0), flat, GuidanceParameters())
    aircraft = Watched(plan(THROUGH))
    aircraft.run_to('landed')
    flown = (aircraft.guidance.touchdown_ns - aircraft.guidance.lift_off_ns) * 1e-9
    assert flown == pytest.approx(planned.duration, abs=0.3)


def test_a_turn_that_takes_longer_than_the_way_makes_it_stop():
    slow = [dict(one) for one in THROUGH]
    slow[1]['rate'] = 1.0
    flight = begun(slow)
    flight.last = flight.leg.path.at(flight.leg.duration)
    leg = flight.begin(0)
    assert not leg.passes and not leg.path.at(leg.duration).v.any()


@pytest.mark.parametrize('after', ['hover, duration: 1.0', 'land'])
def test_only_a_translation_can_follow_a_point_that_is_passed(after):
    segments = ['climb, altitude: 5.0', 'translate, north: 9, east: 0, speed: 1, stop: false',
                after, 'land'][:4 if after != 'land' else 3]
    text = 'azimuth: 84.0\nsegments:\n' + ''.join(f'  - {{segment: {s}}}\n' for s in segments)
    with pytest.raises(ValueError, match=r"segments\.1\.stop: false before '\w+', allowed: before "
                                         "'translate'"):
        plan_from_yaml(text)
