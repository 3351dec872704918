# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Who belongs to a run, and who has left it: gone, silent, or only busy.

A process that works is not dead, however long it says nothing else: its heartbeat comes from a
thread of its own. A process of this machine that has ended is noticed at once, by its number; one
of another machine by its silence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache
import hashlib
import os
from pathlib import Path
import re

UNDISCOVERED = 'discovery of'    # begins what a member waits for that does not know another
ENDED_STATES, STOPPED_STATES = 'ZXx', 'Tt'    # proc(5): of /proc/<pid>/stat


class Condition(Enum):
    """What a member of a run does, as its heartbeat tells."""

    READY = 'ready'
    WAITING = 'waiting for'
    BUSY = 'busy'
    GONE = 'gone'    # has left


@dataclass(frozen=True)
class ProcessId:
    """A process, told apart from those of other machines and from later ones of its number."""

    machine: str    # boot and name space of process numbers
    number: int
    began: str      # clock ticks after boot

    @classmethod
    def own(cls) -> ProcessId:
        """Name this process."""
        number = os.getpid()
        return cls(_machine(), number, _stat(number)[1])

    @property
    def order(self) -> tuple[int, int, str]:
        """Order of processes, the one that began first comes first; no two are equal."""
        return int(self.began) if self.began else 0, self.number, self.machine

    @property
    def state(self) -> str:
        """Its letter in proc(5), 'X' when it has ended, '' when that cannot be known from here."""
        if self.machine != _machine() or not self.began:
            return ''
        state, began = _stat(self.number)
        return state if began == self.began else 'X'

    @property
    def has_ended(self) -> bool:
        """Return whether it is known to have ended."""
        return self.state != '' and self.state in ENDED_STATES

    @property
    def is_stopped(self) -> bool:
        """Return whether a signal or a debugger holds it."""
        return self.state != '' and self.state in STOPPED_STATES

    def __str__(self) -> str:
        return f'{self.machine} {self.number} {self.began}'

    @classmethod
    def parse(cls, text: str) -> ProcessId | None:
        """Read what ``str`` wrote, None if it is something else."""
        number = re.fullmatch(r'([^ ]+) ([0-9]{1,10}) ([0-9]{0,20})', text, re.ASCII)
        return cls(number[1], int(number[2]), number[3]) if number else None


@dataclass(frozen=True)
class Heartbeat:
    """What a member tells of itself a few times a second."""

    name: str
    condition: Condition
    what: str = ''                       # it waits for, or does
    process: ProcessId | None = None
    lasted: float = 0.0                  # so long has it been busy, or waited [s]
    run: str = ''                        # id of its run, '' if it knows of none yet

    def __str__(self) -> str:
        return ' '.join(filter(None, [self.condition.value, self.what]))


@dataclass
class _Member:
    seen: float | None = None
    beat: Heartbeat | None = None


