# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The file of a bag: MCAP that grows by whole flushes and can be resumed.

rosbags has no public flush, no choice of the file's name and no way to resume a truncated file, so
:class:`BagStorage` uses internals of version 0.11.9, which is pinned; a test checks that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
import fcntl
from io import BytesIO
import os
from pathlib import Path
import struct
from typing import Any, cast

from ingenuity_nodes.recording.bag.chunks import compress, ZSTD
from rosbags.rosbag2.enums import CompressionMode
from rosbags.rosbag2.storage_mcap import McapWriter, PendingChunk, write_record

MESSAGE_INDEX = 0x07   # opcode, https://mcap.dev/spec


class WholeFlushFile:
    """
    A file that grows by a whole flush or not at all.

    Nothing reaches the disk before :meth:`flush`. A flush that does not fit is rolled back and
    kept in memory, so that it can be repeated. The lock keeps a repair off while it is written.
    """

    def __init__(self, path: Path, position: int) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        self._flushed = position
        self._pending = bytearray()
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._roll_back()
        except BaseException:
            self.abandon()
            raise

    @property
    def pending(self) -> int:
        """Return the number of bytes that wait for the next flush."""
        return len(self._pending)

    def write(self, data: bytes | memoryview) -> int:
        """Buffer bytes for the next flush."""
        self._pending += data
        return len(data)

    def tell(self) -> int:
        """Return the offset of the next byte in the file."""
        return self._flushed + len(self._pending)

    def flush(self) -> None:
        """
        Write everything to the operating system.

        Raises
        ------
        OSError
            It does not fit, or the device is gone; the file is as long as after the last flush.

        """
        rest = memoryview(bytes(self._pending))
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest):]
        except OSError:
            self._roll_back()
            raise
        self._flushed += len(self._pending)
        self._pending.clear()

    def mark(self, position: int, data: bytes) -> None:
        """Write a few bytes over some that were flushed."""
        os.pwrite(self._descriptor, data, position)

    def close(self) -> None:
        """Flush and close the file."""
        self.flush()
        self.abandon()

    def abandon(self) -> None:
        """Close the file and discard what is buffered."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _roll_back(self) -> None:
        os.ftruncate(self._descriptor, self._flushed)
        os.lseek(self._descriptor, self._flushed, os.SEEK_SET)


@dataclass(frozen=True)
class WholeChunk:
    """A complete chunk of a truncated file, and the offsets of its index records."""

    start: int                                   # of the chunk record in the file
    length: int                                  # of the chunk record
    times: tuple[int, int]                       # first and last message [ns]
    compression: str
    compressed_size: int
    size: int                                    # uncompressed
    messages: dict[int, list[tuple[int, int]]]   # channel -> (time [ns], offset in the chunk)
    # channel -> first and last byte + 1 of its index record in the file
    index: dict[int, tuple[int, int]] = field(default_factory=dict)

    @property
    def end(self) -> int:
        """Return the end of the chunk record."""
        return self.start + self.length

    @property
    def indexed(self) -> bool:
        """Return whether the index records of all channels are complete."""
        return set(self.index) == set(self.messages)

    @property
    def index_end(self) -> int:
        """Return the end of the last index record."""
        return max((end for _, end in self.index.values()), default=self.end)


class BagStorage(McapWriter):
    """MCAP with rosbag2's file name, a flush, and a way to resume a truncated file."""

    def __init__(self, path: Path, compression: CompressionMode) -> None:
        super().__init__(path, compression)
        self.compression, self.compressor = ZSTD, compress
        self.bio.close()
        # 'ros2 bag reindex' takes NAME_0.mcap only.
        self.path = self.path.rename(path / f'{path.name}_0.mcap')
        self._write_to(WholeFlushFile(self.path, self.path.stat().st_size))

    @classmethod
    def resume(cls, path: Path, header_end: int, chunks: list[WholeChunk]) -> BagStorage:
        """Truncate the file after the last complete chunk and continue from there."""
        storage = cls.__new__(cls)
        storage.path = path
        storage.schemas, storage.channels, storage.chunks = [], [], []
        storage.channel_stats = {}
        storage.compression, storage.compressor = ZSTD, compress
        storage.message_start_time = min((chunk.times[0] for chunk in chunks), default=2**63 - 1)
        storage.message_end_time = max((chunk.times[1] for chunk in chunks), default=0)
        end = header_end
        if chunks:
            end = chunks[-1].index_end if chunks[-1].indexed else chunks[-1].end
        storage._write_to(WholeFlushFile(path, end))
        storage.chunk = PendingChunk(2**63 - 1, 0, BytesIO(), {})
        for chunk in chunks:
            storage._index(chunk)
        return storage

    def flush(self) -> None:
        """Close the chunk, if it has messages, and flush the file."""
        if self.chunk.msgs:
            self.close_chunk()
        self.file.flush()

    def abort(self) -> None:
        """Leave the file as the last flush left it."""
        self.file.abandon()

    def _write_to(self, file: WholeFlushFile) -> None:
        self.file = file
        self.bio = cast(Any, file)

    def _index(self, chunk: WholeChunk) -> None:
        """Add a chunk to the summary; write its index records if they are missing."""
        offsets = {channel: start for channel, (start, _) in chunk.index.items()}
        length = chunk.index_end - chunk.end
        if not chunk.indexed:
            offsets = {}
            for channel, entries in chunk.messages.items():
                offsets[channel] = self.file.tell()
                packed = b''.join(struct.pack('<QQ', *entry) for entry in entries)
                record = struct.pack('<HI', channel, len(packed)) + packed
                write_record(self.bio, MESSAGE_INDEX, _body(record))
            length = self.file.tell() - chunk.end
        packed = b''.join(struct.pack('<HQ', *pair) for pair in offsets.items())
        name = chunk.compression.encode()
        self.chunks.append(_body(
            struct.pack('<QQQQI', *chunk.times, chunk.start, chunk.length, len(packed)) + packed
            + struct.pack('<QI', length, len(name)) + name
            + struct.pack('<QQ', chunk.compressed_size, chunk.size)))
        for channel, entries in chunk.messages.items():
            count = self.channel_stats.get(channel, 0)
            self.channel_stats[channel] = count + len(entries)


def _body(record: bytes) -> BytesIO:
    """Wrap a record's body with the position at its end, as rosbags does."""
    body = BytesIO()
    body.write(record)
    return body
