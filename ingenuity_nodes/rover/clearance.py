# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Approximate clearance evaluation: may a rover stand there, whatever the wheels stand on exactly?

Bounds of the ground under each wheel give, by the closed form of the suspension, bounds of bogies,
rockers and body (Otsu et al., "Fast approximate clearance evaluation for rovers with articulated
suspension systems", J. Field Robotics 37, 2020; used by Perseverance's ENav, Abcouwer et al.
2021). The bounds are safe: what they allow, every exact posture allows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
import math
from typing import NamedTuple

from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.rover.ground import Array, Caps, Ground
from ingenuity_nodes.rover.suspension import (
    BOGIE_PIVOT, ORDER, ROCKER_PIVOT, SIDES, WHEEL_RADIUS, WHEEL_WIDTH, WHEELS)
import numpy as np

Pose2 = tuple[float, float, float]    # x, y [m], yaw [rad]
BELLY = 0.53                  # [m] above the wheels' soles: the radar below the drawn body
BELLY_HALF = (0.85, 0.55)     # [m] half length and width of the drawn body


@dataclass(frozen=True)
class ClearanceParameters:
    """What the rover does not drive over."""

    rock: float = quantity(
        0.30, 'm', 'height of a rock under a wheel', low=0.0, high=0.4,
        source='NASA: wheels climb 0.40 m; assumed: 0.1 m of margin')
    step: float = quantity(
        0.35, 'm', 'difference of heights under one wheel', low=0.0, high=0.5,
        source='NASA: wheels climb 0.40 m; assumed: 0.05 m of margin')
    clearance: float = quantity(
        0.05, 'm', 'left under the body', low=0.0, high=0.5,
        source='assumed: the bounds are safe already')
    tilt: float = quantity(
        0.52, 'rad', 'of the body', low=0.0, high=0.8,
        source='NASA: drivers avoid tilts above 30 deg; 45 deg tip it over')
    margin: float = quantity(
        0.05, 'm', 'by which wheels may pass beside where they are expected', low=0.0, high=0.5,
        source='assumed: slip over half a metre')
    reach: float = quantity(
        5.0, 'm', 'ahead of the body that its cameras judge', low=0.5, high=50.0,
        source='assumed: hazard and navigation cameras see rocks well that far')


class Hazard(NamedTuple):
    """The first pose that a rover may not take."""

    index: int     # of the pose
    reason: str


_WHEEL_X = np.array([WHEELS[axle][0] for axle, _ in ORDER])
_WHEEL_Y = np.array([SIDES[side] * WHEELS[axle][1] for axle, side in ORDER])
_TRACK = float(np.abs(_WHEEL_Y).mean())


def first_hazard(
    ground: Ground, poses: Sequence[Pose2], parameters: ClearanceParameters,
) -> Hazard | None:
    """Return the first of some poses that may not be taken, and why; None if all may."""
    if not poses:
        return None
    x, y, yaw = (np.array(column)[:, None] for column in zip(*poses, strict=True))
    c, s = np.cos(yaw), np.sin(yaw)
    middle = float(x.mean()), float(y.mean())
    caps = ground.caps_around(*middle, 4.0 + float(np.hypot(x - middle[0], y - middle[1]).max()))
    half = WHEEL_RADIUS + parameters.margin, WHEEL_WIDTH / 2 + parameters.margin
    wheel_x, wheel_y = x + c * _WHEEL_X - s * _WHEEL_Y, y + s * _WHEEL_X + c * _WHEEL_Y
    low, high = _bounds(ground.terrain, (wheel_x, wheel_y, c, s), half)
    body_low, body_high = _bounds(ground.terrain, (x, y, c, s), BELLY_HALF)
    touched = _rock_tops(caps, (wheel_x, wheel_y, c, s), half)
    rocks, tallest = touched
    high = np.maximum(high, rocks)
    under = np.maximum(body_high, _rock_tops(caps, (x, y, c, s), BELLY_HALF)[0])[:, 0]
    found = []
    for k in range(len(poses)):
        reason = _reason(low[k].tolist(), high[k].tolist(), tallest[k].tolist(),
                         float(under[k]), parameters)
        if reason:
            return Hazard(k, reason)
    del body_low, found
    return None


def _bounds(
    heights: object, boxes: tuple[Array, Array, Array, Array], half: tuple[float, float],
) -> tuple[Array, Array]:
    raise NotImplementedError


def _rock_tops(
    caps: Caps, boxes: tuple[Array, Array, Array, Array], half: tuple[float, float],
) -> tuple[Array, Array]:
    raise NotImplementedError


def _reason(low: list[float], high: list[float], rocks: list[float], under: float,
            parameters: ClearanceParameters) -> str:
    return ''
