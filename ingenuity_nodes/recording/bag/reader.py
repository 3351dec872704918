# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Read bags, including truncated ones, without ROS."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from ingenuity_nodes.recording.bag.loose import loose_file, loose_messages, loose_topics
from ingenuity_nodes.recording.bag.repair import QOS_KEY
from ingenuity_nodes.recording.bag.writer import BagQos, TYPES
from mcap.records import Channel
from rosbags.interfaces import ConnectionExtRosbag2, Qos, QosDurability, QosReliability
from rosbags.rosbag2 import Reader
from rosbags.rosbag2.metadata import parse_qos

CLOCK = '/clock'    # topic of simulated time


@dataclass(frozen=True)
class BagTopic:
    """One topic of a bag."""

    topic: str
    type_name: str
    qos: BagQos
    count: int


@dataclass(frozen=True)
class BagMessage:
    """One message of a bag, as it went over the wire."""

    topic: str
    type_name: str
    t_ns: int
    cdr: bytes


def topics(folder: Path) -> tuple[BagTopic, ...]:
    """
    List what is in a bag.

    Raises
    ------
    RecordingError
        There is no bag in the folder, or none that can be read.

    """
    if (file := loose_file(folder)) is not None:
        return tuple(BagTopic(channel.topic, name, _qos(_offered(channel)), count)
                     for channel, name, count in loose_topics(file))
    with Reader(folder) as reader:
        return tuple(
            BagTopic(c.topic, c.msgtype,
                     _qos(cast(ConnectionExtRosbag2, c.ext).offered_qos_profiles), c.msgcount)
            for c in reader.connections)


def messages(folder: Path, only: Collection[str] = ()) -> Iterator[BagMessage]:
    """
    Iterate over a bag in time order; the file is never changed.

    A truncated bag is read as it is, in the order of writing, up to where it breaks off.

    Parameters
    ----------
    folder
        As given to the writer, or one file of a bag.
    only
        Topics wanted; empty for all.

    Raises
    ------
    RecordingError
        There is no bag in the folder.

    """
    if (file := loose_file(folder)) is not None:
        for channel, name, t_ns, cdr in loose_messages(file):
            if not only or channel.topic in only:
                yield BagMessage(channel.topic, name, t_ns, cdr)
        return
    with Reader(folder) as reader:
        wanted = [c for c in reader.connections if not only or c.topic in only]
        if wanted:
            for connection, t_ns, cdr in reader.messages(wanted):
                yield BagMessage(connection.topic, connection.msgtype, t_ns, cdr)


def decode(message: BagMessage) -> object:
    """Deserialise the bytes into an object with the fields of the ROS message."""
    return TYPES.deserialize_cdr(message.cdr, message.type_name)


def _offered(channel: Channel) -> list[Qos]:
    """Read the quality of service of a channel; that of a stranger may be anything."""
    try:
        return parse_qos(channel.metadata.get(QOS_KEY, ''))
    except Exception:    # of a YAML parser and of what it trips over
        return []


def _qos(offered: list[Qos]) -> BagQos:
    if not offered:
        return BagQos()
    profile = offered[0]
    return BagQos(profile.depth, profile.reliability == QosReliability.RELIABLE,
                  profile.durability == QosDurability.TRANSIENT_LOCAL)
