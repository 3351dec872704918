# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Lockstep: nobody's clock runs ahead, and what everybody receives is the same in every run.

Time goes in ticks, as in a bulk-synchronous program. The world announces a tick with the number
of messages that had been published on each counted topic; a participant holds incoming messages
until it has that many, takes exactly these, works, publishes, and answers with its own counts.
So a message sent in one tick arrives in the next, however the network shuffles deliveries.

Where several participants publish on one topic, each counts its own messages under the topic and
its name (:func:`counted_name`): counted together, a message that one sent early would pass for one
of another that is late.

Others may publish on counted topics, too (``ros2 topic pub``). Nobody counts what they send: it is
received when it has lain for a whole tick, and such a run cannot be repeated to the last bit.
Everybody tells with its answer how many of these it took and how many it refused.

Ticks and answers carry the id of their run: those of another one are refused.

A participant whose process is started again has lost what it knew. Where the run can do with that,
the world announces the tick for which it waits once more, to it alone, with what all others have
sent by then: all of that is lost, the participant goes on with what comes after it.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ingenuity_nodes.timing import SECOND_NS, TICK_NS


RESUMED = 'resumed'    # among what is foreign, in place of a topic
NEAR_NS = 2 * TICK_NS    # nobody is more than a tick ahead, and an estimate a tick old


class ForeignMessageError(ValueError):
    """
    A message that none of this run sent.

    ``kind`` names what gives it away; of each kind, one is logged.
    """

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


class Foreign(NamedTuple):
    """How many messages on a topic came from outside the run."""

    taken: int = 0      # a participant received them: the run cannot be repeated
    refused: int = 0


def repeatability(foreign: Mapping[str, Foreign]) -> dict[str, int | bool]:
    """Return for ``result.json`` how many foreign messages there were, and what follows."""
    return {'foreign_messages': sum(
        sum(found) for topic, found in foreign.items() if topic != RESUMED),
            'repeatable': not any(found.taken for found in foreign.values())}


def counted_name(topic: str, source: str) -> str:
    """Return under which name messages are counted of a topic with several publishers."""
    return f'{topic}#{source}'


@dataclass(frozen=True)
class Tick:
    """The world's announcement."""

    t_ns: int
    counts: Mapping[str, int]    # messages published so far, by counted topic
    run: str = ''                # id of the run
    foreign: Mapping[str, Foreign] = field(default_factory=dict)    # so far, by topic
    resumes: str = ''            # for this participant alone, which has been started again
    # Conditions that hold from this tick on, of all that were changed in flight, by name.
    changes: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """A participant has done its work for a tick."""

    participant: str
    t_ns: int
    counts: Mapping[str, int]
    run: str = ''        # that of the tick
    verdict: str = ''    # of mission control: 'ended: ...' or 'failed: ...' when the run is over
    foreign: Mapping[str, Foreign] = field(default_factory=dict)    # so far, by topic


def check_next(tick: Tick, run: str, last_ns: int) -> None:
    """
    Check that a tick is of this run and follows the last one.

    Raises
    ------
    ForeignMessageError
        It is not.

    """
    if tick.run != run:
        raise ForeignMessageError('run', f"found a tick of run '{tick.run[:40]}', "
                                         f"allowed: '{run}'")
    if tick.t_ns != last_ns + TICK_NS:
        raise ForeignMessageError(
            'time', f'found a tick at {tick.t_ns / SECOND_NS:.2f} s after that at '
            f'{last_ns / SECOND_NS:.2f} s, allowed: {(last_ns + TICK_NS) / SECOND_NS:.2f} s')


def check_time(t_ns: int, last_ns: int) -> None:
    """
    Check that a message can be of a tick next to the last one.

    Raises
    ------
    ForeignMessageError
        It is of another time.

    """
    if abs(t_ns - last_ns) > NEAR_NS:
        raise ForeignMessageError(
            'time', f'found a message of {t_ns / SECOND_NS:.2f} s at {last_ns / SECOND_NS:.2f} s, '
            f'allowed: up to {NEAR_NS / SECOND_NS:g} s before or after')


