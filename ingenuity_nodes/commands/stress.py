# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The command that gives live flights a hard time."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
import sys
from tempfile import TemporaryDirectory

from ingenuity_nodes.commands import stress_messages
from ingenuity_nodes.commands.narrator import Narrator
from ingenuity_nodes.resources import configuration, share_directory
from ingenuity_nodes.stress import matrix, table
from ingenuity_nodes.yaml_files.check import FileError


def stress(options: Namespace) -> int:
    """Run what the options name; status 1 if anything is not as expected."""
    page = share_directory() / 'docs'
    for name, low, high in (('messages', 1, 100_000), ('soak', 0.1, 1440.0), ('seed', 0, 2**32)):
        value = getattr(options, name)
        if value is not None and not low <= value <= high:
            raise FileError(f"--{name}: found '{value}', allowed: {low:g} to {high:g}")
    if options.write and not page.is_dir():
        raise FileError(f"--write: found no folder '{page}', allowed: in a checkout")
    page /= 'reliability.md'
    scenario = str(configuration(
        'stress_flight_cameras.yaml' if options.cameras else 'stress_flight.yaml'))
    with Narrator(sys.stderr) as narrator:
        narrator.compile_kernels()
        if options.messages is not None:
            return stress_messages.messages(options, scenario, page, narrator)
        if options.soak is not None:
            return stress_messages.soaked(options, scenario, page, narrator)
        return _matrix(options, scenario, page, narrator)


def _matrix(options: Namespace, scenario: str, page: Path, narrator: Narrator) -> int:
    chosen = _cases(options, scenario)
    sha256 = stress_messages.batch_sha256(scenario, cameras=options.cameras)
    outcomes: list[matrix.Outcome] = []
    with TemporaryDirectory(prefix='ingenuity_stress_') as folder:
        for number, case in enumerate(chosen, 1):
            outcome = matrix.try_case(case, scenario, sha256, Path(folder, str(number)))
            outcomes.append(outcome)
            narrator(f'{number} of {len(chosen)}: {case.deed}: {case.who}, {case.phase}: '
                     + ('as expected' if outcome.good else '; '.join(outcome.failures)))
            if options.write:    # after each: what is interrupted is not lost
                table.write_section(page, _title(options), _matrix_lines(options, outcomes))
    print('\n'.join(_matrix_lines(options, outcomes)))
    return int(not all(outcome.good for outcome in outcomes))


def _matrix_lines(options: Namespace, outcomes: Sequence[matrix.Outcome]) -> list[str]:
    good = sum(outcome.good for outcome in outcomes)
    return [f'`./ingenuity stress{" --cameras" if options.cameras else ""}`: '
            f'{good} of {len(outcomes)} as expected. Times are wall time from the deed; those '
            'expected are for a machine with time to spare, and longer by its load on others.',
            '', *table.matrix_table(outcomes)]


def _title(options: Namespace) -> str:
    """Name the section; what is only a part of the matrix does not replace all of it."""
    parts = [*(['with cameras'] if options.cameras else []),
             *(['quick'] if options.quick else []),
             *(options.deeds if len(options.deeds) < len(matrix.DEEDS) else []),
             *(options.phases if len(options.phases) < len(matrix.PHASES) else []),
             *options.processes]
    return ', '.join(['Killed, stopped, paused', *parts])


def _cases(options: Namespace, scenario: str) -> Sequence[matrix.Case]:
    names = matrix.process_names(scenario)
    for name in options.processes:
        if name not in names:
            raise FileError(f"--processes: found '{name}', allowed: {', '.join(names)}")
    chosen = options.processes or names
    if options.quick:
        return list(matrix.cases(chosen, ['in flight'], [matrix.DEEDS[0], matrix.DEEDS[3]]))
    return list(matrix.cases(chosen, options.phases, options.deeds))
