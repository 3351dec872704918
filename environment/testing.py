# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Run the linters and the tests: what ``./ingenuity test`` does."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
import importlib.util
import os
from pathlib import Path
import subprocess
import sys
import time

ROOT = Path(__file__).resolve().parent.parent
SOURCES = [str(path.relative_to(ROOT)) for path in (
    ROOT / 'ingenuity_nodes', ROOT / 'launch', ROOT / 'test', ROOT / 'bench',
    ROOT / 'examples', ROOT / 'environment', ROOT / 'setup.py') if path.exists()]


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
    arguments, for_pytest = parser.parse_known_args()
    outcomes = [] if arguments.tests else lint()
    if not arguments.lint:
        outcomes += run_tests(for_pytest)
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


def run_tests(arguments: Sequence[str]) -> list[Outcome]:
    """
    Run what was asked for, or all: first what needs one process, on all cores, then live graphs.

    Graphs come one by one: each has a dozen processes, and some tests count their seconds.
    """
    if arguments:
        return [run_pytest('pytest', arguments)]
    workers = ['-n', str(os.cpu_count() or 1), '--dist', 'loadfile', '--maxprocesses', '8']
    return [run_pytest('pytest', ['-m', 'not live', *workers]),
            run_pytest('live graphs', ['-m', 'live'])]


def run_pytest(name: str, arguments: Sequence[str]) -> Outcome:
    """Run pytest with its output on the terminal."""
    print(f'\n{name}', flush=True)
    start = time.monotonic()
    environment = {**os.environ, 'PYTHONDONTWRITEBYTECODE': '1'}
    result = subprocess.run([sys.executable, '-m', 'pytest', *arguments], cwd=ROOT,
                            env=environment)
    return Outcome(name, result.returncode, time.monotonic() - start, '')


if __name__ == '__main__':
    sys.exit(main())
