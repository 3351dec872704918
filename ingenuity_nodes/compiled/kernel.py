# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Kernels: functions that numba compiles, marked in one way, so that all keep to the same options.

A kernel may call kernels. From Python it is called through :mod:`ingenuity_nodes.compiled.entry`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from ingenuity_nodes.compiled.cache import KernelCache
from ingenuity_nodes.compiled.target import choose_target
from numba.core import config, types
from numba.core.imputils import lower_cast
from numba.core.registry import CPUDispatcher

Record = Any   # a numpy record; numba compiles attribute access on it


class Kernel(CPUDispatcher):    # type: ignore[misc]    # numba has no types
    """A compiled function."""

    every: ClassVar[list[Kernel]] = []

    def __init__(
        self, py_func: Callable[..., Any], *, nogil: bool = False, inline: bool = False,
    ) -> None:
        options = {'nopython': True, 'error_model': 'numpy', 'no_cfunc_wrapper': True,
                   'nogil': nogil, 'forceinline': inline}
        super().__init__(py_func, targetoptions=options)
        self._cache = KernelCache(py_func)
        self.every.append(self)

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """
        Choose what to compile for a call by another kernel.

        Numba would compile anew for each constant argument, and once more for arrays that are
        fields of a record.
        """
        return super().get_call_template(
            tuple(_plain(kind) for kind in args),
            {name: _plain(kind) for name, kind in kws.items()})


def kernel(
    function: Callable[..., Any] | None = None, *, nogil: bool = False, inline: bool = False,
) -> Any:
    """
    Mark a function as a kernel.

    Parameters
    ----------
    function
        What to compile.
    nogil
        Threads may run it side by side.
    inline
        It is small, called in inner loops, and becomes part of its callers.

    """
    if function is None:
        return lambda inner: kernel(inner, nogil=nogil, inline=inline)
    return Kernel(function, nogil=nogil, inline=inline)


def _plain(kind: Any) -> Any:
    kind = types.unliteral(kind)
    if isinstance(kind, types.NestedArray):
        return types.Array(kind.dtype, kind.ndim, 'C', aligned=kind.aligned)
    return kind


@lower_cast(types.NestedArray, types.Array)
def _array_of_a_field(_context: Any, _builder: Any, _from: Any, _to: Any, value: Any) -> Any:
    return value    # both are laid out alike


choose_target()
config.reload_config()    # numba may have been imported before this package
