# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Hover trim and what the blade angles do around it: the flight computer's model of its rotors.

``differential`` collective is half of upper less lower: upper = mean + differential, lower =
mean - differential. The upper rotor turns counter-clockwise seen from above, so a positive
differential yaws the nose clockwise (negative yaw moment).
"""

from __future__ import annotations

from dataclasses import dataclass
import math
from typing import TYPE_CHECKING

from ingenuity_nodes.compiled.entry import entry_point, floats
from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.signals import Air
from ingenuity_nodes.vehicle.inflow import advance_rings, advance_tilt, flow_through, swirl_below
from ingenuity_nodes.vehicle.rotors import (
    blade_loads, ELEMENTS, rotor_constants, RotorParameters, STATIONS)
from ingenuity_nodes.world.mars import GRAVITY
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ingenuity_nodes.vehicle.helicopter import VehicleParameters

Array = NDArray[np.float64]
_SETTLE_STEPS, _SETTLE_DT = 400, 0.004   # 1.6 s: thirty time constants of the inflow
_DELTA = 1e-3                            # [rad] half step of the differences


@dataclass(frozen=True)
class HoverTrim:
    """
    Hover in still air at equal torques.

    Rows of ``effectiveness``: thrust [N], roll, pitch, yaw moment about the mass centre [N m];
    columns: mean collective, lateral cyclic, longitudinal cyclic, differential collective [rad].
    Signs of the moments are those of the body axes: roll right side down, pitch nose down, yaw
    counter-clockwise seen from above.
    """

    collective: tuple[float, float]          # upper, lower [rad]
    thrust: tuple[float, float]              # upper, lower [N]
    power: float                             # of both rotors [W]
    torque: float                            # of each rotor [N m]
    induced_flow: tuple[float, float]        # mean through upper, lower [m/s]
    effectiveness: NDArray[np.float64]       # shape (4, 4), once the inflow has settled (30 ms)
    effectiveness_fast: NDArray[np.float64]  # shape (4, 4), before the inflow answers


@dataclass(frozen=True)
class RotorLoads:
    """Settled loads of both rotors at rest in an air stream."""

    loads: NDArray[np.float64]       # shape (2, 6): force [N], hub moment x, y, torque [N m]
    mean_flow: NDArray[np.float64]   # shape (2,) [m/s]


@kernel
def _settle(
    constants: NDArray[np.void], blade: Array, omega: float, u: Array, w: Array, sound: float,
    v: Array, loss: Array, g: Array, steps: int, dt: float, loads: Array,
) -> tuple[float, float]:
    """Let the inflow settle at fixed blade angles and air speed; loads are per density."""
    c = constants[0]
    flow, lift = np.zeros((2, STATIONS)), np.zeros((2, STATIONS))
    turn, swirl, mean = np.zeros((2, STATIONS)), np.zeros((2, STATIONS)), np.zeros(2)
    work = np.zeros((7, ELEMENTS))
    for step in range(steps + 1):
        flow_through(c, v, loss, flow)
        for i in range(2):
            blade_loads(c, 1.0 - 2.0 * i, blade[i], omega, u, w, flow[i], 1.0, g[i], swirl[i],
                        sound, loads[i], lift[i], turn[i], work)
            if i == 0:
                swirl_below(c, turn[0], flow[0], u[2], swirl[1])
        if step == steps:
            break
        for i in range(2):
            mean[i] = 0.0
            for j in range(STATIONS):
                mean[i] += flow[i, j] * loss[i, j] * c.ring[j] / c.disk_area
            advance_rings(c, v[i], loss[i], flow[i], lift[i], u, omega, dt, work)
            advance_tilt(c, g[i], mean[i], u, loads[i, 3], loads[i, 4], dt)
    return mean[0], mean[1]


class RotorModel:
    """Both rotors alone, in a steady air stream."""

    def __init__(self, parameters: RotorParameters, air: Air, rotor_speed: float) -> None:
        self._constants = rotor_constants(parameters)
        self._air, self._rotor_speed = air, rotor_speed
        some, flow = np.zeros(3), _Inflow()
        self._settle = entry_point(
            _settle, self._constants, np.zeros((2, 3)), 0.0, some, some, 0.0, flow.v, flow.loss,
            flow.g, 0, 0.0, np.zeros((2, 6)))

    def loads(
        self, blade: Array, u: Array | None = None, w: Array | None = None,
    ) -> RotorLoads:
        """
        Compute the loads for blade angles: collective, longitudinal, lateral, shape (2, 3) [rad].

        ``u`` and ``w`` are velocity through the air and body rate, body axes.
        """
        return self._solve(blade, u, w, _Inflow(), _SETTLE_STEPS)[0]

    def _solve(
        self, blade: Array, u: Array | None, w: Array | None, inflow: _Inflow, steps: int,
    ) -> tuple[RotorLoads, _Inflow]:
        loads, state = np.zeros((2, 6)), inflow.copy()
        mean = self._settle(
            self._constants, floats('blade', blade, (2, 3)), self._rotor_speed,
            np.zeros(3) if u is None else floats('u', u, (3,)),
            np.zeros(3) if w is None else floats('w', w, (3,)),
            self._air.speed_of_sound, state.v, state.loss, state.g, steps, _SETTLE_DT, loads)
        return RotorLoads(self._air.density * loads, np.array(mean)), state

    def trim(self, thrust: float, u: Array | None = None) -> tuple[Array, RotorLoads, _Inflow]:
        """
        Find blade angles, shape (2, 3), that give a thrust [N] at equal torques, without cyclic.

        Raises
        ------
        ValueError
            The rotors cannot lift that much.

        """
        blade, inflow = np.zeros((2, 3)), _Inflow()
        blade[:, 0] = 0.17
        for _ in range(20):
            got, inflow = self._solve(blade, u, None, inflow, _SETTLE_STEPS)
            miss = self._miss(got, thrust)
            if np.abs(miss).max() < 1e-9 * max(1.0, thrust):
                return blade, got, inflow
            jacobian = np.zeros((2, 2))
            for k in range(2):
                moved = blade.copy()
                moved[k, 0] += _DELTA
                there, _ = self._solve(moved, u, None, inflow, _SETTLE_STEPS)
                jacobian[:, k] = (self._miss(there, thrust) - miss) / _DELTA
            blade[:, 0] -= np.clip(np.linalg.solve(jacobian, miss), -0.05, 0.05)
        raise ValueError(f'no hover trim with {thrust:.2f} N at {self._rotor_speed:.1f} rad/s and '
                         f'{self._air.density:.4f} kg/m^3')

    @staticmethod
    def _miss(got: RotorLoads, thrust: float) -> Array:
        loads = got.loads
        return np.array([loads[:, 2].sum() - thrust, 10.0 * (loads[0, 5] - loads[1, 5])])


class _Inflow:
    """States of the induced flow of both rotors."""

    def __init__(self) -> None:
        self.v = np.full((2, STATIONS), 8.0)
        self.loss = np.ones((2, STATIONS))
        self.g = np.zeros((2, 2))

    def copy(self) -> _Inflow:
        """Return an independent copy."""
        other = _Inflow()
        other.v, other.loss, other.g = self.v.copy(), self.loss.copy(), self.g.copy()
        return other


def hover_trim(
    parameters: VehicleParameters, air: Air, rotor_speed: float, weight: float | None = None,
) -> HoverTrim:
    """
    Find the hover in still air, far from the ground, and the effect of the blade angles there.

    Parameters
    ----------
    parameters, air
        The helicopter and the still air around it.
    rotor_speed
        Of both rotors [rad/s].
    weight
        Thrust to trim for [N]; mass times gravity when left out.

    Raises
    ------
    ValueError
        The rotors cannot lift that much.

    """
    model = RotorModel(parameters.rotor, air, rotor_speed)
    blade, got, inflow = model.trim(parameters.body.mass * GRAVITY if weight is None else weight)
    arms = np.array([parameters.rotor.height_upper, parameters.rotor.height_lower])
    arms -= parameters.body.mass_centre[2]
    tables = []
    for steps in (_SETTLE_STEPS, 0):
        table = np.zeros((4, 4))
        for column, change in enumerate(_CHANGES):
            plus, _ = model._solve(blade + _DELTA * change, None, None, inflow, steps)
            minus, _ = model._solve(blade - _DELTA * change, None, None, inflow, steps)
            table[:, column] = (_wrench(plus, arms) - _wrench(minus, arms)) / (2.0 * _DELTA)
        tables.append(table)
    return HoverTrim(
        collective=(float(blade[0, 0]), float(blade[1, 0])),
        thrust=(float(got.loads[0, 2]), float(got.loads[1, 2])),
        power=float(got.loads[:, 5].sum() * rotor_speed),
        torque=float(got.loads[0, 5]),
        induced_flow=(float(got.mean_flow[0]), float(got.mean_flow[1])),
        effectiveness=tables[0],
        effectiveness_fast=tables[1],
    )


# Mean collective, lateral cyclic, longitudinal cyclic, differential collective, as blade angles.
_CHANGES = tuple(np.array(change, dtype=np.float64) for change in (
    [[1, 0, 0], [1, 0, 0]],
    [[0, 0, 1], [0, 0, 1]],
    [[0, 1, 0], [0, 1, 0]],
    [[1, 0, 0], [-1, 0, 0]]))


def _wrench(got: RotorLoads, arms: Array) -> Array:
    """Thrust and moments about the mass centre; the motors pass the torque on to the body."""
    loads = got.loads
    return np.array([
        loads[:, 2].sum(),
        loads[:, 3].sum() - math.fsum(arms * loads[:, 1]),
        loads[:, 4].sum() + math.fsum(arms * loads[:, 0]),
        loads[1, 5] - loads[0, 5],
    ])
