# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Files in pieces: what the sender still owes, what the receiver still lacks.

Selective repeat: an acknowledgement names the first missing frame and which of the WINDOW - 1
frames after it have arrived. It replaces all that the sender believed, so that a receiver that has
lost its memory is sent everything again, and a sender that has lost its own nothing twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
import hashlib
import math
import struct

from ingenuity_nodes.radio.parameters import RadioParameters
from ingenuity_nodes.signals import RadioPacket
from ingenuity_nodes.timing import SECOND_NS
import numpy as np

WINDOW = 128                # frames that may be on the air without an acknowledgement
_ANSWER = struct.Struct(f'<H{WINDOW // 8}s')
_REMEMBERED = 256           # finished files of which a receiver still knows that it has them


class FileSender:
    """Keeps files until the receiver has acknowledged them; hands out the frame to send next."""

    def __init__(self, parameters: RadioParameters, station: str) -> None:
        self._parameters, self._station = parameters, station
        self._files: list[_Outgoing] = []
        self.acknowledged: dict[str, bytes] = {}    # name -> SHA-256 that the receiver confirmed

    def send(self, name: str, content: bytes) -> None:
        """
        Queue one file.

        Raises
        ------
        ValueError
            It has more frames than a receiver takes.

        """
        count = max(1, math.ceil(len(content) / self._parameters.frame_size))
        if count > self._parameters.most_frames:
            raise ValueError(f'found {name} of {count} frames, '
                             f'allowed: {self._parameters.most_frames}')
        self._files.append(_Outgoing(name, content, hashlib.sha256(content).digest(), count))

    @property
    def waiting(self) -> int:
        """Return how many frames are not acknowledged yet."""
        return sum(file.count - file.first - len(file.received) for file in self._files)

    def receive(self, answer: RadioPacket) -> None:
        """
        Take one acknowledgement; those of another file and late ones are ignored.

        Raises
        ------
        ValueError
            It is not laid out as one.

        """
        first, arrived = _read_answer(answer)
        file = self._files[0] if self._files else None
        if file is None or (answer.name, answer.digest) != (file.name, file.digest):
            return
        if answer.t_ns < file.answered_ns or first > file.count:
            return
        file.first, file.received, file.answered_ns = first, arrived, answer.t_ns
        file.sent_ns = {index: t_ns for index, t_ns in file.sent_ns.items() if index >= first}
        if first == file.count:
            self.acknowledged[file.name] = file.digest
            self._files.pop(0)

    def next_frame(self, t_ns: int) -> RadioPacket | None:
        """Return the frame to send now: the first that is lost or was never sent, if any."""
        if not self._files:
            return None
        file, size = self._files[0], self._parameters.frame_size
        patience_ns = round(self._parameters.turnaround * SECOND_NS)
        for index in range(file.first, min(file.count, file.first + WINDOW)):
            sent_ns = file.sent_ns.get(index, -1)
            on_air = sent_ns >= file.answered_ns and t_ns - sent_ns <= patience_ns
            if index not in file.received and (sent_ns < 0 or not on_air):
                file.sent_ns[index] = t_ns
                return RadioPacket(
                    t_ns, 'data', file.name, index, file.count,
                    file.content[index * size:(index + 1) * size], self._station, file.digest)
        return None


@dataclass
class _Outgoing:
    """A file on its way out, and what is known of its arrival."""

    name: str
    content: bytes
    digest: bytes
    count: int
    first: int = 0                                          # all before it have arrived
    received: set[int] = field(default_factory=set)         # of those after it
    sent_ns: dict[int, int] = field(default_factory=dict)   # by index, when sent last
    answered_ns: int = 0                                    # when the last answer was given


