# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Mission control: uplinks the plan, says go, watches, waits for the photo, ends the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from ingenuity_nodes.guidance.flight_plan import FlightPlan
from ingenuity_nodes.mission.preparation import prepare, Prepared
from ingenuity_nodes.mission.rover_drive import RoverDrive
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.signals import (
    all_of, Go, HazardMap, ModeChange, NOTHING, Receipt, RoverPath, RoverReport)
from ingenuity_nodes.timing import SECOND_NS
from ingenuity_nodes.world.environment import Environment


class Phase(Enum):
    """Where a flight stands, as mission control sees it."""

    WAITING = 'waiting for the helicopter'
    UPLINKED = 'plan uplinked'
    FLYING = 'flying'
    DOWN = 'on the ground, waiting for its photos'
    DONE = 'done'
    FAILED = 'failed'


# Modes of the flight computer that end a flight.
LANDED, FAILED_MODES = 'landed', ('refused', 'crashed')


class MissionInputs(NamedTuple):
    """What reached mission control since its last tick."""

    modes: Mapping[str, Sequence[ModeChange]] = NOTHING    # by helicopter
    receipts: Mapping[str, Sequence[Receipt]] = NOTHING    # by rover
    rover_reports: Mapping[str, Sequence[RoverReport]] = NOTHING
    maps: Mapping[str, Sequence[HazardMap]] = NOTHING      # by mapper


class MissionOutputs(NamedTuple):
    """What mission control sends and reports in one tick."""

    plans: dict[str, tuple[FlightPlan, ...]]    # by the helicopter they go to
    go: dict[str, tuple[Go, ...]]
    log: tuple[str, ...]
    outcome: str             # '' while the run goes on
    rover_paths: Mapping[str, Sequence[RoverPath]] = NOTHING    # by the rover they go to


class MissionControl:
    """Runs the flights of one scenario."""

    def __init__(
        self, scenario: Scenario, environment: Environment, images: bool = True,
    ) -> None:
        self._mission = scenario.mission
        self._wait_for_photos = (
            images and scenario.mission.wait_for_photos and bool(scenario.rovers))
        self._flights = {name: _Flight(prepared)
                         for name, prepared in prepare(scenario, environment).items()}
        self._scouts = scenario.mapper.vehicles if scenario.mapper else ()
        self._drives = {rover.name: RoverDrive(rover, scouted=bool(self._scouts))
                        for rover in scenario.rovers}

    def tick(self, t_ns: int, inputs: MissionInputs) -> MissionOutputs:
        """Take in what happened, decide what is to be done."""
        log = [line for flight in self._flights.values() for line in flight.take_decisions()]
        for name, changes in inputs.modes.items():
            for change in changes:
                log += self._flights[name].take_mode(change, self._wait_for_photos)
        for receipt in all_of(inputs.receipts):
            flight = self._flights.get(receipt.sender)
            log += flight.take_receipt(receipt) if flight else [
                f'receipt of {receipt.sender[:40]} ignored, allowed: {", ".join(self._flights)}']
        plans, go, sent = self._uplink(t_ns)
        paths, more = self._drive(t_ns, inputs)
        return MissionOutputs(plans, go, (*log, *sent, *more), self._outcome(t_ns), paths)

    def _uplink(self, t_ns: int) -> tuple[
            dict[str, tuple[FlightPlan, ...]], dict[str, tuple[Go, ...]], list[str]]:
        """Send plans to helicopters that are awake, and go when it is time."""
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
    ) -> tuple[dict[str, tuple[RoverPath, ...]], list[str]]:
        """Follow the rovers and send them paths."""
        log = []
        for hazards in all_of(inputs.maps)[-1:]:
            for drive in self._drives.values():
                drive.take_map(hazards)
        for name, reports in inputs.rover_reports.items():
            for report in reports:
                log += self._drives[name].take_report(report)
        landed = all(self._flights[name].phase in (Phase.DOWN, Phase.DONE, Phase.FAILED)
                     for name in self._scouts)
        paths = {name: drive.paths_due(t_ns, map_complete=landed)
                 for name, drive in self._drives.items()}
        log += [f'{name}: path uplinked: {path.reason}'
                for name, sent in paths.items() for path in sent]
        return paths, log

    @property
    def phases(self) -> dict[str, Phase]:
        """Where each flight stands."""
        return {name: flight.phase for name, flight in self._flights.items()}

    @property
    def succeeded(self) -> bool:
        """Whether each flight was flown to its end and has its photos on the rover."""
        return all(flight.phase is Phase.DONE for flight in self._flights.values())

    def _outcome(self, t_ns: int) -> str:
        flights = self._flights.values()
        if (all(flight.phase in (Phase.DONE, Phase.FAILED) for flight in flights)
                and all(drive.over for drive in self._drives.values())):
            ends = (*(flight.outcome for flight in flights),
                    *(drive.outcome for drive in self._drives.values()))
            return '; '.join(dict.fromkeys(filter(None, ends)))
        if t_ns > self._mission.time_limit * SECOND_NS:
            late = ', '.join(f'{name} is {flight.phase.value}'
                             for name, flight in self._flights.items()
                             if flight.phase not in (Phase.DONE, Phase.FAILED))
            late = ', '.join([*filter(None, [late]), *(
                f'{name} is {drive.phase}' for name, drive in self._drives.items()
                if not drive.over)])
            return f'time limit of {self._mission.time_limit:g} s passed: {late}'
        return ''


class _Flight:
    """One helicopter's flight, as mission control follows it."""

    def __init__(self, prepared: Prepared) -> None:
        self.plan = prepared.plan
        self.phase = Phase.FAILED if prepared.no_go else Phase.WAITING
        self.ready = False
        self.outcome = f'no-go: {prepared.no_go}' if prepared.no_go else ''
        self._name = prepared.section.name
        self._start_ns = round(prepared.start * SECOND_NS)
        self._uplink_accepted = False
        self._photos_missing = len(prepared.section.photographed)
        self._received: set[str] = set()    # every rover that has the photo reports it
        self._decisions = [*prepared.log, *([self.outcome] if self.outcome else [])]

    def take_decisions(self) -> list[str]:
        """Return what was decided before the flight, once."""
        decisions, self._decisions = self._decisions, []
        return [f'{self._name}: {line}' for line in decisions]

    def may_go(self, t_ns: int) -> bool:
        return self.phase is Phase.UPLINKED and self._uplink_accepted and t_ns >= self._start_ns

    def take_mode(self, change: ModeChange, wait_for_photos: bool) -> list[str]:
        mode, reason = change.mode, change.reason
        self.ready = self.ready or mode == 'standby'
        self._uplink_accepted = self._uplink_accepted or mode == 'ready'
        if self.phase is Phase.FAILED:
            pass    # what has failed stays failed
        elif mode == LANDED:
            self.outcome = LANDED
            waits = wait_for_photos and self._photos_missing > 0
            self.phase = Phase.DOWN if waits else Phase.DONE
        elif mode in FAILED_MODES:
            self.outcome = f'{mode}: {reason}'
            self.phase = Phase.FAILED
        return [f'{self._name}: {mode}: {reason}']

    def take_receipt(self, receipt: Receipt) -> list[str]:
        if receipt.name in self._received:
            return []
        self._received.add(receipt.name)
        self._photos_missing -= 1
        if self.phase is Phase.DOWN and self._photos_missing <= 0:
            self.phase = Phase.DONE
        return [f'{self._name}: {receipt.name} is on the rover']
