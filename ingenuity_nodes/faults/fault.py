# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What an entry of the fault catalogue is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Phase(str, Enum):
    """When a fault begins."""

    GROUND = 'ground'      # at power-on, before the checks
    HOVER = 'hover'
    CRUISE = 'cruise'
    LANDING = 'landing'


class Outcome(str, Enum):
    """How a flight ends; of several that fit, the later one in this list."""

    LANDED = 'landed'        # lands where it means to, nothing reported
    DEGRADED = 'degraded'    # the same, in a mode that names what is missing
    LAND_NOW = 'land_now'    # lands at once, and reports why
    REFUSED = 'refused'      # does not leave the ground, and reports why
    ASTRAY = 'astray'        # lands undamaged, but far from its estimated position
    HARD = 'hard'            # lands undamaged, but fast
    LOST = 'lost'            # the aircraft breaks


@dataclass(frozen=True)
class Fault:
    """One entry. ``unit`` is '' where there is nothing to choose but the time."""

    name: str                     # <part>_<kind>
    unit: str
    low: float
    high: float
    usual: float                  # magnitude taken when none is given
    meaning: str
    expected: Mapping[Phase, Outcome]
    why: str                      # the expected outcomes are what they are
    locations: tuple[str, ...] = ('',)    # axis, servo or rotor; the first when none is given

    @property
    def part(self) -> str:
        """Return the name of what is at fault."""
        return self.name.partition('_')[0]

    @property
    def kind(self) -> str:
        """Return the name of how it is at fault."""
        return self.name.partition('_')[2]

    @property
    def allowed(self) -> str:
        """Return which magnitudes are allowed."""
        return f'{self.low:g} to {self.high:g} {self.unit}' if self.unit else 'none'


AXES = ('x', 'y', 'z')
SERVOS = tuple(f'{rotor}_{k}' for rotor in ('upper', 'lower') for k in (1, 2, 3))
ROTORS = ('upper', 'lower')


def outcomes(text: str) -> Mapping[Phase, Outcome]:
    """Read four outcomes in the order of :class:`Phase`."""
    return dict(zip(Phase, (Outcome(word) for word in text.split()), strict=True))
