# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The log of a run, as plain columns: the input of the result file, the tracks and the report.

Batch flights fill it directly, the live graph through the recorder node.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
import json
from pathlib import Path
from typing import Any
import zipfile

from ingenuity_nodes.frames import Vector3
from ingenuity_nodes.recording.columns import (
    EstimateColumns, Rows, SetpointColumns, StatusColumns, TruthColumns)
from ingenuity_nodes.recording.errors import of_a_stranger, RecordingError
from ingenuity_nodes.recording.mission_record import MissionRecord
from ingenuity_nodes.signals import (
    Estimate, FaultChange, ModeChange, Setpoint, Truth, VehicleStatus)
from ingenuity_nodes.timing import TICK_NS
import numpy as np
from numpy.typing import NDArray

TABLES = {'truth': 13, 'estimate': 20, 'status': 13, 'setpoint': 7, 'wind': 3}

# Unpacked [B]; a helicopter's hour takes 0.2 GB.
LARGEST = 4_000_000_000


@dataclass(frozen=True)
class PhotoRecord:
    """One image of the colour camera and its transmission to the base station."""

    t_ns: int                                    # instant of exposure
    file: str                                    # name in the run folder
    width: int
    height: int
    position_enu_m: tuple[float, float, float]   # of the carrier, true
    quaternion_wxyz: tuple[float, float, float, float]
    target: str = ''
    target_px: tuple[float, float] | None = None                    # u right, v down
    target_bbox_px: tuple[float, float, float, float] | None = None  # u0, v0, u1, v1
    target_distance_m: float | None = None       # horizontal, true
    target_visible_px: int | None = None         # pixels of the target inside the image
    received: bool = False
    receive_t_ns: int | None = None
    sha256_sent: str = ''
    sha256_received: str = ''
    target_visible_share: float | None = None    # of the target's silhouette, inside the frame
    caption: str = ''                            # what the rover wrote about it


@dataclass(frozen=True)
class RadioProgress:
    """How much of a file has been received."""

    t_ns: int
    name: str
    received: int    # frames
    count: int       # frames


@dataclass(frozen=True)
class MapMarker:
    """A marker on the maps of the report."""

    name: str
    east: float
    north: float
    up: float


MOST_STATIONS = 1000    # along a side; assumed: more than a figure has pixels


@dataclass(frozen=True)
class TerrainPatch:
    """Heights on a grid, for the maps of the report."""

    east: NDArray[np.float64]     # (n,) [m]
    north: NDArray[np.float64]    # (m,) [m]
    up: NDArray[np.float64]       # (m, n) [m]

    @classmethod
    def sample(
        cls, heights: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]],
        east: tuple[float, float], north: tuple[float, float], spacing: float = 1.0,
    ) -> TerrainPatch:
        """
        Sample the heights of a terrain on a grid that covers ``east`` and ``north`` [m].

        Where vehicles are kilometres apart the grid is coarser, so that it stays small.
        """
        spacing = max(spacing, *((high - low) / MOST_STATIONS for low, high in (east, north)))
        xs = np.arange(east[0], east[1] + spacing, spacing)
        ys = np.arange(north[0], north[1] + spacing, spacing)
        grid_x, grid_y = np.meshgrid(xs, ys)
        return cls(xs, ys, np.reshape(heights(grid_x.ravel(), grid_y.ravel()), grid_x.shape))


class VehicleLog:
    """The log of one helicopter: truth at lockstep ticks, else the first row in each tick."""

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
        self.modes: list[ModeChange] = []
        self.faults: list[FaultChange] = []
        self.photos: list[PhotoRecord] = []
        self.transfers: list[RadioProgress] = []
        self.failure = ''
        self.tables = {name: Rows(width) for name, width in TABLES.items()}

    def truth(self, truth: Truth) -> None:
        """Record the true motion."""
        if truth.t_ns % TICK_NS == 0:
            self.tables['truth'].append(
                truth.t_ns, (*truth.p_MB, *truth.v_MB, *truth.q_MB, *truth.w_MB_B))

    def estimate(self, estimate: Estimate) -> None:
        """Record the estimated motion."""
        if self.tables['estimate'].due(estimate.t_ns):
            sigma = np.sqrt(np.maximum(np.diagonal(estimate.covariance)[:9], 0.0))
            self.tables['estimate'].append(estimate.t_ns, (
                *estimate.p_MB, *estimate.v_MB, *estimate.q_MB, *sigma, estimate.feature_count))

    def status(self, status: VehicleStatus) -> None:
        """Record the state of actuators, power train and battery."""
        self.failure = self.failure or status.failure
        if self.tables['status'].due(status.t_ns):
            self.tables['status'].append(status.t_ns, (
                *status.rotor_speed, *status.collective, *status.thrust, status.rotor_power,
                status.electrical_power, status.battery_voltage, status.battery_charge,
                status.motor_temperature, status.energy_used_wh, status.feet_on_ground))

    def setpoint(self, setpoint: Setpoint) -> None:
        """Record the setpoint of guidance."""
        if self.tables['setpoint'].due(setpoint.t_ns):
            self.tables['setpoint'].append(
                setpoint.t_ns, (*setpoint.p_ref, *setpoint.v_ref, setpoint.yaw_ref))

    def wind(self, t_ns: int, velocity_M: Vector3) -> None:
        """Record the wind at the aircraft."""
        if self.tables['wind'].due(t_ns):
            self.tables['wind'].append(t_ns, velocity_M)

    def mode(self, change: ModeChange) -> None:
        """Record that the flight computer entered a mode."""
        self.modes.append(change)

    def fault(self, change: FaultChange) -> None:
        """Record that a fault began or ended."""
        self.faults.append(change)

    def photo(self, photo: PhotoRecord) -> None:
        """Record an image, or update its record: the same exposure replaces it."""
        self.photos = [p for p in self.photos if p.t_ns != photo.t_ns] + [photo]
        self.photos.sort(key=lambda record: record.t_ns)

    def radio(self, t_ns: int, name: str, received: int, count: int) -> None:
        """Record how many frames of a file have been received."""
        self.transfers.append(RadioProgress(t_ns, name, received, count))

    @property
    def truths(self) -> TruthColumns:
        """Return the true motion, by tick."""
        return TruthColumns.of(self.tables['truth'])

    @property
    def estimates(self) -> EstimateColumns:
        """Return the estimated motion, by tick."""
        return EstimateColumns.of(self.tables['estimate'])

    @property
    def statuses(self) -> StatusColumns:
        """Return the state of actuators, power train and battery, by tick."""
        return StatusColumns.of(self.tables['status'])

    @property
    def setpoints(self) -> SetpointColumns:
        """Return the setpoints, by tick."""
        return SetpointColumns.of(self.tables['setpoint'])


