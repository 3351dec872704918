# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Commands that fly more than one flight: validation, consistency of the filter."""

from __future__ import annotations

from argparse import Namespace
import json
import sys
from typing import TYPE_CHECKING

from ingenuity_nodes.commands.narrator import compile_kernels
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
    """Print our flights beside NASA's."""
    from ingenuity_nodes.campaign import validation

    seed = None if options.seed < 0 else options.seed
    flights = options.flights or list(validation.PUBLISHED)
    for unknown in set(flights) - set(validation.PUBLISHED):
        raise FileError(f"validate: found '{unknown}', allowed: {', '.join(validation.PUBLISHED)}")
    compile_kernels()
    rows = [validation.validate(flight, seed) for flight in flights]
    if options.json:
        print(json.dumps(validation.as_json(rows), indent=2))
    else:
        Console(width=150).print(_flights_table(rows))
    return 0 if all(row.outcome == 'landed' for row in rows) else 1


def consistency(options: Namespace) -> int:
    """Print the consistency of the filter (NEES) over many flights."""
    from ingenuity_nodes.campaign import consistency as study
    from ingenuity_nodes.campaign.crew import crew

    scenario = with_features(load_scenario(options.scenario), options.features)
    compile_kernels()
    seeds = range(options.first, options.first + options.flights)
    with crew(options.workers or 1, options.scheduler) as team:
        result = study.campaign(
            scenario, seeds, team,
            lambda flight: print(f'seed {flight.seed}: {flight.outcome}', file=sys.stderr))
    if options.json:
        print(json.dumps(study.as_json(result), indent=2))
    else:
        Console(width=120).print(_nees_table(result))
    return 0 if result.consistent else 1


def _flights_table(rows: list[Comparison]) -> Table:
    from ingenuity_nodes.vehicle.power_budget import PUBLISHED_AVERAGE

    table = Table('flight', '', 'duration', 'path', 'farthest north, east', 'landing offset',
                  'energy', 'rms', 'aligned', title='Ours / NASA; energy: theirs from the '
                  f'{PUBLISHED_AVERAGE:.0f} W published as the average in flight')
    for row in rows:
        nasa = row.published
        table.add_row(
            row.flight, row.outcome, f'{row.duration_s:.1f} / {nasa.duration_s:.1f} s',
            f'{row.path_length_m:.1f} / {nasa.path_length_m:.1f} m',
            f'{_north_east(row.apex_m)} / {_north_east(nasa.apex_m)} m',
            f'{row.landing_offset_m:.2f} / {nasa.landing_offset_m:.2f} m',
            f'{row.energy_wh:.1f} / {nasa.duration_s * PUBLISHED_AVERAGE / 3600.0:.1f} Wh',
            _metres(row.rms_m), _metres(row.rms_aligned_m))
    return table


def _nees_table(result: Consistency) -> Table:
    names = list(result.nees)
    table = Table('since lift-off', *names, 'rms position', 'velocity', 'attitude', title=(
        f'Normalised estimation error squared, mean of {result.flights} flights'))
    for k in range(0, len(result.t_s), ROW_EVERY):
        rms = [float((result.rms[k, 3 * b:3 * b + 3] ** 2).sum() ** 0.5) for b in range(3)]
        table.add_row(
            f'{result.t_s[k]:.0f} s', *(f'{result.nees[name][k]:.2f}' for name in names),
            f'{rms[0]:.3f} m', f'{rms[1]:.4f} m/s', f'{1e3 * rms[2]:.2f} mrad')
    table.add_section()
    table.add_row('mean', *(f'{result.nees[name].mean():.2f}' for name in names))
    table.add_row('95 % bounds', *('{:.2f} .. {:.2f}'.format(*result.bounds[n]) for n in names))
    table.add_row('instants inside', *(f'{100 * result.inside(n):.0f} %' for n in names))
    return table


def _north_east(apex: tuple[float, float]) -> str:
    return ', '.join(f'{round(metres, 1) + 0.0:.1f}' for metres in apex)


def _metres(value: float | None) -> str:
    return '-' if value is None else f'{value:.2f} m'
