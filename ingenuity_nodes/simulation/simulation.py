# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The batch face: all participants of a scenario in one process, as fast as it goes.

Messages are heard one tick after they were sent, as in the lockstep of the live graph, so both
faces fly the same flight to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ingenuity_nodes.frames import Vector3
from ingenuity_nodes.guidance.flight_plan import FlightPlan
from ingenuity_nodes.helicopter.helicopter import Helicopter, HelicopterInputs, HelicopterOutputs
from ingenuity_nodes.mission.control import MissionControl, MissionEvents
from ingenuity_nodes.rover.perseverance import ReceivedFile
from ingenuity_nodes.scenario.environment import environment_of, rover_of
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.signals import Exposure, FeatureFrame, Photo, RadioPacket
from ingenuity_nodes.timing import TICK_NS
from ingenuity_nodes.world.environment import Environment

TakePhoto = Callable[[str, Exposure], Photo]
TrackImage = Callable[[str, Exposure], FeatureFrame]


@dataclass
class Mail:
    """What was sent in one tick and is heard in the next."""

    plans: Mapping[str, FlightPlan] = field(default_factory=dict)
    go: tuple[str, ...] = ()
    modes: list[tuple[str, str, str]] = field(default_factory=list)
    photos_received: list[tuple[str, str]] = field(default_factory=list)
    up: dict[str, tuple[RadioPacket, ...]] = field(default_factory=dict)
    down: dict[str, list[RadioPacket]] = field(default_factory=dict)
    positions: dict[str, Vector3] = field(default_factory=dict)


class TickReport(NamedTuple):
    """What an onlooker sees of one tick."""

    t_ns: int
    helicopters: Mapping[str, HelicopterOutputs]
    files: tuple[ReceivedFile, ...]
    log: tuple[str, ...]
    outcome: str    # '' while the run goes on


class Simulation:
    """
    One scenario from the first tick to the end.

    Parameters
    ----------
    scenario, seed
        What to fly; ``seed`` replaces that of the file.
    take_photo
        Draws a photo; without it the colour cameras stay dark and nobody waits for photos.
    track_image
        Draws a navigation image and tracks it; needed where features come from images.
    environment
        Surroundings other than those of the scenario, for campaigns.

    """

    def __init__(
        self, scenario: Scenario, seed: int | None = None,
        take_photo: TakePhoto | None = None, track_image: TrackImage | None = None,
        environment: Environment | None = None,
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
        self._rovers = [
            rover_of(section, self.environment, self.seed) for section in scenario.rovers]
        self._features: dict[str, dict[int, FeatureFrame]] = {
            name: {} for name in self.helicopters}
        self._photos: dict[str, dict[int, Exposure]] = {name: {} for name in self.helicopters}
        self._mail = Mail()
        self.t_ns = 0

    def tick(self) -> TickReport:
        """Advance everything by 10 ms; everybody hears what was sent in the tick before."""
        self.t_ns += TICK_NS
        heard, sent = self._mail, Mail()
        flown = {name: self._fly(name, heard, sent) for name in self.helicopters}
        files = self._receive(heard, sent)
        output = self._mission.tick(
            self.t_ns, MissionEvents(tuple(heard.modes), tuple(heard.photos_received)))
        sent.plans, sent.go = output.plans, output.go
        self._mail = sent
        return TickReport(self.t_ns, flown, files, output.log, output.outcome)

    def _fly(self, name: str, heard: Mail, sent: Mail) -> HelicopterOutputs:
        helicopter = self.helicopters[name]
        outputs = helicopter.tick(self.t_ns, self._inputs(name, heard))
        for exposure in outputs.exposures:
            if exposure.camera == 'navcam' and self._track_image:
                self._features[name][exposure.t_ns] = self._track_image(name, exposure)
            elif exposure.camera == 'rte':
                self._photos[name][exposure.t_ns] = exposure
        sent.modes += [(name, change.mode, change.reason) for change in outputs.modes]
        sent.up[name] = outputs.packets
        sent.positions[name] = outputs.truth.p_MB
        return outputs

    def _inputs(self, name: str, heard: Mail) -> HelicopterInputs:
        due = self.helicopters[name].images_due(self.t_ns)
        seen, exposed = self._features[name], self._photos[name]
        photos: tuple[Photo, ...] = ()
        if self._take_photo:
            photos = tuple(self._take_photo(name, exposed.pop(t)) for t in due.photos)
        return HelicopterInputs(
            plan=heard.plans.get(name), go=name in heard.go,
            features=tuple(seen.pop(t) for t in due.features if t in seen),
            photos=photos, packets=tuple(heard.down.get(name, ())))

    def _receive(self, heard: Mail, sent: Mail) -> tuple[ReceivedFile, ...]:
        files: list[ReceivedFile] = []
        packets = {name: up for name, up in heard.up.items() if up}
        for rover in self._rovers:
            output = rover.tick(self.t_ns, packets, heard.positions)
            for name, answers in output.packets.items():
                sent.down.setdefault(name, []).extend(answers)
            files += output.files
        sent.photos_received = [(file.sender, file.name) for file in files]
        return tuple(files)
