# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The controller's gains and limits, and their form in compiled code."""

from __future__ import annotations

from dataclasses import dataclass, fields
import math

from ingenuity_nodes.parameters import quantity
import numpy as np
from numpy.typing import NDArray

_TUNED = 'assumed: tuned on flights 1 to 3 in gusts, margins by ./ingenuity margins'


@dataclass(frozen=True)
class ControlParameters:
    """Cascade: position, velocity, attitude, rate."""

    position_gain: float = quantity(
        0.7, '1/s', 'speed per position error', low=0.0, high=10.0, source=_TUNED)
    position_speed: float = quantity(
        1.5, 'm/s', 'most speed asked for to correct the position', low=0.1, high=10.0,
        source=_TUNED)
    height_gain: float = quantity(
        1.5, '1/s', 'vertical speed per height error', low=0.0, high=10.0, source=_TUNED)
    velocity_gain: float = quantity(
        2.0, '1/s', 'acceleration per speed error', low=0.0, high=20.0, source=_TUNED)
    velocity_integral: float = quantity(
        0.6, '1/s^2', 'acceleration per speed error and time', low=0.0, high=20.0, source=_TUNED)
    climb_gain: float = quantity(
        4.0, '1/s', 'vertical acceleration per speed error', low=0.0, high=20.0, source=_TUNED)
    climb_integral: float = quantity(
        3.0, '1/s^2', 'vertical acceleration per speed error and time', low=0.0, high=20.0,
        source=_TUNED)
    integral_limit: float = quantity(
        1.5, 'm/s^2', 'most that the integrals may ask for', low=0.0, high=10.0, source=_TUNED)
    acceleration_limit: float = quantity(
        1.6, 'm/s^2', 'most horizontal acceleration', low=0.1, high=10.0,
        source='assumed: with the tilt limit; the plans ask for 0.33 to 0.64 m/s^2')
    tilt_limit: float = quantity(
        math.radians(25.0), 'rad', 'most tilt', low=0.05, high=1.0,
        source='assumed: Flight 6 survived more than 20 deg')
    thrust_low: float = quantity(
        0.5, '1', 'least thrust in weights', low=0.0, high=1.0, source=_TUNED)
    thrust_high: float = quantity(
        1.35, '1', 'most thrust in weights', low=1.0, high=3.0,
        source='assumed: keeps the blades below stall at the design densities')
    attitude_gain: float = quantity(
        5.0, '1/s', 'rate per tilt error', low=0.0, high=50.0, source=_TUNED)
    yaw_gain: float = quantity(
        2.0, '1/s', 'yaw rate per heading error', low=0.0, high=50.0, source=_TUNED)
    rate_limit: float = quantity(
        1.5, 'rad/s', 'most rate asked for', low=0.1, high=10.0, source=_TUNED)
    rate_gain: float = quantity(
        14.0, '1/s', 'angular acceleration per rate error', low=0.0, high=100.0, source=_TUNED)
    rate_integral: float = quantity(
        30.0, '1/s^2', 'angular acceleration per rate error and time', low=0.0, high=500.0,
        source=_TUNED)
    yaw_rate_gain: float = quantity(
        8.0, '1/s', 'yaw acceleration per rate error', low=0.0, high=100.0, source=_TUNED)
    yaw_rate_integral: float = quantity(
        8.0, '1/s^2', 'yaw acceleration per rate error and time', low=0.0, high=500.0,
        source=_TUNED)
    angular_integral_limit: float = quantity(
        20.0, 'rad/s^2', 'most that the rate integrals may ask for', low=0.0, high=200.0,
        source='assumed: cyclic to trim a wind of 15 m/s')


GAINS = np.dtype([(about.name, 'f8') for about in fields(ControlParameters)], align=True)


def gains_of(parameters: ControlParameters) -> NDArray[np.void]:
    """Lay the gains out for compiled code, shape (1,)."""
    return np.array(
        [tuple(getattr(parameters, about.name) for about in fields(parameters))], dtype=GAINS)
