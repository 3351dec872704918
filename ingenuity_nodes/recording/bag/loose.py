# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Read MCAP files record by record: truncated ones, those without summary, those of others.

The order is that of writing; reading ends where the file breaks off.
"""

from __future__ import annotations

from collections.abc import Iterator
import os
from pathlib import Path
import struct

from ingenuity_nodes.recording.bag.chunks import (
    chunk_records, ChunkError, MAGIC, Record, whole_records)
from ingenuity_nodes.recording.bag.repair import flaw
from ingenuity_nodes.recording.errors import RecordingError
from mcap.opcode import Opcode
from mcap.records import Channel, Schema

ENCODING = 'cdr'    # of messages of ROS 2


def loose_file(bag: Path) -> Path | None:
    """
    Name the file to read record by record; None: every reader can open the bag as it is.

    Raises
    ------
    RecordingError
        There is no bag, or none that can be read; the text has the reader's own reason.

    """
    if bag.is_file():
        return bag
    reason = flaw(bag)
    if not reason:
        return None
    ours = bag / f'{bag.resolve().name}_0.mcap'
    files = [ours] if ours.is_file() else sorted(bag.glob('*.mcap'))
    if ours.is_file() or (len(files) == 1 and not (bag / 'metadata.yaml').is_file()):
        return files[0]
    more = f'; its file alone can be read: {files[0]}' if len(files) == 1 else ''
    raise RecordingError(f'{bag}: no bag there that can be read: {reason}{more}')


def loose_topics(path: Path) -> list[tuple[Channel, str, int]]:
    """
    List channels, names of types and numbers of messages.

    Raises
    ------
    RecordingError
        Not an MCAP file, damaged, or its messages are not those of ROS 2.

    """
    channels: dict[int, tuple[Channel, str]] = {}
    counts: dict[int, int] = {}
    for channel, _, _, _ in _messages(path, channels):
        counts[channel.id] = counts.get(channel.id, 0) + 1
    return [(channel, name, counts.get(number, 0))
            for number, (channel, name) in channels.items()]


def loose_messages(path: Path) -> Iterator[tuple[Channel, str, int, bytes]]:
    """
    Iterate over channel, name of the type, time [ns] and bytes of each message.

    Raises
    ------
    RecordingError
        As :func:`loose_topics`.

    """
    return _messages(path, {})


def _messages(
    path: Path, channels: dict[int, tuple[Channel, str]],
) -> Iterator[tuple[Channel, str, int, bytes]]:
    schemas: dict[int, str] = {}
    try:
        for record in _records(path):
            if record.opcode == Opcode.SCHEMA:
                schema = Schema.read(record.stream)
                schemas[schema.id] = schema.name
            elif record.opcode == Opcode.CHANNEL:
                channel = Channel.read(record.stream)
                if channel.message_encoding != ENCODING:
                    raise RecordingError(
                        f'{path}: {channel.topic[:80]} is encoded as '
                        f"'{channel.message_encoding[:20]}', allowed: '{ENCODING}' of ROS 2")
                channels[channel.id] = channel, schemas[channel.schema_id]
            elif record.opcode == Opcode.MESSAGE:
                number, _, t_ns, _ = struct.unpack_from('<HIQQ', record.body)
                yield *channels[number], t_ns, record.body[22:]
    except RecordingError:
        raise
    except KeyError as error:
        raise RecordingError(f'{path}: damaged: nothing is numbered {error}') from error
    except Exception as error:    # of decompression, text and number formats
        raise RecordingError(f'{path}: damaged: {str(error)[:120]}') from error


def breaks_off(path: Path) -> bool:
    """Return whether a file has no end, as one whose recorder was killed."""
    with path.open('rb') as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - len(MAGIC)))
        return file.read() != MAGIC


def _records(path: Path) -> Iterator[Record]:
    """Read the records of a file up to its summary, those in chunks, too."""
    with path.open('rb') as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise RecordingError(f'{path}: not an MCAP file')
        end = len(MAGIC)
        for record in whole_records(file, end):
            if record.opcode == Opcode.CHUNK:
                yield from chunk_records(record)
            elif record.opcode in (Opcode.DATA_END, Opcode.FOOTER):
                return
            else:
                yield record
            end = record.end
    if not breaks_off(path):
        raise ChunkError(f'what begins at byte {end} is no record')
