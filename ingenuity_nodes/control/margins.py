# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Gain and phase margins of the rigid aircraft in hover, with the code that flies.

Neither the aircraft nor the controller is written down a second time: both are differentiated
numerically about the hover that the simulation reaches, the aircraft over all its inner states
(rotor inflow, flapping, servos). Each of the four control channels is then opened alone,
the others stay closed. The estimator is taken as perfect, but for the rate, which is as old as
the inertial sensor's samples; attitude, velocity and position it carries on to the present.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
import math
from typing import Any

import control
from ingenuity_nodes.control.controller import Controller, ControlParameters
from ingenuity_nodes.frames import quaternion_from_rpy
from ingenuity_nodes.sensors.imu import ImuParameters
from ingenuity_nodes.signals import Air, Estimate, RotorCommand, Setpoint, Truth
from ingenuity_nodes.timing import STEP
from ingenuity_nodes.vehicle.helicopter import Vehicle, VehicleParameters
from ingenuity_nodes.world.mars import air_of_density
from ingenuity_nodes.world.terrain import Terrain, TerrainParameters
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

CHANNELS = ('collective', 'lateral', 'longitudinal', 'yaw')
# Rotor speed [rpm] and density [kg/m^3]: the design range, and the low-density season of 2021.
CONDITIONS = ((2537, 0.0145), (2537, 0.0165), (2537, 0.0185), (2700, 0.0135), (2800, 0.0120))
TEMPERATURE = 238.0        # [K] assumed: spring noon; only the speed of sound depends on it
HEIGHT = 30.0              # [m] out of ground effect
SETTLE = 8.0               # [s] until the hover is steady
OMEGA = np.geomspace(0.1, 0.95 * math.pi / STEP, 3000)   # [rad/s]
SLOW = 0.1, 5.0            # [rad/s] of the loops of position and velocity
OUTPUTS, RATE = 12, 9      # position, velocity, small rotation, rate; where the rate begins


@dataclass(frozen=True)
class Margins:
    """Of one channel in one condition."""

    rotor_speed_rpm: float
    density: float
    channel: str
    gain_margin_db: float     # smaller of those for more and for less gain
    phase_margin_deg: float
    crossover: float          # [rad/s], where the phase margin is


def margins(
    parameters: ControlParameters | None = None, vehicle: VehicleParameters | None = None,
    conditions: tuple[tuple[float, float], ...] = CONDITIONS,
) -> list[Margins]:
    """Compute the margins of all channels in some conditions of rotor speed [rpm] and density."""
    rows = []
    for rpm, density in conditions:
        hover = _Hover(parameters or ControlParameters(), vehicle or VehicleParameters(),
                       air_of_density(density, TEMPERATURE), rpm * math.pi / 30.0)
        loop = hover.loop_gain(OMEGA)
        for index, channel in enumerate(CHANNELS):
            rows.append(Margins(rpm, density, channel, *_margins_of(loop, index)))
    return rows


def least_damping(
    parameters: ControlParameters | None = None, vehicle: VehicleParameters | None = None,
    condition: tuple[float, float] = CONDITIONS[1],
) -> float:
    """
    Return the least damping ratio of the slow poles with all loops closed, in one condition.

    Those of position and velocity are among them; what is faster is seen in the margins.
    """
    rpm, density = condition
    hover = _Hover(parameters or ControlParameters(), vehicle or VehicleParameters(),
                   air_of_density(density, TEMPERATURE), rpm * math.pi / 30.0)
    poles = hover.poles()
    slow = poles[(np.abs(poles) > SLOW[0]) & (np.abs(poles) < SLOW[1])]
    return float((-slow.real / np.abs(slow)).min())


def table(rows: list[Margins]) -> str:
    """Write margins for people."""
    lines = ['  rpm  kg/m^3  channel       gain dB  phase deg  at rad/s']
    for row in rows:
        lines.append(
            f'{row.rotor_speed_rpm:5.0f}  {row.density:.4f}  {row.channel:12s}'
            f'  {row.gain_margin_db:7.1f}  {row.phase_margin_deg:9.1f}  {row.crossover:8.1f}')
    return '\n'.join(lines)


def as_json(rows: list[Margins]) -> list[dict[str, Any]]:
    """Write margins for scripts."""
    return [asdict(row) for row in rows]


