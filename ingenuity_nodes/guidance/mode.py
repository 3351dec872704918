# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Names of the flight modes, and how lift-off is reported."""

from __future__ import annotations

from enum import Enum
import re

from ingenuity_nodes.timing import SECOND_NS, TICK_NS


class Mode(str, Enum):
    """What the flight computer is doing."""

    STANDBY = 'standby'          # awake, no plan yet
    READY = 'ready'              # plan loaded, checks passed, waits for go
    REFUSED = 'refused'          # will not fly
    SPIN_UP = 'spin_up'          # rotors to their speed, blades flat
    TAKE_OFF = 'take_off'        # collective up; rates only until clear of the ground
    LIFT_OFF = 'lift_off'        # within take_off; known, and announced, when clear of the ground
    CLIMB = 'climb'
    HOVER = 'hover'
    TRANSLATE = 'translate'
    TURN = 'turn'
    PHOTO = 'photo'              # turns to a target, then hovers while the shutter may open
    EXTERNAL = 'external'        # follows offboard setpoints
    HOLD = 'hold'                # brakes to a stop and hovers, by order
    DEGRADED = 'degraded'        # one of those above or below, without something that it needs
    ORDER = 'order'              # one of those above or below, and the answer to an order
    LANDING = 'landing'          # straight down until the ground stops it
    TOUCHDOWN = 'touchdown'      # collective down, rotors still at speed
    SPIN_DOWN = 'spin_down'
    LANDED = 'landed'
    CRASHED = 'crashed'


AT_REST = frozenset({
    Mode.STANDBY, Mode.READY, Mode.REFUSED, Mode.SPIN_UP, Mode.SPIN_DOWN, Mode.LANDED})
IN_FLIGHT = frozenset({
    Mode.CLIMB, Mode.HOVER, Mode.TRANSLATE, Mode.TURN, Mode.PHOTO, Mode.EXTERNAL, Mode.HOLD,
    Mode.LANDING})
FINAL = frozenset({Mode.REFUSED, Mode.LANDED, Mode.CRASHED})
_LIFT_OFF = re.compile(r'at (\d+\.\d\d) s')


def lift_off_reason(t_ns: int) -> str:
    """Report when it lifted off, a tick [ns]: known only later, and a mode has no stamp."""
    return f'at {t_ns / SECOND_NS:.2f} s'


def lift_off_from(reason: str) -> int | None:
    """Read what :func:`lift_off_reason` wrote [ns]; None for any other text."""
    match = _LIFT_OFF.fullmatch(reason)
    return round(float(match[1]) * SECOND_NS / TICK_NS) * TICK_NS if match else None