class Barrier:
    """The world's side: collects answers until every participant has given one."""

    def __init__(self, participants: Iterable[str], run: str = '') -> None:
        self._participants, self._run = tuple(participants), run
        self._waiting: set[str] = set()
        self._t_ns = 0
        self._counts: dict[str, Mapping[str, int]] = {}         # by participant
        self._foreign: dict[str, Mapping[str, Foreign]] = {}    # by participant
        self._before: dict[str, Mapping[str, int]] = {}    # counts of who was started again
        self._changes: dict[str, float] = {}               # conditions, by name

    @property
    def waiting(self) -> tuple[str, ...]:
        """Participants that have not answered the last tick, in the order they were named."""
        return tuple(name for name in self._participants if name in self._waiting)

    def next_tick(self, t_ns: int) -> Tick:
        """
        Announce the next tick.

        Raises
        ------
        RuntimeError
            Somebody still works on the last one.

        """
        if self._waiting:
            raise RuntimeError(f'tick {t_ns} ns: no answer yet from {", ".join(self.waiting)}')
        self._t_ns = t_ns
        self._waiting = set(self._participants)
        return self._tick()

    def _tick(self, resumes: str = '') -> Tick:
        total: Counter[str] = Counter()
        for counts in self._counts.values():
            total.update(counts)
        return Tick(self._t_ns, dict(total), self._run, _most(self._foreign.values()), resumes,
                    dict(self._changes))

    def change(self, changes: Mapping[str, float]) -> None:
        """Announce changed conditions with the next tick, and all that follow."""
        self._changes.update(changes)

    def resume(self, participant: str) -> Tick:
        """
        Announce the last tick to a participant that was started again, and counts from nothing.

        Raises
        ------
        RuntimeError
            Others work on the tick, or this one has answered it.

        """
        if self.waiting != (participant,):
            raise RuntimeError(f'{participant} cannot resume: waited for is '
                               f'{", ".join(self.waiting) or "nobody"}')
        self._before[participant] = self._counts.get(participant, {})
        self._foreign[RESUMED] = {RESUMED: Foreign(taken=1)}
        return self._tick(participant)

    def take(self, answer: Answer) -> bool:
        """
        Take one answer; true if it was the last one missing.

        Raises
        ------
        ForeignMessageError
            It is not an answer to the last tick, or nobody waits for it.

        """
        if answer.run != self._run:
            raise ForeignMessageError(
                'run', f"found an answer of {answer.participant[:60]} in run '{answer.run[:40]}', "
                       f"allowed: '{self._run}'")
        if answer.t_ns != self._t_ns or answer.participant not in self._waiting:
            raise ForeignMessageError(
                'answer', f'found an answer of {answer.participant[:60]} to the tick at '
                f'{answer.t_ns / SECOND_NS:.2f} s, allowed: one answer to that at '
                f'{self._t_ns / SECOND_NS:.2f} s from {", ".join(self.waiting) or "nobody"}')
        self._waiting.discard(answer.participant)
        before = self._before.get(answer.participant)
        self._counts[answer.participant] = (
            Counter(answer.counts) + Counter(before) if before else answer.counts)
        if answer.foreign:
            self._foreign[answer.participant] = dict(answer.foreign)
        return not self._waiting

    def saw_foreign(self, name: str, foreign: Mapping[str, Foreign]) -> None:
        """Note what somebody took or refused who gives no answers: the world."""
        self._foreign[name] = foreign

    def excuse(self, participant: str) -> bool:
        """Go on without one participant; true if it was the last one missing."""
        self._participants = tuple(name for name in self._participants if name != participant)
        was_waiting = bool(self._waiting)
        self._waiting.discard(participant)
        return was_waiting and not self._waiting


def _most(by_participant: Iterable[Mapping[str, Foreign]]) -> dict[str, Foreign]:
    """Merge what several saw of a topic: the same messages reached all of them."""
    merged: dict[str, Foreign] = {}
    for seen in by_participant:
        for topic, found in seen.items():
            before = merged.get(topic, Foreign())
            merged[topic] = Foreign(*map(max, before, found))
    return merged


@dataclass
class _Queue:
    messages: deque[Any] = field(default_factory=deque)
    lost: int = 0        # of those still to come, the first ones
    dropped: int = 0     # before the first tick
    received: int = 0    # without those of nobody's count
    taken: int = 0
    early: int = 0       # left over at the last tick


class Mailbox:
    """A participant's side: holds messages until the tick to which they belong."""

    def __init__(self, topics: Iterable[str]) -> None:
        self._queues = {topic: _Queue() for topic in topics}
        self.foreign: Counter[str] = Counter()    # of nobody's count, by topic

    def put(self, topic: str, message: Any) -> None:
        """Hold one message."""
        queue = self._queues[topic]
        if queue.lost > 0:
            queue.lost -= 1
            return
        queue.messages.append(message)
        queue.received += 1

    def drop(self, topic: str) -> None:
        """Count a message that came before the first tick and is not kept."""
        self._queues[topic].dropped += 1

    def loses(self, topic: str) -> bool:
        """Return whether the next message is lost to who was started again."""
        return self._queues[topic].lost > 0

    def is_new(self, topic: str) -> None:
        """Note that the next message was sent after the tick with which this one resumed."""
        self._queues[topic].lost = 0

    def resume(self, tick: Tick, kept: int) -> None:
        """
        Begin with what is sent after all that a tick counts.

        Of each sender's messages, the last ``kept`` are delivered to who comes late: these are
        dropped, those that are here and those still to come.
        """
        for topic, queue in self._queues.items():
            count = tick.counts.get(topic, 0)
            queue.lost = max(0, min(count, kept) - queue.received - queue.dropped)
            queue.messages.clear()
            queue.received = queue.taken = count

    def missing(self, tick: Tick) -> list[str]:
        """Name the topics on which messages of earlier ticks are still under way."""
        return [topic for topic, queue in self._queues.items()
                if queue.received < tick.counts.get(topic, 0)]

    def take(self, tick: Tick) -> dict[str, list[Any]]:
        """Hand out what was published before the tick, and keep what is already from after it."""
        taken: dict[str, list[Any]] = {}
        for topic, queue in self._queues.items():
            due = max(tick.counts.get(topic, 0) - queue.taken, 0)
            # What a participant sent before the last tick is counted by now; the rest is not its.
            foreign = max(queue.early - due, 0)
            taken[topic] = [queue.messages.popleft() for _ in range(due + foreign)]
            queue.taken += due
            queue.received -= foreign
            if foreign:
                self.foreign[topic.partition('#')[0]] += foreign
            queue.early = len(queue.messages)
        return taken
