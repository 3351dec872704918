# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The segments of a plan in the air: one leg after the other, held, resumed or replaced by order.

Orders change what is left of the plan, a list of segments. A hold puts what is left of the present
segment back in front; a return and a landing replace them all. Each begins by braking to a stop,
so that the setpoint has no step, and by how much an order delays the plan is known, so that
photos are taken as much later.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
import math
from typing import NamedTuple

from ingenuity_nodes.frames import Vector3
from ingenuity_nodes.guidance.flight_plan import (
    External, FlightPlan, Hover, Land, Lean, Segment, TakePhoto, Target, Translate)
from ingenuity_nodes.guidance.ground_following import ground_follower, LEVEL_GROUND
from ingenuity_nodes.guidance.mode import IN_FLIGHT, Mode
from ingenuity_nodes.guidance.parameters import GuidanceParameters
from ingenuity_nodes.guidance.photo_trigger import retargeted
from ingenuity_nodes.guidance.segments import brake, halt, landing, Leg, leg_of
from ingenuity_nodes.guidance.trajectory import hover, Path, Reference
from ingenuity_nodes.signals import FlightOrder, Retarget
from ingenuity_nodes.timing import SECOND_NS, TICK
import numpy as np

HOLD, RESUME, RETURN, LAND, ABORT, RETARGET = ORDERS = (
    'hold', 'resume', 'return', 'land', 'abort', 'retarget')
_SHORTEST = 0.01    # [s] of a segment that is worth to be resumed


class Seen(NamedTuple):
    """What decides on the next leg besides the plan."""

    height: float      # above the ground [m]
    charge: float      # of the battery, 0..1
    must_land: str     # why it must land at once, ''
    p_MB: Vector3      # where it is [m]
    v_MB: Vector3      # how fast [m/s]


class _Interruption(NamedTuple):
    """A hold: since when, and how much of the interrupted leg was left [s]."""

    t_ns: int
    left: float


