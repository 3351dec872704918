# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The inclinometer: roll and pitch of the resting aircraft, read before take-off only."""

from __future__ import annotations

from dataclasses import dataclass
import math

from ingenuity_nodes.frames import rpy_from_quaternion, Vector3
from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.signals import InclinometerSample, Truth
import numpy as np

STREAM = 13    # of the random numbers


@dataclass(frozen=True)
class InclinometerParameters:
    """The inclinometer."""

    offset: float = quantity(
        math.radians(0.1), 'rad', 'spread of the constant error', low=0.0, high=0.2,
        source='assumed: calibrated offset of a Murata SCA100T class part over temperature')
    noise: float = quantity(
        math.radians(0.02), 'rad', 'spread of one reading', low=0.0, high=0.2,
        source='assumed: class of the Murata SCA100T-D02')
    resolution: float = quantity(
        math.radians(0.0035), 'rad', 'smallest step', low=1e-7, high=0.1,
        source='Murata SCA100T-D02 data sheet class')


def tilt_felt(f_I: Vector3) -> tuple[float, float]:
    """Read roll and pitch [rad] of a resting aircraft from the specific force it feels."""
    x, y, z = f_I.tolist()
    return math.atan2(y, z), -math.atan2(x, math.hypot(y, z))


class Inclinometer:
    """One inclinometer."""

    def __init__(self, parameters: InclinometerParameters, seed: int) -> None:
        self._parameters = parameters
        self._random = np.random.default_rng([seed, STREAM])
        self._offset = parameters.offset * self._random.standard_normal(2)

    def sample(self, truth: Truth) -> InclinometerSample:
        """Measure once; it takes the aircraft to be at rest."""
        p = self._parameters
        noise = self._offset + p.noise * self._random.standard_normal(2)
        roll, pitch, _ = rpy_from_quaternion(truth.q_MB)
        return InclinometerSample(
            truth.t_ns,
            p.resolution * round((roll + float(noise[0])) / p.resolution),
            p.resolution * round((pitch + float(noise[1])) / p.resolution))
