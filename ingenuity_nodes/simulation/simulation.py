# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
All participants of a scenario in one process, as fast as it goes.

They are the classes of the live graph, connected by the same table (graph/wiring.py), and messages
arrive one tick after they were sent: both fly the same flight to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from ingenuity_nodes.graph.wiring import HELICOPTER, Mail, MAPPER, members_of, MISSION, ROVER
from ingenuity_nodes.helicopter.helicopter import Helicopter, HelicopterInputs, HelicopterOutputs
from ingenuity_nodes.mapping.mapper import MapperInputs
from ingenuity_nodes.mission.control import MissionControl, MissionInputs
from ingenuity_nodes.mission.outside import Outside
from ingenuity_nodes.mission.separation_watch import Nearest
from ingenuity_nodes.rover.perseverance import (
    Finder, ReceivedFile, Rover, RoverInputs, RoverOutputs)
from ingenuity_nodes.scenario.environment import environment_of, mapper_of, rover_of
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.signals import (
    Exposure, FeatureFrame, HazardMap, NavigationImage, Photo, RoverPath)
from ingenuity_nodes.timing import TICK_NS
from ingenuity_nodes.world.environment import Environment
import numpy as np
from numpy.typing import NDArray

NO_ROVERS: Mapping[str, RoverOutputs] = MappingProxyType({})
NO_PATHS: Mapping[str, Sequence[RoverPath]] = MappingProxyType({})
TakePhoto = Callable[[str, Exposure], Photo]
DrawImage = Callable[[str, Exposure], NDArray[np.uint8]]
TrackImage = Callable[[str, Exposure], FeatureFrame]


class TickReport(NamedTuple):
    """What an onlooker sees of one tick."""

    t_ns: int
    helicopters: Mapping[str, HelicopterOutputs]
    files: tuple[ReceivedFile, ...]
    log: tuple[str, ...]
    outcome: str    # '' while the run goes on
    rovers: Mapping[str, RoverOutputs] = NO_ROVERS
    maps: tuple[HazardMap, ...] = ()
    nearest: Nearest | None = None    # the smallest separation in flight so far
    rover_paths: Mapping[str, Sequence[RoverPath]] = NO_PATHS


