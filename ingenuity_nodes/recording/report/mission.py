# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A mission of several vehicles in the report: figures, map, decisions, photos in their order."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
import math
from pathlib import Path
from typing import Any

from ingenuity_nodes.radio.frames import photo_in
from ingenuity_nodes.recording.mission_record import Decision, MissionRecord
from ingenuity_nodes.recording.report.figures import INK
from ingenuity_nodes.recording.report.mission_map import (
    DRIVEN, mission_map, photos_in_order, vehicle_colour)
from ingenuity_nodes.recording.report.page import card, figure_strip, number, Page, table
from ingenuity_nodes.recording.report.photo import embed
from ingenuity_nodes.recording.report.photo_card import file_links, photo_frame, received
from ingenuity_nodes.recording.result import LANDED
from ingenuity_nodes.recording.run_log import PhotoRecord, RunLog
from ingenuity_nodes.signals import HAZARD
from ingenuity_nodes.timing import SECOND_NS
import numpy as np

# Modes of a flight that are steps of the mission; the others are in each flight's own part.
STEPS = ('take_off', 'landed', 'refused', 'crashed', 'abort')


def mission_strip(run: RunLog, result: Mapping[str, Any]) -> str:
    """Return the HTML of the headline figures of a mission."""
    cells = []
    for rover in run.mission.rovers.values():
        if rover.goal is not None or rover.paths:
            straight = f'straight: {math.dist(rover.start, rover.goal):.1f}' if rover.goal else ''
            cells.append((f'{rover.name} drove', number(rover.distance_driven), 'm', straight))
        if rover.goal is not None:
            cells.append(('from its goal', number(math.dist(rover.end, rover.goal), 2), 'm',
                          'at the end'))
    if (hazards := run.mission.hazard_map) is not None:
        known = np.isfinite(hazards.height)
        closed = int((hazards.hazard == HAZARD).sum())
        cells.append(('mapped', number(float(known.sum()) * hazards.cell ** 2, 0), 'm²',
                      f'{100.0 * closed / max(int(known.sum()), 1):.1f} % hazards'))
    if (nearest := result.get('least_separation_m')) is not None:
        cells.append(('aircraft apart', number(nearest), 'm',
                      f'least, at {result["least_separation_t_s"]:.0f} s'))
    photos = [photo for _, photo in photos_in_order(run)]
    cells.append(('photos on the rover', str(sum(photo.received for photo in photos)), '',
                  f'of {len(photos)} taken'))
    ends = [vehicle['outcome'] for vehicle in result['vehicles'].values()]
    cells.append(('landed', str(ends.count(LANDED)), '', f'of {len(ends)} helicopters'))
    last = max((int(log.truths.t_ns[-1]) for log in run.logs if len(log.truths.t_ns)), default=0)
    cells.append(('mission time', number(last / SECOND_NS, 0), 's',
                  f'{number(result["real_time_factor"], 1)} × real time'))
    return figure_strip(cells)


def mission_part(page: Page, run: RunLog, folder: Path) -> str:
    """Return the HTML of map, decisions and photos."""
    note = 'Mapped ground is coloured by height, hazards are red; numbers are the photos below.' \
        if run.mission.hazard_map is not None else 'Numbers are the photos below.'
    above = card('The mission from above', note, page.plot(mission_map(run)))
    decisions = card('Decisions', 'What mission control, rovers and helicopters decided, and why; '
                     'times are those of the mission.', _decisions(run))
    return f'<div class="grid wider">{above}{decisions}</div>{_photos(run, folder)}'


def _photos(run: RunLog, folder: Path) -> str:
    cells = []
    for count, (log, record) in enumerate(photos_in_order(run), 1):
        photo = embed(record, folder)
        if photo:
            quote = f'<blockquote>“{escape(record.caption)}”</blockquote>' \
                if record.caption else ''
            cells.append(
                f'<section class="shot"><h3><span class="count">{count}</span>'
                f'{_headline(log.namespace, record)}</h3>{photo_frame(photo, 100 + count)}'
                f'{quote}<p class="note">{_about(record)} {file_links(photo)}</p></section>')
    if not cells:
        return ''
    return ('<h2 class="part">Photos, in the order they were taken</h2>'
            f'<div class="grid">{"".join(cells)}</div>')


def _headline(name: str, record: PhotoRecord) -> str:
    target = f' photographs {escape(record.target.capitalize())}' if record.target else ''
    return f'{escape(name.capitalize())}{target}, at {record.t_ns / SECOND_NS:.1f} s'


def _about(record: PhotoRecord) -> str:
    away = '' if record.target_distance_m is None else (
        f'{record.target_distance_m:.1f} m away, seen from above. ')
    return f'{away}{received(record).capitalize()}.'


def _decisions(run: RunLog) -> str:
    names = {log.namespace: vehicle_colour(k) for k, log in enumerate(run.logs)}
    names |= dict.fromkeys(run.mission.rovers, DRIVEN)
    rows = []
    for decision in _worth_reading(run.mission, set(run.vehicles)):
        who, _, what = decision.text.partition(': ')
        if who not in names:
            who, what = 'mission', decision.text
        dot = f'<span class="dot" style="background: {names.get(who, INK)}"></span>'
        rows.append((f'{decision.t_ns / SECOND_NS:.1f} s', dot + escape(who), escape(what)))
    if not rows:
        return '<p class="note">None was recorded.</p>'
    return f'<div class="log">{table(rows, ("time", "who", "what and why"))}</div>'


def _worth_reading(mission: MissionRecord, helicopters: set[str]) -> list[Decision]:
    """Return the decisions, without the modes of each flight that are no steps of the mission."""
    found = []
    for decision in mission.decisions:
        who, _, what = decision.text.partition(': ')
        mode = what.partition(': ')[0]
        is_mode = who in helicopters and mode.replace('_', '').isalpha() and ': ' in what
        thumbnail = photo_in(what) is not None and '_thumb' in what
        if not thumbnail and (not is_mode or mode in STEPS or mode in ('go', 'no-go')):
            found.append(decision)
    return found
