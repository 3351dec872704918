# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Kernels as Python calls them: never through numba's dispatcher, which may compile at any call.

An entry is made where the object that uses it is made, so that all is compiled once it exists.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

from numba import typeof
import numpy as np
from numpy.typing import ArrayLike, NDArray

Convert = Callable[[Any], Any]
_FLOAT64 = np.dtype(np.float64)


def entry_point(kernel: Any, *examples: Any) -> Callable[..., Any]:
    """
    Compile a kernel for arguments like these, or load it, and return its entry point.

    Calling that directly spares numba's check of the type of every argument, 4 us for some ten
    arrays. Types are not checked, so each call must pass the very same kinds of arrays: where a
    caller may pass any, use :func:`checked_entry` or :func:`floats`.
    """
    if isinstance(kernel, FunctionType):    # NUMBA_DISABLE_JIT, for debugging
        return kernel
    kinds = tuple(typeof(example) for example in examples)
    kernel.compile(kinds)
    entry: Callable[..., Any] = kernel.overloads[kinds].entry_point
    return entry


def checked_entry(kernel: Any, *examples: Any) -> Callable[..., Any]:
    """
    Compile a kernel for arguments like these, or load it, for callers that may pass others.

    What it returns takes arrays of any numbers and layout with as many dimensions as the example,
    and raises TypeError for what cannot be made one.
    """
    entry = entry_point(kernel, *examples)
    names = getattr(kernel, 'py_func', kernel).__code__.co_varnames[:len(examples)]
    converters = [_converter(name, example)
                  for name, example in zip(names, examples, strict=True)]

    def call(*arguments: Any) -> Any:
        return entry(*(convert(argument) for convert, argument in zip(
            converters, arguments, strict=True)))

    return call


def floats(name: str, value: ArrayLike, shape: tuple[int | None, ...]) -> NDArray[np.float64]:
    """
    Convert numbers to the form that kernels take: contiguous, of 8 bytes each.

    Parameters
    ----------
    name
        Of the quantity, for the error.
    value
        Numbers.
    shape
        What is allowed; None stands for any length.

    Raises
    ------
    TypeError
        They are no numbers, or of another shape.

    """
    if (type(value) is np.ndarray and value.dtype is _FLOAT64 and value.shape == shape
            and value.flags.c_contiguous):
        return value
    try:
        given = np.asarray(value)
    except ValueError:    # rows of different lengths
        given = np.asarray(value, dtype=object)
    if given.dtype.kind not in 'fiu':
        raise TypeError(f'{name}: found {value!r}, allowed: numbers')
    if given.ndim != len(shape) or any(
            wanted not in (None, length)
            for wanted, length in zip(shape, given.shape, strict=True)):
        raise TypeError(f'{name}: found shape {given.shape}, allowed: {shape}')
    return np.ascontiguousarray(given, dtype=np.float64)


def _converter(name: str, example: Any) -> Convert:
    """Return what converts an argument to the form of its example."""
    if isinstance(example, np.ndarray) and example.dtype.fields is None:
        return lambda value: _array_like(name, value, example.dtype, example.ndim)
    if isinstance(example, bool | int | float | np.number):
        return type(example)
    kind = typeof(example)

    def same(value: Any) -> Any:
        if typeof(value) != kind:
            raise TypeError(f'{name}: found {typeof(value)}, allowed: {kind}')
        return value

    return same


def _array_like(name: str, value: Any, dtype: np.dtype[Any], ndim: int) -> NDArray[Any]:
    given = np.asarray(value)
    if given.ndim != ndim or not np.can_cast(given.dtype, dtype, 'same_kind'):
        raise TypeError(f'{name}: found {given.dtype} of shape {given.shape}, '
                        f'allowed: {dtype} with {ndim} dimensions')
    return np.require(given, dtype, ['C', 'W'] if given.flags.writeable else ['C'])
