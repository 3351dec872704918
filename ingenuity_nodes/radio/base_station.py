# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The rover's end of the radio: beacon, grants of slots, acknowledgements, received files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from ingenuity_nodes.radio.files import FileReceiver
from ingenuity_nodes.radio.frames import size_of
from ingenuity_nodes.radio.parameters import RadioParameters
from ingenuity_nodes.radio.telemetry import Grants, read_telemetry, Telemetry, write_beacon
from ingenuity_nodes.signals import RadioPacket
from ingenuity_nodes.timing import SECOND_NS, TICK_NS


class Report(NamedTuple):
    """The last telemetry of one helicopter."""

    sent_ns: int
    received_ns: int
    telemetry: Telemetry
    waiting: int    # file frames that ask for slots


class Downlink(NamedTuple):
    """What a base station sends in one tick."""

    beacon: RadioPacket | None             # for all
    answers: dict[str, RadioPacket]        # by the helicopter they are for


class BaseStation:
    """
    Divides the time of one channel between itself and the helicopters that keep to it.

    At the beginning of each superframe it sends a beacon, which grants the slots of the next one,
    and as many acknowledgements as fit; helicopters send telemetry, then files in their slots.
    Slots go round by name, one each, to those that asked for some; what nobody wants is left to
    acknowledgements.
    """

    def __init__(self, parameters: RadioParameters, name: str) -> None:
        self._parameters, self._name = parameters, name
        self._superframe_ns = round(parameters.superframe * SECOND_NS)
        self._receivers: dict[str, FileReceiver] = {}
        self._members: set[str] = set()       # helicopters that keep to this base
        self._unanswered: set[str] = set()    # sent file frames since the last answer
        self._last_served, self._last_answered = '', ''
        self._own_bits = int(parameters.base_fraction * parameters.superframe_bits)
        self.reports: dict[str, Report] = {}
        self.refused: Counter[str] = Counter()    # frames that made no sense, by reason

    def receive(
        self, t_ns: int, helicopter: str, packets: Iterable[RadioPacket],
    ) -> list[tuple[str, bytes]]:
        """Take the frames of one helicopter; returns name and content of files now complete."""
        files: list[tuple[str, bytes]] = []
        for packet in packets:
            if packet.sender != helicopter:
                self.refused['sender'] += 1
                continue
            try:
                if packet.kind == 'telemetry':
                    self._take_telemetry(t_ns, packet)
                elif packet.kind == 'data' and helicopter in self._members:
                    files += self._take_data(packet)
            except ValueError:
                self.refused[packet.kind] += 1
        return files

    def transmit(self, t_ns: int) -> Downlink:
        """Return beacon and acknowledgements at the beginning of a superframe, else nothing."""
        superframe, since_ns = divmod(t_ns, self._superframe_ns)
        if since_ns >= TICK_NS:
            return Downlink(None, {})
        asking = self._asking(t_ns)
        grants = self._grants(asking, superframe + 1)
        beacon = RadioPacket(t_ns, 'beacon', '', 0, 1, write_beacon(grants), self._name)
        left = self._own_bits - 8 * size_of(beacon)
        answers: dict[str, RadioPacket] = {}
        for helicopter in _after(self._last_answered, self._unanswered | asking.keys()):
            answer = self._answer(helicopter, t_ns)
            if answer is None or 8 * size_of(answer) > left:
                continue
            left -= 8 * size_of(answer)
            answers[helicopter] = answer
            self._unanswered.discard(helicopter)
            self._last_answered = helicopter
        self._own_bits = self._parameters.left_for_base(len(self._members), grants.total)
        return Downlink(beacon, answers)

    def _answer(self, helicopter: str, t_ns: int) -> RadioPacket | None:
        receiver = self._receivers.get(helicopter)
        return receiver.answer(t_ns) if receiver else None

    def _take_telemetry(self, t_ns: int, packet: RadioPacket) -> None:
        telemetry, waiting = read_telemetry(packet.payload)
        self.reports[packet.sender] = Report(packet.t_ns, t_ns, telemetry, waiting)
        if packet.name == self._name:
            self._members.add(packet.sender)
        else:
            self._members.discard(packet.sender)
            self._unanswered.discard(packet.sender)

    def _take_data(self, packet: RadioPacket) -> list[tuple[str, bytes]]:
        receiver = self._receivers.setdefault(
            packet.sender, FileReceiver(self._parameters, self._name))
        content = receiver.receive(packet)
        self._unanswered.add(packet.sender)
        return [] if content is None else [(packet.name, content)]

    def _asking(self, t_ns: int) -> dict[str, int]:
        """Return how many slots each member has asked for not long ago."""
        recent_ns = t_ns - round(self._parameters.turnaround * SECOND_NS)
        return {name: report.waiting for name, report in self.reports.items()
                if name in self._members and report.waiting > 0
                and report.received_ns >= recent_ns}

    def _grants(self, asking: dict[str, int], superframe: int) -> Grants:
        """Grant slots in turn, one each, until all are given or nobody wants more."""
        given: Counter[str] = Counter()
        for _ in range(self._parameters.slots(len(self._members))):
            turn = _after(self._last_served, {n for n in asking if asking[n] > given[n]})
            if not turn:
                break
            self._last_served = turn[0]
            given[turn[0]] += 1
        slots, first = {}, 0
        for name in sorted(given):
            slots[name] = first, given[name]
            first += given[name]
        return Grants(superframe, first, slots)


def _after(last: str, names: Iterable[str]) -> list[str]:
    """Return names in alphabetical order, beginning after the last one served."""
    ordered = sorted(names)
    return [name for name in ordered if name > last] + [name for name in ordered if name <= last]
