# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The figures of a flight, for scripts: ``result.json``.

The flight is the longest stretch of ticks (10 ms) without a foot on the ground. *Lift-off* is
that of the flight computer, from which plan, photos and faults count, too; in records without it
the tick before the stretch, the last with a foot down. *Touchdown* is the tick after it, the first
contact: bounces and slides do not count as flight. Positions and errors named after them are taken
at those ticks. All figures are of the truth unless stated otherwise. Altitudes, the apex and the
landing offset are relative to the lift-off position; path and speed are horizontal, as on NASA's
maps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
import hashlib
from itertools import combinations
import json
import math
import os
from pathlib import Path
from typing import Any

from ingenuity_nodes.frames import azimuth_from_yaw, rpy_from_quaternion
from ingenuity_nodes.guidance.mode import lift_off_from, Mode
from ingenuity_nodes.recording.anomalies import (
    fault_entries, is_hard, refusal_in, response_entries)
from ingenuity_nodes.recording.columns import TruthColumns
from ingenuity_nodes.recording.errors import RecordingError
from ingenuity_nodes.recording.run_log import PhotoRecord, RunLog, VehicleLog
from ingenuity_nodes.timing import SECOND_NS, TICK_NS
import numpy as np
from numpy.typing import NDArray

REFUSED = 'refused'              # mode and outcome of a flight that did not start
UNFINISHED = 'never lifted off', 'still flying', 'not shut down'
LANDED = 'landed'                # mode and outcome of a nominal flight
SAME_LIFT_OFF = SECOND_NS        # assumed: that of another flight is farther off
# Without contact data, the gear counts as off the ground this far above its resting height.
CLEAR_OF_GROUND = 0.02           # [m]; assumed: more than the gear springs back
SHORTEST_LINE = 2.0              # [m]; assumed: nearer apexes are hovers, which have no track line


@dataclass(frozen=True)
class FlightSpan:
    """Rows of the truth columns at which a flight begins and ends."""

    lift_off: int
    touchdown: int | None    # None: still in the air when the record ends


@dataclass(frozen=True)
class FlightResult:
    """One helicopter's figures; the names are the keys of the file."""

    outcome: str
    refusal: str | None                      # why it did not start
    duration_s: float | None
    lift_off_t_s: float | None
    touchdown_t_s: float | None
    max_altitude_m: float | None
    path_length_m: float | None
    apex_north_m: float | None
    apex_east_m: float | None
    apex_t_s: float | None                   # since lift-off
    landing_offset_m: float | None
    landing_north_m: float | None
    landing_east_m: float | None
    max_ground_speed_mps: float | None
    max_tilt_deg: float | None
    cross_track_rms_m: float | None          # about the line from lift-off to apex
    cross_track_max_m: float | None
    azimuth_before_deg: float | None         # of the nose, at rest
    azimuth_after_deg: float | None
    touchdown_speed_mps: float | None        # vertical, downwards
    touchdown_speed_aside_mps: float | None  # horizontal
    landing: str | None                      # 'soft' or 'hard', by these two
    navigation_error_m: float | None         # estimate minus truth at landing
    navigation_error_enu_m: tuple[float, float, float] | None
    battery_used_wh: float | None            # from the start to the last row
    battery_left_percent: float | None
    mean_power_w: float | None               # electrical, lift-off to touchdown
    max_power_w: float | None


