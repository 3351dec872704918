# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Hover analysed: the published operating points, and the tilt that a steady wind asks for.

``./ingenuity trim`` prints these tables.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
import math

from ingenuity_nodes.signals import Air
from ingenuity_nodes.vehicle.airfoil import POLARS
from ingenuity_nodes.vehicle.body import body_constants, drag_by_part
from ingenuity_nodes.vehicle.effectiveness import hover_trim, RotorModel
from ingenuity_nodes.vehicle.helicopter import VehicleParameters
from ingenuity_nodes.vehicle.rotors import BLADES
from ingenuity_nodes.world.mars import air_of_density, GRAVITY
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
SOLIDITY = 0.14782   # thrust-weighted, four blades over one disk: NASA/TM-20240001510
# Density [kg/m^3] and rotor speed [rpm] of the seasons: NASA, "Flying on Mars Is Getting Harder".
OPERATING_POINTS = (
    (0.0145, 2537.0), (0.0165, 2537.0), (0.0185, 2537.0), (0.0135, 2700.0), (0.012, 2800.0))
TRIM_TEMPERATURE = 235.0   # [K] of the air in the table: noon in spring at Jezero, MEDA


@dataclass(frozen=True)
class TrimRow:
    """One hover of the table."""

    density: float                         # [kg/m^3]
    rotor_speed_rpm: float
    polar: str
    collective_deg: tuple[float, float]    # at 0.75 R, upper, lower
    thrust: tuple[float, float]            # upper, lower [N]
    power: float                           # of both rotors [W]
    figure_of_merit: float                 # whole weight on one disk
    thrust_coefficient: float              # T / (rho A Vtip^2), one disk
    blade_loading: float                   # thrust coefficient over solidity
    tip_mach: float
    blade_passing_hz: float


def trim_row(parameters: VehicleParameters, density: float, rotor_speed_rpm: float) -> TrimRow:
    """Trim one hover in still air."""
    air = air_of_density(density, TRIM_TEMPERATURE)
    omega = rotor_speed_rpm * math.pi / 30.0
    weight = parameters.body.mass * GRAVITY
    trim = hover_trim(parameters, air, omega)
    radius = parameters.rotor.radius
    area, tip_speed = math.pi * radius ** 2, omega * radius
    coefficient = weight / (density * area * tip_speed ** 2)
    ideal = weight * math.sqrt(weight / (2.0 * density * area))
    return TrimRow(
        density=density, rotor_speed_rpm=rotor_speed_rpm, polar=parameters.rotor.polar,
        collective_deg=(math.degrees(trim.collective[0]), math.degrees(trim.collective[1])),
        thrust=trim.thrust, power=trim.power, figure_of_merit=ideal / trim.power,
        thrust_coefficient=coefficient, blade_loading=coefficient / SOLIDITY,
        tip_mach=tip_speed / air.speed_of_sound,
        blade_passing_hz=BLADES * rotor_speed_rpm / 60.0)


def trim_table(parameters: VehicleParameters | None = None) -> list[TrimRow]:
    """Trim the published operating points with each measured polar."""
    base = parameters if parameters is not None else VehicleParameters()
    return [
        trim_row(replace(base, rotor=replace(base.rotor, polar=polar)), density, speed)
        for density, speed in OPERATING_POINTS for polar in POLARS if polar != 'computed']


@dataclass(frozen=True)
class WindHover:
    """A hover that stands still over the ground in a steady wind."""

    wind_speed: float         # [m/s]
    tilt_deg: float           # of the rotor axis, into the wind
    into_wind: float          # 1 when the tilt is straight into the wind
    collective_deg: tuple[float, float]
    cyclic_deg: tuple[float, float]   # longitudinal, lateral
    power: float              # of both rotors [W]
    rotor_force: float        # in the disk's plane, downwind, of both rotors [N]
    fuselage_drag: float      # downwind [N]
    leg_drag: float
    mast_drag: float


