# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The controller: estimate and setpoint become blade angles, 500 times a second."""

from __future__ import annotations

import math

from ingenuity_nodes.compiled.entry import entry_point
from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.compiled.rotations import matrix_into
from ingenuity_nodes.control.allocation import allocate, onboard_model, OnboardModel
from ingenuity_nodes.control.attitude import angular_acceleration, attitude_error, damp
from ingenuity_nodes.control.parameters import ControlParameters, GAINS, gains_of
from ingenuity_nodes.control.position import thrust_vector, wanted_acceleration
from ingenuity_nodes.signals import Air, Estimate, RotorCommand, Setpoint, VehicleStatus
from ingenuity_nodes.vehicle.helicopter import VehicleParameters
from ingenuity_nodes.world.mars import air_of_density, GRAVITY
import numpy as np
from numpy.typing import NDArray

__all__ = ['ControlParameters', 'Controller']

Array = NDArray[np.float64]
FLIGHT_SPEED = 2537.0 * math.pi / 30.0    # [rad/s] flights 1 to 13
FLIGHT_AIR = air_of_density(0.0165, 235.0)    # at Flight 3, from 718 to 740 Pa as MEDA saw


# All that the cascade works on.
CASCADE = np.dtype([
    ('gains', GAINS),
    ('mass', 'f8'), ('inertia', 'f8', (3,)),    # of the onboard model
    ('collective', 'f8', (2,)),                 # in hover: upper, lower [rad]
    ('to_blades', 'f8', (4, 4)), ('limits', 'f8', (3,)),
    ('p_MB', 'f8', (3,)), ('v_MB', 'f8', (3,)), ('q_MB', 'f8', (4,)), ('w_MB_B', 'f8', (3,)),
    ('p_ref', 'f8', (3,)), ('v_ref', 'f8', (3,)), ('a_ref', 'f8', (3,)),
    ('yaw_ref', 'f8', (2,)),    # and its rate
    # integrals of velocity and rate errors [m/s^2], [rad/s^2]
    ('a_integral', 'f8', (3,)), ('alpha_integral', 'f8', (3,)),
    ('blades', 'f8', (4,)),     # the command: upper, lower, longitudinal, lateral [rad]
], align=True)


@kernel
def _fly(cascade: NDArray[np.void], age: float) -> None:
    """Run the cascade; the reference is of a time ``age`` [s] ago and moves on."""
    c = cascade[0]
    R_MB, p_error, v_error = np.empty((3, 3)), np.empty(3), np.empty(3)
    a, thrust, error = np.empty(3), np.empty(3), np.empty(3)
    alpha, wrench = np.empty(3), np.empty(4)
    matrix_into(c.q_MB, R_MB)
    for i in range(3):
        v_now = c.v_ref[i] + age * c.a_ref[i]
        p_error[i], v_error[i] = c.p_ref[i] + age * v_now - c.p_MB[i], v_now - c.v_MB[i]
    wanted_acceleration(c.gains, p_error, v_error, c.a_ref, c.a_integral, a)
    thrust_vector(c.gains, a, thrust)
    yaw_rate = c.yaw_ref[1]
    attitude_error(R_MB, thrust, c.yaw_ref[0] + age * yaw_rate, error)
    angular_acceleration(c.gains, error, yaw_rate, c.w_MB_B, c.alpha_integral, alpha)
    # What counts is the height: a tilted thrust must be longer by the cosine.
    up = max(0.5, R_MB[2, 2])
    wrench[0] = c.mass * (thrust[2] / up - GRAVITY)
    for i in range(3):
        wrench[1 + i] = c.inertia[i] * alpha[i]
    allocate(c.to_blades, c.limits, wrench, c.collective[0], c.collective[1], c.blades)


@kernel
def _wait(cascade: NDArray[np.void], collective: float) -> None:
    """Hold the blades at a collective and oppose the rates."""
    c, alpha, wrench = cascade[0], np.empty(3), np.zeros(4)
    damp(c.gains, c.w_MB_B, alpha)
    for i in range(3):
        wrench[1 + i] = c.inertia[i] * alpha[i]
        c.a_integral[i] = c.alpha_integral[i] = 0.0
    half = 0.5 * (c.collective[0] - c.collective[1])
    allocate(c.to_blades, c.limits, wrench, collective + half, collective - half, c.blades)


