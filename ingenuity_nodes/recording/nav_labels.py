# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Poses that Ingenuity estimated on board, from the labels of its navigation images, beside ours.

NASA PDS, DOI 10.17189/1522845: a row an image, position and attitude in the take-off frame U (x
along the nose before the flight, y left, z up). Clocks do not agree, so that a time shift is
fitted, on height alone; the figure of a hover straight above the start stands beside each.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from ingenuity_nodes.frames import rotation_matrix, rpy_from_quaternion
from ingenuity_nodes.recording.errors import RecordingError
from ingenuity_nodes.recording.result import flight_span
from ingenuity_nodes.recording.run_log import VehicleLog
from ingenuity_nodes.timing import SECOND_NS
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

Array = NDArray[np.float64]
COLUMNS = ('time_s', 'x_m', 'y_m', 'z_m', 'qx', 'qy', 'qz', 'qw')
LONGEST_SHIFT = 5.0    # [s]
REST_HEIGHT = 0.28      # [m] that they read on the ground: 0.27 to 0.29 in Flights 1 and 2
LARGEST = 1e9        # assumed: no time [s], position [m] or quaternion of a flight comes near
FLYING = 0.5           # [m] labels lower than this are on the ground, where the estimate drifts


@dataclass(frozen=True)
class Poses:
    """Poses in the take-off frame."""

    t_s: Array     # (n,)
    p_UB: Array    # (n, 3) [m]
    R_UB: Array    # (n, 3, 3)


@dataclass(frozen=True)
class PoseComparison:
    """How far a flight is from poses that were estimated on board."""

    images: int
    shift_s: float         # of their clock
    rms_m: float           # in three dimensions
    hover_rms_m: float     # of a hover straight above the start, as high as theirs
    tilt_rms_deg: float    # angle between the two directions of the mast
    hover_tilt_rms_deg: float    # of an upright mast
    heading_rms_deg: float


def read_poses(path: Path) -> Poses:
    """
    Read labels of the columns :data:`COLUMNS`, those in flight.

    Raises
    ------
    RecordingError
        Unreadable, columns missing or no numbers: file, line and reason.

    """
    try:
        with path.open(newline='', encoding='utf-8') as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RecordingError(f'{path}: cannot be read: {error}') from error
    if not rows or not set(COLUMNS) <= set(rows[0]):
        raise RecordingError(f'{path}:1: found {list(rows[0]) if rows else []}, allowed: the '
                             f'columns {", ".join(COLUMNS)}, and a row an image')
    values = np.array([_numbers(path, line, row) for line, row in enumerate(rows, 2)])
    high = values[:, 3] > FLYING
    # From the first row on the ground after the flight on the estimate drifts, up again, too.
    landed = np.flatnonzero(~high & (np.cumsum(high) > 0))
    if len(landed):
        high[landed[0]:] = False
    flying = values[high]
    if len(flying) < 2:
        raise RecordingError(f'{path}: {len(flying)} rows in flight, allowed: two or more')
    q = flying[:, [7, 4, 5, 6]]
    return Poses(flying[:, 0], flying[:, 1:4], np.array([
        rotation_matrix(one / np.linalg.norm(one)) for one in q]))


def _numbers(path: Path, line: int, row: dict[str, str]) -> list[float]:
    try:
        values = [float(row[name]) for name in COLUMNS]
    except (TypeError, ValueError):
        values = [float('nan')]
    if not (np.abs(values) <= LARGEST).all() or not any(values[4:]):
        raise RecordingError(f'{path}:{line}: allowed: finite numbers up to {LARGEST:g} in '
                             f'{", ".join(COLUMNS)}, and a quaternion that is not zero')
    return values


def flown_poses(log: VehicleLog) -> Poses | None:
    """Return the true poses of a flight in its own take-off frame; None: it did not fly."""
    span = flight_span(log)
    if span is None:
        return None
    truths = log.truths
    rows = slice(span.lift_off, None if span.touchdown is None else span.touchdown + 1)
    R_MB = np.array([rotation_matrix(q) for q in truths.q_MB[rows]])
    yaw = rpy_from_quaternion(truths.q_MB[0])[2]
    R_UM = np.array([[np.cos(yaw), np.sin(yaw), 0.0], [-np.sin(yaw), np.cos(yaw), 0.0],
                     [0.0, 0.0, 1.0]])
    start = truths.p_MB[span.lift_off]
    p_UB = (truths.p_MB[rows] - start) @ R_UM.T
    t_s = (truths.t_ns[rows] - truths.t_ns[span.lift_off]) / SECOND_NS
    return Poses(t_s, p_UB, R_UM @ R_MB)


def compare_poses(flown: Poses, labels: Poses) -> PoseComparison:
    """Compare a flight with labels of the same flight."""
    theirs = labels.p_UB - np.array([0.0, 0.0, REST_HEIGHT])

    def ours(shift: float) -> Array:
        return np.column_stack([np.interp(labels.t_s + shift, flown.t_s, flown.p_UB[:, k])
                                for k in range(3)])

    def miss(shift: float) -> float:
        return float(np.mean((ours(shift)[:, 2] - theirs[:, 2]) ** 2))
    # Coarse first: a hover as high as the other makes many shifts nearly as good.
    coarse = np.arange(-LONGEST_SHIFT, LONGEST_SHIFT, 0.1)
    near = float(coarse[int(np.argmin([miss(float(shift)) for shift in coarse]))])
    shift = float(minimize_scalar(miss, bounds=(near - 0.1, near + 0.1), method='bounded').x)
    rows = np.clip(np.searchsorted(flown.t_s, labels.t_s + shift), 0, len(flown.t_s) - 1)
    R_flown = flown.R_UB[rows]
    heading = np.arctan2(R_flown[:, 1, 0], R_flown[:, 0, 0]) - np.arctan2(
        labels.R_UB[:, 1, 0], labels.R_UB[:, 0, 0])
    upright = np.broadcast_to(np.eye(3), R_flown.shape)
    hover = theirs * np.array([0.0, 0.0, 1.0])
    return PoseComparison(
        len(labels.t_s), shift, _rms(np.linalg.norm(ours(shift) - theirs, axis=1)),
        _rms(np.linalg.norm(hover - theirs, axis=1)), _mast_angle(R_flown, labels.R_UB),
        _mast_angle(upright, labels.R_UB),
        _rms(np.degrees(np.angle(np.exp(1j * heading)))))


def _mast_angle(one: Array, other: Array) -> float:
    """Return the rms angle between the up axes of two bodies [deg]."""
    # Both in U: the third column is the body's up axis.
    across = np.linalg.norm(np.cross(one[:, :, 2], other[:, :, 2]), axis=1)
    along = np.einsum('ni,ni->n', one[:, :, 2], other[:, :, 2])
    return _rms(np.degrees(np.arctan2(across, along)))


def _rms(values: Array) -> float:
    return float(np.sqrt(np.mean(np.square(values))))
