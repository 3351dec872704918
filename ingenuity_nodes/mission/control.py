# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Mission control: uplinks the plan, says go, watches, waits for the photo, ends the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ingenuity_nodes.frames import rpy_from_quaternion
from ingenuity_nodes.guidance.flight_plan import FlightPlan
from ingenuity_nodes.guidance.plan_flight import RESUME, RETURN
from ingenuity_nodes.mission.desk import Desk
from ingenuity_nodes.mission.flight import Flight, Phase
from ingenuity_nodes.mission.outside import Outside
from ingenuity_nodes.mission.photo_planning import ROVER_SIZE
from ingenuity_nodes.mission.preparation import prepare, timed
from ingenuity_nodes.mission.rover_drive import RoverDrive
from ingenuity_nodes.mission.separation_watch import Nearest, SeparationWatch
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.signals import (
    all_of, Estimate, FlightOrder, Go, HazardMap, ModeChange, NOTHING, Receipt, RoverPath,
    RoverReport)
from ingenuity_nodes.timing import SECOND_NS
from ingenuity_nodes.world.environment import Environment
import numpy as np

__all__ = ['MissionControl', 'MissionInputs', 'MissionOutputs', 'Phase']


class MissionInputs(NamedTuple):
    """What reached mission control since its last tick."""

    modes: Mapping[str, Sequence[ModeChange]] = NOTHING    # by helicopter
    receipts: Mapping[str, Sequence[Receipt]] = NOTHING    # by rover
    rover_reports: Mapping[str, Sequence[RoverReport]] = NOTHING
    maps: Mapping[str, Sequence[HazardMap]] = NOTHING      # by mapper
    positions: Mapping[str, Sequence[Estimate]] = NOTHING    # by helicopter
    outside: tuple[Outside, ...] = ()                      # of no participant


class MissionOutputs(NamedTuple):
    """What mission control sends and reports in one tick."""

    plans: Mapping[str, Sequence[FlightPlan]]    # by the helicopter they go to
    go: Mapping[str, Sequence[Go]]
    log: tuple[str, ...]
    outcome: str             # '' while the run goes on
    rover_paths: Mapping[str, Sequence[RoverPath]] = NOTHING    # by the rover they go to
    orders: Mapping[str, Sequence[FlightOrder]] = NOTHING       # by the helicopter they go to
    failure: str = ''        # what of the mission was not done, apart from flights
    # Of each thing from outside: why it was refused, '' if it was obeyed.
    answers: tuple[str, ...] = ()
    nearest: Nearest | None = None    # the smallest separation of aircraft in flight so far


