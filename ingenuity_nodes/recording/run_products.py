# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The products of a run apart from the bag: result, photos, trajectories and report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
import hashlib
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ingenuity_nodes.frames import QuatWxyz, Vector3
from ingenuity_nodes.graph.lockstep import Foreign, repeatability
from ingenuity_nodes.parameters import with_overrides
from ingenuity_nodes.radio.frames import photo_in
from ingenuity_nodes.recording.errors import RecordingError
from ingenuity_nodes.recording.historic_flights import estimated_path, HISTORY, oscillation_period
from ingenuity_nodes.recording.mission_record import Decision, RoverLog, SentPath
from ingenuity_nodes.recording.photo_copies import photo_metadata, write_copies
from ingenuity_nodes.recording.photo_target import with_target
from ingenuity_nodes.recording.report.report import write_report
from ingenuity_nodes.recording.result import flight_span, summarise, write_result
from ingenuity_nodes.recording.run_folder import RunFolder
from ingenuity_nodes.recording.run_log import MapMarker, PhotoRecord, RunLog, TerrainPatch
from ingenuity_nodes.recording.tracks import write_trajectories
from ingenuity_nodes.rendering.robots_in_view import camera_of
from ingenuity_nodes.rover.parameters import RoverParameters
from ingenuity_nodes.rover.perseverance import resting_pose
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.signals import (
    Estimate, Exposure, FaultChange, HazardMap, ModeChange, RoverPath, Truth, VehicleStatus)
from ingenuity_nodes.timing import SECOND_NS
from ingenuity_nodes.world.conditions import ParameterChange
from ingenuity_nodes.world.environment import Environment
import numpy as np

MILLISECOND_NS = 1_000_000    # of which the names of photos are
MAP_MARGIN = 20.0    # [m] of ground shown around all positions of the run


