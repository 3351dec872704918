# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Perseverance as a participant: where it stands, its mast, its base station for the radio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
import hashlib
import math
from typing import NamedTuple

from ingenuity_nodes.frames import (
    quaternion_from_rpy, QuatWxyz, rpy_from_quaternion, Vector3, yaw_from_azimuth)
from ingenuity_nodes.radio.base_station import Report
from ingenuity_nodes.radio.frames import is_photo
from ingenuity_nodes.rover.base_radio import BaseRadio
from ingenuity_nodes.rover.parameters import RoverParameters
from ingenuity_nodes.signals import NOTHING, RadioPacket, Receipt, Truth
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
    log: tuple[str, ...] = ()    # for people

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """Return what mission control is told of the photos; thumbnails are for people."""
        return tuple(Receipt(file.sender, file.name, file.sha256) for file in self.photos)

    @property
    def photos(self) -> tuple[ReceivedFile, ...]:
        """Return the files that are photos in full size."""
        return tuple(file for file in self.files if is_photo(file.name))


class Rover:
    """
    Stands at its place, looks at the helicopter, receives what it sends.

    ``pose`` is what :func:`resting_pose` gives: attitude ``q_MB`` and place ``p_MB``. Without a
    ``terrain`` nothing hides the antennas from each other.
    """

    def __init__(
        self, parameters: RoverParameters, pose: tuple[QuatWxyz, Vector3], seed: int, *,
        name: str = 'perseverance', terrain: Terrain | None = None,
    ) -> None:
        self.parameters = parameters
        self._q_MB, self._p_MB = pose
        self._yaw = rpy_from_quaternion(self._q_MB)[2]
        self._radio = BaseRadio(parameters, name, seed, terrain.heights if terrain else None)
        self._positions: dict[str, Vector3] = {}    # true ones, of the helicopters [m]

    @property
    def telemetry(self) -> Mapping[str, Report]:
        """Return the last telemetry of each helicopter that it has received."""
        return self._radio.reports

    def tick(self, t_ns: int, inputs: RoverInputs) -> RoverOutputs:
        """Receive what was sent in the last tick, answer it, turn the mast."""
        for name, truths in inputs.truths.items():
            self._positions[name] = truths[-1].p_MB
        files, answers, log = self._radio.tick(t_ns, inputs.packets, self._p_MB, self._positions)
        received = tuple(
            ReceivedFile(t_ns, sender, file_name, content, hashlib.sha256(content).hexdigest(),
                         caption=f'Oh hey, there I am! ({file_name})')
            for sender, file_name, content in files)
        state = RoverState(t_ns, self._p_MB, self._q_MB, self._mast_azimuth(),
                           self.parameters.mast_tilt)
        return RoverOutputs(state, answers, received, log)

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