def hover_in_wind(
    parameters: VehicleParameters, air: Air, rotor_speed: float, wind_speed: float,
    azimuth: float = 0.0,
) -> WindHover:
    """
    Find attitude and blade angles that balance all forces and moments in a steady wind.

    Parameters
    ----------
    parameters, air, rotor_speed
        Aircraft, still air around it, speed of both rotors [rad/s].
    wind_speed
        Horizontal [m/s].
    azimuth
        From which body direction it blows, counter-clockwise from the nose [rad].

    Raises
    ------
    ValueError
        No such hover was found.

    """
    solver = _WindHover(parameters, air, rotor_speed, wind_speed, azimuth)
    x = np.array([0.0, 0.0, *solver.start, 0.0, 0.0])
    for _ in range(25):
        miss = solver.miss(x)
        if np.abs(miss).max() < 1e-8:
            return solver.report(x)
        jacobian = np.zeros((6, 6))
        for k in range(6):
            moved = x.copy()
            moved[k] += 1e-4
            jacobian[:, k] = (solver.miss(moved) - miss) / 1e-4
        x -= np.clip(np.linalg.solve(jacobian, miss), -0.05, 0.05)
    raise ValueError(f'no hover in {wind_speed:.1f} m/s of wind')


def wind_table(
    parameters: VehicleParameters | None = None, density: float = 0.0162,
    rotor_speed_rpm: float = 2537.0,
) -> list[WindHover]:
    """Hover in steady winds of 0 to 12 m/s from the left, in air as at Flight 3."""
    base = parameters if parameters is not None else VehicleParameters()
    air, omega = air_of_density(density, TRIM_TEMPERATURE), rotor_speed_rpm * math.pi / 30.0
    return [hover_in_wind(base, air, omega, float(speed), math.pi / 2.0) for speed in range(13)]


class _WindHover:
    """Forces and moments over roll, pitch, two collectives, two cyclics."""

    def __init__(self, parameters: VehicleParameters, air: Air, rotor_speed: float,
                 wind_speed: float, azimuth: float) -> None:
        self._rotors = RotorModel(parameters.rotor, air, rotor_speed)
        self._body = body_constants(parameters.body)
        self._density, self._speed = air.density, wind_speed
        self._toward = -np.array([math.cos(azimuth), math.sin(azimuth), 0.0])
        self._weight = parameters.body.mass * GRAVITY
        self._arms = np.array([parameters.rotor.height_upper, parameters.rotor.height_lower])
        self._arms -= parameters.body.mass_centre[2]
        self.start = hover_trim(parameters, air, rotor_speed).collective
        self._rotor_speed = rotor_speed

    def _loads(self, x: Array) -> tuple[Array, Array, Array, Array]:
        """Find attitude matrix, rotor loads (2, 6), drag of the parts (3, 3) and its moment."""
        R_MB = _roll_pitch(x[0], x[1])
        blade = np.array([[x[2], x[4], x[5]], [x[3], x[4], x[5]]])
        u = R_MB.T @ (-self._toward * self._speed)
        got = self._rotors.loads(blade, u)
        drag, moment = drag_by_part(self._body, self._density, u, float(got.mean_flow[1]))
        return R_MB, got.loads, drag, moment

    def miss(self, x: Array) -> Array:
        """Return the unbalanced force in the map and moment in the body."""
        R_MB, loads, drag, moment = self._loads(x)
        force = R_MB @ (loads[:, :3].sum(axis=0) + drag.sum(axis=0))
        force[2] -= self._weight
        roll = loads[:, 3].sum() - self._arms @ loads[:, 1] + moment[0]
        pitch = loads[:, 4].sum() + self._arms @ loads[:, 0] + moment[1]
        return np.array([*force, roll, pitch, loads[1, 5] - loads[0, 5]])

    def report(self, x: Array) -> WindHover:
        """Describe the balanced hover."""
        R_MB, loads, drag, _ = self._loads(x)
        up = R_MB[:, 2]
        lean = math.hypot(up[0], up[1])
        level = loads[:, :3].sum(axis=0) * np.array([1.0, 1.0, 0.0])
        return WindHover(
            wind_speed=self._speed, tilt_deg=math.degrees(math.asin(lean)),
            into_wind=float(-up @ self._toward / lean) if lean > 1e-9 else 1.0,
            collective_deg=(math.degrees(x[2]), math.degrees(x[3])),
            cyclic_deg=(math.degrees(x[4]), math.degrees(x[5])),
            power=float(loads[:, 5].sum() * self._rotor_speed),
            rotor_force=float(self._toward @ (R_MB @ level)),
            fuselage_drag=float(self._toward @ (R_MB @ drag[0])),
            leg_drag=float(self._toward @ (R_MB @ drag[1])),
            mast_drag=float(self._toward @ (R_MB @ drag[2])))


def _roll_pitch(roll: float, pitch: float) -> Array:
    cr, sr, cp, sp = math.cos(roll), math.sin(roll), math.cos(pitch), math.sin(pitch)
    return np.array([[cp, sp * sr, sp * cr], [0.0, cr, -sr], [-sp, cp * sr, cp * cr]])
