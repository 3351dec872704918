# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The arguments of the command ``view``."""

from __future__ import annotations

import argparse


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    view = commands.add_parser(
        'view', help='look at a run in the browser, recorded or live',
        description="Show ground, robots, paths, images, plots and texts of a run in Rerun's "
        'viewer, in the browser; nothing leaves this machine.')
    view.add_argument('run', nargs='?', default='', metavar='RUN',
                      help='folder of a run or of a bag [runs/latest]')
    view.add_argument('--live', action='store_true', help='the run that flies now, over ROS')
    view.add_argument('--domain', default='', metavar='N', help='ROS domain of --live '
                      '[ROS_DOMAIN_ID, else that of the only run of this machine, else 0]')
    view.add_argument('--save', default='', metavar='FILE.rrd', help='write a file instead')
    view.add_argument('--port', type=_port, default=9090, metavar='N',
                      help='of the page; the two after it are used as well [9090]')
    view.add_argument('--no-browser', action='store_true', help='print the address only')


def _port(text: str) -> int:
    if not text.isdigit() or not 1024 <= int(text) <= 65533:
        raise argparse.ArgumentTypeError(f"found '{text}', allowed: 1024 to 65533")
    return int(text)
