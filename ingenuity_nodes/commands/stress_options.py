# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Options of the command stress; apart from what it does, so that --help answers at once."""

from __future__ import annotations

import argparse

PHASES = ('before take-off', 'in flight', 'after landing')
# Of topics, by what a message may do.
GROUPS = ('state', 'orders', 'own run', 'services')
DEEDS = ('kill', 'stop 4 s', 'stop 10 s', 'lid 12 s', 'clash')


def add_stress_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument('--cameras', action='store_true',
                        help='fly with both cameras: 9 processes instead of 6, slower')
    parser.add_argument('--processes', nargs='+', metavar='NAME', default=[],
                        help='only these, as /world or /ingenuity/helicopter [all]')
    parser.add_argument('--phases', nargs='+', choices=PHASES, metavar='PHASE',
                        default=list(PHASES),
                        help=f'only these of: {", ".join(PHASES)}')
    parser.add_argument('--deeds', nargs='+', choices=DEEDS, metavar='DEED',
                        default=list(DEEDS),
                        help=f'only these of: {", ".join(DEEDS)}')
    parser.add_argument('--quick', action='store_true',
                        help='kill -9 in flight only, and the lid')
    parser.add_argument('--write', action='store_true',
                        help='write the table into docs/reliability.md of this checkout, too')
    parser.add_argument('--messages', type=int, metavar='N',
                        help='instead: send N hostile messages to each topic and service')
    parser.add_argument('--groups', nargs='+', choices=GROUPS, metavar='GROUP',
                        default=list(GROUPS),
                        help=f'with --messages: only these of: {", ".join(GROUPS)}')
    parser.add_argument('--seed', type=int, default=1, help='of the hostile messages [1]')
    parser.add_argument('--soak', type=float, metavar='MINUTES',
                        help='instead: fly again and again, and measure what is left behind')
