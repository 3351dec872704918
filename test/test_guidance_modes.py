# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Modes follow each other with reasons; what must not fly does not."""

import math

from ingenuity_nodes.frames import quaternion_from_rpy
from ingenuity_nodes.guidance.flight_plan import FlightPlan
from ingenuity_nodes.guidance.guidance import Guidance, GuidanceParameters, Mode
from ingenuity_nodes.guidance.mode import lift_off_from
from ingenuity_nodes.signals import Estimate, ImuSample, VehicleStatus
from ingenuity_nodes.timing import TICK_NS
import numpy as np
import pytest

ZERO = np.zeros(3)
PLAN = FlightPlan.model_validate({'azimuth': 84.0, 'segments': [
    {'segment': 'climb', 'altitude': 3.0}, {'segment': 'hover', 'duration': 2.0},
    {'segment': 'translate', 'north': 4.0, 'east': 0.0, 'speed': 1.0},
    {'segment': 'turn', 'azimuth': 174.0}, {'segment': 'land'}]})
OMEGA = 2537.0 * math.pi / 30.0
IMU = ImuSample(0, np.array([0.0, 0.0, 3.72]), ZERO)
STATUS = VehicleStatus(
    t_ns=0, rotor_speed=(0.0, 0.0), rotor_angle=(0.0, 0.0), collective=(0.0, 0.0),
    thrust=(0.0, 0.0), force_B=ZERO, moment_B=ZERO, rotor_power=0.0, electrical_power=10.0,
    battery_voltage=22.0, battery_current=0.5, battery_charge=0.9, battery_temperature=280.0,
    motor_temperature=260.0, energy_used_wh=0.0, feet_on_ground=4, failure='')
ESTIMATE = Estimate(
    0, np.array([0.0, 0.0, 0.266]), ZERO, np.array([1.0, 0.0, 0.0, 0.0]), ZERO, ZERO, ZERO, 0.266,
    np.eye(15), 30, 0.5)


class Perfect:
    """An aircraft that is always where guidance wants it, down to a hard ground."""

    def __init__(self, guidance: Guidance) -> None:
        self.guidance, self.t_ns = guidance, 0
        self.p, self.v, self.speed = np.array([0.0, 0.0, 0.266]), ZERO, 0.0
        self.status, self.estimate, self.stuck = STATUS, ESTIMATE, False
        self.modes: list[tuple[str, str]] = []
        self.slope = 0.0    # of the ground northwards

    def run(self, seconds: float) -> None:
        end = self.t_ns + round(seconds * 1e9)
        while self.t_ns < end and not self.guidance.finished:
            self.t_ns += TICK_NS
            estimate = self.estimate._replace(
                t_ns=self.t_ns, p_MB=self.p, v_MB=self.v,
                height=float(self.p[2] - self.slope * self.p[1]))
            setpoint = self.guidance.step(
                estimate, self.status._replace(rotor_speed=(self.speed, self.speed)), IMU)
            self.modes += [(c.mode, c.reason) for c in self.guidance.take_changes()]
            self.speed = 0.0 if self.stuck else setpoint.rotor_speed
            if setpoint.airborne:
                self.p, self.v = setpoint.p_ref, setpoint.v_ref
            elif self.guidance.mode is Mode.TAKE_OFF:
                self.p = self.p + np.array([0.0, 0.0, 0.001])
            ground = 0.266 + self.slope * self.p[1]
            if self.p[2] < ground:
                self.p, self.v = np.array([*self.p[:2], ground]), ZERO


def flown(seconds: float = 120.0, **changes: object) -> Perfect:
    aircraft = Perfect(Guidance(GuidanceParameters(**changes)))
    aircraft.guidance.load(PLAN, 0)
    aircraft.run(0.1)
    aircraft.guidance.go(0)
    aircraft.run(seconds)
    return aircraft


def test_a_flight_goes_through_its_modes_in_order_each_with_a_reason():
    aircraft = flown()
    assert [mode for mode, _ in aircraft.modes] == [
        'standby', 'ready', 'spin_up', 'take_off', 'lift_off', 'climb', 'hover', 'translate',
        'turn', 'landing', 'touchdown', 'spin_down', 'landed']
    assert all(reason for _, reason in aircraft.modes)


def test_lift_off_is_dated_back_to_when_it_began_to_rise():
    aircraft = Perfect(Guidance(GuidanceParameters()))
    guidance = aircraft.guidance
    guidance.load(PLAN, 0)
    aircraft.run(0.1)
    guidance.go(0)
    while guidance.mode is not Mode.TAKE_OFF:
        aircraft.run(0.01)
    aircraft.modes += [(change.mode, change.reason) for change in guidance.take_changes()]
    begins_ns, acceleration, t_ns = aircraft.t_ns + 400_000_000, 0.9, aircraft.t_ns
    while guidance.lift_off_ns is None:
        t_ns += TICK_NS
        since = max(0, t_ns - begins_ns) * 1e-9
        up = 0.266 + 0.5 * acceleration * since ** 2
        guidance.step(ESTIMATE._replace(
            t_ns=t_ns, p_MB=np.array([0.0, 0.0, up]), height=up,
            v_MB=np.array([0.0, 0.0, acceleration * since])),
            STATUS._replace(rotor_speed=(OMEGA, OMEGA)), IMU)
    assert (t_ns - begins_ns) * 1e-9 == pytest.approx(
        math.sqrt(2.0 * 0.05 / acceleration), abs=0.02)
    assert 0 <= guidance.lift_off_ns - begins_ns <= 0.04 / acceleration * 1e9
    reported, climb = guidance.take_changes()
    assert (reported.mode, climb.mode) == ('lift_off', 'climb')
    assert lift_off_from(reported.reason) == guidance.lift_off_ns
    assert lift_off_from('at the end') is None


