# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Go or no-go: a flight plan against the limits of helicopter, radio and ground, before take-off.

Each check has its number and its limit. ``./ingenuity check SCENARIO --plan`` prints them, and
mission control makes them before it sends a plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
import math

from ingenuity_nodes.compiled.entry import entry_point
from ingenuity_nodes.frames import Vector3
from ingenuity_nodes.guidance.flight_plan import Climb, FlightPlan, Land
from ingenuity_nodes.mission.energy import energy_use
from ingenuity_nodes.mission.limits import FlightLimits, LIMITS
from ingenuity_nodes.mission.photo_planning import clearance, ROVER_SIZE
from ingenuity_nodes.mission.planned_flight import planned_flight, PlannedFlight
from ingenuity_nodes.radio.link import signal_to_noise_db
from ingenuity_nodes.radio.parameters import RadioParameters
from ingenuity_nodes.rover.parameters import RoverParameters
from ingenuity_nodes.scenario.helicopter_parameters import HelicopterParameters
from ingenuity_nodes.world.environment import Environment
from ingenuity_nodes.world.terrain import ripple_mask, Terrain
import numpy as np
from numpy.typing import NDArray

NOMINAL_VOLTAGE = 3.6    # [V] of one cell: Balaram et al. 2018, as in vehicle/power.py
GROUND_STEP = 5    # samples between points of the ground: half a second


@dataclass(frozen=True)
class Check:
    """One quantity of a planned flight beside its limit."""

    name: str
    value: float
    limit: float
    unit: str
    at_most: bool    # or else at least

    @property
    def good(self) -> bool:
        """Return whether the limit is kept; what is not a number never is."""
        return self.value <= self.limit if self.at_most else self.value >= self.limit

    @property
    def text(self) -> str:
        """Describe it in a line: found and allowed."""
        bound = 'at most' if self.at_most else 'at least'
        return (f'{self.name} {_number(self.value)} {self.unit}, allowed: {bound} '
                f'{_number(self.limit)} {self.unit}').replace(' 1,', ',').removesuffix(' 1')


