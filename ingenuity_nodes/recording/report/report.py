# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The report: one self-contained HTML page about everything that a run has produced."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
import os
from pathlib import Path
import re
from typing import Any

from ingenuity_nodes.recording.errors import RecordingError
from ingenuity_nodes.recording.report import figures, maps
from ingenuity_nodes.recording.report.mission import mission_part, mission_strip
from ingenuity_nodes.recording.report.page import card, figure_strip, grid, number, Page, table
from ingenuity_nodes.recording.report.photo import embed
from ingenuity_nodes.recording.report.photo_card import photo_card
from ingenuity_nodes.recording.report.timeline import fault_rows, timeline
from ingenuity_nodes.recording.result import LANDED
from ingenuity_nodes.recording.run_folder import RunFolder
from ingenuity_nodes.recording.run_log import RunLog, VehicleLog
from ingenuity_nodes.recording.tracks import compare, flown_track, nasa_track, POINTS, Track

FILES = (
    ('result.json', 'the figures, for scripts'),
    ('photo.jpg', 'the photograph, full size'),
    ('photo_annotated.jpg', 'the photograph, annotated'),
    ('photo_zoom.jpg', 'the photograph, cropped around the target'),
    ('trajectory.tum', 'true trajectory, TUM format, for evo and others'),
    ('trajectory_estimate.tum', 'estimated trajectory'),
    ('logs', 'the log of every process'),
    ('run_log.npz', 'every tick as columns, for numpy'),
    ('bag', 'all topics as MCAP, for ros2 bag, Foxglove and Lichtblick'))


def write_report(folder: RunFolder, run: RunLog, result: Mapping[str, Any]) -> Path:
    """
    Write ``report.html``.

    Parameters
    ----------
    folder
        The run folder, with the photos in it.
    run
        The log of the run.
    result
        The content of ``result.json``.

    Raises
    ------
    RecordingError
        The page cannot be written.

    """
    nasa, about_nasa = _reference(run.scenario)
    title = _title(run.scenario)
    page = Page(f'{title} · Ingenuity')
    cooperation = run.mission.is_cooperation
    strip = mission_strip(run, result) if cooperation else _figures(result, nasa)
    page.add(_top(title, run, str(result['outcome']), strip))
    page.add('<div style="height: 26px"></div>' if cooperation else _photos(folder, run))
    page.add('</div></div><main class="wide">')
    if cooperation:
        page.add(mission_part(page, run, folder.path))
    page.add(_paths(page, run, nasa, about_nasa))
    for log in run.logs:
        page.add(_vehicle(page, log, len(run.logs) > 1))
    page.add(_vehicles_table(result))
    page.add(_files(folder))
    page.add(_footer())
    _write(folder.report, page.html())
    return folder.report


def _title(scenario: str) -> str:
    flight = re.fullmatch(r'flight_0*(\d+)', scenario)
    return f'Flight {flight[1]}' if flight else scenario.replace('_', ' ').capitalize()


def _figures(result: Mapping[str, Any], nasa: Track | None) -> str:
    theirs = _nasa(nasa)
    return figure_strip([
        ('flight time', number(result['duration_s']), 's', theirs[0]),
        ('altitude', number(result['max_altitude_m'], 2), 'm', ''),
        ('farthest north', number(result['apex_north_m']), 'm', theirs[1]),
        ('path', number(result['path_length_m']), 'm', theirs[2]),
        ('landing offset', number(result['landing_offset_m'], 2), 'm', theirs[3]),
        ('top speed', number(result['max_ground_speed_mps'], 2), 'm/s', 'over ground'),
        ('largest tilt', number(result['max_tilt_deg']), '°', ''),
        ('navigation error', number(result['navigation_error_m'], 2), 'm', 'at landing'),
        ('battery used', number(result['battery_used_wh']), 'Wh',
         f'mean {number(result["mean_power_w"], 0)} W'),
        ('real-time factor', number(result['real_time_factor'], 2), '×', '')])


def _top(title: str, run: RunLog, outcome: str, strip: str) -> str:
    badge = 'badge' if outcome == LANDED else 'badge bad'
    line = run.description or 'Ingenuity in the open simulator.'
    seed = '' if run.seed is None else f' Seed {run.seed}.'
    return (
        '<div class="band"><div class="wide"><header>'
        f'<div><h1>{escape(title)}</h1><p>{escape(line)} '
        f'Jezero crater, Mars.{seed}</p></div>'
        f'<div class="{badge}">{escape(outcome)}</div></header>{strip}')


def _reference(scenario: str) -> tuple[Track | None, str]:
    """Return NASA's track; without one, the reason, for the note on the map."""
    try:
        track = nasa_track(scenario)
    except RecordingError as error:
        return None, f'No comparison with NASA: {error}'
    return track, '' if track else 'No NASA track of this flight here.'


