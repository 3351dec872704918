# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A live flight to which something is done at a chosen moment, with what all processes said."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
import json
import os
from pathlib import Path
import select
import signal
import threading
import time
from typing import Any

from ingenuity_nodes.graph.nodes import nodes_of, RunOptions
from ingenuity_nodes.graph.processes import Domain, Graph
from ingenuity_nodes.recording.run_folder import RunFolder
from ingenuity_nodes.scenario.load import load_scenario

Act = Callable[['LiveRun'], None]


class LiveRun:
    """
    A graph that does something as soon as one of its processes logs a certain word.

    Parameters
    ----------
    scenario
        Name or path.
    folder
        New folder for the products; logs go beside it.
    word
        In the line at which ``act`` is called, once; '' never calls it.
    pace
        Simulated seconds per second, 0: as fast as possible, -1: as the scenario says.

    """

    def __init__(
        self, scenario: str, folder: Path, word: str, act: Act, *, verbose: bool = False,
        restartable: Container[str] = (), pace: float = -1.0,
    ) -> None:
        self.lines: list[str] = []
        self.when: list[float] = []
        self.acted_at, self.began, self.hung = 0.0, time.monotonic(), False
        self._word, self._act = word, act
        self.folder = RunFolder.create(load_scenario(scenario).name, folder)
        self.logs = folder.parent / f'{folder.name}_logs'
        self.logs.mkdir()
        options = RunOptions(scenario, run_folder=str(self.folder.path), real_time_factor=pace)
        specs = nodes_of(load_scenario(scenario), options)
        self._ready = threading.Event()    # a process may be quicker than this constructor
        domain = Domain()
        self.domain = domain.number
        self.graph = Graph(specs, self.logs, self._report, domain, verbose=verbose,
                           restartable=restartable)
        self.ids = self.graph.ids
        self._ready.set()

    def wait(self, longest: float | None = None) -> tuple[int, float]:
        """
        Wait for the end.

        Returns
        -------
        status, seconds
            Of the graph; from the deed to the end. After ``longest`` [s] the processes are
            killed, and ``hung`` is true.

        """
        timer = threading.Timer(longest, self._cut) if longest else None
        if timer:
            timer.daemon = True
            timer.start()
        status = self.graph.wait()
        if timer:
            timer.cancel()
        return status, time.monotonic() - self.acted_at

    @property
    def result(self) -> dict[str, Any]:
        """Return what the recorder has written at the end; empty if it has not."""
        try:
            found: dict[str, Any] = json.loads(self.folder.result.read_text())
        except (OSError, ValueError):
            return {}
        return found

    def seconds_until(self, *words: str) -> float:
        """Return the seconds from the deed to the first line with one of some words, or inf."""
        return next((when - self.acted_at for text, when in zip(self.lines, self.when, strict=True)
                     if when >= self.acted_at and any(word in text for word in words)),
                    float('inf'))

    def _cut(self) -> None:
        self.hung = True
        for number in self.graph.ids.values():
            os.kill(number, signal.SIGKILL)

    def _report(self, text: str) -> None:
        self.lines.append(text)
        self.when.append(time.monotonic())
        if self._word and self._word in text and not self.acted_at:
            self.acted_at = time.monotonic()
            self._ready.wait()
            self._act(self)


def hold(ids: Iterable[int], seconds: float) -> None:
    """Stop processes for some seconds, as a debugger or the lid of a laptop does."""
    held = list(ids)
    for number in held:
        os.kill(number, signal.SIGSTOP)

    def resume() -> None:
        for number in held:
            os.kill(number, signal.SIGCONT)

    threading.Timer(seconds, resume).start()


def slowness() -> float:
    """Return how much longer everything takes because of what else the machine does, >= 1."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def are_gone(ids: Iterable[int]) -> bool:
    """Return whether processes have ended; ids that have are unknown, as they were waited for."""
    for number in ids:
        try:
            handle = os.pidfd_open(number)
        except ProcessLookupError:
            continue
        with os.fdopen(handle) as file:
            if not select.select([file], [], [], 0.0)[0]:
                return False
    return True
