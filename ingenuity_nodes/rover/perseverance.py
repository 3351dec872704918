# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Perseverance as a participant: its drive, its mast, its base station for the radio."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
import math
from typing import NamedTuple

from ingenuity_nodes.frames import (
    quaternion_from_rpy, QuatWxyz, rpy_from_quaternion, Vector3, yaw_from_azimuth)
from ingenuity_nodes.rover.drive import Drive, DriveState, DRIVING, RoverVelocity
from ingenuity_nodes.rover.parameters import RoverParameters
from ingenuity_nodes.rover.radio import Channel, FileReceiver, photo_time
from ingenuity_nodes.signals import (
    all_of, NOTHING, RadioPacket, Receipt, RoverPath, RoverReport, Truth)
from ingenuity_nodes.timing import SECOND_NS
from ingenuity_nodes.world.seeds import seed_of
from ingenuity_nodes.world.terrain import Terrain
import numpy as np


class RoverState(NamedTuple):
    """True pose of a parked or slowly driving rover."""

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


# Where it finds itself in a photo: of content, true pose of the photographing helicopter, and own
# true state; the centre as fractions of width and height, None if it does not find itself.
Finder = Callable[[bytes, Truth, RoverState], tuple[float, float] | None]
TRUTHS_KEPT_NS = 900 * SECOND_NS    # assumed: photos arrive within a quarter of an hour


class RoverInputs(NamedTuple):
    """What reached one rover since its last tick, by sender, and what came from outside."""

    packets: Mapping[str, Sequence[RadioPacket]] = NOTHING    # frames on the air
    truths: Mapping[str, Sequence[Truth]] = NOTHING    # known to radio waves and the mast's eyes
    paths: Mapping[str, Sequence[RoverPath]] = NOTHING    # of mission control
    velocities: tuple[RoverVelocity, ...] = ()
    goals: tuple[RoverPath, ...] = ()


class RoverOutputs(NamedTuple):
    """What one tick of the rover brings forth."""

    state: RoverState
    packets: dict[str, tuple[RadioPacket, ...]]    # answers, by the helicopter they go to
    files: tuple[ReceivedFile, ...]
    drive: DriveState
    reports: tuple[RoverReport, ...]
    log: tuple[str, ...]

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """Return what mission control is told of the files."""
        return tuple(Receipt(file.sender, file.name, file.sha256) for file in self.files)


class Rover:
    """
    Drives where it is told to, looks at the helicopter, receives what it sends.

    ``pose`` is what :func:`resting_pose` gives: attitude ``q_MB`` and place ``p_MB``.
    """

    def __init__(
        self, parameters: RoverParameters, pose: tuple[QuatWxyz, Vector3], seed: int,
        drive: Drive, find_itself: Finder = lambda *_: None,
    ) -> None:
        self.parameters = parameters
        self._q_MB, self._p_MB = pose
        self._find_itself = find_itself
        self._drive = drive
        self._truths: dict[str, dict[int, Truth]] = {}
        self._stood = {-1: (self._p_MB, self._q_MB)}    # by time, while it drove
        self._channels: dict[str, Channel] = {}
        self._receivers: dict[str, FileReceiver] = {}
        self._positions: dict[str, Vector3] = {}    # true ones, of the helicopters [m]
        self._seed = seed

    def tick(self, t_ns: int, inputs: RoverInputs) -> RoverOutputs:
        """Receive what was sent in the last tick, answer it, drive on, turn the mast."""
        for name, truths in inputs.truths.items():
            self._positions[name] = truths[-1].p_MB
            self._keep(t_ns, name, truths)
        drive, reports = self._moved(t_ns, inputs)
        state = RoverState(t_ns, self._p_MB, self._q_MB, self._mast_azimuth(),
                           self.parameters.mast_tilt)
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
                                          self._caption(name, file_name, content, state)))
        return RoverOutputs(state, answers, tuple(files), drive, reports, self._drive.log())

    def _moved(
        self, t_ns: int, inputs: RoverInputs,
    ) -> tuple[DriveState, tuple[RoverReport, ...]]:
        """Drive on; a goal from outside counts as a path, mission control's come first."""
        self._drive.follow((*all_of(inputs.paths), *inputs.goals))
        self._drive.steer(t_ns, inputs.velocities)
        self._drive.tick(t_ns)
        state = self._drive.state
        if self._drive.stance is not None:
            if state.p_MB is not self._p_MB and self._drive.phase == DRIVING:
                self._stood[t_ns] = state.p_MB, state.q_MB
            self._p_MB, self._q_MB = state.p_MB, state.q_MB
        return state, self._drive.reports(t_ns)

    def _keep(self, t_ns: int, name: str, truths: Sequence[Truth]) -> None:
        """Remember where a helicopter was: a photo arrives long after its exposure."""
        kept = self._truths.setdefault(name, {})
        kept.update((truth.t_ns, truth) for truth in truths)
        while kept and (oldest := next(iter(kept))) < t_ns - TRUTHS_KEPT_NS:
            del kept[oldest]

    def _caption(self, sender: str, name: str, content: bytes, state: RoverState) -> str:
        """Look for itself in a photo and describe what came."""
        try:
            exposed = photo_time(name)
        except ValueError:
            exposed = -1
        kept = self._truths.get(sender, {})
        nearest = min(kept, key=lambda t_ns: abs(t_ns - exposed), default=None)
        before = [t_ns for t_ns in self._stood if t_ns <= exposed]
        p_MB, q_MB = self._stood[max(before)]
        state = state._replace(p_MB=p_MB, q_MB=q_MB)
        found = None if nearest is None else self._find_itself(content, kept[nearest], state)
        if found is None:
            return f'{name} from {sender}, {len(content) / 1000:.0f} kB'
        across, down = (round(100 * fraction) for fraction in found)
        return f'Oh hey, there I am! {across} % from the left, {down} % from the top ({name})'

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
        yaw = rpy_from_quaternion(self._q_MB)[2]
        return math.remainder(math.atan2(north, east) - yaw, 2 * math.pi)


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
