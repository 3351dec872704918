# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The log of a run from its topics in a bag, for bags of others, such as ``ros2 bag record -a``.

Their messages may be stamped by the wall; times are those in the messages. What has none is given
that of the newest ground truth before it. A bag of several runs, one after the other, counts for
the last; below several namespaces, for the first by name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
import hashlib
from pathlib import Path
from typing import Any, NamedTuple

from ingenuity_nodes.cameras.model import rte
from ingenuity_nodes.frames import QuatWxyz, Vector3
from ingenuity_nodes.radio.frames import photo_in, photo_time
from ingenuity_nodes.recording.bag.motions import estimate_of, motion_of, status_of, time_of
from ingenuity_nodes.recording.bag.reader import decode, messages, topics
from ingenuity_nodes.recording.errors import RecordingError
from ingenuity_nodes.recording.mission_from_bag import mission_of_bag
from ingenuity_nodes.recording.photo_target import with_target
from ingenuity_nodes.recording.run_folder import RunFolder
from ingenuity_nodes.recording.run_log import MapMarker, PhotoRecord, RunLog, TerrainPatch
from ingenuity_nodes.signals import (
    Estimate, Exposure, FaultChange, ModeChange, Truth, VehicleStatus)
from ingenuity_nodes.timing import SECOND_NS
import numpy as np

STRING, ODOMETRY = 'std_msgs/msg/String', 'nav_msgs/msg/Odometry'
TRUTH = 'ground_truth/odometry'
ROVERS_ONLY = 'drive_state', 'caption', 'received'    # those of earlier versions had no drive
# What is read of a helicopter, of a rover and of the run: the type, and what a report of it shows.
HELICOPTER = {
    TRUTH: (ODOMETRY, 'flight'), 'odometry': (ODOMETRY, 'estimate'),
    'vehicle_status': ('std_msgs/msg/Float64MultiArray', 'power and rotors'),
    'flight_mode': (STRING, 'modes'), 'fault': (STRING, ''),
    'rte/exposure': (ODOMETRY, ''), 'rte/image_raw/compressed': (
        'sensor_msgs/msg/CompressedImage', '')}
ROVER = {TRUTH: (ODOMETRY, 'rover'), 'received': (STRING, ''), 'caption': (STRING, '')}
RUN = {'world/terrain': ('visualization_msgs/msg/Marker', 'ground'),
       'world/wind': ('geometry_msgs/msg/Vector3Stamped', 'wind'),
       'world/real_time_factor': ('std_msgs/msg/Float64', '')}
MARGIN = 20.0              # [m] of ground shown around the flights
MILLISECOND_NS = 1_000_000    # of which the names of photos are


class BagLog(NamedTuple):
    """What a bag says of a run."""

    run: RunLog
    factor: float | None    # simulated seconds per second
    photos: dict[str, bytes]    # JPEG files by name
    missing: list[str]      # of what a report shows
    notes: list[str]        # sentences about what was left out


class _Flight:
    """What was read of one helicopter, by time: a message that comes twice counts once."""

    def __init__(self) -> None:
        self.truths: dict[int, Truth] = {}
        self.estimates: dict[int, Estimate] = {}
        self.statuses: dict[int, VehicleStatus] = {}
        self.modes: list[ModeChange] = []
        self.faults: list[FaultChange] = []
        self.exposures: dict[int, Exposure] = {}
        self.jpegs: dict[int, bytes] = {}
        self.received: dict[int, tuple[int, str]] = {}    # time and checksum, by time of exposure