def summarise(
    run: RunLog, real_time_factor: float | None, outcome: str | None = None, verdict: str = '',
) -> dict[str, Any]:
    """
    Compute the content of ``result.json``: the first vehicle on top, all under ``vehicles``.

    Parameters
    ----------
    run
        The record of the run.
    real_time_factor
        Simulated time over wall time, as measured by the main loop.
    outcome
        Overrides the outcome of the record, such as 'interrupted'.
    verdict
        Outcome of a run whose helicopters all landed, and which failed all the same; also of
        one that ended before they had.

    """
    vehicles = {}
    for log in run.logs:
        span = flight_span(log)
        zero_ns = int(log.truths.t_ns[span.lift_off]) if span else 0
        photos = [photo_entry(photo, zero_ns) for photo in log.photos]
        vehicles[log.namespace] = {
            **asdict(flight_result(log)), 'photo': photos[0] if photos else None,
            'photos': photos, 'faults': fault_entries(log, zero_ns),
            'responses': response_entries(log, zero_ns), 'trajectory_sha256': _sha256([log])}
    first = vehicles[run.vehicles[0]]
    overall = outcome or next(
        (v['outcome'] for v in vehicles.values() if v['outcome'] != LANDED), verdict or LANDED)
    if overall in UNFINISHED and verdict:    # what mission control says tells more
        overall = verdict
    separation, separation_t = nearest_aircraft(run.logs)
    return {
        'scenario': run.scenario, 'seed': run.seed, **first, 'outcome': overall,
        'real_time_factor': real_time_factor, 'trajectory_sha256': trajectory_sha256(run),
        'least_separation_m': separation, 'least_separation_t_s': separation_t,
        'vehicles': vehicles}


def write_result(path: Path, result: dict[str, Any]) -> None:
    """
    Write ``result.json`` atomically.

    Raises
    ------
    RecordingError
        The folder cannot be written.

    """
    temporary = path.with_name(f'.{path.name}.{os.getpid()}')
    try:
        with temporary.open('w', encoding='utf-8') as file:
            json.dump(_finite(result), file, indent=2, allow_nan=False)
            file.write('\n')
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise RecordingError(f'{path}: cannot be written: {error.strerror}') from error


def trajectory_sha256(run: RunLog) -> str:
    """
    Hash the motion of all helicopters, in the scenario's order.

    SHA-256 over little-endian (t_ns int64, p_MB, q_MB wxyz, w_MB_B float64) of every tick from
    t = 0 to the one at or after the mode 'landed'; to the last one without it.
    """
    return _sha256(run.logs)


def flight_span(log: VehicleLog) -> FlightSpan | None:
    """Find lift-off and touchdown; None: it never left the ground."""
    truths = log.truths
    air = np.concatenate(([False], ~_on_ground(log), [False]))
    starts, ends = np.flatnonzero(air[1:] & ~air[:-1]), np.flatnonzero(~air[1:] & air[:-1])
    if len(starts) == 0:
        return None
    longest = int(np.argmax(ends - starts))
    start, end = max(0, int(starts[longest]) - 1), int(ends[longest])
    reported = [
        t_ns for change in log.modes if change.mode == Mode.LIFT_OFF.value
        and (t_ns := lift_off_from(change.reason)) is not None
        and abs(t_ns - int(truths.t_ns[start])) < SAME_LIFT_OFF]
    if reported:
        start = min(int(np.searchsorted(truths.t_ns, reported[0])), end - 1)
    return FlightSpan(start, end if end < len(truths.t_ns) else None)


def flight_result(log: VehicleLog) -> FlightResult:
    """Compute one helicopter's figures; None for what the record does not contain."""
    span = flight_span(log)
    values: dict[str, Any] = dict.fromkeys(FlightResult.__dataclass_fields__)
    values['outcome'] = outcome = _outcome(log, span)
    if outcome == REFUSED:
        values['refusal'] = refusal_in(log.modes)
    if span is not None:
        values |= _track_figures(log.truths, span)
        values |= _landing_figures(log, span)
        values |= _power_figures(log, span)
    return FlightResult(**values)