def _nasa(track: Track | None) -> tuple[str, str, str, str]:
    """Format NASA's flight time, northern end, path and landing offset, as far as known."""
    if track is None:
        return '', '', '', ''
    # A few points cut the corners of the path.
    path = '' if track.source == POINTS else f'NASA: {track.path_length:.1f}'
    return (f'NASA: {track.duration_s:.1f}', f'NASA: {track.apex[0]:.1f}', path,
            f'NASA: {track.landing_offset:.2f}')


def _photos(folder: RunFolder, run: RunLog) -> str:
    parts: list[str] = []
    for log in run.logs:
        for record in log.photos:
            photo = embed(record, folder.path)
            if photo:
                zero = figures.Span.of(log).zero_ns
                parts.append(photo_card(photo, (record.t_ns - zero) / 1e9, len(parts)))
    return ''.join(parts) or '<div style="height: 26px"></div>'


def _paths(page: Page, run: RunLog, nasa: Track | None, against: str) -> str:
    flown = flown_track(run.logs[0])
    if nasa and flown:
        difference = compare(flown, nasa)
        against = (f'Against the {nasa.source}: {difference.rms:.2f} m rms at equal times, '
                   f'{difference.worst:.2f} m at most, '
                   f'{difference.rms_aligned:.2f} m rms after alignment.')
    return grid([
        card('The flight above the ground', 'Coloured by ground speed; drag to rotate, scroll '
             'to zoom.', page.plot(maps.terrain_view(run))),
        card('The flight from above', against, page.plot(maps.ground_map(run, nasa)))])


def _vehicle(page: Page, log: VehicleLog, named: bool) -> str:
    span = figures.Span.of(log)
    heading = f'<h2 class="part">{escape(log.namespace.capitalize())}</h2>' if named else ''
    cards = [
        card('Altitude', '', page.plot(figures.altitude(log, span))),
        card('Speed', '', page.plot(figures.speed(log, span))),
        card('Navigation', 'Estimate minus truth, with the three-sigma bounds of the filter.',
             page.plot(figures.navigation(log, span))),
        card('Tilt', 'Angle between rotor axis and vertical.', page.plot(figures.tilt(log, span))),
        card('Heading', '', page.plot(figures.heading(log, span))),
        card('Thrust', '', page.plot(figures.thrust(log, span))),
        card('Battery', '', page.plot(figures.power(log, span))),
        card('Blades and motors', '', page.plot(figures.actuators(log, span)))]
    radio = '' if not log.transfers else card(
        'Radio', 'Frames received by the base station; transfers continue after landing.',
        page.plot(figures.radio(log, span)))
    modes = card('Flight modes', 'Each change with the reason given by the flight computer.',
                 timeline(log, span.zero_ns))
    faults = '' if not log.faults else card(
        'Faults', 'Injected; the flight computer is not informed.', fault_rows(log, span.zero_ns))
    return heading + modes + faults + grid(cards) + radio


def _vehicles_table(result: Mapping[str, Any]) -> str:
    vehicles = result['vehicles']
    if len(vehicles) < 2:
        return ''
    keys = (('outcome', 0), ('duration_s', 1), ('max_altitude_m', 2), ('path_length_m', 1),
            ('landing_offset_m', 2), ('navigation_error_m', 2), ('battery_used_wh', 1))
    rows = [[escape(name)] + [
        escape(values[key]) if isinstance(values[key], str) else number(values[key], digits)
        for key, digits in keys] for name, values in vehicles.items()]
    return card('All helicopters', '', table(rows, ['', *(key for key, _ in keys)], numbers=True))


def _files(folder: RunFolder) -> str:
    known = dict(FILES)
    names = sorted((path.name for path in folder.path.iterdir()
                    if not path.name.startswith('.') and path != folder.report),
                   key=lambda name: (list(known).index(name) if name in known else 99, name))
    rows = [(f'<a href="{escape(name)}">{escape(name)}</a>', escape(known.get(name, '')),
             _size(folder.path / name)) for name in names]
    return card('Files of this run', 'In the same folder as this page.', table(rows))


def _size(path: Path) -> str:
    files = [path] if path.is_file() else [file for file in path.rglob('*') if file.is_file()]
    size = sum(file.stat().st_size for file in files)
    return f'{size / 1e6:.1f} MB' if size >= 1e5 else f'{size / 1e3:.1f} kB'


def _footer() -> str:
    return (
        '<footer>T is the time since lift-off, the last instant with a foot on the ground before '
        'the climb; touchdown is the first contact after it. <i>True</i> is the simulated '
        'aircraft, <i>estimate</i> that of its flight computer. Positions are relative to the '
        'map origin, the altitude to the lift-off position. NASA figures: ground track and '
        'flight log published by NASA/JPL-Caltech (MMGIS).</footer></main>')


def _write(path: Path, text: str) -> None:
    temporary = path.with_name(f'.{path.name}.{os.getpid()}')
    try:
        temporary.write_text(text, encoding='utf-8')
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise RecordingError(f'{path}: cannot be written: {error.strerror}') from error
