# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The comparison of our flights with NASA's as a page: ``docs/validation.md``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
import math

from ingenuity_nodes.campaign.validation import (
    Comparison, CONTINGENCIES, DURATION, LANDING, PATH, ROUNDING)

# What a reader should know of a flight that stands out, whatever its figures are today.
REMARKS = {
    6: 'on Mars it oscillated after a lost image (517 m by its own estimate, 215 m planned); the '
       'plan is flown without that fault, which `fault_flight_06` has',
    9: 'landing: the heading of its estimate drifts, of which images tell nothing; one standard '
       'deviation is some 9 mrad, 6 m after 625 m',
    46: "the points of NASA's track, spread evenly, move until touchdown: its times are off",
    53: 'on Mars, too, it landed by itself; when images were lost is not published but assumed',
    70: 'over sand its estimate drifts, as few features are left to it; how few is assumed',
    71: 'on Mars it descended while it moved; ours stops first, so that it takes longer; its own '
        'estimate, on ground without features, is all there is of its way',
    72: 'on Mars all four blades broke; how its last features moved is not published but assumed'}

HEAD = """\
# Validation

The 72 flights of Ingenuity, flown by `./ingenuity validate{options}` and held against NASA's
record. This page is written by that command (`--write docs/validation.md`, with NASA's files for
`--tracks` and `--poses`); do not edit it.

**What is flown.** `config/scenarios/flight_NN.yaml`: place, heading and time of day of each
flight, its turning points with their times, its height and its speed, as published; Flights 1 to
4 have wind and air of their own. Terrain is of the kind of the site, not its measured shape:
hills, dunes and slopes of landing places are missing. Air is that of place, season and local
time; wind is a breeze of 4 m/s, as that of the day is not published. Features come from
geometry; with `simulate --features images` they come from drawn images.

**What is compared.** Duration and the track estimated on board: NASA's map (MMGIS). Planned
path, height, speed: NASA's flight log. NASA's two lengths of one way differ because one is that
of the plan, the other that of a track that drifts. *Landing*: from our landing place to NASA's.
*Rms*: horizontal distance from NASA's track at equal times, and after the best rotation and
translation. NASA's points carry no times and are spread evenly; where fewer than one a second
are published (from Flight 18 on) some are seconds off, which alone makes metres at speed.

**Agreement.** Duration within {fraction:.0f} % or {seconds:g} s, path within {path:.0f} % of one
of the logs (or {rounding:g} m of the planned one, which is published in whole metres) or between
them, landing within {landing:.0f} % of the way + {metres:g} m. Flights
{contingencies}, which ended otherwise than planned, must end as they did.
"""


def page(rows: Sequence[Comparison], options: str = '') -> str:
    """Write the page."""
    good = sum(not row.misses for row in rows)
    head = HEAD.format(
        options=options, fraction=100 * DURATION[0], seconds=DURATION[1], path=100 * PATH,
        rounding=ROUNDING, landing=100 * LANDING[0], metres=LANDING[1],
        contingencies=', '.join(map(str, CONTINGENCIES)))
    return '\n'.join([
        head, f'**Result.** {good} of {len(rows)} agree; {_strict(rows)} of them have a path '
        'within 2 % of one of the logs, the others one between the two.', '',
        *_outliers(rows), '', *_table(rows), '', *_closest(rows), '', *_hold(rows),
        *_poses(rows)]) + '\n'


def _strict(rows: Iterable[Comparison]) -> int:
    return sum(1 for row in rows if not row.misses and any(
        abs((row.ours.path_length_m or 0.0) - theirs) <= PATH * theirs
        for theirs in (row.nasa.distance_m, row.nasa.path_m)))


def _outliers(rows: Iterable[Comparison]) -> Iterable[str]:
    yield '## Outliers'
    yield ''
    shown = False
    for row in rows:
        lines = list(row.misses)
        if remark := REMARKS.get(row.number):
            lines.append(remark)
        if row.track and row.track.rms > 3.0 and row.number not in CONTINGENCIES:
            lines.append(f'{row.track.rms:.1f} m from the track in time, '
                         f'{row.track.rms_aligned:.1f} m after alignment')
        if lines:
            shown = True
            yield f'- {title(row)}: {"; ".join(lines)}.'
    if not shown:
        yield 'None.'


def title(row: Comparison) -> str:
    """Name a flight for people."""
    return f'Flight {row.number}' + (', planned from goals' if 'planned' in row.flight else '')


COLUMNS = ('flight', 'end', 'duration s', 'path m', 'height m', 'speed m/s', 'landing m',
           'energy Wh', 'tip Mach', 'blade deg', 'motor K', 'tilt deg', 'rms m', 'aligned m', '')


