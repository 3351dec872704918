# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Tells a person what happens: lines that stay, and below them one that moves with the run."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TextIO

from ingenuity_nodes.compiled.build import ensure_built
from rich.console import Console
from rich.live import Live
from rich.text import Text

QUIET_S = 5.0    # without a terminal, a sign of life every so often


class Narrator:
    """
    Prints lines with the wall time since the start, and shows how things stand.

    On a terminal what :meth:`show` is told is one line that is written over; elsewhere it is a
    line now and then.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._began = self._last = time.monotonic()
        self._live: Live | None = None
        self._shown = ''
        if self._stream.isatty():
            console = Console(file=self._stream, highlight=False, soft_wrap=True)
            self._live = Live(console=console, refresh_per_second=8.0, transient=True)

    def __enter__(self) -> Narrator:
        """Begin to show."""
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the terminal as it was."""
        if self._live:
            self._live.stop()

    def __call__(self, text: str) -> None:
        """Print a line that stays."""
        line = f'{time.monotonic() - self._began:7.1f} s  {text}'
        if self._live and self._live.is_started:
            self._live.console.print(Text(line))
        else:
            print(line, file=self._stream, flush=True)
        self._last = time.monotonic()

    def show(self, text: str) -> None:
        """Show how things stand."""
        if text == self._shown:
            return
        self._shown = text
        if self._live:
            self._live.update(Text(f'{time.monotonic() - self._began:7.1f} s  {text}'))
        elif time.monotonic() - self._last > QUIET_S:
            self(text)

    def compile_kernels(self) -> None:
        """See to it that all kernels are compiled, and show how far that is."""
        began = time.monotonic()
        ensure_built(lambda text: self.show(f'compiling kernels, first use: {text}'))
        took = time.monotonic() - began
        if took > 1.0:
            self(f'kernels compiled in {took:.0f} s')


def compile_kernels() -> None:
    """Compile for a command whose output is its result: the display goes to the error output."""
    with Narrator(sys.stderr) as narrator:
        narrator.compile_kernels()
