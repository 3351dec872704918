# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Six wheels on rockers and bogies: the posture in which all of them stand on the ground.

Each rocker carries a front wheel and, behind, a bogie with the middle and the rear wheel. The
differential turns the rockers against each other, so that the body pitches by their mean.
Angles are about the body's y axis, positive nose down (ROS).
"""

from __future__ import annotations

from collections.abc import Sequence
import math
from typing import NamedTuple

from ingenuity_nodes.rover.ground import Array, Caps, Ground
import numpy as np

# Of the drawn rover, from the origin on the ground under its middle: x forward, |y|, z up [m].
# Wheels of 0.526 m (NASA); positions judged from photographs and NASA's 3 m by 2.7 m (assumed).
WHEEL_RADIUS, WHEEL_WIDTH = 0.263, 0.32
WHEELS = {'front': (1.08, 1.13), 'middle': (0.02, 1.17), 'rear': (-1.06, 1.13)}
ROCKER_PIVOT = (0.14, 0.78, 0.86)
BOGIE_PIVOT = (-0.52, 0.92, 0.66)
SIDES = {'left': 1.0, 'right': -1.0}
ORDER = tuple((axle, side) for side in SIDES for axle in WHEELS)    # of the wheels, everywhere

TOLERANCE = 5e-4    # [m] of the gap between wheel and ground
_ROUNDS = 40        # assumed: enough; most poses need three
_LEAN = 0.005       # [m] by which points at the edge may miss a leaning wheel
_TRACK = sum(y for _, y in WHEELS.values()) / 3    # [m] half of it, the mean of the wheels
# Offsets in a wheel's footprint at which the ground is looked up: 3 cm for the terrain, which has
# no waves below 0.7 m but ripples with sharp crests, 2 cm for rocks, and rings on small rocks.
_ALONG, _ACROSS = (grid.ravel() for grid in np.meshgrid(
    np.linspace(-0.25, 0.25, 17), np.linspace(-0.16, 0.16, 5)))
_FINE_ALONG, _FINE_ACROSS = (grid.ravel() for grid in np.meshgrid(
    np.linspace(-0.26, 0.26, 27), np.linspace(-0.16, 0.16, 17)))
_RINGS = tuple((ring / 3 * math.cos(k * math.pi / 4), ring / 3 * math.sin(k * math.pi / 4))
               for ring in range(3) for k in range(8 if ring else 1))
_RING_ALONG, _RING_ACROSS = (np.array(column) for column in zip(*_RINGS, strict=True))


class Posture(NamedTuple):
    """How the body and its suspension stand; all 0: level, as drawn."""

    height: float = 0.0    # of the body's origin above that of the map [m]
    roll: float = 0.0      # fixed-axis, right down [rad]
    pitch: float = 0.0     # nose down [rad]
    rocker: float = 0.0    # of the left rocker in the body; the right one turns by as much back
    bogies: tuple[float, float] = (0.0, 0.0)    # in their rockers, left and right


class Stance(NamedTuple):
    """Where the wheels are."""

    posture: Posture
    centres: Array    # (6, 3) in the map [m], in the order of ORDER
    gaps: Array       # (6,) between each wheel and the ground, negative inside it [m]


def rotation(roll: float, pitch: float, yaw: float) -> tuple[tuple[float, ...], ...]:
    """Return the rows of ``R_MB`` for fixed-axis angles (REP 103), as plain numbers."""
    cr, sr, cp, sp = math.cos(roll), math.sin(roll), math.cos(pitch), math.sin(pitch)
    cy, sy = math.cos(yaw), math.sin(yaw)
    return ((cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr),
            (sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr),
            (-sp, cp * sr, cp * cr))


def turned(x: float, z: float, angle: float) -> tuple[float, float]:
    """Turn a point of the side plane about the y axis."""
    c, s = math.cos(angle), math.sin(angle)
    return x * c + z * s, z * c - x * s


def wheels_in_body(posture: Posture) -> list[tuple[float, float, float]]:
    """Return the centres of the wheels in the body [m], in the order of ORDER."""
    centres = []
    (xr, _, zr), (xb, _, zb) = ROCKER_PIVOT, BOGIE_PIVOT
    for (_, sign), bogie in zip(SIDES.items(), posture.bogies, strict=True):
        rocker = sign * posture.rocker
        bx, bz = turned(xb - xr, zb - zr, rocker)
        for axle, (x, y) in WHEELS.items():
            if axle == 'front':
                wx, wz = turned(x - xr, WHEEL_RADIUS - zr, rocker)
            else:
                wx, wz = turned(x - xb, WHEEL_RADIUS - zb, rocker + bogie)
                wx, wz = wx + bx, wz + bz
            centres.append((xr + wx, sign * y, zr + wz))
    return centres


def settle(
    ground: Ground, x: float, y: float, yaw: float, steering: Sequence[float],
    start: Posture | None = None,
) -> Stance:
    """
    Find the posture in which all six wheels touch the ground.

    The gaps below the wheels are closed by the closed form for small angles, over and over.

    Parameters
    ----------
    ground
        What it stands on.
    x, y, yaw
        Of the body in the map [m], [rad].
    steering
        Angles of the six wheels about the body's z axis [rad].
    start
        A posture near by; without it, level on the terrain below the middle.

    """
    posture = start or Posture(height=float(ground.terrain(np.array([x]), np.array([y]))[0]))
    caps = ground.caps_around(x, y, 3.0)    # 1.6 m to a wheel, 0.3 m of wheel, 1 m of rock
    best = stance = _stand(ground, caps, (x, y, yaw), steering, posture)
    for k in range(_ROUNDS):
        if _worst(best) < TOLERANCE:
            break
        # A wheel between two rocks may come to and fro: then by smaller steps.
        part = 1.0 if k < _ROUNDS // 4 else 0.4
        posture = _closer(stance.posture, [part * gap for gap in stance.gaps.tolist()])
        stance = _stand(ground, caps, (x, y, yaw), steering, posture)
        best = min(best, stance, key=_worst)
    return best


def _worst(stance: Stance) -> float:
    return float(max(map(abs, stance.gaps.tolist())))


def _closer(posture: Posture, gaps: list[float]) -> Posture:
    """Close the gaps as far as small angles go: wheels, bogies, rockers, body in turn."""
    wheels = wheels_in_body(posture)
    xr, _, zr = ROCKER_PIVOT
    risen, rockers, bogies = [], [], []
    for side, sign in enumerate(SIDES.values()):
        front, middle, rear = (turned(wx, wz, posture.pitch)[0]
                               for wx, _, wz in wheels[3 * side:3 * side + 3])
        up_front, up_middle, up_rear = (-gap for gap in gaps[3 * side:3 * side + 3])
        bx, bz = turned(BOGIE_PIVOT[0] - xr, BOGIE_PIVOT[2] - zr, sign * posture.rocker)
        bogie_x = turned(xr + bx, zr + bz, posture.pitch)[0]
        pivot_x = turned(xr, zr, posture.pitch)[0]
        bogie = (up_rear - up_middle) / (middle - rear)
        up_bogie = up_middle + (middle - bogie_x) * bogie
        rocker = (up_bogie - up_front) / (front - bogie_x)
        risen.append(up_front + (front - pivot_x) * rocker)
        rockers.append(rocker)
        bogies.append(bogie)
    pitch = (rockers[0] + rockers[1]) / 2
    return Posture(
        posture.height + (risen[0] + risen[1]) / 2 + pivot_x * pitch,
        posture.roll + (risen[0] - risen[1]) / (2 * _TRACK), posture.pitch + pitch,
        posture.rocker + (rockers[0] - rockers[1]) / 2,
        (posture.bogies[0] + bogies[0] - rockers[0], posture.bogies[1] + bogies[1] - rockers[1]))


def _stand(
    ground: Ground, caps: Caps, pose: tuple[float, float, float], steering: Sequence[float],
    posture: Posture,
) -> Stance:
    """Place the wheels of a posture and measure the gap below each."""
    x, y, yaw = pose
    rows = rotation(posture.roll, posture.pitch, yaw)
    origin = (x, y, posture.height)
    centres = [[o + row[0] * bx + row[1] * by + row[2] * bz
                for o, row in zip(origin, rows, strict=True)]
               for bx, by, bz in wheels_in_body(posture)]
    headings = [yaw + angle for angle in steering]
    axes = [[row[1] * math.cos(angle) - row[0] * math.sin(angle) for row in rows]
            for angle in steering]
    soles = [_sole(centre, axis, heading)
             for centre, axis, heading in zip(centres, axes, headings, strict=True)]
    xs, ys = _spots(soles, headings)
    heights = ground.terrain(xs.ravel(), ys.ravel()).reshape(xs.shape)
    gaps = []
    for k, (centre, axis) in enumerate(zip(centres, axes, strict=True)):
        spots = xs[k], ys[k], heights[k]
        near = caps.pick((caps.x - centre[0]) ** 2 + (caps.y - centre[1]) ** 2
                         < (caps.radius + 0.35) ** 2)
        gap = _gap(centre, axis, *spots)
        if len(near.x):
            gap = min(gap, _gap(centre, axis, *_on_rocks(near, soles[k], headings[k])))
        gaps.append(gap)
    return Stance(posture, np.array(centres), np.array(gaps))


def _sole(centre: list[float], axis: list[float], heading: float) -> tuple[float, float]:
    """Return the middle of a wheel's footprint, to the side if the wheel leans [m]."""
    aside = WHEEL_RADIUS * axis[2]
    return centre[0] - math.sin(heading) * aside, centre[1] + math.cos(heading) * aside


