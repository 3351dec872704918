# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The laser altimeter: a LIDAR-Lite v3 looking down along the body onto the real ground."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
import math

from ingenuity_nodes.compiled.entry import entry_point, floats
from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.compiled.rotations import matrix_into, rotate_into
from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.signals import AltimeterSample, Truth
from ingenuity_nodes.timing import STEP
from ingenuity_nodes.world.terrain import height_at, Terrain, TerrainField
import numpy as np
from numpy.typing import NDArray

STREAM = 12    # of the random numbers


@dataclass(frozen=True)
class AltimeterParameters:
    """The laser altimeter."""

    position: tuple[float, float, float] = quantity(
        (0.0, -0.03, -0.137), 'm', 'position in the body, from its origin', low=-1.0, high=1.0,
        source='assumed: bottom plate, beside the navigation camera')
    noise: float = quantity(
        0.02, 'm', 'spread of one measurement', low=0.0, high=1.0,
        source='Garmin LIDAR-Lite v3 manual: 2.5 cm below 5 m, read as the largest of many')
    resolution: float = quantity(
        0.01, 'm', 'smallest step', low=1e-4, high=1.0, source='Garmin LIDAR-Lite v3 manual')
    scale: float = quantity(
        0.003, '1', 'spread of the scale error', low=0.0, high=0.1,
        source='assumed: calibrated part of the 1 % in the Garmin LIDAR-Lite v3 manual')
    minimum: float = quantity(
        0.05, 'm', 'shortest distance', low=0.0, high=1.0,
        source='assumed: the manual only says non-linear below 1 m; at rest it reads 0.13 m')
    maximum: float = quantity(
        40.0, 'm', 'longest distance', low=1.0, high=200.0, source='Garmin LIDAR-Lite v3 manual')
    delay: float = quantity(
        0.02, 's', 'age of a reading, in whole steps', low=0.0, high=0.2,
        source='assumed: read once per 50 Hz, each time what was measured since the last')
    dropout: float = quantity(
        0.002, '1', 'chance that one measurement sees nothing', low=0.0, high=1.0,
        source='assumed: now and then a dark or tilted rock returns too little light')


@kernel
def reach(
    p_M: NDArray[np.float64], ray_M: NDArray[np.float64], field: TerrainField,
) -> float:
    """
    Return the distance from a point to the ground along a unit vector [m].

    inf when the direction does not go clearly down. Slopes are gentle, so going to the height
    below the last hit converges fast.
    """
    x, y, z = p_M[0], p_M[1], p_M[2]
    dx, dy, dz = ray_M[0], ray_M[1], ray_M[2]
    if dz > -0.1:
        return math.inf
    length = max(0.0, (height_at(x, y, field) - z) / dz)
    for _ in range(12):
        longer = (height_at(x + length * dx, y + length * dy, field) - z) / dz
        if abs(longer - length) < 1e-4:
            return float(max(0.0, longer))
        length = longer
    return float(max(0.0, length))


@kernel
def _beam_length(
    p_MB: NDArray[np.float64], q_MB: NDArray[np.float64], p_BA: NDArray[np.float64],
    field: TerrainField,
) -> float:
    R_MB, p_MA, down_M = np.empty((3, 3)), np.empty(3), np.empty(3)
    matrix_into(q_MB, R_MB)
    rotate_into(R_MB, p_BA, p_MA)
    for i in range(3):
        p_MA[i] = p_MB[i] + p_MA[i]
        down_M[i] = -R_MB[i, 2]
    return float(reach(p_MA, down_M, field))


class Altimeter:
    """One laser altimeter over one terrain."""

    def __init__(self, parameters: AltimeterParameters, terrain: Terrain, seed: int) -> None:
        self._parameters = parameters
        self._field = terrain.field
        self._p_BA = np.array(parameters.position)
        self._random = np.random.default_rng([seed, STREAM])
        self._luck = np.random.default_rng([seed, STREAM, 1])
        self._scale = 1.0 + parameters.scale * float(self._random.standard_normal())
        self._past: deque[Truth] = deque(maxlen=1 + round(parameters.delay / STEP))
        self._beam_length = entry_point(
            _beam_length, np.zeros(3), np.zeros(4), self._p_BA, self._field)

    def push(self, truth: Truth) -> None:
        """Record the truth of one step of 2 ms; readings are old by the delay."""
        self._past.append(truth)

    def sample(self) -> AltimeterSample:
        """Read it; out of range is +inf (nothing seen) or -inf (too close), as in REP 117."""
        p, now, truth = self._parameters, self._past[-1].t_ns, self._past[0]
        noise = p.noise * float(self._random.standard_normal())
        distance = self._beam_length(floats('p_MB', truth.p_MB, (3,)),
                                     floats('q_MB', truth.q_MB, (4,)), self._p_BA, self._field)
        if distance > p.maximum or float(self._luck.random()) < p.dropout:
            return AltimeterSample(now, math.inf)
        distance = p.resolution * round((distance * self._scale + noise) / p.resolution)
        return AltimeterSample(now, distance if distance >= p.minimum else -math.inf)
