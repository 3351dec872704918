# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Separation of aircraft in space and time, before their plans are sent.

Two aircraft are too near where their distance is below ``limit + u1 + u2`` while either is in the
air, with ``u = u0 + drift * distance travelled``, the uncertainty of where each is. The later one
waits on the ground; if no wait helps, because the other lands or stands in its path, it climbs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingenuity_nodes.mission.limits import FlightLimits
from ingenuity_nodes.mission.planned_flight import PlannedFlight, position_at
import numpy as np
from numpy.typing import NDArray

STEP = 0.2     # [s] between the times that are compared; 2 m at the fastest two aircraft meet
DELAY = 1.0    # [s] by which waits are tried
Array = NDArray[np.float64]


@dataclass(frozen=True)
class TimedFlight:
    """A planned flight of an aircraft and when it lifts off."""

    name: str
    flight: PlannedFlight
    lift_off_s: float    # mission time [s]

    @property
    def touchdown_s(self) -> float:
        """Return when it lands, mission time [s]."""
        return self.lift_off_s + self.flight.duration

    def delayed(self, wait: float) -> TimedFlight:
        """Return it lifted off later by a wait [s]."""
        return TimedFlight(self.name, self.flight, self.lift_off_s + wait)


@dataclass(frozen=True)
class Approach:
    """Where two aircraft come nearest, beyond the uncertainty of both."""

    names: tuple[str, str]
    t_s: float           # mission time [s]
    distance: float      # between them [m]
    needed: float        # limit and uncertainties [m]

    @property
    def conflict(self) -> bool:
        """Return whether they come too near."""
        return self.distance < self.needed

    @property
    def text(self) -> str:
        """Describe it in a line."""
        return (f'{self.names[0]} and {self.names[1]} {self.distance:.1f} m apart at '
                f'{self.t_s:.0f} s, allowed: at least {self.needed:.1f} m')


def nearest_approach(a: TimedFlight, b: TimedFlight, limits: FlightLimits) -> Approach:
    """Return the instant with the least distance over what is needed, while either flies."""
    first = min(a.lift_off_s, b.lift_off_s)
    last = max(a.touchdown_s, b.touchdown_s)
    t = np.arange(first, last + STEP, STEP)
    in_air = [(t >= one.lift_off_s) & (t <= one.touchdown_s) for one in (a, b)]
    t = t[in_air[0] | in_air[1]]
    gap = np.linalg.norm(position_at(a.flight, t - a.lift_off_s)
                         - position_at(b.flight, t - b.lift_off_s), axis=1)
    needed = limits.separation + _uncertainty(a, t, limits) + _uncertainty(b, t, limits)
    worst = int(np.argmin(gap - needed))
    return Approach((a.name, b.name), float(t[worst]), float(gap[worst]), float(needed[worst]))


def _uncertainty(one: TimedFlight, t: Array, limits: FlightLimits) -> Array:
    travelled = np.interp(t - one.lift_off_s, one.flight.t_s, one.flight.travelled)
    return np.asarray(limits.uncertainty + limits.drift * travelled)


def conflicts(
    one: TimedFlight, others: Sequence[TimedFlight], limits: FlightLimits,
) -> list[Approach]:
    """Return where one aircraft comes too near to others."""
    found = (nearest_approach(other, one, limits) for other in others)
    return [approach for approach in found if approach.conflict]


def wait_needed(
    one: TimedFlight, others: Sequence[TimedFlight], limits: FlightLimits, longest: float,
) -> float | None:
    """Return the shortest wait [s] that keeps it separated from all others, None without one."""
    for wait in np.arange(0.0, longest + DELAY, DELAY).tolist():
        if not conflicts(one.delayed(wait), others, limits):
            return float(wait)
    return None
