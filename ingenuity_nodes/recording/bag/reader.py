# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Read bags, including truncated ones, without ROS."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
import struct
from typing import cast

from ingenuity_nodes.recording.bag.repair import (
    bag_file, chunk_records, is_whole, MAGIC, QOS_KEY, scan, whole_records)
from ingenuity_nodes.recording.bag.writer import BagQos, TYPES
from mcap.opcode import Opcode
from mcap.records import Channel, Schema
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
        There is no bag in the folder.

    """
    if not is_whole(folder):
        return _truncated_topics(bag_file(folder))
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
        As given to the writer.
    only
        Topics wanted; empty for all.

    Raises
    ------
    RecordingError
        There is no bag in the folder.

    """
    if not is_whole(folder):
        yield from _truncated_messages(bag_file(folder), only)
        return
    with Reader(folder) as reader:
        wanted = [c for c in reader.connections if not only or c.topic in only]
        if wanted:
            for connection, t_ns, cdr in reader.messages(wanted):
                yield BagMessage(connection.topic, connection.msgtype, t_ns, cdr)


def decode(message: BagMessage) -> object:
    """Deserialise the bytes into an object with the fields of the ROS message."""
    return TYPES.deserialize_cdr(message.cdr, message.type_name)


def _truncated_messages(path: Path, only: Collection[str]) -> Iterator[BagMessage]:
    schemas: dict[int, Schema] = {}
    channels: dict[int, Channel] = {}
    with path.open('rb') as file:
        for record in whole_records(file, len(MAGIC)):
            for inner in chunk_records(record) if record.opcode == Opcode.CHUNK else ():
                if inner.opcode == Opcode.SCHEMA:
                    schema = Schema.read(inner.stream)
                    schemas[schema.id] = schema
                elif inner.opcode == Opcode.CHANNEL:
                    channel = Channel.read(inner.stream)
                    channels[channel.id] = channel
                elif inner.opcode == Opcode.MESSAGE:
                    number, _, t_ns, _ = struct.unpack_from('<HIQQ', inner.body)
                    channel = channels[number]
                    if not only or channel.topic in only:
                        name = schemas[channel.schema_id].name
                        yield BagMessage(channel.topic, name, t_ns, inner.body[22:])


def _truncated_topics(path: Path) -> tuple[BagTopic, ...]:
    with path.open('rb') as file:
        salvage = scan(path, file)
    counts = {number: sum(len(chunk.messages.get(number, ())) for chunk in salvage.chunks)
              for number in salvage.channels}
    return tuple(
        BagTopic(channel.topic, salvage.schemas[channel.schema_id].name,
                 _qos(parse_qos(channel.metadata.get(QOS_KEY, ''))), counts[number])
        for number, channel in salvage.channels.items())


def _qos(offered: list[Qos]) -> BagQos:
    if not offered:
        return BagQos()
    profile = offered[0]
    return BagQos(profile.depth, profile.reliability == QosReliability.RELIABLE,
                  profile.durability == QosDurability.TRANSIENT_LOCAL)
