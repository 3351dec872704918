# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What a kernel is made of, as a digest: its bytecode, and all that it reads and calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
import hashlib
from types import CodeType, FunctionType, ModuleType
from typing import Any

from numba.core import types
from numba.core.dispatcher import Dispatcher
import numpy as np


@cache
def digest_of(function: Callable[..., Any]) -> str:
    """
    Digest a function, the functions it calls, and the constants that all of them read.

    Raises
    ------
    TypeError
        It reads a global whose content cannot be digested.

    """
    content = hashlib.sha256()
    for part in _parts(function):
        content.update(part.encode())
        content.update(b'\0')
    return content.hexdigest()


def _parts(function: Any) -> Iterator[str]:
    """Write everything about one function."""
    code = function.__code__
    yield f'{function.__name__} {function.__defaults__!r}'
    yield from _code_parts(code, function.__doc__)
    inner = dict(zip(code.co_freevars, function.__closure__ or (), strict=True))
    for name in _names_read(code):
        if name in inner:
            yield from _value_parts(name, inner[name].cell_contents, function)
        elif name in function.__globals__:
            yield from _value_parts(name, function.__globals__[name], function)


def _code_parts(code: CodeType, doc: str | None) -> Iterator[str]:
    yield f'{code.co_code.hex()} {code.co_names} {code.co_argcount} {code.co_kwonlyargcount}'
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _code_parts(constant, None)
        elif constant is None or constant != doc:
            yield repr(constant)


def _names_read(code: CodeType) -> list[str]:
    """List the globals and closed-over variables that a function reads, inner ones included."""
    names = {*code.co_names, *code.co_freevars}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names.update(_names_read(constant))
    return sorted(names)


def _value_parts(name: str, value: Any, reader: Any) -> Iterator[str]:
    if isinstance(value, Dispatcher):
        yield f'{name} kernel {sorted(value.targetoptions.items())}'
        yield 'itself' if value.py_func is reader else digest_of(value.py_func)
    elif isinstance(value, ModuleType):
        yield f'{name} module {value.__name__}'
        if value.__name__.partition('.')[0] == __name__.partition('.')[0]:
            for attribute in _names_read(reader.__code__):
                if hasattr(value, attribute):
                    yield from _value_parts(attribute, getattr(value, attribute), reader)
    elif isinstance(value, FunctionType):
        yield f'{name} function {value.__module__} {digest_of(value)}'
    elif isinstance(value, np.ndarray):
        yield f'{name} {value.dtype} {value.shape} {value.tobytes().hex()}'
    elif isinstance(value, type):
        yield f'{name} {value.__name__} {getattr(value, "_fields", "")}'
    elif isinstance(value, bool | int | float | str | tuple | None | np.generic | np.dtype):
        yield f'{name} {value!r}'
    elif callable(value):
        yield f'{name} {getattr(value, "__name__", type(value).__name__)}'
    else:
        raise TypeError(f'{name}: a kernel cannot read a global of type {type(value).__name__}')


def describe_type(kind: Any) -> str:
    """Write a type of an argument; a named tuple's with the order of its fields."""
    if isinstance(kind, types.BaseNamedTuple):
        fields = zip(kind.fields, kind.types, strict=True)
        inner = ', '.join(f'{name}: {describe_type(part)}' for name, part in fields)
        return f'{kind.instance_class.__name__}({inner})'
    return str(kind)
