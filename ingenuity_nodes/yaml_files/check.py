# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Read YAML files of people: every mistake at once, with file, line and what is allowed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from ingenuity_nodes.yaml_files.explain import explain, Key
from ingenuity_nodes.yaml_files.reader import read_yaml, YamlError
from pydantic import BaseModel, ValidationError
import yaml

M = TypeVar('M', bound=BaseModel)
LONGEST_LINE = 95    # characters of a line that are shown


@dataclass(frozen=True)
class Mistake:
    """One thing wrong in a file."""

    key: Key
    message: str


class FileError(ValueError):
    """A file a person wrote cannot be used; the text names file, line, key, found and allowed."""


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
        return text, read_yaml(text)[1]
    except YamlError as error:
        raise FileError('\n'.join(
            f'{path}:{where}: {reason}' if where else f'{path}: {reason}'
            for where, reason in error.rows)) from error


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
    tree, lines = read_yaml(text)[0], text.splitlines()
    rows = []
    for mistake in mistakes:
        line, column = _locate(tree, mistake.key)
        where = f'{path}:{line + 1}:{column + 1}'
        row = f'{where}: {_dotted(mistake.key)}: {mistake.message}'
        if line < len(lines) and mistake.key:
            row += _shown(lines[line].rstrip(), column)
        rows.append((line, column, row))
    return '\n'.join(row for _, _, row in sorted(rows))


def _shown(line: str, column: int) -> str:
    """Show the place in a line, of a long one what is around it."""
    first = max(0, column - LONGEST_LINE // 2) if len(line) > LONGEST_LINE else 0
    part = line[first:first + LONGEST_LINE]
    return f'\n    {part}\n    {" " * (column - first)}^'


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding='utf-8')
    except OSError as error:
        raise FileError(f'{path}: cannot be read: {error.strerror}') from error
    except UnicodeDecodeError as error:
        raise FileError(f'{path}: cannot be read: byte {error.start} is not UTF-8 text') from error


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