@dataclass(frozen=True)
class Feasibility:
    """All checks of one plan; ``impossible`` is why there are none, as air too thin."""

    checks: tuple[Check, ...]
    impossible: str = ''

    @property
    def go(self) -> bool:
        """Return whether the plan may be flown."""
        return not self.impossible and all(check.good for check in self.checks)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Return why not, a line each."""
        broken = tuple(check.text for check in self.checks if not check.good)
        return (self.impossible, *broken) if self.impossible else broken

    def value(self, name: str) -> float:
        """
        Return the number of a check.

        Raises
        ------
        KeyError
            There is no check of this name.

        """
        for check in self.checks:
            if check.name == name:
                return check.value
        raise KeyError(f"no check '{name}', allowed: {', '.join(c.name for c in self.checks)}")


def feasibility(
    plan: FlightPlan, position: tuple[float, float], environment: Environment,
    parameters: HelicopterParameters, rovers: Mapping[str, Vector3],
    limits: FlightLimits = LIMITS,
) -> Feasibility:
    """
    Check a plan whose targets are known.

    Parameters
    ----------
    plan, position
        What to fly, and from where: east, north [m].
    environment, parameters, limits
        Surroundings, helicopter, and what is allowed.
    rovers
        Where rovers stand, by name, in M [m]; the first has the base station.

    """
    flight = planned_flight(plan, position, environment.terrain, parameters.guidance)
    checks = [
        Check('flight time', flight.duration, limits.flight_time, 's', True),
        Check('distance', float(flight.travelled[-1]), limits.distance, 'm', True),
        *_ground_checks(flight, plan, environment.terrain, limits)]
    if rovers:
        checks += _rover_checks(flight, parameters.radio, rovers, limits)
        checks.append(_sight_check(flight, environment.terrain, next(iter(rovers.values())),
                                   limits))
    rotor_speed = plan.rotor_speed_rpm * math.pi / 30.0
    try:
        checks += _energy_checks(flight, environment, parameters, rotor_speed, limits)
    except (ValueError, np.linalg.LinAlgError) as error:
        return Feasibility(tuple(checks), f'{error} at {plan.rotor_speed_rpm:g} rpm in air of '
                           f'{environment.air.density:.4f} kg/m^3')
    return Feasibility(tuple(checks))


def _energy_checks(
    flight: PlannedFlight, environment: Environment, parameters: HelicopterParameters,
    rotor_speed: float, limits: FlightLimits,
) -> list[Check]:
    use = energy_use(flight, environment, parameters, rotor_speed)
    p = parameters.vehicle.power
    usable = (p.charge - limits.charge_left) * p.cells * p.capacity * NOMINAL_VOLTAGE
    return [
        Check('energy', use.energy_wh, usable, 'Wh', True),
        Check('charge left', 100.0 * use.charge_left, 100.0 * limits.charge_left, '%', False),
        Check('battery voltage', use.lowest_voltage, p.bus_low, 'V', False),
        Check('motor temperature', use.motor_temperature,
              p.motor_temperature_high - limits.motor_margin, 'K', True)]


def _ground_checks(
    flight: PlannedFlight, plan: FlightPlan, terrain: Terrain, limits: FlightLimits,
) -> list[Check]:
    up_and_down = [k for k, segment in enumerate(plan.segments)
                   if isinstance(segment, Land) or (isinstance(segment, Climb) and k == 0)]
    en_route = flight.p_MB[~np.isin(flight.segment, up_and_down)]
    if not len(en_route):
        en_route = flight.p_MB[flight.p_MB[:, 2].argmax()][None]
    above = en_route[:, 2] - terrain.heights(en_route[:, 0], en_route[:, 1])
    return [
        Check('ground clearance', float(above.min()), limits.ground_clearance, 'm', False),
        Check('featureless ground', 100.0 * featureless(terrain, en_route[::GROUND_STEP]),
              100.0 * limits.featureless, '%', True)]


def featureless(terrain: Terrain, points: NDArray[np.float64]) -> float:
    """Return the fraction of grains and pebbles that the ground below points (n, 3) lacks."""
    mask = entry_point(ripple_mask, 0.0, 0.0, terrain.field)
    sandy = [mask(float(x), float(y), terrain.field) for x, y, _ in points]
    return terrain.parameters.bare_sand * float(np.mean(sandy))


def _rover_checks(
    flight: PlannedFlight, radio: RadioParameters, rovers: Mapping[str, Vector3],
    limits: FlightLimits,
) -> list[Check]:
    station = next(iter(rovers.values()))
    farthest = float(np.linalg.norm(flight.p_MB - station, axis=1).max())
    margin = signal_to_noise_db(radio, farthest) - needed_signal_to_noise_db(
        radio, limits.frame_loss)
    nearest = min(float(np.linalg.norm(
        flight.p_MB - np.add(p_MR, (0.0, 0.0, ROVER_SIZE[2])), axis=1).min())
        for p_MR in rovers.values())
    return [Check('link margin', margin, limits.link_margin, 'dB', False),
            Check('distance to a rover', nearest, limits.separation, 'm', False)]


def _sight_check(
    flight: PlannedFlight, terrain: Terrain, station: Vector3, limits: FlightLimits,
) -> Check:
    """Check how much of a flight ground hides from the antenna of a base station."""
    antenna = np.add(station, (0.0, 0.0, RoverParameters().antenna_height))
    points = flight.p_MB[::GROUND_STEP]
    hidden = clearance(terrain, points, np.broadcast_to(antenna, points.shape)) < 0.0
    return Check('hidden from the rover', 100.0 * float(hidden.mean()), 100.0 * limits.hidden,
                 '%', True)


def needed_signal_to_noise_db(radio: RadioParameters, frame_loss: float) -> float:
    """
    Return the signal-to-noise ratio [dB] at which a fraction of the frames is lost.

    The inverse of :func:`ingenuity_nodes.radio.link.loss_probability`.
    """
    bit_error = -math.expm1(math.log1p(-frame_loss) / radio.slot_bits)
    return 10.0 * math.log10(2.0 * math.log(0.5 / bit_error))


def _number(value: float) -> str:
    return f'{value:.1f}'
