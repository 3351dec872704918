# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The base station on a rover and the space round it: what arrives there, what leaves it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from ingenuity_nodes.frames import Vector3
from ingenuity_nodes.radio.base_station import BaseStation, Report
from ingenuity_nodes.radio.channel import Channel
from ingenuity_nodes.rover.parameters import RoverParameters
from ingenuity_nodes.signals import RadioPacket
from ingenuity_nodes.timing import SECOND_NS, TICK_NS
from ingenuity_nodes.world.seeds import seed_of
from ingenuity_nodes.world.terrain import Heights
import numpy as np


class Received(NamedTuple):
    """What the radio brought in one tick."""

    files: list[tuple[str, str, bytes]]                  # sender, name, content
    packets: dict[str, tuple[RadioPacket, ...]]          # that reach a helicopter
    log: tuple[str, ...]


class BaseRadio:
    """
    A base station and one channel to each helicopter.

    The losses of both directions are drawn here, where the true positions are known: a helicopter
    is handed only the frames that reach it.
    """

    def __init__(
        self, parameters: RoverParameters, name: str, seed: int, heights: Heights | None,
    ) -> None:
        self._parameters, self._name, self._seed = parameters, name, seed
        self._radio = parameters.radio    # as the channels have it now
        self._heights = heights
        self._station = BaseStation(parameters.radio, name)
        self._channels: dict[str, Channel] = {}
        self._superframe_ns = round(parameters.radio.superframe * SECOND_NS)
        self._refusals: set[str] = set()    # kinds that the log has named

    @property
    def reports(self) -> Mapping[str, Report]:
        """Return the last telemetry of each helicopter."""
        return self._station.reports

    def change_losses(self, losses_db: float) -> None:
        """Let antennas and ground take more or less of the signal from now on [dB]."""
        self._radio = replace(self._radio, losses_db=losses_db)
        for channel in self._channels.values():
            channel.change(self._radio)

    def tick(
        self, t_ns: int, packets: Mapping[str, Sequence[RadioPacket]], p_MB: Vector3,
        positions: Mapping[str, Vector3],
    ) -> Received:
        """Take what was sent in the last tick; positions are the true ones in M [m]."""
        helicopters = sorted(positions.keys() | packets.keys())
        begins = t_ns % self._superframe_ns < TICK_NS
        log = list(self._observe(t_ns, p_MB, positions)) if begins else []
        files: list[tuple[str, str, bytes]] = []
        for name in sorted(packets):
            came = self._channel(name).through(packets[name])
            files += ((name, *file) for file in self._station.receive(t_ns, name, came))
        log += self._new_refusals()
        return Received(files, self._sent(t_ns, helicopters), tuple(log))

    def _sent(
        self, t_ns: int, helicopters: Iterable[str],
    ) -> dict[str, tuple[RadioPacket, ...]]:
        beacon, answers = self._station.transmit(t_ns)
        sent: dict[str, tuple[RadioPacket, ...]] = {}
        for name in helicopters if beacon else ():
            frames = [frame for frame in (beacon, answers.get(name)) if frame]
            sent[name] = tuple(self._channel(name).through(frames))
        return sent

    def _observe(
        self, t_ns: int, p_MB: Vector3, positions: Mapping[str, Vector3],
    ) -> Iterable[str]:
        base = p_MB + np.array([0.0, 0.0, self._parameters.antenna_height])
        above = np.array([0.0, 0.0, self._parameters.radio.helicopter_antenna])
        for name in sorted(positions):
            change = self._channel(name).observe(t_ns, base, positions[name] + above)
            if change:
                yield f'{change} to {name}'

    def _new_refusals(self) -> list[str]:
        """Name each kind of refused frame once; they are counted all the same."""
        new = sorted(self._station.refused.keys() - self._refusals)
        self._refusals.update(new)
        return [f'radio frame refused: {kind}, further ones are counted' for kind in new]

    def _channel(self, helicopter: str) -> Channel:
        if helicopter not in self._channels:
            self._channels[helicopter] = Channel(
                self._radio, seed_of(self._seed, helicopter, self._name),
                self._heights)
        return self._channels[helicopter]
