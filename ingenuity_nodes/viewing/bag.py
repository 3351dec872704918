# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A run in a bag as a Rerun recording."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from ingenuity_nodes.recording.bag.reader import BagMessage, messages, topics
from ingenuity_nodes.recording.errors import RecordingError
from ingenuity_nodes.viewing.reader import Reader
import rerun as rr
import rerun.blueprint as rrb


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
    reader = Reader(recording, report_line)
    wanted = [one.topic for one in topics(bag) if reader.shows(one.topic)]
    if not wanted:
        raise RecordingError(f'{bag}: found no topic of a flight, such as .../odometry')
    for message in _in_order(bag, wanted):
        reader.take(message)
    return reader.blueprint


def _in_order(bag: Path, wanted: list[str]) -> Iterator[BagMessage]:
    """Give the shapes of the robots first: what turns on them may have been recorded before."""
    shapes = [topic for topic in wanted if topic.endswith('/robot_description')]
    if shapes:
        yield from messages(bag, shapes)
    yield from messages(bag, [topic for topic in wanted if topic not in shapes])
