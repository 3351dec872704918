# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
An example of a stage of one's own: a controller in thirty lines.

A scenario flies it with ``overrides: {stages: {control: pd_controller:PdController}}``.
"""

from ingenuity_nodes.compiled.entry import checked_entry
from ingenuity_nodes.control.allocation import allocate, onboard_model
from ingenuity_nodes.control.controller import FLIGHT_SPEED
from ingenuity_nodes.frames import rotation_matrix
from ingenuity_nodes.signals import RotorCommand
from ingenuity_nodes.world.mars import GRAVITY
import numpy as np


class PdController:
    """Thrust by height, tilt by place, moments by tilt: proportional and damped, no integrals."""

    def __init__(self, parameters, vehicle, air):
        del parameters    # gains are its own
        self._vehicle, self._air = vehicle, air
        model = self.prepare(FLIGHT_SPEED)    # it is asked for commands before there is a plan
        self._allocate = checked_entry(
            allocate, model.to_blades, model.limits, np.zeros(4), 0.0, 0.0, np.zeros(4))

    def prepare(self, rotor_speed):
        self._model = onboard_model(self._vehicle, self._air, rotor_speed)
        return self._model

    def step(self, estimate, setpoint, status):
        model, wrench, blades = self._model, np.zeros(4), np.zeros(4)
        upper, lower = model.collective
        if setpoint.airborne:
            wrench[:] = self._wrench(estimate, setpoint)
        else:
            upper += setpoint.collective - model.hover_collective
            lower += setpoint.collective - model.hover_collective
        self._allocate(model.to_blades, model.limits, wrench, upper, lower, blades)
        upper, lower, longitudinal, lateral = blades
        return RotorCommand((upper, lower), (longitudinal, longitudinal), (lateral, lateral),
                            setpoint.rotor_speed)

    def _wrench(self, estimate, setpoint):
        R_MB = rotation_matrix(estimate.q_MB)
        a = (setpoint.a_ref + 2.0 * (setpoint.v_ref - estimate.v_MB)
             + 1.0 * (setpoint.p_ref - estimate.p_MB))
        a[:2] = np.clip(a[:2], -1.0, 1.0)
        up = np.array([a[0], a[1], GRAVITY + a[2]])
        nose = np.array([np.cos(setpoint.yaw_ref), np.sin(setpoint.yaw_ref), 0.0])
        lean = np.cross(R_MB[:, 2], up / np.linalg.norm(up))
        turn = np.cross(R_MB[:, 0], nose)
        error = R_MB.T @ (lean + np.array([0.0, 0.0, turn[2]]))
        alpha = np.array([60.0, 60.0, 10.0]) * error - np.array([12.0, 12.0, 6.0]) * (
            estimate.w_MB_B)
        return [self._model.mass * a[2], *(np.array(self._model.inertia) * alpha)]
