# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Computes many tasks on many processes: of this machine, or of a cluster, by the same code.

dask.distributed starts or finds the processes, replaces those that die and gives their tasks to
others. Tasks are grouped so that a group takes some seconds, whatever one task takes.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
import importlib
from importlib.util import find_spec
import logging
import os
import re
import time
from typing import Any, Generic, TypeVar

from ingenuity_nodes.campaign.programme import programme

T = TypeVar('T')
R = TypeVar('R')
ADDRESS = re.compile(r'(tcp|tls)://\S+:\d{1,5}')
# What the client of a scheduler raises that does not answer any more.
GONE = (OSError, TimeoutError, CancelledError, asyncio.CancelledError)
LIBRARIES = ('dask', 'distributed', 'pyarrow')
GROUP_S = 5.0        # [s] that a group of tasks should take; assumed: long beside its transport
LARGEST_GROUP = 50
CHECK_S = 5.0        # [s] between checks whether anybody is still there
ALONE_S = 60.0       # [s] without any worker, after which the campaign ends
CONNECT_S = 10.0     # [s] until a scheduler must have answered
LIVES = 2            # worker processes that a task may cost before it is given up
WORKER_MEMORY = '1GiB'    # that a local worker may use; it takes some 300 MB


class CrewError(RuntimeError):
    """The workers cannot be reached, or none is left; the text gives the reason and the remedy."""


@dataclass(frozen=True)
class Done(Generic[T, R]):
    """One task that has ended: with its result, or with the reason why there is none."""

    task: T
    result: R | None
    reason: str = ''


def libraries_missing() -> list[str]:
    """List the libraries of campaigns that are not installed."""
    return [name for name in LIBRARIES if find_spec(name) is None]


def check_libraries() -> None:
    """
    Raise unless the libraries of campaigns are there.

    Raises
    ------
    CrewError
        Some are missing; the text names them and the command that installs them.

    """
    if missing := libraries_missing():
        raise CrewError(f'campaigns need {", ".join(missing)}: ./ingenuity installs them; in '
                        'another environment: pip install -r environment/campaign.in')


class InProcess:
    """The crew of one: computes in this process, one task after the other."""

    workers = 1

    def compute(
        self, function: Callable[[T], R], tasks: Sequence[T],
    ) -> Iterator[Done[T, R]]:
        """Yield each task with its result as soon as it is done."""
        for task in tasks:
            yield _attempt(function, task)


class Crew:
    """
    Worker processes behind a dask scheduler.

    Parameters
    ----------
    client
        A connected ``distributed.Client``.
    where
        The scheduler, for messages.

    """

    def __init__(self, client: Any, where: str) -> None:
        self._client, self._where = client, where
        self._per_task_s: float | None = None    # until it is measured, one task is a group
        self._last_seen = time.monotonic()

    @property
    def workers(self) -> int:
        """Return how many tasks can be computed at the same time, now."""
        return sum(self._client.nthreads().values())

    def compute(
        self, function: Callable[[T], R], tasks: Sequence[T],
    ) -> Iterator[Done[T, R]]:
        """
        Yield each task with its result as soon as it is done, in no particular order.

        Raises
        ------
        CrewError
            The scheduler has gone, or no worker has been there for a while.

        """
        try:
            yield from self._compute(function, deque(tasks))
        except GONE as error:    # of tasks no error comes this way
            raise CrewError(f'{self._where}: the scheduler has gone; finished runs are kept, the '
                            'same command goes on') from error

    def _compute(
        self, function: Callable[[T], R], left: deque[T],
    ) -> Iterator[Done[T, R]]:
        running: dict[Any, list[T]] = {}
        suspects: deque[T] = deque()    # of groups that cost a worker: now one by one
        accused: deque[T] = deque()     # were at hand when a worker died: at the end, each alone
        alone: Any = None
        while left or suspects or accused or running:
            workers = self._workers_or_raise()
            while (left or suspects) and len(running) < 2 * max(workers, 1):
                group = [suspects.popleft()] if suspects else _take(
                    left, self._group_size(len(left), workers))
                running[self._submit(function, group)] = group
            if not running:
                group = [accused.popleft()]
                alone = self._submit(function, group)
                running[alone] = group
            for future in self._ended(running):
                group = running.pop(future)
                if future.status == 'lost':    # with the worker that had the result
                    suspects.extend(group)
                elif future is not alone and _killed(future):
                    (accused if len(group) == 1 else suspects).extend(group)
                else:
                    yield from self._results(future, group)

    def _submit(self, function: Callable[[T], R], group: list[T]) -> Any:
        return self._client.submit(attempt_all, function, group, pure=False, retries=0)

    def _group_size(self, left: int, workers: int) -> int:
        if not self._per_task_s:
            return 1
        fair = left // (4 * max(workers, 1))    # at the end all should have something to do
        return max(1, min(round(GROUP_S / self._per_task_s), fair, LARGEST_GROUP))

    def _workers_or_raise(self) -> int:
        workers = self.workers
        now = time.monotonic()
        if workers:
            self._last_seen = now
        elif now - self._last_seen > ALONE_S:
            raise CrewError(f'{self._where}: no worker for {ALONE_S:.0f} s; start one and give '
                            'the same command, which flies the rest')
        return workers

    def _ended(self, running: dict[Any, list[T]]) -> list[Any]:
        """Wait until a group has ended, but not for ever."""
        from distributed import wait

        try:
            return list(wait(list(running), timeout=CHECK_S, return_when='FIRST_COMPLETED').done)
        except (TimeoutError, asyncio.TimeoutError):    # noqa: UP041, RUF100 - two until 3.11
            return []

    def _results(self, future: Any, group: list[T]) -> Iterator[Done[T, Any]]:
        if future.status == 'finished':
            took, rows = future.result()
            per_task = took / len(group)
            self._per_task_s = 0.5 * ((self._per_task_s or per_task) + per_task)
            yield from rows
            return
        if future.status != 'error':
            raise ConnectionError(future.status)
        reason = _reason(future.exception())
        yield from (Done(task, None, reason) for task in group)


