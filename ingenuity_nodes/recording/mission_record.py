# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What a mission decided and its rovers did: decisions, planned and driven paths, the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ingenuity_nodes.recording.columns import Column, Times
from ingenuity_nodes.signals import HazardMap
import numpy as np

Point = tuple[float, float]    # east, north [m]


@dataclass(frozen=True)
class Decision:
    """One line of the mission's log."""

    t_ns: int
    text: str


@dataclass(frozen=True)
class SentPath:
    """A path that was sent to a rover; without points it stops."""

    t_ns: int
    points: tuple[Point, ...]    # straight from point to point, the start not among them


@dataclass
class RoverLog:
    """Where a rover started, should go, was sent, and truly drove."""

    name: str
    start: Point
    goal: Point | None = None
    paths: list[SentPath] = field(default_factory=list)
    t_ns: Times = field(default_factory=lambda: np.zeros(0, np.int64))
    p_MB: Column = field(default_factory=lambda: np.zeros((0, 3)))    # (n, 3) true, moving [m]

    @property
    def distance_driven(self) -> float:
        """Return the distance travelled, seen from above [m]."""
        return float(np.linalg.norm(np.diff(self.p_MB[:, :2], axis=0), axis=1).sum())

    @property
    def end(self) -> Point:
        """Return where it stood at the end, east and north [m]."""
        if not len(self.p_MB):
            return self.start
        return float(self.p_MB[-1, 0]), float(self.p_MB[-1, 1])


@dataclass
class MissionRecord:
    """Decisions in the order of time, rovers by name, and the newest map from the air."""

    decisions: list[Decision] = field(default_factory=list)
    rovers: dict[str, RoverLog] = field(default_factory=dict)
    hazard_map: HazardMap | None = None

    @property
    def is_cooperation(self) -> bool:
        """Return whether a rover drove or the ground was mapped: more than flights."""
        return self.hazard_map is not None or any(
            rover.goal is not None or rover.paths or len(rover.p_MB) > 1
            for rover in self.rovers.values())

    def arrays(self) -> dict[str, Any]:
        """Return all that is arrays, by name, for one file."""
        found: dict[str, Any] = {}
        for k, rover in enumerate(self.rovers.values()):
            found |= {f'rover_{k}_t_ns': rover.t_ns, f'rover_{k}_p_MB': rover.p_MB}
        if self.hazard_map is not None:
            found |= {'map_height': self.hazard_map.height, 'map_sigma': self.hazard_map.sigma,
                      'map_hazard': self.hazard_map.hazard}
        return found

    def about(self) -> dict[str, Any]:
        """Return all the rest, for JSON."""
        corner = None if self.hazard_map is None else {
            key: getattr(self.hazard_map, key) for key in ('t_ns', 'west', 'south', 'cell')}
        return {'decisions': [asdict(decision) for decision in self.decisions], 'map': corner,
                'rovers': [{'name': rover.name, 'start': rover.start, 'goal': rover.goal,
                            'paths': [asdict(path) for path in rover.paths]}
                           for rover in self.rovers.values()]}

    @classmethod
    def restored(cls, about: Mapping[str, Any], arrays: Mapping[str, Any]) -> MissionRecord:
        """
        Read what :meth:`about` and :meth:`arrays` gave.

        Raises
        ------
        KeyError
            Something is missing.

        """
        made = cls([Decision(**entry) for entry in about['decisions']])
        for k, entry in enumerate(about['rovers']):
            goal = None if entry['goal'] is None else _point(entry['goal'])
            paths = [SentPath(path['t_ns'], tuple(map(_point, path['points'])))
                     for path in entry['paths']]
            made.rovers[entry['name']] = RoverLog(
                entry['name'], _point(entry['start']), goal, paths,
                arrays[f'rover_{k}_t_ns'], arrays[f'rover_{k}_p_MB'])
        if about['map'] is not None:
            made.hazard_map = HazardMap(
                **about['map'], height=arrays['map_height'], sigma=arrays['map_sigma'],
                hazard=arrays['map_hazard'])
        return made


def _point(pair: Sequence[float]) -> Point:
    return float(pair[0]), float(pair[1])
