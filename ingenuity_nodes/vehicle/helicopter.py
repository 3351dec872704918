# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The aircraft as the simulation sees it: commands in, truth and status out."""

from __future__ import annotations

from dataclasses import dataclass, field
import math
from typing import NamedTuple

from ingenuity_nodes.compiled.elementary import each
from ingenuity_nodes.compiled.entry import entry_point
from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.compiled.rotations import matrix_into
from ingenuity_nodes.frames import QuatWxyz, rotation_matrix, Vector3
from ingenuity_nodes.signals import Air, RotorCommand, Truth, VehicleStatus
from ingenuity_nodes.timing import STEP, STEP_NS
from ingenuity_nodes.vehicle.actuators import actuator_constants, ActuatorParameters
from ingenuity_nodes.vehicle.body import body_constants, BodyParameters
from ingenuity_nodes.vehicle.dynamics import advance, Surroundings
from ingenuity_nodes.vehicle.landing_gear import gear_constants, LandingGearParameters
from ingenuity_nodes.vehicle.power import power_constants, PowerParameters, rest_voltage
from ingenuity_nodes.vehicle.rotors import rotor_constants, RotorParameters
from ingenuity_nodes.vehicle.state import CONSTANTS, FAILURES, ROCKS, STATE, WARNINGS
from ingenuity_nodes.world import rocks as rock
from ingenuity_nodes.world.rocks import Rocks
from ingenuity_nodes.world.terrain import Terrain, TerrainField
import numpy as np
from numpy.typing import NDArray

_SEARCH_NS = 25 * STEP_NS   # rocks are searched for so often
_LOW = 2.0                # [m] below which rocks matter
_ROCK_RADIUS = 2.0       # [m] around the aircraft: a rotor radius and the path to the next search
COMMANDS = (
    'upper collective [rad]', 'lower collective [rad]',
    'upper longitudinal cyclic [rad]', 'lower longitudinal cyclic [rad]',
    'upper lateral cyclic [rad]', 'lower lateral cyclic [rad]', 'rotor speed [rad/s]')


@dataclass(frozen=True)
class VehicleParameters:
    """One helicopter."""

    rotor: RotorParameters = field(default_factory=RotorParameters)
    actuators: ActuatorParameters = field(default_factory=ActuatorParameters)
    body: BodyParameters = field(default_factory=BodyParameters)
    landing_gear: LandingGearParameters = field(default_factory=LandingGearParameters)
    power: PowerParameters = field(default_factory=PowerParameters)


