# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Repair a truncated bag: its recorder was killed, the disk was full, the power failed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
import struct
from typing import BinaryIO

from ingenuity_nodes.recording.bag.storage import BagStorage, WholeChunk
from ingenuity_nodes.recording.bag.writer import BagFormat, TYPES
from ingenuity_nodes.recording.errors import RecordingError
from mcap.data_stream import ReadDataStream
from mcap.exceptions import McapError
from mcap.opcode import Opcode
from mcap.records import Channel, Chunk, Header, Schema
from mcap.stream_reader import get_chunk_data_stream
from rosbags.interfaces import (
    Connection, ConnectionExtRosbag2, MessageDefinition, MessageDefinitionFormat)
from rosbags.rosbag2 import Reader
from rosbags.rosbag2.metadata import parse_qos
from rosbags.rosbag2.storage_mcap import Channel as StorageChannel
from rosbags.rosbag2.storage_mcap import Schema as StorageSchema
from rosbags.rosbag2.storage_mcap import write_string

MAGIC = b'\x89MCAP0\r\n'
QOS_KEY = 'offered_qos_profiles'


@dataclass(frozen=True)
class Record:
    """One complete record of a file or a chunk."""

    opcode: int
    start: int      # offset in the file
    body: bytes

    @property
    def end(self) -> int:
        """Return the offset of the next one: after the opcode, the length and the body."""
        return self.start + 9 + len(self.body)

    @property
    def stream(self) -> ReadDataStream:
        """Return the body as a stream for the MCAP library."""
        return ReadDataStream(BytesIO(self.body))


@dataclass
class Salvage:
    """What is intact in a truncated file."""

    header_end: int
    schemas: dict[int, Schema] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    chunks: list[WholeChunk] = field(default_factory=list)


def bag_file(folder: Path) -> Path:
    """
    Name the file inside a bag folder.

    Raises
    ------
    RecordingError
        There is no bag.

    """
    path = folder / f'{folder.resolve().name}_0.mcap'
    if not path.is_file():
        raise RecordingError(f'{folder}: no bag there, expected {path.name} in it')
    return path


def is_whole(folder: Path) -> bool:
    """Return whether every reader can open the bag as it is."""
    return not flaw(folder)


def flaw(folder: Path) -> str:
    """Return why readers cannot open a bag as it is, '' if they can."""
    try:
        reader = Reader(folder)
        reader.open()
        reader.close()
    except Exception as error:    # a file of a stranger, and whatever its readers trip over
        return ' '.join(str(error).split())[:200] or type(error).__name__
    return ''


def repair(folder: Path) -> int:
    """
    Repair a truncated bag in place: nothing that is intact is moved or copied.

    What follows the last complete chunk is removed, the index and ``metadata.yaml`` are written
    again. If killed, it can be run again. A complete bag is left alone.

    Returns
    -------
    int
        How many messages are in the bag.

    Raises
    ------
    RecordingError
        No bag, not ours, still being recorded, or the folder cannot be written.

    """
    path = bag_file(folder)
    if not is_whole(folder):
        try:
            with path.open('rb') as file:
                salvage = scan(path, file)
            _finish(folder, path, salvage)
        except BlockingIOError as error:
            raise RecordingError(f'{path}: is still being recorded') from error
        except OSError as error:
            raise RecordingError(f'{path}: cannot be repaired: {error.strerror}') from error
    reader = Reader(folder)
    reader.open()
    try:
        return reader.message_count
    finally:
        reader.close()


def whole_records(file: BinaryIO, start: int) -> Iterator[Record]:
    """Read complete records from ``start`` on, up to where the file breaks off."""
    file.seek(start)
    known = {int(opcode) for opcode in Opcode}
    while len(head := file.read(9)) == 9 and head[0] in known:
        size = int.from_bytes(head[1:], 'little')
        record = Record(head[0], start, file.read(size))
        if len(record.body) != size:
            return
        yield record
        start = record.end


def chunk_records(record: Record) -> Iterator[Record]:
    """Read the records inside a chunk."""
    stream, size = get_chunk_data_stream(Chunk.read(record.stream))
    return whole_records(BytesIO(stream.read(size)), 0)