@dataclass
class RunLog:
    """The log of one run: scenario, seed, the log of every helicopter, the terrain."""

    scenario: str
    seed: int | None    # None: not known
    vehicles: Sequence[str]    # namespaces in the scenario's order, the main one first
    terrain: TerrainPatch | None = None
    markers: list[MapMarker] = field(default_factory=list)
    description: str = ''      # one sentence, for the report
    mission: MissionRecord = field(default_factory=MissionRecord)

    def __post_init__(self) -> None:
        self.logs = [VehicleLog(namespace) for namespace in self.vehicles]

    def vehicle(self, namespace: str) -> VehicleLog:
        """
        Find the log of one helicopter.

        Raises
        ------
        KeyError
            No such vehicle in this run.

        """
        for log in self.logs:
            if log.namespace == namespace:
                return log
        raise KeyError(f"no vehicle '{namespace}' in this run; known: {list(self.vehicles)}")

    def save(self, path: Path) -> None:
        """Write everything to one compressed file."""
        arrays: dict[str, Any] = {}
        for k, log in enumerate(self.logs):
            for name, rows in log.tables.items():
                arrays[f'{k}_{name}_t_ns'], arrays[f'{k}_{name}'] = rows.times, rows.values
        if self.terrain:
            arrays |= {'terrain_east': self.terrain.east, 'terrain_north': self.terrain.north,
                       'terrain_up': self.terrain.up.astype(np.float32)}
        about = {
            'scenario': self.scenario, 'seed': self.seed, 'vehicles': list(self.vehicles),
            'description': self.description, 'mission': self.mission.about(),
            'landmarks': [asdict(marker) for marker in self.markers],
            'logs': [_events(log) for log in self.logs]}
        arrays |= self.mission.arrays()
        arrays['about'] = np.array(json.dumps(about))
        try:
            with path.open('wb') as file:
                np.savez_compressed(file, allow_pickle=False, **arrays)
        except OSError as error:
            raise RecordingError(f'{path}: cannot be written: {error.strerror}') from error

    @classmethod
    def load(cls, path: Path) -> RunLog:
        """
        Read what :meth:`save` wrote.

        Raises
        ------
        RecordingError
            The file is missing or incomplete.

        """
        with of_a_stranger(f'{path}: not a readable run log'):
            _check_size(path)
            with np.load(path) as arrays:
                about = json.loads(str(arrays['about']))
                run = cls(about['scenario'], about['seed'], about['vehicles'],
                          description=about['description'])
                if 'terrain_up' in arrays:
                    run.terrain = TerrainPatch(arrays['terrain_east'], arrays['terrain_north'],
                                               arrays['terrain_up'].astype(np.float64))
                if 'mission' in about:    # logs of earlier versions have none
                    run.mission = MissionRecord.restored(about['mission'], arrays)
                run.markers = [MapMarker(**entry) for entry in about['landmarks']]
                for k, log in enumerate(run.logs):
                    _restore_events(log, about['logs'][k])
                    log.tables = {name: _table(arrays, f'{k}_{name}', width)
                                  for name, width in TABLES.items()}
        return run


def _check_size(path: Path) -> None:
    """Refuse what would fill the memory: a stranger's file may claim any size."""
    with zipfile.ZipFile(path) as file:
        size = sum(entry.file_size for entry in file.infolist())
    if size > LARGEST:
        raise ValueError(f'found {size} bytes unpacked, allowed: {LARGEST}')


def _table(arrays: Any, name: str, width: int) -> Rows:
    times, values = arrays[f'{name}_t_ns'], arrays[name]
    found = f'{times.dtype} {times.shape}, {values.dtype} {values.shape}'
    if (times.dtype, values.dtype) != (np.int64, np.float64) or times.ndim != 1 or (
            values.shape != (len(times), width)):
        raise ValueError(f'{name}: found {found}, allowed: int64 (n,), float64 (n, {width})')
    return Rows.of(times, values)


def _events(log: VehicleLog) -> dict[str, Any]:
    return {'failure': log.failure, 'modes': [asdict(change) for change in log.modes],
            'faults': [asdict(change) for change in log.faults],
            'photos': [asdict(photo) for photo in log.photos],
            'transfers': [asdict(step) for step in log.transfers]}


def _restore_events(log: VehicleLog, entry: dict[str, Any]) -> None:
    log.failure = entry['failure']
    log.modes = [ModeChange(**change) for change in entry['modes']]
    # Logs written before faults existed have none.
    log.faults = [FaultChange(**change) for change in entry.get('faults', [])]
    log.transfers = [RadioProgress(**step) for step in entry['transfers']]
    for photo in entry['photos']:
        # JSON has no tuples
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value
            for key, value in photo.items()}
        log.photos.append(PhotoRecord(**values))
