# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A bag as a Rerun recording."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from ingenuity_nodes.recording.bag.reader import BagMessage, decode, messages, topics
from ingenuity_nodes.recording.errors import RecordingError
from ingenuity_nodes.viewing.fields import pose_of
from ingenuity_nodes.viewing.layout import layout, name_lines
from ingenuity_nodes.viewing.scribe import Scribe
import rerun as rr
import rerun.blueprint as rrb

TRUTH = 'ground_truth/odometry'


def write_bag(
    bag: Path, recording: rr.RecordingStream, report_line: Callable[[str], None] = lambda _: None,
) -> rrb.Blueprint:
    """
    Write what a bag holds, and return how to lay it out.

    A message that is not of its type, or not as ours, is left out and named once for its topic.

    Raises
    ------
    RecordingError
        There is no bag, it is damaged, or none of its topics is shown.

    """
    scribe = Scribe(recording)
    wanted = [one.topic for one in topics(bag) if scribe.kind_of(one.topic)]
    if not wanted:
        raise RecordingError(f'{bag}: found no topic of a flight, such as .../odometry')
    starts: dict[str, tuple[float, ...]] = {}
    refused: set[str] = set()
    for message in _in_order(bag, wanted):
        if message.topic in refused:
            continue
        try:
            decoded = decode(message)
            scribe.take(message.topic, decoded)
        except (ValueError, AttributeError, KeyError, TypeError) as error:
            refused.add(message.topic)
            report_line(f'{message.topic}: left out: {str(error)[:120]}')
            continue
        if message.topic.endswith(TRUTH):
            name = message.topic.strip('/')[:-len(TRUTH) - 1]
            if name not in starts:
                starts[name] = tuple(pose_of(decoded.pose.pose).p)    # type: ignore[attr-defined]
    helicopters = scribe.helicopters
    name_lines(recording, helicopters)
    rovers = sorted(set(starts) - set(helicopters))
    return layout(helicopters, rovers, starts.get(helicopters[0], ()) if helicopters else ())


def _in_order(bag: Path, wanted: list[str]) -> Iterator[BagMessage]:
    """Give the shapes of the robots first: what turns on them may have been recorded before."""
    shapes = [topic for topic in wanted if topic.endswith('/robot_description')]
    if shapes:
        yield from messages(bag, shapes)
    yield from messages(bag, [topic for topic in wanted if topic not in shapes])
