# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Our flights against NASA's record: what is compared, and what counts as agreement.

NASA gives two lengths of each way: that of the plan (flight log), and that of the track as it was
estimated on board (map), which drifts. The true one lies between them: agreement is 2 % from one
of them, or a length between the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
import math
from pathlib import Path
import re
from typing import Any

from ingenuity_nodes.campaign.crew import Crew, CrewError, in_order, InProcess
from ingenuity_nodes.campaign.steadiness import cruise_tilt_deg, Hold, hold_of
from ingenuity_nodes.parameters import with_overrides
from ingenuity_nodes.recording.flight_log import flight_log, HistoricFlight
from ingenuity_nodes.recording.mmgis import mmgis_tracks
from ingenuity_nodes.recording.nav_labels import (
    compare_poses, flown_poses, PoseComparison, Poses, read_poses)
from ingenuity_nodes.recording.result import flight_result, FlightResult
from ingenuity_nodes.recording.run_log import RunLog, VehicleLog
from ingenuity_nodes.recording.tracks import (
    compare, flown_track, nasa_track, read_track, Track, TrackComparison)
from ingenuity_nodes.scenario.helicopter_parameters import HelicopterParameters
from ingenuity_nodes.scenario.load import load_scenario, scenario_names
from ingenuity_nodes.simulation.simulation import Simulation
from ingenuity_nodes.yaml_files.check import FileError
import numpy as np

NAME = re.compile(r'flight_(\d\d)(_planned)?')
DURATION = 0.05, 3.0    # agreement: fraction, or seconds
PATH = 0.02             # fraction
ROUNDING = 0.5          # [m] NASA's log gives the planned path in whole metres
LANDING = 0.01, 1.0     # fraction of the way, and metres
FASTEST_TIP = 0.8       # Mach: the limit that NASA names ("Flying on Mars Is Getting Harder")
# Flights that ended otherwise than planned, and how: only that is asked of ours.
CONTINGENCIES = {6: 'landed', 53: 'LAND_NOW', 71: 'landed', 72: 'hard'}


@dataclass(frozen=True)
class Margins:
    """What was left, at the closest."""

    tip_mach: float        # to the fastest blade tip that NASA allows
    collective_deg: float  # of blade angle, to the end stop
    motor_k: float         # of motor temperature, to where a motor fails [K]


@dataclass(frozen=True)
class Comparison:
    """One flight, ours and NASA's."""

    flight: str
    number: int
    end: str                        # 'landed', 'LAND_NOW', 'hard' or what broke
    ours: FlightResult
    energy_wh: float                # from power-on to the end
    margins: Margins
    track: TrackComparison | None   # None: no track of NASA's at hand
    poses: PoseComparison | None
    hold: Hold | None = None        # of its hovers
    cruise_tilt_deg: float | None = None

    @property
    def nasa(self) -> HistoricFlight:
        """Return NASA's figures."""
        return flight_log()[self.number]

    @property
    def landing_error_m(self) -> float:
        """Return how far from NASA's landing place ours is."""
        north, east = self.nasa.landing_m
        return math.hypot((self.ours.landing_north_m or 0.0) - north,
                          (self.ours.landing_east_m or 0.0) - east)

    @property
    def misses(self) -> tuple[str, ...]:
        """Return in what it does not agree with NASA's record, a line each; none: it agrees."""
        wanted = CONTINGENCIES.get(self.number, 'landed')
        hard = self.end not in ('landed', 'LAND_NOW')
        if not (hard if wanted == 'hard' else self.end == wanted):
            return (f'ended as {self.end}, on Mars {wanted}',)
        return () if self.number in CONTINGENCIES else tuple(_misses(self))