class PlanFlight:
    """Flies what is left of a plan."""

    def __init__(self, parameters: GuidanceParameters) -> None:
        self._parameters = parameters
        self.leg: Leg | None = None
        self.last: Reference = hover(np.zeros(3), 0.0).at(0.0)
        self._since_ns = 0
        self._plan: FlightPlan | None = None
        self._home = np.zeros(3)
        self._left: tuple[Segment, ...] = ()      # after the present leg
        self._segment: Segment | None = None      # of the present leg, None: of no segment
        self._early = ''                          # why it lands early
        self._why = ''                            # why it flies other segments than the plan's
        self._order: FlightOrder | None = None    # not yet obeyed
        self._hold: _Interruption | None = None
        self._delay_ns = 0                        # of the plan, by earlier holds
        self._ground = ground_follower(parameters)
        self._trail: deque[Reference] = deque(    # of the last ticks
            maxlen=1 + round(parameters.attitude_lag / TICK))

    def load(self, plan: FlightPlan, p_MB: Vector3) -> None:
        """Take a plan that is to be flown from where the aircraft stands."""
        self._plan, self._left, self._segment = plan, plan.segments, None
        self._early = self._why = ''
        self._order, self._hold, self._delay_ns, self.leg = None, None, 0, None
        self.last = hover(p_MB, plan.yaw).at(0.0)

    def start_from(self, home: Vector3) -> None:
        """Count the plan's numbers from here."""
        self._home = home

    def reference(self, t_ns: int) -> Reference:
        """
        Return where to be; call it once per tick.

        Level position and speed are those of a lag of the attitude ago, acceleration is that of
        now: the lean that it asks for comes as much later. Without that speed falls behind, and
        the aircraft leans more than the plan asks for to catch up.
        """
        assert self.leg is not None
        self.last = now = self.leg.path.at(self._age(t_ns))
        self._trail.append(now)
        then, rise = self._trail[0], self._ground.step(TICK)
        p, v = now.p.copy(), now.v.copy()
        p[:2], v[:2] = then.p[:2], then.v[:2]
        if rise is LEVEL_GROUND:
            return now._replace(p=p, v=v)
        a = now.a.copy()
        p[2], v[2], a[2] = p[2] + rise.z, v[2] + rise.v, a[2] + rise.a
        return now._replace(p=p, v=v, a=a)

    def delay_ns(self, t_ns: int) -> int:
        """Return how much later the plan is flown than planned, because of orders."""
        return self._delay_ns + (t_ns - self._hold.t_ns if self._hold else 0)

    # Orders

    def refusal(self, order: FlightOrder, mode: Mode, height: float) -> str:
        """Return why an order cannot be obeyed, '' if it can."""
        if mode not in IN_FLIGHT or self.leg is None:
            return f"mode is '{mode.value}', allowed: in flight"
        if self._early:
            return f'it lands already: {self._early}'
        if order.kind == HOLD and self._hold is not None:
            return 'it holds already'
        if order.kind == RESUME and self._hold is None:
            return 'it does not hold'
        if order.kind == LAND and mode is Mode.LANDING:
            return 'it lands already'
        if order.kind in (HOLD, RETURN):
            path = halt(self.last, self._parameters)
            stops_at = height + float(path.at(path.duration).p[2] - self.last.p[2])
            if stops_at < self._parameters.hold_floor:
                return (f'it would stop {max(0.0, stops_at):.1f} m above the ground, allowed: '
                        f'from {self._parameters.hold_floor:g} m up')
        return ''

    def order(self, order: FlightOrder) -> None:
        """Obey an order that is not refused, at the next step; the last one counts."""
        self._order = order

    def retarget(self, change: Retarget) -> None:
        """Turn to another target in the first photo segment to come of the former one."""
        assert self._plan is not None
        target = Target(name=change.target, position=change.position, azimuth=change.azimuth)
        others = tuple(one for one in self._plan.targets if one.name != target.name)
        self._plan = self._plan.model_copy(update={'targets': (*others, target)})
        for k, segment in enumerate(self._left):
            if isinstance(segment, TakePhoto | Lean) and segment.target == change.photo:
                new = retargeted(segment, change.target)
                self._left = (*self._left[:k], new, *self._left[k + 1:])
                return

    # Legs

    def begin(self, t_ns: int, climb_rate: float = 0.0, p_MB: Vector3 | None = None) -> Leg:
        """Begin the next segment where the last one ended, or at ``p_MB``."""
        assert self._plan is not None
        if p_MB is not None:
            self._trail.clear()
            self._ground.restart()
            self.last = Reference(
                p_MB, np.array([0.0, 0.0, max(0.0, climb_rate)]), np.zeros(3), self.last.yaw, 0.0)
        self._segment, *left = self._left
        self._left = tuple(left)
        leg = leg_of(self._segment, self._plan, self.last, self._home, self._parameters,
                     self._left[0] if self._left else None)
        if self._why:
            leg = replace(leg, reason=f'{self._why}, {leg.reason}')
        return self._enter(t_ns, leg)

    def next_leg(self, t_ns: int, seen: Seen) -> Leg | None:
        """Return the leg that begins now, None while the present one goes on."""
        assert self.leg is not None
        self._see_ground(seen)
        ended = self._age(t_ns) >= self.leg.duration
        lands = self.leg.mode is Mode.LANDING
        if self._early and not lands:
            if not ended:
                return None
            self.last = self.leg.path.at(self.leg.duration)
            return self._descend(t_ns)
        if seen.must_land and not lands:
            return self._land_now(t_ns, seen.must_land)
        if self._order is not None:
            return self._obey(t_ns, self._order)
        if self._hold is not None:
            return self._end_of_hold(t_ns, seen.charge, ended=ended)
        if lands or not ended or not self._arrived(t_ns, seen):
            return None
        return self._go_on(t_ns)

    def _see_ground(self, seen: Seen) -> None:
        """Note how high the ground below is over the take-off point, where that counts."""
        if self._segment is not None:
            ground = float(seen.p_MB[2]) - seen.height + self._parameters.origin_height
            self._ground.follow(self._segment, ground - float(self._home[2]))

    def _arrived(self, t_ns: int, seen: Seen) -> bool:
        """Return whether the aircraft is where a leg that stops has ended, or late enough."""
        assert self.leg is not None
        if not isinstance(self.leg.path, Path) or self.leg.passes:
            return True
        p = self._parameters
        miss = seen.p_MB - self.leg.path.at(self.leg.duration).p
        miss[2] -= self._ground.target
        return bool(
            (miss @ miss <= p.arrival_distance ** 2
             and seen.v_MB @ seen.v_MB <= p.arrival_speed ** 2)
            or self._age(t_ns) > self.leg.duration + p.arrival_limit)

    def _go_on(self, t_ns: int) -> Leg:
        """Begin the next segment at the end of this one."""
        assert self.leg is not None
        late = self._age(t_ns) - self.leg.duration
        self.last = self.leg.path.at(self.leg.duration)
        if self.leg.passes:    # the reference does not wait for a tick
            return self.begin(self._since_ns + round(self.leg.duration * SECOND_NS))
        if late > TICK:
            self._delay_ns += round(late * SECOND_NS)
        return self.begin(t_ns)

    def _end_of_hold(self, t_ns: int, charge: float, *, ended: bool) -> Leg | None:
        """End a hold that would cost more than allowed."""
        p = self._parameters
        if charge < p.hold_charge:
            return self._obey(t_ns, FlightOrder(
                RETURN, f'the battery holds {100 * charge:.0f} %, needed for a hold: '
                f'{100 * p.hold_charge:.0f} %'))
        return self._resume(t_ns, f'held for the longest time, {p.longest_hold:g} s') \
            if ended else None

    def _obey(self, t_ns: int, order: FlightOrder) -> Leg | None:
        assert self.leg is not None
        p, age = self._parameters, self._age(t_ns)
        if order.kind == RESUME and age < self.leg.path.duration:
            return None    # it still brakes; obeyed when it has stopped
        self._order = None
        if order.kind == RESUME:
            return self._resume(t_ns, order.reason)
        self.last = self.leg.path.at(age)
        path = halt(self.last, p)
        if order.kind == HOLD:
            self._interrupt(t_ns, age)
            return self._enter(t_ns, Leg(Mode.HOLD, path, p.longest_hold, order.reason))
        self._delay_ns, self._hold, self._segment = self.delay_ns(t_ns), None, None
        self._why = f'{order.kind}: {order.reason}'
        home = () if order.kind == LAND else (
            Translate(segment='translate', north=0.0, east=0.0, speed=p.return_speed),)
        self._left = (*home, Land(segment='land'))
        if path.duration > 0.0:
            return self._enter(t_ns, Leg(Mode.HOLD, path, path.duration, self._why))
        return self.begin(t_ns)

    def _interrupt(self, t_ns: int, age: float) -> None:
        """Put what is left of the present segment in front of those to come."""
        assert self.leg is not None
        left, segment = self.leg.duration - age, self._segment
        if isinstance(segment, TakePhoto) and age >= self.leg.path.duration:
            segment = Hover(segment='hover', duration=max(left, _SHORTEST))    # it has turned
        elif isinstance(segment, Hover | External):
            segment = segment.model_copy(update={'duration': max(left, _SHORTEST)})
        if segment is not None:
            self._left = (segment, *self._left)
        self._segment = None
        self._hold = _Interruption(t_ns, left)

    def _resume(self, t_ns: int, reason: str) -> Leg:
        assert self.leg is not None and self._hold is not None
        self.last = self.leg.path.at(self._age(t_ns))
        before, self._hold = self._hold, None
        leg = self.begin(t_ns)
        if math.isfinite(leg.duration):
            # Late by the hold, and by what braking and speeding up again cost.
            more = leg.duration - before.left
            self._delay_ns += t_ns - before.t_ns + round(more * SECOND_NS)
        self.leg = replace(leg, reason=f'goes on, {reason}: {leg.reason}')
        return self.leg

    def _land_now(self, t_ns: int, reason: str) -> Leg:
        """Brake to a stop, then land; ``reason`` is that of both."""
        assert self.leg is not None
        self._early, self._hold, self._segment = reason, None, None
        leg = brake(self.last, self.leg.mode, self._parameters, reason)
        return self._descend(t_ns) if leg is None else self._enter(t_ns, leg)

    def _descend(self, t_ns: int) -> Leg:
        return self._enter(t_ns, landing(
            Land(segment='land'), self.last, self._parameters, self._early))

    def _enter(self, t_ns: int, leg: Leg) -> Leg:
        self.leg, self._since_ns = leg, t_ns
        return leg

    def _age(self, t_ns: int) -> float:
        return (t_ns - self._since_ns) / SECOND_NS
