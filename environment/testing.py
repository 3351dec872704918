# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Run the linters and the tests: what ``./ingenuity test`` does."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
import importlib.util
import json
import os
from pathlib import Path
import subprocess
import sys
from tempfile import TemporaryDirectory
import time

ROOT = Path(__file__).resolve().parent.parent
SOURCES = [str(path.relative_to(ROOT)) for path in (
    ROOT / 'ingenuity_nodes', ROOT / 'launch', ROOT / 'test', ROOT / 'bench',
    ROOT / 'examples', ROOT / 'environment', ROOT / '.ci' / 'check_flight.py',
    ROOT / 'setup.py') if path.exists()]
COVERAGE = ('coverage', 'run', '-m')    # with what pyproject.toml says


@dataclass(frozen=True)
class Stage:
    """One linter: a program or module of this environment, and its arguments."""

    name: str
    module: str
    arguments: Sequence[str]


@dataclass(frozen=True)
class Outcome:
    """Result of a stage; ``code`` is None where it could not run."""

    name: str
    code: int | None
    elapsed: float  # [s]
    output: str

    def __str__(self) -> str:
        word = {None: 'skipped', 0: 'passed'}.get(self.code, 'FAILED')
        return f'{self.name:12} {word:8} {self.elapsed:6.1f} s'


def main() -> int:
    parser = argparse.ArgumentParser(
        prog='ingenuity test', description=__doc__, allow_abbrev=False,
        epilog="Other arguments are passed to pytest: -m 'not slow', -k rotors, test/test_x.py")
    only = parser.add_mutually_exclusive_group()
    only.add_argument('--lint', action='store_true', help='run the linters only')
    only.add_argument('--tests', action='store_true', help='run pytest only')
    parser.add_argument('--coverage', action='store_true',
                        help='run pytest only, and print lines and branches that it reached')
    arguments, for_pytest = parser.parse_known_args()
    outcomes = [] if arguments.tests or arguments.coverage else lint()
    if not arguments.lint:
        outcomes += run_tests(for_pytest, coverage=arguments.coverage)
    if arguments.coverage:
        print_coverage()
    print('\nSummary')
    for outcome in outcomes:
        print(f'  {outcome}')
    return int(any(outcome.code for outcome in outcomes))


def lint() -> list[Outcome]:
    """Run all linters, two at a time, and print each one's findings when it is done."""
    scripts = ['ingenuity', '.ci/run', 'environment/lock.sh']
    stages = (
        Stage('mypy', 'mypy', ['--strict', 'ingenuity_nodes', 'environment']),
        Stage('ruff', 'ruff', ['check', '--quiet', '--output-format=concise', *SOURCES]),
        Stage('flake8', 'ament_flake8.main', SOURCES),
        Stage('pep257', 'ament_pep257.main', SOURCES),
        Stage('shellcheck', 'shellcheck', scripts),
    )
    outcomes = []
    with ThreadPoolExecutor(2) as pool:
        for outcome in pool.map(run_linter, stages):
            print(outcome, flush=True)
            if outcome.code != 0:
                print(outcome.output, flush=True)
            outcomes.append(outcome)
    return outcomes


def run_linter(stage: Stage) -> Outcome:
    """Run one linter and capture its output."""
    program = Path(sys.executable).with_name(stage.module)
    if program.is_file():
        command = [str(program)]
    elif importlib.util.find_spec(stage.module.partition('.')[0]):
        command = [sys.executable, '-m', stage.module]
    else:
        return Outcome(stage.name, None, 0.0, f'  {stage.module} is not installed here')
    start = time.monotonic()
    result = subprocess.run([*command, *stage.arguments], cwd=ROOT, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    findings = [line for line in result.stdout.splitlines()
                if not line.startswith(('checking ', '* '))]
    return Outcome(stage.name, result.returncode, time.monotonic() - start,
                   '\n'.join(findings))


def run_tests(arguments: Sequence[str], *, coverage: bool = False) -> list[Outcome]:
    """
    Run what was asked for, or all: first what needs one process, on all cores, then live graphs.

    Graphs come one by one: each has a dozen processes, and some tests count their seconds.
    """
    run = partial(run_pytest, start=COVERAGE if coverage else ())
    if arguments:
        return [run('pytest', arguments)]
    workers = ['-n', str(os.cpu_count() or 1), '--dist', 'loadfile', '--maxprocesses', '8']
    return [run('pytest', ['-m', 'not live', *workers]), run('live graphs', ['-m', 'live'])]


def run_pytest(name: str, arguments: Sequence[str], *, start: Sequence[str] = ()) -> Outcome:
    """Run pytest with its output on the terminal."""
    print(f'\n{name}', flush=True)
    began = time.monotonic()
    environment = {**os.environ, 'PYTHONDONTWRITEBYTECODE': '1'}
    result = subprocess.run([sys.executable, '-m', *start, 'pytest', *arguments], cwd=ROOT,
                            env=environment)
    return Outcome(name, result.returncode, time.monotonic() - began, '')


def print_coverage() -> None:
    """
    Print what all processes of the tests have run, by folder.

    Not counted: the bodies of kernels, which run as machine code, and processes that were killed.
    """
    with TemporaryDirectory() as folder:
        found = Path(folder, 'coverage.json')
        for step in (['combine', '--quiet'], ['json', '--quiet', '-o', str(found)]):
            subprocess.run([sys.executable, '-m', 'coverage', *step], cwd=ROOT, check=False)
        files = json.loads(found.read_text())['files'] if found.is_file() else {}
    rooms: dict[str, Counter[str]] = {}
    for name, file in files.items():
        for room in (Path(name).parts[1], 'all'):
            rooms.setdefault(room, Counter()).update(file['summary'])
    print(f'\n{"folder":15} {"lines":>6} {"run":>6} {"branches":>9} {"taken":>6}')
    for room, sums in sorted(rooms.items(), key=lambda item: (item[0] == 'all', item[0])):
        print(f'{room:15} {sums["num_statements"]:6} '
              f'{_percent(sums["covered_lines"], sums["num_statements"])} '
              f'{sums["num_branches"]:9} '
              f'{_percent(sums["covered_branches"], sums["num_branches"])}')


def _percent(part: float, whole: float) -> str:
    return f'{100.0 * part / whole:5.1f}%' if whole else '    - '


if __name__ == '__main__':
    sys.exit(main())
