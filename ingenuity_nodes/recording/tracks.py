# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Trajectories in TUM format, and NASA's ground tracks to compare a flight with."""

from __future__ import annotations

import csv
from dataclasses import dataclass
import os
from pathlib import Path

from ingenuity_nodes.frames import QuatWxyz, Vector3, xyzw_from_wxyz
from ingenuity_nodes.recording.columns import Times
from ingenuity_nodes.recording.errors import RecordingError
from ingenuity_nodes.recording.result import flight_span
from ingenuity_nodes.recording.run_folder import RunFolder
from ingenuity_nodes.recording.run_log import RunLog, VehicleLog
from ingenuity_nodes.timing import SECOND_NS
import numpy as np
from numpy.typing import NDArray

TRACKS_VARIABLE = 'INGENUITY_TRACKS'
HEADER = ['t_s', 'north_m', 'east_m']
WHOLE = 'NASA MMGIS ground track'
POINTS = 'points of the NASA MMGIS ground track'
NEVER_BACK = 1e-9    # [s]: times must increase

# Points of the track of flight 3 (NASA MMGIS, m20_heli_flight_path.json): since lift-off [s],
# north and east of it [m]; for comparison where the whole track is not available.
FLIGHT_03_POINTS = (
    (0.0, 0.00, 0.00), (10.0, -0.08, 0.01), (14.0, 2.69, -0.08), (17.0, 7.98, -0.23),
    (20.0, 14.51, -0.37), (25.0, 24.51, -0.78), (30.0, 34.57, -1.06), (35.0, 44.37, -1.50),
    (38.0, 48.35, -1.57), (41.0, 49.58, -1.45), (43.0, 49.51, -1.45), (47.0, 46.01, -1.35),
    (50.0, 40.06, -1.32), (55.0, 30.25, -1.36), (60.0, 19.83, -0.92), (65.0, 9.99, -0.56),
    (70.0, 1.19, -0.20), (73.0, -0.63, -0.27), (80.0, -0.55, -0.71), (80.3, -0.56, -0.73))


@dataclass(frozen=True)
class Track:
    """A ground track, relative to lift-off."""

    source: str
    t_s: NDArray[np.float64]      # (n,) since lift-off
    north: NDArray[np.float64]    # (n,) [m]
    east: NDArray[np.float64]     # (n,) [m]

    @property
    def duration_s(self) -> float:
        """Return the time from the first to the last point."""
        return float(self.t_s[-1] - self.t_s[0])

    @property
    def path_length(self) -> float:
        """Return the distance travelled [m]."""
        return float(np.hypot(np.diff(self.north), np.diff(self.east)).sum())

    @property
    def apex(self) -> tuple[float, float]:
        """Return the farthest point: north, east [m]."""
        row = int(np.argmax(np.hypot(self.north - self.north[0], self.east - self.east[0])))
        return float(self.north[row] - self.north[0]), float(self.east[row] - self.east[0])

    @property
    def landing_offset(self) -> float:
        """Return the distance from the first to the last point [m]."""
        return float(np.hypot(self.north[-1] - self.north[0], self.east[-1] - self.east[0]))


@dataclass(frozen=True)
class TrackComparison:
    """The differences of two tracks of the same flight."""

    rms: float            # distance at the same time since lift-off [m]
    worst: float          # [m]
    rms_aligned: float    # after the best rotation and translation, like 'evo_ape --align' [m]


def write_tum(path: Path, t_ns: Times, p_MB: Vector3, q_MB: QuatWxyz) -> None:
    """
    Write a trajectory as rows of t x y z qx qy qz qw, which evo and others read.

    Parameters
    ----------
    path
        The file.
    t_ns
        Shape (n,).
    p_MB, q_MB
        Shapes (n, 3) [m] and (n, 4), scalar first, as everywhere here; the file has it last.

    """
    rows = np.column_stack([t_ns / SECOND_NS, p_MB, xyzw_from_wxyz(q_MB)])
    try:
        np.savetxt(path, rows, fmt=['%.3f'] + ['%.6f'] * 3 + ['%.9f'] * 4,
                   header='t[s] x[m] y[m] z[m] qx qy qz qw, map frame: east north up')
    except OSError as error:
        raise RecordingError(f'{path}: cannot be written: {error.strerror}') from error


