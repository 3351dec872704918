# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Repair a bag: its recorder was killed, the disk was full, the power failed, bits were flipped.

A damaged chunk becomes a record of a type that all readers skip; nothing that is intact moves.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
import mmap
import os
from pathlib import Path
import struct
from typing import BinaryIO

from ingenuity_nodes.recording.bag.chunks import (
    chunk_records, ChunkError, HEAD, LARGEST_CHUNK, MAGIC, PRIVATE, Record, whole_records, ZSTD)
from ingenuity_nodes.recording.bag.storage import BagStorage, WholeChunk
from ingenuity_nodes.recording.bag.typestore import TYPES
from ingenuity_nodes.recording.bag.writer import BagFormat
from ingenuity_nodes.recording.errors import RecordingError
from mcap.exceptions import McapError
from mcap.opcode import Opcode
from mcap.records import Channel, Chunk, Header, Schema
from rosbags.interfaces import (
    Connection, ConnectionExtRosbag2, MessageDefinition, MessageDefinitionFormat)
from rosbags.rosbag2 import Reader
from rosbags.rosbag2.metadata import parse_qos
from rosbags.rosbag2.storage_mcap import Channel as StorageChannel
from rosbags.rosbag2.storage_mcap import Schema as StorageSchema
from rosbags.rosbag2.storage_mcap import write_string

QOS_KEY = 'offered_qos_profiles'
# The name of the compression in a chunk, which its 8 + 8 + 8 + 4 bytes of fixed size precede.
_NAME, _BEFORE_NAME = struct.pack('<I', len(ZSTD)) + ZSTD.encode(), HEAD + 28
_FOOTER = HEAD + 20 + len(MAGIC)    # bytes at the end of a file
# Of bytes that are no record; a length of 2^63 is an overflow.
_DAMAGE = (ChunkError, McapError, ValueError, OverflowError, struct.error)


@dataclass
class Salvage:
    """What is intact in a file."""

    header_end: int
    schemas: dict[int, Schema] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    chunks: list[WholeChunk] = field(default_factory=list)
    gaps: list[tuple[int, int]] = field(default_factory=list)    # offsets of damaged bytes

    def note(self, record: Record) -> None:
        """Note a schema or a channel; the first of a number counts."""
        if record.opcode == Opcode.SCHEMA:
            schema = Schema.read(record.stream)
            self.schemas.setdefault(schema.id, schema)
        elif record.opcode == Opcode.CHANNEL:
            channel = Channel.read(record.stream)
            self.channels.setdefault(channel.id, channel)


@dataclass(frozen=True)
class Repaired:
    """What came of a repair."""

    messages: int      # in the bag
    changed: bool
    lost: int = 0      # bytes of damaged chunks
    gaps: int = 0      # that they leave

    def __str__(self) -> str:
        text = f'{self.messages} messages, {"repaired" if self.changed else "nothing to repair"}'
        return text + (f'; {self.lost} damaged bytes in {self.gaps} '
                       f'gap{"s" if self.gaps > 1 else ""} are lost' if self.lost else '')


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


def flaw(folder: Path, *, read: bool = False) -> str:
    """Return why readers cannot open a bag as it is, or read it to its end; '' if they can."""
    try:
        with Reader(folder) as reader:
            for _ in reader.messages() if read else ():
                pass
    except Exception as error:    # a file of a stranger, and whatever its readers trip over
        return ' '.join(str(error).split())[:200] or type(error).__name__
    return ''


def repair(folder: Path) -> Repaired:
    """
    Repair a bag in place: nothing that is intact is moved or copied.

    What follows the last complete chunk is removed, damaged chunks before it are marked, so that
    readers skip them, the index and ``metadata.yaml`` are written again. If killed, it can be run
    again. A complete bag is left alone.

    Raises
    ------
    RecordingError
        No bag, not ours, still being recorded, or the folder cannot be written.

    """
    path = bag_file(folder)
    gaps: list[tuple[int, int]] = []
    changed = bool(flaw(folder, read=True))
    try:
        if changed:
            with path.open('rb') as file:
                salvage = scan(path, file)
            _finish(folder, path, salvage)
            gaps = salvage.gaps
    except BlockingIOError as error:
        raise RecordingError(f'{path}: is still being recorded') from error
    except OSError as error:
        raise RecordingError(f'{path}: cannot be repaired: {error.strerror}') from error
    reader = Reader(folder)
    reader.open()
    try:
        return Repaired(reader.message_count, changed, sum(end - start for start, end in gaps),
                        len(gaps))
    finally:
        reader.close()