def _spots(
    centres: list[tuple[float, float]], headings: list[float],
) -> tuple[Array, Array]:
    """Return the points (6, n) below the wheels at which the ground is looked up."""
    rows = [(centre[0] + math.cos(heading) * _ALONG - math.sin(heading) * _ACROSS,
             centre[1] + math.sin(heading) * _ALONG + math.cos(heading) * _ACROSS)
            for centre, heading in zip(centres, headings, strict=True)]
    return np.array([row[0] for row in rows]), np.array([row[1] for row in rows])


def _on_rocks(
    caps: Caps, centre: tuple[float, float], heading: float,
) -> tuple[Array, Array, Array]:
    """Return points on the rocks below a wheel: those of a grid that lie on one, and rings."""
    c, s = math.cos(heading), math.sin(heading)
    xs = centre[0] + c * _FINE_ALONG - s * _FINE_ACROSS
    ys = centre[1] + s * _FINE_ALONG + c * _FINE_ACROSS
    each = Caps(*(column[:, None] for column in caps))    # rocks down, points across
    dx, dy = xs - each.x, ys - each.y
    along = (dx * each.cos + dy * each.sin) / each.half_length
    across = (dy * each.cos - dx * each.sin) / each.half_width
    left = 1.0 - along * along - across * across
    heights = np.where(left > 0.0, each.ground + each.top * left, -np.inf).max(axis=0)
    along, across = _RING_ALONG * each.half_length, _RING_ACROSS * each.half_width
    left = 1.0 - _RING_ALONG * _RING_ALONG - _RING_ACROSS * _RING_ACROSS
    return (np.concatenate([xs, (each.x + along * each.cos - across * each.sin).ravel()]),
            np.concatenate([ys, (each.y + along * each.sin + across * each.cos).ravel()]),
            np.concatenate([heights, (each.ground + each.top * left).ravel()]))


def _gap(centre: list[float], axis: list[float], xs: Array, ys: Array, heights: Array) -> float:
    """
    Return the smallest height of a wheel's lower side above points of the ground [m].

    A vertical line through a point at ``d`` from the centre meets the cylinder about the axis
    ``a`` where ``|p - (p . a) a| = r``: a quadratic equation of the height; the lower root counts,
    if it lies within the width of the wheel.
    """
    dx, dy = xs - centre[0], ys - centre[1]
    ax, ay, az = axis
    flat = ax * dx + ay * dy
    square = 1.0 - az * az
    half = az * flat
    inside = half * half - square * (dx * dx + dy * dy - flat * flat - WHEEL_RADIUS ** 2)
    low = (half - np.sqrt(np.maximum(inside, 0.0))) / square
    under = (inside > 0.0) & (np.abs(flat + az * low) <= WHEEL_WIDTH / 2 + _LEAN)
    gaps = np.where(under, centre[2] + low - heights, np.inf)
    return float(gaps.min())
