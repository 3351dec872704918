# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Rotor drive, battery and their heat: from the torque the blades need to amperes and degrees.

Two motors with a speed governor draw from six cells in series. Losses follow
``P = Q omega + copper Q^2 + iron omega^2`` per motor, then the efficiency of its electronics.
"""

from __future__ import annotations

from dataclasses import dataclass
import math

from ingenuity_nodes.compiled.kernel import kernel, Record
from ingenuity_nodes.parameters import quantity
import numpy as np
from numpy.typing import NDArray

# Rest voltage of one lithium-ion cell (nickel-based, as Sony VTC4) over even steps of charge;
# assumed: typical published curve of the chemistry, 2.5 V empty to 4.2 V full.
REST_VOLTAGE = np.array([2.50, 3.35, 3.52, 3.60, 3.66, 3.73, 3.81, 3.90, 3.99, 4.08, 4.20])


@dataclass(frozen=True)
class PowerParameters:
    """Motors, governor, battery."""

    torque_high: float = quantity(
        1.3, 'N m', 'greatest torque of one motor', low=0.01, high=10.0,
        source='assumed: 510 W peak of both (Balaram 2018, as remembered) twice over, briefly')
    spin_up: float = quantity(
        30.0, 'rad/s^2', 'ramp of the rotor speed reference', low=1.0, high=1000.0,
        source='assumed: about 9 s to 2,537 rpm')
    governor_gain: float = quantity(
        0.15, 'N m s', 'torque per rotor speed error', low=0.0, high=10.0,
        source='assumed: 23 rad/s closed loop on the rotor inertia')
    governor_integral: float = quantity(
        1.0, 'N m', 'torque per rotor angle error', low=0.0, high=100.0,
        source='assumed: settles in 0.3 s')
    motor_copper: float = quantity(
        35.0, 'W/(N m)^2', 'copper loss per squared torque', low=0.0, high=1e4,
        source='assumed: 4 W at hover torque; with iron loss the motors give 91 % there, so that '
               'rotors that take 184 W from the air draw 210 W (summary of NASA status 298)')
    motor_iron: float = quantity(
        6.5e-5, 'W s^2', 'iron and bearing loss per squared speed', low=0.0, high=1.0,
        source='assumed: 5 W at 2,537 rpm, as large as the copper loss in hover')
    drive_efficiency: float = quantity(
        0.96, '1', 'of the motor electronics', low=0.1, high=1.0,
        source='assumed: field-effect transistors; what the motors leave of the 210 W')
    servo_power: float = quantity(
        10.0, 'W', 'of the six servos in flight', low=0.0, high=100.0,
        source='assumed: brushed motors of some 1.5 W each, always working against blade moments')
    motor_heat_capacity: float = quantity(
        10.0, 'J/K', 'of the hot parts of one motor', low=1.0, high=1e4,
        source='assumed: windings and teeth of some 25 g; JPL speaks of about 1 K per second')
    motor_cooling: float = quantity(
        0.025, 'W/K', 'from one motor to the airframe', low=0.0, high=10.0,
        source='assumed: thin mast; the air carries next to nothing')
    motor_temperature_high: float = quantity(
        403.0, 'K', 'winding temperature beyond which a motor fails', low=250.0, high=600.0,
        source='assumed: 130 C, insulation class B')
    cells: int = quantity(6, '1', 'in series', low=1, high=100, source='NASA: six Sony VTC4')
    capacity: float = quantity(
        2.0, 'A h', 'of one cell', low=0.1, high=100.0,
        source='Balaram et al. 2018, as remembered: 43 Wh nominal = 6 x 2 Ah x 3.6 V')
    cell_resistance: float = quantity(
        0.020, 'ohm', 'of one cell at 298 K', low=0.0, high=1.0,
        source='assumed: fresh high-power 18650 with its connection')
    resistance_rise: float = quantity(
        0.025, '1/K', 'relative rise of the resistance per kelvin below 298 K', low=0.0, high=0.2,
        source='assumed: doubles in 28 K of cooling')
    battery_heat_capacity: float = quantity(
        250.0, 'J/K', 'of the battery', low=1.0, high=1e5,
        source='derived: 273 g (NASA) at 900 J/(kg K), typical of such cells')
    battery_cooling: float = quantity(
        0.1, 'W/K', 'from battery to airframe', low=0.0, high=10.0,
        source='assumed: aerogel box')
    charge: float = quantity(
        0.95, '1', 'state of charge at power-on', low=0.05, high=1.0,
        source='assumed: charged by late morning')
    battery_temperature: float = quantity(
        288.0, 'K', 'of the battery at power-on', low=200.0, high=330.0,
        source='assumed: warmed by its heaters before flight')
    motor_temperature: float = quantity(
        263.0, 'K', 'of the motors at power-on', low=150.0, high=400.0,
        source='assumed: warmed before flight to the limit of their grease')
    bus_low: float = quantity(
        15.0, 'V', 'least bus voltage', low=1.0, high=100.0,
        source='Balaram et al. 2018, as remembered: bus 15 to 25.2 V')


POWER = np.dtype([
    ('torque_high', 'f8'), ('spin_up', 'f8'), ('gain', 'f8'), ('integral', 'f8'),
    ('copper', 'f8'), ('iron', 'f8'), ('efficiency', 'f8'), ('servo', 'f8'),
    ('motor_heat', 'f8'), ('motor_cooling', 'f8'), ('motor_high', 'f8'),
    ('cells', 'f8'), ('charge_full', 'f8'), ('resistance', 'f8'), ('resistance_rise', 'f8'),
    ('battery_heat', 'f8'), ('battery_cooling', 'f8'), ('bus_low', 'f8'),
    ('rest_voltage', 'f8', (REST_VOLTAGE.size,)),
], align=True)


def power_constants(parameters: PowerParameters) -> NDArray[np.void]:
    """Lay the numbers of drive and battery out for compiled code, shape (1,)."""
    p = parameters
    out = np.zeros(1, POWER)
    out[0] = (
        p.torque_high, p.spin_up, p.governor_gain, p.governor_integral,
        p.motor_copper, p.motor_iron, p.drive_efficiency, p.servo_power,
        p.motor_heat_capacity, p.motor_cooling, p.motor_temperature_high,
        p.cells, p.capacity * 3600.0, p.cell_resistance * p.cells, p.resistance_rise,
        p.battery_heat_capacity, p.battery_cooling, p.bus_low, REST_VOLTAGE)
    return out


@kernel
def motor_torque(
    c: Record, reference: float, omega: float, stored: float, dt: float,
) -> tuple[float, float]:
    """Return the governor's torque and new integral [N m] for wanted and true rotor speed."""
    error = reference - omega
    torque = c.gain * error + stored
    if 0.0 < torque < c.torque_high:
        stored += dt * c.integral * error
    elif torque <= 0.0:
        stored = max(0.0, stored + dt * c.integral * error)
    return min(max(torque, 0.0), c.torque_high), stored   # motors push, they do not brake


