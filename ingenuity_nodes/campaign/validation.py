# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Our flights against NASA's: duration, farthest point, path, distance from the ground track."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from ingenuity_nodes.recording.run_log import RunLog
from ingenuity_nodes.recording.tracks import compare, flown_track, nasa_track, Track
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.simulation.simulation import Simulation


@dataclass(frozen=True)
class Published:
    """What NASA published of one flight."""

    duration_s: float
    path_length_m: float
    apex_m: tuple[float, float]    # north, east of lift-off
    landing_offset_m: float


# Durations: NASA flight log; the rest: NASA MMGIS, of the estimated track, which drifts.
PUBLISHED = {
    'flight_01': Published(39.1, 2.3, (0.0, 0.0), 0.05),
    'flight_02': Published(51.9, 6.3, (0.2, -2.2), 0.16),
    'flight_03': Published(80.3, 102.4, (49.6, -1.5), 0.92),
    'flight_04': Published(116.9, 271.1, (-131.4, 25.5), 6.0),
    # Goals in place of a plan, beside the flight that they are taken from.
    'flight_04_planned': Published(116.9, 271.1, (-131.4, 25.5), 6.0),
}


@dataclass(frozen=True)
class Comparison:
    """One flight, ours and NASA's."""

    flight: str
    outcome: str
    duration_s: float
    path_length_m: float
    apex_m: tuple[float, float]
    landing_offset_m: float
    published: Published
    track: str                     # source of the reference track, '' without one
    rms_m: float | None            # at the same time since lift-off
    rms_aligned_m: float | None    # after the best rotation and translation
    worst_m: float | None
    energy_wh: float = 0.0         # from power-on to the end


def validate(flight: str, seed: int | None = None) -> Comparison:
    """Fly one of NASA's flights in batch and compare it with the published figures."""
    outcome, flown, energy = _fly(load_scenario(flight), seed)
    if flown is None:
        raise ValueError(f'{flight}: never lifted off')
    return replace(comparison(flight, outcome, flown, nasa_track(flight)), energy_wh=energy)


def _fly(scenario: Scenario, seed: int | None) -> tuple[str, Track | None, float]:
    simulation = Simulation(scenario, seed)
    name = scenario.helicopters[0].name
    log = RunLog(scenario.name, simulation.seed, [name]).vehicle(name)
    outcome, energy = '', 0.0
    while not outcome:
        report = simulation.tick()
        outputs, outcome = report.helicopters[name], report.outcome
        log.truth(outputs.truth)
        log.status(outputs.status)
        energy = outputs.status.energy_used_wh
    return outcome, flown_track(log), energy


def comparison(flight: str, outcome: str, flown: Track, nasa: Track | None) -> Comparison:
    """Compare two tracks; NASA's may be missing."""
    difference = compare(flown, nasa) if nasa else None
    return Comparison(
        flight, outcome, flown.duration_s, flown.path_length, flown.apex, flown.landing_offset,
        PUBLISHED[flight], nasa.source if nasa else '',
        difference.rms if difference else None, difference.rms_aligned if difference else None,
        difference.worst if difference else None)


def as_json(rows: list[Comparison]) -> list[dict[str, Any]]:
    """Convert the rows for JSON."""
    return [asdict(row) for row in rows]
