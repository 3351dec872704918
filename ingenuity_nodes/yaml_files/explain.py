# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Explain what a pydantic model found wrong: where, what was found, what is allowed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
import difflib
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

Key = tuple[str | int, ...]

# What a kind of mistake of pydantic's means to somebody who writes YAML.
WORDS = {
    'bool_type': 'true or false', 'datetime_type': 'a time such as 2021-04-25T11:31:00Z',
    'dict_type': 'a mapping', 'finite_number': 'a finite number', 'float_type': 'a number',
    'int_type': 'a whole number', 'mapping_type': 'a mapping', 'string_type': 'a text',
    'tuple_type': 'a list'}
TIME_KINDS = ('datetime_from_date_parsing', 'datetime_object_invalid', 'datetime_parsing')
LIMITS = {'ge': 'from', 'gt': 'above', 'le': 'to', 'lt': 'below'}
LONGEST_FOUND = 60    # characters of what was found that are shown


class RuleError(ValueError):
    """A rule between keys is broken; ``key`` leads from the mapping with the rule to the place."""

    def __init__(self, message: str, *key: str | int) -> None:
        super().__init__(message)
        self.key: Key = key


def explain(model: type[BaseModel], error: ValidationError) -> list[tuple[Key, str]]:
    """List keys and messages; a key that is only misspelt is not called missing as well."""
    entries = [dict(entry) for entry in error.errors()]
    rows = [(entry['type'], *_explain(model, entry)) for entry in entries]
    meant = {(*key[:-1], near) for kind, key, _, near in rows if kind == 'extra_forbidden'}
    return [(key, message) for kind, key, message, _ in rows
            if kind != 'missing' or key not in meant]


def _explain(model: type[BaseModel], entry: dict[str, Any]) -> tuple[Key, str, str]:
    """Give key, message, and the known key that an unknown one is near to."""
    key, owner, inner = _resolve(model, entry['loc'])
    kind, context = entry['type'], entry.get('ctx', {})
    if kind == 'extra_forbidden':
        return key, *_unknown(str(key[-1]), owner)
    if kind == 'missing':
        if isinstance(key[-1], int):
            return key[:-1], f'found {key[-1]} values, allowed: more', ''
        return key, f"key '{key[-1]}' is missing{_description(owner, key)}", ''
    if kind == 'value_error' and isinstance(context.get('error'), ValueError):
        return (*key, *getattr(context['error'], 'key', ())), str(context['error']), ''
    if kind == 'union_tag_invalid':
        tag = context['discriminator'].strip("'")
        return (*key, tag), *_unknown_tag(context['tag'], context['expected_tags'])
    if kind == 'union_tag_not_found':
        return key, f'key {context["discriminator"]} is missing', ''
    allowed = (_sizes(kind, context) or _limits(owner, key)
               or _words(kind, entry['msg'], inner))
    return key, f'found {_found(entry["input"])}, allowed: {allowed}{_description(owner, key)}', ''


def _resolve(
    model: type[BaseModel], location: Sequence[str | int],
) -> tuple[Key, type[BaseModel] | None, Sequence[type[BaseModel]]]:
    """Drop union tags from a location; find the model with its last key, and those below it."""
    key: list[str | int] = []
    owner: type[BaseModel] | None = None
    current = [model]
    for part in location:
        tagged = [m for m in current if len(current) > 1 and _tag(m) == part]
        if tagged:
            current = tagged
            continue
        key.append(part)
        if isinstance(part, str):
            owner = current[0] if len(current) == 1 else None
            about = owner.model_fields.get(part) if owner else None
            current = list(_models_in(about.annotation)) if about else []
    return tuple(key), owner, current


def _tag(model: type[BaseModel]) -> str | None:
    for name in ('segment', 'type', 'goal', 'distribution'):
        if name in model.model_fields:
            values = get_args(model.model_fields[name].annotation)
            if len(values) == 1:
                return str(values[0])
    return None


def _models_in(annotation: Any) -> Iterable[type[BaseModel]]:
    if get_origin(annotation) is not None or get_args(annotation):
        for argument in get_args(annotation):
            yield from _models_in(argument)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation


def _unknown(name: str, owner: type[BaseModel] | None) -> tuple[str, str]:
    known = list(owner.model_fields) if owner else []
    near = _near(name, known)
    return f"unknown key '{name}'{_did_you_mean(near)}; allowed: {', '.join(known)}", near


def _unknown_tag(name: str, expected: str) -> tuple[str, str]:
    near = _near(name, expected.replace("'", '').split(', '))
    return f"found '{name}'{_did_you_mean(near)}; allowed: {expected}", ''


def _near(name: str, known: Sequence[str]) -> str:
    return next(iter(difflib.get_close_matches(name, known, 1)), '')


def _did_you_mean(near: str) -> str:
    return f", did you mean '{near}'?" if near else ''


def _found(value: Any) -> str:
    if value is None:
        return 'nothing'
    text = repr(value)
    if len(text) <= LONGEST_FOUND:
        return text
    if isinstance(value, (dict, list)):
        return 'a mapping' if isinstance(value, dict) else f'a list of {len(value)}'
    return f'{text[:LONGEST_FOUND]}...'


def _sizes(kind: str, context: Mapping[str, Any]) -> str:
    """Return how long a text or a list may be."""
    for name, words in (('max_length', 'at most'), ('min_length', 'at least')):
        if kind in ('too_long', 'too_short') and name in context:
            return f'a list of {words} {context[name]}'
        if kind in ('string_too_long', 'string_too_short') and name in context:
            return f'a text of {words} {context[name]} characters'
    return ''


def _words(kind: str, message: str, models: Sequence[type[BaseModel]]) -> str:
    if kind in ('model_type', 'model_attributes_type'):
        if len(models) > 1:    # told apart by a tag, which is their first key
            return f'a mapping that begins with {next(iter(models[0].model_fields))}'
        return f'a mapping with {", ".join(models[0].model_fields)}' if models else 'a mapping'
    if kind in TIME_KINDS:
        kind = 'datetime_type'
    return WORDS.get(kind) or message.removeprefix('Input should be ')


def _about(owner: type[BaseModel] | None, key: Key) -> tuple[Any, Sequence[Any], str | None]:
    """Find type, constraints and description of what a key, or an element of its list, holds."""
    name = next((part for part in reversed(key) if isinstance(part, str)), '')
    about = owner.model_fields.get(name) if owner else None
    if about is None:
        return None, (), None
    if isinstance(key[-1], str):
        return about.annotation, about.metadata, about.description
    element = next(iter(get_args(about.annotation)), None)
    if get_origin(element) is not Annotated:
        return element, (), None
    kind, *metadata = get_args(element)
    field = next((part for part in metadata if isinstance(part, FieldInfo)), None)
    return kind, metadata, field.description if field else None


def _limits(owner: type[BaseModel] | None, key: Key) -> str:
    kind, metadata, _ = _about(owner, key)
    found = {name: getattr(part, name) for part in _flat(metadata)
             for name in LIMITS if getattr(part, name, None) is not None}
    text = ' '.join(f'{LIMITS[name]} {found[name]:g}' for name in LIMITS if name in found)
    return f'a {"whole " if kind is int else ""}number {text}' if text else ''


def _flat(metadata: Iterable[Any]) -> Iterable[Any]:
    for part in metadata:
        yield from _flat(part.metadata) if hasattr(part, 'metadata') else (part,)


def _description(owner: type[BaseModel] | None, key: Key) -> str:
    text = _about(owner, key)[2]
    return f' ({text})' if text else ''
