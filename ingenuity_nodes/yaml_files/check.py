# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Read YAML files of people: every mistake at once, with file, line and what is allowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
import re
from typing import Any, TypeVar

from ingenuity_nodes.yaml_files.explain import explain, Key
from pydantic import BaseModel, ValidationError
import yaml

M = TypeVar('M', bound=BaseModel)


@dataclass(frozen=True)
class Mistake:
    """One thing wrong in a file."""

    key: Key
    message: str


class FileError(ValueError):
    """A file a person wrote cannot be used; the text names file, line, key, found and allowed."""


class _Loader(yaml.SafeLoader):
    """Takes 2.5e6 for a number, as YAML 1.2 does and people mean; for 1.1 it is a text."""


_Loader.add_implicit_resolver(
    'tag:yaml.org,2002:float', re.compile(r'^[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$'),
    list('-+.0123456789'))


def load_yaml(path: Path) -> tuple[str, Any]:
    """
    Read one YAML file.

    Returns
    -------
    tuple
        The text and the plain value in it.

    Raises
    ------
    FileError
        The file is missing, unreadable or not YAML, or says a key twice.

    """
    text = _text_of(path)
    try:
        tree = yaml.compose(text, _Loader)
        value = yaml.load(text, _Loader)    # noqa: S506, RUF100 - it is a safe one
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f'{path}:{mark.line + 1}:{mark.column + 1}' if mark else str(path)
        raise FileError(f'{where}: not YAML: {error.problem}{_hint(error)}') from error
    except yaml.reader.ReaderError as error:
        line = text.count('\n', 0, error.position) + 1
        raise FileError(f'{path}:{line}: not YAML: control character '
                        f'#x{error.character:02x}') from error
    except (RecursionError, ValueError) as error:
        raise FileError(f'{path}: not YAML that can be used: {error}') from error
    repeated = list(_repeated_keys(tree, set())) if tree else []
    if repeated:
        raise FileError('\n'.join(_repeated_key(path, *marks) for marks in repeated))
    return text, value


def validate(model: type[M], path: Path, text: str, value: Any) -> M:
    """
    Check a plain value against a pydantic model.

    Raises
    ------
    FileError
        Lists every mistake with file, line, column, key, what was found and what is allowed.

    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise FileError(report(path, text, mistakes_of(model, error))) from error


def mistakes_of(model: type[BaseModel], error: ValidationError) -> list[Mistake]:
    """Explain all that pydantic found."""
    return [Mistake(*row) for row in explain(model, error)]


def report(path: Path, text: str, mistakes: Iterable[Mistake]) -> str:
    """Write mistakes as ``file:line:column: key: message`` with the line and a caret below."""
    tree, lines = yaml.compose(text, yaml.SafeLoader), text.splitlines()
    rows = []
    for mistake in mistakes:
        line, column = _locate(tree, mistake.key)
        where = f'{path}:{line + 1}:{column + 1}'
        row = f'{where}: {_dotted(mistake.key)}: {mistake.message}'
        if line < len(lines) and mistake.key:
            row += f'\n    {lines[line].rstrip()}\n    {" " * column}^'
        rows.append((line, column, row))
    return '\n'.join(row for _, _, row in sorted(rows))


def _repeated_key(path: Path, name: str, first: yaml.Mark, again: yaml.Mark) -> str:
    """Report that a mapping has one key twice; YAML would silently take the last."""
    return (f'{path}:{again.line + 1}:{again.column + 1}: {name}: the key is already in line '
            f'{first.line + 1}, allowed: once')


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding='utf-8')
    except OSError as error:
        raise FileError(f'{path}: cannot be read: {error.strerror}') from error
    except UnicodeDecodeError as error:
        raise FileError(f'{path}: cannot be read: byte {error.start} is not UTF-8 text') from error


def _hint(error: yaml.MarkedYAMLError) -> str:
    tab = error.problem is not None and r"'\t'" in error.problem
    return ', indent with spaces' if tab else ''


def _dotted(key: Key) -> str:
    """Write a key as ``vehicles[0].flight_plan.azimuth``."""
    text = ''.join(f'[{part}]' if isinstance(part, int) else f'.{part}' for part in key)
    return text.lstrip('.') or 'file'


def _locate(node: yaml.Node | None, key: Key) -> tuple[int, int]:
    """Find line and column (from 0) of the deepest node on the way to ``key``."""
    if node is None:
        return 0, 0
    mark = node.start_mark
    for part in key:
        if isinstance(node, yaml.MappingNode):
            found = [pair for pair in node.value if pair[0].value == str(part)]
            if not found:
                break
            mark, node = found[0][0].start_mark, found[0][1]
        elif isinstance(node, yaml.SequenceNode) and _is_index(part, node.value):
            node = node.value[part]
            mark = node.start_mark
    return mark.line, mark.column


def _is_index(part: str | int, rows: Sequence[Any]) -> bool:
    return isinstance(part, int) and part < len(rows)


def _repeated_keys(
    node: yaml.Node, seen: set[int],
) -> Iterator[tuple[str, yaml.Mark, yaml.Mark]]:
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