class FileReceiver:
    """
    Puts the files of one sender together.

    A file is its name, its SHA-256 and its number of frames: frames that differ in one of them
    belong to another file and complete only that. Of incomplete files the one longest without a
    new frame is dropped when there are too many.
    """

    def __init__(self, parameters: RadioParameters, station: str) -> None:
        self._parameters, self._station = parameters, station
        self._incoming: dict[_Key, _Incoming] = {}
        self._done: dict[_Key, None] = {}
        self._last: _Key | None = None
        self.mismatched = 0    # files dropped because their SHA-256 did not fit

    def receive(self, packet: RadioPacket) -> bytes | None:
        """
        Take one data frame.

        Returns
        -------
        bytes or None
            The content of the file, if this frame completed it.

        Raises
        ------
        ValueError
            The file is longer than allowed, or a frame is longer than a frame can be.

        """
        p = self._parameters
        if packet.count > p.most_frames or len(packet.payload) > p.frame_size:
            raise ValueError(f'found {packet.count} frames of {len(packet.payload)} B, '
                             f'allowed: {p.most_frames} of {p.frame_size} B')
        self._last = key = (packet.name, packet.digest, packet.count)
        if key in self._done:
            return None
        file = self._incoming.pop(key, None) or _Incoming()
        self._incoming[key] = file    # the last one touched is the last one
        if len(self._incoming) > p.most_files:
            del self._incoming[next(iter(self._incoming))]
        file.add(packet.index, packet.payload)
        return self._completed(key) if file.first == packet.count else None

    def answer(self, t_ns: int) -> RadioPacket | None:
        """Return the acknowledgement of the file that came last, None if there was none."""
        if self._last is None:
            return None
        name, digest, count = self._last
        file, first, arrived = self._incoming.get(self._last), count, frozenset[int]()
        if self._last not in self._done:
            first, arrived = (file.first, file.beyond) if file else (0, arrived)
        payload = _ANSWER.pack(first, _bits_of(arrived, first))
        return RadioPacket(t_ns, 'acknowledge', name, 0, 1, payload, self._station, digest)

    @property
    def held(self) -> int:
        """Return how many bytes of incomplete files are kept."""
        return sum(len(piece) for file in self._incoming.values() for piece in
                   file.pieces.values())

    def _completed(self, key: _Key) -> bytes | None:
        pieces = self._incoming.pop(key).pieces
        content = b''.join(pieces[index] for index in range(key[2]))
        if hashlib.sha256(content).digest() != key[1]:
            self.mismatched += 1    # its frames are asked for again
            return None
        self._done[key] = None
        if len(self._done) > _REMEMBERED:
            del self._done[next(iter(self._done))]
        return content


_Key = tuple[str, bytes, int]    # name, SHA-256, number of frames


@dataclass
class _Incoming:
    """The pieces of one file that have arrived."""

    pieces: dict[int, bytes] = field(default_factory=dict)
    first: int = 0    # lowest index that is missing

    def add(self, index: int, payload: bytes) -> None:
        self.pieces.setdefault(index, payload)
        while self.first in self.pieces:
            self.first += 1

    @property
    def beyond(self) -> frozenset[int]:
        """Return which frames of the window after the first missing one are here."""
        window = range(self.first, self.first + WINDOW)
        return frozenset(index for index in window if index in self.pieces)


def _bits_of(arrived: frozenset[int], first: int) -> bytes:
    bits = np.zeros(WINDOW, np.uint8)
    bits[[index - first for index in sorted(arrived)]] = 1
    return np.packbits(bits, bitorder='little').tobytes()


def _read_answer(answer: RadioPacket) -> tuple[int, set[int]]:
    if len(answer.payload) != _ANSWER.size:
        raise ValueError(f'found an acknowledgement of {len(answer.payload)} bytes, '
                         f'allowed: {_ANSWER.size}')
    first, packed = _ANSWER.unpack(answer.payload)
    bits = np.unpackbits(np.frombuffer(packed, np.uint8), bitorder='little')
    return first, {first + int(k) for k in np.flatnonzero(bits)}
