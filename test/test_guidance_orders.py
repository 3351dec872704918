# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Orders in flight: obeyed without a step of the setpoint, answered with a reason."""

from ingenuity_nodes.guidance.flight_plan import FlightPlan
from ingenuity_nodes.guidance.guidance import Guidance, GuidanceParameters
from ingenuity_nodes.signals import FlightOrder, Retarget
from ingenuity_nodes.timing import TICK
import numpy as np
import pytest
from test_guidance_modes import Perfect, STATUS

PLAN = FlightPlan.model_validate({'azimuth': 84.0, 'segments': [
    {'segment': 'climb', 'altitude': 5.0}, {'segment': 'hover', 'duration': 4.0},
    {'segment': 'translate', 'north': 20.0, 'east': 0.0, 'speed': 2.0},
    {'segment': 'turn', 'azimuth': 174.0}, {'segment': 'land'}]})
# Most that any of the legs accelerates [m/s^2], at the ends of a climb, and how fast [m/s^3].
MOST = GuidanceParameters().vertical_acceleration
JERK = GuidanceParameters().vertical_jerk


class Watched(Perfect):
    """A perfect aircraft of which every setpoint is kept."""

    def __init__(self, plan=PLAN, **changes):
        super().__init__(Guidance(GuidanceParameters(**changes)))
        self.setpoints = []
        step = self.guidance.step

        def watched(*arguments):
            self.setpoints.append(step(*arguments))
            return self.setpoints[-1]

        self.guidance.step = watched
        self.guidance.load(plan, 0)
        self.run(0.1)
        self.guidance.go(0)

    def run_to(self, mode):
        while not self.modes or self.modes[-1][0] != mode:
            self.run(TICK)
            assert not self.guidance.finished or mode == 'landed', self.modes

    def order(self, kind, **more):
        return self.guidance.order(self.t_ns, FlightOrder(kind, 'asked for', **more))

    @property
    def names(self):
        return [mode for mode, _ in self.modes]


def flying(mode, seconds, **changes):
    """Fly until so long after a mode was entered."""
    aircraft = Watched(**changes)
    aircraft.run_to(mode)
    aircraft.run(seconds)
    return aircraft


def assert_smooth(aircraft):
    """No step of position, velocity, acceleration or heading from one setpoint to the next."""
    air = [s for s in aircraft.setpoints if s.airborne]
    p, v = np.array([s.p_ref for s in air]), np.array([s.v_ref for s in air])
    yaw, rate = np.array([s.yaw_ref for s in air]), np.array([s.yaw_rate_ref for s in air])
    assert len(air) > 100
    a = np.array([s.a_ref for s in air])
    assert np.abs(np.diff(v, axis=0)).max() <= MOST * TICK * 1.01
    assert np.abs(np.diff(a, axis=0)).max() <= JERK * TICK * 1.01
    assert np.abs(np.diff(p, axis=0) - 0.5 * TICK * (v[1:] + v[:-1])).max() < 1e-3
    assert np.abs(np.diff(yaw) - 0.5 * TICK * (rate[1:] + rate[:-1])).max() < 1e-3


MIDDLE = [('climb', 2.5), ('hover', 1.0), ('translate', 3.0), ('turn', 2.0), ('landing', 1.5)]


@pytest.mark.parametrize('mode, seconds', MIDDLE)
def test_held_anywhere_it_stops_smoothly_and_flies_on_to_the_same_end(mode, seconds):
    aircraft = flying(mode, seconds)
    assert aircraft.order('hold') == ''
    aircraft.run(10.0)
    assert aircraft.modes[-1] == ('hold', 'asked for')
    assert aircraft.v == pytest.approx(np.zeros(3), abs=1e-9)
    held = aircraft.p
    aircraft.run(5.0)
    assert aircraft.p == pytest.approx(held, abs=1e-9)
    assert aircraft.order('resume') == ''
    aircraft.run(60.0)
    after = aircraft.names[aircraft.names.index('hold') + 1]
    assert after == mode
    assert aircraft.names[-1] == 'landed'
    assert aircraft.p[:2] == pytest.approx([0.0, 20.0], abs=1e-6)
    assert aircraft.setpoints[-1].yaw_ref == pytest.approx(np.radians(90.0 - 174.0))
    assert_smooth(aircraft)


def test_a_hold_delays_what_is_left_of_the_plan_by_as_much():
    """Photo windows count from a start that moves with it: to the end of the held segment."""
    free, held = flying('turn', 0.0), flying('translate', 3.0)
    held.order('hold')
    held.run(7.0)
    assert held.guidance.plan_start_ns(held.t_ns) - held.guidance.lift_off_ns == pytest.approx(
        7e9, abs=1.1e7)
    held.order('resume')
    held.run_to('turn')
    late = held.t_ns - held.guidance.lift_off_ns - (free.t_ns - free.guidance.lift_off_ns)
    assert held.guidance.plan_start_ns(held.t_ns) - held.guidance.lift_off_ns == pytest.approx(
        late, abs=2.1e7)
    assert late > 7e9


def test_a_hold_in_a_hover_goes_on_for_the_rest_of_it():
    aircraft = flying('hover', 1.0)
    aircraft.order('hold')
    aircraft.run(5.0)
    aircraft.order('resume')
    began = aircraft.t_ns
    aircraft.run_to('translate')
    assert (aircraft.t_ns - began) / 1e9 == pytest.approx(3.0, abs=0.03)


