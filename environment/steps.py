# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Steps of a set-up: each runs once, shows its progress, writes a log and leaves a stamp."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
import fcntl
import hashlib
import os
from pathlib import Path
import re
import signal
import subprocess
import sys
import time
from types import FrameType
from typing import TextIO

INFORMATIVE = re.compile(r'error|fatal|failed|no space|cannot|could not', re.IGNORECASE)
QUIET_S = 20.0  # without a terminal, one line of progress per period


class SetupError(Exception):
    """A set-up that cannot continue; the message says how to proceed."""


class Interrupted(Exception):
    """A signal stopped the set-up; ``number`` is the signal."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


def print_message(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def raise_on_signals() -> None:
    """Raise an exception on the signals that end a program, so that children are ended, too."""
    def raise_interrupted(number: int, frame: FrameType | None) -> None:
        raise Interrupted(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, raise_interrupted)


def status_of(act: Callable[[], None], venv: Path, stopped: str = '') -> int:
    """
    Change an environment, and return the status of the program; what fails is said in a line.

    ``stopped`` is said when a signal ends it, with the signal in place of ``{}``.
    """
    raise_on_signals()
    try:
        act()
    except SetupError as error:
        print_message(f'ingenuity: {error}')
        return 1
    except OSError as error:
        print_message(f'ingenuity: {error.filename or venv}: {error.strerror}')
        return 1
    except Interrupted as interruption:
        if stopped:
            print_message(f'ingenuity: {stopped.format(interruption)}')
        return 128 + interruption.number
    return 0


@contextmanager
def only_one(path: Path) -> Iterator[int]:
    """
    Hold an exclusive lock and yield its file descriptor.

    Children get the descriptor: should this process be killed, an orphaned child keeps the lock
    until it has stopped writing.
    """
    with path.open('a+') as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            print_message('ingenuity: another set-up is running here '
                          f'(process {file.read().strip()}); waiting for it')
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(f'{os.getpid()}\n')
        file.flush()
        yield file.fileno()


class Display:
    """One line per step: updated in place on a terminal, written once or twice elsewhere."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._start = self._last = time.monotonic()
        self._terminal = sys.stderr.isatty()
        if not self._terminal:
            print_message(f'  {title} ...')

    def update(self, status: str) -> None:
        now = time.monotonic()
        if self._terminal:
            self._rewrite(f'{self._title:24} {now - self._start:4.0f} s  {status}')
        elif now - self._last > QUIET_S:
            self._last = now
            print_message(f'  {self._title}: {now - self._start:.0f} s, {status[:80]}')

    def done(self, result: str) -> None:
        elapsed = time.monotonic() - self._start
        if self._terminal:
            self._rewrite(f'{self._title:24} {elapsed:4.0f} s  {result}')
            print_message('')
        else:
            print_message(f'  {self._title}: {result} ({elapsed:.0f} s)')

    def _rewrite(self, line: str) -> None:
        width = os.get_terminal_size(sys.stderr.fileno()).columns or 80
        print(f'\r\x1b[K  {line}'[:width + 4], end='', file=sys.stderr, flush=True)


class Setup:
    """
    The steps taken so far, in order.

    A step's stamp holds a digest of its inputs and of those of all steps before it, so a change
    repeats that step and all later ones; an interrupted step has no stamp.
    """

    def __init__(self, stamps: Path, log: Path, lock: int) -> None:
        self._stamps = stamps
        self._log = log
        self._lock = lock
        self._digest = ''
        log.write_text('')

    def step(self, name: str, inputs: Sequence[str | Path], title: str,
             action: Callable[[Display], str]) -> None:
        """Run a step unless its stamp shows that it has run with the same inputs."""
        self._digest = digest(self._digest, *inputs)
        stamp = self._stamps / name
        if stamp.is_file() and stamp.read_text() == self._digest:
            return
        stamp.unlink(missing_ok=True)
        display = Display(title)
        try:
            result = action(display)
        except BaseException as reason:
            display.done('stopped' if isinstance(reason, Interrupted) else 'failed')
            raise
        self._stamps.mkdir(parents=True, exist_ok=True)
        write(stamp, self._digest)
        display.done(result)

    def run(self, display: Display, command: Sequence[str | Path], what: str,
            status: Callable[[str], str] = str.strip,
            environment: Mapping[str, str] | None = None) -> str:
        """
        Run a command, its output in the log, and return its last line.

        Parameters
        ----------
        display
            Shows the progress.
        command
            Program and arguments.
        what
            Completes the sentence "could not ...".
        status
            Shortens the latest line of output for the display.
        environment
            Replaces this process's environment.

        Raises
        ------
        SetupError
            The command failed; the message holds the last lines that name errors.

        """
        with self._log.open('a') as log:
            print(f'\n$ {" ".join(map(str, command))}', file=log, flush=True)
            start = self._log.stat().st_size
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                env=environment, pass_fds=(self._lock,), start_new_session=True)
            try:
                code = follow(process, self._log, display, status, start)
            except BaseException:
                end(process)
                raise
        lines = self._lines(start)
        if code:
            informative = [line for line in lines if INFORMATIVE.search(line)] or lines
            last = '\n'.join(f'    {line}' for line in informative[-8:])
            raise SetupError(f'could not {what}\n{last}\n  full log: {self._log}')
        return lines[-1] if lines else ''

    @contextmanager
    def in_background(self, title: str, command: Sequence[str | Path],
                      environment: Mapping[str, str]) -> Iterator[Callable[[], None]]:
        """
        Run a command in the background and yield a function that waits for its end.

        A failure is only logged: it is for work that can also be done later.
        """
        path = self._log.with_name(f'{self._log.stem}.{title}.log')
        with path.open('wb') as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                env=environment, pass_fds=(self._lock,), start_new_session=True)

        def finish() -> None:
            if process.poll() is None:
                display = Display(title)
                code = follow(process, path, display, str.strip)
                display.done(f'not ready, see {path}' if code else 'ready')

        try:
            yield finish
        finally:
            if process.poll() is None:
                end(process)

    def _lines(self, start: int) -> list[str]:
        with self._log.open(errors='replace') as log:
            log.seek(start)
            return [line.rstrip() for line in log if line.strip()]


def follow(process: subprocess.Popen[bytes], path: Path, display: Display,
           status: Callable[[str], str], start: int = 0) -> int:
    """Show the latest line of a log until the process that writes it has ended."""
    with path.open(errors='replace') as log:
        log.seek(start)
        line = ''
        while True:
            try:
                return process.wait(0.2)
            except subprocess.TimeoutExpired:
                line = last_line(log) or line
                display.update(status(line))


def digest(*parts: str | Path) -> str:
    """Compute one hexadecimal digest of texts and contents of files."""
    total = hashlib.sha256()
    for part in parts:
        content = part.read_bytes() if isinstance(part, Path) else part.encode()
        total.update(hashlib.sha256(content).digest())
    return total.hexdigest()


def write(path: Path, text: str) -> None:
    """Write a file atomically."""
    partial = path.with_name(f'{path.name}.partial')
    partial.write_text(text)
    partial.replace(path)


def last_line(log: TextIO) -> str:
    lines = log.read().splitlines()
    return lines[-1] if lines else ''


def end(process: subprocess.Popen[bytes]) -> None:
    """End a child and its own children, with SIGTERM before SIGKILL."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(5.0)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
        return
