# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Reports when kernels are compiled: for the display of progress, and as an error in flight."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
import os
from typing import Any

from numba.core import event

STRICT = 'INGENUITY_STRICT'    # in the environment of tests: compiling in flight is an error
_KIND = 'numba:compile'


class CompiledInFlightError(RuntimeError):
    """A kernel was compiled after time had begun."""


@contextmanager
def compilations(report: Callable[[str], None]) -> Iterator[None]:
    """Report the name of each function whose compilation begins meanwhile."""
    listener = _Listener(report)
    event.register(_KIND, listener)
    try:
        yield
    finally:
        event.unregister(_KIND, listener)


def time_begins(warn: Callable[[str], None]) -> Callable[[], None]:
    """
    Warn of each compilation from now on, in words; in tests it is an error.

    Returns
    -------
    callable
        Ends that.

    """
    listener = _Listener(_in_flight(warn))
    event.register(_KIND, listener)
    return lambda: event.unregister(_KIND, listener)


def nothing_compiles(warn: Callable[[str], None]) -> AbstractContextManager[None]:
    """Warn of each compilation meanwhile, in words; in tests it is an error."""
    return compilations(_in_flight(warn))


def _in_flight(warn: Callable[[str], None]) -> Callable[[str], None]:
    def report(name: str) -> None:
        text = f'{name} was compiled after time began (process {os.getpid()})'
        if os.environ.get(STRICT):
            raise CompiledInFlightError(text)
        warn(text)

    return report


class _Listener(event.Listener):    # type: ignore[misc]    # numba has no types
    """Passes names of functions on."""

    def __init__(self, report: Callable[[str], None]) -> None:
        self._report = report

    def on_start(self, event: Any) -> None:
        function = event.data['dispatcher'].py_func
        self._report(f'{function.__module__.removeprefix("ingenuity_nodes.")}.{function.__name__}')

    def on_end(self, event: Any) -> None:
        """Do nothing: the start of the next one is reported."""
