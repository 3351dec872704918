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
"""
Tunable numbers: a frozen dataclass whose fields carry unit, meaning, limits and source.

One declaration feeds the scenario check, the ROS parameter descriptors and the tables in the docs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, Field, fields, is_dataclass, replace
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
    low: float = -math.inf, high: float = math.inf, source: str,
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

    """
    about = {'unit': unit, 'meaning': meaning, 'low': low, 'high': high, 'source': source}
    return field(default=default, metadata=about)


def with_overrides(parameters: P, overrides: Mapping[str, Any], path: str = '') -> P:
    """
    Replace fields named by nested mappings, checking names, types and limits.

    Raises
    ------
    ParameterError
        An unknown name (with the nearest known one), a wrong type or a value outside its limits.

    """
    known = {about.name: about for about in fields(parameters)}  # type: ignore[arg-type]
    changes: dict[str, Any] = {}
    for name, value in overrides.items():
        key = f'{path}{name}'
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f", did you mean '{near[0]}'?" if near else f'; known: {", ".join(known)}'
            raise ParameterError(key, f'unknown parameter{hint}')
        current = getattr(parameters, name)
        if is_dataclass(current):
            if not isinstance(value, Mapping):
                raise ParameterError(key, f'found {value!r}, allowed: a mapping of parameters')
            changes[name] = with_overrides(current, value, f'{key}.')
        else:
            changes[name] = checked(known[name], value, key)
    return replace(parameters, **changes)  # type: ignore[type-var]


def checked(about: Field[Any], value: Any, key: str) -> Any:
    """Return ``value`` as the type of the field's default, or raise :class:`ParameterError`."""
    default, meta = about.default, about.metadata
    if isinstance(default, bool) or isinstance(default, str):
        if not isinstance(value, type(default)):
            raise ParameterError(key, f'found {value!r}, allowed: a {type(default).__name__}')
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
