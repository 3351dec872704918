# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The one door for YAML: of files, and of texts that come over the network.

Texts are from strangers, so size, depth and what aliases expand to are limited before anything is
built: a few hundred bytes of aliases can stand for more values than memory holds, and some
thousand brackets for more calls than Python's stack does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
import re
from typing import Any

import yaml

# assumed: several hundred times our largest scenario, and a second of reading
MOST_CHARACTERS, MOST_VALUES, DEEPEST = 200_000, 20_000, 40
MOST_DIGITS = 400    # of a number; the largest float has 309
MOST_REASONS = 5     # in one line: of a text of a stranger each key may be wrong


class YamlError(ValueError):
    """A text is not YAML that can be used; ``rows`` are places, empty for all of it, and why."""

    def __init__(self, *rows: tuple[str, str]) -> None:
        super().__init__(some_of(
            [f'line {where}: {reason}' if where else reason for where, reason in rows]))
        self.rows = rows


def some_of(reasons: Sequence[str]) -> str:
    """Write the first of many reasons into one line, and how many more there are."""
    more = len(reasons) - MOST_REASONS
    return '; '.join(reasons[:MOST_REASONS]) + (f'; and {more} more' if more > 0 else '')


def _at(mark: Any) -> str:
    return f'{mark.line + 1}:{mark.column + 1}' if mark else ''


class _Loader(yaml.SafeLoader):
    """
    Takes 2.5e6 for a number and 1:10 for none, as YAML 1.2 does and people mean.

    For YAML 1.1 the first is a text, the second seventy, and ``on`` as a key the value true.
    """

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Build a value; whatever a constructor trips over has a place in the text."""
        try:
            return super().construct_object(node, deep=deep)
        except (yaml.YAMLError, YamlError):
            raise
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise YamlError((_at(node.start_mark), _unreadable(node, error))) from error


def _unreadable(node: yaml.Node, error: Exception) -> str:
    """Return what a value should have been, by its tag or its looks."""
    kind = node.tag.removeprefix('tag:yaml.org,2002:')[:40]
    found = (f"'{node.value[:LONGEST_FOUND]}'" if isinstance(node, yaml.ScalarNode)
             else 'a list or a mapping')
    if kind == 'timestamp':
        # The words of datetime say which part is wrong; those of the parser nothing to a person.
        why = f' ({error})' if isinstance(error, ValueError) else ''
        return f'found {found}{why}, allowed: a time such as 2021-04-25T11:31:00Z'
    return f'found {found}, allowed: {WORDS.get(kind, f"what is tagged !!{kind}")}'


WORDS = {'bool': 'true or false', 'int': 'a whole number', 'float': 'a number',
         'null': 'nothing', 'binary': 'base64'}
LONGEST_FOUND = 60    # characters of what was found that are shown
TEXT_KEYS = ('tag:yaml.org,2002:str', 'tag:yaml.org,2002:merge')
_Loader.yaml_implicit_resolvers = {    # without base 60
    first: [(tag, re.compile(r'(?!.*:)' + pattern.pattern, pattern.flags)
             if tag.endswith((':int', ':float')) else pattern) for tag, pattern in rows]
    for first, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()}
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
        It is not YAML, holds what its tag does not allow, names a key twice or by something that
        is no text, or is larger or deeper than allowed.

    """
    if len(text) > MOST_CHARACTERS:
        raise YamlError(('', f'found {len(text)} characters, allowed: up to {MOST_CHARACTERS}'))
    try:
        _check_size(text)
        tree = yaml.compose(text, _Loader)
        if odd := list(_odd_keys(tree, set())) if tree else []:
            raise YamlError(*odd)
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


def _odd_keys(node: yaml.Node, seen: set[int]) -> Iterator[tuple[str, str]]:
    """Yield the keys that are no text, such as ``on``, which YAML reads as true."""
    if id(node) in seen:
        return
    seen.add(id(node))
    for row in node.value if isinstance(node, yaml.MappingNode | yaml.SequenceNode) else ():
        name, value = row if isinstance(row, tuple) else (None, row)
        if name is not None and name.tag not in TEXT_KEYS:
            found = (f"'{name.value[:LONGEST_FOUND]}'" if isinstance(name, yaml.ScalarNode)
                     else 'a list or a mapping')
            kind = name.tag.removeprefix('tag:yaml.org,2002:')[:40]
            yield _at(name.start_mark), (f'found the key {found}, in YAML a {kind}, allowed: '
                                         'a text; quotes make it one')
        yield from _odd_keys(value, seen)


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