def nearest_aircraft(logs: Sequence[VehicleLog]) -> tuple[float | None, float | None]:
    """Return least distance [m] and time [s] of two helicopters, one of them in the air."""
    found: list[tuple[float, float]] = []
    for one, other in combinations(logs, 2):
        a, b = one.truths, other.truths
        t_ns, left, right = np.intersect1d(a.t_ns, b.t_ns, return_indices=True)
        flying = _airborne(one, t_ns) | _airborne(other, t_ns)
        if flying.any():
            gaps = np.linalg.norm(a.p_MB[left] - b.p_MB[right], axis=1)
            gaps[~flying] = np.inf
            row = int(np.argmin(gaps))
            found.append((float(gaps[row]), float(t_ns[row]) / SECOND_NS))
    return min(found, default=(None, None))


def photo_entry(photo: PhotoRecord, lift_off_ns: int) -> dict[str, Any]:
    """Convert a photo record to the file's keys: seconds since lift-off, and on the clock."""
    entry = asdict(photo)
    taken, received = entry.pop('t_ns'), entry.pop('receive_t_ns')
    entry['t_s'] = (taken - lift_off_ns) / SECOND_NS
    entry['clock_t_s'] = taken / SECOND_NS
    entry['receive_t_s'] = None if received is None else (received - lift_off_ns) / SECOND_NS
    return entry


def _on_ground(log: VehicleLog) -> NDArray[np.bool_]:
    """Return for every row of truth whether a foot is down: measured, else by height."""
    truths, statuses = log.truths, log.statuses
    if len(statuses.t_ns):
        rows = np.searchsorted(statuses.t_ns, truths.t_ns, side='right') - 1
        return np.asarray(statuses.feet_on_ground[np.maximum(rows, 0)] > 0)
    height = truths.p_MB[:, 2]
    if len(height) == 0:
        return np.ones(0, bool)
    return np.asarray(height < max(height[0], height[-1]) + CLEAR_OF_GROUND)


def _airborne(log: VehicleLog, t_ns: NDArray[np.int64]) -> NDArray[np.bool_]:
    span = flight_span(log)
    if span is None:
        return np.zeros(len(t_ns), dtype=bool)
    times = log.truths.t_ns
    last = times[-1] if span.touchdown is None else times[span.touchdown]
    return np.asarray((t_ns > times[span.lift_off]) & (t_ns < last))


def _outcome(log: VehicleLog, span: FlightSpan | None) -> str:
    if log.failure:
        return log.failure
    down = span is not None and span.touchdown is not None    # whatever anybody says
    if down and any(change.mode == LANDED for change in log.modes):
        return LANDED
    if any(change.mode == REFUSED for change in log.modes):
        return REFUSED
    if span is None:
        return UNFINISHED[0]
    return UNFINISHED[1] if span.touchdown is None else UNFINISHED[2]


def _track_figures(truths: TruthColumns, span: FlightSpan) -> dict[str, Any]:
    flown = slice(span.lift_off, None if span.touchdown is None else span.touchdown + 1)
    start = truths.p_MB[span.lift_off]
    p, v, q = truths.p_MB[flown] - start, truths.v_MB[flown], truths.q_MB[flown]
    out = np.hypot(p[:, 0], p[:, 1])
    apex = int(np.argmax(out))
    t = (truths.t_ns[flown] - truths.t_ns[span.lift_off]) / SECOND_NS
    up = 1.0 - 2.0 * (q[:, 1] ** 2 + q[:, 2] ** 2)
    figures = {
        'lift_off_t_s': truths.t_ns[span.lift_off] / SECOND_NS,
        'max_altitude_m': p[:, 2].max(),
        'path_length_m': np.hypot(*np.diff(p[:, :2], axis=0).T).sum(),
        'apex_north_m': p[apex, 1], 'apex_east_m': p[apex, 0], 'apex_t_s': t[apex],
        'max_ground_speed_mps': np.hypot(v[:, 0], v[:, 1]).max(),
        'max_tilt_deg': math.degrees(math.acos(max(-1.0, min(1.0, up.min())))),
        'azimuth_before_deg': _azimuth(truths, span.lift_off),
    }
    if out[apex] >= SHORTEST_LINE:
        across = (p[:, 0] * p[apex, 1] - p[:, 1] * p[apex, 0]) / out[apex]
        figures['cross_track_rms_m'] = np.sqrt(np.mean(across ** 2))
        figures['cross_track_max_m'] = np.abs(across).max()
    return {key: float(value) for key, value in figures.items()}


