# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Perseverance as a participant: its drive, its mast, its base station for the radio."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
import hashlib
import math
from typing import NamedTuple

from ingenuity_nodes.frames import (
    quaternion_from_rpy, QuatWxyz, rpy_from_quaternion, Vector3, yaw_from_azimuth)
from ingenuity_nodes.radio.base_station import Report
from ingenuity_nodes.radio.frames import is_photo, photo_time
from ingenuity_nodes.rover.base_radio import BaseRadio
from ingenuity_nodes.rover.drive import Drive, DriveState, DRIVING, RoverVelocity
from ingenuity_nodes.rover.parameters import RoverParameters
from ingenuity_nodes.signals import (
    all_of, NOTHING, RadioPacket, Receipt, RoverPath, RoverReport, Truth)
from ingenuity_nodes.timing import SECOND_NS
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
    Drives where it is told to, looks at the helicopter, receives what it sends.

    ``pose`` is what :func:`resting_pose` gives: attitude ``q_MB`` and place ``p_MB``. Without a
    ``terrain`` nothing hides the antennas from each other.
    """

    def __init__(
        self, parameters: RoverParameters, pose: tuple[QuatWxyz, Vector3], seed: int,
        drive: Drive, find_itself: Finder = lambda *_: None, *, name: str = 'perseverance',
        terrain: Terrain | None = None,
    ) -> None:
        self.parameters = parameters
        self._q_MB, self._p_MB = pose
        self._find_itself = find_itself
        self._drive = drive
        self._truths: dict[str, dict[int, Truth]] = {}
        self._stood = {-1: (self._p_MB, self._q_MB)}    # by time, while it drove
        self._radio = BaseRadio(parameters, name, seed, terrain.heights if terrain else None)
        self._positions: dict[str, Vector3] = {}    # true ones, of the helicopters [m]

    @property
    def telemetry(self) -> Mapping[str, Report]:
        """Return the last telemetry of each helicopter that it has received."""
        return self._radio.reports

    def tick(self, t_ns: int, inputs: RoverInputs) -> RoverOutputs:
        """Receive what was sent in the last tick, answer it, drive on, turn the mast."""
        for name, truths in inputs.truths.items():
            self._positions[name] = truths[-1].p_MB
            self._keep(t_ns, name, truths)
        drive, reports = self._moved(t_ns, inputs)
        state = RoverState(t_ns, self._p_MB, self._q_MB, self._mast_azimuth(),
                           self.parameters.mast_tilt)
        files, answers, log = self._radio.tick(t_ns, inputs.packets, self._p_MB, self._positions)
        received = tuple(
            ReceivedFile(t_ns, sender, name, content, hashlib.sha256(content).hexdigest(),
                         self._caption(sender, name, content, state))
            for sender, name, content in files)
        return RoverOutputs(state, answers, received, drive, reports, (*log, *self._drive.log()))

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