def _margins_of(loop: Array, index: int) -> tuple[float, float, float]:
    """Open one channel of the loop gain (n, 4, 4), the others closed."""
    size = loop.shape[1]
    others = [k for k in range(size) if k != index]
    closed = np.eye(size) + loop
    single = (np.linalg.det(closed)
              / np.linalg.det(closed[:, others][:, :, others])) - 1.0
    data = (np.abs(single), np.degrees(np.unwrap(np.angle(single))), OMEGA)
    gains, phases, _, _, crossovers, _ = control.stability_margins(data, returnall=True)
    gain = min((abs(20.0 * math.log10(g)) for g in np.atleast_1d(gains) if g > 0.0),
               default=math.inf)
    if not np.size(phases):
        return gain, math.inf, math.nan
    least = int(np.argmin(np.abs(phases)))
    return gain, float(np.abs(phases)[least]), float(np.atleast_1d(crossovers)[least])


class _Hover:
    """An aircraft hovering in still air, and its derivatives there."""

    def __init__(
        self, parameters: ControlParameters, vehicle: VehicleParameters, air: Air,
        rotor_speed: float,
    ) -> None:
        # Servo steps have no derivative.
        fine = replace(vehicle, actuators=replace(vehicle.actuators, servo_counts=1 << 40))
        flat = Terrain(TerrainParameters(
            relief=0.0, ripples=0.0, hills=0.0, rover_position=(0.0, 0.0, 0.0)))
        self._p_MB = np.array([0.0, 0.0, HEIGHT])
        self._air = air
        self._vehicle = Vehicle(
            fine, flat, self._p_MB, quaternion_from_rpy(0.0, 0.0, 0.0), rotor_speed)
        self._controller = Controller(parameters, vehicle, air)
        self._controller.prepare(rotor_speed)
        self._setpoint = Setpoint(
            0, self._p_MB, np.zeros(3), np.zeros(3), 0.0, 0.0, rotor_speed, 'hover', True, 0.0)
        for _ in range(round(SETTLE / STEP)):
            self._command = self._controller.step(
                _perfect(self._vehicle.truth), self._setpoint, self._vehicle.status)
            self._advance(self._command)

    def _advance(self, command: RotorCommand) -> Truth:
        return self._vehicle.step(command, self._air, np.zeros(3), 10.0)

    def loop_gain(self, omega: Array) -> Array:
        """Return the loop gain (n, 4, 4), of negative feedback, broken at the blade angles."""
        z = np.exp(1j * omega * STEP)
        plant = _response(*self._plant(), z)
        plant[:, RATE:] /= z[:, None, None] ** round(ImuParameters().delay / STEP)
        law = _response(*self._law(), z)
        # What the controller computes from one step drives the next one.
        return np.asarray(-(law @ plant) / z[:, None, None])

    def poles(self) -> NDArray[np.complex128]:
        """Return the poles of aircraft and controller together [1/s]."""
        A, B, C, D = self._plant()
        a, b, c, d = self._law()
        # What the controller computes from one step drives the next one.
        closed = np.block([[A, np.zeros((len(A), len(a))), B], [b @ C, a, b @ D],
                           [d @ C, c, d @ D]])
        z = np.linalg.eigvals(closed)
        return np.asarray(np.log(z[np.abs(z) > 1e-6].astype(complex)) / STEP)

    def _plant(self) -> tuple[Array, Array, Array, Array]:
        """Return the state space from the four channels to the outputs, one step of 2 ms."""
        state = self._vehicle._state
        start = state.copy()
        numbers = state.view(np.float64)
        slots = np.array(list(_float_offsets(state.dtype))) // numbers.itemsize

        def flat() -> Array:
            return np.asarray(numbers[slots])

        def put(x: Array) -> None:
            state[:] = start
            numbers[slots] = x

        def step(x: Array, blades: Array) -> tuple[Array, Array]:
            put(x)
            truth = self._advance(_moved(self._command, blades))
            return flat(), _outputs(truth)

        x, zero = flat(), np.zeros(4)
        columns = [(_nudge(x, k), zero) for k in range(x.size)]
        columns += [(np.zeros(x.size), 1e-5 * np.eye(4)[k]) for k in range(4)]
        A, C = np.zeros((x.size, x.size + 4)), np.zeros((OUTPUTS, x.size + 4))
        for k, (dx, du) in enumerate(columns):
            ahead, behind = step(x + dx, du), step(x - dx, -du)
            span = 2.0 * float(np.abs(dx).sum() + np.abs(du).sum())
            A[:, k] = (ahead[0] - behind[0]) / span
            C[:, k] = (ahead[1] - behind[1]) / span
        put(x)
        return _relevant(A[:, :-4], A[:, -4:], C[:, :-4], C[:, -4:])

    def _law(self) -> tuple[Array, Array, Array, Array]:
        """Return the state space of the controller, from the outputs to the four channels."""
        controller, truth = self._controller, self._vehicle.truth
        memory = controller.integrals

        def step(integrals: Array, y: Array) -> tuple[Array, Array]:
            controller.integrals = integrals
            command = controller.step(
                _perfect(_displaced(truth, y)), self._setpoint, self._vehicle.status)
            return controller.integrals, _channels(command)

        size = memory.size
        A, C = np.zeros((size, size + OUTPUTS)), np.zeros((4, size + OUTPUTS))
        for k in range(size + OUTPUTS):
            d = np.zeros(size + OUTPUTS)
            d[k] = 1e-6
            ahead = step(memory + d[:size], d[size:])
            behind = step(memory - d[:size], -d[size:])
            A[:, k], C[:, k] = (ahead[0] - behind[0]) / 2e-6, (ahead[1] - behind[1]) / 2e-6
        controller.integrals = memory
        return A[:, :size], A[:, size:], C[:, :size], C[:, size:]


