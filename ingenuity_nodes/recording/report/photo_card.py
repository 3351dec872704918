# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A photo of the report as HTML: the image, its target on demand, and what is known of it."""

from __future__ import annotations

from html import escape

from ingenuity_nodes.recording.report.page import table
from ingenuity_nodes.recording.report.photo import EmbeddedPhoto
from ingenuity_nodes.recording.run_log import PhotoRecord
from ingenuity_nodes.timing import SECOND_NS


def photo_card(photo: EmbeddedPhoto, since_lift_off: float, count: int) -> str:
    """Return the HTML of the one photo of a flight, large, with its figures beside it."""
    record = photo.record
    target = escape(record.target.capitalize())
    distance = '–' if record.target_distance_m is None else f'{record.target_distance_m:.1f} m'
    rows = [('taken at', f'T+{since_lift_off:.1f} s'),
            ('height of the camera', f'{record.position_enu_m[2]:.1f} m above the map origin'),
            *([(f'{target} is', f'{distance} away'), ('it covers', _cover(photo))]
              if target else []), ('radio', received(record)),
            ('SHA-256', f'<code>{escape(record.sha256_sent[:16])}…</code>')]
    if record.caption:
        rows.insert(0, ('the rover', f'“{escape(record.caption)}”'))
    zoom = f'<h3>{target}, enlarged</h3><img src="{photo.zoom}" alt="the target, enlarged">' \
        if photo.zoom else ''
    return (
        f'<div class="photo">{photo_frame(photo, count)}'
        f'<div class="side"><h2>The photograph</h2><p>{file_links(photo)}</p>{zoom}'
        f'{table(rows)}</div></div>')


def photo_frame(photo: EmbeddedPhoto, count: int) -> str:
    """Return the HTML of the image, with a switch that shows where the target is."""
    record = photo.record
    target = escape(record.target.capitalize())
    switch = f'spot{count}'
    ask = (f'<input class="spot" type="checkbox" id="{switch}">', (
        f'<label class="ask" for="{switch}"><span class="show">Can you spot {target}?</span>'
        f'<span class="hide">Hide it again</span></label>')) if record.target_bbox_px else ('', '')
    return (f'<div style="position: relative">{ask[0]}<div class="frame">'
            f'<img src="{photo.copy}" alt="the photograph">{_ring(photo)}</div>{ask[1]}</div>')


def file_links(photo: EmbeddedPhoto) -> str:
    """Return links to the files of a photo."""
    files = [photo.record.file, *filter(None, (photo.marked_file, photo.zoom_file))]
    return ' · '.join(f'<a href="{escape(name)}">{escape(name)}</a>' for name in files)


def received(record: PhotoRecord) -> str:
    """Describe how the photo reached the rover, as HTML."""
    if not record.received:
        return 'not yet received'
    delay = (record.receive_t_ns or record.t_ns) - record.t_ns
    same = record.sha256_sent == record.sha256_received
    return f'received by the rover after {delay / SECOND_NS:.0f} s, ' + (
        'every byte identical' if same else '<b>damaged</b>')


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
