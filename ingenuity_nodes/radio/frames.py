# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Frames as they go over the air: written, and read with suspicion.

Little endian: kind (1 byte), t_ns (8), lengths of sender, name and digest (1 each), index, count
and payload size (2 each), then sender, name, digest, payload, CRC-32 (4) of all before it. Count
has 16 bits: no frame can make a receiver set aside more than that many pieces.
"""

from __future__ import annotations

from itertools import pairwise
import re
import struct
from typing import NoReturn
import zlib

from ingenuity_nodes.signals import RadioPacket

_HEAD = struct.Struct('<BqBBBHHH')
_CRC = struct.Struct('<I')
KINDS = ('data', 'acknowledge', 'telemetry', 'beacon')
DIGEST_SIZE = 32                    # [B] of SHA-256
_STATION, _FILE = 32, 40            # [B] longest names
_STATION_NAME = re.compile(r'[a-z][a-z0-9_]{0,31}\Z')
_FILE_NAME = re.compile(r'[A-Za-z0-9_][A-Za-z0-9_.-]{0,39}\Z')    # no folder, nothing hidden
LONGEST_OVERHEAD = _HEAD.size + _STATION + _FILE + DIGEST_SIZE + _CRC.size    # [B]
TELEMETRY_PAYLOAD = 40              # [B] at most
TELEMETRY_SIZE = _HEAD.size + 2 * _STATION + TELEMETRY_PAYLOAD + _CRC.size    # [B] at most
_LAST_NS = 2**63 - 1
_PHOTO = re.compile(r'rte_(\d{9,13})(_thumb)?\.jpg\Z', re.ASCII)
_PHOTO_WORD = re.compile(r'\brte_(\d{9,13})(?:_thumb)?\.jpg\b', re.ASCII)


class FrameError(ValueError):
    """A frame is damaged or foreign; ``kind`` is a word to count it under."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f'radio frame refused: {message}')
        self.kind = kind


def encode(packet: RadioPacket) -> bytes:
    """
    Write one frame.

    Raises
    ------
    FrameError
        The packet is none that :func:`decode` would accept.

    """
    _check(packet)
    sender, name = packet.sender.encode(), packet.name.encode()
    head = _HEAD.pack(KINDS.index(packet.kind), packet.t_ns, len(sender), len(name),
                      len(packet.digest), packet.index, packet.count, len(packet.payload))
    body = head + sender + name + packet.digest + packet.payload
    return body + _CRC.pack(zlib.crc32(body))


def size_of(packet: RadioPacket) -> int:
    """Return the length of a frame on the air [B], without writing it."""
    return (_HEAD.size + len(packet.sender) + len(packet.name) + len(packet.digest)
            + len(packet.payload) + _CRC.size)


def decode(frame: bytes) -> RadioPacket:
    """
    Read one frame.

    Raises
    ------
    FrameError
        The frame is cut short, damaged, or says what no station of ours would say. Nothing else
        is raised, and no memory is set aside by what the frame says.

    """
    if len(frame) < _HEAD.size + _CRC.size:
        _refuse('short', f'found {len(frame)} bytes, allowed: {_HEAD.size + _CRC.size} or more')
    body, (checksum,) = frame[:-_CRC.size], _CRC.unpack(frame[-_CRC.size:])
    if zlib.crc32(body) != checksum:
        _refuse('checksum', 'its CRC-32 does not fit')
    kind, t_ns, *sizes, index, count, size = _HEAD.unpack_from(body)
    rest, needed = body[_HEAD.size:], sum(sizes) + size
    if len(rest) != needed:
        _refuse('length', f'found {len(rest)} bytes after the header, allowed: {needed}')
    if kind >= len(KINDS):
        _refuse('kind', f'found kind {kind}, allowed: 0 to {len(KINDS) - 1}')
    ends = [sum(sizes[:k]) for k in range(4)]
    sender, name, digest = (rest[a:b] for a, b in pairwise(ends))
    packet = RadioPacket(
        t_ns=t_ns, kind=KINDS[kind], name=_text(name), index=index, count=count,
        payload=bytes(rest[ends[3]:]), sender=_text(sender), digest=bytes(digest))
    _check(packet)
    return packet


def _text(name: bytes) -> str:
    try:
        return name.decode('ascii')
    except UnicodeDecodeError:
        _refuse('name', f'found name {name[:_FILE]!r}, allowed: ASCII')


def _check(packet: RadioPacket) -> None:
    """Refuse what no station of ours would send."""
    if packet.kind not in KINDS:
        _refuse('kind', f"found kind '{packet.kind[:20]}', allowed: {', '.join(KINDS)}")
    if not 0 <= packet.t_ns <= _LAST_NS:
        _refuse('time', f'found a time of {packet.t_ns:.3g} ns, allowed: 0 to {_LAST_NS:.3g} ns')
    if not _STATION_NAME.match(packet.sender):
        _refuse('sender', f'found sender {packet.sender[:_FILE]!r}, allowed: a vehicle name')
    file = packet.kind in ('data', 'acknowledge')
    named = bool((_FILE_NAME if file else _STATION_NAME).match(packet.name))
    if not named and (file or packet.name):
        _refuse('name', f'found name {packet.name[:_FILE]!r}, allowed: letters, digits, _ . -')
    if not 0 <= packet.index < packet.count <= 65535:
        _refuse('index', f'found number {packet.index} of {packet.count}, '
                         'allowed: less than the count, at most 65535')
    if len(packet.digest) != (DIGEST_SIZE if file else 0):
        _refuse('digest', f'found a digest of {len(packet.digest)} bytes in a frame of kind '
                          f'{packet.kind}, allowed: {DIGEST_SIZE if file else 0}')
    if len(packet.payload) > 65535:
        _refuse('length', f'found a payload of {len(packet.payload)} bytes, allowed: 65535')


def _refuse(kind: str, message: str) -> NoReturn:
    raise FrameError(kind, message)


# Names of files --------------------------------------------------------------------------------

def photo_name(t_ns: int) -> str:
    """Name the file of a photo by its instant of exposure, in whole milliseconds."""
    return f'rte_{t_ns // 1_000_000:09d}.jpg'


def thumbnail_name(name: str) -> str:
    """Name the thumbnail of a photo."""
    return name.removesuffix('.jpg') + '_thumb.jpg'


def is_photo(name: str) -> bool:
    """Return whether this is the name of a photo, of its full size."""
    found = _PHOTO.match(name)
    return found is not None and found[2] is None


def is_thumbnail(name: str) -> bool:
    """Return whether this is the name of a thumbnail."""
    found = _PHOTO.match(name)
    return found is not None and found[2] is not None


def photo_in(text: str) -> int | None:
    """Return the instant of exposure [ns] of the first photo that a text names, None without."""
    found = _PHOTO_WORD.search(text)
    return int(found[1]) * 1_000_000 if found else None


def photo_time(name: str) -> int:
    """
    Read the instant of exposure [ns] from a photo's name or its thumbnail's.

    Raises
    ------
    ValueError
        Not a name that :func:`photo_name` made.

    """
    found = _PHOTO.match(name)
    t_ns = int(found[1]) * 1_000_000 if found else -1
    if not 0 <= t_ns <= _LAST_NS:
        raise ValueError(f"found file name '{name[:_FILE]}', allowed: rte_<milliseconds>.jpg")
    return t_ns
