# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The inertial sensors: what a BMI-160 class chip feels at its position in the body.

``reading = quantised(scale * felt + bias + white noise)``; the bias drifts as a random walk, and
readings saturate at the range.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
import math

from ingenuity_nodes.compiled.entry import entry_point
from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.compiled.rotations import matrix_into
from ingenuity_nodes.frames import quaternion_from_rpy, rotation_matrix
from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.signals import ImuSample, Truth
from ingenuity_nodes.timing import STEP
from ingenuity_nodes.world.mars import GRAVITY
import numpy as np
from numpy.typing import NDArray

STREAM = 11            # of the random numbers
BLOCK = 256            # steps for which noise is drawn at once
G_EARTH = 9.80665      # [m/s^2] unit of the data sheet


@dataclass(frozen=True)
class ImuParameters:
    """The inertial sensor."""

    position: tuple[float, float, float] = quantity(
        (0.02, 0.0, 0.05), 'm', 'position in the body, from its origin', low=-1.0, high=1.0,
        source='assumed: upper sensor assembly on the mast, above the electronics box')
    mounting: tuple[float, float, float] = quantity(
        (0.0, 0.0, 0.0), 'rad', 'roll, pitch, yaw of the sensor in the body', low=-3.2, high=3.2,
        source='assumed: aligned, residual misalignment is part of the bias')
    gyro_noise: float = quantity(
        math.radians(0.007), 'rad/s/sqrt(Hz)', 'noise density of the rate', low=0.0, high=0.1,
        source='Bosch BMI160 data sheet: 0.007 deg/s/sqrt(Hz)')
    accel_noise: float = quantity(
        180e-6 * G_EARTH, 'm/s^2/sqrt(Hz)', 'noise density of the specific force', low=0.0,
        high=1.0, source='Bosch BMI160 data sheet: 180 ug/sqrt(Hz)')
    gyro_bias: float = quantity(
        math.radians(0.2), 'rad/s', 'spread of the rate bias at power-on', low=0.0, high=0.5,
        source='assumed: what is left of the 3 deg/s of the data sheet after calibration')
    accel_bias: float = quantity(
        0.02, 'm/s^2', 'spread of the specific force bias at power-on', low=0.0, high=5.0,
        source='assumed: what is left of the 40 mg of the data sheet after calibration')
    gyro_random_walk: float = quantity(
        2e-5, 'rad/s/sqrt(s)', 'random walk of the rate bias', low=0.0, high=0.01,
        source='assumed: 0.01 deg/s in a minute, class of the chip', former='gyro_walk')
    accel_random_walk: float = quantity(
        3e-4, 'm/s^2/sqrt(s)', 'random walk of the specific force bias', low=0.0, high=0.1,
        source='assumed: 2 mm/s^2 in a minute, class of the chip', former='accel_walk')
    gyro_scale: float = quantity(
        0.002, '1', 'spread of the rate scale error', low=0.0, high=0.1,
        source='assumed: what is left of the 3 % of the data sheet after calibration')
    accel_scale: float = quantity(
        0.002, '1', 'spread of the specific force scale error', low=0.0, high=0.1,
        source='assumed: what is left of the 0.5 % of the data sheet after calibration')
    gyro_range: float = quantity(
        math.radians(1000.0), 'rad/s', 'largest rate', low=0.1, high=40.0,
        source='Bosch BMI160 data sheet: 1000 deg/s setting')
    accel_range: float = quantity(
        8.0 * G_EARTH, 'm/s^2', 'largest specific force', low=1.0, high=200.0,
        source='Bosch BMI160 data sheet: 8 g setting')
    bits: int = quantity(
        16, '1', 'resolution over the full range', low=8, high=32,
        source='Bosch BMI160 data sheet')
    delay: float = quantity(
        0.002, 's', 'age of a reading, in whole steps', low=0.0, high=0.02,
        source="assumed: the chip's filter at 1600 Hz takes half a millisecond, its bus and the "
               'wait for the next step the rest')


@dataclass(frozen=True)
class LowerImuParameters(ImuParameters):
    """The spare, of the same kind at another position."""

    position: tuple[float, float, float] = quantity(
        (0.0, 0.02, -0.12), 'm', 'position in the body, from its origin', low=-1.0, high=1.0,
        source='assumed: lower sensor assembly, beside the altimeter')


# One sensor for the compiled code.
SENSOR = np.dtype([
    ('p_BI', 'f8', (3,)), ('R_IB', 'f8', (3, 3)),
    ('random_walk', 'f8', (2,)), ('noise', 'f8', (2,)),   # of one sample: specific force, rate
    ('range', 'f8', (2,)), ('count', 'f8', (2,)),    # largest reading, smallest step
    ('bias', 'f8', (2, 3)), ('scale', 'f8', (2, 3)),
    ('normals', 'f8', (BLOCK, 12)), ('row', 'i8'),   # noise to come, and which row is next
    ('reading', 'f8', (6,)),
], align=True)