def _landing_figures(log: VehicleLog, span: FlightSpan) -> dict[str, Any]:
    truths, estimates = log.truths, log.estimates
    if span.touchdown is None:
        return {}
    t_ns, p = int(truths.t_ns[span.touchdown]), truths.p_MB[span.touchdown]
    offset = p - truths.p_MB[span.lift_off]
    figures: dict[str, Any] = {
        'touchdown_t_s': t_ns / SECOND_NS,
        'duration_s': (t_ns - int(truths.t_ns[span.lift_off])) / SECOND_NS,
        'landing_offset_m': float(np.hypot(offset[0], offset[1])),
        'landing_north_m': float(offset[1]), 'landing_east_m': float(offset[0]),
        'touchdown_speed_mps': float(-truths.v_MB[span.touchdown, 2]),
        'touchdown_speed_aside_mps': float(np.hypot(*truths.v_MB[span.touchdown, :2])),
        'azimuth_after_deg': _azimuth(truths, span.touchdown)}
    figures['landing'] = 'hard' if is_hard(
        figures['touchdown_speed_mps'], figures['touchdown_speed_aside_mps']) else 'soft'
    row = int(np.searchsorted(estimates.t_ns, t_ns, side='right')) - 1
    if row >= 0:
        then = np.searchsorted(truths.t_ns, estimates.t_ns[row])
        error = estimates.p_MB[row] - truths.p_MB[then]
        figures['navigation_error_m'] = float(np.linalg.norm(error))
        figures['navigation_error_enu_m'] = tuple(float(e) for e in error)
    return figures


def _power_figures(log: VehicleLog, span: FlightSpan) -> dict[str, Any]:
    truths, statuses = log.truths, log.statuses
    if len(statuses.t_ns) == 0:
        return {}
    end = truths.t_ns[-1 if span.touchdown is None else span.touchdown]
    flown = (statuses.t_ns >= truths.t_ns[span.lift_off]) & (statuses.t_ns <= end)
    power = statuses.electrical_power[flown]
    used = statuses.energy_used_wh[-1] - statuses.energy_used_wh[0]
    return {
        'battery_used_wh': float(used),
        'battery_left_percent': float(100 * statuses.battery_charge[-1]),
        'mean_power_w': float(power.mean()) if len(power) else None,
        'max_power_w': float(power.max()) if len(power) else None}


def _azimuth(truths: TruthColumns, row: int) -> float:
    return azimuth_from_yaw(rpy_from_quaternion(truths.q_MB[row])[2])


def _sha256(logs: list[VehicleLog]) -> str:
    layout = np.dtype([('t_ns', '<i8'), ('p', '<f8', 3), ('q', '<f8', 4), ('w', '<f8', 3)])
    digest = hashlib.sha256()
    for log in logs:
        truths = log.truths
        ends = [change.t_ns for change in log.modes if change.mode == LANDED]
        # A change between ticks is published at the next one.
        last = -(-ends[0] // TICK_NS) * TICK_NS if ends else np.iinfo(np.int64).max
        kept = truths.t_ns <= last
        rows = np.zeros(int(kept.sum()), layout)
        rows['t_ns'], rows['p'] = truths.t_ns[kept], truths.p_MB[kept]
        rows['q'], rows['w'] = truths.q_MB[kept], truths.w_MB_B[kept]
        digest.update(rows.tobytes())
    return digest.hexdigest()


def _finite(value: Any) -> Any:
    """Replace NaN and infinity, which JSON lacks, by null, and numpy's numbers by Python's."""
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(entry) for entry in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