def _float_offsets(dtype: np.dtype[Any]) -> Iterator[int]:
    """Yield where in a record, nested ones included, each of its floats begins [bytes]."""
    if dtype.names is not None and dtype.fields is not None:
        for name in dtype.names:
            for inner in _float_offsets(dtype.fields[name][0]):
                yield dtype.fields[name][1] + inner
    elif dtype.subdtype is not None:
        for k in range(math.prod(dtype.shape)):
            for inner in _float_offsets(dtype.base):
                yield k * dtype.base.itemsize + inner
    elif dtype.kind == 'f':
        yield 0


def _response(A: Array, B: Array, C: Array, D: Array, z: NDArray[np.complex128],
              ) -> NDArray[np.complex128]:
    """Return the frequency response (n, outputs, inputs) at points ``z``."""
    system = control.ss(A, B, C, D, STEP)
    return np.moveaxis(np.asarray(system(z)), 2, 0)


def _relevant(A: Array, B: Array, C: Array, D: Array) -> tuple[Array, Array, Array, Array]:
    """Leave out states that nothing drives or that drive nothing."""
    links = np.abs(A) > 1e-12
    driven, seen = np.abs(B).max(axis=1) > 1e-12, np.abs(C).max(axis=0) > 1e-12
    for _ in range(len(A)):
        driven = driven | (links[:, driven].any(axis=1))
        seen = seen | (links[seen].any(axis=0))
    keep = driven & seen
    return A[np.ix_(keep, keep)], B[keep], C[:, keep], D


def _nudge(x: Array, k: int) -> Array:
    out = np.zeros(x.size)
    out[k] = 1e-6 * max(1.0, abs(float(x[k])))
    return out


def _perfect(truth: Truth) -> Estimate:
    return Estimate(
        truth.t_ns, truth.p_MB, truth.v_MB, truth.q_MB, truth.w_MB_B, np.zeros(3), np.zeros(3),
        float(truth.p_MB[2]), np.zeros((15, 15)), 0, 0.0)


def _outputs(truth: Truth) -> Array:
    return np.concatenate([truth.p_MB, truth.v_MB, 2.0 * truth.q_MB[1:], truth.w_MB_B])


def _displaced(truth: Truth, y: Array) -> Truth:
    q_MB = truth.q_MB + np.concatenate([[0.0], 0.5 * y[6:9]])
    return truth._replace(
        p_MB=truth.p_MB + y[:3], v_MB=truth.v_MB + y[3:6],
        q_MB=q_MB / np.linalg.norm(q_MB), w_MB_B=truth.w_MB_B + y[9:])


def _moved(command: RotorCommand, blades: Array) -> RotorCommand:
    mean, lateral, longitudinal, half = blades
    upper, lower = command.collective
    return RotorCommand(
        (upper + mean + half, lower + mean - half),
        (command.cyclic_longitudinal[0] + longitudinal,) * 2,
        (command.cyclic_lateral[0] + lateral,) * 2, command.rotor_speed)


def _channels(command: RotorCommand) -> Array:
    upper, lower = command.collective
    return np.array([
        0.5 * (upper + lower), command.cyclic_lateral[0], command.cyclic_longitudinal[0],
        0.5 * (upper - lower)])
