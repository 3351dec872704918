# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The aircraft near the ground: where it touches, how it moves then, and what may go wrong.

Ground is terrain and rocks. Each contact point stands on its own height; the slope below the whole
aircraft is that of the terrain between the feet.
"""

from __future__ import annotations

import math

from ingenuity_nodes.compiled.kernel import kernel, Record
from ingenuity_nodes.compiled.rotations import matrix_into
from ingenuity_nodes.timing import STEP
from ingenuity_nodes.vehicle.landing_gear import contact_loads, CONTACTS, FEET
from ingenuity_nodes.vehicle.rigid_body import slide
from ingenuity_nodes.vehicle.state import BLADE_STRIKE, LEG_BROKEN, TIPPED_OVER
from ingenuity_nodes.world.terrain import height_at, TerrainField
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
CONTACT_STEPS = 4        # parts of a step while near the ground: legs ring at some 20 Hz
STRIKE_SPEED = 20.0      # [rad/s] slower blades come to rest unharmed; assumed
LEG_TRAVEL = 0.05        # [m] a leg that gives more is broken; assumed: three normal landings
TIPPED_COSINE = 0.5      # past 60 deg on the ground nothing brings it back
_BASE = 0.2              # [m] half of the distance over which the slope is taken: within the feet
_SAME_SPOT = 1e-4        # [m] even a slope of 45 deg is then only 0.1 mm off


@kernel
def surface(s: Record, x: float, y: float, field: TerrainField) -> float:
    """Find the height of ground or rock; a rock is a rounded cap, with flanks to slide on."""
    height = height_at(x, y, field)
    for k in range(s.rock_count):
        rock = s.rocks[k]
        dx, dy = x - rock[0], y - rock[1]
        along = (dx * rock[6] + dy * rock[7]) / rock[4]
        across = (dy * rock[6] - dx * rock[7]) / rock[5]
        left = 1.0 - along * along - across * across
        if left > 0.0:
            height = max(height, rock[2] + rock[3] * left)
    return float(height)


@kernel
def _probe(s: Record, k: int, x: float, y: float, field: TerrainField) -> None:
    """Find the ground below point ``k``, unless it has hardly moved since the last time."""
    spot = s.contact.spots[k]
    dx, dy = x - spot[0], y - spot[1]
    if not dx * dx + dy * dy < _SAME_SPOT * _SAME_SPOT:
        spot[0], spot[1], s.contact.heights[k] = x, y, surface(s, x, y, field)


@kernel
def move_on_ground(c: Record, s: Record, field: TerrainField) -> None:
    """Advance the body by one step where its legs may touch, and name what goes wrong."""
    heights = s.contact.heights
    for k in range(CONTACTS):
        p = c.gear.p[k]
        x = s.x[0] + s.R_MB[0, 0] * p[0] + s.R_MB[0, 1] * p[1] + s.R_MB[0, 2] * p[2]
        y = s.x[1] + s.R_MB[1, 0] * p[0] + s.R_MB[1, 1] * p[1] + s.R_MB[1, 2] * p[2]
        _probe(s, k, x, y, field)
    _probe(s, CONTACTS, s.x[0] - _BASE, s.x[1], field)
    _probe(s, CONTACTS + 1, s.x[0] + _BASE, s.x[1], field)
    _probe(s, CONTACTS + 2, s.x[0], s.x[1] - _BASE, field)
    _probe(s, CONTACTS + 3, s.x[0], s.x[1] + _BASE, field)
    s.contact.slope[0] = (heights[CONTACTS + 1] - heights[CONTACTS]) / (2.0 * _BASE)
    s.contact.slope[1] = (heights[CONTACTS + 3] - heights[CONTACTS + 2]) / (2.0 * _BASE)
    _slide_on(c, s)
    _judge_ground(c, s, field)


@kernel
def _slide_on(c: Record, s: Record) -> None:
    """Advance the body with its legs on the ground, in shorter parts of a step."""
    dt = STEP / CONTACT_STEPS
    for _ in range(CONTACT_STEPS):
        for k in range(3):
            s.supported.F_B[k], s.supported.tau_B[k] = s.wrench.F_B[k], s.wrench.tau_B[k]
        s.supported.h_z = s.wrench.h_z
        s.feet = contact_loads(c.gear, s.contact, s.x, s.R_MB, s.supported)
        slide(c.body, s.x, s.supported, dt, s.scratch)
        matrix_into(s.x[6:10], s.R_MB)


@kernel
def _judge_ground(c: Record, s: Record, field: TerrainField) -> None:
    """Record what went wrong on the ground: blades in it, legs broken, lying on the side."""
    if s.failure != 0:
        return
    touching = s.feet > 0
    for k in range(CONTACTS):
        touching = touching or s.contact.gripping[k] != 0.0
    if touching and s.R_MB[2, 2] < TIPPED_COSINE:
        s.failure = TIPPED_OVER
    for k in range(FEET):
        p = c.gear.p[k]
        z = s.x[2] + s.R_MB[2, 0] * p[0] + s.R_MB[2, 1] * p[1] + s.R_MB[2, 2] * p[2]
        if s.contact.heights[k] - z > LEG_TRAVEL:
            s.failure = LEG_BROKEN
    fastest = max(s.rotor[0].omega, s.rotor[1].omega)
    if fastest > STRIKE_SPEED and _blades_low(c, s, field):
        s.failure = BLADE_STRIKE


@kernel
def _blades_low(c: Record, s: Record, field: TerrainField) -> bool:
    """Return whether the lowest point of the lower rotor's rim is in the ground."""
    slope_x, slope_y = s.contact.slope[0], s.contact.slope[1]
    z = c.rotors.height[1] - c.body.p_BG[2]
    # Downhill along the disk: the ground's normal, less its part along the rotor's axis.
    up = -slope_x * s.R_MB[0, 2] - slope_y * s.R_MB[1, 2] + s.R_MB[2, 2]
    dx, dy, dz = slope_x + up * s.R_MB[0, 2], slope_y + up * s.R_MB[1, 2], up * s.R_MB[2, 2] - 1.0
    size = math.sqrt(dx * dx + dy * dy + dz * dz)
    if size < 1e-9:
        return False
    scale = c.rotors.radius / size
    x = s.x[0] + z * s.R_MB[0, 2] + scale * dx
    y = s.x[1] + z * s.R_MB[1, 2] + scale * dy
    return bool(s.x[2] + z * s.R_MB[2, 2] + scale * dz < surface(s, x, y, field))
