# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Four legs on the ground: spring and damper along the ground's normal, friction across it.

A foot that grips is tied to the spot where it gripped by a spring; it slips when the force exceeds
friction. The belly's corners and the mast's top touch too, so that a fallen aircraft lies still.
"""

from __future__ import annotations

from dataclasses import dataclass
import math

from ingenuity_nodes.compiled.kernel import kernel, Record
from ingenuity_nodes.parameters import quantity
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

CONTACT = np.dtype([
    # height of the ground below each point, then west, east, south, north of the mass centre [m],
    # and where it was measured
    ('heights', 'f8', (CONTACTS + 4,)), ('spots', 'f8', (CONTACTS + 4, 2)),
    ('slope', 'f8', (2,)), ('normal_M', 'f8', (3,)),   # gradient and unit normal of the ground
    ('anchors', 'f8', (CONTACTS, 3)), ('gripping', 'f8', (CONTACTS,)),   # where each grips; if so
    # of the point at work: from the mass centre [m], force of the ground [N]
    ('arm_M', 'f8', (3,)), ('force_M', 'f8', (3,)),
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
    gear: Record, contact: Record, x: Array, R_MB: Array, wrench: Record,
) -> int:
    """
    Add what the ground does to the body, and count the feet that stand.

    Parameters
    ----------
    gear
        Constants, a record of :data:`GEAR`.
    contact
        In: heights and slope of the ground; in and out: what grips. A record of :data:`CONTACT`.
    x, R_MB
        Body state, shape (13,), and its rotation matrix.
    wrench
        In and out: what acts on the body, a record of :data:`WRENCH`.

    """
    slope, normal = contact.slope, contact.normal_M
    size = math.sqrt(1.0 + slope[0] * slope[0] + slope[1] * slope[1])
    normal[0], normal[1], normal[2] = -slope[0] / size, -slope[1] / size, 1.0 / size
    standing = 0
    arm, force = contact.arm_M, contact.force_M
    for k in range(CONTACTS):
        for i in range(3):
            arm[i] = (R_MB[i, 0] * gear.p[k, 0] + R_MB[i, 1] * gear.p[k, 1]
                      + R_MB[i, 2] * gear.p[k, 2])
        depth = (contact.heights[k] - (x[2] + arm[2])) * normal[2]
        if depth <= 0.0:
            contact.gripping[k] = 0.0
            continue
        if k < FEET:
            standing += 1
        _press(gear, contact, k, x, R_MB, depth)
        mx, my = arm[1] * force[2] - arm[2] * force[1], arm[2] * force[0] - arm[0] * force[2]
        mz = arm[0] * force[1] - arm[1] * force[0]
        for i in range(3):
            wrench.F_B[i] += (R_MB[0, i] * force[0] + R_MB[1, i] * force[1]
                              + R_MB[2, i] * force[2])
            wrench.tau_B[i] += R_MB[0, i] * mx + R_MB[1, i] * my + R_MB[2, i] * mz
    return standing


@kernel
def _press(
    gear: Record, contact: Record, k: int, x: Array, R_MB: Array, depth: float,
) -> None:
    """Write the force of the ground on contact point ``k``."""
    arm, force, anchor = contact.arm_M, contact.force_M, contact.anchors[k]
    nx, ny, nz = contact.normal_M[0], contact.normal_M[1], contact.normal_M[2]
    wx = R_MB[0, 0] * x[10] + R_MB[0, 1] * x[11] + R_MB[0, 2] * x[12]
    wy = R_MB[1, 0] * x[10] + R_MB[1, 1] * x[11] + R_MB[1, 2] * x[12]
    wz = R_MB[2, 0] * x[10] + R_MB[2, 1] * x[11] + R_MB[2, 2] * x[12]
    vx = x[3] + wy * arm[2] - wz * arm[1]
    vy = x[4] + wz * arm[0] - wx * arm[2]
    vz = x[5] + wx * arm[1] - wy * arm[0]
    closing = -(vx * nx + vy * ny + vz * nz)
    # The damper sets in over the first 2 mm, so that touching starts without a jolt.
    pressure = max(0.0, gear.stiffness * depth + gear.damping * closing * min(1.0, depth / 0.002))
    px, py, pz = x[0] + arm[0], x[1] + arm[1], x[2] + arm[2]
    if contact.gripping[k] == 0.0:
        contact.gripping[k] = 1.0
        anchor[0], anchor[1], anchor[2] = px, py, pz
    sx, sy, sz = px - anchor[0], py - anchor[1], pz - anchor[2]
    off = sx * nx + sy * ny + sz * nz
    sx, sy, sz = sx - off * nx, sy - off * ny, sz - off * nz
    tx = -gear.grip * sx - gear.grip_damping * (vx + closing * nx)
    ty = -gear.grip * sy - gear.grip_damping * (vy + closing * ny)
    tz = -gear.grip * sz - gear.grip_damping * (vz + closing * nz)
    wanted, held = math.sqrt(tx * tx + ty * ty + tz * tz), gear.friction * pressure
    if wanted > held:
        fraction = held / wanted
        tx, ty, tz = fraction * tx, fraction * ty, fraction * tz
        # The spring keeps only what friction can hold: its anchor slides along.
        stretch = math.sqrt(sx * sx + sy * sy + sz * sz)
        keep = min(1.0, held / (gear.grip * stretch)) if stretch > 0.0 else 1.0
        anchor[0], anchor[1], anchor[2] = px - keep * sx, py - keep * sy, pz - keep * sz
    force[0], force[1], force[2] = pressure * nx + tx, pressure * ny + ty, pressure * nz + tz
