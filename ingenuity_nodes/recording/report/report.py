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
from ingenuity_nodes.recording.report.page import card, figure_strip, grid, number, Page, table
from ingenuity_nodes.recording.report.photo import embed, EmbeddedPhoto
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
    page.add(_top(title, run, result, nasa))
    page.add(_photos(folder, run))
    page.add('</div></div><main class="wide">')
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


def _top(title: str, run: RunLog, result: Mapping[str, Any], nasa: Track | None) -> str:
    outcome = str(result['outcome'])
    badge = 'badge' if outcome == LANDED else 'badge bad'
    theirs = _nasa(nasa)
    line = run.description or 'Ingenuity in the open simulator.'
    strip = [
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
        ('real-time factor', number(result['real_time_factor'], 2), '×', '')]
    return (
        '<div class="band"><div class="wide"><header>'
        f'<div><h1>{escape(title)}</h1><p>{escape(line)} '
        f'Jezero crater, Mars. Seed {run.seed}.</p></div>'
        f'<div class="{badge}">{escape(outcome)}</div></header>{figure_strip(strip)}')


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
                parts.append(_photo(photo, (record.t_ns - zero) / 1e9, len(parts)))
    return ''.join(parts) or '<div style="height: 26px"></div>'


def _photo(photo: EmbeddedPhoto, since_lift_off: float, count: int) -> str:
    record = photo.record
    target = escape(record.target.capitalize())
    radio = 'not yet received'
    if record.received:
        delay = (record.receive_t_ns or record.t_ns) - record.t_ns
        same = record.sha256_sent == record.sha256_received
        radio = f'received by the rover after {delay / 1e9:.0f} s, ' + (
            'every byte identical' if same else '<b>damaged</b>')
    distance = '–' if record.target_distance_m is None else f'{record.target_distance_m:.1f} m'
    rows = [('taken at', f'T+{since_lift_off:.1f} s'),
            ('height of the camera', f'{record.position_enu_m[2]:.1f} m above the map origin'),
            (f'{target} is', f'{distance} away'),
            ('it covers', _cover(photo)), ('radio', radio),
            ('SHA-256', f'<code>{escape(record.sha256_sent[:16])}…</code>')]
    files = [record.file, *filter(None, (photo.marked_file, photo.zoom_file))]
    links = ' · '.join(f'<a href="{escape(name)}">{escape(name)}</a>' for name in files)
    zoom = f'<h3>{target}, enlarged</h3><img src="{photo.zoom}" alt="the target, enlarged">' \
        if photo.zoom else ''
    switch = f'spot{count}'
    ask = (f'<input class="spot" type="checkbox" id="{switch}">', (
        f'<label class="ask" for="{switch}"><span class="show">Can you spot {target}?</span>'
        f'<span class="hide">Hide it again</span></label>')) if record.target_bbox_px else ('', '')
    return (
        f'<div class="photo"><div style="position: relative">{ask[0]}<div class="frame">'
        f'<img src="{photo.copy}" alt="the photograph">{_ring(photo)}</div>{ask[1]}</div>'
        f'<div class="side"><h2>The photograph</h2><p>{links}</p>{zoom}{table(rows)}</div></div>')


def _cover(photo: EmbeddedPhoto) -> str:
    box = photo.record.target_bbox_px
    if box is None:
        return '–'
    size = f'{box[2] - box[0]:.0f} × {box[3] - box[1]:.0f} px'
    return f'{size} of {photo.record.width} × {photo.record.height}'


def _ring(photo: EmbeddedPhoto) -> str:
    """Draw a circle around the target and its name, in pixels of the full image."""
    record = photo.record
    if record.target_bbox_px is None:
        return ''
    u0, v0, u1, v1 = record.target_bbox_px
    u, v, radius = (u0 + u1) / 2, (v0 + v1) / 2, 0.75 * max(u1 - u0, v1 - v0) + 40
    anchor, side = ('start', 1) if u < record.width / 2 else ('end', -1)
    return (
        f'<svg viewBox="0 0 {record.width} {record.height}"><circle cx="{u:.0f}" cy="{v:.0f}" '
        f'r="{radius:.0f}" fill="none" stroke="#ffd34d" stroke-width="14"/>'
        f'<text x="{u + side * (radius + 40):.0f}" y="{max(v + 35, 120):.0f}" font-size="110" '
        f'fill="#ffd34d" text-anchor="{anchor}" font-family="system-ui, sans-serif" '
        'font-weight="600" stroke="#1d1310" stroke-width="8" paint-order="stroke">'
        f'{escape(record.target.capitalize())}</text></svg>')


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
