# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The flight modes as a bar on the time axis and a table with the reasons."""

from __future__ import annotations

from html import escape

from ingenuity_nodes.recording.report.page import table
from ingenuity_nodes.recording.run_log import VehicleLog
from ingenuity_nodes.timing import SECOND_NS

COLOURS = ('#8b7a6f', '#c4532a', '#1f7a8c', '#6b4e9b', '#3f8f4f', '#b0457b', '#b98217', '#4a5d8f')
TICK_S = 10.0


def timeline(log: VehicleLog, zero_ns: int) -> str:
    """Draw the modes between the first change and the last; equal modes have equal colours."""
    if not log.modes:
        return '<p class="note">No mode was reported.</p>'
    names = list(dict.fromkeys(change.mode for change in log.modes))
    colour = {name: COLOURS[k % len(COLOURS)] for k, name in enumerate(names)}
    times = [(change.t_ns - zero_ns) / SECOND_NS for change in log.modes]
    ends = [*times[1:], times[-1] + max(2.0, 0.03 * (times[-1] - times[0]))]
    length = ends[-1] - times[0]
    blocks = ''.join(
        f'<div style="width: {100 * (end - start) / length:.3f}%; background: '
        f'{colour[change.mode]}" title="T{start:+.1f} s  {escape(change.mode)}: '
        f'{escape(change.reason)}">{_words(change.mode)}</div>'
        for change, start, end in zip(log.modes, times, ends, strict=True))
    first = int(-(-times[0] // TICK_S))
    step = max(1, round(length / TICK_S / 14))
    ticks = ''.join(
        f'<span style="left: {100 * (k * TICK_S - times[0]) / length:.3f}%">'
        f'{"T" if k == 0 else ""}{k * TICK_S:+.0f} s</span>'
        for k in range(first, int(ends[-1] // TICK_S) + 1) if k % step == 0)
    rows = [(f'T{start:+.1f} s', f'<span class="dot" style="background: {colour[change.mode]}">'
             f'</span>{_words(change.mode)}', escape(change.reason))
            for change, start in zip(log.modes, times, strict=True)]
    half, head = (len(rows) + 1) // 2, ('time', 'mode', 'reason')
    return (f'<div class="bar">{blocks}</div><div class="ruler">{ticks}</div>'
            f'<div class="reasons">{table(rows[:half], head)}{table(rows[half:], head)}</div>')


def fault_rows(log: VehicleLog, zero_ns: int) -> str:
    """List the injected faults and their times."""
    rows = [(f'T{(change.t_ns - zero_ns) / SECOND_NS:+.1f} s',
             f'{_words(change.fault)} {"begins" if change.active else "ends"}',
             escape(change.text)) for change in log.faults]
    return table(rows, ('time', 'fault', 'effect'))


def _words(mode: str) -> str:
    return escape(mode.replace('_', ' '))