class ActuatorFaults(NamedTuple):
    """Memory where faults of servos, motors and battery are written, to act at the next step."""

    servo_target: NDArray[np.float64]     # (2, 3) goes there instead [rad], NaN: as commanded
    torque_fraction: NDArray[np.float64]  # (2,) of the greatest torque that is left
    speed_reading: NDArray[np.float64]    # (2,) read over true rotor speed
    gauge_error: NDArray[np.float64]      # (1,) added to the charge that is reported
    charge: NDArray[np.float64]           # (1,) true state of charge


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
    With ``rocks`` its feet may stand on them.
    """

    def __init__(
        self, parameters: VehicleParameters, terrain: Terrain, p_MB: Vector3, q_MB: QuatWxyz,
        rotor_speed: float = 0.0, rocks: Rocks | None = None,
    ) -> None:
        self._rocks = rocks
        self.parameters = parameters
        self._constants = constants_of(parameters)
        self._field = terrain.field
        self._p_BG = np.array(parameters.body.mass_centre)
        self._state = np.zeros(1, STATE)
        self._t_ns = 0
        self._refused = ''
        self._limits = limits_of(parameters.actuators)
        self._rocks_at = np.full(2, np.inf)
        self._reset(np.array(p_MB, dtype=float), np.array(q_MB, dtype=float), rotor_speed)
        x, y = self._state['x'][0, :2].tolist()
        self._state['ground'] = terrain.height(x, y)
        self._out = self._state['truth'][0]
        entry_point(write_truth, self._constants, self._state, 0)(
            self._constants, self._state, 0)
        self._truth = self._read()
        self._write_report = entry_point(write_report, self._state, 0)
        self._reported = self._state['report'][0]
        self._wind_M, self._air = np.zeros(3), Air(0.0, 0.0, 0.0, 0.0)
        self._around = Surroundings(0.0, 0.0, 0.0, self._wind_M, 0.0)
        self._compiled_step = entry_point(
            _step, self._constants, self._state, self._field, self._limits, (0.0,) * 7,
            self._around)
        self._status: VehicleStatus | None = None

    def _reset(self, p_MB: Vector3, q_MB: QuatWxyz, rotor_speed: float) -> None:
        state = self._state[0]
        state['x'][:3] = p_MB + rotation_matrix(q_MB) @ self._p_BG
        state['x'][6:10] = q_MB / np.linalg.norm(q_MB)
        state['x_before'][:], state['ground_age'] = state['x'], 16
        state['rotor']['direction'], state['rotor']['omega'] = (1.0, -1.0), rotor_speed
        state['reference'] = state['command_speed'] = rotor_speed
        state['rotor']['tip_loss'], state['contact']['spots'] = 1.0, math.nan
        state['servo_target'], state['speed_reading'] = math.nan, 1.0
        state['torque_fraction'] = 1.0
        power = self.parameters.power
        state['charge'], state['battery_temperature'] = power.charge, power.battery_temperature
        state['motor_temperature'] = power.motor_temperature
        drive = self._constants['power'][0]
        state['voltage'] = entry_point(rest_voltage, drive, power.charge)(drive, power.charge)

    def step(
        self, command: RotorCommand, air: Air, wind_M: Vector3, avionics_power: float,
    ) -> Truth:
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
        values = _values(command)
        self._wind_M[:] = wind_M
        if air is not self._air or avionics_power != self._around.avionics_power:
            self._air, self._around = air, Surroundings(
                air.density, air.speed_of_sound, air.temperature, self._wind_M, avionics_power)
        if self._rocks is not None and self._t_ns % _SEARCH_NS == 0:
            self._gather_rocks(self._rocks)
        bad = self._compiled_step(
            self._constants, self._state, self._field, self._limits, values, self._around)
        self._refused = '' if bad < 0 else self._reason(values, bad)
        self._t_ns += STEP_NS
        self._truth, self._status = self._read(), None
        return self._truth

    @property
    def actuator_faults(self) -> ActuatorFaults:
        """Return the memory where faults of actuators and power train are written."""
        state = self._state
        return ActuatorFaults(
            state['servo_target'][0], state['torque_fraction'][0], state['speed_reading'][0],
            state['gauge_error'][0], state['charge'])

    def _gather_rocks(self, rocks: Rocks) -> None:
        """Record the rocks below when low over the ground, again whenever it has moved on."""
        state, here = self._state[0], self._out[:2]
        if (self._out[2] - state['ground'] > _LOW
                or float(np.abs(here - self._rocks_at).max()) < _ROCK_RADIUS / 4.0):
            return
        self._rocks_at = here.copy()
        rows = rocks.around(float(here[0]), float(here[1]), _ROCK_RADIUS)
        tallest = np.argsort(-rows[:, rock.HALF_HEIGHT], kind='stable')[:ROCKS]
        rows = rows[tallest]
        state['rock_count'] = len(rows)
        state['rocks'][:len(rows)] = np.column_stack([
            rows[:, rock.X], rows[:, rock.Y], rows[:, rock.GROUND],
            rows[:, rock.Z] + rows[:, rock.HALF_HEIGHT] - rows[:, rock.GROUND],
            rows[:, rock.HALF_LENGTH], rows[:, rock.HALF_WIDTH],
            each(math.cos, rows[:, rock.YAW]), each(math.sin, rows[:, rock.YAW])])
        state['contact']['spots'] = math.nan   # the ground under each foot is to be found anew

    def _reason(self, values: tuple[float, ...], bad: int) -> str:
        low, high = self._limits[bad]
        return f'{COMMANDS[bad]} {values[bad]:g}, allowed: {low:.4g} to {high:.4g}'

    def _read(self) -> Truth:
        out = self._out.copy()
        return Truth(self._t_ns, out[0:3], out[3:6], out[6:10], out[10:13], out[13:16], out[16:19])

    @property
    def height(self) -> float:
        """Return the height of the body's origin above the ground below it [m]."""
        return float(self._out[2] - self._state['ground'][0])

    @property
    def truth(self) -> Truth:
        """Return the state after the last step; acceleration is the mean over it."""
        return self._truth

    @property
    def status(self) -> VehicleStatus:
        """Return what actuators and power train report after the last step."""
        if self._status is None:
            self._status = self._report()
        return self._status

    def _report(self) -> VehicleStatus:
        self._write_report(self._state, 0)
        r = self._reported.tolist()
        loads = self._reported[22:28].copy()
        return VehicleStatus(
            t_ns=self._t_ns, rotor_speed=(r[0], r[1]), rotor_angle=(r[2], r[3]),
            collective=(r[4], r[5]), thrust=(r[6], r[7]), force_B=loads[:3], moment_B=loads[3:],
            rotor_power=r[8], electrical_power=r[9], battery_voltage=r[10], battery_current=r[11],
            battery_charge=r[12], battery_temperature=r[13], motor_temperature=max(r[14], r[15]),
            energy_used_wh=r[16] / 3600.0, feet_on_ground=int(r[17]), failure=FAILURES[int(r[18])],
            refused=self._refused, warning=_warnings(int(r[19])))