class Controller:
    """
    Cascade of position, velocity, attitude and rate.

    ``parameters`` are its gains and limits; ``vehicle`` and ``air`` are what the onboard model
    is made of.
    """

    def __init__(
        self, parameters: ControlParameters, vehicle: VehicleParameters, air: Air,
    ) -> None:
        self._vehicle, self._air = vehicle, air
        self._cascade = np.zeros(1, CASCADE)
        self._cascade['gains'] = gains_of(parameters)
        self._p_MB, self._v_MB, self._q_MB, self._w_MB_B, self._blades = (
            self._cascade[name][0] for name in ('p_MB', 'v_MB', 'q_MB', 'w_MB_B', 'blades'))
        self._p_ref, self._v_ref, self._a_ref, self._yaw_ref = (
            self._cascade[name][0] for name in ('p_ref', 'v_ref', 'a_ref', 'yaw_ref'))
        self._setpoint: Setpoint | None = None
        self._fly = entry_point(_fly, self._cascade, 0.0)
        self._wait = entry_point(_wait, self._cascade, 0.0)
        self._highest_speed = vehicle.actuators.rotor_speed_high
        try:
            self.model = self.prepare(FLIGHT_SPEED)
        except ValueError:
            # Too thin to fly in at this speed, and a plan that asks for it is refused; until
            # one comes that can be flown, any model does for an aircraft that stands.
            self.model = self._trimmed(FLIGHT_AIR, FLIGHT_SPEED)

    @property
    def integrals(self) -> Array:
        """Return what was learned of wind and trim: m/s^2 in M, then rad/s^2 in B, shape (6,)."""
        cascade = self._cascade[0]
        return np.concatenate([cascade['a_integral'], cascade['alpha_integral']])

    @integrals.setter
    def integrals(self, value: Array) -> None:
        self._cascade['a_integral'], self._cascade['alpha_integral'] = value[:3], value[3:]

    def prepare(self, rotor_speed: float) -> OnboardModel:
        """
        Get ready to fly at a rotor speed [rad/s].

        Raises
        ------
        ValueError
            The rotors cannot lift the aircraft at this speed.

        """
        self.model = self._trimmed(self._air, rotor_speed)
        return self.model

    def _trimmed(self, air: Air, rotor_speed: float) -> OnboardModel:
        model = onboard_model(self._vehicle, air, rotor_speed)
        cascade = self._cascade
        for name in ('mass', 'inertia', 'collective', 'to_blades', 'limits'):
            cascade[name] = getattr(model, name)
        return model

    def _follow(self, setpoint: Setpoint) -> None:
        self._setpoint = setpoint
        self._p_ref[:], self._v_ref[:] = setpoint.p_ref, setpoint.v_ref
        self._a_ref[:] = setpoint.a_ref
        self._yaw_ref[:] = setpoint.yaw_ref, setpoint.yaw_rate_ref

    def step(
        self, estimate: Estimate, setpoint: Setpoint, status: VehicleStatus,
    ) -> RotorCommand:
        """Compute the command of one step."""
        del status
        if setpoint is not self._setpoint:
            self._follow(setpoint)
        self._w_MB_B[:] = estimate.w_MB_B
        if setpoint.airborne:
            self._p_MB[:], self._v_MB[:] = estimate.p_MB, estimate.v_MB
            self._q_MB[:] = estimate.q_MB
            self._fly(self._cascade, (estimate.t_ns - setpoint.t_ns) * 1e-9)
        else:
            self._wait(self._cascade, setpoint.collective)
        upper, lower, longitudinal, lateral = self._blades.tolist()
        return RotorCommand(
            (upper, lower), (longitudinal, longitudinal), (lateral, lateral),
            min(setpoint.rotor_speed, self._highest_speed))
