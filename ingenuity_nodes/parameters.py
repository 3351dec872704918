# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Tunable numbers: a frozen dataclass whose fields carry unit, meaning, limits and source.

One declaration feeds the scenario check, the ROS parameter descriptors and the tables in the docs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, field, fields, is_dataclass, replace
import difflib
import math
from typing import Any, TypeVar

P = TypeVar('P')


class ParameterError(ValueError):
    """A parameter is unknown or outside its limits; ``key`` is its dotted name."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(f'{key}: {message}')
        self.key = key
        self.message = message


def quantity(
    default: Any, unit: str, meaning: str, *,
    low: float = -math.inf, high: float = math.inf, source: str, choices: tuple[str, ...] = (),
    former: str = '',
) -> Any:
    """
    Declare one field of a parameter dataclass.

    Parameters
    ----------
    default
        Value in SI units: a number, bool, string or tuple of numbers.
    unit
        SI unit as written in the docs, ``'1'`` for none.
    meaning
        A few words for people.
    low, high
        Limits, both allowed; for tuples they hold for each element.
    source
        Where the number comes from, or ``'assumed: why'``.
    choices
        Texts that are allowed; none allows any.
    former
        Name of the field in the release before, still accepted in overrides.

    """
    about = {'unit': unit, 'meaning': meaning, 'low': low, 'high': high, 'source': source,
             'choices': choices, 'former': former}
    return field(default=default, metadata=about)


def with_overrides(parameters: P, overrides: Mapping[str, Any]) -> P:
    """
    Replace fields named by nested mappings, checking names, types and limits.

    Raises
    ------
    ParameterError
        An unknown name (with the nearest known one), a wrong type or a value outside its limits.

    """
    changed, mistakes = try_overrides(parameters, overrides)
    if mistakes:
        raise mistakes[0]
    return changed


def try_overrides(
    parameters: P, overrides: Mapping[str, Any], path: str = '',
) -> tuple[P, list[ParameterError]]:
    """Replace what can be replaced, and list every mistake."""
    known = {about.name: about for about in fields(parameters)}  # type: ignore[arg-type]
    former = {about.metadata['former']: about.name for about in known.values()
              if about.metadata.get('former')}
    changes: dict[str, Any] = {}
    mistakes: list[ParameterError] = []
    for name, value in overrides.items():
        key = f'{path}{name}'
        try:
            about = _known(known, former.get(name, name), key)
            if about.name in changes:
                raise ParameterError(key, f'given twice, also as {about.name!r}')
            current = getattr(parameters, about.name)
            if is_dataclass(current):
                changes[about.name], more = try_overrides(current, _mapping(value, key), f'{key}.')
                mistakes += more
            else:
                changes[about.name] = checked(about, value, key)
        except ParameterError as error:
            mistakes.append(error)
    return replace(parameters, **changes), mistakes  # type: ignore[type-var]


def _known(known: Mapping[str, Field[Any]], name: str, key: str) -> Field[Any]:
    if name not in known:
        near = difflib.get_close_matches(str(name), known, 1)
        hint = f", did you mean '{near[0]}'?" if near else ''
        raise ParameterError(key, f'unknown parameter{hint}; allowed: {", ".join(known)}')
    return known[name]


def _mapping(value: Any, key: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ParameterError(key, f'found {value!r}, allowed: a mapping of parameters')
    return value


def checked(about: Field[Any], value: Any, key: str) -> Any:
    """Return ``value`` as the type of the field's default, or raise :class:`ParameterError`."""
    default, meta = about.default, about.metadata
    if isinstance(default, (bool, str)):
        if not isinstance(value, type(default)):
            kind = 'true or false' if isinstance(default, bool) else 'a text'
            raise ParameterError(key, f'found {value!r}, allowed: {kind}')
        if meta['choices'] and value not in meta['choices']:
            near = difflib.get_close_matches(str(value), meta['choices'], 1)
            hint = f", did you mean '{near[0]}'?" if near else ''
            raise ParameterError(
                key, f'found {value!r}{hint}; allowed: {", ".join(meta["choices"])}')
        return value
    if isinstance(default, tuple):
        if not isinstance(value, (list, tuple)) or len(value) != len(default):
            raise ParameterError(key, f'found {value!r}, allowed: {len(default)} numbers')
        return tuple(_number(meta, element, key, type(default[0])) for element in value)
    return _number(meta, value, key, type(default))


def _number(meta: Mapping[str, Any], value: Any, key: str, kind: type) -> Any:
    allowed = f'{meta["low"]:g} to {meta["high"]:g} {meta["unit"]}'
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ParameterError(key, f'found {value!r}, allowed: a number, {allowed}')
    if not meta['low'] <= value <= meta['high']:
        raise ParameterError(key, f'found {value!r}, allowed: {allowed}')
    if kind is int and int(value) != value:
        raise ParameterError(key, f'found {value!r}, allowed: a whole number, {allowed}')
    return kind(value)
