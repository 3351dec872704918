# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Six servos on two swashplates: from commanded blade angles to reached ones.

Three servos per swashplate stand at 0, 120 and 240 deg from the nose; each carries the blade angle
that its azimuth asks for, ``collective + lateral sin(azimuth) - longitudinal cos(azimuth)``, in
counts. Positive longitudinal cyclic lifts the tail (nose down), positive lateral cyclic lifts the
left side (right side down); the same for both rotors, whatever their direction.
"""

from __future__ import annotations

from dataclasses import dataclass
import math

from ingenuity_nodes.compiled.elementary import each
from ingenuity_nodes.compiled.kernel import kernel, Record
from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.timing import STEP
import numpy as np
from numpy.typing import NDArray

SERVOS = 3   # per swashplate


@dataclass(frozen=True)
class ActuatorParameters:
    """Servos and what the flight computer may ask of them."""

    collective_low: float = quantity(
        math.radians(-4.5), 'rad', 'least collective', low=-0.5, high=0.0,
        source='Balaram et al. 2018, AIAA 2018-0023, as remembered')
    collective_high: float = quantity(
        math.radians(17.5), 'rad', 'greatest collective', low=0.1, high=0.6,
        source='Balaram et al. 2018, AIAA 2018-0023, as remembered')
    cyclic_high: float = quantity(
        math.radians(10.0), 'rad', 'greatest cyclic either way', low=0.01, high=0.4,
        source='Balaram et al. 2018, AIAA 2018-0023, as remembered')
    servo_lag: float = quantity(
        0.010, 's', 'time constant of a servo', low=0.0, high=0.5,
        source='assumed: position loop at 500 Hz (Canham) closed at 16 Hz')
    servo_rate: float = quantity(
        6.0, 'rad/s', 'greatest rate of blade angle', low=0.1, high=100.0,
        source='assumed: small brushed gear motors, full stroke in about 0.1 s')
    servo_counts: int = quantity(
        4096, '1', 'positions over the whole stroke', low=16, high=1 << 20,
        source='assumed: 12 bit position sensor')
    rotor_speed_high: float = quantity(
        310.0, 'rad/s', 'greatest rotor speed that may be asked for', low=100.0, high=500.0,
        source='assumed: 2,960 rpm; 2,800 rpm was spun on the ground in September 2021')


ACTUATORS = np.dtype([
    ('gain', 'f8'), ('stride', 'f8'), ('count', 'f8'), ('low', 'f8'), ('high', 'f8'),
    ('sin', 'f8', (SERVOS,)), ('cos', 'f8', (SERVOS,)),
], align=True)


def actuator_constants(parameters: ActuatorParameters) -> NDArray[np.void]:
    """Lay the servo numbers out for compiled code, shape (1,)."""
    out = np.zeros(1, ACTUATORS)
    one = out[0]
    low = parameters.collective_low - parameters.cyclic_high
    high = parameters.collective_high + parameters.cyclic_high
    one['low'], one['high'] = low, high
    one['count'] = (high - low) / parameters.servo_counts
    lag = parameters.servo_lag
    one['gain'] = 1.0 - math.exp(-STEP / lag) if lag > 0.0 else 1.0
    one['stride'] = parameters.servo_rate * STEP
    azimuths = np.arange(SERVOS) * 2.0 * math.pi / SERVOS
    one['sin'], one['cos'] = each(math.sin, azimuths), each(math.cos, azimuths)
    return out


@kernel
def servo_angle(c: Record, k: int, blade: NDArray[np.float64]) -> float:
    """Return the angle that servo ``k`` must take for collective and cyclics [rad]."""
    return float(blade[0] + blade[2] * c.sin[k] - blade[1] * c.cos[k])


@kernel
def blade_angles(c: Record, servo: NDArray[np.float64], blade: NDArray[np.float64]) -> None:
    """Write collective, longitudinal and lateral cyclic [rad] that three servo angles make."""
    blade[0] = (servo[0] + servo[1] + servo[2]) / SERVOS
    blade[1], blade[2] = 0.0, 0.0
    for k in range(SERVOS):
        blade[1] -= 2.0 / SERVOS * c.cos[k] * servo[k]
        blade[2] += 2.0 / SERVOS * c.sin[k] * servo[k]


@kernel
def advance_servos(
    c: Record, servo: NDArray[np.float64], command: NDArray[np.float64],
    instead: NDArray[np.float64],
) -> None:
    """
    Advance the three servos of one swashplate by one step towards a command.

    A servo at fault goes to its angle in ``instead``; a healthy one has NaN there.
    """
    for k in range(SERVOS):
        target = servo_angle(c, k, command) if math.isnan(instead[k]) else instead[k]
        target = min(max(target, c.low), c.high)
        target = c.low + c.count * math.floor((target - c.low) / c.count + 0.5)
        move = c.gain * (target - servo[k])
        servo[k] += min(max(move, -c.stride), c.stride)
