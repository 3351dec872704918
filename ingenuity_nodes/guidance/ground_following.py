# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Height over the ground below, on segments that ask for it.

Legs are built over the take-off point. On top of them comes how much higher the ground is than
there, followed without a step of position or speed and within the limits of a climb::

    a = 2 w (v_wanted - v),  |a| <= a_max,  |da/dt| <= jerk
    v_wanted = min(v_max, w away / 2, sqrt(a_max away)) towards the target, away = target - z

Near the target ``a = w^2 away - 2 w v``: critically damped, of the angular frequency ``w``
(K. Ogata, "Modern Control Engineering", section 5.3).
"""

from __future__ import annotations

import math
from typing import NamedTuple

from ingenuity_nodes.guidance.flight_plan import Climb, Segment, Translate
from ingenuity_nodes.guidance.parameters import GuidanceParameters
from ingenuity_nodes.guidance.trajectory import Limits


class Rise(NamedTuple):
    """What is added to the vertical reference."""

    z: float = 0.0    # [m]
    v: float = 0.0    # [m/s]
    a: float = 0.0    # [m/s^2]


LEVEL_GROUND = Rise()


class GroundFollower:
    """
    Follows the ground below.

    ``bandwidth`` is w [rad/s]: rocks are shorter than what it follows; ``climb`` are the limits
    of vertical motion.
    """

    def __init__(self, bandwidth: float, climb: Limits) -> None:
        self._w, self._climb = bandwidth, climb
        self.target = 0.0    # [m]
        self.rise = LEVEL_GROUND

    def restart(self) -> None:
        """Count from the take-off point again."""
        self.target, self.rise = 0.0, LEVEL_GROUND

    def follow(self, segment: Segment, rise: float) -> None:
        """Take how much higher the ground below is than at take-off [m], if that counts."""
        if not isinstance(segment, Climb | Translate) or not math.isfinite(rise):
            return    # it stays as high as it is
        if segment.above == 'ground':
            self.target = rise
        elif isinstance(segment, Climb) or segment.altitude is not None:
            self.target = 0.0

    def step(self, dt: float) -> Rise:
        """Go on by a time [s]; return where that leads."""
        z, v, before = self.rise
        away = self.target - z
        if away == 0.0 and v == 0.0:
            return self.rise
        w, (speed, most, jerk) = self._w, self._climb
        # So slow that it can brake on what is left of the way, and no faster than a climb.
        fastest = min(speed, 0.5 * w * abs(away), math.sqrt(most * abs(away)))
        wanted = math.copysign(fastest, away)
        a = min(most, max(-most, 2.0 * w * (wanted - v)))
        a = min(before + dt * jerk, max(before - dt * jerk, a))
        if abs(away) < 1e-6 and abs(v) < 1e-6:
            self.rise = Rise(self.target)
        else:
            self.rise = Rise(z + dt * (v + 0.5 * dt * a), v + dt * a, a)
        return self.rise


def ground_follower(parameters: GuidanceParameters) -> GroundFollower:
    """Build the follower of one flight."""
    p = parameters
    return GroundFollower(p.ground_bandwidth, Limits(
        p.ground_speed, p.vertical_acceleration, p.vertical_jerk))