class Simulation:
    """
    One scenario from the first tick to the end.

    Parameters
    ----------
    scenario, seed
        What to fly; ``seed`` replaces that of the file.
    take_photo
        Draws a photo or an image of the mast camera; without it these cameras stay dark and
        nobody waits for photos.
    track_image
        Draws a navigation image and tracks it; needed where features come from images.
    environment
        Surroundings other than those of the scenario, for campaigns.
    find_itself
        How a rover looks for itself in a photo.
    draw_image
        Draws a navigation image for the mapper; without it nothing is mapped.

    """

    def __init__(
        self, scenario: Scenario, seed: int | None = None,
        take_photo: TakePhoto | None = None, track_image: TrackImage | None = None,
        *, environment: Environment | None = None, find_itself: Finder = lambda *_: None,
        draw_image: DrawImage | None = None,
    ) -> None:
        self.seed = scenario.seed if seed is None else seed
        self.environment = environment or environment_of(scenario, self.seed)
        self._take_photo, self._track_image = take_photo, track_image
        self._mission = MissionControl(
            scenario, self.environment, images=take_photo is not None)
        self.helicopters = {
            section.name: Helicopter(section, self.environment, self.seed,
                                     faults=scenario.faults_of(section.name))
            for section in scenario.helicopters}
        self._rovers = {section.name: rover_of(section, self.environment, self.seed, find_itself)
                        for section in scenario.rovers}
        self._shots: dict[str, dict[int, Exposure]] = {name: {} for name in self.helicopters}
        self._photos: dict[str, dict[int, Exposure]] = {
            name: {} for name in (*self.helicopters, *self._rovers)}
        self._draw_image = draw_image
        self._mapper = mapper_of(scenario.mapper) if scenario.mapper and draw_image else None
        self._mapped = scenario.mapper.vehicles if scenario.mapper and self._mapper else ()
        self._exposed: dict[tuple[str, int], Exposure] = {}    # for the mapper, of late
        self._members = members_of(scenario)
        self._mail = Mail(self._members)
        self.t_ns = 0

    def tick(self, outside: tuple[Outside, ...] = ()) -> TickReport:
        """
        Advance everything by 10 ms; each participant receives what was sent the tick before.

        ``outside`` is what mission control receives from nobody of the scenario.
        """
        self.t_ns += TICK_NS
        received, self._mail = self._mail, Mail(self._members)
        flown = {name: self._fly(name, received) for name in self.helicopters}
        files: list[ReceivedFile] = []
        log: list[str] = []
        driven: dict[str, RoverOutputs] = {}
        for name, rover in self._rovers.items():
            at_rover = self._drive(name, rover, received)
            files += at_rover.files
            log += [f'{name}: {line}' for line in at_rover.log]
            log += [f'{name}: {file.caption}' for file in at_rover.files]
            driven[name] = at_rover
        maps = self._map(received)
        outputs = self._mission.tick(self.t_ns, MissionInputs(
            outside=outside, **received.take(MISSION, MISSION)))
        self._mail.post(MISSION, MISSION, outputs)
        return TickReport(self.t_ns, flown, tuple(files), (*log, *outputs.log), outputs.outcome,
                          driven, maps, outputs.nearest, outputs.rover_paths)

    @property
    def succeeded(self) -> bool:
        """Whether mission control has all that it flew for."""
        return self._mission.succeeded

    def _fly(self, name: str, received: Mail) -> HelicopterOutputs:
        helicopter = self.helicopters[name]
        outputs = helicopter.tick(self.t_ns, self._inputs(name, received))
        for exposure in outputs.exposures:
            if exposure.camera == 'navcam' and self._track_image:
                self._shots[name][exposure.t_ns] = exposure
            elif exposure.camera == 'rte':
                self._photos[name][exposure.t_ns] = exposure
            if exposure.camera == 'navcam' and name in self._mapped:
                self._exposed[name, exposure.t_ns] = exposure
        self._mail.post(HELICOPTER, name, outputs)
        return outputs

    def _drive(self, name: str, rover: Rover, received: Mail) -> RoverOutputs:
        if self._take_photo:
            for exposed in rover.images_due(self.t_ns):
                self._take_photo(name, self._photos[name].pop(exposed))
        outputs = rover.tick(self.t_ns, RoverInputs(**received.take(ROVER, name)))
        if self._take_photo:
            self._photos[name].update((shot.t_ns, shot) for shot in outputs.exposures)
        self._mail.post(ROVER, name, outputs)
        return outputs

    def _map(self, received: Mail) -> tuple[HazardMap, ...]:
        """Let the mapper have the images of its keyframes, and forget exposures of long ago."""
        if self._mapper is None or self._draw_image is None:
            return ()
        images = tuple(
            NavigationImage(*due, self._draw_image(due.vehicle, self._exposed[due]))
            for due in self._mapper.images_due(self.t_ns))
        outputs = self._mapper.tick(
            self.t_ns, MapperInputs(images=images, **received.take(MAPPER, MAPPER)))
        self._mail.post(MAPPER, MAPPER, outputs)
        self._exposed = {key: exposure for key, exposure in self._exposed.items()
                         if self._mapper.may_ask_for(key[1], self.t_ns)}
        return outputs.maps

    def _inputs(self, name: str, received: Mail) -> HelicopterInputs:
        """Return what was sent to a helicopter, and what it must have of its images by now."""
        due = self.helicopters[name].images_due(self.t_ns)
        shots, exposed = self._shots[name], self._photos[name]
        photos: tuple[Photo, ...] = ()
        features: tuple[FeatureFrame, ...] = ()
        if self._take_photo:
            photos = tuple(self._take_photo(name, exposed.pop(t)) for t in due.photos)
        if self._track_image:    # only now: what the others did in the tick of the exposure counts
            features = tuple(
                self._track_image(name, shots.pop(t)) for t in due.features if t in shots)
        return HelicopterInputs(
            features=features, photos=photos, **received.take(HELICOPTER, name))
