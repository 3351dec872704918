# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The robots by kind, and points that span their outlines."""

from __future__ import annotations

from functools import cache

from ingenuity_nodes.robots.ingenuity import ingenuity
from ingenuity_nodes.robots.parts import Robot
from ingenuity_nodes.robots.perseverance import perseverance
import numpy as np
from numpy.typing import NDArray

ROBOTS = {'helicopter': ingenuity, 'rover': perseverance}
_GRID = 0.15    # [m] outline points closer than this count once


@cache
def robot(kind: str) -> Robot:
    """Return the parts of a kind of robot: 'helicopter' or 'rover'."""
    if kind not in ROBOTS:
        raise ValueError(f'unknown body {kind!r}, allowed: {", ".join(ROBOTS)}')
    return ROBOTS[kind]()


@cache
def outline(kind: str) -> NDArray[np.float64]:
    """Return points (n, 3) in a robot's own frame that span its outline, joints at rest."""
    corners = robot(kind).corners({})
    _, first = np.unique(np.round(corners / _GRID), axis=0, return_index=True)
    extremes = np.unique(np.concatenate([corners.argmin(axis=0), corners.argmax(axis=0)]))
    return np.asarray(corners[np.unique(np.concatenate([first, extremes]))])
