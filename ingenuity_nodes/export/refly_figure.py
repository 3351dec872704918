# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A figure of a re-flight: tracks from above, and errors over time."""

from __future__ import annotations

from pathlib import Path

from ingenuity_nodes.export.flight_record import FlightRecord
from ingenuity_nodes.export.refly import Reflight
from ingenuity_nodes.recording.errors import RecordingError

TRUTH, FLOWN, AGAIN = '#333333', '#3b6fb6', '#d1603d'
SIZE, DOTS = (11.0, 5.5), 120    # [inch], per inch


def draw_reflight(path: Path, record: FlightRecord, result: Reflight) -> None:
    """
    Draw it as a PNG.

    Raises
    ------
    RecordingError
        The file cannot be written.

    """
    from matplotlib.figure import Figure    # without pyplot: no window, no state

    figure = Figure(figsize=SIZE, layout='constrained')
    grid = figure.add_gridspec(2, 2)
    above = figure.add_subplot(grid[:, 0])
    for motion, colour, label in ((record.truth, TRUTH, 'truth'),
                                  (record.estimate, FLOWN, 'estimate as flown'),
                                  (result.estimate, AGAIN, result.navigation.split(':')[-1])):
        above.plot(motion.p_MB[:, 0], motion.p_MB[:, 1], color=colour, label=label, linewidth=1.2)
    above.set(xlabel='east [m]', ylabel='north [m]', aspect='equal',
              title=f'{record.vehicle}, from above')
    above.legend(frameon=False)
    distance, angle = figure.add_subplot(grid[0, 1]), figure.add_subplot(grid[1, 1])
    for errors, colour, label in ((result.before, FLOWN, 'as flown'),
                                  (result.after, AGAIN, 'again')):
        distance.plot(errors.t_s, errors.distance, color=colour, label=label, linewidth=1.2)
        angle.plot(errors.t_s, 1e3 * errors.attitude, color=colour, linewidth=1.2)
    distance.set(ylabel='error of position [m]',
                 title=f'against truth; features: {result.features}')
    distance.legend(frameon=False)
    angle.set(xlabel='time [s]', ylabel='error of attitude [mrad]')
    for axes in (above, distance, angle):
        axes.grid(color='#e4e4e4', linewidth=0.6)
        axes.spines[['top', 'right']].set_visible(False)
    try:
        figure.savefig(path, dpi=DOTS)
    except OSError as error:
        raise RecordingError(f'{path}: cannot be written: {error.strerror}') from error
