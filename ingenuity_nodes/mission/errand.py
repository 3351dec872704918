# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
What somebody asks of one vehicle and then follows to its end: the core of the ROS actions.

An errand is a command to mission control, given like any other from outside, and a rule that
decides when it is done. It has no power of its own: what mission control refuses is not done.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
import math
from typing import Any, NamedTuple

from ingenuity_nodes.mission.control import MissionControl
from ingenuity_nodes.mission.flight import Flight, Phase
from ingenuity_nodes.scenario.commands import Command, command_from_yaml, RetargetSection
from ingenuity_nodes.scenario.goals import GoTo, Photograph
from ingenuity_nodes.timing import SECOND_NS
from ingenuity_nodes.yaml_files.reader import read_yaml
import yaml

ARRIVED = 'arrived'
CANCELLED = 'cancelled'


class Status(Enum):
    """How an errand stands."""

    ACTIVE = 'active'
    SUCCEEDED = 'succeeded'
    ABORTED = 'aborted'
    CANCELED = 'canceled'    # spelt as in ROS


class Progress(NamedTuple):
    """What its sender is told at each tick."""

    status: Status
    outcome: str                     # '' while it is active
    phase: str
    mode: str                        # of the flight computer, '' of a rover
    position: tuple[float, float, float]    # as the vehicle reported it, in M [m]; nan: not yet
    distance: float                  # from the goal [m], nan where there is none
    flight_time: float               # [s] in the air so far


class Errand:
    """One command, followed to its end; ``goal`` is east and north in M [m]."""

    def __init__(
        self, name: str, command: Command, goal: tuple[float, float] | None = None,
        is_done: Callable[[Flight], bool] = lambda flight: flight.phase is Phase.DONE,
    ) -> None:
        self._name, self.command, self._goal, self._is_done = name, command, goal, is_done
        self._flight: Flight | None = None
        self._cancelled = False
        self._lift_off_ns = self._airborne_ns = 0

    def cancel(self, control: MissionControl) -> Command | None:
        """Return the command that ends it, None if there is nothing to end."""
        flight = self._flight
        reason = {'vehicle': self._name, 'reason': CANCELLED}
        if flight is None:
            self._cancelled = True
            return Command.model_validate({'order': 'hold', **reason})
        kind = 'land' if flight.airborne else 'abort'
        if control.problem(self._name, kind):
            return None
        self._cancelled = True
        return Command.model_validate({'order': kind, **reason})

    def begin(self, control: MissionControl) -> None:
        """Follow what has become of the command, which was obeyed."""
        if self.command.drive_to is None:
            self._flight = control.flight(self._name)

    def progress(self, t_ns: int, control: MissionControl) -> Progress:
        """Return how it stands after a tick of mission control."""
        return (self._drive(control) if self._flight is None
                else self._fly(t_ns, control, self._flight))

    def _drive(self, control: MissionControl) -> Progress:
        drive = control.drive(self._name)
        status = Status.ACTIVE
        if drive.over:
            status = (Status.SUCCEEDED if drive.phase == ARRIVED else
                      Status.CANCELED if self._cancelled else Status.ABORTED)
        outcome = {Status.ACTIVE: '', Status.CANCELED: CANCELLED}.get(
            status, drive.outcome or drive.phase)
        east, north = drive.position
        return Progress(status, outcome, drive.phase, '', (east, north, math.nan),
                        self._distance(east, north), 0.0)

    def _fly(self, t_ns: int, control: MissionControl, flight: Flight) -> Progress:
        if flight.airborne:
            self._lift_off_ns = self._lift_off_ns or t_ns
            self._airborne_ns = t_ns - self._lift_off_ns
        status, outcome = Status.ACTIVE, ''
        if control.flight(self._name) is not flight:
            status, outcome = Status.ABORTED, 'replaced by other goals'
        elif flight.over and self._cancelled:
            status, outcome = Status.CANCELED, f'{CANCELLED}: {flight.outcome}'
        elif self._is_done(flight):
            status, outcome = Status.SUCCEEDED, flight.outcome
        elif flight.over:
            status, outcome = Status.ABORTED, flight.outcome
        where = (math.nan,) * 3 if flight.p_MB is None else tuple(flight.p_MB.tolist())
        east, north, up = where
        return Progress(status, outcome, flight.phase.value, flight.mode, (east, north, up),
                        self._distance(east, north), self._airborne_ns / SECOND_NS)

    def _distance(self, east: float, north: float) -> float:
        return math.dist((east, north), self._goal) if self._goal else math.nan


class PhotoErrand(Errand):
    """A photo that is done when the next new one is on a rover."""

    def __init__(self, name: str, command: Command, control: MissionControl) -> None:
        self._before = control.flight(name).received
        super().__init__(name, command, is_done=lambda flight: bool(self._new(flight)))

    def progress(self, t_ns: int, control: MissionControl) -> Progress:
        """Return how it stands; the outcome of success is the name of the photo."""
        found = super().progress(t_ns, control)
        assert self._flight is not None
        if found.status is Status.SUCCEEDED:
            return found._replace(outcome=self._new(self._flight)[0])
        if found.status is Status.ABORTED:
            return found._replace(outcome=f'no photo: {found.outcome}')
        return found

    def _new(self, flight: Flight) -> list[str]:
        return sorted(flight.received - self._before)


def fly_plan(name: str, goals: str) -> Errand:
    """
    Fly goals (YAML, as in a scenario); without any the plan that the helicopter has, now.

    Raises
    ------
    ValueError
        Not YAML, or not goals; the message names each key.

    """
    if not goals.strip():
        return Errand(name, Command(vehicle=name, order='go', reason='fly_plan'))
    return Errand(name, command_from_yaml(
        yaml.safe_dump({'vehicle': name, 'goals': read_yaml(goals)[1], 'now': True})))


def photograph(
    name: str, target: str, point: tuple[float, float, float] | None, control: MissionControl,
) -> Errand:
    """
    Aim the next photo of the flight that goes on, or plan a flight for a photo of a vehicle.

    Raises
    ------
    ValueError
        A point, and no photo to come.

    """
    if control.awaits_photo(name):
        aim = RetargetSection(target=target or 'point', position=point)
        return PhotoErrand(name, Command(
            vehicle=name, order='retarget', reason='photograph', retarget=aim), control)
    if point is not None:
        raise ValueError(f'found a point, allowed while {name} has no photo to come: the name of '
                         'a vehicle')
    return PhotoErrand(name, Command(
        vehicle=name, now=True, goals=(Photograph(goal='photograph', target=target),)), control)


def go_to(name: str, goal: tuple[float, float], control: MissionControl) -> Errand:
    """Drive or fly to a point of the map: east, north [m]."""
    take_off = control.take_off_position(name)
    if take_off is None:
        return Errand(name, Command(vehicle=name, drive_to=goal), goal)
    command: dict[str, Any] = {'vehicle': name, 'now': True, 'goals': (GoTo(
        goal='go_to', east=goal[0] - take_off[0], north=goal[1] - take_off[1]),)}
    return Errand(name, Command(**command), goal)