def scan(path: Path, file: BinaryIO) -> Salvage:
    """Find the complete chunks of a file that :class:`BagStorage` has written."""
    if file.read(len(MAGIC)) != MAGIC:
        raise RecordingError(f'{path}: not an MCAP file')
    first = next(whole_records(file, len(MAGIC)), None)
    if first is None or not _is_ours(first):
        raise RecordingError(
            f'{path}: not from this recorder, try: ros2 bag reindex -s mcap {path.parent}')
    salvage = Salvage(first.end)
    start, size = first.end, file.seek(0, os.SEEK_END)
    while True:
        end = _take_chunks(file, start, salvage)
        found = _next_chunk(file, end) if size - end > HEAD else -1
        if found < 0:
            break
        salvage.gaps.append((end, found))
        start = found
    with suppress(*_DAMAGE, OSError):    # a file of fewer bytes has no such place
        for record in whole_records(file, _summary(file, end)):
            salvage.note(record)    # those of chunks that are lost
    return salvage


def _summary(file: BinaryIO, after: int) -> int:
    """Return where the summary begins, ``after`` if the file has no end that says so."""
    at = file.seek(-_FOOTER, os.SEEK_END)
    footer = file.read()
    (start,) = struct.unpack_from('<Q', footer, HEAD)
    ends = footer[0] == Opcode.FOOTER and footer.endswith(MAGIC)
    return int(start) if ends and after <= start < at else after


def _take_chunks(file: BinaryIO, start: int, salvage: Salvage) -> int:
    """Note the chunks from ``start`` on; return where something else begins, or damage."""
    fresh = len(salvage.chunks)
    for record in whole_records(file, start):
        if record.opcode == Opcode.CHUNK:
            try:
                salvage.chunks.append(_whole_chunk(record, salvage))
            except _DAMAGE:
                return record.start
        elif record.opcode == Opcode.MESSAGE_INDEX and len(salvage.chunks) > fresh:
            _note_index(salvage.chunks[-1], record)
        elif record.opcode < PRIVATE:
            return record.start
        start = record.end
    return start


def _next_chunk(file: BinaryIO, start: int) -> int:
    """Find the next chunk that is intact, which leaves space for a record before it; -1: none."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        at = start
        while (at := data.find(_NAME, at + 1)) >= 0:
            found = at - _BEFORE_NAME
            size = int.from_bytes(data[found + 1:found + HEAD], 'little')
            if found < start + HEAD or data[found] != Opcode.CHUNK or size > LARGEST_CHUNK:
                continue
            record = Record(Opcode.CHUNK, found, data[found + HEAD:found + HEAD + size])
            try:
                _whole_chunk(record, Salvage(0))
            except _DAMAGE:
                continue
            return found
    return -1


def _is_ours(first: Record) -> bool:
    try:
        return (first.opcode == Opcode.HEADER
                and Header.read(first.stream).library.startswith('rosbags'))
    except _DAMAGE:
        return False


def _whole_chunk(record: Record, salvage: Salvage) -> WholeChunk:
    chunk = Chunk.read(record.stream)
    messages: dict[int, list[tuple[int, int]]] = {}
    for inner in chunk_records(record):
        salvage.note(inner)
        if inner.opcode == Opcode.MESSAGE:
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
    unknown = {number for chunk in salvage.chunks for number in chunk.messages} \
        - salvage.channels.keys()
    if unknown:
        raise RecordingError(f'{path}: cannot be repaired: what the messages of channel '
                             f'{min(unknown)} are is in a damaged part')
    try:    # before anything is changed
        schemas = {number: salvage.schemas[channel.schema_id]
                   for number, channel in salvage.channels.items()}
        connections = [(channel, _connection(channel, schemas[channel.id]))
                       for channel in salvage.channels.values()]
    except Exception as error:    # types of a stranger, and whatever their readers trip over
        raise RecordingError(f'{path}: cannot be repaired: what a channel holds is damaged: '
                             f'{" ".join(str(error).split())[:100]}') from error
    storage = BagStorage.resume(path, salvage.header_end, salvage.chunks)
    for start, end in salvage.gaps:
        storage.file.mark(start, struct.pack('<BQ', PRIVATE, end - start - HEAD))
    # The writer insists on a folder that does not exist; it gets the real one afterwards.
    writer = BagFormat(folder / 'unmade')
    writer.path, writer.metapath, writer.storage = folder, folder / 'metadata.yaml', storage
    for schema in {schema.id: schema for schema in schemas.values()}.values():
        storage.schemas.append(
            StorageSchema(schema.id, schema.name, schema.encoding, schema.data.decode()))
    for channel, connection in connections:
        schema = schemas[channel.id]
        writer.connections.append(connection._replace(owner=writer))
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


def _connection(channel: Channel, schema: Schema) -> Connection:
    kind = MessageDefinitionFormat.MSG if schema.encoding == 'ros2msg' else \
        MessageDefinitionFormat.IDL
    offered = parse_qos(channel.metadata.get(QOS_KEY, ''))
    return Connection(
        channel.id, channel.topic, schema.name, MessageDefinition(kind, schema.data.decode()),
        TYPES.hash_rihs01(schema.name), 0,
        ConnectionExtRosbag2(channel.message_encoding, offered), None)


def _metadata(channel: Channel) -> bytes:
    packed = BytesIO()
    for key, value in channel.metadata.items():
        write_string(packed, key)
        write_string(packed, value)
    return packed.getvalue()
