# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Approximate clearance evaluation: where a rover may stand, whatever its wheels stand on exactly.

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

from ingenuity_nodes.compiled.elementary import each
from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.rover.ground import Array, Caps, Ground
from ingenuity_nodes.rover.suspension import (
    BOGIE_PIVOT, ORDER, ROCKER_PIVOT, SIDES, WHEEL_RADIUS, WHEEL_WIDTH, WHEELS)
import numpy as np
from numpy.typing import NDArray

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

    pose: int      # its number, from 0
    reason: str


class Bounds(NamedTuple):
    """Lowest and highest values at each of n poses, shape (n,)."""

    low: Array
    high: Array

    def mixed(self, other: Bounds, weight: float) -> Bounds:
        """Return the bounds at a point between two supports, ``weight`` of it on the first."""
        return Bounds(weight * self.low + (1.0 - weight) * other.low,
                      weight * self.high + (1.0 - weight) * other.high)

    def slope_to(self, other: Bounds, distance: float) -> Bounds:
        """Return the bounds of the rise from this to another point per distance."""
        return Bounds((other.low - self.high) / distance, (other.high - self.low) / distance)

    @property
    def largest(self) -> Array:
        """Return the largest magnitude."""
        return np.maximum(np.abs(self.low), np.abs(self.high))


class _Boxes(NamedTuple):
    """Rectangles on the ground along the rover, k at each of n poses."""

    x: Array         # (n, k) centres in the map [m]
    y: Array
    c: Array         # (n, 1) cosine and sine of the yaw
    s: Array
    half: tuple[float, float]    # half length and width [m]


def first_hazard(
    ground: Ground, poses: Sequence[Pose2], parameters: ClearanceParameters,
) -> Hazard | None:
    """Return the first of some poses that may not be taken, and why; None if all may."""
    if not poses:
        return None
    x, y, yaw = (np.array(column)[:, None] for column in zip(*poses, strict=True))
    c, s = each(math.cos, yaw), each(math.sin, yaw)
    middle = float(x.mean()), float(y.mean())
    spread = math.sqrt(float(((x - middle[0]) ** 2 + (y - middle[1]) ** 2).max()))
    caps = ground.caps_around(*middle, 3.0 + spread)
    half = WHEEL_RADIUS + parameters.margin, WHEEL_WIDTH / 2 + parameters.margin
    wheels = _Boxes(x + c * _WHEEL_X - s * _WHEEL_Y, y + s * _WHEEL_X + c * _WHEEL_Y, c, s, half)
    heights = _heights(ground, wheels, _CORNERS)
    under = _touched(caps, wheels)
    tops = np.where(under, caps.ground + caps.top, -np.inf).max(axis=2, initial=-np.inf)
    supports = [Bounds(heights[:, k].min(axis=1),
                       np.maximum(heights[:, k].max(axis=1), tops[:, k])) for k in range(6)]
    rocks = np.where(under, caps.top, 0.0).max(axis=2, initial=0.0)
    body = _body(supports)
    clearance = _clearance(ground, caps, _Boxes(x, y, c, s, BELLY_HALF), body)
    tilt = np.hypot(each(math.atan, body[1].largest), each(math.atan, body[2].largest))
    steps = np.column_stack([bound.high - bound.low for bound in supports])
    return _first(rocks, steps, np.column_stack([tilt, clearance]), parameters)


def _body(supports: Sequence[Bounds]) -> tuple[Bounds, Bounds, Bounds]:
    """Return bounds of the height of the rockers' axis, of rise forward and of rise left."""
    axis, rises = [], []
    for front, middle, rear in (supports[:3], supports[3:]):
        bogie = middle.mixed(rear, _ON_MIDDLE)
        axis.append(front.mixed(bogie, _ON_FRONT))
        rises.append(bogie.slope_to(front, WHEELS['front'][0] - BOGIE_PIVOT[0]))
    return (axis[0].mixed(axis[1], 0.5), rises[0].mixed(rises[1], 0.5),
            axis[1].slope_to(axis[0], 2.0 * _TRACK))


