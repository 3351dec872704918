# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Commands that fly more than one flight: validation, consistency of the filter."""

from __future__ import annotations

from argparse import Namespace
import json
from pathlib import Path
import sys
import time
from typing import TYPE_CHECKING

from ingenuity_nodes.commands.narrator import compile_kernels
from ingenuity_nodes.recording.run_folder import RunFolder
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.scenario.variants import with_features
from ingenuity_nodes.yaml_files.check import FileError
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:    # each command imports what it needs, when it needs it
    from ingenuity_nodes.campaign.consistency import Consistency
    from ingenuity_nodes.campaign.validation import Comparison

ROW_EVERY = 5    # [s] between the rows of a table over time


def validate(options: Namespace) -> int:
    """Fly NASA's flights, print and save ours beside theirs; 1 where one does not agree."""
    from ingenuity_nodes.campaign import validation, validation_table
    from ingenuity_nodes.campaign.crew import all_cores, crew

    flights = validation.chosen(options.flights)
    references = validation.References(*(
        Path(path) if path else None for path in (options.tracks, options.poses)))
    if unknown := references.missing(flights):
        raise FileError(f'validate: {unknown}')
    folder = RunFolder.create('validation', Path(options.out) if options.out else None,
                              needed_bytes=10_000_000)
    compile_kernels()
    with crew(min(options.workers or all_cores(), len(flights)), options.scheduler) as team:
        rows = validation.validate_all(
            flights, None if options.seed < 0 else options.seed, references, team,
            _Progress(len(flights)))
    words = ''.join(f' {word}' for word in options.flights)
    page, record = validation_table.page(rows, words), validation.as_json(rows)
    _save(folder.path / 'validation.md', page)
    _save(folder.path / 'validation.json', json.dumps(record, indent=2) + '\n')
    if options.write:
        _save(Path(options.write), page)
    if options.json:
        print(json.dumps(record, indent=2))
    else:
        _print_flights(rows)
        print(f'results: {folder.path}')
    return 1 if any(row.misses for row in rows) else 0


class _Progress:
    """Report how far it is, on the standard error output."""

    def __init__(self, count: int) -> None:
        self._count, self._done, self._began = count, 0, time.monotonic()

    def __call__(self, row: Comparison) -> None:
        self._done += 1
        spent = time.monotonic() - self._began
        left = spent / self._done * (self._count - self._done)
        print(f'{self._done} of {self._count}: {row.flight}: {row.end}'
              f'{", " + "; ".join(row.misses) if row.misses else ""} ({left:.0f} s left)',
              file=sys.stderr, flush=True)


def _save(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding='utf-8')
    except OSError as error:
        raise FileError(f'{path}: cannot be written: {error.strerror}') from error


def consistency(options: Namespace) -> int:
    """Print the consistency of the filter (NEES) over many flights."""
    from ingenuity_nodes.campaign import consistency as study
    from ingenuity_nodes.campaign.consistency_routes import over_route
    from ingenuity_nodes.campaign.crew import crew

    scenario = with_features(load_scenario(options.scenario), options.features)
    if options.shape:
        scenario = over_route(scenario, options.shape, options.length)
    compile_kernels()
    seeds = range(options.first, options.first + options.flights)
    with crew(options.workers or 1, options.scheduler) as team:
        result = study.campaign(
            scenario, seeds, team,
            lambda flight: print(f'seed {flight.seed}: {flight.outcome}', file=sys.stderr))
    if options.json:
        print(json.dumps(study.as_json(result), indent=2))
    else:
        Console(width=140).print(_nees_table(result))
    return 0 if result.consistent else 1


def _print_flights(rows: list[Comparison]) -> None:
    from ingenuity_nodes.campaign import validation_table

    table = Table(*validation_table.COLUMNS, title="Ours / NASA's; path: planned, estimated; "
                  'tip Mach, blade angle, motor: what was left')
    for row in rows:
        table.add_row(*validation_table.cells(row))
    Console(width=190).print(table)
    for row in rows:
        if row.poses:
            p = row.poses
            print(f'{row.flight}: {p.rms_m:.2f} m and {p.tilt_rms_deg:.1f} deg of tilt from the '
                  f'{p.images} poses estimated on board; an upright hover over the start '
                  f'{p.hover_rms_m:.2f} m, {p.hover_tilt_rms_deg:.1f} deg')
        for miss in row.misses:
            print(f'{row.flight}: {miss}')
    print(f'{sum(not row.misses for row in rows)} of {len(rows)} agree')


def _nees_table(result: Consistency) -> Table:
    names = list(result.nees)
    table = Table(
        'since lift-off', *names, 'NIS', 'rms position', 'believed', 'velocity', 'attitude',
        title=f'Normalised estimation error squared, mean of {result.flights} flights')
    for k in range(0, len(result.t_s), ROW_EVERY):
        rms = [float((result.rms[k, 3 * b:3 * b + 3] ** 2).sum() ** 0.5) for b in range(3)]
        believed = float((result.believed[k, :3] ** 2).sum() ** 0.5)
        table.add_row(
            f'{result.t_s[k]:.0f} s', *(f'{result.nees[name][k]:.2f}' for name in names),
            f'{result.nis[k]:.2f}', f'{rms[0]:.3f} m', f'{believed:.3f} m',
            f'{rms[1]:.4f} m/s', f'{1e3 * rms[2]:.2f} mrad')
    table.add_section()
    table.add_row('mean', *(f'{result.nees[name].mean():.2f}' for name in names),
                  f'{result.nis.mean():.2f}')
    table.add_row('95 % bounds', *('{:.2f} .. {:.2f}'.format(*limits) for limits in (
        *(result.bounds[name] for name in names), result.nis_bounds)))
    table.add_row('instants inside', *(f'{100 * result.inside(n):.0f} %' for n in names))
    return table
