# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Perseverance as a participant: its drive, its mast, its base station for the radio."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
import hashlib
from typing import NamedTuple, TypeVar

from ingenuity_nodes.frames import (
    quaternion_from_rpy, QuatWxyz, Vector3, yaw_from_azimuth)
from ingenuity_nodes.radio.base_station import Report
from ingenuity_nodes.radio.frames import is_photo, photo_time
from ingenuity_nodes.rover.base_radio import BaseRadio
from ingenuity_nodes.rover.drive import Drive, DriveState, DRIVING, RoverVelocity
from ingenuity_nodes.rover.joints import Joints
from ingenuity_nodes.rover.mast import AZIMUTH, ELEVATION
from ingenuity_nodes.rover.mast_camera import MastCamera
from ingenuity_nodes.rover.parameters import RoverParameters
from ingenuity_nodes.signals import (
    all_of, Exposure, ImageOrder, NOTHING, RadioPacket, Receipt, RoverPath, RoverReport, Truth)
from ingenuity_nodes.timing import SECOND_NS
from ingenuity_nodes.world.terrain import Terrain
import numpy as np

V = TypeVar('V')


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
KEPT_NS = 900 * SECOND_NS    # assumed: photos arrive within a quarter of an hour
FRESH_NS = SECOND_NS    # assumed: telemetry nearer than this to an exposure tells of it


class RoverInputs(NamedTuple):
    """What reached one rover since its last tick, by sender, and what came from outside."""

    packets: Mapping[str, Sequence[RadioPacket]] = NOTHING    # frames on the air
    truths: Mapping[str, Sequence[Truth]] = NOTHING    # known to radio waves and the mast's eyes
    paths: Mapping[str, Sequence[RoverPath]] = NOTHING    # of mission control
    image_orders: tuple[ImageOrder, ...] = ()
    velocities: tuple[RoverVelocity, ...] = ()
    goals: tuple[RoverPath, ...] = ()
    losses_db: float | None = None    # of the radio, where they change with this tick