class MissionControl:
    """Runs the flights of one scenario."""

    def __init__(
        self, scenario: Scenario, environment: Environment, images: bool = True,
    ) -> None:
        self._mission, self._environment = scenario.mission, environment
        self._wait_for_photos = (
            images and scenario.mission.wait_for_photos and bool(scenario.rovers))
        self._flights = {name: Flight(prepared)
                         for name, prepared in prepare(scenario, environment).items()}
        self._scouts = scenario.mapper.vehicles if scenario.mapper else ()
        self._drives = {rover.name: RoverDrive(rover, scouted=bool(self._scouts))
                        for rover in scenario.rovers}
        self._desk = Desk(scenario, environment, self._flights, self._drives)
        self._watch = SeparationWatch()
        for name, drive in self._drives.items():
            self._watch_rover(name, drive)

    def tick(self, t_ns: int, inputs: MissionInputs) -> MissionOutputs:
        """Take in what happened, decide what is to be done."""
        # Most ticks bring nothing: what is empty is not gone through, nor built anew.
        log: list[str] = []
        for flight in self._flights.values():
            if flight.decided:
                log += flight.take_decisions()
        for name, changes in inputs.modes.items():
            for change in changes:
                log += self._flights[name].take_mode(change, self._wait_for_photos)
                self._watch_mode(name, change)
        for receipt in all_of(inputs.receipts) if inputs.receipts else ():
            to = self._flights.get(receipt.sender)
            log += to.take_receipt(receipt) if to else [
                f'receipt of {receipt.sender[:40]} ignored, allowed: {", ".join(self._flights)}']
        if inputs.outside or self._desk.due(t_ns):
            log += self._desk.take(t_ns, inputs.outside)
        if inputs.positions:
            log += self._keep_separated(t_ns, inputs.positions)
        plans, go, sent = self._uplink(t_ns)
        paths, more = self._drive(t_ns, inputs)
        orders, outcome = self._sent_orders(), self._outcome(t_ns)
        log += [*sent, *more]
        if outcome:
            log += self._last_lines()
        return MissionOutputs(plans, go, tuple(log), outcome, paths, orders, self.failure,
                              self._desk.answers if inputs.outside else (), self._watch.nearest)

    def _last_lines(self) -> list[str]:
        asked = self._desk.from_outside
        return [*([self._watch.nearest.text] if self._watch.nearest else []),
                *([f'commands from outside the scenario: {asked}'] if asked else [])]

    def problem(self, name: str, kind: str) -> str:
        """Return why an order to a helicopter makes no sense now, '' if it may be given."""
        return self._desk.problem(name, kind)

    def flight(self, name: str) -> Flight:
        """Return a helicopter's flight; other goals make another one of it."""
        return self._flights[name]

    def drive(self, name: str) -> RoverDrive:
        """Return a rover's drive."""
        return self._drives[name]

    def take_off_position(self, name: str) -> tuple[float, float] | None:
        """Return where a helicopter's next flight begins: east, north [m]; None of others."""
        return self._flights[name].stands_at if name in self._flights else None

    def awaits_photo(self, name: str) -> bool:
        """Return whether a helicopter has a plan with a photo still to come."""
        return self._desk.awaits_photo(name)

    @property
    def failure(self) -> str:
        """Return which drives of the scenario were refused, and why."""
        failure = ''
        for drive in self._drives.values():
            if drive.outcome:
                failure += f'; {drive.outcome}' if failure else drive.outcome
        return failure

    def _sent_orders(self) -> Mapping[str, Sequence[FlightOrder]]:
        orders = self._desk.take_orders()
        for name, sent in orders.items():
            if sent[-1].kind == RESUME:
                self._watch.frees(name)
        return orders

    def _watch_mode(self, name: str, change: ModeChange) -> None:
        flight = self._flights[name]
        if change.mode != flight.mode:
            return    # announced only
        if not flight.airborne or flight.plan is None:
            self._watch.lands(name)
            return
        if not self._watch.watches(name):
            self._watch.lifts_off(name, timed(flight.prepared, self._environment).flight)
        self._watch.take_mode(name, change.mode, returns=f'{RETURN}: ' in change.reason)

    def _watch_rover(self, name: str, drive: RoverDrive) -> None:
        east, north = drive.position
        up = self._environment.terrain.height(east, north) + ROVER_SIZE[2]
        self._watch.take_rover(name, np.array([east, north, up]))

    def _keep_separated(
        self, t_ns: int, positions: Mapping[str, Sequence[Estimate]],
    ) -> list[str]:
        """Take where the helicopters are, and hold those that would come too near."""
        for name, estimates in positions.items():
            flight, estimate = self._flights[name], estimates[-1]
            if np.isfinite(estimate.p_MB).all():
                flight.p_MB = estimate.p_MB
                flight.yaw = float(rpy_from_quaternion(estimate.q_MB)[2])
                self._watch.take_position(name, estimate)
        decisions = self._watch.decide(t_ns)
        for name, kind, reason in decisions:
            self._desk.order(name, FlightOrder(kind, reason))
        return [f'{name}: ordered to {kind}: {reason}' for name, kind, reason in decisions]

    def _uplink(self, t_ns: int) -> tuple[
            Mapping[str, Sequence[FlightPlan]], Mapping[str, Sequence[Go]], Sequence[str]]:
        """Send plans to helicopters that are awake, and go when it is time."""
        for flight in self._flights.values():
            if flight.phase is Phase.WAITING or flight.phase is Phase.UPLINKED:
                break
        else:
            return NOTHING, NOTHING, ()
        plans: dict[str, tuple[FlightPlan, ...]] = {}
        go: dict[str, tuple[Go, ...]] = {}
        log = []
        for name, flight in self._flights.items():
            if flight.phase is Phase.WAITING and flight.ready and flight.plan is not None:
                plans[name] = (flight.plan,)
                flight.phase = Phase.UPLINKED
                log.append(f'{name}: plan uplinked, {len(flight.plan.segments)} segments')
            elif flight.may_go(t_ns):
                go[name] = (Go(),)
                flight.phase = Phase.FLYING
                log.append(f'{name}: go')
        return plans, go, log

    def _drive(
        self, t_ns: int, inputs: MissionInputs,
    ) -> tuple[Mapping[str, Sequence[RoverPath]], Sequence[str]]:
        """Follow the rovers and send them paths."""
        if not self._drives:
            return NOTHING, ()
        log: list[str] = []
        for hazards in all_of(inputs.maps)[-1:] if inputs.maps else ():
            for drive in self._drives.values():
                drive.take_map(hazards)
        for name, reports in inputs.rover_reports.items():
            for report in reports:
                log += self._drives[name].take_report(report)
            self._watch_rover(name, self._drives[name])
        paths: dict[str, Sequence[RoverPath]] = {}
        for name, drive in self._drives.items():
            if drive.may_send(t_ns) and (sent := drive.paths_due(
                    t_ns, map_complete=self._scouted())):
                paths[name] = sent
                log += [f'{name}: path uplinked: {path.reason}' for path in sent]
        return paths or NOTHING, log

    def _scouted(self) -> bool:
        """Return whether all scouts have landed."""
        return all(self._flights[name].phase in (Phase.DOWN, Phase.DONE, Phase.FAILED)
                   for name in self._scouts)

    @property
    def plans(self) -> dict[str, FlightPlan | None]:
        """Return the plan of each flight, None where none could be made."""
        return {name: flight.plan for name, flight in self._flights.items()}

    @property
    def phases(self) -> dict[str, Phase]:
        """Where each flight stands."""
        return {name: flight.phase for name, flight in self._flights.items()}

    @property
    def succeeded(self) -> bool:
        """Whether each flight ended well and has its photos, and no drive was refused."""
        return not self.failure and all(
            flight.phase is Phase.DONE for flight in self._flights.values())

    def _all_over(self) -> bool:
        for flight in self._flights.values():
            if not flight.over:
                return False
        return all(drive.over for drive in self._drives.values())

    def _outcome(self, t_ns: int) -> str:
        flights = self._flights.values()
        if self._all_over():
            ends = (*(flight.outcome for flight in flights),
                    *(drive.outcome for drive in self._drives.values()))
            return '; '.join(dict.fromkeys(filter(None, ends)))
        if t_ns > self._mission.time_limit * SECOND_NS:
            late = ', '.join(f'{name} is {flight.phase.value}'
                             for name, flight in self._flights.items()
                             if not flight.over)
            late = ', '.join([*filter(None, [late]), *(
                f'{name} is {drive.phase}' for name, drive in self._drives.items()
                if not drive.over)])
            return f'time limit of {self._mission.time_limit:g} s passed: {late}'
        return ''
