# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The fault catalogue and the results of a fault campaign, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ingenuity_nodes.campaign.fault_campaign import Trial
from ingenuity_nodes.faults.catalogue import CATALOGUE
from ingenuity_nodes.faults.fault import Phase


def row(trial: Trial) -> str:
    """Format one trial as a line."""
    actual = trial.actual.value if trial.actual else 'no end'
    mark = '   ' if trial.good else '!! '
    return (f'{mark}{trial.fault:22} {trial.phase.value:8} {trial.expected.value:9} '
            f'{actual:9} {trial.detail}')


def summary(trials: list[Trial]) -> str:
    """Summarise how many trials ended as expected."""
    good = sum(trial.good for trial in trials)
    seconds = sum(trial.seconds for trial in trials)
    return (f'{good} of {len(trials)} ended as the catalogue expects '
            f'({seconds:.0f} s of computing)')


def as_json(trials: list[Trial]) -> list[dict[str, Any]]:
    """Convert the trials for JSON."""
    return [{'fault': t.fault, 'phase': t.phase.value, 'expected': t.expected.value,
             'actual': t.actual.value if t.actual else None, 'good': t.good,
             'detail': t.detail} for t in trials]


def catalogue_text(names: Iterable[str]) -> str:
    """Format faults with unit, range, meaning, expected outcomes and their reason."""
    lines = []
    for name in names:
        about = CATALOGUE[name]
        size = f' [{about.allowed}; usual {about.usual:g}]' if about.unit else ''
        sites = f' ({", ".join(about.locations)})' if about.locations != ('',) else ''
        ends = ', '.join(f'{phase.value} {about.expected[phase].value}' for phase in Phase)
        lines += [f'{name}{size}{sites}: {about.meaning}', f'    {ends}: {about.why}']
    return '\n'.join(lines)


def catalogue_json(names: Iterable[str]) -> list[dict[str, Any]]:
    """Convert faults for JSON."""
    return [{
        'fault': name, 'unit': about.unit, 'low': about.low, 'high': about.high,
        'usual': about.usual, 'places': list(filter(None, about.locations)),
        'meaning': about.meaning, 'why': about.why,
        'expected': {phase.value: about.expected[phase].value for phase in Phase},
    } for name in names for about in (CATALOGUE[name],)]
