# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Read bags, including truncated ones, without ROS."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from ingenuity_nodes.recording.bag.images import (
    COMPRESSED_IMAGE, IMAGE, ImageError, SUFFIX, unpacked)
from ingenuity_nodes.recording.bag.loose import (
    breaks_off, loose_file, loose_messages, loose_topics)
from ingenuity_nodes.recording.bag.repair import flaw, QOS_KEY
from ingenuity_nodes.recording.bag.typestore import TYPES
from ingenuity_nodes.recording.bag.writer import BagQos
from ingenuity_nodes.recording.errors import RecordingError
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
    List what is in a bag; packed images as those that were recorded.

    Raises
    ------
    RecordingError
        There is no bag in the folder, or none that can be read.

    """
    if (file := loose_file(folder)) is not None:
        found = [BagTopic(channel.topic, name, _qos(_offered(channel)), count)
                 for channel, name, count in loose_topics(file)]
    else:
        with Reader(folder) as reader:
            found = [BagTopic(
                c.topic, c.msgtype,
                _qos(cast(ConnectionExtRosbag2, c.ext).offered_qos_profiles), c.msgcount)
                for c in reader.connections]
    return tuple(replace(topic, topic=_recorded_topic(topic.topic), type_name=IMAGE)
                 if _is_packed(topic.topic, topic.type_name) else topic for topic in found)


def messages(folder: Path, only: Collection[str] = ()) -> Iterator[BagMessage]:
    """
    Iterate over a bag in time order, with the bytes that were recorded; it is never changed.

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
        There is no bag in the folder, or it is damaged.

    """
    wanted = {*only, *(f'{topic}{SUFFIX}' for topic in only)}
    for message in _stored(folder, wanted):
        if not _is_packed(message.topic, message.type_name):
            yield message
            continue
        try:
            cdr = unpacked(message.cdr)
        except ImageError as error:
            raise RecordingError(f'{folder}: damaged: {message.topic}: {error}') from error
        yield BagMessage(_recorded_topic(message.topic), IMAGE, message.t_ns, cdr)


def damage(folder: Path) -> str:
    """Return what is wrong with a bag of which only a part can be read, '' if nothing."""
    if folder.is_file():
        return 'it breaks off' if breaks_off(folder) else ''
    return '' if (file := loose_file(folder)) is None else flaw(folder) or f'only {file.name}'


def _stored(folder: Path, wanted: Collection[str]) -> Iterator[BagMessage]:
    """Iterate over what is in the file."""
    if (file := loose_file(folder)) is not None:
        for channel, name, t_ns, cdr in loose_messages(file):
            if not wanted or channel.topic in wanted:
                yield BagMessage(channel.topic, name, t_ns, cdr)
        return
    with Reader(folder) as reader:
        chosen = [c for c in reader.connections if not wanted or c.topic in wanted]
        if not chosen:
            return
        found = reader.messages(chosen)
        while True:
            try:
                connection, t_ns, cdr = next(found)
            except StopIteration:
                return
            except Exception as error:    # of a file of a stranger, whatever its reader trips over
                raise RecordingError(
                    f'{folder}: damaged: {" ".join(str(error).split())[:160]}; what is intact is '
                    f'kept by: ingenuity repair {folder}') from error
            yield BagMessage(connection.topic, connection.msgtype, t_ns, cdr)


def _is_packed(topic: str, type_name: str) -> bool:
    return type_name == COMPRESSED_IMAGE and topic.endswith(SUFFIX)


def _recorded_topic(topic: str) -> str:
    return topic.removesuffix(SUFFIX)


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
