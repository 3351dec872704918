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
"""The controller: estimate and setpoint become blade angles, 500 times a second."""

from __future__ import annotations

import math

from ingenuity_nodes.control.allocation import allocate, onboard_model, OnboardModel
from ingenuity_nodes.control.attitude import angular_acceleration, attitude_error, damp
from ingenuity_nodes.control.parameters import ControlParameters, gains_of
from ingenuity_nodes.control.position import thrust_vector, wanted_acceleration
from ingenuity_nodes.rotations import matrix_into
from ingenuity_nodes.signals import Air, Estimate, RotorCommand, Setpoint, VehicleStatus
from ingenuity_nodes.vehicle.helicopter import VehicleParameters
from ingenuity_nodes.world.mars import GRAVITY
from numba import njit
import numpy as np
from numpy.typing import NDArray

__all__ = ['ControlParameters', 'Controller']

Array = NDArray[np.float64]
FLIGHT_SPEED = 2537.0 * math.pi / 30.0    # [rad/s] flights 1 to 13


@njit(cache=True, error_model='numpy')
def _fly(
    gains: NDArray[np.void], model: Array, to_blades: Array, limits: Array, p: Array, v: Array,
    q_MB: Array, w: Array, p_ref: Array, v_ref: Array, a_ref: Array, yaw: float, yaw_rate: float,
    age: float, memory: Array, out: Array,
) -> None:
    """
    Run the cascade.

    ``model`` is mass, inertia (3) and both hover collectives, ``memory`` both integrals. The
    reference is of a time ``age`` [s] ago and moves on.
    """
    g = gains[0]
    R, a, thrust, error = np.empty((3, 3)), np.empty(3), np.empty(3), np.empty(3)
    alpha, wrench = np.empty(3), np.empty(4)
    matrix_into(q_MB, R)
    v_now = v_ref + age * a_ref
    wanted_acceleration(g, p_ref + age * v_now - p, v_now - v, a_ref, memory[:3], a)
    thrust_vector(g, a, thrust)
    attitude_error(R, thrust, yaw + age * yaw_rate, error)
    angular_acceleration(g, error, yaw_rate, w, memory[3:6], alpha)
    # What counts is the height: a tilted thrust must be longer by the cosine.
    up = max(0.5, R[2, 2])
    wrench[0] = model[0] * (thrust[2] / up - GRAVITY)
    for i in range(3):
        wrench[1 + i] = model[1 + i] * alpha[i]
    allocate(to_blades, limits, wrench, model[4], model[5], out)


@njit(cache=True, error_model='numpy')
def _wait(
    gains: NDArray[np.void], model: Array, to_blades: Array, limits: Array, w: Array,
    collective: float, out: Array,
) -> None:
    """Hold the blades at a collective and oppose the rates."""
    alpha, wrench = np.empty(3), np.zeros(4)
    damp(gains[0], w, alpha)
    for i in range(3):
        wrench[1 + i] = model[1 + i] * alpha[i]
    half = 0.5 * (model[4] - model[5])
    allocate(to_blades, limits, wrench, collective + half, collective - half, out)


class Controller:
    """
    Cascade of position, velocity, attitude and rate.

    ``parameters`` are its gains and limits; ``vehicle`` and ``air`` are what the onboard model
    is made of.
    """

    def __init__(
        self, parameters: ControlParameters, vehicle: VehicleParameters, air: Air,
    ) -> None:
        self._gains = gains_of(parameters)
        self._vehicle, self._air = vehicle, air
        self._memory = np.zeros(6)
        self._out = np.zeros(4)
        self.prepare(FLIGHT_SPEED)

    def prepare(self, rotor_speed: float) -> OnboardModel:
        """
        Get ready to fly at a rotor speed [rad/s].

        Raises
        ------
        ValueError
            The rotors cannot lift the aircraft at this speed.

        """
        model = onboard_model(self._vehicle, self._air, rotor_speed)
        self._model = np.array([model.mass, *model.inertia, *model.collective])
        self._to_blades, self._limits = model.to_blades, model.limits
        self._highest_speed = self._vehicle.actuators.rotor_speed_high
        self.model = model
        return model

    def step(
        self, estimate: Estimate, setpoint: Setpoint, status: VehicleStatus,
    ) -> RotorCommand:
        """Compute the command of one step."""
        del status
        out = self._out
        if setpoint.airborne:
            _fly(self._gains, self._model, self._to_blades, self._limits, estimate.p_MB,
                 estimate.v_MB, estimate.q_MB, estimate.w_MB_B, setpoint.p_ref, setpoint.v_ref,
                 setpoint.a_ref, setpoint.yaw_ref, setpoint.yaw_rate_ref,
                 (estimate.t_ns - setpoint.t_ns) * 1e-9, self._memory, out)
        else:
            self._memory[:] = 0.0
            _wait(self._gains, self._model, self._to_blades, self._limits, estimate.w_MB_B,
                  setpoint.collective, out)
        upper, lower, longitudinal, lateral = out.tolist()
        return RotorCommand(
            (upper, lower), (longitudinal, longitudinal), (lateral, lateral),
            min(setpoint.rotor_speed, self._highest_speed))
