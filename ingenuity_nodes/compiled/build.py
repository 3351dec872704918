# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Compiles all kernels before they are needed: once per machine, in parallel, with a display.

A second process waits for the first one and then finds everything in the cache.
``python -m ingenuity_nodes.compiled.build`` does it now, ``... FOLDER`` into a folder that is to
be shipped with the package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
import fcntl
import gc
import hashlib
from importlib.metadata import version
import multiprocessing
import os
from pathlib import Path
import subprocess
import sys
import time
from typing import Any, TextIO

from ingenuity_nodes.compiled.folder import cache_folder, forget_unused, SHIPPED
from ingenuity_nodes.compiled.target import choose_target

Report = Callable[[str], None]
Parts = Mapping[str, Callable[[], object]]
PACKAGE = Path(__file__).resolve().parent.parent
EVERYTHING = 'ingenuity_nodes.simulation.warm_up'    # it uses all the rest: started, not imported
LOCK = 'building'    # a file that also holds the progress
WAIT_S = 0.2    # between checks of another process's progress


def ensure_built(report: Report, module: str = EVERYTHING) -> bool:
    """
    Make sure that all kernels of the package are in the cache; quick if they are.

    Parameters
    ----------
    report
        Receives the progress: "12 of 146, vehicle.rotors.blade_loads".
    module
        ``python -m`` of it compiles them and prints the progress.

    Returns
    -------
    bool
        False if they could not be kept: then each process compiles its own.

    """
    folder = cache_folder()
    if folder is None:
        report('there is no folder to keep compiled kernels in: each process compiles its own')
        return False
    state = state_of_sources()
    stamps = [kept / f'complete-{state}' for kept in (folder, SHIPPED)]
    if any(stamp.exists() for stamp in stamps):
        return True
    with _alone(folder, report) as progress:
        if stamps[0].exists():
            return True
        if not _run(module, progress, report):
            return False
        stamps[0].touch()
        forget_unused(folder)
    return True


def state_of_sources() -> str:
    """Digest the package's sources, and what else decides what a kernel is compiled to."""
    what = sys.implementation.cache_tag, version('numba'), *choose_target()
    state = hashlib.sha256(repr(what).encode())
    for path in sorted(PACKAGE.rglob('*.py')):
        state.update(str(path.relative_to(PACKAGE)).encode())
        state.update(path.read_bytes())
    return state.hexdigest()[:24]


@contextmanager
def _alone(folder: Path, report: Report) -> Iterator[TextIO]:
    """Hold the lock of the cache; while another process has it, report its progress."""
    with (folder / LOCK).open('a+') as file:
        reported = ''
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                file.seek(0)
                now = file.read().strip()
                if now != reported:
                    report(now)
                reported = now
                time.sleep(WAIT_S)
        yield file


def _run(module: str, progress: TextIO, report: Report) -> bool:
    """Compile in processes of their own, so that ours stays free to do other things."""
    paths = [str(PACKAGE.parent), *filter(None, [os.environ.get('PYTHONPATH')])]
    process = subprocess.Popen(
        [sys.executable, '-m', module], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, errors='replace',
        env={**os.environ, 'PYTHONPATH': os.pathsep.join(paths)})
    assert process.stdout is not None
    try:
        for line in process.stdout:
            progress.truncate(0)
            progress.write(line)
            progress.flush()
            report(line.strip())
        _, errors = process.communicate()
    except BaseException:
        process.terminate()
        process.wait()
        raise
    if process.returncode:
        last = errors.strip().splitlines()[-1:] or [f'status {process.returncode}']
        report(f'compiling ahead failed ({last[0]}): each process compiles its own')
    return process.returncode == 0


def build(parts: Parts, report: Report) -> None:
    """
    Compile what some functions need, side by side, and report each kernel.

    Parameters
    ----------
    parts
        Functions that compile, by name; the longest first.
    report
        Receives "12 of 146, vehicle.rotors.blade_loads" and the like.

    Raises
    ------
    RuntimeError
        One of them failed; its error output has the reason.

    """
    from ingenuity_nodes.compiled.kernel import Kernel

    total = len(Kernel.every)
    reading, writing = os.pipe()
    # Forked after all is imported: the children start at once.
    context = multiprocessing.get_context('fork')
    following = context.Value('i', 0)
    workers = [context.Process(target=_work, args=(parts, following, writing), daemon=True)
               for _ in range(min(len(parts), os.cpu_count() or 1))]
    for worker in workers:
        worker.start()
    os.close(writing)
    seen: set[str] = set()
    with os.fdopen(reading) as lines:
        for line in lines:    # until all workers have ended
            if line in seen:
                continue    # for other types, or in two processes at once
            seen.add(line)
            report(f'{len(seen)} of {total}, {line.strip()}')
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise RuntimeError('a compiling process ended badly')


def _work(parts: Parts, following: Any, pipe: int) -> None:
    """Take one part after the other until none is left."""
    from ingenuity_nodes.compiled.listener import compilations

    gc.disable()    # compiling makes much and throws little away: a tenth of its time
    names = list(parts)
    with compilations(lambda name: _send(pipe, name)):
        while True:
            with following.get_lock():
                k = following.value
                following.value += 1
            if k >= len(names):
                return
            parts[names[k]]()


def _send(pipe: int, name: str) -> None:
    if not name.startswith('numba.'):
        os.write(pipe, f'{name}\n'.encode())


def main() -> None:
    """Compile now, for this user or into a folder that is named."""
    if len(sys.argv) > 1:
        os.environ['INGENUITY_KERNELS'] = sys.argv[1]
    built = ensure_built(lambda text: print(text, flush=True))
    if len(sys.argv) > 1:
        (Path(sys.argv[1]) / LOCK).unlink(missing_ok=True)    # no process writes there any more
    sys.exit(0 if built else 1)


if __name__ == '__main__':
    main()
