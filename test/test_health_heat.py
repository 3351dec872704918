# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Motors that warm up in flight: refused before it, landed in time during it."""

from __future__ import annotations

from flights import fly, scenario_of
from ingenuity_nodes.health.health import Health, HealthParameters
from ingenuity_nodes.health.imu_monitor import ImuMonitor
from ingenuity_nodes.mission.preparation import prepare
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.helicopter_parameters import HelicopterParameters
from ingenuity_nodes.signals import AltimeterSample, Estimate, RotorCommand, VehicleStatus
from ingenuity_nodes.vehicle.power import PowerParameters
import numpy as np
import pytest

LIMIT = PowerParameters().motor_temperature_high
SPEED = 282.7    # [rad/s] 2,700 rpm
STILL = RotorCommand((0.16, 0.16), (0.0, 0.0), (0.0, 0.0), SPEED)


def long_hover(duration: float):
    """Hover at 5 m at 2,700 rpm, for a flight of some seconds in all."""
    rest = duration - 12.0
    scenario = scenario_of([
        {'segment': 'climb', 'altitude': 5.0}, {'segment': 'hover', 'duration': 0.5 * rest},
        {'segment': 'hover', 'duration': 0.5 * rest}, {'segment': 'land'}])
    section = scenario.helicopters[0]
    plan = section.flight_plan.model_copy(update={'rotor_speed_rpm': 2700.0})
    return scenario.model_copy(update={
        'vehicles': (section.model_copy(update={'flight_plan': plan}),)})


def land_now(temperature: float, height: float) -> str:
    p = HelicopterParameters()
    health = Health(p.health, 'fixed', 0.2, ImuMonitor(p.inertial, p.imu, p.imu_2), LIMIT)
    estimate = Estimate(
        0, np.zeros(3), np.zeros(3), np.array([1.0, 0.0, 0.0, 0.0]), np.zeros(3), np.zeros(3),
        np.zeros(3), height, np.eye(15), 30, 1.0)
    status = VehicleStatus(
        0, (SPEED, SPEED), (0.0, 0.0), (0.16, 0.16), (3.4, 3.4), np.zeros(3), np.zeros(3), 200.0,
        270.0, 21.0, 14.0, 0.9, 290.0, temperature, 5.0, 0, '')
    return health.step(AltimeterSample(0, height), estimate, status, STILL, at_rest=False,
                       airborne=True).land_now


def test_a_flight_of_260_s_at_2700_rpm_is_refused_with_its_temperature():
    scenario = long_hover(260.0)
    result = prepare(scenario, environment_of(scenario))['ingenuity'].result
    heat = result.value('motor temperature')
    assert heat > LIMIT
    assert any(f'motor temperature {heat:.1f} K' in reason for reason in result.reasons)
    assert any(reason.startswith('flight time 2') for reason in result.reasons)


def test_the_higher_the_earlier_warm_motors_ask_for_a_landing():
    p = HealthParameters()
    for height in (1.0, 5.0, 24.0):
        edge = LIMIT - p.motor_margin - p.motor_rise * height
        assert land_now(edge - 0.1, height) == ''
        assert f'limit {LIMIT:.0f} K' in land_now(edge + 0.1, height)


@pytest.mark.slow
def test_flown_as_written_it_lands_before_a_motor_fails():
    flight = fly(long_hover(260.0), most_s=400.0)    # as written, whatever the check says
    landing = flight.mode_of('landing')
    assert flight.outcome == 'landed' and landing is not None
    assert landing.reason.startswith('LAND_NOW: motors at')
    assert flight.mode_of('landed') is not None