@kernel
def motor_loss(c: Record, torque: float, omega: float) -> float:
    """Return the heat made in one motor [W]."""
    return float(c.copper * torque * torque + c.iron * omega * omega)


@kernel
def rest_voltage(c: Record, charge: float) -> float:
    """Return the voltage of the resting battery [V] at a state of charge."""
    steps = min(max(charge, 0.0), 1.0) * (REST_VOLTAGE.size - 1)
    step = min(int(steps), REST_VOLTAGE.size - 2)
    low, high = c.rest_voltage[step], c.rest_voltage[step + 1]
    return float(c.cells * (low + (steps - step) * (high - low)))


@kernel
def battery_draw(
    c: Record, power: float, charge: float, temperature: float,
) -> tuple[float, float, float]:
    """Return voltage [V], current [A] and inner heat [W] when ``power`` [W] is drawn."""
    resistance = c.resistance * math.exp(c.resistance_rise * max(0.0, 298.0 - temperature))
    rest = rest_voltage(c, charge)
    if resistance <= 0.0:
        return rest, power / rest, 0.0
    # More than rest^2 / (4 R) cannot be drawn: the bus collapses to half its rest voltage.
    root = math.sqrt(max(0.0, rest * rest - 4.0 * resistance * power))
    current = (rest - root) / (2.0 * resistance)
    return rest - resistance * current, current, resistance * current * current
