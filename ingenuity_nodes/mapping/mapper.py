# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The mapper: heights and hazards of the ground that helicopters fly over, a participant.

It works on what a helicopter itself has: navigation images, when they were exposed, altimeter
samples, and its estimate. Only images of keyframes are asked for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
import hashlib
from typing import NamedTuple

from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.frames import Vector3
from ingenuity_nodes.mapping.hazards import hazards_of
from ingenuity_nodes.mapping.height_grid import HeightGrid
from ingenuity_nodes.mapping.keyframes import GroundBelow, Keyframe, PoseHistory
from ingenuity_nodes.mapping.parallax import heights_of
from ingenuity_nodes.mapping.parameters import MapperParameters
from ingenuity_nodes.sensors.altimeter import AltimeterParameters
from ingenuity_nodes.signals import (
    AltimeterSample, Estimate, FREE, HAZARD, HazardMap, NavigationImage, NOTHING, UNKNOWN)
from ingenuity_nodes.timing import SECOND_NS
import numpy as np

MAP_PERIOD_NS = SECOND_NS    # a map is sent no more often


class ImageDue(NamedTuple):
    """An exposure of a keyframe whose image must be at hand."""

    vehicle: str
    t_ns: int


class MapperInputs(NamedTuple):
    """What reached the mapper since its last tick."""

    estimates: Mapping[str, Sequence[Estimate]] = NOTHING    # by helicopter
    altitudes: Mapping[str, Sequence[AltimeterSample]] = NOTHING
    shutters: Mapping[str, Sequence[int]] = NOTHING          # instants of exposure of the navcam
    images: tuple[NavigationImage, ...] = ()                 # those that were due


class MapperOutputs(NamedTuple):
    """What the mapper made in one tick."""

    maps: tuple[HazardMap, ...]
    refused: tuple[str, ...]    # what it could not use, and why


class Mapper:
    """
    Maps the ground below some helicopters, all into one map.

    Parameters
    ----------
    p
        The numbers of the mapper.
    vehicles
        Names of the helicopters; what others send is left aside.
    camera, altimeter
        Their calibrated navigation camera, and what is known of their altimeter.

    """

    def __init__(
        self, p: MapperParameters, vehicles: Sequence[str], camera: CameraModel,
        altimeter: AltimeterParameters,
    ) -> None:
        self._p, self._camera = p, camera
        self._strips = {name: _Strip(p, camera, altimeter) for name in vehicles}
        self._latency_ns = round(p.latency * SECOND_NS)
        self._grid = HeightGrid(p.cell)
        self._grown, self._sent_ns = False, -MAP_PERIOD_NS

    def images_due(self, t_ns: int) -> tuple[ImageDue, ...]:
        """Name the exposures whose images the tick that ends at ``t_ns`` needs."""
        return tuple(ImageDue(name, exposed) for name, strip in self._strips.items()
                     for exposed in strip.due(t_ns))

    def may_ask_for(self, exposed_ns: int, t_ns: int) -> bool:
        """Return whether an image of that instant may still be due after the tick at ``t_ns``."""
        return exposed_ns + self._latency_ns > t_ns

    def tick(self, t_ns: int, inputs: MapperInputs) -> MapperOutputs:
        """Take in what arrived; return the map if it has grown, once a second at most."""
        refused = list(self._compare(t_ns, inputs.images))
        for name, strip in self._strips.items():
            strip.take(inputs.estimates.get(name, ()), inputs.altitudes.get(name, ()),
                       inputs.shutters.get(name, ()))
        maps: tuple[HazardMap, ...] = ()
        if self._grown and t_ns - self._sent_ns >= MAP_PERIOD_NS:
            self._grown, self._sent_ns = False, t_ns
            maps = tuple(self._maps(t_ns))
        return MapperOutputs(maps, tuple(refused))

    def _compare(self, t_ns: int, images: Sequence[NavigationImage]) -> Iterator[str]:
        """Compare keyframes with earlier ones, in the order in which they are due."""
        allowed = self._camera.height, self._camera.width
        received = {(image.vehicle, image.t_ns): image for image in images}
        for due in self.images_due(t_ns):
            image, strip = received.pop(due, None), self._strips[due.vehicle]
            if image is not None and image.grey.shape != allowed:
                yield (f'image of {due.vehicle} of {due.t_ns / SECOND_NS:.3f} s: found '
                       f'{_size(image.grey.shape)}, allowed: {_size(allowed)}')
                image = None
            pair = strip.keyframes(due.t_ns, image)
            if pair is not None:
                points = heights_of(*pair, self._camera, self._p)
                self._grown |= self._grid.add(points, pair[1].variance)
        for vehicle, exposed in received:
            yield f'image of {vehicle} of {exposed / SECOND_NS:.3f} s: found one that is not due'

    def _maps(self, t_ns: int) -> Iterator[HazardMap]:
        """Make the map of all that is known, cut to that."""
        height, sigma = self._grid.fused(self._p.fewest)
        known = np.isfinite(height)
        if not known.any():
            return
        rows, columns = (np.flatnonzero(known.any(axis=axis)) for axis in (1, 0))
        box = np.s_[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]
        west, south = self._grid.corner
        height, sigma = height[box].copy(), sigma[box].copy()
        yield HazardMap(t_ns, west + int(columns[0]) * self._p.cell,
                        south + int(rows[0]) * self._p.cell, self._p.cell, height, sigma,
                        hazards_of(height, sigma, self._p))


