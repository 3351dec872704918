# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Four legs on the ground: spring and damper along the ground's normal, friction across it.

A foot that grips is tied to the spot where it gripped by a spring; it slips when the pull exceeds
friction. The belly's corners and the mast's top touch too, so that a fallen aircraft lies still.
"""

from __future__ import annotations

from dataclasses import dataclass
import math

from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.vehicle.rotors import Record
import numpy as np
from numpy.typing import NDArray

FEET = 4
CONTACTS = FEET + 4 + 1   # feet, corners of the belly, top of the mast
Array = NDArray[np.float64]


@dataclass(frozen=True)
class LandingGearParameters:
    """Legs and what else may touch the ground."""

    foot_x: float = quantity(
        0.293, 'm', 'feet ahead of and behind the body origin', low=0.05, high=2.0,
        source='derived from the leg meshes of nasa-jpl/m2020-urdf-models')
    foot_y: float = quantity(
        0.293, 'm', 'feet left and right of the body origin', low=0.05, high=2.0,
        source='derived from the leg meshes of nasa-jpl/m2020-urdf-models')
    foot_z: float = quantity(
        0.266, 'm', 'foot soles below the body origin', low=0.05, high=2.0,
        source='derived from the leg meshes of nasa-jpl/m2020-urdf-models')
    stiffness: float = quantity(
        900.0, 'N/m', 'of one leg', low=10.0, high=1e6,
        source='assumed: 2.2 cm of give at 1 m/s, flexures at the leg roots')
    damping: float = quantity(
        15.0, 'N s/m', 'of one leg', low=0.0, high=1e4,
        source='assumed: 0.4 of critical; soft aluminium in the flexures takes up the energy')
    friction: float = quantity(
        1.0, '1', 'of soles on the ground', low=0.0, high=2.0,
        source='assumed: sand under rover wheels shears at 30 to 37 deg; small soles also dig in')
    grip: float = quantity(
        2000.0, 'N/m', 'sideways stiffness of one leg', low=10.0, high=1e6,
        source='assumed: stiffer than along, carbon tubes')
    grip_damping: float = quantity(
        15.0, 'N s/m', 'sideways damping of one leg', low=0.0, high=1e4,
        source='assumed: as along')


GEAR = np.dtype([
    ('p', 'f8', (CONTACTS, 3)), ('stiffness', 'f8'), ('damping', 'f8'), ('friction', 'f8'),
    ('grip', 'f8'), ('grip_damping', 'f8'), ('reach', 'f8'),
], align=True)

_BELLY = (0.10, 0.07, 0.10)   # [m] half length, half width, depth below the origin of the box
_MAST_TOP = 0.224             # [m] above the origin: height 0.49 m overall (NASA) less 0.266 m


def gear_constants(parameters: LandingGearParameters, p_BG: Array) -> NDArray[np.void]:
    """Lay the contact points (from the mass centre ``p_BG``) out for compiled code, shape (1,)."""
    p = parameters
    out = np.zeros(1, GEAR)
    one = out[0]
    quarter = [(1, 1), (1, -1), (-1, -1), (-1, 1)]
    points = [(a * p.foot_x, b * p.foot_y, -p.foot_z) for a, b in quarter]
    points += [(a * _BELLY[0], b * _BELLY[1], -_BELLY[2]) for a, b in quarter]
    points.append((0.0, 0.0, _MAST_TOP))
    one['p'] = np.array(points) - p_BG
    one['stiffness'], one['damping'] = p.stiffness, p.damping
    one['friction'] = p.friction
    one['grip'], one['grip_damping'] = p.grip, p.grip_damping
    one['reach'] = float(np.linalg.norm(one['p'], axis=1).max())
    return out


@kernel
def contact_loads(
    c: Record, x: Array, R: Array, heights: Array, slope_x: float, slope_y: float,
    anchors: Array, gripping: Array, force: Array, moment: Array, work: Array,
) -> int:
    """
    Add what the ground does to the body, and count the feet that stand.

    Parameters
    ----------
    c
        Constants, a record of :data:`GEAR`.
    x, R
        Body state, shape (13,), and its rotation matrix.
    heights, slope_x, slope_y
        Ground below each contact point [m] and its gradient.
    anchors, gripping
        In and out: where each point gripped, shape (n, 3), and whether it does, shape (n,).
    force, moment
        In and out: force and moment about the mass centre, body axes.
    work
        Work space, shape (2, 3) or more.

    """
    size = math.sqrt(1.0 + slope_x * slope_x + slope_y * slope_y)
    nx, ny, nz = -slope_x / size, -slope_y / size, 1.0 / size
    standing = 0
    arm, pull = work[0], work[1]
    for k in range(CONTACTS):
        for i in range(3):
            arm[i] = R[i, 0] * c.p[k, 0] + R[i, 1] * c.p[k, 1] + R[i, 2] * c.p[k, 2]
        depth = (heights[k] - (x[2] + arm[2])) * nz
        if depth <= 0.0:
            gripping[k] = 0.0
            continue
        if k < FEET:
            standing += 1
        _press(c, x, R, k, arm, depth, nx, ny, nz, anchors, gripping, pull)
        mx, my = arm[1] * pull[2] - arm[2] * pull[1], arm[2] * pull[0] - arm[0] * pull[2]
        mz = arm[0] * pull[1] - arm[1] * pull[0]
        for i in range(3):
            force[i] += R[0, i] * pull[0] + R[1, i] * pull[1] + R[2, i] * pull[2]
            moment[i] += R[0, i] * mx + R[1, i] * my + R[2, i] * mz
    return standing


@kernel
def _press(
    c: Record, x: Array, R: Array, k: int, arm: Array, depth: float,
    nx: float, ny: float, nz: float, anchors: Array, gripping: Array, pull: Array,
) -> None:
    """Force of the ground on one point [N], map axes, into ``pull``."""
    wx = R[0, 0] * x[10] + R[0, 1] * x[11] + R[0, 2] * x[12]
    wy = R[1, 0] * x[10] + R[1, 1] * x[11] + R[1, 2] * x[12]
    wz = R[2, 0] * x[10] + R[2, 1] * x[11] + R[2, 2] * x[12]
    vx = x[3] + wy * arm[2] - wz * arm[1]
    vy = x[4] + wz * arm[0] - wx * arm[2]
    vz = x[5] + wx * arm[1] - wy * arm[0]
    closing = -(vx * nx + vy * ny + vz * nz)
    # The damper sets in over the first 2 mm, so that touching starts without a jolt.
    normal = max(0.0, c.stiffness * depth + c.damping * closing * min(1.0, depth / 0.002))
    px, py, pz = x[0] + arm[0], x[1] + arm[1], x[2] + arm[2]
    if gripping[k] == 0.0:
        gripping[k] = 1.0
        anchors[k, 0], anchors[k, 1], anchors[k, 2] = px, py, pz
    sx, sy, sz = px - anchors[k, 0], py - anchors[k, 1], pz - anchors[k, 2]
    off = sx * nx + sy * ny + sz * nz
    sx, sy, sz = sx - off * nx, sy - off * ny, sz - off * nz
    tx = -c.grip * sx - c.grip_damping * (vx + closing * nx)
    ty = -c.grip * sy - c.grip_damping * (vy + closing * ny)
    tz = -c.grip * sz - c.grip_damping * (vz + closing * nz)
    wanted, held = math.sqrt(tx * tx + ty * ty + tz * tz), c.friction * normal
    if wanted > held:
        share = held / wanted
        tx, ty, tz = share * tx, share * ty, share * tz
        # The spring keeps only what friction can hold: the spot slides along.
        reach = math.sqrt(sx * sx + sy * sy + sz * sz)
        keep = min(1.0, held / (c.grip * reach)) if reach > 0.0 else 1.0
        anchors[k, 0], anchors[k, 1] = px - keep * sx, py - keep * sy
        anchors[k, 2] = pz - keep * sz
    pull[0], pull[1], pull[2] = normal * nx + tx, normal * ny + ty, normal * nz + tz
