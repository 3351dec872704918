# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The drive of a rover, as mission control plans and follows it."""

from __future__ import annotations

from ingenuity_nodes.scenario.sections import RoverSection
from ingenuity_nodes.signals import RoverPath, RoverReport
from ingenuity_nodes.timing import SECOND_NS


class RoverDrive:
    """The drive of one rover that the scenario asks for, as mission control follows it."""

    def __init__(self, section: RoverSection) -> None:
        self.phase = 'parked'
        self._name, self._goal = section.name, section.drive_to
        self._start_ns = round(section.start * SECOND_NS)
        self._sent = False

    @property
    def over(self) -> bool:
        """Return whether nothing of it is left to be waited for."""
        return self._goal is None or self.phase in ('arrived', 'stopped')

    def paths_due(self, t_ns: int) -> tuple[RoverPath, ...]:
        """Return the straight path to the goal, once."""
        if self._goal is None or self._sent or t_ns < self._start_ns:
            return ()
        self._sent = True
        east, north = self._goal
        return (RoverPath((self._goal,), f'straight to {east:g} m east, {north:g} m north'),)

    def take_report(self, report: RoverReport) -> list[str]:
        """Log what is new."""
        if (before := self.phase) == report.phase:
            return []
        self.phase = report.phase
        east, north = report.position
        why = f': {report.reason}' if report.reason else ''
        return [f'{self._name}: {before} -> {report.phase} at {east:.1f} m east, '
                f'{north:.1f} m north{why}']
