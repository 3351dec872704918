# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Where the rover believes to be: wheel turns and an inertial heading, both with errors."""

from __future__ import annotations

from dataclasses import dataclass
import math
from typing import NamedTuple

from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.rover.ground import Array
from ingenuity_nodes.world.seeds import seed_of
import numpy as np

STREAM = 31    # of the generator, this sensor's own


@dataclass(frozen=True)
class OdometryParameters:
    """Wheel odometry with inertial heading, and the slip that it does not see."""

    slip: float = quantity(
        4.0, '1', 'slip over the square of the sine of the slope', low=0.0, high=30.0,
        source='assumed: 12 % at 10 deg, between cohesive soil and loose sand of Heverly et al. '
        '2013 (Curiosity in the Mojave: a few to 40 %)')
    scale_error: float = quantity(
        0.005, '1', 'standard deviation of the length of a turn of the wheels', low=0.0, high=0.2,
        source='assumed: grousers sink in by a millimetre or two of a radius of 263 mm; chosen so '
        'that a drive of 25 m ends within 0.5 m, as the mission needs')
    distance_noise: float = quantity(
        0.005, 'm/sqrt(m)', 'random walk of the distance', low=0.0, high=0.2,
        source='assumed: pebbles under single wheels')
    heading_bias: float = quantity(
        4.8e-6, 'rad/s', 'standard deviation of the bias of the gyro', low=0.0, high=1e-3,
        source='LN-200S data sheet: bias repeatability 1 deg/h')
    heading_noise: float = quantity(
        2.0e-5, 'rad/sqrt(s)', 'angle random walk of the gyro', low=0.0, high=1e-2,
        source='LN-200S data sheet: 0.07 deg/sqrt(h)')


class Motion(NamedTuple):
    """One step as the wheels turned: what a rover commands."""

    distance: float    # along the ground, forward [m]
    turn: float        # counter-clockwise [rad]
    duration: float    # [s]


class Belief(NamedTuple):
    """Where a rover believes to be; covariance of east, north, yaw [m^2, m rad, rad^2]."""

    x: float
    y: float
    z: float
    yaw: float
    covariance: Array    # (3, 3)


def slipped(motion: Motion, roll: float, pitch: float, slip: float) -> tuple[float, float]:
    """
    Return how far the body moves forward and left over ground of a slope [m].

    Slip grows with the square of the sine of the slope: it shortens a way uphill, lengthens one
    downhill, and lets the rover slide downhill across its heading.

    Parameters
    ----------
    motion
        As the wheels turned.
    roll, pitch
        Of the body, right down, nose down [rad].
    slip
        At a sine of 1.

    """
    down, right = math.sin(pitch), math.sin(roll)
    forward = motion.distance * (1.0 + slip * down * abs(down)) * math.cos(pitch)
    return forward, -abs(motion.distance) * slip * right * abs(right)


class Odometry:
    """Integrates what wheels and gyro report; ``seed`` draws their errors."""

    def __init__(
        self, parameters: OdometryParameters, start: tuple[float, float, float, float], seed: int,
    ) -> None:
        self._parameters = parameters
        self._generator = np.random.default_rng([seed_of(seed, 'odometry'), STREAM])
        scale, bias = self._generator.standard_normal(2).tolist()
        self._scale = 1.0 + parameters.scale_error * scale
        self._bias = parameters.heading_bias * bias
        self._x, self._y, self._z, self._yaw = start
        # Of east, north, yaw, scale, bias.
        self._P = np.diag([0.0, 0.0, 0.0, parameters.scale_error ** 2,
                           parameters.heading_bias ** 2])

    @property
    def belief(self) -> Belief:
        """Return where it believes to be."""
        return Belief(self._x, self._y, self._z, self._yaw, self._P[:3, :3].copy())

    def step(self, motion: Motion, roll: float, pitch: float) -> None:
        """Advance by one motion of the wheels; tilt is measured by the accelerometers, exactly."""
        p = self._parameters
        along, turning = self._generator.standard_normal(2).tolist()
        rolled = abs(motion.distance)
        distance = (motion.distance * self._scale
                    + p.distance_noise * math.sqrt(rolled) * along)
        turn = (motion.turn + self._bias * motion.duration
                + p.heading_noise * math.sqrt(motion.duration) * turning)
        heading = self._yaw + turn / 2
        level = distance * math.cos(pitch)
        self._x += level * math.cos(heading)
        self._y += level * math.sin(heading)
        self._z -= distance * math.sin(pitch)
        self._yaw = math.remainder(self._yaw + turn, 2 * math.pi)
        self._propagate(motion, heading, roll, pitch)

    def _propagate(self, motion: Motion, heading: float, roll: float, pitch: float) -> None:
        """Propagate the covariance; expected slip counts as noise of its own size."""
        p, dt = self._parameters, motion.duration
        c, s = math.cos(heading), math.sin(heading)
        d = motion.distance * math.cos(pitch)
        F = np.eye(5)
        F[0, 2], F[1, 2] = -d * s, d * c
        F[0, 3], F[1, 3] = d * c, d * s
        F[2, 4] = dt
        Q = np.zeros((5, 5))
        along = p.distance_noise ** 2 * abs(d) + (d * p.slip * math.sin(pitch) ** 2) ** 2
        across = (d * p.slip * math.sin(roll) ** 2) ** 2
        Q[0, 0] = along * c * c + across * s * s
        Q[1, 1] = along * s * s + across * c * c
        Q[0, 1] = Q[1, 0] = (along - across) * c * s
        Q[2, 2] = p.heading_noise ** 2 * dt
        self._P = F @ self._P @ F.T + Q