def described(value: HazardMap) -> str:
    """Name size, classes and a digest of a map: the same from batch and live graph."""
    rows, columns = value.hazard.shape
    of = {kind: int(np.count_nonzero(value.hazard == kind)) for kind in (FREE, HAZARD, UNKNOWN)}
    digest = hashlib.sha256(value.height.tobytes() + value.sigma.tobytes()
                            + value.hazard.tobytes()).hexdigest()
    return (f'map of {columns} x {rows} cells: {of[FREE]} free, {of[HAZARD]} hazard, '
            f'{of[UNKNOWN]} unknown, sha256 {digest[:12]}')


class _Strip:
    """What is kept of one helicopter: its last seconds, and the keyframes that may have a pair."""

    def __init__(
        self, p: MapperParameters, camera: CameraModel, altimeter: AltimeterParameters,
    ) -> None:
        self._p, self._camera, self._altimeter = p, camera, altimeter
        self._poses, self._ground = PoseHistory(), GroundBelow(altimeter)
        self._latency_ns = round(p.latency * SECOND_NS)
        self._exposed: deque[int] = deque()      # not yet known whether they are keyframes
        self._chosen: deque[int] = deque()       # keyframes whose images are awaited
        self._last: Vector3 | None = None     # where the last keyframe was taken
        self._kept: deque[Keyframe] = deque(maxlen=1 + round(p.longest / p.spacing))

    def due(self, t_ns: int) -> tuple[int, ...]:
        """Name the chosen exposures whose images must be at hand by now."""
        return tuple(exposed for exposed in self._chosen if exposed + self._latency_ns <= t_ns)

    def take(
        self, estimates: Sequence[Estimate], altitudes: Sequence[AltimeterSample],
        shutters: Sequence[int],
    ) -> None:
        """Take in one tick of the helicopter, and choose keyframes."""
        for estimate in estimates:
            self._poses.add(estimate)
        for sample in altitudes:
            self._ground.add(sample)
        self._ground.locate(self._poses)
        self._exposed.extend(shutters)
        while self._exposed and self._exposed[0] <= self._poses.newest_ns:    # in time, or never
            self._choose(self._exposed.popleft())

    def _choose(self, exposed_ns: int) -> None:
        pose, ground = self._poses.at(exposed_ns), self._ground.height(exposed_ns)
        if pose is None or ground is None:
            return
        height = pose.p_MB[2] - ground
        moved = np.inf if self._last is None else np.linalg.norm(pose.p_MB - self._last)
        if height >= self._p.lowest and moved >= self._p.spacing * height:
            self._last = pose.p_MB
            self._chosen.append(exposed_ns)

    def keyframes(
        self, exposed_ns: int, image: NavigationImage | None,
    ) -> tuple[Keyframe, Keyframe] | None:
        """Take the image of a chosen keyframe, None if there is none; return it with its pair."""
        self._chosen.remove(exposed_ns)
        pose, ground = self._poses.at(exposed_ns), self._ground.height(exposed_ns)
        if image is None or pose is None or ground is None:
            return None
        R_MC, p_MC = self._camera.pose(pose.p_MB, pose.q_MB)
        height = float(p_MC[2]) - ground
        variance = pose.variance + (self._altimeter.scale * height) ** 2
        new = Keyframe(exposed_ns, image.grey, R_MC, p_MC, ground, variance)
        former = next((key for key in reversed(self._kept) if np.linalg.norm(
            (p_MC - key.p_MC)[:2]) >= self._p.baseline * height), None)
        self._kept.append(new)
        if former is None or np.linalg.norm(p_MC - former.p_MC) > self._p.longest * height:
            return None
        return former, new


def _size(shape: tuple[int, ...]) -> str:
    return ' x '.join(str(side) for side in reversed(shape))