class _Run:
    """What was read of one run."""

    def __init__(self, helicopters: list[str], rovers: list[str]) -> None:
        self.now_ns = 0    # of the newest ground truth
        self.flights = {name: _Flight() for name in helicopters}
        self.rovers: dict[str, dict[int, tuple[QuatWxyz, Vector3]]] = {n: {} for n in rovers}
        self.captions: dict[int, str] = {}    # by time of exposure
        self.winds: dict[int, Vector3] = {}
        self.factor: float | None = None

    def take(self, vehicle: str, kind: str, message: Any) -> None:
        """Take a message; raises ValueError or AttributeError if it is none of ours."""
        if kind in RUN:
            self._of_run(kind, message)
        elif vehicle in self.rovers:
            self._of_rover(vehicle, kind, message)
        else:
            self._of_helicopter(self.flights[vehicle], kind, message)

    def _of_run(self, kind: str, message: Any) -> None:
        if kind == 'world/wind':
            v = message.vector
            self.winds[time_of(message)] = np.array([v.x, v.y, v.z])
        elif kind == 'world/real_time_factor':
            self.factor = float(message.data)

    def _of_rover(self, name: str, kind: str, message: Any) -> None:
        if kind == TRUTH:
            one = motion_of(message, '')
            self.rovers[name][one.t_ns] = one.q_MB, one.p_MB
        elif kind == 'caption':
            if (t_ns := photo_in(message.data)) is not None:
                self.captions[t_ns] = message.data
        else:
            sender, file, sha256 = message.data.split(' ')
            if sender in self.flights:
                self.flights[sender].received[photo_time(file)] = self.now_ns, sha256

    def _of_helicopter(self, flight: _Flight, kind: str, message: Any) -> None:
        if kind == TRUTH:
            one = motion_of(message, '')
            self.now_ns = max(self.now_ns, one.t_ns)
            zero = np.zeros(3)
            flight.truths[one.t_ns] = Truth(
                one.t_ns, one.p_MB, one.v_MB, one.q_MB, one.w_MB_B, zero, zero)
        elif kind == 'odometry':
            flight.estimates[time_of(message)] = estimate_of(message)
        elif kind == 'vehicle_status':
            status = status_of(message)
            flight.statuses[status.t_ns] = status
        elif kind == 'flight_mode':
            mode, _, reason = message.data.partition(': ')
            flight.modes.append(ModeChange(self.now_ns, mode, reason))
        elif kind == 'fault':
            head, _, text = message.data.partition(': ')
            fault, _, word = head.partition(' ')
            flight.faults.append(FaultChange(self.now_ns, fault, word == 'begins', text))
        elif kind == 'rte/exposure':
            flight.exposures[time_of(message)] = motion_of(message, 'rte')
        else:
            flight.jpegs[time_of(message)] = bytes(message.data)


def log_of_bag(bag: Path, name: str = '') -> BagLog:
    """
    Read what a report shows, as far as the bag has it.

    Parameters
    ----------
    bag
        Folder or file.
    name
        Of the run, for its title; '' is the bag's own.

    Raises
    ------
    RecordingError
        There is no bag, it is damaged, or no helicopter flies in it.

    """
    wanted, helicopters, rovers, notes = _wanted(bag)
    made, ground, since_ns, runs = _Run(helicopters, rovers), None, 0, 1
    refused: Counter[str] = Counter()
    for message in messages(bag, wanted):
        vehicle, kind = wanted[message.topic]
        try:
            value: Any = decode(message)
            if kind == 'world/terrain':
                ground = _ground(value)
                continue
            if kind == TRUTH and vehicle in helicopters \
                    and time_of(value) < made.now_ns - SECOND_NS:
                made, since_ns, runs = _Run(helicopters, rovers), message.t_ns, runs + 1
            made.take(vehicle, kind, value)
        except (ValueError, AttributeError, KeyError, TypeError, IndexError) as error:
            refused[message.topic] += 1
            if refused[message.topic] == 1:
                notes.append(f'{message.topic}: left out what cannot be read: {str(error)[:100]}')
    if runs > 1:
        notes.append(f'holds {runs} runs, one after the other: this is the last')
    photos: dict[str, bytes] = {}
    run = _log(made, name or bag.resolve().stem, photos)
    run.terrain = None if ground is None else _around(run, ground)
    prefix = next(iter(wanted)).partition('/ground_truth')[0].rpartition('/')[0]
    run.mission = mission_of_bag(bag, prefix, since_ns)
    return BagLog(run, made.factor, photos, _missing(wanted, helicopters, rovers), notes)


def _wanted(bag: Path) -> tuple[
        dict[str, tuple[str, str]], list[str], list[str], list[str]]:
    """Find what to read: vehicle and kind of each topic; helicopters, rovers, notes."""
    listed = topics(bag)
    offered = {one.topic for one in listed}    # whether anything was said or not
    found = {one.topic: one.type_name for one in listed if one.count}
    vehicles = [topic[:-len(TRUTH) - 1] for topic, kind in found.items()
                if topic.endswith(f'/{TRUTH}') and kind == ODOMETRY]
    flying = sorted(one for one in vehicles
                    if not any(f'{one}/{kind}' in offered for kind in ROVERS_ONLY))
    if not flying:
        raise RecordingError(f'{bag}: found no .../{TRUTH} of a helicopter, without which there '
                             'is no flight to report')
    prefix = flying[0].rpartition('/')[0]
    others = sorted({one.rpartition('/')[0] for one in flying} - {prefix})
    notes = [f'holds the run below {one or "/"}, too: this is the one below {prefix or "/"}'
             for one in others]
    inside = [one.rpartition('/')[2] for one in vehicles if one.rpartition('/')[0] == prefix]
    helicopters = [name for name in inside if f'{prefix}/{name}' in flying]
    rovers = [name for name in inside if name not in helicopters]
    wanted = {}
    for names, kinds in ((helicopters, HELICOPTER), (rovers, ROVER), ([''], RUN)):
        for name in names:
            for kind, (type_name, _) in kinds.items():
                topic = f'{prefix}/{name}/{kind}' if name else f'{prefix}/{kind}'
                if found.get(topic) == type_name:
                    wanted[topic] = name, kind
    return wanted, helicopters, rovers, notes