def test_resume_waits_until_it_has_stopped():
    aircraft = flying('translate', 4.0)
    aircraft.order('hold')
    aircraft.run(0.1)
    assert aircraft.order('resume') == ''
    aircraft.run(0.5)
    assert aircraft.names[-1] == 'hold'
    aircraft.run_to('landed')
    assert_smooth(aircraft)


def test_a_hold_ends_by_itself_and_the_plan_goes_on():
    aircraft = flying('translate', 3.0, longest_hold=8.0)
    aircraft.order('hold')
    aircraft.run(7.9)
    assert aircraft.names[-1] == 'hold'
    aircraft.run(0.2)
    assert aircraft.modes[-1] == (
        'translate', 'goes on, held for the longest time, 8 s: to 20 m north, 0 m east')


def test_a_hold_with_a_low_battery_ends_with_the_return():
    aircraft = flying('translate', 3.0)
    aircraft.order('hold')
    aircraft.run(5.0)
    aircraft.status = STATUS._replace(battery_charge=0.34)
    aircraft.run(0.1)
    assert aircraft.modes[-1][0] == 'translate'
    assert 'the battery holds 34 %, needed for a hold: 35 %' in aircraft.modes[-1][1]
    aircraft.run_to('landed')
    assert aircraft.p[:2] == pytest.approx([0.0, 0.0], abs=1e-6)


@pytest.mark.parametrize('mode, seconds', MIDDLE)
def test_return_flies_back_at_the_present_altitude_and_lands_at_the_start(mode, seconds):
    aircraft = flying(mode, seconds)
    before = len(aircraft.setpoints)
    assert aircraft.order('return') == ''
    aircraft.run_to('landed')
    assert aircraft.p[:2] == pytest.approx([0.0, 0.0], abs=1e-6)
    level = [s.p_ref[2] for s in aircraft.setpoints[before:] if s.mode == 'translate']
    if mode in ('translate', 'turn'):
        assert level == pytest.approx([5.266] * len(level))
    assert_smooth(aircraft)


def test_land_comes_down_where_it_stops():
    aircraft = flying('translate', 8.0)
    north, speed = aircraft.p[1], aircraft.v[1]
    aircraft.order('land')
    aircraft.run_to('landed')
    p = GuidanceParameters()
    braking = speed * (p.attitude_lag + 0.5 * (speed / p.braking + p.braking / p.jerk))
    assert aircraft.p[1] == pytest.approx(north + braking, abs=0.05)
    assert ('landing', 'land: asked for, end of the plan') in aircraft.modes
    assert_smooth(aircraft)


def test_abort_comes_before_a_hold():
    aircraft = flying('translate', 3.0)
    aircraft.order('hold')
    aircraft.run(5.0)
    aircraft.order('abort')
    aircraft.run_to('landed')
    assert ('landing', 'abort: asked for') in aircraft.modes


@pytest.mark.parametrize('kind', ['hold', 'resume', 'return', 'land'])
def test_on_the_ground_nothing_is_ordered_of_a_flight(kind):
    aircraft = Perfect(Guidance(GuidanceParameters()))
    aircraft.guidance.load(PLAN, 0)
    aircraft.run(0.1)
    assert aircraft.guidance.order(0, FlightOrder(kind, '')) == (
        "mode is 'ready', allowed: in flight")


REFUSED = [
    ('translate', 3.0, (), 'resume', 'it does not hold'),
    ('translate', 3.0, ('hold',), 'hold', 'it holds already'),
    ('landing', 4.5, (), 'hold', 'it would stop 0.'),
    ('landing', 1.0, (), 'land', 'it lands already'),
    ('climb', 0.2, (), 'return', 'above the ground, allowed: from 1.5 m up'),
    ('translate', 3.0, ('abort',), 'hold', 'it lands already: abort: asked for')]


@pytest.mark.parametrize('mode, seconds, before, kind, reason', REFUSED)
def test_what_cannot_be_obeyed_is_refused_and_changes_nothing(
        mode, seconds, before, kind, reason):
    aircraft = flying(mode, seconds)
    for earlier in before:
        assert aircraft.order(earlier) == ''
        aircraft.run(0.1)
    modes = list(aircraft.modes)
    assert reason in aircraft.order(kind)
    aircraft.run(0.05)
    assert aircraft.modes == modes


def test_a_retargeted_photo_segment_turns_to_the_new_target():
    plan = FlightPlan.model_validate({
        'azimuth': 84.0, 'targets': [
            {'name': 'rover', 'position': [10.0, 0.0, 0.0], 'azimuth': 0.0}],
        'segments': [{'segment': 'climb', 'altitude': 5.0}, {'segment': 'hover', 'duration': 2.0},
                     {'segment': 'photo', 'target': 'rover'}, {'segment': 'land'}]})

    def heading(*orders):
        aircraft = Watched(plan)
        aircraft.run_to('hover')
        for order in orders:
            assert aircraft.order('retarget', retarget=order) == ''
        aircraft.run_to('landing')
        assert_smooth(aircraft)
        return aircraft.setpoints[-1].yaw_ref

    new = heading(Retarget('rover', 'outcrop', (-10.0, 0.0, 0.0), 0.0))
    assert abs(np.remainder(new - heading(), 2.0 * np.pi) - np.pi) < 1e-6
