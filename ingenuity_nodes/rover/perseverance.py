# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Perseverance as a participant: where it stands, its mast, its base station for the radio."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
import math
from typing import NamedTuple

from ingenuity_nodes.frames import (
    quaternion_from_rpy, QuatWxyz, rpy_from_quaternion, Vector3, yaw_from_azimuth)
from ingenuity_nodes.rover.parameters import RoverParameters
from ingenuity_nodes.rover.radio import Channel, FileReceiver
from ingenuity_nodes.signals import RadioPacket
from ingenuity_nodes.world.terrain import Terrain
import numpy as np


class RoverState(NamedTuple):
    """Pose of a parked or slowly driving rover."""

    t_ns: int
    p_MB: Vector3      # on the ground, under the body's middle [m]
    q_MB: QuatWxyz
    mast_azimuth: float    # of the camera head from the rover's nose, positive left [rad]


@dataclass(frozen=True)
class ReceivedFile:
    """A file that came over the radio, complete."""

    t_ns: int
    sender: str
    name: str
    content: bytes
    sha256: str
    caption: str


class RoverOutput(NamedTuple):
    """What one tick of the rover brings forth."""

    state: RoverState
    packets: dict[str, tuple[RadioPacket, ...]]    # answers, by the helicopter they go to
    files: tuple[ReceivedFile, ...]


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
        self._seed = seed

    def tick(
        self, t_ns: int,
        packets: dict[str, tuple[RadioPacket, ...]],
        positions: dict[str, Vector3],
    ) -> RoverOutput:
        """
        Receive what was sent in the last tick.

        Parameters
        ----------
        t_ns
            Now.
        packets
            Frames on the air, by sending helicopter.
        positions
            True place of each sender: what the radio waves know, not the rover's computer.

        """
        answers: dict[str, tuple[RadioPacket, ...]] = {}
        files: list[ReceivedFile] = []
        for name in sorted(packets):
            receiver = self._receivers.setdefault(name, FileReceiver())
            heard = list(self._heard(name, packets[name], positions.get(name)))
            replies, complete = receiver.receive(t_ns, heard)
            answers[name] = tuple(replies)
            for file_name, content in complete:
                checksum = next(reply.payload.decode() for reply in replies
                                if reply.name == file_name and reply.index == 0)
                files.append(ReceivedFile(t_ns, name, file_name, content, checksum,
                                          caption=f'Oh hey, there I am! ({file_name})'))
        azimuth = self._mast_azimuth(positions)
        state = RoverState(t_ns, self._p_MB, self._q_MB, azimuth)
        return RoverOutput(state, answers, tuple(files))

    def _heard(
        self, name: str, packets: Iterable[RadioPacket], sender: Vector3 | None,
    ) -> Iterable[RadioPacket]:
        antenna = self._p_MB + np.array([0.0, 0.0, self.parameters.antenna_height])
        distance = math.dist(antenna, sender) if sender is not None else 0.0
        if name not in self._channels:
            number = sum(name.encode())
            self._channels[name] = Channel(self.parameters.radio, self._seed + number)
        return (packet for packet in packets if self._channels[name].passes(distance))

    def _mast_azimuth(self, positions: dict[str, Vector3]) -> float:
        """Turn the head to the first helicopter, seen from the rover's nose."""
        if not positions:
            return 0.0
        there = positions[min(positions)]
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
