# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Separation watched in flight: who is ordered to hold, and when it may go on.

Each aircraft reports where it believes to be and how certain. Where it will be in the next seconds
is ``p + plan(tau + s) - plan(tau)``: its plan, moved to where it is. ``tau``, how far along the
plan it is, is the time near the expected one at which the plan is nearest to the report: the least
``|p - plan(t)|^2 + (w (t - expected))^2``. Two aircraft are too near where the distance between
them is below ``limit + u1 + u2`` and shrinks, ``u = u0 + n sqrt(trace P)`` with ``u0`` that of the
take-off point and ``P`` the covariance of the position since, whose trace is at least n sigma in
any direction; over a rover, ``limit + u`` from its top.

After a hold it goes on slower than planned: with ``r = d tau / dt`` between 0 and 1, as observed,
its future is at ``tau + r s + (a / v) s^2 / 2`` until ``r + (a / v) s = 1``, where v is the speed
of the plan; when it brakes, a is negative, until it stops.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
import math
from typing import NamedTuple

from ingenuity_nodes.frames import Vector3
from ingenuity_nodes.guidance.plan_flight import HOLD, RESUME
from ingenuity_nodes.mission.limits import FlightLimits, LIMITS
from ingenuity_nodes.mission.planned_flight import PlannedFlight, position_at
from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.signals import Estimate
from ingenuity_nodes.timing import SECOND_NS
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
STEP = 0.2        # [s] between the instants that are compared, and between position reports
SEARCH = 2.0      # [s] around the expected time along a plan
DRIFTS = 0.2      # [m/s] w: distance that counts as much as a second along the plan; assumed
SLOW = 0.1        # [m/s] a slower plan counts as so fast, when it speeds up or brakes; assumed
RATE = 0.1        # [m] by which a distance must shrink to be an approach; assumed


@dataclass(frozen=True)
class WatchParameters:
    """How separation is watched."""

    horizon: float = quantity(
        10.0, 's', 'looked ahead for an approach', low=1.0, high=60.0,
        source='assumed: to stop from 3.5 m/s at 0.64 m/s^2 takes 5.5 s, and as much again')
    clear_for: float = quantity(
        20.0, 's', 'without an approach before a held aircraft goes on', low=1.0, high=300.0,
        source='assumed: twice the horizon, so that it is not held again at once')
    margin: float = quantity(
        1.0, 'm', 'more than is needed, where a held aircraft goes on', low=0.0, high=50.0,
        source='assumed: gusts move two aircraft by half a metre each')
    sigmas: float = quantity(
        3.0, '1', 'standard deviations of the position that count', low=0.0, high=10.0,
        source='assumed: as before take-off')
    answer: float = quantity(
        1.0, 's', 'after which an order that was not obeyed is repeated', low=0.1, high=30.0,
        source='assumed: many times the latency of the link')
    acceleration: float = quantity(
        0.33, 'm/s^2', 'of an aircraft that goes on', low=0.05, high=3.0,
        source="NASA's tracks of Flights 3 to 5, as in plans")
    descent: float = quantity(
        1.0, 'm/s', 'assumed speed of a landing', low=0.1, high=3.0,
        source='assumed: that of a landing by order')
    return_speed: float = quantity(
        2.0, 'm/s', 'assumed speed of a return by order', low=0.1, high=10.0,
        source='as guidance flies it')
    braking: float = quantity(
        0.64, 'm/s^2', 'assumed deceleration to a hold', low=0.05, high=3.0,
        source='as guidance brakes')


class Decision(NamedTuple):
    """An order to one aircraft, and why."""

    name: str
    kind: str
    reason: str


class Nearest(NamedTuple):
    """The smallest distance of two aircraft in the air so far, by their reports."""

    distance: float    # [m]
    t_s: float
    names: tuple[str, str]

    @property
    def text(self) -> str:
        """Describe it in a line."""
        return (f'smallest separation in flight: {" and ".join(self.names)}, '
                f'{self.distance:.1f} m at {self.t_s:.0f} s, as they believe to be')


