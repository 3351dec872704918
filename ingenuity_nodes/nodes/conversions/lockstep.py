# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Ticks, answers and heartbeats of the lockstep, as diagnostics.

A tick counts the messages of all participants, and each reads it: it has one value for each
vehicle, ``imu 12 radio/up 3``, so that a participant reads those of its own topics alone.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
import math

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from ingenuity_nodes.graph.lockstep import Answer, Foreign, Tick
from ingenuity_nodes.graph.roster import Condition, Heartbeat, ProcessId
from ingenuity_nodes.nodes.conversions.geometry import nanoseconds, stamp

CONDITION, WHAT, LASTED, PROCESS = 'condition', 'what', 'lasted [s]', 'process'    # keys
FOREIGN, CHANGES = 'foreign', 'changes'    # names of statuses
MOST_DIGITS = 15
CONDITIONS = {condition.value for condition in Condition}


def tick_message(tick: Tick) -> DiagnosticArray:
    """Write the world's announcement of a tick."""
    message = _message('/world', tick, tick.resumes, _grouped(tick.counts))
    if tick.changes:
        message.status.append(DiagnosticStatus(name=CHANGES, values=[
            KeyValue(key=name, value=repr(value)) for name, value in tick.changes.items()]))
    return message


def tick_from(message: DiagnosticArray, groups: Container[str] | None = None) -> Tick:
    """
    Read the world's announcement of a tick.

    Parameters
    ----------
    message
        The announcement.
    groups
        Whose counts to read, as of :func:`group_of`; of all if not given.

    Raises
    ------
    ValueError
        There is not one status in it, or a count is no number.

    """
    status, foreign, changes = _statuses(message, 'of the world')
    counts: dict[str, int] = {}
    for value in status.values:
        if groups is None or value.key in groups:
            words = value.value.split(' ')
            if len(words) % 2:
                raise ValueError(f"{value.key[:60]}: found '{value.value[:40]}', "
                                 'allowed: pairs of a topic and a count')
            counts.update((value.key + below, _count(value.key + below, number))
                          for below, number in zip(words[::2], words[1::2], strict=True))
    return Tick(nanoseconds(message.header.stamp), counts, status.hardware_id, foreign,
                status.message, changes)


def group_of(topic: str) -> str:
    """Return with which others the count of a topic is sent: those of its vehicle, mostly."""
    return topic[:topic.find('/', 1) + 1]


def _grouped(counts: Mapping[str, int]) -> list[KeyValue]:
    groups: dict[str, list[str]] = {}
    for topic, count in counts.items():
        group = group_of(topic)
        groups.setdefault(group, []).append(f'{topic[len(group):]} {count}')
    return [KeyValue(key=group, value=' '.join(texts)) for group, texts in groups.items()]


def answer_message(answer: Answer) -> DiagnosticArray:
    """Write a participant's answer to a tick."""
    return _message(answer.participant, answer, answer.verdict, [
        KeyValue(key=topic, value=str(count)) for topic, count in answer.counts.items()])


def answer_from(message: DiagnosticArray) -> Answer:
    """
    Read a participant's answer to a tick.

    Raises
    ------
    ValueError
        There is not one status in it, or a count is no number.

    """
    status, foreign, _ = _statuses(message, 'of the participant')
    counts = {value.key: _count(value.key, value.value) for value in status.values}
    for topic in counts:
        if ' ' in topic:    # which stands between topics and counts in a tick
            raise ValueError(f"found topic '{topic[:60]}', allowed: without spaces")
    return Answer(status.name, nanoseconds(message.header.stamp), counts, status.hardware_id,
                  status.message, foreign)


def heartbeat_message(beat: Heartbeat, t_ns: int) -> DiagnosticArray:
    """Write a heartbeat; a monitor of diagnostics shows it, too."""
    message = DiagnosticArray()
    message.header.stamp = stamp(t_ns)
    good = beat.condition in (Condition.READY, Condition.GONE)
    message.status = [DiagnosticStatus(
        level=DiagnosticStatus.OK if good else DiagnosticStatus.WARN, name=beat.name,
        message=str(beat), hardware_id=beat.run, values=[
            KeyValue(key=CONDITION, value=beat.condition.value),
            KeyValue(key=WHAT, value=beat.what),
            KeyValue(key=LASTED, value=f'{beat.lasted:.1f}'),
            KeyValue(key=PROCESS, value=str(beat.process or ''))])]
    return message


def heartbeats_from(message: DiagnosticArray) -> Iterator[Heartbeat]:
    """Read the heartbeats among some diagnostics; others are left out."""
    for status in message.status:
        values = {value.key: value.value for value in status.values}
        if values.get(CONDITION) in CONDITIONS:
            yield Heartbeat(status.name, Condition(values[CONDITION]), values.get(WHAT, ''),
                            ProcessId.parse(values.get(PROCESS, '')),
                            _seconds(values.get(LASTED, '')), status.hardware_id)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        return 0.0
    return seconds if math.isfinite(seconds) else 0.0


def _message(
    name: str, about: Tick | Answer, text: str, values: Sequence[KeyValue],
) -> DiagnosticArray:
    message = DiagnosticArray()
    message.header.stamp = stamp(about.t_ns)
    message.status = [DiagnosticStatus(name=name, message=text, hardware_id=about.run,
                                       values=values)]
    if about.foreign:
        message.status.append(DiagnosticStatus(name=FOREIGN, values=[
            KeyValue(key=topic, value=f'{found.taken} {found.refused}')
            for topic, found in about.foreign.items()]))
    return message


def _statuses(
    message: DiagnosticArray, whose: str,
) -> tuple[DiagnosticStatus, dict[str, Foreign], dict[str, float]]:
    """Split into the status that counts, what was foreign, and what was changed."""
    more = {status.name: status.values for status in message.status[1:]}
    if len(message.status) != len(more) + 1 or not more.keys() <= {FOREIGN, CHANGES}:
        raise ValueError(f'found {len(message.status)} statuses, allowed: one, {whose}, and one '
                         f'each named {FOREIGN} and {CHANGES}')
    foreign = {}
    for value in more.get(FOREIGN, ()):
        numbers = value.value.split(' ')
        if len(numbers) != 2:
            raise ValueError(f"{value.key[:60]}: found '{value.value[:40]}', "
                             'allowed: taken and refused')
        foreign[value.key] = Foreign(*(_count(value.key, number) for number in numbers))
    changes = {value.key: _number(value.key, value.value) for value in more.get(CHANGES, ())}
    return message.status[0], foreign, changes


def _number(key: str, text: str) -> float:
    try:
        number = float(text[:40])
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{key[:60]}: found '{text[:40]}', allowed: a finite number")
    return number


def _count(key: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        raise ValueError(f"{key[:60]}: found '{text[:40]}', allowed: a whole number from 0 of up "
                         f'to {MOST_DIGITS} digits')
    return int(text)
