# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Names of the flight modes and the numbers of guidance."""

from __future__ import annotations

from enum import Enum


class Mode(str, Enum):
    """What the flight computer is doing."""

    STANDBY = 'standby'          # awake, no plan yet
    READY = 'ready'              # plan loaded, checks passed, waits for go
    REFUSED = 'refused'          # will not fly
    SPIN_UP = 'spin_up'          # rotors to their speed, blades flat
    TAKE_OFF = 'take_off'        # collective up; rates only until clear of the ground
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