class Roster:
    """
    Everybody whom a run needs.

    Times are those of a clock that never goes back [s].
    """

    def __init__(self, expected: Iterable[str], silence: float) -> None:
        self._members = {name: _Member() for name in expected}
        self._silence = silence

    def receive(self, beat: Heartbeat, now: float) -> bool:
        """
        Note one heartbeat; those of strangers are not noted.

        Returns
        -------
        bool
            Another process than before speaks for this member: it has been started again.

        """
        member = self._members.get(beat.name)
        if member is None:
            return False
        before, member.seen, member.beat = member.beat, now, beat
        return before is not None and before.process != beat.process

    def can_resume(self, name: str) -> bool:
        """Return whether a member is there and ready for a tick."""
        member = self._members.get(name)
        return (member is not None and member.beat is not None
                and member.beat.condition is Condition.READY)

    def overslept(self, seconds: float) -> None:
        """Count everybody's silence less by the time in which the listener itself stood still."""
        for member in self._members.values():
            if member.seen is not None:
                member.seen += seconds

    def excuse(self, name: str) -> None:
        """Expect one member no more."""
        self._members.pop(name, None)

    @property
    def seen(self) -> list[str]:
        """Members that have shown up."""
        return [name for name, member in self._members.items() if member.beat is not None]

    @property
    def unseen(self) -> list[str]:
        """Members that have not shown up."""
        return [name for name, member in self._members.items() if member.beat is None]

    @property
    def absent(self) -> list[str]:
        """Members that never showed up, or are not ready yet, with what they do or wait for."""
        return [name if member.beat is None else f'{name} ({member.beat})'
                for name, member in self._members.items()
                if member.beat is None or member.beat.condition is not Condition.READY]

    def stuck(self, seconds: float, now: float) -> list[str]:
        """
        Members that have not discovered others for so long, if all are there and nobody is busy.

        Nothing that anybody still does could help them.
        """
        waiting = []
        for name, member in self._members.items():
            beat = member.beat
            if beat is None or beat.condition not in (Condition.READY, Condition.WAITING):
                return []
            if beat.what.startswith(UNDISCOVERED):
                if beat.lasted + now - (member.seen or now) < seconds:
                    return []
                waiting.append(self._at(name, now, ''))
        return waiting

    def ended(self) -> list[str]:
        """Members whose process is known to have ended, with its number."""
        return [f'{name} (process {member.beat.process.number} has ended)'
                for name, member in self._members.items()
                if member.beat and member.beat.process and member.beat.process.has_ended]

    def departed(self) -> list[str]:
        """Members that have left."""
        return [f'{name} (gone)' for name, member in self._members.items()
                if member.beat and member.beat.condition is Condition.GONE]

    def silent(self, now: float) -> list[str]:
        """Members that have fallen silent, with for how long."""
        return [f'{name} (silent for {now - member.seen:.1f} s)'
                for name, member in self._members.items()
                if member.seen is not None and now - member.seen > self._silence]

    def unreachable(self, now: float) -> list[str]:
        """Silent members of which nothing else shows that they live."""
        return [row for row in self.silent(now) if not self._lives(row.partition(' ')[0])]

    def present(self, now: float) -> list[str]:
        """Members that are still there: neither silent, nor ended, nor gone with a goodbye."""
        return [name for name, member in self._members.items()
                if member.seen is not None and now - member.seen <= self._silence
                and member.beat is not None and member.beat.condition is not Condition.GONE
                and not (member.beat.process and member.beat.process.has_ended)]

    def busy(self, now: float) -> list[str]:
        """Members that work, with at what and for how long."""
        return [f'{name} (has been busy for {member.beat.lasted + now - member.seen:.0f} s: '
                f'{member.beat.what})'
                for name, member in self._members.items()
                if member.beat is not None and member.seen is not None
                and member.beat.condition is Condition.BUSY]

    def describe(self, name: str, now: float) -> str:
        """
        Return what a member does, for the line that says why time stands still.

        Members that it names as those it waits for are described in turn: the chain of waits.
        """
        row, seen = self._at(name, now, 'does not answer'), {name}
        chain = [row]
        while named := [word for word in re.findall(r'/[\w/]+', row)
                        if word in self._members and word not in seen]:
            seen.add(named[0])
            row = self._at(named[0], now, 'waits for nothing')
            chain.append(row)
        return '; '.join(chain)

    def _at(self, name: str, now: float, idle: str) -> str:
        member = self._members.get(name)
        if member is None or member.beat is None:
            return f'{name} (never seen)'
        if member.beat.process and member.beat.process.is_stopped:
            return f'{name} (process {member.beat.process.number} is stopped)'
        if member.beat.condition is Condition.READY:
            return f'{name} ({idle})'
        if member.beat.condition is Condition.WAITING and member.seen is not None:
            return (f'{name} waits for {member.beat.what}, '
                    f'for {member.beat.lasted + now - member.seen:.0f} s')
        return f'{name} ({member.beat})'

    def _lives(self, name: str) -> bool:
        member = self._members[name]
        process = member.beat.process if member.beat else None
        return process is not None and process.state != '' and not process.has_ended


def run_of_process() -> str:
    """Make the id of a run of the process that starts it: no other one has it."""
    return hashlib.sha256(str(ProcessId.own()).encode()).hexdigest()[:8]


@cache
def _machine() -> str:
    try:
        boot = Path('/proc/sys/kernel/random/boot_id').read_text().strip()
        return f'{boot}/{os.readlink("/proc/self/ns/pid")}'
    except OSError:
        return f'unknown-{os.uname().nodename}'


def _stat(number: int) -> tuple[str, str]:
    """Read state and start of a process; an empty start when there is none, or /proc is closed."""
    try:
        text = Path(f'/proc/{number}/stat').read_text()
    except OSError:
        return 'X', ''
    fields = text[text.rindex(')') + 2:].split(' ')    # its name may hold anything
    return fields[0], fields[19]
