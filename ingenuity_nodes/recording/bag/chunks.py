# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Records of MCAP files; chunks of them, packed with a checksum and unpacked within bounds."""

from __future__ import annotations

from binascii import crc32
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
import os
from typing import Any, BinaryIO

from lz4.frame import LZ4FrameDecompressor
from mcap.data_stream import ReadDataStream
from mcap.opcode import Opcode
from mcap.records import Chunk
from rosbags.rosbag2 import storage_mcap
import zstandard

MAGIC = b'\x89MCAP0\r\n'
PRIVATE = 0x80    # opcodes from here on are skipped by all readers, https://mcap.dev/spec
HEAD = 9          # bytes of an opcode and a length
# assumed: 350 times what recorders put into a chunk, seven times the largest image of ours
LARGEST_CHUNK = 1 << 28    # [bytes]
ZSTD = 'zstd'


class ChunkError(ValueError):
    """A chunk is damaged, or larger than it says or than is allowed."""


@dataclass(frozen=True)
class Record:
    """One complete record of a file or a chunk."""

    opcode: int
    start: int      # offset in the file
    body: bytes

    @property
    def end(self) -> int:
        """Return the offset of the next one: after the opcode, the length and the body."""
        return self.start + HEAD + len(self.body)

    @property
    def stream(self) -> ReadDataStream:
        """Return the body as a stream for the MCAP library."""
        return ReadDataStream(BytesIO(self.body))


def compress(data: bytes) -> bytes:
    """
    Compress a chunk.

    Level 1 packs telemetry to a quarter in 7 ms per MB. Every decoder tests the frame's checksum.
    """
    return zstandard.ZstdCompressor(level=1, write_checksum=True).compress(data)


def unpack(data: bytes, compression: str, size: int) -> bytes:
    """
    Unpack a chunk of ``size`` bytes; never more than that is built, whatever the data say.

    Raises
    ------
    ChunkError
        The size is none, or not that of the data; the data are damaged.

    """
    if not 0 <= size <= LARGEST_CHUNK:
        raise ChunkError(f'found a chunk of {size} bytes, allowed: up to {LARGEST_CHUNK}')
    if compression not in ('', 'lz4', ZSTD):
        raise ChunkError(f"found the compression '{compression[:20]}', allowed: none, lz4, zstd")
    try:
        raw = _unpacked(data, compression, size + 1)
    except (RuntimeError, EOFError, zstandard.ZstdError) as error:
        raise ChunkError(f'{compression}: {" ".join(str(error).split())[:100]}') from error
    if len(raw) != size:
        found = f'more than {size}' if len(raw) > size else str(len(raw))
        raise ChunkError(f'found {found} bytes in a chunk that says {size}')
    return raw


def records_of(chunk: Chunk) -> bytes:
    """
    Return the records in a chunk.

    Raises
    ------
    ChunkError
        As :func:`unpack`, or another checksum.

    """
    raw = unpack(chunk.data, chunk.compression, chunk.uncompressed_size)
    if chunk.uncompressed_crc and crc32(raw) != chunk.uncompressed_crc:
        raise ChunkError('found a chunk with another checksum than it says')
    return raw


def whole_records(file: BinaryIO, start: int) -> Iterator[Record]:
    """Read complete records from ``start`` on, up to where the file breaks off."""
    last = file.seek(0, os.SEEK_END)
    file.seek(start)
    known = {int(opcode) for opcode in Opcode}
    while len(head := file.read(HEAD)) == HEAD and (head[0] in known or head[0] >= PRIVATE):
        size = int.from_bytes(head[1:], 'little')
        if size > last - start - HEAD:    # before so much is asked for
            return
        record = Record(head[0], start, file.read(size))
        if len(record.body) != size:
            return
        yield record
        start = record.end


def chunk_records(record: Record) -> Iterator[Record]:
    """
    Read the records inside a chunk.

    Raises
    ------
    ChunkError
        It is damaged.

    """
    data, end = records_of(Chunk.read(record.stream)), 0
    for inner in whole_records(BytesIO(data), 0):
        yield inner
        end = inner.end
    if end != len(data):
        raise ChunkError(f'found {len(data) - end} bytes that are no record')


def _unpacked(data: bytes, compression: str, most: int) -> bytes:
    """Unpack up to ``most`` bytes."""
    if compression == 'lz4':
        return bytes(LZ4FrameDecompressor().decompress(data, max_length=most))
    if compression == ZSTD:
        # The last read is one of nothing: at the end of a frame its checksum is tested.
        with zstandard.ZstdDecompressor().stream_reader(BytesIO(data)) as stream:
            return stream.read(most)
    return data[:most]


def _bounded(compression: str) -> Any:
    return lambda data, size: unpack(data, compression, size)


# rosbags would unpack whatever is there before it looks at the size.
storage_mcap.DECOMPRESSORS.update({name: _bounded(name) for name in ('lz4', ZSTD)})
