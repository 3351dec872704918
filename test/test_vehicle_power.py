# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Motors, governor and battery: where the energy goes."""

import math

from ingenuity_nodes.signals import RotorCommand
from ingenuity_nodes.vehicle.effectiveness import hover_trim
from ingenuity_nodes.vehicle.helicopter import Vehicle, VehicleParameters
from ingenuity_nodes.vehicle.power import (
    battery_draw, motor_loss, motor_torque, power_constants, PowerParameters, rest_voltage)
from ingenuity_nodes.vehicle.power_budget import hover_budget
from ingenuity_nodes.world.mars import air_of_density
from ingenuity_nodes.world.terrain import Terrain
import numpy as np
import pytest

AIR = air_of_density(0.0165, 235.0)
PARAMETERS = PowerParameters()
POWER = power_constants(PARAMETERS)[0]
INERTIA = 0.0065
LEVEL = np.array([1.0, 0.0, 0.0, 0.0])


def test_the_power_drawn_is_voltage_times_current():
    voltage, current, heat = battery_draw(POWER, 300.0, 0.8, 290.0)
    assert voltage * current == pytest.approx(300.0)
    # What the cells give and the bus does not get is heat.
    assert rest_voltage(POWER, 0.8) * current == pytest.approx(300.0 + heat)


def test_voltage_sags_with_load_with_cold_and_as_the_battery_empties():
    base = battery_draw(POWER, 300.0, 0.8, 290.0)[0]
    assert battery_draw(POWER, 500.0, 0.8, 290.0)[0] < base
    assert battery_draw(POWER, 300.0, 0.8, 260.0)[0] < base
    assert battery_draw(POWER, 300.0, 0.3, 290.0)[0] < base


def test_the_bus_keeps_between_the_published_15_and_25_volts():
    assert rest_voltage(POWER, 1.0) == pytest.approx(25.2)
    assert rest_voltage(POWER, 0.0) == pytest.approx(15.0)


def test_more_than_the_battery_can_give_collapses_the_bus_to_half():
    voltage, _, _ = battery_draw(POWER, 1e6, 0.8, 290.0)
    assert voltage == pytest.approx(0.5 * rest_voltage(POWER, 0.8))


def test_a_full_battery_holds_about_the_published_43_watt_hours():
    charges = np.linspace(0.0, 1.0, 1001)
    volts = np.array([rest_voltage(POWER, charge) for charge in charges])
    energy = np.trapezoid(volts, charges) * PARAMETERS.capacity
    # Nominal 3.6 V a cell is an average under load; at rest the average lies higher.
    assert energy == pytest.approx(43.0, rel=0.06)


def governed(load, seconds, reference=265.7, omega=265.7, stored=0.0):
    dt = 0.002
    for _ in range(int(seconds / dt)):
        torque, stored = motor_torque(POWER, reference, omega, stored, dt)
        omega += dt * (torque - load) / INERTIA
    return omega, torque


def test_the_governor_holds_rotor_speed_under_load():
    omega, torque = governed(0.35, 5.0)
    assert omega == pytest.approx(265.7, rel=1e-6)
    assert torque == pytest.approx(0.35, rel=1e-6)


def test_an_overloaded_motor_gives_its_limit_and_the_rotor_slows():
    omega, torque = governed(2.0, 0.5)
    assert torque == PARAMETERS.torque_high
    assert omega < 265.7


def test_motors_do_not_brake():
    omega, torque = governed(0.0, 0.5, reference=100.0)
    assert torque == 0.0
    assert omega == 265.7


def test_losses_are_zero_at_rest_and_grow_with_torque_and_speed():
    assert motor_loss(POWER, 0.0, 0.0) == 0.0
    losses = [motor_loss(POWER, *at) for at in ((0.3, 200.0), (0.3, 265.0), (0.4, 265.0))]
    assert 0.0 < losses[0] < losses[1] < losses[2]


def hover(seconds, **overrides):
    parameters = VehicleParameters(power=PowerParameters(**overrides))
    vehicle = Vehicle(parameters, Terrain(), np.array([0.0, 0.0, 500.0]), LEVEL, 265.68)
    command = RotorCommand((0.1579, 0.1678), (0.0, 0.0), (0.0, 0.0), 265.68)
    air = air_of_density(0.0165, 235.0)
    for _ in range(int(seconds * 500)):
        vehicle.step(command, air, np.zeros(3), 15.0)
    return vehicle.status


def test_what_the_battery_loses_is_what_was_drawn():
    status = hover(10.0)
    used = status.energy_used_wh
    lost = (PARAMETERS.charge - status.battery_charge) * PARAMETERS.capacity
    # Charge times rest voltage counts the battery's own heat, 8 % at 12 A.
    assert 1.0 < lost * rest_voltage(POWER, PARAMETERS.charge) / used < 1.12


def test_motors_warm_by_about_a_degree_a_second():
    # JPL: about 1 K per second.
    warmed = hover(10.0).motor_temperature - PARAMETERS.motor_temperature
    assert 5.0 < warmed < 15.0


def test_an_overheated_motor_ends_the_flight_by_name():
    assert hover(3.0, motor_temperature_high=264.0).failure == 'motor overheated'


def test_an_empty_battery_ends_the_flight_by_name():
    assert hover(6.0, charge=0.051, capacity=0.1).failure == 'battery empty'


def test_low_voltage_is_a_warning():
    assert 'low bus voltage' in hover(1.0, charge=0.06, cell_resistance=0.06).warning


def test_electrical_power_is_aerodynamic_power_over_the_efficiencies_plus_the_rest():
    status = hover(4.0)
    torque = status.rotor_power / (2.0 * 265.68)
    motors = status.rotor_power + 2.0 * motor_loss(POWER, torque, 265.68)
    expected = motors / PARAMETERS.drive_efficiency + PARAMETERS.servo_power + 15.0
    assert status.electrical_power == pytest.approx(expected, rel=0.01)
    assert math.isclose(status.battery_voltage * status.battery_current, status.electrical_power)


def test_the_budget_of_a_hover_is_what_the_hovering_aircraft_draws():
    budget = hover_budget(VehicleParameters(), 0.0165, 2537.0, 10.0)
    omega = 2537.0 * math.pi / 30.0
    trim = hover_trim(VehicleParameters(), AIR, omega)
    vehicle = Vehicle(VehicleParameters(), Terrain(), np.array([0.0, 0.0, 500.0]), LEVEL, omega)
    vehicle._state['servo'] = np.array(trim.collective)[:, None]
    start = vehicle._state['x'][0].copy()
    for _ in range(1000):
        vehicle._state['x'][0] = start    # held in place
        vehicle.step(RotorCommand(trim.collective, (0.0, 0.0), (0.0, 0.0), omega), AIR,
                     np.zeros(3), 10.0)
    assert vehicle.status.electrical_power == pytest.approx(budget.delivered, rel=0.01)
