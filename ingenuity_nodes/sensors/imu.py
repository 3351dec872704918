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
"""
The inertial sensor: what a BMI-160 class chip feels at its place in the body.

``reading = quantised(scale * felt + bias + white noise)``; the bias walks, the range saturates.
"""

from __future__ import annotations

from dataclasses import dataclass
import math

from ingenuity_nodes.frames import quaternion_from_rpy, rotation_matrix
from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.rotations import matrix_into
from ingenuity_nodes.signals import ImuSample, Truth
from ingenuity_nodes.timing import STEP
from ingenuity_nodes.world.mars import GRAVITY
from numba import njit
import numpy as np
from numpy.typing import NDArray

STREAM = 11            # of the random numbers
BLOCK = 256            # steps for which noise is drawn at once
G_EARTH = 9.80665      # [m/s^2] unit of the data sheet


@dataclass(frozen=True)
class ImuParameters:
    """The inertial sensor."""

    position: tuple[float, float, float] = quantity(
        (0.02, 0.0, 0.05), 'm', 'place in the body, from its origin', low=-1.0, high=1.0,
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
    gyro_walk: float = quantity(
        2e-5, 'rad/s/sqrt(s)', 'random walk of the rate bias', low=0.0, high=0.01,
        source='assumed: 0.01 deg/s in a minute, class of the chip')
    accel_walk: float = quantity(
        3e-4, 'm/s^2/sqrt(s)', 'random walk of the specific force bias', low=0.0, high=0.1,
        source='assumed: 2 mm/s^2 in a minute, class of the chip')
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


@njit(cache=True, error_model='numpy')
def _read(felt: float, scale: float, bias: float, noise: float, limit: float, lsb: float) -> float:
    value = felt * scale + bias + noise
    return min(limit, max(-limit, lsb * math.floor(value / lsb + 0.5)))


@njit(cache=True, error_model='numpy')
def _sample(
    q_MB: NDArray[np.float64], w: NDArray[np.float64], a_MB: NDArray[np.float64],
    alpha: NDArray[np.float64], normals: NDArray[np.float64], bias: NDArray[np.float64],
    fixed: NDArray[np.float64], R_IB: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the specific force and the rate in I; ``bias`` walks in place."""
    R = np.empty((3, 3))
    matrix_into(q_MB, R)
    x, y, z = fixed[0], fixed[1], fixed[2]
    ax, ay, az = a_MB[0], a_MB[1], a_MB[2] + GRAVITY
    spin2 = w[0] * w[0] + w[1] * w[1] + w[2] * w[2]
    along = w[0] * x + w[1] * y + w[2] * z
    force = (
        R[0, 0] * ax + R[1, 0] * ay + R[2, 0] * az
        + alpha[1] * z - alpha[2] * y + w[0] * along - spin2 * x,
        R[0, 1] * ax + R[1, 1] * ay + R[2, 1] * az
        + alpha[2] * x - alpha[0] * z + w[1] * along - spin2 * y,
        R[0, 2] * ax + R[1, 2] * ay + R[2, 2] * az
        + alpha[0] * y - alpha[1] * x + w[2] * along - spin2 * z,
    )
    out = np.empty(6)
    for i in range(3):
        bias[i] += fixed[3] * normals[6 + i]
        bias[3 + i] += fixed[4] * normals[9 + i]
        f_I = R_IB[i, 0] * force[0] + R_IB[i, 1] * force[1] + R_IB[i, 2] * force[2]
        w_I = R_IB[i, 0] * w[0] + R_IB[i, 1] * w[1] + R_IB[i, 2] * w[2]
        out[i] = _read(f_I, bias[6 + i], bias[i], fixed[5] * normals[i], fixed[7], fixed[8])
        out[3 + i] = _read(
            w_I, bias[9 + i], bias[3 + i], fixed[6] * normals[3 + i], fixed[9], fixed[10])
    return out


class Imu:
    """One inertial sensor with its own bias, scale error and noise."""

    def __init__(self, parameters: ImuParameters, seed: int) -> None:
        p = parameters
        self._random = np.random.default_rng([seed, STREAM])
        self._R_IB = rotation_matrix(quaternion_from_rpy(*p.mounting)).T.copy()
        # density [./sqrt(Hz)] -> one sample, as Kalman filters count it
        per_sample, walk = 1.0 / math.sqrt(STEP), math.sqrt(STEP)
        self._fixed = np.array([
            *p.position, p.accel_walk * walk, p.gyro_walk * walk,
            p.accel_noise * per_sample, p.gyro_noise * per_sample,
            p.accel_range, 2.0 * p.accel_range / 2 ** p.bits,
            p.gyro_range, 2.0 * p.gyro_range / 2 ** p.bits])
        spread = np.repeat([p.accel_bias, p.gyro_bias, p.accel_scale, p.gyro_scale], 3)
        # biases of specific force and rate, then the factors of both
        self._bias = spread * self._random.standard_normal(12) + np.repeat([0.0, 1.0], 6)
        self._normals = np.empty((0, 12))
        self._next = 0

    def sample(self, truth: Truth) -> ImuSample:
        """Measure at the end of a step of 2 ms; call it once per step."""
        if self._next == len(self._normals):
            self._normals = self._random.standard_normal((BLOCK, 12))
            self._next = 0
        out = _sample(
            truth.q_MB, truth.w_MB_B, truth.a_MB, truth.alpha_MB_B,
            self._normals[self._next], self._bias, self._fixed, self._R_IB)
        self._next += 1
        return ImuSample(truth.t_ns, out[:3], out[3:])

    @property
    def accel_bias(self) -> NDArray[np.float64]:
        """Give the true bias of the specific force [m/s^2], for tests of the filter's honesty."""
        return np.array(self._bias[:3])

    @property
    def gyro_bias(self) -> NDArray[np.float64]:
        """Give the true bias of the rate [rad/s], for tests of the filter's honesty."""
        return np.array(self._bias[3:6])