class _Track:
    """What is known of one aircraft in the air."""

    def __init__(self, started: int, flight: PlannedFlight) -> None:
        self.started, self.flight = started, flight    # counts starts: later ones are greater
        self.mode, self.returns = '', False
        self.p: Vector3 | None = None
        self.uncertainty = 0.0
        self.along = 0.0    # the plan [s]
        self.rate = 1.0     # of that, per second
        self._t_ns = 0
        self._fastest = float(np.linalg.norm(flight.v_MB, axis=1).max())    # of the plan [m/s]

    def take(self, estimate: Estimate, sigmas: float, at_start: float) -> None:
        """Take a report of its position; ``at_start``: uncertainty of where it started [m]."""
        self.p = estimate.p_MB
        self.uncertainty = at_start + sigmas * math.sqrt(
            float(np.trace(estimate.covariance[:3, :3])))
        passed = (estimate.t_ns - self._t_ns) / SECOND_NS if self._t_ns else 0.0
        self._t_ns = estimate.t_ns
        expected = self.along if self.mode == HOLD else self.along + passed
        t = np.linspace(self.along, expected + SEARCH, 31)
        away = ((position_at(self.flight, t) - self.p) ** 2).sum(axis=1)
        before, self.along = self.along, float(
            t[np.argmin(away + (DRIFTS * (t - expected)) ** 2)])
        seen = 0.0 if self.mode == HOLD else (self.along - before) / max(passed, STEP)
        self.rate = min(1.0, max(0.0, 0.5 * (self.rate + seen)))

    def reach(self, seconds: float) -> float:
        """Return how far it can come within some seconds [m]; it may be infinite."""
        return math.inf if self.returns else self._fastest * seconds

    def future(
        self, s: Array, p: WatchParameters, *, held: bool, rate: float | None = None,
    ) -> Array:
        """
        Return where it will be so much later, (m, 3) for (m,) [s].

        ``held``: if it holds from now; ``rate``: of its plan now, instead of the observed one.
        """
        assert self.p is not None
        if held and self.mode == HOLD:
            return np.tile(self.p, (len(s), 1))
        if self.mode == 'landing':
            fall = p.descent * (_progress(s, 1.0, -p.braking / p.descent) if held else s)
            return np.asarray(self.p - fall[:, None] * np.array([0.0, 0.0, 1.0]))
        if self.returns:
            return self._homeward(
                _progress(s, 1.0, -p.braking / p.return_speed) if held else s, p)
        here = position_at(self.flight, np.array([self.along]))
        step = position_at(self.flight, np.array([self.along + STEP])) - here
        speed = max(float(np.linalg.norm(step)) / STEP, SLOW)
        s = _progress(s, self.rate if rate is None else rate,
                      (-p.braking if held else p.acceleration) / speed)
        return np.asarray(self.p + position_at(self.flight, self.along + s) - here)

    def _homeward(self, s: Array, p: WatchParameters) -> Array:
        assert self.p is not None
        home = np.array([*self.flight.p_MB[0][:2], self.p[2]])
        length = float(np.linalg.norm(home - self.p))
        part = np.minimum(1.0, p.return_speed * s / length) if length > 0.0 else 0.0 * s
        return np.asarray(self.p + part[:, None] * (home - self.p))


