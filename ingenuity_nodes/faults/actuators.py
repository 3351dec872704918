# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What faults of servos, motors and battery do to the aircraft."""

from __future__ import annotations

from collections.abc import Sequence
import math

from ingenuity_nodes.faults.active import ActiveFault
from ingenuity_nodes.faults.fault import ROTORS
from ingenuity_nodes.signals import RotorCommand
from ingenuity_nodes.timing import STEP_NS
from ingenuity_nodes.vehicle.actuators import SERVOS
from ingenuity_nodes.vehicle.helicopter import ActuatorFaults
import numpy as np

SLOT_NS = 10 * STEP_NS     # motors and contacts drop out for so long at a time


def apply_actuator_faults(
    actuators: ActuatorFaults, t_ns: int, command: RotorCommand, servos: Sequence[ActiveFault],
    motors: Sequence[ActiveFault], battery: Sequence[ActiveFault],
) -> float:
    """Write the faults of this step into the aircraft; return the power that leaks [W]."""
    actuators.servo_target[:] = math.nan
    for fault in servos:
        rotor, _, number = fault.location.partition('_')
        i, k = ROTORS.index(rotor), int(number) - 1
        target = np.array([wanted_angle(command, i, k)])
        actuators.servo_target[i, k] = fault.distort(t_ns, target)[0]
    if t_ns % SLOT_NS == 0 or not (motors or battery):
        _power_train(actuators, motors, battery)
    return sum(fault.magnitude for fault in battery if fault.kind == 'drift')


def wanted_angle(command: RotorCommand, rotor: int, servo: int) -> float:
    """Return the angle [rad] that the healthy servo would take; see :mod:`.vehicle.actuators`."""
    azimuth = 2.0 * math.pi * servo / SERVOS
    return (command.collective[rotor] + command.cyclic_lateral[rotor] * math.sin(azimuth)
            - command.cyclic_longitudinal[rotor] * math.cos(azimuth))


def _power_train(
    actuators: ActuatorFaults, motors: Sequence[ActiveFault], battery: Sequence[ActiveFault],
) -> None:
    torque, reading = actuators.torque_fraction, actuators.speed_reading
    torque[:], reading[:], actuators.gauge_error[:] = 1.0, 1.0, 0.0
    for fault in motors:
        i = ROTORS.index(fault.location)
        if fault.kind == 'off' or (fault.kind == 'dropout' and fault.happens()):
            torque[i] = 0.0
        elif fault.kind == 'weak':
            torque[i] *= 1.0 - fault.magnitude
        elif fault.kind == 'bias':
            reading[i] *= 1.0 + fault.magnitude
    for fault in battery:
        if fault.kind == 'off':
            actuators.charge[:] = 0.0
        elif fault.kind == 'bias':
            actuators.gauge_error[:] += fault.magnitude
        elif fault.kind == 'dropout' and fault.happens():
            torque[:] = 0.0