def cells(row: Comparison) -> tuple[str, ...]:
    """Format a row: ours / NASA's; margins are what is left."""
    ours, nasa = row.ours, row.nasa
    return (
        title(row).removeprefix('Flight '), row.end,
        f'{_number(ours.duration_s)} / {nasa.duration_s:.1f}',
        f'{_number(ours.path_length_m)} / {nasa.distance_m:g}, {nasa.path_m:.1f}',
        f'{_number(ours.max_altitude_m)} / {nasa.max_altitude_m:g}',
        f'{_number(ours.max_ground_speed_mps)} / {nasa.max_speed_mps:g}',
        f'{row.landing_error_m:.1f}', f'{row.energy_wh:.1f}', f'{row.margins.tip_mach:.2f}',
        f'{row.margins.collective_deg:.1f}', f'{row.margins.motor_k:.0f}',
        _number(ours.max_tilt_deg), f'{row.track.rms:.2f}' if row.track else '-',
        f'{row.track.rms_aligned:.2f}' if row.track else '-', '!' if row.misses else '')


def _table(rows: Iterable[Comparison]) -> Iterable[str]:
    return _section(
        'Flights',
        "Ours / NASA's; path: planned, estimated. Tip Mach (of 0.8), blade angle (to its end "
        'stop) and motor temperature: what was left at the closest. Tilt: the largest.',
        COLUMNS, map(cells, rows))


def _closest(rows: Sequence[Comparison]) -> Iterable[str]:
    yield '## Closest'
    yield ''
    left: dict[str, Callable[[Comparison], float]] = {
        'Mach below 0.8 at the blade tips': lambda row: row.margins.tip_mach,
        'deg of blade angle': lambda row: row.margins.collective_deg,
        'K of motor temperature': lambda row: row.margins.motor_k,
        '% of the battery': lambda row: row.ours.battery_left_percent or math.nan}
    for what, of in left.items():
        row = min(rows, key=of)
        yield f'- {of(row):.3g} {what}: {title(row)}'
    leaning = max(rows, key=lambda row: row.cruise_tilt_deg or 0.0)
    if leaning.cruise_tilt_deg:
        yield f'- {leaning.cruise_tilt_deg:.1f} deg of tilt in cruise, the largest: ' \
              f'{title(leaning)}'


# Horizontal rms of the position estimated on board about its mean [m].
THEIR_HOLD = {1: '0.05 to 0.15', 2: '0.05 to 0.15', 59: '0.18 and 0.19 (two plateaus)'}


def _hold(rows: Sequence[Comparison]) -> Iterable[str]:
    held = [row for row in rows if row.hold]
    if not held:
        return
    yield from _section(
        'Hold of a hover',
        'Horizontal distance from the mean of each hover of 3 s or longer, its first second '
        "left out; rms. NASA's: poses estimated on board (Flights 1 and 2), map (Flight 59).",
        ('flight', 'hover s', 'estimated m', 'true m', "NASA's estimate m"),
        ((str(row.number), f'{row.hold.seconds:.0f}', f'{row.hold.estimated_m:.3f}',
          f'{row.hold.true_m:.3f}', THEIR_HOLD[row.number])
         for row in held if row.hold and row.number in THEIR_HOLD))
    yield ''
    if found := sorted(row.hold.estimated_m for row in held
                       if row.hold and row.number not in CONTINGENCIES):
        yield (f'All {len(found)} flights that ended as planned: {found[0]:.3f} to '
               f'{found[-1]:.3f} m estimated, median {found[len(found) // 2]:.3f} m.')
    yield ('Where ours hold better than the real one, what moves that more is not known: gains '
           'of its position loop, gusts of those days, its own wake near the ground and play of '
           'its servos are not published in figures, so that none of them is modelled to look '
           'alike.')
    yield ''


def _poses(rows: Iterable[Comparison]) -> Iterable[str]:
    found = [row for row in rows if row.poses]
    if not found:
        return
    yield from _section(
        'Poses estimated on board',
        'Labels of the navigation images (NASA PDS, DOI 10.17189/1522845), in flight; clock '
        'fitted on height alone. *Hover*: the same figure for an upright hover straight '
        'above the start, as high as theirs. Tilt: theirs holds a constant roll offset of 2 to '
        '3 deg.',
        ('flight', 'images', 'position m', 'hover m', 'tilt deg', 'hover deg', 'heading deg'),
        ((str(row.number), str(p.images), f'{p.rms_m:.2f}', f'{p.hover_rms_m:.2f}',
          f'{p.tilt_rms_deg:.1f}', f'{p.hover_tilt_rms_deg:.1f}', f'{p.heading_rms_deg:.1f}')
         for row in found if (p := row.poses)))


def _section(
    heading: str, text: str, columns: Sequence[str], cells_of: Iterable[Sequence[str]],
) -> Iterable[str]:
    """Write a heading, what the table is about, and the table."""
    yield from (f'## {heading}', '', text, '')
    yield f'| {" | ".join(columns)} |'
    yield f'|{"---|" * len(columns)}'
    for cells_of_row in cells_of:
        yield f'| {" | ".join(cells_of_row)} |'


def _number(value: float | None) -> str:
    return 'none' if value is None else f'{value:.1f}'