def write_trajectories(run: RunLog, folder: RunFolder) -> None:
    """
    Write truth and estimate of every vehicle into the run folder.

    Raises
    ------
    RecordingError
        A file cannot be written.

    """
    for k, log in enumerate(run.logs):
        name = log.namespace if k else ''
        truths, estimates = log.truths, log.estimates
        write_tum(folder.trajectory(name), truths.t_ns, truths.p_MB, truths.q_MB)
        write_tum(folder.trajectory_estimate(name), estimates.t_ns, estimates.p_MB, estimates.q_MB)


def tracks_folder() -> Path | None:
    """Find the folder with NASA's tracks: named by the environment, or next to the checkout."""
    named = os.environ.get(TRACKS_VARIABLE)
    checkout = Path(__file__).resolve().parents[2]
    folder = Path(named) if named else checkout.parent / 'shared' / 'facts' / 'tracks'
    return folder if folder.is_dir() else None


def nasa_track(scenario: str) -> Track | None:
    """
    Find NASA's track of a flight: the whole track, else the points above, else None.

    Raises
    ------
    RecordingError
        The track's file is invalid.

    """
    folder = tracks_folder()
    path = folder / f'{scenario}.csv' if folder else None
    if path and path.is_file():
        return read_track(path)
    if scenario == 'flight_03':
        return Track(POINTS, *np.array(FLIGHT_03_POINTS).T)
    return None


def read_track(path: Path) -> Track:
    """
    Read a track of rows t_s, north_m, east_m.

    Raises
    ------
    RecordingError
        Unreadable, wrong columns, no numbers or times not increasing: file, line and reason.

    """
    try:
        with path.open(newline='', encoding='utf-8') as file:
            rows = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RecordingError(f'{path}: cannot be read: {error}') from error
    if not rows or rows[0] != HEADER:
        raise RecordingError(f'{path}:1: found {rows[:1]}, allowed: the columns {HEADER}')
    points = np.array([_point(path, line, row) for line, row in enumerate(rows[1:], 2)])
    if len(points) < 2:
        raise RecordingError(f'{path}: {len(points)} points, allowed: two or more')
    backwards = np.flatnonzero(np.diff(points[:, 0]) < NEVER_BACK)
    if len(backwards):
        raise RecordingError(f'{path}:{backwards[0] + 3}: time does not increase')
    return Track(WHOLE, *points.T)


def flown_track(log: VehicleLog) -> Track | None:
    """Return the true ground track of the flight in a log; None: it did not fly."""
    span = flight_span(log)
    if span is None:
        return None
    truths = log.truths
    flown = slice(span.lift_off, None if span.touchdown is None else span.touchdown + 1)
    start = truths.p_MB[span.lift_off]
    return Track(
        log.namespace, (truths.t_ns[flown] - truths.t_ns[span.lift_off]) / SECOND_NS,
        truths.p_MB[flown, 1] - start[1], truths.p_MB[flown, 0] - start[0])


def compare(flown: Track, reference: Track) -> TrackComparison:
    """Measure the distance between two tracks, at the reference's times that both cover."""
    both = (reference.t_s >= flown.t_s[0]) & (reference.t_s <= flown.t_s[-1])
    t = reference.t_s[both]
    theirs = np.column_stack([reference.north[both], reference.east[both]])
    ours = np.column_stack([np.interp(t, flown.t_s, flown.north),
                            np.interp(t, flown.t_s, flown.east)])
    distance = np.linalg.norm(ours - theirs, axis=1)
    left = np.linalg.norm(_aligned(ours, theirs) - theirs, axis=1)
    return TrackComparison(float(np.sqrt(np.mean(distance ** 2))), float(distance.max()),
                           float(np.sqrt(np.mean(left ** 2))))


def _aligned(
    points: NDArray[np.float64], target: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Align points with a target by rotation and translation (Umeyama 1991, without scale)."""
    a, b = points - points.mean(axis=0), target - target.mean(axis=0)
    u, _, vt = np.linalg.svd(a.T @ b)
    mirror = np.diag([1.0, np.sign(np.linalg.det(u @ vt))])
    return np.asarray(a @ u @ mirror @ vt + target.mean(axis=0))


def _point(path: Path, line: int, row: list[str]) -> tuple[float, float, float]:
    try:
        t, north, east = (float(cell) for cell in row)
    except ValueError:
        raise RecordingError(f'{path}:{line}: found {row}, allowed: three numbers') from None
    if not np.isfinite([t, north, east]).all():
        raise RecordingError(f'{path}:{line}: found {row}, allowed: finite numbers')
    return t, north, east
