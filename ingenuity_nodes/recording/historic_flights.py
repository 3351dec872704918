# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Three flights that went wrong on Mars, beside what becomes of them here."""

from __future__ import annotations

from typing import Any

from ingenuity_nodes.recording.columns import TruthColumns
from ingenuity_nodes.recording.result import flight_span
from ingenuity_nodes.recording.run_log import VehicleLog
from ingenuity_nodes.timing import SECOND_NS, TICK_NS
import numpy as np

SLOWEST = 12.0        # [s] slower than this are manoeuvres
LEAST_SWING = 0.07    # rms of the sine of the tilt: 4 deg; assumed: manoeuvres make half of it
PER_MAP_POINT = 3     # ticks between points of the map

# Scenario: words, key of the figures, unit, what was real. NASA Flight 6 post (27 May 2021), NASA
# Flight 53 post (30 July 2023), JPL PIA26482, NASA flight log and MMGIS path file.
HISTORY: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    'fault_flight_06': (
        ('period of the swings', 'swing_period_s', 's', '4.3 to 5.7 s'),
        ('largest tilt', 'max_tilt_deg', 'deg', 'more than 20 deg'),
        ('path it believed to fly', 'believed_path_m', 'm', '517 m, where 215 m was planned'),
        ('path flown', 'path_length_m', 'm', 'not known'),
        ('time in the air', 'duration_s', 's', '139.9 s'),
        ('landed', 'outcome', '', 'landed, within 5 m of the place')),
    'fault_flight_53': (
        ('time in the air', 'duration_s', 's', '74.9 s of 136.8 s'),
        ('path flown', 'path_length_m', 'm', '142.5 m of 203.1 m'),
        ('landed', 'outcome', '', 'landed by itself, LAND_NOW')),
    'fault_flight_72': (
        ('time in the air', 'duration_s', 's', '32.2 s'),
        ('speed aside at contact', 'touchdown_speed_aside_mps', 'm/s', 'high'),
        ('path flown', 'path_length_m', 'm', '6.9 m by its own estimate'),
        ('landing', 'landing', '', 'hard'),
        ('ended', 'outcome', '', 'all four blades broke')),
}
WORDS = {
    'fault_flight_06': 'Ours swings as wide, up to the tilt that control allows, but three times '
    'faster and so with less way: gains of its loops, beliefs of its filter and how far the '
    'stamps were off are not published (here: one image, 33 ms).',
    'fault_flight_53': 'How many images were lost, and how many the software stands, is not '
    'published: both are assumed here, so that the answer is tested, not its instant.',
    'fault_flight_72': 'What its last features did is not published: the crawl is assumed, and '
    'with it the speed of the contact; ours slides over the sand and stays whole, or breaks, as '
    'the ripple wants. The order of events is that of NASA.'}

CALM = 'Nothing swung: images and exposures were paired rightly.'


def history_table(scenario: str, figures: dict[str, Any]) -> str:
    """Print real figures beside ours, '' for a scenario without history."""
    if scenario not in HISTORY:
        return ''
    rows = [f'  {"":26}{"here":28}on Mars']
    for words, key, unit, real in HISTORY[scenario]:
        value = figures.get(key)
        ours = f'{value:.1f} {unit}' if isinstance(value, float) else str(value or 'none')
        rows.append(f'  {words:26}{ours:28}{real}')
    calm = scenario == 'fault_flight_06' and figures.get('swing_period_s') is None
    return '\n'.join([*rows, f'  {CALM if calm else WORDS[scenario]}'])


def oscillation_period(log: VehicleLog) -> float | None:
    """
    Find the period [s] of the swings of roll and pitch between the first fault and touchdown.

    It is where the horizontal part of the body's up axis has most of its power. None: no fault,
    or no swing of some 4 deg and more.
    """
    span = flight_span(log)
    begun = [change.t_ns for change in log.faults if change.active]
    if span is None or span.touchdown is None or not begun:
        return None
    truths: TruthColumns = log.truths
    w, x, y, z = truths.q_MB[int(np.searchsorted(truths.t_ns, begun[0])):span.touchdown].T
    up = np.column_stack([2.0 * (x * z + w * y), 2.0 * (y * z - w * x)])
    tick = TICK_NS / SECOND_NS
    if len(up) * tick < 2.0 * SLOWEST or float(up.std(axis=0).max()) < LEAST_SWING:
        return None
    window = np.hanning(len(up))[:, None]
    power = (np.abs(np.fft.rfft((up - up.mean(axis=0)) * window, axis=0)) ** 2).sum(axis=1)
    frequency = np.fft.rfftfreq(len(up), tick)
    power[frequency < 1.0 / SLOWEST] = 0.0
    return float(1.0 / frequency[np.argmax(power)])


def estimated_path(log: VehicleLog) -> float | None:
    """Measure the horizontal path [m] that the flight computer believes to have flown."""
    span = flight_span(log)
    if span is None or span.touchdown is None:
        return None
    estimates, truths = log.estimates, log.truths
    first, last = np.searchsorted(
        estimates.t_ns, [truths.t_ns[span.lift_off], truths.t_ns[span.touchdown]])
    # Thirty a second, as on NASA's maps: noise would lengthen the path of closer points.
    p = estimates.p_MB[first:last:PER_MAP_POINT, :2]
    return float(np.hypot(*np.diff(p, axis=0).T).sum())