def _misses(row: Comparison) -> Iterator[str]:
    nasa, ours = row.nasa, row.ours
    late = (ours.duration_s or 0.0) - nasa.duration_s
    if abs(late) > max(DURATION[0] * nasa.duration_s, DURATION[1]):
        yield f'duration {ours.duration_s:.1f} s, on Mars {nasa.duration_s:.1f} s'
    if not path_agrees(ours.path_length_m or 0.0, nasa):
        yield (f'path {ours.path_length_m:.1f} m, on Mars {nasa.distance_m:g} m planned, '
               f'{nasa.path_m:.1f} m estimated')
    if row.landing_error_m > LANDING[0] * nasa.distance_m + LANDING[1]:
        yield (f'landed {row.landing_error_m:.1f} m from where it did on Mars, allowed: '
               f'{LANDING[0] * nasa.distance_m + LANDING[1]:.1f} m')


def path_agrees(path: float, nasa: HistoricFlight) -> bool:
    """Return whether a length agrees with one of NASA's, or lies between them."""
    planned, estimated = nasa.distance_m, nasa.path_m
    slack = max(PATH * planned, ROUNDING)
    low = min(planned - slack, (1.0 - PATH) * estimated)
    return low <= path <= max(planned + slack, (1.0 + PATH) * estimated)


@dataclass(frozen=True)
class References:
    """Files of NASA's that a flight is held against, beside the record."""

    tracks: Path | None = None    # folder, or file of the map
    poses: Path | None = None     # folder, or file of one flight

    def missing(self, flights: list[str]) -> str:
        """Return what is wrong with them for these flights, '' for nothing."""
        for path in self.tracks, self.poses:
            if path and not path.exists():
                return f'{path}: no such file or folder'
        if self.poses and self.poses.is_file() and len(flights) > 1:
            return f'{self.poses} is of one flight, found {len(flights)}, allowed: one'
        return ''

    def labels(self, number: int) -> Poses | None:
        """
        Read the poses of a flight that were estimated on board; None: there are none.

        Raises
        ------
        RecordingError
            The file is invalid.

        """
        if self.poses is None or self.poses.is_file():
            return read_poses(self.poses) if self.poses else None
        path = self.poses / f'flight_{number:02}_nav_labels.csv'
        return read_poses(path) if path.is_file() else None


def chosen(words: Iterable[str]) -> list[str]:
    """
    List the scenarios that words select: ``7``, ``1-10``, ``flight_03``; without words, all.

    Raises
    ------
    FileError
        There is no such flight.

    """
    known = [name for name in scenario_names() if NAME.fullmatch(name)]
    plain = [name for name in known if not name.endswith('_planned')]
    found: list[str] = []
    for word in words:
        numbers = re.fullmatch(r'(\d{1,2})(?:-(\d{1,2}))?', word)
        if numbers:
            first, last = int(numbers[1]), int(numbers[2] or numbers[1])
            names = [f'flight_{number:02}' for number in range(first, last + 1)]
        else:
            names = [word]
        if not names or not set(names) <= set(known):
            raise FileError(f"validate: found '{word}', allowed: 1 to {len(plain)}, a range as "
                            '1-10, or a name as flight_03, flight_04_planned')
        found += [name for name in names if name not in found]
    return found or plain


def validate(
    flight: str, seed: int | None = None, references: References = References(),
) -> Comparison:
    """
    Fly one of NASA's flights in batch and compare it with the record.

    Raises
    ------
    RecordingError
        A file of NASA's cannot be read.

    """
    named = NAME.fullmatch(flight)
    assert named is not None    # see chosen()
    number = int(named[1])
    track = track_of(number, references.tracks)
    labels = references.labels(number)
    scenario = load_scenario(flight)
    simulation = Simulation(scenario, seed)
    section = scenario.helicopters[0]
    run = RunLog(scenario.name, simulation.seed, [section.name])
    log = run.vehicle(section.name)
    energy, outcome = _fly(simulation, log)
    flown, poses = flown_track(log), flown_poses(log)
    parameters = with_overrides(HelicopterParameters(), section.overrides)
    return Comparison(
        flight, number, _end(log, outcome), flight_result(log), energy,
        margins(log, simulation, parameters), compare(flown, track) if track and flown else None,
        compare_poses(poses, labels) if labels and poses else None,
        hold_of(log), cruise_tilt_deg(log))


