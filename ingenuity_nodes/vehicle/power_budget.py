# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Where the power of a hover goes, from the rotors back to the battery.

``./ingenuity trim`` prints it beside the published average.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
import math

from ingenuity_nodes.compiled.entry import entry_point
from ingenuity_nodes.vehicle.effectiveness import hover_trim
from ingenuity_nodes.vehicle.helicopter import VehicleParameters
from ingenuity_nodes.vehicle.power import (
    battery_draw, motor_loss, power_constants, PowerParameters)
from ingenuity_nodes.vehicle.trim import OPERATING_POINTS, TRIM_TEMPERATURE
from ingenuity_nodes.world.mars import air_of_density

PUBLISHED_AVERAGE = 350.0   # [W] in flight: NASA technical specifications


@dataclass(frozen=True)
class PowerBudget:
    """Where the power of one steady hover goes [W]."""

    density: float       # [kg/m^3]
    rotor_speed_rpm: float
    rotors: float        # into the air, both rotors
    motors: float        # heat of both motors
    electronics: float   # heat of the motors' electronics
    servos: float
    avionics: float
    delivered: float     # sum of these, at the terminals of the battery
    battery: float       # heat inside the battery


def hover_budget(
    parameters: VehicleParameters, density: float, rotor_speed_rpm: float,
    avionics_power: float,
) -> PowerBudget:
    """
    Add up the power of a hover in still air, a full battery, motors settled.

    Raises
    ------
    ValueError
        The air is too thin to hover in.

    """
    p, c = parameters.power, power_constants(parameters.power)[0]
    rotor_speed = rotor_speed_rpm * math.pi / 30.0
    trim = hover_trim(parameters, air_of_density(density, TRIM_TEMPERATURE), rotor_speed)
    loss, electronics = drive_losses(p)(trim.torque, trim.power, rotor_speed)
    delivered = trim.power + loss + electronics + p.servo_power + avionics_power
    draw = entry_point(battery_draw, c, 0.0, 0.0, 0.0)
    heat = draw(c, delivered, p.charge, p.battery_temperature)[2]
    return PowerBudget(density, rotor_speed_rpm, trim.power, loss, electronics, p.servo_power,
                       avionics_power, delivered, heat)


def drive_losses(
    parameters: PowerParameters,
) -> Callable[[float, float, float], tuple[float, float]]:
    """
    Return what gives the heat of both motors and of their electronics [W].

    It takes the torque of each rotor [N m], equal as in a flight that keeps its heading, the power
    of both [W] and their speed [rad/s].
    """
    c = power_constants(parameters)[0]
    of_one = entry_point(motor_loss, c, 0.0, 0.0)

    def losses(torque: float, power: float, rotor_speed: float) -> tuple[float, float]:
        loss = 2.0 * of_one(c, torque, rotor_speed)
        return loss, (power + loss) * (1.0 / parameters.drive_efficiency - 1.0)
    return losses


def budget_table(avionics_power: float) -> list[PowerBudget]:
    """Add up the power of the hovers at the published operating points."""
    return [hover_budget(VehicleParameters(), density, speed, avionics_power)
            for density, speed in OPERATING_POINTS]
