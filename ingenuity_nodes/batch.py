# Copyright 2026 Ingenuity contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.
"""Flying a scenario in one process and leaving the same products as the live graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
import time
from typing import Any

from ingenuity_nodes.cameras.cast import camera_of, cast_of, Pose, scene_of
from ingenuity_nodes.cameras.renderer import Renderer
from ingenuity_nodes.cameras.response import encode_jpeg
from ingenuity_nodes.compiled.build import ensure_built
from ingenuity_nodes.compiled.listener import nothing_compiles
from ingenuity_nodes.helicopter import hop
from ingenuity_nodes.helicopter_parameters import HelicopterParameters
from ingenuity_nodes.navigation.features import FeatureTracker
from ingenuity_nodes.parameters import with_overrides
from ingenuity_nodes.recording.products import Products
from ingenuity_nodes.recording.run_folder import RunFolder
from ingenuity_nodes.rover.radio import photo_time
from ingenuity_nodes.scenario import Scenario
from ingenuity_nodes.signals import Exposure, FeatureFrame, Photo
from ingenuity_nodes.simulation import Simulation, TickReport
from ingenuity_nodes.timing import SECOND_NS
from ingenuity_nodes.world.environment import Environment, environment_of
import numpy as np
from numpy.typing import NDArray


def fly_batch(
    scenario: Scenario, seed: int | None, folder: RunFolder | None, *,
    pictures: bool = False, say: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """
    Fly a scenario to its end.

    Parameters
    ----------
    scenario, seed
        What to fly; ``seed`` replaces that of the file.
    folder
        Where the products go; None keeps only the result.
    pictures
        Draw the photos and send them over the radio.
    say
        Hears each line of mission control's log.

    Returns
    -------
    dict
        The content of ``result.json``.

    """
    environment = environment_of(scenario, seed)
    looks = any(section.features == 'pictures' for section in scenario.helicopters)
    artist = Artist(scenario, environment) if pictures or looks else None
    ensure_built(lambda text: say(f'compiling, first use: {text}'))
    for section in scenario.helicopters:
        hop(section, environment, with_overrides(HelicopterParameters(), section.overrides))
    began = time.perf_counter()
    simulation = Simulation(
        scenario, seed, take_photo=artist.take if artist and pictures else None,
        track_picture=artist.track if artist and looks else None)
    products = Products(scenario, simulation.seed, environment, folder)
    if artist:
        artist.products = products
    with nothing_compiles(say):
        _fly(simulation, products, artist, say)
    factor = simulation.t_ns / SECOND_NS / (time.perf_counter() - began)
    return products.finish(factor)


def _fly(
    simulation: Simulation, products: Products, artist: Artist | None, say: Callable[[str], None],
) -> None:
    """Tick until the run is over."""
    outcome = ''
    while not outcome:
        report = simulation.tick()
        _note(products, report)
        if artist:
            artist.watch(report)
        for line in report.log:
            say(f'{report.t_ns / SECOND_NS:7.2f} s: {line}')
        outcome = report.outcome


def _note(products: Products, report: TickReport) -> None:
    for name, outputs in report.helicopters.items():
        # Changes count from the end of their tick, as in the live graph, where they are messages.
        modes = tuple(replace(change, t_ns=report.t_ns) for change in outputs.modes)
        products.tick(name, outputs.truth, outputs.estimate, outputs.status, modes,
                      outputs.faults)
        for exposure in outputs.exposures:
            if exposure.camera == 'rte':
                products.exposed(name, exposure)
    for file in report.files:
        products.photo_received(file.sender, photo_time(file.name), report.t_ns, file.sha256)


class Artist:
    """Draws for a batch flight: photos, and the pictures that it navigates by."""

    def __init__(self, scenario: Scenario, environment: Environment) -> None:
        self._scenario, self._environment = scenario, environment
        self._scene = scene_of(scenario, environment)
        self._renderers: dict[tuple[str, str], Renderer] = {}
        self._trackers: dict[str, FeatureTracker] = {}
        self.places: dict[str, Pose] = {}    # of the helicopters
        self.products: Products | None = None

    def watch(self, report: TickReport) -> None:
        """Note where all helicopters are."""
        self.places = {name: (outputs.truth.p_MB, outputs.truth.q_MB)
                       for name, outputs in report.helicopters.items()}

    def take(self, name: str, exposure: Exposure) -> Photo:
        """Draw one photo."""
        picture = self._draw(name, exposure)
        jpeg = encode_jpeg(picture)
        if self.products:
            self.products.photo_taken(name, exposure.t_ns, jpeg)
        return Photo(exposure.t_ns, jpeg, picture.shape[1], picture.shape[0])

    def track(self, name: str, exposure: Exposure) -> FeatureFrame:
        """Draw one navigation picture and track its features, as the vision node does."""
        tracker = self._trackers.setdefault(name, FeatureTracker())
        return tracker.track(exposure.t_ns, self._draw(name, exposure))

    def _draw(self, name: str, exposure: Exposure) -> NDArray[np.uint8]:
        key = name, exposure.camera
        if key not in self._renderers:
            camera = camera_of(self._scenario, *key)
            self._renderers[key] = Renderer(self._scene, camera)
        cast = cast_of(self._scenario, self._environment, name, exposure, self.places)
        return self._renderers[key].draw(exposure, cast)