def _fly(simulation: Simulation, log: VehicleLog) -> tuple[float, str]:
    """Fly to the end and record it; return the energy used [Wh] and the outcome."""
    outcome, energy = '', 0.0
    while not outcome:
        report = simulation.tick()
        outputs, outcome = report.helicopters[log.namespace], report.outcome
        log.truth(outputs.truth)
        log.estimate(outputs.estimate)
        log.status(outputs.status)
        for change in outputs.modes:
            log.mode(change)
        energy = outputs.status.energy_used_wh
    return energy, outcome


def _end(log: VehicleLog, outcome: str) -> str:
    """Name the end of a flight by what matters most of it."""
    if log.failure or outcome != 'landed':
        return log.failure or outcome
    if flight_result(log).landing == 'hard':
        return 'hard'
    early = any(change.reason.startswith('LAND_NOW') for change in log.modes)
    return 'LAND_NOW' if early else 'landed'


def margins(
    log: VehicleLog, simulation: Simulation, parameters: HelicopterParameters,
) -> Margins:
    """Find how close a flight came to the limits of blade tips, blade angle and motors."""
    status, truths, vehicle = log.statuses, log.truths, parameters.vehicle
    field = simulation.environment.wind.field[0]
    wind = float(field['speed']) * field['toward']
    airspeed = float(np.hypot(*(truths.v_MB[:, :2] - wind).T).max())
    tip = float(status.rotor_speed.max()) * vehicle.rotor.radius + airspeed
    return Margins(
        FASTEST_TIP - tip / simulation.environment.air.speed_of_sound,
        math.degrees(vehicle.actuators.collective_high - float(status.collective.max())),
        vehicle.power.motor_temperature_high - float(status.motor_temperature.max()))


def track_of(number: int, tracks: Path | None) -> Track | None:
    """
    Find NASA's track of a flight in a folder or file, else where it is by default; None: nowhere.

    A folder holds ``flight_NN.csv``, or NASA's file of all tracks.

    Raises
    ------
    RecordingError
        There is such a file, and it is invalid.

    """
    if tracks is None:
        return nasa_track(f'flight_{number:02}')
    if tracks.is_file():
        return mmgis_tracks(tracks).get(number)
    ours = tracks / f'flight_{number:02}.csv'
    if ours.is_file():
        return read_track(ours)
    served = sorted(tracks.glob('*flight_path*.json'))
    return mmgis_tracks(served[0]).get(number) if served else None


def validate_all(
    flights: list[str], seed: int | None, references: References,
    team: Crew | InProcess | None = None,
    on_flight: Callable[[Comparison], None] = lambda _: None,
) -> list[Comparison]:
    """
    Fly some flights, in this process or by a crew; call ``on_flight`` for each, in order.

    Raises
    ------
    CrewError
        A flight could not be flown to its end, or a file of NASA's not be read; the text gives
        flight and reason.

    """
    rows: list[Comparison] = []
    task = partial(validate, seed=seed, references=references)
    for done in in_order((team or InProcess()).compute(task, flights), flights):
        if done.result is None:
            raise CrewError(f'{done.task}: {done.reason}')
        rows.append(done.result)
        on_flight(done.result)
    return rows


def as_json(rows: list[Comparison]) -> list[dict[str, Any]]:
    """Convert the rows for JSON."""
    return [{
        'flight': row.flight, 'end': row.end, 'misses': row.misses, 'ours': asdict(row.ours),
        'energy_wh': row.energy_wh, 'margins': asdict(row.margins),
        'landing_error_m': row.landing_error_m,
        'published': {
            'duration_s': row.nasa.duration_s, 'distance_m': row.nasa.distance_m,
            'path_length_m': row.nasa.path_m, 'max_altitude_m': row.nasa.max_altitude_m,
            'max_speed_mps': row.nasa.max_speed_mps, 'apex_m': row.nasa.apex_m,
            'landing_m': row.nasa.landing_m},
        'track': asdict(row.track) if row.track else None,
        'hold': asdict(row.hold) if row.hold else None, 'cruise_tilt_deg': row.cruise_tilt_deg,
        'poses': asdict(row.poses) if row.poses else None} for row in rows]
