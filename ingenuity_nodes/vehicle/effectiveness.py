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
    blade_loads, BLADE_WORK, rotor_constants, ROTOR_STATE, RotorParameters, STATIONS)
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
    constants: NDArray[np.void], rotors: NDArray[np.void], w_MB_B: Array, sound: float, steps: int,
    work: NDArray[np.void],
) -> None:
    """Let the inflow settle at fixed blade angles and air speed."""
    c, upper, lower = constants[0], rotors[0], rotors[1]
    for step in range(steps + 1):
        flow_through(c, upper, lower)
        blade_loads(c, upper, w_MB_B, sound, work[0])
        swirl_below(c, upper, lower)
        blade_loads(c, lower, w_MB_B, sound, work[0])
        if step == steps:
            break
        for i in range(2):
            rotor = rotors[i]
            rotor.mean_flow = 0.0
            for j in range(STATIONS):
                rotor.mean_flow += rotor.flow[j] * rotor.tip_loss[j] * c.ring[j] / c.disk_area
            advance_rings(c, rotor, _SETTLE_DT, work[0])
            advance_tilt(c, rotor, _SETTLE_DT)


class RotorModel:
    """Both rotors alone, in a steady air stream."""

    def __init__(self, parameters: RotorParameters, air: Air, rotor_speed: float) -> None:
        self._constants = rotor_constants(parameters)
        self._air, self._rotor_speed, self._work = air, rotor_speed, np.zeros(1, BLADE_WORK)
        self._settle = entry_point(
            _settle, self._constants, self._starting(), np.zeros(3), 0.0, 0, self._work)

    def loads(
        self, blade: Array, u: Array | None = None, w: Array | None = None,
    ) -> RotorLoads:
        """
        Compute the loads for blade angles: collective, longitudinal, lateral, shape (2, 3) [rad].

        ``u`` and ``w`` are velocity through the air and body rate, body axes.
        """
        return self._solve(blade, u, w, self._starting(), _SETTLE_STEPS)[0]

    def _starting(self) -> NDArray[np.void]:
        """Return both rotors with a guess of the inflow, from which it settles."""
        rotors = np.zeros(2, ROTOR_STATE)
        rotors['direction'], rotors['omega'] = (1.0, -1.0), self._rotor_speed
        rotors['v_i'], rotors['tip_loss'], rotors['ground_ratio'] = 8.0, 1.0, 1.0
        return rotors

    def _solve(
        self, blade: Array, u: Array | None, w: Array | None, inflow: NDArray[np.void], steps: int,
    ) -> tuple[RotorLoads, NDArray[np.void]]:
        """Let the inflow settle for some steps; return loads and rotors after them."""
        rotors = inflow.copy()
        rotors['blade'] = floats('blade', blade, (2, 3))
        rotors['u_B'] = 0.0 if u is None else floats('u', u, (3,))
        self._settle(self._constants, rotors, np.zeros(3) if w is None else floats('w', w, (3,)),
                     self._air.speed_of_sound, steps, self._work)
        loads = np.column_stack([rotors['force'], rotors['moment'], rotors['torque']])
        return RotorLoads(self._air.density * loads, rotors['mean_flow'].copy()), rotors

    def trim(
        self, thrust: float, u: Array | None = None,
    ) -> tuple[Array, RotorLoads, NDArray[np.void]]:
        """
        Find blade angles, shape (2, 3), that give a thrust [N] at equal torques, without cyclic.

        Raises
        ------
        ValueError
            The rotors cannot lift that much.

        """
        blade, inflow = np.zeros((2, 3)), self._starting()
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
    """Return thrust and moments about the mass centre; motors pass the torque on to the body."""
    loads = got.loads
    return np.array([
        loads[:, 2].sum(),
        loads[:, 3].sum() - math.fsum(arms * loads[:, 1]),
        loads[:, 4].sum() + math.fsum(arms * loads[:, 0]),
        loads[1, 5] - loads[0, 5],
    ])
