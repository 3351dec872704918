# Copyright 2026 Ingenuity contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.
"""Turn a YAML file into checked values: every mistake at once, with file, line and what is allowed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
import difflib
from pathlib import Path
import types
from typing import Any, get_args, get_origin, TypeVar, Union

from pydantic import BaseModel, ValidationError
import yaml

M = TypeVar('M', bound=BaseModel)
Key = tuple[Union[str, int], ...]


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
        The file is missing, unreadable or not YAML.

    """
    try:
        text = path.read_text(encoding='utf-8')
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f'{path}: cannot be read: {error}') from error
    try:
        return text, yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f'{path}:{mark.line + 1}:{mark.column + 1}' if mark else str(path)
        raise FileError(f'{where}: not YAML: {error.problem}') from error


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
        mistakes = [Mistake(*_explain(model, dict(entry))) for entry in error.errors()]
        raise FileError(report(path, text, mistakes)) from error


def report(path: Path, text: str, mistakes: Iterable[Mistake]) -> str:
    """Write mistakes as ``file:line:column: key: message`` with the line and a caret below."""
    tree, lines = yaml.compose(text), text.splitlines()
    rows = []
    for mistake in mistakes:
        line, column = _locate(tree, mistake.key)
        dotted = '.'.join(str(part) for part in mistake.key) or 'file'
        shown = lines[line].rstrip() if line < len(lines) else ''
        rows.append((line, column, f'{path}:{line + 1}:{column + 1}: {dotted}: {mistake.message}\n'
                                   f'    {shown}\n    {" " * column}^'))
    return '\n'.join(row for _, _, row in sorted(rows))


def _locate(node: yaml.Node | None, key: Key) -> tuple[int, int]:
    """Find line and column (from 0) of the deepest node on the way to ``key``."""
    if node is None:
        return 0, 0
    mark = node.start_mark
    for part in key:
        if isinstance(node, yaml.MappingNode):
            found = [pair for pair in node.value if pair[0].value == str(part)]
            if not found:
                continue    # a union's tag, which pydantic puts into the path
            mark, node = found[0][0].start_mark, found[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            mark = node.start_mark
    return mark.line, mark.column


def _explain(model: type[BaseModel], entry: dict[str, Any]) -> tuple[Key, str]:
    """Say in our words what pydantic found: the key without union tags, and the message."""
    location: Key = entry['loc']
    kind, context = entry['type'], entry.get('ctx', {})
    owner = _model_at(model, location[:-1])
    if kind == 'extra_forbidden':
        return location, _unknown_key(str(location[-1]), owner)
    if kind == 'missing':
        return location, f"key '{location[-1]}' is missing{_description(owner, location)}"
    found = f'found {entry["input"]!r}'
    if isinstance(entry['input'], (dict, list)) and len(repr(entry['input'])) > 60:
        found = f'found a {"mapping" if isinstance(entry["input"], dict) else "list"}'
    if kind == 'value_error':
        return location, str(context.get('error', entry['msg']))
    if kind == 'union_tag_invalid':
        return location, f"found '{context['tag']}', allowed: {context['expected_tags']}"
    if kind == 'union_tag_not_found':
        return location, f"{found}, allowed: a mapping with the key {context['discriminator']}"
    allowed = entry['msg'].removeprefix('Input should be ').removeprefix('Value error, ')
    limits = _limits(owner, location)
    return location, f'{found}, allowed: {limits or allowed}{_description(owner, location)}'


def _unknown_key(name: str, owner: type[BaseModel] | None) -> str:
    known = list(owner.model_fields) if owner else []
    near = difflib.get_close_matches(name, known, 1)
    hint = f", did you mean '{near[0]}'?" if near else ''
    return f"unknown key '{name}'{hint}; allowed: {', '.join(known)}"


def _model_at(model: type[BaseModel], location: Sequence[str | int]) -> type[BaseModel] | None:
    """Follow a pydantic location down to the model that owns its last key."""
    current: list[type[BaseModel]] = [model]
    for part in location:
        if isinstance(part, int):
            continue
        tagged = [m for m in current if _tag(m) == part]
        if tagged:
            current = tagged
            continue
        fields = [m.model_fields[part] for m in current if part in m.model_fields]
        if not fields:
            return None
        current = list(_models_in(fields[0].annotation))
    return current[0] if len(current) == 1 else None


def _tag(model: type[BaseModel]) -> str | None:
    for name in ('segment', 'type'):
        if name in model.model_fields:
            values = get_args(model.model_fields[name].annotation)
            if len(values) == 1:
                return str(values[0])
    return None


def _models_in(annotation: Any) -> Iterable[type[BaseModel]]:
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        if issubclass(annotation, BaseModel):
            yield annotation
        return
    if get_origin(annotation) is not None:
        for argument in get_args(annotation):
            yield from _models_in(argument)


def _limits(owner: type[BaseModel] | None, location: Key) -> str:
    about = owner.model_fields.get(str(location[-1])) if owner else None
    if about is None:
        return ''
    words = {'ge': 'from', 'gt': 'above', 'le': 'to', 'lt': 'below'}
    found = {name: getattr(part, name) for part in _flat(about.metadata)
             for name in words if getattr(part, name, None) is not None}
    text = ' '.join(f'{words[name]} {found[name]:g}' for name in words if name in found)
    return f'a number {text}' if text else ''


def _flat(metadata: Iterable[Any]) -> Iterable[Any]:
    for part in metadata:
        yield from _flat(part.metadata) if hasattr(part, 'metadata') else (part,)


def _description(owner: type[BaseModel] | None, location: Key) -> str:
    about = owner.model_fields.get(str(location[-1])) if owner else None
    return f' ({about.description})' if about is not None and about.description else ''