def attempt_all(
    function: Callable[[T], R], group: list[T],
) -> tuple[float, list[Done[T, R]]]:
    """Compute a group of tasks on a worker; returns the time taken [s] and the results."""
    began = time.perf_counter()
    rows = [_attempt(function, task) for task in group]
    return time.perf_counter() - began, rows


def _attempt(function: Callable[[T], R], task: T) -> Done[T, R]:
    try:
        return Done(task, function(task))
    except Exception as error:    # the other tasks go on
        return Done(task, None, f'{type(error).__name__}: {error}')


def _take(left: deque[T], count: int) -> list[T]:
    return [left.popleft() for _ in range(min(count, len(left)))]


def _killed(future: Any) -> bool:
    """Return whether a worker died with it, which dask says of all that it had at hand."""
    return bool(future.status == 'error' and _is_death(future.exception()))


def _is_death(error: BaseException | None) -> bool:
    return type(error).__name__ == 'KilledWorker'


def _reason(error: BaseException | None) -> str:
    if _is_death(error):
        return f'the worker process died, {LIVES} times'
    return f'{type(error).__name__}: {error}'


@contextmanager
def crew(
    workers: int, scheduler: str = '', *, own_process: bool = False,
) -> Iterator[InProcess | Crew]:
    """
    Start local workers or find those of a cluster, and let go of them at the end.

    Parameters
    ----------
    workers
        Processes on this machine; 1 computes in this one.
    scheduler
        Address of a dask scheduler, such as tcp://10.0.0.1:8786, instead.
    own_process
        Have a process of its own even for one worker, so that its death is survived.

    Raises
    ------
    CrewError
        Libraries are missing, nobody answers at the address, or workers run another version.

    """
    if workers == 1 and not scheduler and not own_process:
        yield InProcess()
        return
    check_libraries()
    import dask
    importlib.import_module('distributed')    # for its loggers, which would write over our lines
    for name in logging.root.manager.loggerDict:
        if name.startswith('distributed'):
            logging.getLogger(name).setLevel(logging.CRITICAL)
    with dask.config.set({
            'distributed.scheduler.allowed-failures': LIVES - 1,
            # It would sample each worker's stack a hundred times a second and keep all of it.
            'distributed.worker.profile.enabled': False,
            'distributed.comm.timeouts.connect': f'{CONNECT_S:.0f}s'}):
        with _client(workers, scheduler) as client:
            yield Crew(client, scheduler or 'this machine')


@contextmanager
def _client(workers: int, scheduler: str) -> Iterator[Any]:
    from distributed import Client, LocalCluster

    if not scheduler:
        with LocalCluster(
                n_workers=workers, threads_per_worker=1, processes=True, host='127.0.0.1',
                dashboard_address=':0', memory_limit=WORKER_MEMORY,
                silence_logs=logging.CRITICAL) as cluster, Client(cluster) as client:
            yield client
        return
    if not ADDRESS.fullmatch(scheduler):
        raise CrewError(f"found '{scheduler}', allowed: an address such as tcp://10.0.0.1:8786")
    try:
        client = Client(scheduler, timeout=CONNECT_S)
    except (OSError, TimeoutError, ValueError) as error:
        raise CrewError(f'{scheduler}: no scheduler answers within {CONNECT_S:.0f} s; start one '
                        'with .venv/bin/dask scheduler') from error
    with client:
        _check_versions(client, scheduler)
        yield client


def _check_versions(client: Any, scheduler: str) -> None:
    """Different code or libraries would give different rows."""
    here = programme()
    try:
        found = client.run(programme, on_error='return')
    except GONE as error:
        raise CrewError(f'{scheduler}: the scheduler has gone') from error
    for address, there in found.items():
        if isinstance(there, BaseException):
            raise CrewError(f'{address}: the worker cannot import this programme ({there}); start '
                            'it with PYTHONPATH=<checkout> .venv/bin/dask worker')
        for name, version in here.items():
            if there.get(name) != version:
                raise CrewError(f'{address}: the worker has {name} {there.get(name)}, allowed: '
                                f'{version}, as here')


def in_order(done: Iterable[Done[T, R]], tasks: Sequence[T]) -> Iterator[Done[T, R]]:
    """Give results the order of their tasks, each as soon as all before it are done."""
    waiting: dict[T, Done[T, R]] = {}
    expected = iter(tasks)
    following = next(expected, None)
    for one in done:
        waiting[one.task] = one
        while following is not None and following in waiting:
            yield waiting.pop(following)
            following = next(expected, None)


def all_cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0))
