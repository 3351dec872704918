# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
What compiling all kernels from nothing costs, by room; and in parallel, as a user meets it.

    python bench/compiling.py

NUMBA_OPT, NUMBA_CPU_NAME and NUMBA_CPU_FEATURES choose another target to compare with.
"""

from __future__ import annotations

from collections import Counter
import gc
import os
import subprocess
import sys
import tempfile
import time
from typing import Any

import checkout    # noqa: F401
from ingenuity_nodes.compiled.kernel import Kernel
from ingenuity_nodes.compiled.target import choose_target
from ingenuity_nodes.simulation.warm_up import PARTS
from numba.core import event


class Stopwatch(event.Listener):
    """Adds up the CPU time of each function's own compilation, without that of what it calls."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self.count = 0
        self._open: list[list[float]] = []

    def on_start(self, event: Any) -> None:
        """Begin with one function."""
        self._open.append([time.process_time(), 0.0])

    def on_end(self, event: Any) -> None:
        """End with it."""
        began, inner = self._open.pop()
        whole = time.process_time() - began
        module = event.data['dispatcher'].py_func.__module__
        room = module.removeprefix('ingenuity_nodes.').partition('.')[0]
        self.seconds[room] += whole - inner
        self.count += 1
        if self._open:
            self._open[-1][1] += whole


def main() -> None:
    """Print the table."""
    target = choose_target()
    with tempfile.TemporaryDirectory() as folder:
        os.environ['INGENUITY_KERNELS'] = f'{folder}/one'
        watch = Stopwatch()
        event.register('numba:compile', watch)
        gc.disable()    # as in compiled/build.py
        for part in PARTS.values():
            part()
        event.unregister('numba:compile', watch)
        print(f'target: level {target[0]}, {target[1] or "this CPU"}')
        for room, seconds in watch.seconds.most_common():
            print(f'  {room:<24} {seconds:6.1f} CPU s')
        total = sum(watch.seconds.values())
        size = sum(entry.stat().st_size for entry in os.scandir(f'{folder}/one'))
        print(f'  {"all":<24} {total:6.1f} CPU s, {watch.count} functions of '
              f'{len(Kernel.every)} kernels, {size / 1e6:.1f} MB')
        os.environ['INGENUITY_KERNELS'] = f'{folder}/two'
        began = time.perf_counter()
        subprocess.run([sys.executable, '-m', 'ingenuity_nodes.compiled.build'], check=True,
                       stdout=subprocess.DEVNULL)
        took = time.perf_counter() - began
        print(f'  {"as a user meets it":<24} {took:6.1f} s of wall time, {total / took:.1f} '
              'CPU s a second')


if __name__ == '__main__':
    main()
