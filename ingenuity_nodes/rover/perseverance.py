# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Perseverance as a participant: where it stands, its mast, its base station for the radio."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
import math
from typing import NamedTuple

from ingenuity_nodes.frames import (
    quaternion_from_rpy, QuatWxyz, rpy_from_quaternion, Vector3, yaw_from_azimuth)
from ingenuity_nodes.rover.parameters import RoverParameters
from ingenuity_nodes.rover.radio import Channel, FileReceiver
from ingenuity_nodes.signals import NOTHING, RadioPacket, Receipt, Truth
from ingenuity_nodes.world.seeds import seed_of
from ingenuity_nodes.world.terrain import Terrain
import numpy as np


class RoverState(NamedTuple):
    """Pose of a parked or slowly driving rover."""

    t_ns: int
    p_MB: Vector3      # on the ground, under the body's middle [m]
    q_MB: QuatWxyz
    mast_azimuth: float    # of the camera head from the rover's nose, positive left [rad]
    mast_tilt: float       # of the camera head above the deck's plane, positive up [rad]


@dataclass(frozen=True)
class ReceivedFile:
    """A file that came over the radio, complete."""

    t_ns: int
    sender: str
    name: str
    content: bytes
    sha256: str
    caption: str


class RoverInputs(NamedTuple):
    """What reached one rover since its last tick, by sending helicopter."""

    packets: Mapping[str, Sequence[RadioPacket]] = NOTHING    # frames on the air
    truths: Mapping[str, Sequence[Truth]] = NOTHING    # known to radio waves and the mast's eyes


class RoverOutputs(NamedTuple):
    """What one tick of the rover brings forth."""

    state: RoverState
    packets: dict[str, tuple[RadioPacket, ...]]    # answers, by the helicopter they go to
    files: tuple[ReceivedFile, ...]

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """Return what mission control is told of the files."""
        return tuple(Receipt(file.sender, file.name, file.sha256) for file in self.files)


class Rover:
    """
    Stands at its place, looks at the helicopter, receives what it sends.

    ``pose`` is what :func:`resting_pose` gives: attitude ``q_MB`` and place ``p_MB``.
    """

    def __init__(
        self, parameters: RoverParameters, pose: tuple[QuatWxyz, Vector3], seed: int,
    ) -> None:
        self.parameters = parameters
        self._q_MB, self._p_MB = pose
        self._yaw = rpy_from_quaternion(self._q_MB)[2]
        self._channels: dict[str, Channel] = {}
        self._receivers: dict[str, FileReceiver] = {}
        self._positions: dict[str, Vector3] = {}    # true ones, of the helicopters [m]
        self._seed = seed

    def tick(self, t_ns: int, inputs: RoverInputs) -> RoverOutputs:
        """Receive what was sent in the last tick, answer it, turn the mast."""
        for name, truths in inputs.truths.items():
            self._positions[name] = truths[-1].p_MB
        answers: dict[str, tuple[RadioPacket, ...]] = {}
        files: list[ReceivedFile] = []
        for name in sorted(inputs.packets):
            receiver = self._receivers.setdefault(name, FileReceiver())
            replies, complete = receiver.receive(t_ns, self._passed(name, inputs.packets[name]))
            answers[name] = tuple(replies)
            for file_name, content in complete:
                checksum = next(reply.payload.decode() for reply in replies
                                if reply.name == file_name and reply.index == 0)
                files.append(ReceivedFile(t_ns, name, file_name, content, checksum,
                                          caption=f'Oh hey, there I am! ({file_name})'))
        state = RoverState(t_ns, self._p_MB, self._q_MB, self._mast_azimuth(),
                           self.parameters.mast_tilt)
        return RoverOutputs(state, answers, tuple(files))

    def _passed(self, name: str, packets: Iterable[RadioPacket]) -> list[RadioPacket]:
        """Return the frames that arrive: of those sent, the channel loses some by chance."""
        antenna = self._p_MB + np.array([0.0, 0.0, self.parameters.antenna_height])
        sender = self._positions.get(name)
        distance = math.dist(antenna, sender) if sender is not None else 0.0
        if name not in self._channels:
            self._channels[name] = Channel(self.parameters.radio, seed_of(self._seed, name))
        return [packet for packet in packets if self._channels[name].passes(distance)]

    def _mast_azimuth(self) -> float:
        """Turn the head to the first helicopter, seen from the rover's nose."""
        if not self._positions:
            return 0.0
        there = self._positions[min(self._positions)]
        east, north = float(there[0] - self._p_MB[0]), float(there[1] - self._p_MB[1])
        return math.remainder(math.atan2(north, east) - self._yaw, 2 * math.pi)


def resting_pose(
    position: tuple[float, float], azimuth: float, terrain: Terrain,
) -> tuple[QuatWxyz, Vector3]:
    """
    Stand a vehicle level on the ground.

    Parameters
    ----------
    position
        East and north of the map's origin [m].
    azimuth
        Of its nose, clockwise from north [deg].
    terrain
        What it stands on.

    Returns
    -------
    tuple
        Attitude ``q_MB`` and place ``p_MB``.

    """
    east, north = position
    up = terrain.height(east, north)
    yaw = yaw_from_azimuth(azimuth)
    return quaternion_from_rpy(0.0, 0.0, yaw), np.array([east, north, up])
