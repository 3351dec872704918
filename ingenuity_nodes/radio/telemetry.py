# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What goes over the air besides files: telemetry of a helicopter, the beacon of a base."""

from __future__ import annotations

from collections.abc import Mapping
import math
import struct
from typing import NamedTuple

from ingenuity_nodes.radio.frames import TELEMETRY_PAYLOAD

_TELEMETRY = struct.Struct('<3ffHB')
_LONGEST_MODE = TELEMETRY_PAYLOAD - _TELEMETRY.size
_FAR = 1e9    # [m] what a lost estimate is cut to
_BEACON, _GRANT = struct.Struct('<IH'), struct.Struct('<HH')


class Telemetry(NamedTuple):
    """What a helicopter reports of itself ten times a second."""

    position: tuple[float, float, float]    # estimated: east, north, up [m]
    mode: str                               # of its guidance
    healthy: bool                           # nothing is unfit, missing or demands a landing
    battery_charge: float                   # 0..1


class Grants(NamedTuple):
    """Who may send file frames in which slots of one superframe, as the beacon announces it."""

    superframe: int
    total: int                                   # slots in use; they fill the superframe's end
    slots: Mapping[str, tuple[int, int]]         # by station: first slot, number of slots


def write_telemetry(telemetry: Telemetry, waiting: int) -> bytes:
    """Write the payload of a telemetry frame; ``waiting`` file frames ask for slots."""
    mode = telemetry.mode.encode('ascii', 'replace')[:_LONGEST_MODE]
    numbers = (max(min(_FAR, number), -_FAR)    # not a number, too
               for number in (*telemetry.position, telemetry.battery_charge))
    head = _TELEMETRY.pack(*numbers, min(waiting, 65535), telemetry.healthy)
    return head + mode


def read_telemetry(payload: bytes) -> tuple[Telemetry, int]:
    """
    Read the payload of a telemetry frame.

    Raises
    ------
    ValueError
        Not laid out as one, or a number is not finite.

    """
    mode = payload[_TELEMETRY.size:]
    if not _TELEMETRY.size <= len(payload) <= TELEMETRY_PAYLOAD or not mode.isascii():
        raise ValueError(f'found telemetry of {len(payload)} bytes, allowed: '
                         f'{_TELEMETRY.size} to {TELEMETRY_PAYLOAD}, mode in ASCII')
    *numbers, waiting, healthy = _TELEMETRY.unpack_from(payload)
    east, north, up, charge = numbers
    if not all(math.isfinite(number) for number in numbers):
        raise ValueError(f'found telemetry with the numbers {numbers}, allowed: finite ones')
    return Telemetry((east, north, up), mode.decode('ascii'), bool(healthy), charge), waiting


def write_beacon(grants: Grants) -> bytes:
    """Write the payload of a beacon."""
    rows = b''.join(bytes([len(name)]) + name.encode() + _GRANT.pack(*slots)
                    for name, slots in grants.slots.items())
    return _BEACON.pack(grants.superframe & 0xFFFFFFFF, grants.total) + rows


def read_beacon(payload: bytes) -> Grants:
    """
    Read the payload of a beacon.

    Raises
    ------
    ValueError
        Not laid out as one, or it grants slots that do not exist.

    """
    if len(payload) < _BEACON.size:
        raise ValueError(f'found a beacon of {len(payload)} bytes, '
                         f'allowed: {_BEACON.size} or more')
    superframe, total = _BEACON.unpack_from(payload)
    slots: dict[str, tuple[int, int]] = {}
    at = _BEACON.size
    while at < len(payload):
        end = at + 1 + payload[at]
        if end + _GRANT.size > len(payload) or not payload[at + 1:end].isascii():
            raise ValueError('found a beacon that is cut short, allowed: name and slots of each')
        first, count = _GRANT.unpack_from(payload, end)
        if first + count > total:
            raise ValueError(f'found a grant up to slot {first + count}, allowed: {total}')
        slots[payload[at + 1:end].decode('ascii')] = first, count
        at = end + _GRANT.size
    return Grants(superframe, total, slots)