class RoverOutputs(NamedTuple):
    """What one tick of the rover brings forth."""

    state: RoverState
    packets: dict[str, tuple[RadioPacket, ...]]    # answers, by the helicopter they go to
    files: tuple[ReceivedFile, ...]
    drive: DriveState
    reports: tuple[RoverReport, ...]
    log: tuple[str, ...] = ()    # for people
    exposures: tuple[Exposure, ...] = ()    # of the mast camera

    @property
    def joints(self) -> Joints:
        """Return the angles of all joints that move: wheels, suspension, mast [rad]."""
        return {**self.drive.joints, AZIMUTH: self.state.mast_azimuth,
                ELEVATION: -self.state.mast_tilt}    # the axis of the elevation points down

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
    Drives where it is told to, receives what helicopters send, takes images.

    ``pose`` is what :func:`resting_pose` gives: attitude ``q_MB`` and place ``p_MB``. Without a
    ``terrain`` nothing hides the antennas from each other.
    """

    def __init__(
        self, parameters: RoverParameters, pose: tuple[QuatWxyz, Vector3], seed: int,
        drive: Drive, find_itself: Finder = lambda *_: None, *, name: str = 'perseverance',
        terrain: Terrain | None = None, image_orders: Iterable[ImageOrder] = (),
    ) -> None:
        self.parameters = parameters
        self._q_MB, self._p_MB = pose
        self._find_itself = find_itself
        self._drive = drive
        self._mast = MastCamera(parameters.mast, parameters.mast_tilt, image_orders)
        self._truths: dict[str, dict[int, Truth]] = {}
        self._stood = {-1: (self._p_MB, self._q_MB)}    # by time, while it drove
        self._believed = {-1: self._p_MB}    # by time, while it drove: its own position [m]
        self._reported: dict[str, dict[int, Vector3]] = {}    # telemetered positions by time [m]
        self._radio = BaseRadio(parameters, name, seed, terrain.heights if terrain else None)
        self._positions: dict[str, Vector3] = {}    # true ones, of the helicopters [m]

    @property
    def telemetry(self) -> Mapping[str, Report]:
        """Return the last telemetry of each helicopter that it has received."""
        return self._radio.reports

    def images_due(self, t_ns: int) -> tuple[int, ...]:
        """Name the exposures of the mast camera whose images must be there at a time."""
        return self._mast.images_due(t_ns)

    def tick(self, t_ns: int, inputs: RoverInputs) -> RoverOutputs:
        """Receive what was sent in the last tick, answer it, drive on, turn the mast."""
        for name, truths in inputs.truths.items():
            self._positions[name] = truths[-1].p_MB
            self._keep(t_ns, name, truths)
        drive, reports = self._moved(t_ns, inputs)
        if inputs.losses_db is not None:
            self._radio.change_losses(inputs.losses_db)
        files, answers, log = self._radio.tick(t_ns, inputs.packets, self._p_MB, self._positions)
        self._note_telemetry(t_ns)
        exposures = self._mast.tick(
            t_ns, (self._p_MB, self._q_MB), self._radio.reports, inputs.image_orders)
        state = RoverState(
            t_ns, self._p_MB, self._q_MB, self._mast.azimuth, self._mast.elevation)
        received = tuple(
            ReceivedFile(t_ns, sender, name, content, hashlib.sha256(content).hexdigest(),
                         self._caption(sender, name, content, state))
            for sender, name, content in files)
        return RoverOutputs(state, answers, received, drive, reports,
                            (*log, *self._drive.log(), *self._mast.log()), exposures)

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
                self._believed[t_ns] = np.array(
                    [state.belief.x, state.belief.y, state.belief.z])
            self._p_MB, self._q_MB = state.p_MB, state.q_MB
        return state, self._drive.reports(t_ns)

    def _keep(self, t_ns: int, name: str, truths: Sequence[Truth]) -> None:
        """Remember where a helicopter was: a photo arrives long after its exposure."""
        kept = self._truths.setdefault(name, {})
        kept.update((truth.t_ns, truth) for truth in truths)
        _forget(kept, t_ns)

    def _note_telemetry(self, t_ns: int) -> None:
        """Remember where the helicopters reported to be."""
        for name, report in self._radio.reports.items():
            kept = self._reported.setdefault(name, {})
            if report.sent_ns not in kept:
                kept[report.sent_ns] = np.array(report.telemetry.position)
                _forget(kept, t_ns)

    def _caption(self, sender: str, name: str, content: bytes, state: RoverState) -> str:
        """
        Look for itself in a photo and describe what came.

        Truth only bounds where in the photo is searched. Distance and height of the helicopter,
        above the origin of the map, are from its telemetry and the rover's own odometry.
        """
        try:
            exposed = photo_time(name)
        except ValueError:
            exposed = -1
        kept = self._truths.get(sender, {})
        nearest = _nearest(kept, exposed)
        p_MB, q_MB = self._stood[max(t_ns for t_ns in self._stood if t_ns <= exposed)]
        state = state._replace(p_MB=p_MB, q_MB=q_MB)
        found = None if nearest is None else self._find_itself(content, kept[nearest], state)
        if found is None:
            return f'{name} from {sender}, {len(content) / 1000:.0f} kB'
        across, down = (round(100 * fraction) for fraction in found)
        return (f'Oh hey, there I am! {across} % from the left, {down} % from the top'
                f'{self._seen_from(sender, exposed)} ({name})')

    def _seen_from(self, sender: str, exposed: int) -> str:
        """Describe from where and when a photo was taken, as far as telemetry told of it."""
        reported = self._reported.get(sender, {})
        nearest = _nearest(reported, exposed)
        when = f', at {exposed / SECOND_NS:.2f} s'
        if nearest is None or abs(nearest - exposed) > FRESH_NS:
            return when
        here = self._believed[max(t_ns for t_ns in self._believed if t_ns <= exposed)]
        distance = float(np.linalg.norm(reported[nearest] - here))
        return f', from {distance:.0f} m away and {reported[nearest][2]:.1f} m up{when}'


def _forget(kept: dict[int, V], t_ns: int) -> None:
    """Drop what is too old from values by time, the oldest of which come first."""
    while kept and (oldest := next(iter(kept))) < t_ns - KEPT_NS:
        del kept[oldest]


def _nearest(kept: Mapping[int, object], t_ns: int) -> int | None:
    """Return the time nearest to another of values by time, None if there are none."""
    return min(kept, key=lambda time: abs(time - t_ns), default=None)


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