def test_images_begin_at_a_metre_and_end_before_the_final_descent():
    aircraft = Perfect(Guidance(GuidanceParameters()))
    aircraft.guidance.load(PLAN, 0)
    aircraft.run(0.1)
    aircraft.guidance.go(0)
    lowest = {Mode.CLIMB: math.inf, Mode.LANDING: math.inf}
    while not aircraft.guidance.finished:
        aircraft.run(0.01)
        if aircraft.guidance.camera_on and aircraft.guidance.mode in lowest:
            lowest[aircraft.guidance.mode] = min(
                lowest[aircraft.guidance.mode], float(aircraft.p[2]))
    assert lowest[Mode.CLIMB] == pytest.approx(0.8, abs=0.05)
    assert lowest[Mode.LANDING] == pytest.approx(1.5, abs=0.05)


def test_it_lands_at_the_planned_point_and_time():
    aircraft = flown()
    assert aircraft.p == pytest.approx([0.0, 4.0, 0.266], abs=1e-6)
    flight = (aircraft.guidance.touchdown_ns - aircraft.guidance.lift_off_ns) / 1e9
    # Length over speed, speed over acceleration and this over jerk for each start and stop; the
    # landing ends under way.
    climb, line = 3.0 + 1.0 / 0.8 + 0.8 / 2.0, 4.0 + 1.0 / 0.33 + 0.33 / 0.64
    turn, landing = 90.0 / 20.0 + 20.0 / 30.0 + 0.5, 3.0 + 0.5 * (1.0 / 0.8 + 0.8 / 2.0)
    assert flight == pytest.approx(climb + 2.0 + line + turn + landing, abs=0.5)


def test_nothing_happens_without_go():
    aircraft = Perfect(Guidance(GuidanceParameters()))
    aircraft.guidance.load(PLAN, 0)
    aircraft.run(5.0)
    assert aircraft.guidance.mode is Mode.READY and aircraft.speed == 0.0
    assert aircraft.guidance.at_rest and not aircraft.guidance.camera_on


def test_a_go_without_a_plan_is_not_remembered():
    aircraft = Perfect(Guidance(GuidanceParameters()))
    aircraft.guidance.go(0)
    aircraft.run(0.1)
    aircraft.guidance.load(PLAN, 0)
    aircraft.run(1.0)
    assert aircraft.guidance.mode is Mode.READY


@pytest.mark.parametrize('status, estimate, words', [
    ({'battery_charge': 0.2}, {}, 'battery'),
    ({}, {'q_MB': quaternion_from_rpy(0.4, 0.0, 0.0)}, 'leans'),
    ({}, {'q_MB': np.full(4, np.nan)}, 'numbers'),
])
def test_a_flight_that_must_not_begin_is_refused_with_the_reason(status, estimate, words):
    aircraft = Perfect(Guidance(GuidanceParameters()))
    aircraft.status, aircraft.estimate = STATUS._replace(**status), ESTIMATE._replace(**estimate)
    aircraft.guidance.load(PLAN, 0)
    aircraft.run(0.1)
    assert aircraft.guidance.mode is Mode.REFUSED and aircraft.guidance.finished
    assert words in aircraft.modes[-1][1]


def test_an_abort_in_cruise_is_a_landing_where_it_can_stop():
    aircraft = flown(seconds=13.0)
    while np.hypot(*aircraft.v[:2]) < 1.0 - 1e-9:    # cruise
        aircraft.run(0.01)
    assert aircraft.guidance.mode is Mode.TRANSLATE
    here, speed = aircraft.p[:2], float(np.hypot(*aircraft.v[:2]))
    aircraft.guidance.abort(0, 'by hand')
    aircraft.run(60.0)
    assert ('landing', 'abort: by hand') in aircraft.modes
    assert aircraft.guidance.mode is Mode.LANDED
    p = aircraft.guidance.parameters
    braking_distance = speed * (
        p.attitude_lag + 0.5 * (speed / p.braking + p.braking / p.jerk))
    assert np.hypot(*(aircraft.p[:2] - here)) == pytest.approx(
        braking_distance, abs=0.02)


def test_an_abort_during_spin_up_stops_the_rotors_and_refuses():
    aircraft = flown(seconds=3.0)
    aircraft.guidance.abort(0, 'by hand')
    aircraft.run(60.0)
    assert [mode for mode, _ in aircraft.modes][-2:] == ['spin_down', 'refused']


def test_rotors_that_do_not_come_to_speed_end_the_flight():
    aircraft = Perfect(Guidance(GuidanceParameters(spin_up_limit=8.0)))
    aircraft.stuck = True
    aircraft.guidance.load(PLAN, 0)
    aircraft.run(0.1)
    aircraft.guidance.go(0)
    aircraft.run(60.0)
    assert [mode for mode, _ in aircraft.modes][-3:] == ['spin_up', 'spin_down', 'refused']


def test_a_failure_of_the_aircraft_is_a_crash_with_its_name_and_stops_the_rotors():
    aircraft = flown(seconds=11.0)
    aircraft.status = STATUS._replace(failure='blade strike')
    aircraft.run(0.1)
    assert aircraft.modes[-1] == ('crashed', 'blade strike')
    assert aircraft.speed == 0.0


def test_a_second_plan_flies_after_the_first():
    aircraft = flown()
    aircraft.guidance.load(PLAN, 0)
    assert not aircraft.guidance.finished
    aircraft.run(0.1)
    aircraft.guidance.go(0)
    aircraft.run(120.0)
    assert [mode for mode, _ in aircraft.modes].count('landed') == 2
