# Copyright 2026 Ingenuity contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.
"""The aircraft as the simulation sees it: commands in, truth and status out."""

from __future__ import annotations

from dataclasses import dataclass, field
import math

from numba import njit
import numpy as np
from numpy.typing import NDArray

from ingenuity_nodes.frames import QuatWxyz, rotation_matrix, Vector3
from ingenuity_nodes.rotations import matrix_into
from ingenuity_nodes.signals import Air, RotorCommand, Truth, VehicleStatus
from ingenuity_nodes.timing import STEP, STEP_NS
from ingenuity_nodes.vehicle.actuators import actuator_constants, ActuatorParameters
from ingenuity_nodes.vehicle.body import body_constants, BodyParameters
from ingenuity_nodes.vehicle.dynamics import advance, CONSTANTS, FAILURES, STATE
from ingenuity_nodes.vehicle.landing_gear import gear_constants, LandingGearParameters
from ingenuity_nodes.vehicle.power import power_constants, PowerParameters, rest_voltage
from ingenuity_nodes.vehicle.rotors import rotor_constants, RotorParameters
from ingenuity_nodes.world.terrain import Terrain

WARNINGS = ('vortex ring', 'tip Mach number', 'low bus voltage')


@dataclass(frozen=True)
class VehicleParameters:
    """One helicopter."""

    rotor: RotorParameters = field(default_factory=RotorParameters)
    actuators: ActuatorParameters = field(default_factory=ActuatorParameters)
    body: BodyParameters = field(default_factory=BodyParameters)
    landing_gear: LandingGearParameters = field(default_factory=LandingGearParameters)
    power: PowerParameters = field(default_factory=PowerParameters)


def constants_of(parameters: VehicleParameters) -> NDArray[np.void]:
    """Lay all numbers of a helicopter out for compiled code, shape (1,)."""
    out = np.zeros(1, CONSTANTS)
    out['rotors'] = rotor_constants(parameters.rotor)
    out['actuators'] = actuator_constants(parameters.actuators)
    out['body'] = body_constants(parameters.body)
    out['gear'] = gear_constants(parameters.landing_gear, np.array(parameters.body.mass_centre))
    out['power'] = power_constants(parameters.power)
    return out


