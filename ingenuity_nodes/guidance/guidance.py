# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
r"""
Guidance: flies the plan through its modes, each change with its reason, each mode with a time-out.

::

    standby -> ready -> spin_up -> take_off -> climb, hover, turn, photo ... -> landing
       \-> refused        |           |                                               |
                          +-----------+---------------> spin_down <- touchdown <------+
                                                            |
    any -> crashed                                  landed, refused

In the air an order leads to ``hold`` and from there back to the plan, or to another end of it.
"""

from __future__ import annotations

import math

from ingenuity_nodes.frames import tilt
from ingenuity_nodes.guidance.flight_plan import FlightPlan
from ingenuity_nodes.guidance.mode import (
    AT_REST, FINAL, IN_FLIGHT, lift_off_reason, Mode)
from ingenuity_nodes.guidance.offboard import OffboardSetpoints
from ingenuity_nodes.guidance.parameters import GuidanceParameters
from ingenuity_nodes.guidance.plan_flight import ABORT, PlanFlight, RETARGET, Seen
from ingenuity_nodes.guidance.segments import Leg
from ingenuity_nodes.guidance.touchdown import Touchdown
from ingenuity_nodes.signals import (
    Estimate, FlightOrder, HealthReport, ImuSample, ModeChange, Setpoint, TrajectoryCommand,
    VehicleStatus, VelocityCommand)
from ingenuity_nodes.timing import SECOND_NS
import numpy as np

WELL = HealthReport('', '', '', True)
# [m] a little below where the filter begins to use them: 1 m, NASA Flight 6 post
FIRST_IMAGE = 0.8

__all__ = ['Guidance', 'GuidanceParameters', 'Mode']


