# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Tables of stress, as Markdown: in the terminal, and in docs/reliability.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
import math
from pathlib import Path
import re

from ingenuity_nodes.stress.matrix import Outcome

HEAD = """\
# Reliability

What a live flight does when something is done to it. The tables are written by
`./ingenuity stress --write`, each by the options named above it; the rest is by hand.
"""


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Write a table."""
    yield _row(heads)
    yield '|' + '|'.join(' --- ' for _ in heads) + '|'
    yield from map(_row, rows)


def matrix_table(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Write what came of the cases of the matrix."""
    yield from table(
        ('deed', 'process', 'phase', 'expected', 'named [s]', 'all gone [s]', 'status',
         'trajectory', 'bag', 'as expected'),
        ((one.case.deed, one.case.who, one.case.phase, one.case.expected, _number(one.named_s),
          _number(one.gone_s), str(one.status), 'the same' if one.same else 'cut short', one.bag,
          'yes' if one.good else f'NO: {"; ".join(one.failures)}') for one in outcomes))


def write_section(path: Path, title: str, lines: Sequence[str]) -> None:
    """Write a section of the page anew, or add it."""
    text = path.read_text() if path.is_file() else HEAD
    section = '\n'.join((f'## {title}', '', *lines, ''))
    pattern = re.compile(rf'^## {re.escape(title)}\n.*?(?=^## |\Z)', re.MULTILINE | re.DOTALL)
    if pattern.search(text):
        text = pattern.sub(lambda _: section + '\n', text)
    else:
        text = f'{text.rstrip()}\n\n{section}'
    path.write_text(text.rstrip() + '\n')


def _number(value: float) -> str:
    return f'{value:.1f}' if math.isfinite(value) else ''


def _row(cells: Sequence[str]) -> str:
    return '| ' + ' | '.join(cell.replace('|', '\\|') for cell in cells) + ' |'
