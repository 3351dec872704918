# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
NASA's file of all ground tracks, ``m20_heli_flight_path.json`` of its map (MMGIS), as served.

A GeoJSON collection with one line a flight, in degrees, without times: its points are spread
evenly over the flight. The labels of Flights 12 and 13 are swapped in it, so a label is believed
only where start and end are those of its flight.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from ingenuity_nodes.recording.errors import RecordingError
from ingenuity_nodes.recording.flight_log import flight_log, HistoricFlight
from ingenuity_nodes.recording.tracks import Track, WHOLE
from ingenuity_nodes.world.sites import displacement, Site
import numpy as np
from numpy.typing import NDArray

NEAR = 10.0    # [m] assumed: more than any survey is off, less than between two airfields
LARGEST = 100_000_000    # bytes; NASA's has 2.3 million


def mmgis_tracks(path: Path) -> dict[int, Track]:
    """
    Read NASA's file of ground tracks, by number of the flight.

    Raises
    ------
    RecordingError
        Unreadable, or not such a file: what was found, and what is allowed.

    """
    found: dict[int, Track] = {}
    for number, feature in enumerate(_features(path)):
        label, points = _line(path, number, feature)
        flight = _flight_of(label, points)
        if flight is not None:
            found[flight.number] = _track(points, flight)
    if not found:
        raise RecordingError(f'{path}: no line begins where one of the 72 flights did')
    return found


def _features(path: Path) -> list[Any]:
    try:
        if path.stat().st_size > LARGEST:
            raise RecordingError(f'{path}: {path.stat().st_size} bytes, allowed: {LARGEST}')
        content = json.loads(path.read_text(encoding='utf-8'))
    except (OSError, ValueError, RecursionError) as error:
        raise RecordingError(f'{path}: cannot be read: {error}') from error
    features = content.get('features') if isinstance(content, dict) else None
    if not isinstance(features, list):
        raise RecordingError(
            f"{path}: found no list 'features', allowed: NASA's GeoJSON of tracks")
    return features


def _line(path: Path, number: int, feature: Any) -> tuple[int, NDArray[np.float64]]:
    """Return label and points (n, 2), longitude and latitude, of a feature."""
    try:
        points = np.array(
            [point[:2] for point in feature['geometry']['coordinates']], dtype=np.float64)
        label = int(feature['properties']['Flight'])
    except (KeyError, OverflowError, TypeError, ValueError):    # JSON knows Infinity
        points, label = np.zeros((0, 2)), 0
    if points.ndim != 2 or len(points) < 2 or not np.isfinite(points).all():
        raise RecordingError(f'{path}: feature {number}, allowed: a number "Flight" and two or '
                             'more points of longitude and latitude')
    return label, points


def _flight_of(label: int, points: NDArray[np.float64]) -> HistoricFlight | None:
    log = flight_log()
    first, last = (Site(float(p[1]), float(p[0])) for p in (points[0], points[-1]))

    def miss(flight: HistoricFlight) -> float:
        return max(math.hypot(*displacement(flight.start, first)),
                   math.hypot(*displacement(flight.landing, last)))
    if label in log and miss(log[label]) < NEAR:
        return log[label]
    nearest = min(log.values(), key=miss)
    return nearest if miss(nearest) < NEAR else None


def _track(points: NDArray[np.float64], flight: HistoricFlight) -> Track:
    start = Site(float(points[0, 1]), float(points[0, 0]))
    offsets = np.array([
        displacement(start, Site(latitude, longitude))
        for longitude, latitude in points.tolist()])
    return Track(WHOLE, np.linspace(0.0, flight.duration_s, len(points)), *offsets.T)
