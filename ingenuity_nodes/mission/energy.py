# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Power, charge and motor heat along a planned flight, from the trimmed helicopter in the mean wind.

The rotors draw what a hover in wind of the same airspeed draws (:func:`hover_in_wind`), plus the
weight times the climb rate. Motors, electronics, servos and avionics are added as in
:mod:`ingenuity_nodes.vehicle.power_budget`; the battery and the motors' heat follow the equations
of the vehicle, a step a sample. Turbulence and the work of control are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
import math

from ingenuity_nodes.compiled.entry import entry_point
from ingenuity_nodes.mission.planned_flight import PlannedFlight
from ingenuity_nodes.scenario.helicopter_parameters import HelicopterParameters
from ingenuity_nodes.signals import Air
from ingenuity_nodes.vehicle.helicopter import VehicleParameters
from ingenuity_nodes.vehicle.power import battery_draw, power_constants
from ingenuity_nodes.vehicle.power_budget import drive_losses
from ingenuity_nodes.vehicle.trim import hover_in_wind
from ingenuity_nodes.world.environment import Environment
from ingenuity_nodes.world.mars import GRAVITY
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
STEP = 0.5                # [s] assumed: nothing in battery and motors is faster
MOST_STEPS = 20_000       # of a flight, however slow it is
AIRSPEED_STEP = 2.0       # [m/s] between trims; the power in between is interpolated
# Energy of a spin-up over that of as much hover: the cube of a steady ramp is 1/4 on average, and
# the rotors' own kinetic energy makes up for blades at flat pitch. assumed; compared with the
# flown energy in test_mission_feasibility.py.
SPIN_UP = 0.25
JOULE_PER_WH = 3600.0


@dataclass(frozen=True)
class EnergyUse:
    """What a planned flight takes from battery and motors."""

    energy_wh: float            # from spin-up to touchdown [Wh]
    mean_power: float           # in the air [W]
    charge_left: float          # 0..1
    lowest_voltage: float       # [V]
    motor_temperature: float    # the highest, of the mean motor [K]


def airspeed(flight: PlannedFlight, environment: Environment) -> Array:
    """Return the horizontal speed through the mean wind at its reference height (n,) [m/s]."""
    field = environment.wind.field[0]
    wind = float(field['speed']) * field['toward']
    return np.asarray(np.hypot(*(flight.v_MB[:, :2] - wind).T))


def rotor_power(
    flight: PlannedFlight, environment: Environment, parameters: HelicopterParameters,
    rotor_speed: float,
) -> Array:
    """
    Return the power that the rotors take along a flight (n,) [W].

    Raises
    ------
    ValueError
        The helicopter cannot be trimmed in this air at one of the airspeeds.

    """
    speeds = airspeed(flight, environment)
    low, high = float(speeds.min()), float(speeds.max())
    count = max(2, math.ceil((high - low) / AIRSPEED_STEP) + 1)
    grid = np.linspace(low, max(high, low + 0.1), count)
    powers = [_hover_power(parameters.vehicle, environment.air, rotor_speed, speed)
              for speed in grid.tolist()]
    weight = parameters.vehicle.body.mass * GRAVITY
    return np.asarray(np.interp(speeds, grid, powers) + weight * flight.v_MB[:, 2])


@lru_cache(maxsize=512)
def _hover_power(
    vehicle: VehicleParameters, air: Air, rotor_speed: float, wind_speed: float,
) -> float:
    """Return the power of a hover in wind [W]; many flights of a study ask for the same."""
    return hover_in_wind(vehicle, air, rotor_speed, wind_speed).power


def energy_use(
    flight: PlannedFlight, environment: Environment, parameters: HelicopterParameters,
    rotor_speed: float,
) -> EnergyUse:
    """
    Follow battery and motors along a flight; ``rotor_speed`` in rad/s.

    Raises
    ------
    ValueError
        The helicopter cannot be trimmed in this air.

    """
    p = parameters.vehicle.power
    count = min(MOST_STEPS, max(1, round(flight.duration / STEP)))
    step = flight.duration / count
    times = (np.arange(count) + 0.5) * step
    rotors = np.interp(times, flight.t_s, rotor_power(
        flight, environment, parameters, rotor_speed)).tolist()
    spin_up = SPIN_UP * parameters.guidance.spin_up_time
    battery = _Battery(parameters, environment.air.temperature)
    others = p.servo_power + parameters.computer.avionics_power
    losses = drive_losses(p)
    voltages = []
    for power, time in [(rotors[0], spin_up), *((power, step) for power in rotors)]:
        loss, electronics = losses(power / (2.0 * rotor_speed), power, rotor_speed)
        voltages.append(battery.step(power + loss + electronics + others, 0.5 * loss, time))
    airborne = max(flight.duration, 1e-9)
    return EnergyUse(
        battery.energy / JOULE_PER_WH, battery.energy / (airborne + spin_up), battery.charge,
        min(voltages), battery.hottest)


class _Battery:
    """State of charge and heat, a step at a time."""

    def __init__(self, parameters: HelicopterParameters, air_temperature: float) -> None:
        self._p = parameters.vehicle.power
        self._c = power_constants(self._p)[0]
        self._draw = entry_point(battery_draw, self._c, 0.0, 0.0, 0.0)
        self._air = air_temperature
        self._temperature = self._p.battery_temperature
        self._motor = self.hottest = self._p.motor_temperature
        self.charge, self.energy = self._p.charge, 0.0

    def step(self, drawn: float, motor_heat: float, step: float) -> float:
        """Draw a power [W] for a time [s], warm a motor by a heat [W]; return the voltage [V]."""
        p = self._p
        voltage, current, heat = self._draw(self._c, drawn, self.charge, self._temperature)
        self.energy += drawn * step
        self.charge = max(0.0, self.charge - current * step / (p.capacity * 3600.0))
        self._temperature += step * (heat - p.battery_cooling * (
            self._temperature - self._air)) / p.battery_heat_capacity
        self._motor += step * (motor_heat - p.motor_cooling * (
            self._motor - self._air)) / p.motor_heat_capacity
        self.hottest = max(self.hottest, self._motor)
        return float(voltage)
