# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""From thrust and moments to blade angles, through the onboard model of the rotors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.signals import Air
from ingenuity_nodes.vehicle.effectiveness import hover_trim
from ingenuity_nodes.vehicle.helicopter import VehicleParameters
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class OnboardModel:
    """What the flight computer knows of its aircraft in the air of the day."""

    mass: float                      # [kg]
    inertia: Array                   # principal moments [kg m^2], shape (3,)
    collective: tuple[float, float]  # in hover: upper, lower [rad]
    to_blades: Array                 # shape (4, 4): mean collective, lateral, longitudinal cyclic,
    #                                  differential collective per thrust, roll, pitch, yaw moment
    limits: Array                    # collective low, high, cyclic [rad]

    @property
    def hover_collective(self) -> float:
        """Return the mean blade angle that carries the weight [rad]."""
        return 0.5 * sum(self.collective)


@lru_cache(maxsize=32)
def onboard_model(parameters: VehicleParameters, air: Air, rotor_speed: float) -> OnboardModel:
    """
    Trim the aircraft and invert its controls.

    Raises
    ------
    ValueError
        The rotors cannot lift the aircraft in this air at this speed.

    """
    trim = hover_trim(parameters, air, rotor_speed)
    actuators = parameters.actuators
    return OnboardModel(
        mass=parameters.body.mass,
        inertia=np.array(parameters.body.inertia),
        collective=trim.collective,
        to_blades=np.ascontiguousarray(np.linalg.inv(trim.effectiveness)),
        limits=np.array([
            actuators.collective_low, actuators.collective_high, actuators.cyclic_high]),
    )


@kernel
def allocate(
    to_blades: Array, limits: Array, wrench: Array, upper: float, lower: float, out: Array,
) -> None:
    """
    Write upper and lower collective, longitudinal and lateral cyclic [rad].

    Thrust has the first right to the collective range, yaw gets what is left.

    Parameters
    ----------
    to_blades
        Inverse of the effectiveness, shape (4, 4).
    limits
        Collective low, high, cyclic.
    wrench
        Thrust beyond that at ``upper`` and ``lower``, and roll, pitch, yaw moments.
    upper, lower
        Collectives to start from.
    out
        Written, shape (4,).

    """
    blade = np.zeros(4)
    for i in range(4):
        for j in range(4):
            blade[i] += to_blades[i, j] * wrench[j]
    low, high, cyclic = limits[0], limits[1], limits[2]
    middle = min(high, max(low, 0.5 * (upper + lower) + blade[0]))
    room = min(high - middle, middle - low)
    half = min(room, max(-room, 0.5 * (upper - lower) + blade[3]))
    out[0], out[1] = middle + half, middle - half
    length = (blade[1] ** 2 + blade[2] ** 2) ** 0.5
    scale = cyclic / length if length > cyclic else 1.0
    out[2], out[3] = blade[2] * scale, blade[1] * scale