def _missing(
    wanted: dict[str, tuple[str, str]], helicopters: list[str], rovers: list[str],
) -> list[str]:
    """Name what a report shows and no topic has."""
    there = set(wanted.values())
    names = [(name, kind, about) for names, kinds in ((helicopters, HELICOPTER), ([''], RUN))
             for name in names for kind, (_, about) in kinds.items()]
    found = [f'{about} ({name + "/" if name else ""}{kind})'
             for name, kind, about in names if about and (name, kind) not in there]
    if not any(kind == 'rte/image_raw/compressed' for _, kind in there):
        found.append('photos (rte/image_raw/compressed)')
    return found if rovers else [*found, f'rovers ({TRUTH})']


def _log(made: _Run, name: str, photos: dict[str, bytes]) -> RunLog:
    run = RunLog(name, None, list(made.flights))
    for log, flight in zip(run.logs, made.flights.values(), strict=True):
        for rows, record in ((flight.truths, log.truth), (flight.estimates, log.estimate),
                             (flight.statuses, log.status)):
            _in_order(rows, record)
        for t_ns in sorted(made.winds):
            log.wind(t_ns, made.winds[t_ns])
        log.modes, log.faults = flight.modes, flight.faults
        tail = '' if log is run.logs[0] else log.namespace
        for number, t_ns in enumerate(sorted(flight.exposures), 1):
            file = RunFolder(Path()).photo(tail, number).name
            log.photo(_photo(made, flight, flight.exposures[t_ns], file))
            if t_ns in flight.jpegs:
                photos[file] = flight.jpegs[t_ns]
    for rover, poses in made.rovers.items():
        if poses:
            east, north, up = poses[min(poses)][1].tolist()
            run.markers.append(MapMarker(rover.capitalize(), east, north, up))
    return run


def _in_order(rows: dict[int, Any], record: Callable[[Any], None]) -> None:
    for t_ns in sorted(rows):
        record(rows[t_ns])


def _photo(made: _Run, flight: _Flight, exposure: Exposure, file: str) -> PhotoRecord:
    camera = rte()
    named_ns = exposure.t_ns // MILLISECOND_NS * MILLISECOND_NS
    received = flight.received.get(named_ns)
    jpeg = flight.jpegs.get(exposure.t_ns, b'')
    record = PhotoRecord(
        exposure.t_ns, file, camera.width, camera.height, tuple(exposure.p_MB.tolist()),
        tuple(exposure.q_MB.tolist()), received=received is not None,
        receive_t_ns=received[0] if received else None,
        sha256_sent=hashlib.sha256(jpeg).hexdigest() if jpeg else '',
        sha256_received=received[1] if received else '', caption=made.captions.get(named_ns, ''))
    poses = {name: poses[max((t for t in poses if t <= exposure.t_ns), default=min(poses))]
             for name, poses in made.rovers.items() if poses}
    aimed = with_target(record, camera, exposure, poses)
    # Whether it was meant is not in a bag: it is a target if it is seen.
    return aimed if aimed.target_visible_share else record


def _ground(marker: Any) -> TerrainPatch:
    """Read the ground, whose triangles have their corners on a grid."""
    p = np.array([(one.x, one.y, one.z) for one in marker.points]).reshape(-1, 3)
    if not len(p) or not np.isfinite(p).all():
        raise ValueError('found no ground')
    east, columns = np.unique(p[:, 0], return_inverse=True)
    north, rows = np.unique(p[:, 1], return_inverse=True)
    if len(east) * len(north) > len(p):    # each corner is in one triangle or more
        raise ValueError('found triangles that are no grid')
    up = np.full((len(north), len(east)), np.nan)
    up[rows, columns] = p[:, 2]
    if np.isnan(up).any():
        raise ValueError('found triangles that are no grid')
    return TerrainPatch(east, north, up)


def _around(run: RunLog, ground: TerrainPatch) -> TerrainPatch | None:
    """Return the ground around the flights and the rovers; None: they are off it."""
    p = np.concatenate([*(log.truths.p_MB[:, :2] for log in run.logs),
                        *(np.array([[mark.east, mark.north]]) for mark in run.markers)])
    low, high = p.min(axis=0) - MARGIN, p.max(axis=0) + MARGIN
    columns = (ground.east >= low[0]) & (ground.east <= high[0])
    rows = (ground.north >= low[1]) & (ground.north <= high[1])
    if columns.sum() < 2 or rows.sum() < 2:
        return None
    return TerrainPatch(ground.east[columns], ground.north[rows], ground.up[rows][:, columns])
