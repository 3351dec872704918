# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Steering: four corner wheels turn so that all six roll about one point beside the rover."""

from __future__ import annotations

from collections.abc import Sequence
import math

from ingenuity_nodes.rover.suspension import ORDER, SIDES, WHEEL_RADIUS, WHEELS

STEERED = tuple(axle != 'middle' for axle, _ in ORDER)
STRAIGHT = (0.0,) * len(ORDER)
_POSITIONS = tuple((WHEELS[axle][0], SIDES[side] * WHEELS[axle][1]) for axle, side in ORDER)


def steering_for(speed: float, turn_rate: float) -> tuple[float, ...]:
    """
    Return the steering angles of the six wheels, positive left, within a quarter turn [rad].

    A wheel at ``(x, y)`` moves with ``(v - w y, w x)``; the middle wheels do not steer.

    Parameters
    ----------
    speed
        Of the body's origin, forward [m/s].
    turn_rate
        Counter-clockwise [rad/s].

    """
    angles = []
    for steers, (x, y) in zip(STEERED, _POSITIONS, strict=True):
        along, across = speed - turn_rate * y, turn_rate * x
        if not steers or across == 0.0:
            angles.append(0.0)
        elif along == 0.0:
            angles.append(math.copysign(math.pi / 2, across))
        else:
            angles.append(math.atan(across / along))
    return tuple(angles)


def wheel_speeds(speed: float, turn_rate: float, steering: Sequence[float]) -> tuple[float, ...]:
    """Return how fast the six wheels turn as they are steered, forward positive [rad/s]."""
    return tuple(
        ((speed - turn_rate * y) * math.cos(angle) + turn_rate * x * math.sin(angle))
        / WHEEL_RADIUS
        for angle, (x, y) in zip(steering, _POSITIONS, strict=True))


def within_limit(speed: float, turn_rate: float, fastest: float) -> tuple[float, float]:
    """Slow a motion down, its curvature kept, until no wheel is faster than ``fastest`` [m/s]."""
    rates = wheel_speeds(speed, turn_rate, steering_for(speed, turn_rate))
    top = max(map(abs, rates)) * WHEEL_RADIUS
    scale = min(1.0, fastest / top) if top > 0.0 else 1.0
    return speed * scale, turn_rate * scale


def steered_toward(
    steering: Sequence[float], wanted: Sequence[float], most: float,
) -> tuple[float, ...]:
    """Turn the wheels toward their wanted angles, each by ``most`` [rad] at most."""
    return tuple(now + min(most, max(-most, aim - now))
                 for now, aim in zip(steering, wanted, strict=True))