class SeparationWatch:
    """Decides who holds and who goes on."""

    def __init__(
        self, limits: FlightLimits = LIMITS, parameters: WatchParameters = WatchParameters(),
    ) -> None:
        self._limits, self._parameters = limits, parameters
        self._tracks: dict[str, _Track] = {}
        self._rovers: dict[str, Vector3] = {}    # where their tops are [m]
        self._held: dict[str, int] = {}          # by this watch, and when ordered [ns]
        self._started = 0
        self.nearest: Nearest | None = None

    def lifts_off(self, name: str, flight: PlannedFlight) -> None:
        """Watch an aircraft from its lift-off on."""
        self._started += 1
        self._tracks[name] = _Track(self._started, flight)

    def watches(self, name: str) -> bool:
        """Return whether an aircraft has lifted off."""
        return name in self._tracks

    def take_mode(self, name: str, mode: str, *, returns: bool) -> None:
        """Note what an aircraft in the air does."""
        if name in self._tracks:
            self._tracks[name].mode, self._tracks[name].returns = mode, returns

    def lands(self, name: str) -> None:
        """Watch an aircraft no more."""
        self._tracks.pop(name, None)
        self._held.pop(name, None)

    def frees(self, name: str) -> None:
        """Leave it to somebody else when an aircraft goes on."""
        self._held.pop(name, None)

    def take_rover(self, name: str, top: Vector3) -> None:
        """Note where the top of a rover is."""
        self._rovers[name] = top

    def take_position(self, name: str, estimate: Estimate) -> None:
        """Take an aircraft's report of its position; nothing comes of it on the ground."""
        if name in self._tracks:
            self._tracks[name].take(
                estimate, self._parameters.sigmas, self._limits.uncertainty)

    def decide(self, t_ns: int) -> list[Decision]:
        """Return who is to hold or to go on; call it when positions have been reported."""
        flying = {name: track for name, track in self._tracks.items() if track.p is not None}
        self._measure(t_ns, flying)
        for name, ordered in list(self._held.items()):
            late = t_ns - ordered > self._parameters.answer * SECOND_NS
            if name not in flying or (late and flying[name].mode != HOLD):
                del self._held[name]    # it went on by itself, or could not stop
        out = [Decision(name, RESUME, 'separated again') for name in list(self._held)
               if flying[name].mode == HOLD and self._clear(name, flying)]
        for decision in out:
            del self._held[decision.name]
        stopped = {name for name in flying if flying[name].mode == HOLD or name in self._held}
        stopped -= {decision.name for decision in out}
        for name in flying:
            if name not in stopped and (
                    reason := self._over_a_rover(name, flying, clear=False)):
                out.append(self._hold(t_ns, name, reason))
                stopped.add(name)
        for a, b in combinations(sorted(flying, key=lambda one: flying[one].started), 2):
            if reason := self._near(a, b, flying, stopped):
                for name in self._who(a, b, flying, stopped):
                    out.append(self._hold(t_ns, name, reason))
                    stopped.add(name)
        return out

    def _hold(self, t_ns: int, name: str, reason: str) -> Decision:
        self._held[name] = t_ns
        return Decision(name, HOLD, reason)

    def _measure(self, t_ns: int, flying: Mapping[str, _Track]) -> None:
        for a, b in combinations(flying, 2):
            p, q = flying[a].p, flying[b].p
            assert p is not None and q is not None
            distance = float(np.linalg.norm(p - q))
            if self.nearest is None or distance < self.nearest.distance:
                self.nearest = Nearest(distance, t_ns / SECOND_NS, (a, b))

    def _who(
        self, earlier: str, later: str, flying: Mapping[str, _Track], stopped: set[str],
    ) -> Sequence[str]:
        """Return whose hold keeps two apart: the later one's if it does, else also the other's."""
        for names in ((later,), (earlier,), (earlier, later)):
            new = [name for name in names if name not in stopped]
            if new and not self._near(earlier, later, flying, stopped | set(new)):
                return new
        return [name for name in (earlier, later) if name not in stopped]

    def _near(
        self, a: str, b: str, flying: Mapping[str, _Track], stopped: set[str],
    ) -> str:
        """Return how two come too near, '' if they do not."""
        p = self._parameters
        s = np.arange(0.0, p.horizon + STEP, STEP)
        gap = np.linalg.norm(flying[a].future(s, p, held=a in stopped)
                             - flying[b].future(s, p, held=b in stopped), axis=1)
        needed = self._limits.separation + flying[a].uncertainty + flying[b].uncertainty
        return _approach(s, gap, needed, f'{a} and {b}')

    def _over_a_rover(self, name: str, flying: Mapping[str, _Track], *, clear: bool) -> str:
        """Return how it comes too near to a rover, '' if not; ``clear``: to judge a going on."""
        p, one = self._parameters, flying[name]
        horizon = (p.clear_for if clear else p.horizon) + STEP
        needed = self._limits.separation + one.uncertainty + clear * p.margin
        assert one.p is not None
        if all(math.dist(one.p, top) > needed + one.reach(horizon)
               for top in self._rovers.values()):
            return ''    # most of the time; what follows costs more
        s = np.arange(0.0, horizon, STEP)
        path = one.future(s, p, held=False)
        found = (_approach(s, np.linalg.norm(path - top, axis=1), needed, f'{name} and {rover}')
                 for rover, top in self._rovers.items())
        return next(filter(None, found), '')

    def _clear(self, name: str, flying: Mapping[str, _Track]) -> bool:
        """Return whether a held aircraft may go on."""
        if self._over_a_rover(name, flying, clear=True):
            return False
        p, one = self._parameters, flying[name]
        s = np.arange(0.0, p.clear_for + STEP, STEP)
        # As slowly as it may go on, and as fast.
        paths = [one.future(s, p, held=False, rate=rate) for rate in (0.0, 1.0)]
        for other in (track for track in flying.values() if track is not one):
            its = other.future(s, p, held=other.mode == HOLD)
            needed = self._limits.separation + p.margin + one.uncertainty + other.uncertainty
            if any(_approach(s, np.linalg.norm(path - its, axis=1), needed, '') for path in paths):
                return False
        return True


def _progress(s: Array, rate: float, change: float) -> Array:
    """Return how far along a plan [s] one is whose rate changes by so much per second."""
    last = 1.0 if change > 0.0 else 0.0
    early = np.minimum(s, (last - rate) / change)
    return np.asarray(rate * early + 0.5 * change * early ** 2 + last * (s - early))


def _approach(s: Array, gap: Array, needed: float, who: str) -> str:
    """Describe a distance that will be too small and shrinks, '' if it is not so."""
    worst = int(np.argmin(gap))
    if gap[worst] >= needed or gap[worst] > gap[0] - RATE:
        return ''
    return (f'{who} {gap[worst]:.1f} m from each other in {s[worst]:.0f} s, allowed: at least '
            f'{needed:.1f} m')