class Vehicle:
    """
    One helicopter: rotors, body, legs, motors, battery.

    It starts at rest with its rotors still, or turning at ``rotor_speed`` [rad/s]. A command that
    holds a number that is not finite or out of range is refused as a whole: the aircraft keeps the
    last good one, and ``status.refused`` names the reason.
    """

    def __init__(
        self, parameters: VehicleParameters, terrain: Terrain, p_MB: Vector3, q_MB: QuatWxyz,
        rotor_speed: float = 0.0,
    ) -> None:
        self.parameters = parameters
        self._constants = constants_of(parameters)
        self._field = terrain.field
        self._p_BG = np.array(parameters.body.mass_centre)
        self._state = np.zeros(1, STATE)
        self._t_ns = 0
        self._refused = ''
        self._limits = limits_of(parameters.actuators)
        self._place(np.asarray(p_MB, dtype=np.float64), np.asarray(q_MB, dtype=np.float64), rotor_speed)
        self._truth = self._read(np.zeros(3), np.zeros(3))

    def _place(self, p_MB: Vector3, q_MB: QuatWxyz, rotor_speed: float) -> None:
        state = self._state[0]
        state['x'][:3] = p_MB + rotation_matrix(q_MB) @ self._p_BG
        state['x'][6:10] = q_MB / np.linalg.norm(q_MB)
        state['omega'], state['reference'], state['command_speed'] = rotor_speed, rotor_speed, rotor_speed
        state['loss'] = 1.0
        power = self.parameters.power
        state['charge'], state['battery_temperature'] = power.charge, power.battery_temperature
        state['motor_temperature'] = power.motor_temperature
        state['voltage'] = rest_voltage(self._constants['power'][0], power.charge)

    def step(self, command: RotorCommand, air: Air, wind_M: Vector3, avionics_power: float) -> Truth:
        """
        Advance by one step of 2 ms.

        Parameters
        ----------
        command
            Held during the step; see :class:`Vehicle` for bad ones.
        air
            Around the aircraft.
        wind_M
            Velocity of the air over the ground, shape (3,) [m/s].
        avionics_power
            Drawn from the battery besides motors and servos [W].

        """
        self._accept(command)
        advance(self._constants, self._state, 0, self._field, float(air.density), float(air.speed_of_sound),
                float(air.temperature), np.asarray(wind_M, dtype=np.float64), float(avionics_power))
        self._t_ns += STEP_NS
        state = self._state[0]
        before, now = state['before'], state['x']
        self._truth = self._read((now[3:6] - before[3:6]) / STEP, (now[10:13] - before[10:13]) / STEP)
        return self._truth

    def _accept(self, command: RotorCommand) -> None:
        values = (*command.collective, *command.cyclic_longitudinal, *command.cyclic_lateral,
                  command.rotor_speed)
        for value, (name, low, high) in zip(values, self._limits):
            if not low <= value <= high:   # also false for what is not a number
                self._refused = f'{name} {value:g}, allowed: {low:.4g} to {high:.4g}'
                return
        self._refused = ''
        state = self._state[0]
        state['command'][:, 0] = command.collective
        state['command'][:, 1] = command.cyclic_longitudinal
        state['command'][:, 2] = command.cyclic_lateral
        state['command_speed'] = command.rotor_speed

    def _read(self, a_MG: Vector3, alpha_MB_B: Vector3) -> Truth:
        """Move from the mass centre to the body origin."""
        x = self._state[0]['x'].copy()
        out = np.empty((3, 3))
        move_to_origin(x, a_MG, alpha_MB_B, self._p_BG, out)
        return Truth(
            t_ns=self._t_ns, p_MB=out[0], v_MB=out[1], q_MB=x[6:10], w_MB_B=x[10:13],
            a_MB=out[2], alpha_MB_B=alpha_MB_B)

    @property
    def truth(self) -> Truth:
        """State after the last step; acceleration is the mean over it."""
        return self._truth

    @property
    def status(self) -> VehicleStatus:
        """What the machinery reports after the last step."""
        s = self._state[0]
        return VehicleStatus(
            t_ns=self._t_ns,
            rotor_speed=_pair(s['omega']),
            rotor_angle=_pair(s['angle']),
            collective=_pair(s['blade'][:, 0]),
            thrust=_pair(s['thrust']),
            force_B=s['force'].copy(),
            moment_B=s['moment'].copy(),
            rotor_power=float(s['rotor_power']),
            electrical_power=float(s['electrical_power']),
            battery_voltage=float(s['voltage']),
            battery_current=float(s['current']),
            battery_charge=float(s['charge']),
            battery_temperature=float(s['battery_temperature']),
            motor_temperature=float(s['motor_temperature'].max()),
            energy_used_wh=float(s['energy']) / 3600.0,
            feet_on_ground=int(s['feet']),
            failure=FAILURES[int(s['failure'])],
            refused=self._refused,
            warning=', '.join(name for bit, name in enumerate(WARNINGS) if int(s['warning']) >> bit & 1),
        )


@njit(cache=True, error_model='numpy')
def move_to_origin(
    x: NDArray[np.float64], a_MG: Vector3, alpha: Vector3, p_BG: Vector3,
    out: NDArray[np.float64],
) -> None:
    """Write position, velocity and acceleration of the body origin, from those of the mass centre."""
    R, w, p = np.empty((3, 3)), x[10:13], -p_BG
    matrix_into(x[6:10], R)
    swing = np.cross(w, p)
    out[0] = x[0:3] + R @ p
    out[1] = x[3:6] + R @ swing
    out[2] = a_MG + R @ (np.cross(alpha, p) + np.cross(w, swing))


def _pair(values: NDArray[np.float64]) -> tuple[float, float]:
    return float(values[0]), float(values[1])


def limits_of(parameters: ActuatorParameters) -> tuple[tuple[str, float, float], ...]:
    """Name and range of each number of a command, in the order of its fields."""
    p = parameters
    # A millionth of a radian more is rounding, not a mistake.
    low, high, cyclic = p.collective_low - 1e-6, p.collective_high + 1e-6, p.cyclic_high + 1e-6
    return (
        ('upper collective [rad]', low, high), ('lower collective [rad]', low, high),
        ('upper longitudinal cyclic [rad]', -cyclic, cyclic),
        ('lower longitudinal cyclic [rad]', -cyclic, cyclic),
        ('upper lateral cyclic [rad]', -cyclic, cyclic), ('lower lateral cyclic [rad]', -cyclic, cyclic),
        ('rotor speed [rad/s]', 0.0, p.rotor_speed_high + math.ulp(p.rotor_speed_high)),
    )