def _values(command: RotorCommand) -> tuple[float, ...]:
    """List the numbers of a command in the order of :data:`COMMANDS`."""
    return (*command.collective, *command.cyclic_longitudinal, *command.cyclic_lateral,
            command.rotor_speed)


def _warnings(bits: int) -> str:
    return ', '.join(name for k, name in enumerate(WARNINGS) if bits >> k & 1) if bits else ''


def limits_of(parameters: ActuatorParameters) -> NDArray[np.float64]:
    """Return the range of each number of a command, as in :data:`COMMANDS`, shape (7, 2)."""
    p = parameters
    collective, cyclic = (p.collective_low, p.collective_high), (-p.cyclic_high, p.cyclic_high)
    ranges = np.array([
        collective, collective, cyclic, cyclic, cyclic, cyclic, (0.0, p.rotor_speed_high)])
    # A millionth more is rounding, not a mistake.
    return np.asarray(ranges + np.array([-1e-6, 1e-6]) * (ranges != 0.0))


@kernel
def _step(
    constants: NDArray[np.void], state: NDArray[np.void], field: TerrainField,
    limits: NDArray[np.float64], values: tuple[float, ...], around: Surroundings,
) -> int:
    """Take the command or refuse it, advance; return which of its numbers was bad, or -1."""
    bad = -1
    for k in range(6, -1, -1):
        if not limits[k, 0] <= values[k] <= limits[k, 1]:   # also when it is not a number
            bad = k
    if bad < 0:
        s = state[0]
        for k in range(6):
            s.command[k % 2, k // 2] = values[k]
        s.command_speed = values[6]
    advance(constants, state, 0, field, around)
    write_truth(constants, state, 0)
    return bad


@kernel
def write_truth(constants: NDArray[np.void], state: NDArray[np.void], row: int) -> None:
    """Move aircraft ``row`` from the mass centre to the body origin: p, v, q, w, a, alpha."""
    c, s = constants[0], state[row]
    matrix_into(s.x[6:10], s.R_MB)
    r, out, w, R_MB = c.body.p_BG, s.truth, s.x[10:13], s.R_MB
    for i in range(4):
        out[6 + i] = s.x[6 + i]
    for i in range(3):
        out[10 + i] = w[i]
        out[16 + i] = (s.x[10 + i] - s.x_before[10 + i]) / STEP
    alpha = out[16:19]
    # w x r, and alpha x r + w x (w x r), of r from the origin to the mass centre.
    vx, vy, vz = w[1] * r[2] - w[2] * r[1], w[2] * r[0] - w[0] * r[2], w[0] * r[1] - w[1] * r[0]
    ax = alpha[1] * r[2] - alpha[2] * r[1] + w[1] * vz - w[2] * vy
    ay = alpha[2] * r[0] - alpha[0] * r[2] + w[2] * vx - w[0] * vz
    az = alpha[0] * r[1] - alpha[1] * r[0] + w[0] * vy - w[1] * vx
    for i in range(3):
        a_MG = (s.x[3 + i] - s.x_before[3 + i]) / STEP
        out[i] = s.x[i] - (R_MB[i, 0] * r[0] + R_MB[i, 1] * r[1] + R_MB[i, 2] * r[2])
        out[3 + i] = s.x[3 + i] - (R_MB[i, 0] * vx + R_MB[i, 1] * vy + R_MB[i, 2] * vz)
        out[13 + i] = a_MG - (R_MB[i, 0] * ax + R_MB[i, 1] * ay + R_MB[i, 2] * az)


@kernel
def write_report(state: NDArray[np.void], row: int) -> None:
    """Gather the numbers in the status of aircraft ``row``, so that Python reads them at once."""
    s = state[row]
    out = s.report
    for i in range(2):
        rotor = s.rotor[i]
        out[i], out[2 + i] = rotor.omega * s.speed_reading[i], rotor.angle
        out[4 + i], out[6 + i] = rotor.blade[0], rotor.thrust
        out[14 + i] = s.motor_temperature[i]
    out[8], out[9], out[10], out[11] = s.rotor_power, s.electrical_power, s.voltage, s.current
    out[12], out[13] = s.charge + s.gauge_error[0], s.battery_temperature
    out[16] = s.energy
    out[17], out[18], out[19] = s.feet, s.failure, s.warning
    for i in range(3):
        out[22 + i], out[25 + i] = s.wrench.F_B[i], s.wrench.tau_B[i]
