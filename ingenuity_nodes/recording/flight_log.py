# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""NASA's record of the 72 flights: ``config/nasa``, whose headers name the sources."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from ingenuity_nodes.resources import configuration
from ingenuity_nodes.world.sites import chained, Site

LAST = 72


class TurningPoint(NamedTuple):
    """A corner of a ground track."""

    t_s: float      # since lift-off
    north: float    # of the take-off point [m]
    east: float     # [m]


@dataclass(frozen=True)
class HistoricFlight:
    """What NASA published of one flight."""

    number: int
    utc: datetime              # of the take-off
    sol: int
    duration_s: float
    max_altitude_m: float
    distance_m: float          # as planned: flight log
    path_m: float              # as estimated on board, which drifts: map
    max_speed_mps: float
    start: Site
    start_elevation_m: float   # above the areoid
    start_azimuth_deg: float   # of the nose, at rest
    landing: Site
    landing_azimuth_deg: float
    airfields: tuple[str, str]
    turning_points: tuple[TurningPoint, ...]    # the first at lift-off, the last at touchdown

    @property
    def apex_m(self) -> tuple[float, float]:
        """Return the turning point farthest from the start: north, east [m]."""
        far = max(self.turning_points, key=lambda point: point.north ** 2 + point.east ** 2)
        return far.north, far.east

    @property
    def landing_m(self) -> tuple[float, float]:
        """Return where it touched down: north, east of the start [m]."""
        return self.turning_points[-1].north, self.turning_points[-1].east


@lru_cache(maxsize=1)
def flight_log() -> dict[int, HistoricFlight]:
    """Read the record of all flights, by number."""
    rows = _rows('flights.csv')
    points: dict[int, list[TurningPoint]] = {}
    for row in _rows('turning_points.csv'):
        points.setdefault(int(row['flight']), []).append(TurningPoint(
            float(row['t_s']), float(row['north_m']), float(row['east_m'])))
    flights = (_flight(before, row, tuple(points[int(row['flight'])]))
               for before, row in pairwise(rows))
    return {flight.number: flight for flight in flights}


def chained_start(number: int) -> Site:
    """Follow the turning points of all earlier flights from the first helipad."""
    log = flight_log()
    return chained(log[1].start, (log[k].landing_m for k in range(1, number)))


def _rows(name: str) -> list[dict[str, str]]:
    with configuration('nasa', name).open(newline='', encoding='utf-8') as file:
        return list(csv.DictReader(line for line in file if not line.startswith('#')))


def _flight(
    before: dict[str, str], row: dict[str, str], points: tuple[TurningPoint, ...],
) -> HistoricFlight:
    return HistoricFlight(
        int(row['flight']), datetime.fromisoformat(row['utc'].replace('Z', '+00:00')),
        int(row['sol']), float(row['duration_s']), float(row['max_altitude_m']),
        float(row['distance_m']), float(row['path_m']), float(row['max_speed_mps']),
        _site(before), float(before['elevation_m']), float(before['azimuth_deg']), _site(row),
        float(row['azimuth_deg']), (before['airfield'], row['airfield']), points)


def _site(row: dict[str, str]) -> Site:
    return Site(float(row['latitude']), float(row['longitude']))
