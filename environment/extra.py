# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Add libraries to a prepared environment that only some commands need.

``./ingenuity`` calls this before such a command; once they are there it costs nothing.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
import sys

from prepare import clean_environment, HERE, pip
from steps import (
    Display, only_one, Setup, status_of)

# The sets of libraries, and how much is fetched for each.
EXTRAS = {'campaign': '60 MB', 'view': '220 MB'}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('venv', type=Path, help='folder of the environment')
    parser.add_argument('name', choices=tuple(EXTRAS), help='NAME.txt has the versions')
    parser.add_argument('--ros', metavar='DISTRO', help='on top of this sourced ROS 2')
    arguments = parser.parse_args()
    return status_of(
        lambda: add(arguments.venv, arguments.name, arguments.ros), arguments.venv)


def add(venv: Path, name: str, ros: str | None) -> None:
    """Install what NAME.txt pins; on a sourced ROS 2 what NAME.in allows, beside its numpy."""
    wanted = HERE / f'{name}.{"in" if ros else "txt"}'
    environment = dict(os.environ) if ros else clean_environment(venv)
    arguments = ['install', '-r', str(wanted)]
    arguments += ['-c', str(venv / 'prepared' / 'constraints.txt')] if ros else ['--no-deps']

    def install(display: Display) -> str:
        return pip(setup, display, venv, environment, arguments)

    with only_one(venv.with_name(f'{venv.name}.lock')) as lock:
        setup = Setup(venv / 'prepared', venv / 'prepared' / f'{name}.log', lock)
        setup.step(name, [wanted], f'libraries of {name} commands, once, {EXTRAS[name]}', install)


if __name__ == '__main__':
    sys.exit(main())
