# Copyright 2026 Ingenuity contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.
"""Perseverance as a participant: where it stands, its mast, its base station for the radio."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
import math
from typing import NamedTuple

from ingenuity_nodes.frames import quaternion_from_rpy, QuatWxyz, Vector3, yaw_from_azimuth
from ingenuity_nodes.parameters import quantity, with_overrides
from ingenuity_nodes.rover.radio import Channel, FileReceiver, RadioParameters
from ingenuity_nodes.scenario import RoverSection, VehicleSection
from ingenuity_nodes.signals import RadioPacket
from ingenuity_nodes.world.environment import Environment
import numpy as np


@dataclass(frozen=True)
class RoverParameters:
    """The rover."""

    antenna_height: float = quantity(
        1.0, 'm', 'of the base station above the ground', low=0.1, high=3.0,
        source='assumed: on the rear deck')
    mast_tilt: float = quantity(
        0.0, 'rad', 'of the camera head, positive up', low=-1.5, high=1.5, source='assumed')
    radio: RadioParameters = field(default_factory=RadioParameters)


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
    """Stands at its place, looks at the helicopter, receives what it sends."""

    def __init__(self, section: RoverSection, environment: Environment, seed: int) -> None:
        self.parameters = with_overrides(RoverParameters(), section.overrides)
        self._q_MB, self._p_MB = resting_pose(section, environment)
        self._east, self._north = section.position
        self._yaw = yaw_from_azimuth(section.azimuth)
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
        east, north = float(there[0]) - self._east, float(there[1]) - self._north
        return math.remainder(math.atan2(north, east) - self._yaw, 2 * math.pi)


def resting_pose(
    section: VehicleSection, environment: Environment,
) -> tuple[QuatWxyz, Vector3]:
    """Attitude ``q_MB`` and place ``p_MB`` of a rover that stands level on the ground."""
    east, north = section.position
    up = environment.terrain.height(east, north)
    yaw = yaw_from_azimuth(section.azimuth)
    return quaternion_from_rpy(0.0, 0.0, yaw), np.array([east, north, up])