class RunProducts:
    """Record one run, and write result, photos, trajectories and report."""

    def __init__(
        self, scenario: Scenario, seed: int, environment: Environment, folder: RunFolder | None,
    ) -> None:
        self._scenario, self._environment, self._folder = scenario, environment, folder
        self.run = RunLog(scenario.name, seed, [h.name for h in scenario.helicopters])
        self.run.description = scenario.description
        self._cameras = {h.name: camera_of(scenario, h.name, 'rte')
                         for h in scenario.helicopters if 'rte' in h.cameras}
        self._mast_images: dict[tuple[str, int], Path] = {}
        self._changes: list[dict[str, object]] = []
        self._rovers: dict[str, dict[int, tuple[QuatWxyz, Vector3]]] = {}
        for rover in scenario.rovers:
            self._rovers[rover.name] = {-1: resting_pose(
                rover.position, rover.azimuth, environment.terrain)}
            self.run.mission.rovers[rover.name] = RoverLog(
                rover.name, rover.position, rover.drive_to)
            self.run.markers.append(MapMarker(
                rover.name.capitalize(), *rover.position,
                environment.terrain.height(*rover.position)))

    def tick(
        self, name: str, truth: Truth, estimate: Estimate, status: VehicleStatus,
        modes: tuple[ModeChange, ...], faults: tuple[FaultChange, ...] = (),
    ) -> None:
        """Record one helicopter's tick."""
        log = self.run.vehicle(name)
        log.truth(truth)
        log.estimate(estimate)
        log.status(status)
        for change in modes:
            log.mode(change)
        for fault in faults:
            log.fault(fault)
        east, north, up = truth.p_MB.tolist()
        height = up - self._environment.terrain.height(east, north)
        log.wind(truth.t_ns, self._environment.wind.velocity(truth.t_ns, height))

    def rover_at(self, name: str, t_ns: int, p_MB: Vector3, q_MB: QuatWxyz) -> None:
        """Note where a rover truly is, if it has moved."""
        poses = self._rovers[name]
        q_last, p_last = poses[next(reversed(poses))]
        if not (np.array_equal(p_last, p_MB) and np.array_equal(q_last, q_MB)):
            poses[t_ns] = q_MB, p_MB

    def decided(self, t_ns: int, text: str) -> None:
        """Record a line of the mission's log."""
        self.run.mission.decisions.append(Decision(t_ns, text))

    def changed(self, change: ParameterChange) -> None:
        """Record a parameter that somebody changed in flight."""
        self._changes.append({
            't_s': change.t_ns / SECOND_NS, 'node': change.node, 'parameter': change.name,
            'from': change.before, 'to': change.after})

    def path_sent(self, rover: str, t_ns: int, path: RoverPath) -> None:
        """Record a path that was sent to a rover."""
        self.run.mission.rovers[rover].paths.append(SentPath(t_ns, path.points))

    def mapped(self, value: HazardMap) -> None:
        """Record a map from the air; a newer one replaces it."""
        self.run.mission.hazard_map = value

    def captioned(self, text: str) -> None:
        """Record what a rover wrote about a photo, which its text names."""
        t_ns = photo_in(text)
        for log in self.run.logs:
            for record in log.photos:
                if record.t_ns // MILLISECOND_NS * MILLISECOND_NS == t_ns:
                    log.photo(replace(record, caption=text))

    def rover_pose(self, name: str, t_ns: int) -> tuple[QuatWxyz, Vector3]:
        """Return attitude and position of a rover at a time, as far as they are known then."""
        poses = self._rovers[name]
        return poses[max(time for time in poses if time <= t_ns)]

    def exposed(self, name: str, exposure: Exposure) -> None:
        """Record an exposure of a colour camera, and its true target."""
        log, camera = self.run.vehicle(name), self._cameras[name]
        number = len(log.photos)
        tail = '' if name == self.run.vehicles[0] else name
        file = self._folder.photo(tail, number + 1).name if self._folder else ''
        record = PhotoRecord(
            t_ns=exposure.t_ns, file=file, width=camera.width, height=camera.height,
            position_enu_m=tuple(exposure.p_MB.tolist()),
            quaternion_wxyz=tuple(exposure.q_MB.tolist()))
        log.photo(self._with_target(name, exposure, record))

    def _with_target(
        self, name: str, exposure: Exposure, record: PhotoRecord,
    ) -> PhotoRecord:
        """Add where the target truly is in the image; of several, the one most visible."""
        sections = {section.name: section for section in self._scenario.helicopters}
        targets = sections[name].photographed
        return with_target(record, self._cameras[name], exposure, {
            rover.name: self.rover_pose(rover.name, exposure.t_ns)
            for rover in self._scenario.rovers if rover.name in targets})

    def photo_taken(self, name: str, t_ns: int, jpeg: bytes) -> None:
        """Record the image that the camera passed to the radio."""
        record = self._record(name, t_ns)
        if record is not None:
            self._keep(name, replace(record, sha256_sent=hashlib.sha256(jpeg).hexdigest()), jpeg)

    def mast_image(self, name: str, t_ns: int, jpeg: bytes) -> None:
        """Keep an image of a rover's mast camera."""
        if self._folder:
            self._mast_images[name, t_ns] = self._folder.mast_image(name, t_ns)
            _write(self._mast_images[name, t_ns], jpeg)

    def _drop_unfinished_mast_images(self) -> None:
        """Remove what was not due before the end: a fast camera may have drawn it in time."""
        end_ns = max((int(log.truths.t_ns[-1]) for log in self.run.logs if len(log.truths.t_ns)),
                     default=0)
        for (name, t_ns), path in self._mast_images.items():
            parameters = with_overrides(
                RoverParameters(), self._scenario.vehicle(name).overrides)
            if t_ns + round(parameters.mast.image_delay * SECOND_NS) > end_ns:
                path.unlink(missing_ok=True)

    def photo_received(self, name: str, t_ns: int, receive_t_ns: int, sha256: str) -> None:
        """Record that the base station has received the image."""
        record = self._record(name, t_ns)
        if record is not None:
            self.run.vehicle(name).photo(replace(
                record, received=True, receive_t_ns=receive_t_ns, sha256_received=sha256))

    def _record(self, name: str, t_ns: int) -> PhotoRecord | None:
        return next((p for p in self.run.vehicle(name).photos if p.t_ns == t_ns), None)

    def _keep(self, name: str, record: PhotoRecord, jpeg: bytes) -> None:
        self.run.vehicle(name).photo(record)
        if self._folder:
            _write(self._folder.path / record.file, jpeg)

    def finish(
        self, real_time_factor: float | None, outcome: str | None = None, full: bool = True,
        *, verdict: str = '', foreign: Mapping[str, Foreign] = MappingProxyType({}),
    ) -> dict[str, Any]:
        """
        Write everything; ``full=False`` omits the report and the photo copies.

        Raises
        ------
        RecordingError
            The folder is gone, or cannot be written.

        """
        self._drop_unfinished_mast_images()
        self._keep_drives()
        if full:
            self.run.terrain = self._patch()
        result = {**summarise(self.run, real_time_factor, outcome, verdict),
                  **repeatability(foreign)}
        if self._changes:
            result['changes'] = self._changes
        if self._scenario.name in HISTORY:
            result['swing_period_s'] = oscillation_period(self.run.logs[0])
            result['believed_path_m'] = estimated_path(self.run.logs[0])
        if self._folder is None:
            return result
        self._write_all(self._folder, result, full=full)
        return result

    def _write_all(self, folder: RunFolder, result: dict[str, Any], *, full: bool) -> None:
        """Write all products, the small ones first; where one fails, those that still fit."""
        products: list[Callable[[], object]] = [
            lambda: write_result(folder.result, result),
            lambda: write_trajectories(self.run, folder),
            lambda: self.run.save(folder.run_log)]
        if full:
            products += [lambda: self._write_photo_copies(folder),
                         lambda: write_report(folder, self.run, result)]
        failed = []
        for write in products:
            try:
                write()
            except RecordingError as error:
                failed.append(str(error))
        if failed:
            raise RecordingError('; '.join(failed))

    def _write_photo_copies(self, folder: RunFolder) -> None:
        """Write the crop and the annotated copy of every photo in the folder."""
        for log in self.run.logs:
            tail = '' if log.namespace == self.run.vehicles[0] else log.namespace
            span = flight_span(log)
            zero_ns = int(log.truths.t_ns[span.lift_off]) if span else 0
            for number, record in enumerate(log.photos, start=1):
                metadata = photo_metadata(
                    self._scenario, self._cameras[log.namespace], record,
                    (record.t_ns - zero_ns) / SECOND_NS, self.rover_pose)
                write_copies(metadata, folder.photo_files(tail, number),
                             self._environment.terrain.height)

    def _keep_drives(self) -> None:
        """Hand the true poses of the rovers to the log of the run."""
        for name, rover in self.run.mission.rovers.items():
            poses = self._rovers[name]
            rover.t_ns = np.array(list(poses), np.int64)
            rover.p_MB = np.array([p_MB for _, p_MB in poses.values()])

    def _patch(self) -> TerrainPatch:
        points = [(mark.east, mark.north) for mark in self.run.markers]
        for rover in self.run.mission.rovers.values():
            points += [rover.end, *([rover.goal] if rover.goal else [])]
        for log in self.run.logs:
            points += [(float(p[0]), float(p[1])) for p in log.truths.p_MB[::500]]
        east, north = zip(*points, (0.0, 0.0), strict=True)
        return TerrainPatch.sample(
            self._environment.terrain.heights,
            (min(east) - MAP_MARGIN, max(east) + MAP_MARGIN),
            (min(north) - MAP_MARGIN, max(north) + MAP_MARGIN))


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise RecordingError(f'{path}: cannot be written: {error.strerror}') from error
