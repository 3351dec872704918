# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Ticks, answers and heartbeats of the lockstep, as diagnostics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
import math

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from ingenuity_nodes.graph.lockstep import Answer, Tick
from ingenuity_nodes.graph.roster import Condition, Heartbeat, ProcessId
from ingenuity_nodes.nodes.conversions.geometry import nanoseconds, stamp

CONDITION, WHAT, LASTED, PROCESS = 'condition', 'what', 'lasted [s]', 'process'    # keys
CONDITIONS = {condition.value for condition in Condition}


def tick_message(tick: Tick) -> DiagnosticArray:
    """Write the world's announcement of a tick."""
    return _counts_message('/world', tick.t_ns, tick.counts)


def tick_from(message: DiagnosticArray) -> Tick:
    """Read the world's announcement of a tick."""
    return Tick(nanoseconds(message.header.stamp), _counts_from(message))


def answer_message(answer: Answer) -> DiagnosticArray:
    """Write a participant's answer to a tick."""
    return _counts_message(answer.participant, answer.t_ns, answer.counts)


def answer_from(message: DiagnosticArray) -> Answer:
    """
    Read a participant's answer to a tick.

    Raises
    ------
    ValueError
        There is not exactly one status in it, or a count is no number.

    """
    if len(message.status) != 1:
        raise ValueError(f'found {len(message.status)} statuses, allowed: one, of the participant')
    return Answer(message.status[0].name, nanoseconds(message.header.stamp), _counts_from(message))


def heartbeat_message(beat: Heartbeat, t_ns: int) -> DiagnosticArray:
    """Write a heartbeat; a monitor of diagnostics shows it, too."""
    message = DiagnosticArray()
    message.header.stamp = stamp(t_ns)
    good = beat.condition in (Condition.READY, Condition.GONE)
    message.status = [DiagnosticStatus(
        level=DiagnosticStatus.OK if good else DiagnosticStatus.WARN, name=beat.name,
        message=str(beat), values=[
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
                            _seconds(values.get(LASTED, '')))


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        return 0.0
    return seconds if math.isfinite(seconds) else 0.0


def _counts_message(name: str, t_ns: int, counts: Mapping[str, int]) -> DiagnosticArray:
    message = DiagnosticArray()
    message.header.stamp = stamp(t_ns)
    message.status = [DiagnosticStatus(name=name, values=[
        KeyValue(key=topic, value=str(count)) for topic, count in counts.items()])]
    return message


def _counts_from(message: DiagnosticArray) -> dict[str, int]:
    return {value.key: int(value.value) for status in message.status for value in status.values}
