# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Flight after flight: what each leaves behind in memory, descriptors, threads and /dev/shm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass, fields
import os
from pathlib import Path
import threading
import time

from ingenuity_nodes.stress.live_run import LiveRun
import numpy as np

SHM = Path('/dev/shm')
BEGINS = 'all are here'
LONGEST = 300.0    # [s] assumed: ten times a flight; what takes longer hangs
SAMPLE = 1.0       # [s]
MEGABYTE = 1e6
PAGE = os.sysconf('SC_PAGE_SIZE')


@dataclass(frozen=True)
class Usage:
    """What one process uses."""

    memory_mb: float
    descriptors: int
    threads: int

    @classmethod
    def of(cls, number: int) -> Usage | None:
        """Read it from proc(5); None if the process has ended."""
        try:
            pages = int(Path(f'/proc/{number}/statm').read_text().split()[1])
            return cls(pages * PAGE / MEGABYTE, len(os.listdir(f'/proc/{number}/fd')),
                       len(os.listdir(f'/proc/{number}/task')))
        except (OSError, IndexError):
            return None


@dataclass(frozen=True)
class Lap:
    """One flight of a soak: this process after it, /dev/shm, and the growth in flight."""

    number: int
    seconds: float
    status: int
    same: bool
    own: Usage
    shm_files: int
    shm_mb: float
    first: Mapping[str, Usage]    # of each process of the graph, when time began
    last: Mapping[str, Usage]     # and the last that was seen of it


def shared_memory() -> tuple[int, float]:
    """Return how many files of Fast DDS are in /dev/shm, and their size [MB]."""
    sizes = []
    for path in SHM.glob('*fastdds*'):
        try:
            sizes.append(path.stat().st_size)
        except OSError:
            continue    # has just been removed
    return len(sizes), sum(sizes) / MEGABYTE


def laps(minutes: float, scenario: str, sha256: str, folder: Path) -> Iterator[Lap]:
    """Fly again and again for so many minutes, at least twice, and yield after each flight."""
    end, number = time.monotonic() + 60.0 * minutes, 0
    while time.monotonic() < end or number < 2:
        number += 1
        yield _lap(number, scenario, sha256, folder / str(number))


def _lap(number: int, scenario: str, sha256: str, folder: Path) -> Lap:
    first: dict[str, Usage] = {}
    last: dict[str, Usage] = {}
    over = threading.Event()

    def sample(run: LiveRun) -> None:
        while not over.wait(SAMPLE):
            for name, process in run.ids.items():
                if usage := Usage.of(process):
                    first.setdefault(name, usage)
                    last[name] = usage

    watchers: list[threading.Thread] = []

    def begin(run: LiveRun) -> None:
        watchers.append(threading.Thread(target=sample, args=(run,), daemon=True))
        watchers[0].start()

    began = time.monotonic()
    run = LiveRun(scenario, folder, BEGINS, begin)
    status, _ = run.wait(LONGEST)
    over.set()
    for watcher in watchers:
        watcher.join()
    own = Usage.of(os.getpid())
    assert own is not None    # this process
    return Lap(number, time.monotonic() - began, status,
               run.result.get('trajectory_sha256') == sha256, own, *shared_memory(), first, last)


def slopes(done: list[Lap]) -> dict[str, float]:
    """Fit a line through what was left after each flight but the first, by least squares."""
    settled = done[1:] if len(done) > 2 else done
    x = np.array([lap.number for lap in settled], np.float64)
    series = {**{name.name: [getattr(lap.own, name.name) for lap in settled]
                 for name in fields(Usage)},
              'shm_files': [lap.shm_files for lap in settled],
              'shm_mb': [lap.shm_mb for lap in settled]}
    if len(settled) < 2:
        return dict.fromkeys(series, 0.0)
    return {name: float(np.polyfit(x, np.array(values, np.float64), 1)[0])
            for name, values in series.items()}


def growth(lap: Lap, name: str) -> Usage:
    """Return by how much a process grew in one flight."""
    return Usage(*(after - before for before, after in zip(
        astuple(lap.first[name]), astuple(lap.last[name]), strict=True)))
