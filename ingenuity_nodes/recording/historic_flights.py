# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Three anomalous flights on Mars, compared with their simulation."""

from __future__ import annotations

from typing import Any

from ingenuity_nodes.recording.columns import TruthColumns
from ingenuity_nodes.recording.result import flight_span
from ingenuity_nodes.recording.run_log import VehicleLog
from ingenuity_nodes.timing import SECOND_NS, TICK_NS
import numpy as np

SLOWEST = 12.0        # [s] longest period of an oscillation; slower motion is manoeuvres
LEAST_TILT = 0.07     # rms of the sine of the tilt: 4 deg; assumed: manoeuvres make half of it
PER_MAP_POINT = 3     # ticks between points of the map

# Scenario: label, key of the figures, unit, real figure. NASA Flight 6 post (27 May 2021), NASA
# Flight 53 post (30 July 2023), JPL PIA26482, NASA flight log and MMGIS path file.
HISTORY: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    'fault_flight_06': (
        ('oscillation period', 'swing_period_s', 's', '4.3 to 5.7 s'),
        ('largest tilt', 'max_tilt_deg', 'deg', 'more than 20 deg'),
        ('estimated path length', 'believed_path_m', 'm', '517 m, where 215 m was planned'),
        ('path length', 'path_length_m', 'm', 'not known'),
        ('flight time', 'duration_s', 's', '139.9 s'),
        ('landed', 'outcome', '', 'landed, within 5 m of the target')),
    'fault_flight_53': (
        ('flight time', 'duration_s', 's', '74.9 s of 136.8 s'),
        ('path length', 'path_length_m', 'm', '142.5 m of 203.1 m'),
        ('landed', 'outcome', '', 'landed by itself, LAND_NOW')),
    'fault_flight_72': (
        ('flight time', 'duration_s', 's', '32.2 s'),
        ('horizontal landing speed', 'touchdown_speed_aside_mps', 'm/s', 'high'),
        ('path length', 'path_length_m', 'm', '6.9 m by its own estimate'),
        ('landing', 'landing', '', 'hard'),
        ('ended', 'outcome', '', 'all four blades broke')),
}
REMARKS = {
    'fault_flight_06': 'Ours oscillates with the same amplitude, up to the tilt limit of the '
    'controller, but three times faster and so over a shorter path: controller gains, filter '
    'parameters and the error of the time stamps are not published (here: one image, 33 ms).',
    'fault_flight_53': 'How many images were lost, and how many the software tolerates, is not '
    'published: both are assumed here, so that the response is tested, not its time.',
    'fault_flight_72': 'How its last features moved is not published: their drift is assumed, and '
    'with it the touchdown speed; ours slides over the sand and remains intact, or breaks, '
    'depending on the ripple. The order of events is that of NASA.'}

NO_OSCILLATION = 'No oscillation: every image was associated with its own exposure.'


def history_table(scenario: str, figures: dict[str, Any]) -> str:
    """Format our figures beside the real ones; '' for a scenario without a real flight."""
    if scenario not in HISTORY:
        return ''
    rows = [f'  {"":26}{"here":28}on Mars']
    for label, key, unit, real in HISTORY[scenario]:
        value = figures.get(key)
        ours = f'{value:.1f} {unit}' if isinstance(value, float) else str(value or 'none')
        rows.append(f'  {label:26}{ours:28}{real}')
    steady = scenario == 'fault_flight_06' and figures.get('swing_period_s') is None
    return '\n'.join([*rows, f'  {NO_OSCILLATION if steady else REMARKS[scenario]}'])


def oscillation_period(log: VehicleLog) -> float | None:
    """
    Compute the period [s] of the oscillation in roll and pitch from the first fault to touchdown.

    It is the peak of the power spectrum of the horizontal part of the body's up axis. None: no
    fault, or no oscillation of at least some 4 deg.
    """
    span = flight_span(log)
    begun = [change.t_ns for change in log.faults if change.active]
    if span is None or span.touchdown is None or not begun:
        return None
    truths: TruthColumns = log.truths
    w, x, y, z = truths.q_MB[int(np.searchsorted(truths.t_ns, begun[0])):span.touchdown].T
    up = np.column_stack([2.0 * (x * z + w * y), 2.0 * (y * z - w * x)])
    tick = TICK_NS / SECOND_NS
    if len(up) * tick < 2.0 * SLOWEST or float(up.std(axis=0).max()) < LEAST_TILT:
        return None
    window = np.hanning(len(up))[:, None]
    power = (np.abs(np.fft.rfft((up - up.mean(axis=0)) * window, axis=0)) ** 2).sum(axis=1)
    frequency = np.fft.rfftfreq(len(up), tick)
    power[frequency < 1.0 / SLOWEST] = 0.0
    return float(1.0 / frequency[np.argmax(power)])


def estimated_path(log: VehicleLog) -> float | None:
    """Return the horizontal length [m] of the estimated path."""
    span = flight_span(log)
    if span is None or span.touchdown is None:
        return None
    estimates, truths = log.estimates, log.truths
    first, last = np.searchsorted(
        estimates.t_ns, [truths.t_ns[span.lift_off], truths.t_ns[span.touchdown]])
    # Thirty points a second, as on NASA's maps: with more, noise would lengthen the path.
    p = estimates.p_MB[first:last:PER_MAP_POINT, :2]
    return float(np.hypot(*np.diff(p, axis=0).T).sum())