class Guidance:
    """
    Flies one plan.

    ``hover_collective`` is the blade angle that carries the weight in the air of the day [rad].
    """

    def __init__(
        self, parameters: GuidanceParameters, hover_collective: float = math.radians(9.0),
    ) -> None:
        self.parameters = parameters
        self.hover_collective = hover_collective
        self.mode = Mode.STANDBY
        self.lift_off_ns: int | None = None
        self.touchdown_ns: int | None = None
        self._plan: FlightPlan | None = None
        self._new_plan: FlightPlan | None = None
        self._go = False
        self._abort = ''
        self._health = WELL
        self._announced = ('', self.mode)     # what was missing, and in which mode
        self._since_ns = 0
        self._resting_ns = 0    # when it did not rise yet
        self._changes = [ModeChange(0, Mode.STANDBY.value, 'power on')]
        self._flight = PlanFlight(parameters)
        self._touchdown = Touchdown(parameters)
        self._outcome = Mode.LANDED
        self._height = 0.0

    def load(self, plan: FlightPlan, t_ns: int) -> None:
        """Accept a plan; the checks come with the next step."""
        del t_ns
        self._new_plan = plan

    @property
    def takes_plans(self) -> bool:
        """Return whether a new plan may be loaded: on the ground, rotors still."""
        return self.mode in FINAL | {Mode.STANDBY, Mode.READY}

    def refuse(self, t_ns: int, reason: str) -> None:
        """Refuse a plan that cannot be flown at all."""
        self._enter(t_ns, Mode.REFUSED, reason)

    def go(self, t_ns: int) -> None:
        """Start the flight, if ready."""
        del t_ns
        self._go = True

    def abort(self, t_ns: int, reason: str) -> None:
        """Land where it is, or stop the rotors when still on the ground."""
        del t_ns
        self._abort = reason

    def order(self, t_ns: int, order: FlightOrder) -> str:
        """Obey an order at the next step; return why not, '' when it will."""
        if order.kind == ABORT:
            self.abort(t_ns, order.reason)
            return ''
        if order.kind == RETARGET:
            assert order.retarget is not None
            if self._plan is None:
                return f"mode is '{self.mode.value}', allowed: with a plan"
            self._flight.retarget(order.retarget)
            return ''
        refusal = self._flight.refusal(order, self.mode, self._height)
        if not refusal:
            self._flight.order(order)
        return refusal

    def plan_start_ns(self, t_ns: int) -> int | None:
        """Return when the plan began: at lift-off, or later by what orders delayed it."""
        if self.lift_off_ns is None:
            return None
        return self.lift_off_ns + self._flight.delay_ns(t_ns)

    def take_health(self, health: HealthReport) -> None:
        """Take what is wrong with sensors, actuators and power train, 50 times a second."""
        self._health = health

    def command(self, t_ns: int, command: VelocityCommand | TrajectoryCommand) -> str:
        """Follow an offboard setpoint; return why not, '' when it does."""
        leg = self._flight.leg
        if leg is None or not isinstance(leg.path, OffboardSetpoints):
            return f"mode is '{self.mode.value}', setpoints are followed in 'external'"
        leg.path.command(command, (t_ns - self._since_ns) / SECOND_NS)
        return ''

    def take_changes(self) -> list[ModeChange]:
        """Return the mode changes since the last call."""
        changes, self._changes = self._changes, []
        return changes

    @property
    def finished(self) -> bool:
        """Return whether nothing more will happen without a new plan."""
        return self.mode in FINAL and self._new_plan is None

    @property
    def at_rest(self) -> bool:
        """Return whether the aircraft stands on the ground, as far as guidance knows."""
        return self.mode in AT_REST

    @property
    def camera_on(self) -> bool:
        """Return whether navigation images are taken."""
        landing = self.mode is Mode.LANDING
        lowest = self.parameters.final_descent if landing else FIRST_IMAGE
        return self.mode in IN_FLIGHT and self._height > lowest

    def step(self, estimate: Estimate, status: VehicleStatus, imu: ImuSample) -> Setpoint:
        """Return the setpoint of control for this step."""
        t_ns, p = estimate.t_ns, self.parameters
        self._height = estimate.height
        age = (t_ns - self._since_ns) / SECOND_NS
        if status.failure and self.mode is not Mode.CRASHED:
            self._enter(t_ns, Mode.CRASHED, status.failure)
        elif self.mode in IN_FLIGHT:
            self._fly(t_ns, estimate, imu, status.battery_charge)
        elif self.mode not in FINAL or self._new_plan is not None:
            self._on_ground(t_ns, age, estimate, status)
        self._announce(t_ns)
        if self._flight.leg is not None and self.mode in IN_FLIGHT:
            return self._flying(t_ns)
        age, last = (t_ns - self._since_ns) / SECOND_NS, self._flight.last
        collective = p.ground_collective
        if self.mode is Mode.TAKE_OFF:
            fraction = min(1.0, age / p.boost_time)
            collective += fraction * (self.hover_collective + p.boost - p.ground_collective)
        elif self.mode is Mode.TOUCHDOWN:
            fraction = max(0.0, 1.0 - age / p.boost_time)
            collective += 0.5 * fraction * (self.hover_collective - p.ground_collective)
        return Setpoint(
            t_ns, last.p, np.zeros(3), np.zeros(3), last.yaw, 0.0,
            self._rotor_speed(age), self.mode.value, False, collective)

    def _flying(self, t_ns: int) -> Setpoint:
        p_ref, v_ref, a_ref, yaw, yaw_rate, _ = self._flight.reference(t_ns)
        return Setpoint(
            t_ns, p_ref, v_ref, a_ref, yaw, yaw_rate, self._flight_speed, self.mode.value, True,
            self.hover_collective)

    @property
    def _flight_speed(self) -> float:
        return self._plan.rotor_speed_rpm * math.pi / 30.0 if self._plan else 0.0

    def _rotor_speed(self, age: float) -> float:
        p = self.parameters
        if self.mode is Mode.SPIN_UP:
            return self._flight_speed * min(1.0, age / p.spin_up_time)
        if self.mode in (Mode.TAKE_OFF, Mode.TOUCHDOWN):
            return self._flight_speed
        if self.mode is Mode.SPIN_DOWN:
            return self._flight_speed * max(0.0, 1.0 - age / p.spin_down_time)
        return 0.0

    def _enter(self, t_ns: int, mode: Mode, reason: str) -> None:
        self.mode, self._since_ns = mode, t_ns
        self._changes.append(ModeChange(t_ns, mode.value, reason))

    def _announce(self, t_ns: int) -> None:
        """Report what is missing in a degraded flight, in each of its modes."""
        missing = self._health.degraded if self.mode in IN_FLIGHT else ''
        before, mode = self._announced
        if missing and (missing, self.mode) != self._announced:
            self._changes.append(ModeChange(t_ns, Mode.DEGRADED.value, missing))
        elif before and not missing and mode is self.mode:
            self._changes.append(ModeChange(t_ns, mode.value, 'goes on: nothing missing any more'))
        self._announced = (missing, self.mode)

    # On the ground

    def _on_ground(
        self, t_ns: int, age: float, estimate: Estimate, status: VehicleStatus,
    ) -> None:
        p = self.parameters
        if self._new_plan is not None and self.takes_plans:
            self._check(t_ns, estimate, status)
        elif self.mode is Mode.READY and self._go:
            self._go = False
            self._start(t_ns, estimate, status)
        elif self._abort and self.mode in (Mode.SPIN_UP, Mode.TAKE_OFF):
            self._stop(t_ns, f'abort: {self._abort}')
        elif self._health.unfit and self.mode in (Mode.SPIN_UP, Mode.TAKE_OFF):
            self._stop(t_ns, self._health.unfit)
        elif self.mode is Mode.SPIN_UP:
            if age > p.spin_up_time and self._rotors_within(status, p.speed_tolerance):
                self._flight.start_from(estimate.p_MB)
                self._resting_ns = t_ns
                self._enter(t_ns, Mode.TAKE_OFF, 'rotors at flight speed')
            elif age > p.spin_up_limit:
                self._stop(t_ns, f'spin-up not done in {p.spin_up_limit:g} s')
        elif self.mode is Mode.TAKE_OFF:
            self._take_off(t_ns, age, estimate)
        elif self.mode is Mode.TOUCHDOWN and age > p.touchdown_time:
            self._enter(t_ns, Mode.SPIN_DOWN, 'on the ground')
        elif self.mode is Mode.SPIN_DOWN:
            slow = max(status.rotor_speed) < p.slow_rotor * self._flight_speed
            if slow or age > p.spin_down_limit:
                self._enter(t_ns, self._outcome, 'rotors have run down' if slow else
                            f'spin-down not done in {p.spin_down_limit:g} s')
        if self._abort and self.mode in AT_REST:
            self._abort = ''

    def _check(self, t_ns: int, estimate: Estimate, status: VehicleStatus) -> None:
        """Accept or refuse the new plan."""
        plan, self._new_plan = self._new_plan, None
        self._go = False
        problem = self._problem(estimate, status)
        if problem:
            self._enter(t_ns, Mode.REFUSED, problem)
            return
        assert plan is not None
        self._plan = plan
        self._flight.load(plan, estimate.p_MB)
        self.lift_off_ns = self.touchdown_ns = None
        self._enter(t_ns, Mode.READY, f'plan of {len(plan.segments)} segments, checks passed')

    def _problem(self, estimate: Estimate, status: VehicleStatus) -> str:
        """Return what forbids a flight, '' when nothing does."""
        p = self.parameters
        if self._health.unfit:
            return self._health.unfit
        if not np.isfinite(estimate.p_MB).all() or not np.isfinite(estimate.q_MB).all():
            return 'the estimate is not made of numbers'
        leaning = tilt(estimate.q_MB)
        if leaning > p.largest_tilt:
            return (f'the aircraft leans {math.degrees(leaning):.1f} deg, '
                    f'allowed: {math.degrees(p.largest_tilt):.1f} deg')
        if status.battery_charge < p.lowest_charge:
            return (f'the battery holds {100 * status.battery_charge:.0f} %, '
                    f'needed: {100 * p.lowest_charge:.0f} %')
        return ''

    def _start(self, t_ns: int, estimate: Estimate, status: VehicleStatus) -> None:
        problem = self._problem(estimate, status)
        if problem:
            self._enter(t_ns, Mode.REFUSED, problem)
        else:
            self._outcome = Mode.LANDED
            self._enter(t_ns, Mode.SPIN_UP, 'go')

    def _take_off(self, t_ns: int, age: float, estimate: Estimate) -> None:
        """Wait until the feet are clear of the ground, then begin the first segment."""
        p = self.parameters
        if estimate.v_MB[2] < p.lift_off_rate:
            self._resting_ns = t_ns
        if estimate.height - p.origin_height > p.clear_height:
            self.lift_off_ns = self._resting_ns
            self._changes.append(ModeChange(
                t_ns, Mode.LIFT_OFF.value, lift_off_reason(self.lift_off_ns)))
            self._enter_leg(t_ns, self._flight.begin(
                t_ns, float(estimate.v_MB[2]), estimate.p_MB))
        elif age > p.take_off_limit:
            self._stop(t_ns, f'not off the ground in {p.take_off_limit:g} s')

    def _stop(self, t_ns: int, reason: str) -> None:
        """Stop before the flight has begun."""
        self._outcome = Mode.REFUSED
        self._abort = ''
        self._enter(t_ns, Mode.SPIN_DOWN, reason)

    def _rotors_within(self, status: VehicleStatus, tolerance: float) -> bool:
        wanted = self._flight_speed
        return all(abs(speed - wanted) < tolerance * wanted for speed in status.rotor_speed)

    # In the air

    def _fly(self, t_ns: int, estimate: Estimate, imu: ImuSample, charge: float) -> None:
        must_land = (f'abort: {self._abort}' if self._abort
                     else f'LAND_NOW: {self._health.land_now}' if self._health.land_now else '')
        if self.mode is not Mode.LANDING:
            self._abort = ''
        leg = self._flight.next_leg(t_ns, Seen(
            self._height, charge, must_land, estimate.p_MB, estimate.v_MB))
        if leg is not None:
            self._enter_leg(t_ns, leg)
        elif self.mode is Mode.LANDING:
            self._detect_touchdown(t_ns, estimate, imu)

    def _enter_leg(self, t_ns: int, leg: Leg) -> None:
        if leg.mode is Mode.LANDING:
            self._touchdown.arm(self._height, leg.descent)
        self._enter(t_ns, leg.mode, leg.reason)

    def _detect_touchdown(self, t_ns: int, estimate: Estimate, imu: ImuSample) -> None:
        assert self._flight.leg is not None
        age = (t_ns - self._since_ns) / SECOND_NS
        wanted = -float(self._flight.leg.path.at(age).v[2])
        reason = self._touchdown.step(
            age, wanted, estimate, imu, height_trusted=self._health.height_trusted)
        if reason:
            self.touchdown_ns = t_ns
            self._enter(t_ns, Mode.TOUCHDOWN, reason)
