# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The link between helicopter and base station: frames, link budget, rate limit, acknowledgement.

914 MHz Zigbee-class radios with monopoles move at most 250 kbit/s over at most 1 km (Chahat et
al., "The Mars Helicopter Telecommunication Link", Proc. IEEE 108, 2020). A file goes as
numbered frames; the receiver names what is missing when the last one should be there; the
sender repeats that until the checksum is acknowledged.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
import hashlib
import math
import struct
import zlib

from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.signals import RadioPacket
from ingenuity_nodes.timing import SECOND_NS
import numpy as np

_HEAD = struct.Struct('<qHHIII')    # t_ns, lengths of kind and name, index, count, payload size
SPEED_OF_LIGHT = 299_792_458.0      # [m/s], exact
BOLTZMANN = 1.380649e-23            # [J/K], exact


@dataclass(frozen=True)
class RadioParameters:
    """The radios at both ends."""

    bit_rate: float = quantity(
        250e3, 'bit/s', 'over-the-air rate', low=1e3, high=1e7,
        source='NASA: up to 250 kbps over up to 1 km')
    frame_size: int = quantity(
        1024, 'B', 'payload of one frame', low=16, high=65536,
        source='assumed: about 30 frames per second')
    frequency: float = quantity(
        914e6, 'Hz', 'carrier', low=1e8, high=1e10, source='Chahat et al. 2020')
    transmit_power: float = quantity(
        0.75, 'W', 'power into the antenna', low=1e-3, high=10.0,
        source='assumed: class of the SiFlex02 module')
    noise_temperature: float = quantity(
        600.0, 'K', 'of the receiving system', low=10.0, high=1e4,
        source='assumed: 3 dB noise figure and a warm ground')
    losses_db: float = quantity(
        40.0, 'dB', 'antennas at grazing angles, polarisation, ground', low=0.0, high=100.0,
        source='assumed: leaves the published 250 kbit/s at 1 km')
    turnaround: float = quantity(
        0.5, 's', 'wait for an answer before asking again', low=0.02, high=60.0,
        source='assumed')


def photo_name(t_ns: int) -> str:
    """Name the file of a photo by its instant of exposure, in whole milliseconds."""
    return f'rte_{t_ns // 1_000_000:09d}.jpg'


def photo_time(name: str) -> int:
    """
    Read the instant of exposure [ns] from a photo's name.

    Raises
    ------
    ValueError
        Not a name that :func:`photo_name` made.

    """
    if not (name.startswith('rte_') and name.endswith('.jpg') and name[4:-4].isdigit()):
        raise ValueError(f"found file name '{name}', allowed: rte_<milliseconds>.jpg")
    return int(name[4:-4]) * 1_000_000


def encode(packet: RadioPacket) -> bytes:
    """Write one frame: header, names, payload, CRC-32."""
    kind, name = packet.kind.encode(), packet.name.encode()
    head = _HEAD.pack(packet.t_ns, len(kind), len(name), packet.index, packet.count,
                      len(packet.payload))
    body = head + kind + name + packet.payload
    return body + struct.pack('<I', zlib.crc32(body))


def decode(frame: bytes) -> RadioPacket:
    """
    Read one frame.

    Raises
    ------
    ValueError
        The frame is cut short or damaged.

    """
    if len(frame) < _HEAD.size + 4:
        raise ValueError(f'radio frame of {len(frame)} bytes, allowed: {_HEAD.size + 4} or more')
    body, (checksum,) = frame[:-4], struct.unpack('<I', frame[-4:])
    if zlib.crc32(body) != checksum:
        raise ValueError('radio frame is damaged: its CRC-32 does not fit')
    t_ns, kind_size, name_size, index, count, size = _HEAD.unpack_from(body)
    rest = body[_HEAD.size:]
    if len(rest) != kind_size + name_size + size:
        raise ValueError(f'radio frame says {kind_size + name_size + size} bytes, has {len(rest)}')
    return RadioPacket(
        t_ns=t_ns, kind=rest[:kind_size].decode(),
        name=rest[kind_size:kind_size + name_size].decode(), index=index, count=count,
        payload=bytes(rest[kind_size + name_size:]))


def signal_to_noise_db(parameters: RadioParameters, distance: float) -> float:
    """Signal-to-noise ratio at a distance [m] in free space (Friis), per bit of bandwidth [dB]."""
    wavelength = SPEED_OF_LIGHT / parameters.frequency
    path_loss = 20 * math.log10(4 * math.pi * max(distance, 1.0) / wavelength)
    noise = BOLTZMANN * parameters.noise_temperature * parameters.bit_rate
    return (10 * math.log10(parameters.transmit_power / noise)
            - path_loss - parameters.losses_db)