def _clearance(
    ground: Ground, caps: Caps, belly: _Boxes, body: tuple[Bounds, Bounds, Bounds],
) -> Array:
    """Return the least that is surely left between ground or rocks and the body, shape (n,)."""
    axis, forward, left = (Bounds(bound.low[:, None], bound.high[:, None]) for bound in body)

    def lowest(along: Array, across: Array) -> Array:
        ahead = along - ROCKER_PIVOT[0]
        return (axis.low + BELLY + np.minimum(ahead * forward.low, ahead * forward.high)
                + np.minimum(across * left.low, across * left.high))

    half = np.array(belly.half)
    over_ground = (lowest(_BELLY_GRID[:, 0] * half[0], _BELLY_GRID[:, 1] * half[1])
                   - _heights(ground, belly, _BELLY_GRID)[:, 0]).min(axis=1)
    dx, dy = caps.x - belly.x, caps.y - belly.y
    along, across = dx * belly.c + dy * belly.s, dy * belly.c - dx * belly.s
    over_rocks = np.where(_touched(caps, belly)[:, 0],
                          lowest(along, across) - caps.ground - caps.top, np.inf)
    return np.asarray(np.minimum(over_ground, over_rocks.min(axis=1, initial=np.inf)))


def _heights(ground: Ground, boxes: _Boxes, grid: Array) -> Array:
    """Return heights of the terrain at points of a grid in each box, shape (n, k, points)."""
    along, across = grid[:, 0] * boxes.half[0], grid[:, 1] * boxes.half[1]
    c, s = boxes.c[..., None], boxes.s[..., None]
    xs = boxes.x[..., None] + c * along - s * across
    ys = boxes.y[..., None] + s * along + c * across
    return ground.terrain(xs.ravel(), ys.ravel()).reshape(xs.shape)


def _touched(caps: Caps, boxes: _Boxes) -> NDArray[np.bool_]:
    """Return which rocks may reach into which box, shape (n, k, rocks): as circles."""
    dx, dy = caps.x - boxes.x[..., None], caps.y - boxes.y[..., None]
    c, s = boxes.c[..., None], boxes.s[..., None]
    beyond = np.maximum(np.abs(dx * c + dy * s) - boxes.half[0], 0.0)
    beside = np.maximum(np.abs(dy * c - dx * s) - boxes.half[1], 0.0)
    return np.asarray(beyond * beyond + beside * beside < caps.radius * caps.radius)


def _first(
    rocks: Array, steps: Array, body: Array, parameters: ClearanceParameters,
) -> Hazard | None:
    """Name what breaks a limit first: rocks and steps (n, 6), tilt and clearance (n, 2)."""
    p = parameters
    bad = ((rocks > p.rock).any(axis=1) | (steps > p.step).any(axis=1)
           | (body[:, 0] > p.tilt) | (body[:, 1] < p.clearance))
    if not bad.any():
        return None
    k = int(np.argmax(bad))
    for values, limit, text in ((rocks[k], p.rock, 'a rock of'), (steps[k], p.step, 'a step of')):
        wheel = int(np.argmax(values))
        if values[wheel] > limit:
            return Hazard(k, f'{text} {values[wheel]:.2f} m under the {" ".join(ORDER[wheel])} '
                             f'wheel, allowed: {limit:g} m')
    if body[k, 0] > p.tilt:
        return Hazard(k, f'a tilt of up to {math.degrees(body[k, 0]):.0f} deg, allowed: '
                         f'{math.degrees(p.tilt):.0f} deg')
    return Hazard(k, f'no more than {body[k, 1]:.2f} m left under the body, allowed: '
                     f'{p.clearance:g} m')


_WHEEL_X = np.array([WHEELS[axle][0] for axle, _ in ORDER])
_WHEEL_Y = np.array([SIDES[side] * WHEELS[axle][1] for axle, side in ORDER])
_TRACK = sum(y for _, y in WHEELS.values()) / 3
# How much of a pivot's height is that of the wheel before it.
_ON_MIDDLE = ((BOGIE_PIVOT[0] - WHEELS['rear'][0])
              / (WHEELS['middle'][0] - WHEELS['rear'][0]))
_ON_FRONT = ((ROCKER_PIVOT[0] - BOGIE_PIVOT[0])
             / (WHEELS['front'][0] - BOGIE_PIVOT[0]))
_CORNERS = np.array([(u, v) for u in (-1.0, 0.0, 1.0) for v in (-1.0, 0.0, 1.0)])
_BELLY_GRID = np.array([(u / 3.0, v) for u in range(-3, 4) for v in (-1.0, 0.0, 1.0)])