def scan(path: Path, file: BinaryIO) -> Salvage:
    """Find the complete chunks of a file that :class:`BagStorage` has written."""
    if file.read(len(MAGIC)) != MAGIC:
        raise RecordingError(f'{path}: not an MCAP file')
    records = whole_records(file, len(MAGIC))
    first = next(records, None)
    if first is None or not _is_ours(first):
        raise RecordingError(
            f'{path}: not from this recorder, try: ros2 bag reindex -s mcap {path.parent}')
    salvage = Salvage(first.end)
    for record in records:
        if record.opcode == Opcode.CHUNK:
            salvage.chunks.append(_whole_chunk(record, salvage))
        elif record.opcode == Opcode.MESSAGE_INDEX:
            _note_index(salvage.chunks[-1], record)
        else:
            break    # the summary, which is written again
    return salvage


def _is_ours(first: Record) -> bool:
    return (first.opcode == Opcode.HEADER
            and Header.read(first.stream).library.startswith('rosbags'))


def _whole_chunk(record: Record, salvage: Salvage) -> WholeChunk:
    chunk = Chunk.read(record.stream)
    messages: dict[int, list[tuple[int, int]]] = {}
    for inner in chunk_records(record):
        if inner.opcode == Opcode.SCHEMA:
            schema = Schema.read(inner.stream)
            salvage.schemas[schema.id] = schema
        elif inner.opcode == Opcode.CHANNEL:
            channel = Channel.read(inner.stream)
            salvage.channels[channel.id] = channel
        elif inner.opcode == Opcode.MESSAGE:
            number, _, t_ns = struct.unpack_from('<HIQ', inner.body)
            messages.setdefault(number, []).append((t_ns, inner.start))
    times = (chunk.message_start_time, chunk.message_end_time)
    return WholeChunk(
        record.start, record.end - record.start, times,
        chunk.compression, len(chunk.data), chunk.uncompressed_size, messages)


def _note_index(chunk: WholeChunk, record: Record) -> None:
    (channel,) = struct.unpack_from('<H', record.body)
    chunk.index[channel] = (record.start, record.end)


def _finish(folder: Path, path: Path, salvage: Salvage) -> None:
    storage = BagStorage.resume(path, salvage.header_end, salvage.chunks)
    # The writer insists on a folder that does not exist; it gets the real one afterwards.
    writer = BagFormat(folder / 'unmade')
    writer.path, writer.metapath, writer.storage = folder, folder / 'metadata.yaml', storage
    for schema in salvage.schemas.values():
        storage.schemas.append(
            StorageSchema(schema.id, schema.name, schema.encoding, schema.data.decode()))
    for channel in salvage.channels.values():
        schema = salvage.schemas[channel.schema_id]
        writer.connections.append(_connection(channel, schema, writer))
        storage.channels.append(StorageChannel(
            channel.id, schema.name, channel.topic, channel.message_encoding, _metadata(channel)))
        writer.counts[channel.id] = storage.channel_stats.setdefault(channel.id, 0)
    writer.min_timestamp = storage.message_start_time
    writer.max_timestamp = storage.message_end_time
    try:
        writer.close()
    except (OSError, McapError):
        writer.abort()
        raise


def _connection(channel: Channel, schema: Schema, writer: BagFormat) -> Connection:
    kind = MessageDefinitionFormat.MSG if schema.encoding == 'ros2msg' else \
        MessageDefinitionFormat.IDL
    offered = parse_qos(channel.metadata.get(QOS_KEY, ''))
    return Connection(
        channel.id, channel.topic, schema.name, MessageDefinition(kind, schema.data.decode()),
        TYPES.hash_rihs01(schema.name), 0,
        ConnectionExtRosbag2(channel.message_encoding, offered), writer)


def _metadata(channel: Channel) -> bytes:
    packed = BytesIO()
    for key, value in channel.metadata.items():
        write_string(packed, key)
        write_string(packed, value)
    return packed.getvalue()