def loss_probability(parameters: RadioParameters, distance: float) -> float:
    """
    Chance that a frame is lost: non-coherent binary FSK in white noise.

    Bit error rate 0.5 exp(-Eb/N0 / 2) (Proakis, Digital Communications, 4th ed., eq. 5.4-46).
    """
    ratio = 10 ** (signal_to_noise_db(parameters, distance) / 10)
    bit_error = 0.5 * math.exp(-min(ratio, 1e3) / 2)
    return 1.0 - (1.0 - bit_error) ** (8 * parameters.frame_size)


class Channel:
    """The space between two antennas: loses frames by chance, the same ones for the same seed."""

    def __init__(self, parameters: RadioParameters, seed: int) -> None:
        self._parameters = parameters
        self._generator = np.random.default_rng([seed, 914])

    def passes(self, distance: float) -> bool:
        """Return whether one frame arrives."""
        return float(self._generator.random()) >= loss_probability(self._parameters, distance)


class FileSender:
    """Sends files frame by frame, no faster than the link, until each is acknowledged."""

    def __init__(self, parameters: RadioParameters) -> None:
        self._parameters = parameters
        self._files: list[tuple[str, bytes]] = []
        self._pending: list[int] = []
        self._sent_until_ns = 0
        self._was_quiet = True
        self._asked_ns = 0
        self.acknowledged: dict[str, str] = {}    # name -> checksum the receiver reported

    def send(self, name: str, content: bytes) -> None:
        """Queue one file."""
        self._files.append((name, content))
        if len(self._files) == 1:
            self._pending = list(range(self._count(content)))

    def receive(self, packets: Iterable[RadioPacket]) -> None:
        """Take in acknowledgements: a checksum ends the file, a list of numbers asks again."""
        for packet in packets:
            if packet.kind != 'acknowledge' or not self._files or packet.name != self._files[0][0]:
                continue
            if packet.index == 0:
                self.acknowledged[packet.name] = packet.payload.decode()
                self._files.pop(0)
                if self._files:
                    self._pending = list(range(self._count(self._files[0][1])))
            else:
                self._pending = list(np.frombuffer(packet.payload, dtype='<u4').tolist())

    def transmit(self, t_ns: int) -> list[RadioPacket]:
        """Send what fits into the time up to ``t_ns``."""
        packets: list[RadioPacket] = []
        if not self._files:
            return packets
        name, content = self._files[0]
        size, count = self._parameters.frame_size, self._count(content)
        if not self._pending and t_ns - self._asked_ns > self._parameters.turnaround * SECOND_NS:
            self._pending = [count - 1]    # the last frame again: it makes the receiver answer
        if self._was_quiet:
            self._sent_until_ns = max(self._sent_until_ns, t_ns)    # lost time is not made up
        while self._pending and self._sent_until_ns <= t_ns:
            index = self._pending.pop(0)
            payload = content[index * size:(index + 1) * size]
            packet = RadioPacket(t_ns, 'data', name, index, count, payload)
            self._sent_until_ns += round(
                8 * len(encode(packet)) / self._parameters.bit_rate * SECOND_NS)
            packets.append(packet)
            self._asked_ns = t_ns
        self._was_quiet = not self._pending
        return packets

    def _count(self, content: bytes) -> int:
        return max(1, math.ceil(len(content) / self._parameters.frame_size))


class FileReceiver:
    """Puts files together and answers the last frame with a checksum or with what is missing."""

    def __init__(self) -> None:
        self._frames: dict[str, dict[int, bytes]] = {}
        self._done: dict[str, str] = {}

    def receive(
        self, t_ns: int, packets: Iterable[RadioPacket],
    ) -> tuple[list[RadioPacket], list[tuple[str, bytes]]]:
        """
        Take in frames.

        Returns
        -------
        tuple
            The answers to send, and the files (name, content) completed by these frames.

        """
        answers: list[RadioPacket] = []
        files: list[tuple[str, bytes]] = []
        for packet in packets:
            if packet.kind != 'data':
                continue
            if packet.name not in self._done:
                frames = self._frames.setdefault(packet.name, {})
                frames[packet.index] = packet.payload
                if len(frames) == packet.count:
                    content = b''.join(frames[index] for index in range(packet.count))
                    self._done[packet.name] = hashlib.sha256(content).hexdigest()
                    del self._frames[packet.name]
                    files.append((packet.name, content))
            if packet.name in self._done:
                payload = self._done[packet.name].encode()
                answers.append(RadioPacket(t_ns, 'acknowledge', packet.name, 0, 1, payload))
            elif packet.index == packet.count - 1:
                frames = self._frames[packet.name]
                missing = [index for index in range(packet.count) if index not in frames]
                payload = np.array(missing, dtype='<u4').tobytes()
                answers.append(RadioPacket(
                    t_ns, 'acknowledge', packet.name, len(missing), packet.count, payload))
        return answers, files
