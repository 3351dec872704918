# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The drive of a rover, as mission control plans and follows it."""

from __future__ import annotations

import math

from ingenuity_nodes.mission.rover_path import is_closed, path_length, Point, rover_path
from ingenuity_nodes.parameters import with_overrides
from ingenuity_nodes.rover.drive import REFUSED
from ingenuity_nodes.rover.parameters import RoverParameters
from ingenuity_nodes.rover.route import checked
from ingenuity_nodes.scenario.sections import RoverSection
from ingenuity_nodes.signals import HazardMap, RoverPath, RoverReport
from ingenuity_nodes.timing import SECOND_NS
import numpy as np


class RoverDrive:
    """
    The drive of one rover that the scenario asks for.

    Where a map from the air is made (``scouted``), it waits for it, drives the cheapest path over
    it, and another when a newer map closes the path ahead. Without a map it drives straight.
    """

    def __init__(self, section: RoverSection, *, scouted: bool = False) -> None:
        self.phase = 'parked'
        self._name, self._goal = section.name, section.drive_to
        self._start_ns = round(section.start * SECOND_NS)
        self._scouted = scouted
        self._position: Point = section.position
        self._map: HazardMap | None = None
        self._map_is_new = False
        self._path: tuple[Point, ...] | None = None    # that was sent
        self._refused = self._cancelled = ''
        self._unanswered = False      # a path was sent, and the rover has not begun to drive
        self._from_outside = False    # the goal is not the scenario's
        self._longest = with_overrides(
            RoverParameters(), section.overrides).drive.longest_drive

    @property
    def over(self) -> bool:
        """Return whether nothing of it is left to be waited for."""
        return self._goal is None or bool(self._refused) or self.phase in ('arrived', 'stopped')

    @property
    def outcome(self) -> str:
        """Return how a drive ended that did not arrive, '' else."""
        return f'{self._name} stays: {self._refused}' if self._refused else ''

    @property
    def position(self) -> Point:
        """Return where the rover last believed to be: east, north [m]."""
        return self._position

    def new_goal(self, t_ns: int, goal: Point) -> str:
        """
        Take another goal from outside; return what becomes of the former one, '' for nothing.

        Raises
        ------
        ValueError
            The goal cannot be reached; the former one stays.

        """
        checked(RoverPath((goal,), ''), self._position, self._longest)
        if self._map is not None:
            rover_path(self._map, self._position, goal)
        former = '' if self._goal is None or self.over else (
            f'replaces {self._goal[0]:g} m east, {self._goal[1]:g} m north')
        self._goal, self._start_ns, self._from_outside = goal, t_ns, True
        self._path, self._refused = None, ''
        self.phase = 'parked'
        return former

    def cancel(self, reason: str) -> str:
        """
        Stop, and forget the goal; return what that means.

        Raises
        ------
        ValueError
            It has no goal.

        """
        if self.over:
            raise ValueError(f"{self._name} is '{self.phase}', allowed: with a goal ahead")
        self._goal, self._cancelled = None, reason
        return f'stops: {reason}'

    def take_map(self, hazards: HazardMap) -> None:
        """Take the newest map."""
        self._map, self._map_is_new = hazards, True

    def may_send(self, t_ns: int) -> bool:
        """Return whether a path may be due: cheap, for every tick."""
        return bool(self._cancelled) or (
            self._goal is not None and t_ns >= self._start_ns and not self.over)

    def paths_due(self, t_ns: int, *, map_complete: bool = True) -> tuple[RoverPath, ...]:
        """Return the path to send now, if any; ``map_complete``: the scouts have landed."""
        if self._cancelled:
            reason, self._cancelled = self._cancelled, ''
            return (RoverPath((), reason),)
        if self._goal is None or not self.may_send(t_ns):
            return ()
        if self._path is None and (map_complete or not self._scouted):
            return self._planned(self._goal)
        if self._path is not None and self._map_is_new and self._map is not None:
            self._map_is_new = False
            if is_closed(self._map, self._ahead()):
                return self._planned(self._goal)
        return ()

    def take_report(self, report: RoverReport) -> list[str]:
        """Note where the rover believes to be; log what is new."""
        self._position = report.position
        if report.phase == REFUSED:
            return self._take_refusal(report.reason)
        self._unanswered = False
        if (before := self.phase) == report.phase:
            return []
        self.phase = report.phase
        east, north = report.position
        why = f': {report.reason}' if report.reason else ''
        return [f'{self._name}: {before} -> {report.phase} at {east:.1f} m east, '
                f'{north:.1f} m north{why}']

    def _take_refusal(self, reason: str) -> list[str]:
        """Fail the scenario's drive; of a goal from outside forget only that goal."""
        if self._unanswered:
            self._give_up(reason)
        self._unanswered = False
        return [f'{self._name}: path refused: {reason}']

    def _give_up(self, reason: str) -> None:
        if self._from_outside:
            self._goal = None
        else:
            self._refused = reason

    def _planned(self, goal: Point) -> tuple[RoverPath, ...]:
        east, north = goal
        self._unanswered = True
        where = f'to {east:g} m east, {north:g} m north'
        self._map_is_new = False
        if self._map is None:
            self._path = (self._position, goal)
            return (RoverPath((goal,), f'straight {where}, no map'),)
        try:
            self._path = rover_path(self._map, self._position, goal)
        except ValueError as error:
            self._unanswered = False
            self._give_up(str(error))
            # An empty path stops a rover that is on its way.
            return (RoverPath((), f'none {where}: {error}'),)
        straight = math.dist(self._position, goal)
        detour = path_length(self._path) - straight
        line = 'straight' if len(self._path) == 2 else (
            f'round hazards in {len(self._path) - 1} legs, {detour:.1f} m longer than straight')
        return (RoverPath(self._path[1:], f'{line} {where}, by a map from the air'),)

    def _ahead(self) -> tuple[Point, ...]:
        """Return what is left of the path, from where the rover is."""
        assert self._path is not None
        nearest = min(range(1, len(self._path)), key=lambda k: _distance_to_leg(
            self._position, self._path[k - 1], self._path[k]) if self._path else 0.0)
        return (self._position, *self._path[nearest:])


def _distance_to_leg(point: Point, begin: Point, end: Point) -> float:
    a, b, p = np.array(begin), np.array(end), np.array(point)
    square = float((b - a) @ (b - a))
    along = min(1.0, max(0.0, float((p - a) @ (b - a)) / square)) if square > 0.0 else 0.0
    return float(np.linalg.norm(p - a - along * (b - a)))
