# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The one door for YAML: of files, and of texts that come over the network.

Texts are from strangers, so size, depth and what aliases expand to are limited before anything is
built: a few hundred bytes of aliases can stand for more values than memory holds, and some
thousand brackets for more calls than Python's stack does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
import re
from typing import Any

import yaml

# assumed: several hundred times our largest scenario, and a second of reading
MOST_CHARACTERS, MOST_VALUES, DEEPEST = 200_000, 20_000, 40
MOST_DIGITS = 400    # of a number; the largest float has 309


class YamlError(ValueError):
    """A text is not YAML that can be used; ``rows`` are places, empty for all of it, and why."""

    def __init__(self, *rows: tuple[str, str]) -> None:
        super().__init__('; '.join(
            f'line {where}: {reason}' if where else reason for where, reason in rows))
        self.rows = rows


def _at(mark: Any) -> str:
    return f'{mark.line + 1}:{mark.column + 1}' if mark else ''


class _Loader(yaml.SafeLoader):
    """Takes 2.5e6 for a number, as YAML 1.2 does and people mean; for 1.1 it is a text."""


_Loader.add_implicit_resolver(
    'tag:yaml.org,2002:float', re.compile(r'^[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$'),
    list('-+.0123456789'))


def read_yaml(text: str) -> tuple[yaml.Node | None, Any]:
    """
    Read one YAML text.

    Returns
    -------
    tuple
        The tree of nodes with their marks, None for an empty text, and the plain value.

    Raises
    ------
    YamlError
        It is not YAML, names a key twice, or is larger or deeper than allowed.

    """
    if len(text) > MOST_CHARACTERS:
        raise YamlError(('', f'found {len(text)} characters, allowed: up to {MOST_CHARACTERS}'))
    try:
        _check_size(text)
        tree = yaml.compose(text, _Loader)
        value = yaml.load(text, _Loader)    # noqa: S506, RUF100 - it is a safe one
    except yaml.MarkedYAMLError as error:
        raise YamlError((_at(error.problem_mark),
                         f'not YAML: {error.problem}{_hint(error)}')) from error
    except yaml.reader.ReaderError as error:
        line = text.count('\n', 0, error.position) + 1
        raise YamlError((f'{line}', f'not YAML: control character #x{error.character:02x}')
                        ) from error
    except YamlError:
        raise
    except (OverflowError, ValueError) as error:
        raise YamlError(('', f'not YAML that can be used: {str(error)[:80]}')) from error
    if repeated := list(_repeated_keys(tree, set())) if tree else []:
        raise YamlError(*((_at(again), f'{name[:40]}: the key is already in line '
                           f'{first.line + 1}, allowed: once') for name, first, again in repeated))
    return tree, value


@dataclass
class _Open:
    """A sequence or mapping that has begun, and how many values it holds by now."""

    anchor: str | None
    values: int = 1


@dataclass
class _Sizes:
    """Values of all anchors, aliases written out."""

    done: dict[str, int] = field(default_factory=dict)
    stack: list[_Open] = field(default_factory=lambda: [_Open(None)])

    def add(self, anchor: str | None, values: int, mark: Any) -> None:
        if anchor is not None:
            self.done[anchor] = values
        self.stack[-1].values += values
        if self.stack[-1].values > MOST_VALUES:
            raise YamlError((_at(mark), f'found more than {MOST_VALUES} values, aliases written '
                             f'out, allowed: up to {MOST_VALUES}'))


def _check_size(text: str) -> None:
    """Count depth and values in the stream of events, which builds nothing."""
    sizes = _Sizes()
    for event in yaml.parse(text, _Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            sizes.stack.append(_Open(event.anchor))
            if len(sizes.stack) > DEEPEST:
                raise YamlError((_at(event.start_mark), f'found more than {DEEPEST} levels, '
                                 f'allowed: up to {DEEPEST}'))
        elif isinstance(event, yaml.CollectionEndEvent):
            closed = sizes.stack.pop()
            sizes.add(closed.anchor, closed.values, event.start_mark)
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in sizes.done:
                raise YamlError((_at(event.start_mark), f'found alias {str(event.anchor)[:40]} of '
                                 'nothing that is complete, allowed: an anchor before it'))
            sizes.add(None, sizes.done[str(event.anchor)], event.start_mark)
        elif isinstance(event, yaml.ScalarEvent):
            if len(event.value) > MOST_DIGITS and event.value.lstrip('+-')[:1].isdigit():
                raise YamlError((_at(event.start_mark), f'found a number of {len(event.value)} '
                                 f'characters, allowed: up to {MOST_DIGITS}'))
            sizes.add(event.anchor, 1, event.start_mark)


def _hint(error: yaml.MarkedYAMLError) -> str:
    tab = error.problem is not None and r"'\t'" in error.problem
    return ', indent with spaces' if tab else ''


def _repeated_keys(
    node: yaml.Node, seen: set[int],
) -> Iterator[tuple[str, yaml.Mark, yaml.Mark]]:
    """Yield the keys that a mapping has twice; YAML would silently take the last."""
    if id(node) in seen:
        return    # an alias: looked at where its anchor is
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        marks: dict[tuple[str, str], yaml.Mark] = {}
        for name, value in node.value:
            if isinstance(name, yaml.ScalarNode):
                mark = marks.setdefault((name.tag, name.value), name.start_mark)
                if mark is not name.start_mark:
                    yield name.value, mark, name.start_mark
            yield from _repeated_keys(value, seen)
    elif isinstance(node, yaml.SequenceNode):
        for row in node.value:
            yield from _repeated_keys(row, seen)
