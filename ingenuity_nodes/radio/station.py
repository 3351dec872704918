# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The helicopter's end of the radio: telemetry always, files in the slots that it is granted."""

from __future__ import annotations

from collections.abc import Iterable

from ingenuity_nodes.radio.files import FileSender
from ingenuity_nodes.radio.parameters import RadioParameters
from ingenuity_nodes.radio.telemetry import Grants, read_beacon, Telemetry, write_telemetry
from ingenuity_nodes.signals import RadioPacket
from ingenuity_nodes.timing import SECOND_NS, TICK_NS


class Station:
    """
    One helicopter on the channel of a base station.

    It keeps to the base whose beacon it received first (the first by name, of several at once)
    until that has been silent for long. Without a beacon it sends nothing but telemetry.
    """

    def __init__(self, parameters: RadioParameters, name: str) -> None:
        self._parameters, self._name = parameters, name
        self._superframe_ns = round(parameters.superframe * SECOND_NS)
        self._slot_ns = parameters.slot_bits / parameters.bit_rate * SECOND_NS
        self._files = FileSender(parameters, name)
        self._grants: dict[int, Grants] = {}     # by superframe: this one and the next
        self._used = 0                           # slots of this superframe
        self._t_ns, self._beacon_ns = 0, 0
        self.base = ''
        self.refused = 0                         # frames that made no sense

    @property
    def acknowledged(self) -> dict[str, bytes]:
        """Return the SHA-256 of each file that the base station confirmed, by name."""
        return self._files.acknowledged

    def send(self, name: str, content: bytes) -> None:
        """Queue one file; ValueError if it is too long."""
        self._files.send(name, content)

    def receive(self, packets: Iterable[RadioPacket]) -> None:
        """Take frames that came down, of all base stations; what makes no sense is counted."""
        for packet in sorted(packets, key=lambda packet: (packet.t_ns, packet.sender)):
            try:
                if packet.t_ns > self._t_ns:
                    raise ValueError('found a frame of the future')
                if packet.kind == 'beacon':
                    self._take_beacon(packet)
                elif packet.kind == 'acknowledge' and packet.sender == self.base:
                    self._files.receive(packet)
            except ValueError:
                self.refused += 1

    def transmit(
        self, t_ns: int, telemetry: Telemetry, *, files: bool = True,
    ) -> list[RadioPacket]:
        """
        Return the frames that begin in the tick at ``t_ns``: telemetry before anything else.

        Without ``files`` only telemetry is sent, and no slots are asked for.
        """
        self._t_ns = t_ns
        superframe, since_ns = divmod(t_ns, self._superframe_ns)
        packets: list[RadioPacket] = []
        if since_ns < TICK_NS:
            self._begin_superframe(superframe)
            payload = write_telemetry(telemetry, self._files.waiting if files else 0)
            packets.append(RadioPacket(
                t_ns, 'telemetry', self.base, 0, 1, payload, self._name))
        grants = self._grants.get(superframe)
        if files and grants is not None:
            packets += self._file_frames(t_ns, since_ns, grants)
        return packets

    def _begin_superframe(self, superframe: int) -> None:
        self._used = 0
        self._grants = {k: grants for k, grants in self._grants.items() if k >= superframe}
        if self._t_ns - self._beacon_ns > self._parameters.silence * SECOND_NS:
            self.base = ''

    def _take_beacon(self, packet: RadioPacket) -> None:
        grants = read_beacon(packet.payload)
        self.base = self.base or packet.sender
        if packet.sender == self.base:
            self._beacon_ns = max(self._beacon_ns, packet.t_ns)
            now = self._t_ns // self._superframe_ns
            if now <= grants.superframe <= now + 2:
                self._grants[grants.superframe] = grants

    def _file_frames(self, t_ns: int, since_ns: int, grants: Grants) -> list[RadioPacket]:
        """Fill the slots that begin before the next tick; slots end with the superframe."""
        packets: list[RadioPacket] = []
        first, count = grants.slots.get(self._name, (0, 0))
        begin_ns = self._superframe_ns - grants.total * self._slot_ns
        while (self._used < count
               and begin_ns + (first + self._used) * self._slot_ns < since_ns + TICK_NS):
            self._used += 1
            packet = self._files.next_frame(t_ns)
            if packet is not None:
                packets.append(packet)
        return packets