@kernel
def _sample(
    sensor: NDArray[np.void], q_MB: NDArray[np.float64], w_MB_B: NDArray[np.float64],
    a_MB: NDArray[np.float64], alpha_MB_B: NDArray[np.float64],
) -> int:
    """Write specific force and rate in I; return the row of noise that is next."""
    s, R_MB, w, alpha = sensor[0], np.empty((3, 3)), w_MB_B, alpha_MB_B
    matrix_into(q_MB, R_MB)
    x, y, z = s.p_BI[0], s.p_BI[1], s.p_BI[2]
    ax, ay, az = a_MB[0], a_MB[1], a_MB[2] + GRAVITY
    w_squared = w[0] * w[0] + w[1] * w[1] + w[2] * w[2]
    w_dot_p = w[0] * x + w[1] * y + w[2] * z
    felt_B = (
        (R_MB[0, 0] * ax + R_MB[1, 0] * ay + R_MB[2, 0] * az
         + alpha[1] * z - alpha[2] * y + w[0] * w_dot_p - w_squared * x,
         R_MB[0, 1] * ax + R_MB[1, 1] * ay + R_MB[2, 1] * az
         + alpha[2] * x - alpha[0] * z + w[1] * w_dot_p - w_squared * y,
         R_MB[0, 2] * ax + R_MB[1, 2] * ay + R_MB[2, 2] * az
         + alpha[0] * y - alpha[1] * x + w[2] * w_dot_p - w_squared * z),
        (w[0], w[1], w[2]))
    normals = s.normals[s.row]
    for kind in range(2):
        count, limit = s.count[kind], s.range[kind]
        for i in range(3):
            s.bias[kind, i] += s.random_walk[kind] * normals[6 + 3 * kind + i]
            felt_I = (s.R_IB[i, 0] * felt_B[kind][0] + s.R_IB[i, 1] * felt_B[kind][1]
                      + s.R_IB[i, 2] * felt_B[kind][2])
            noisy = (felt_I * s.scale[kind, i] + s.bias[kind, i]
                     + s.noise[kind] * normals[3 * kind + i])
            rounded = count * math.floor(noisy / count + 0.5)
            s.reading[3 * kind + i] = min(limit, max(-limit, rounded))
    s.row = (s.row + 1) % BLOCK
    return int(s.row)


class Imu:
    """One inertial sensor with its own bias, scale error and noise; each has its ``number``."""

    def __init__(self, parameters: ImuParameters, seed: int, number: int = 1) -> None:
        p = parameters
        self._random = np.random.default_rng(
            [seed, STREAM] if number == 1 else [seed, STREAM, number])
        # density [./sqrt(Hz)] -> one sample, as Kalman filters count it
        per_sample, per_step = 1.0 / math.sqrt(STEP), math.sqrt(STEP)
        spread = np.repeat([p.accel_bias, p.gyro_bias, p.accel_scale, p.gyro_scale], 3)
        errors = (spread * self._random.standard_normal(12)).reshape(2, 2, 3)
        self._sensor = np.zeros(1, SENSOR)
        s = self._sensor[0]
        s['p_BI'] = p.position
        s['R_IB'] = rotation_matrix(quaternion_from_rpy(*p.mounting)).T
        s['random_walk'] = p.accel_random_walk * per_step, p.gyro_random_walk * per_step
        s['noise'] = p.accel_noise * per_sample, p.gyro_noise * per_sample
        s['range'] = p.accel_range, p.gyro_range
        s['count'] = s['range'] * 2.0 / 2 ** p.bits
        s['bias'], s['scale'] = errors[0], 1.0 + errors[1]
        self._reading, self._normals, self._row = s['reading'], s['normals'], 0
        # What it reads is old by its filter and the transfer to the computer.
        self._felt: deque[Truth] = deque(maxlen=1 + round(p.delay / STEP))
        vector = np.zeros(3)
        self._sample = entry_point(
            _sample, self._sensor, np.zeros(4), vector, vector, vector)

    def sample(self, truth: Truth) -> ImuSample:
        """
        Read it at the end of a step of 2 ms; call it once per step.

        Raises
        ------
        TypeError
            The truth is not made of vectors of numbers.

        """
        return self.read(truth.checked())

    def read(self, truth: Truth) -> ImuSample:
        """Read it, by a truth that a vehicle of ours has written."""
        felt = self._felt
        felt.append(truth)
        then = felt[0]
        if self._row == 0:
            self._normals[:] = self._random.standard_normal((BLOCK, 12))
        self._row = self._sample(
            self._sensor, then.q_MB, then.w_MB_B, then.a_MB, then.alpha_MB_B)
        out = self._reading.copy()
        return ImuSample(truth.t_ns, out[:3], out[3:])

    @property
    def accel_bias(self) -> NDArray[np.float64]:
        """Return the true bias of the specific force [m/s^2], for tests of filter consistency."""
        return np.array(self._sensor['bias'][0, 0])

    @property
    def gyro_bias(self) -> NDArray[np.float64]:
        """Return the true bias of the rate [rad/s], for tests of filter consistency."""
        return np.array(self._sensor['bias'][0, 1])
