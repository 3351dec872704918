# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Draws for a batch flight: photos, and the images that it navigates by."""

from __future__ import annotations

from ingenuity_nodes.cameras.response import encode_jpeg
from ingenuity_nodes.navigation.feature_tracker import FeatureTracker
from ingenuity_nodes.recording.run_products import RunProducts
from ingenuity_nodes.rendering.renderer import Renderer
from ingenuity_nodes.rendering.robots_in_view import camera_of, robots_in_view, scene_of
from ingenuity_nodes.rendering.whereabouts import Whereabouts
from ingenuity_nodes.rover.drive import PERIOD_NS
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.signals import Exposure, FeatureFrame, Photo
from ingenuity_nodes.simulation.simulation import TickReport
from ingenuity_nodes.world.environment import Environment
import numpy as np
from numpy.typing import NDArray


class OfflineCamera:
    """Draws for a batch flight: photos, and the images that it navigates by."""

    def __init__(self, scenario: Scenario, environment: Environment) -> None:
        self._scenario, self._environment = scenario, environment
        self._scene = scene_of(scenario, environment)
        self._renderers: dict[tuple[str, str], Renderer] = {}
        self._trackers: dict[str, FeatureTracker] = {}
        self.known = Whereabouts([helicopter.name for helicopter in scenario.helicopters],
                                 [rover.name for rover in scenario.rovers])
        self.products: RunProducts | None = None

    def watch(self, report: TickReport) -> None:
        """Note where all vehicles are, as their nodes would publish it."""
        for name, flown in report.helicopters.items():
            self.known.pose(name, flown.truth.t_ns, flown.truth.p_MB, flown.truth.q_MB)
        if report.t_ns % PERIOD_NS == 0:
            for name, driven in report.rovers.items():
                self.known.pose(name, report.t_ns, driven.state.p_MB, driven.state.q_MB)
                self.known.joints(name, report.t_ns, driven.joints)

    def take(self, name: str, exposure: Exposure) -> Photo:
        """Draw one photo, or one image of a mast camera."""
        image = self.draw(name, exposure)
        jpeg = encode_jpeg(image)
        if self.products and exposure.camera == 'mastcam':
            self.products.mast_image(name, exposure.t_ns, jpeg)
        elif self.products:
            self.products.photo_taken(name, exposure.t_ns, jpeg)
        return Photo(exposure.t_ns, jpeg, image.shape[1], image.shape[0])

    def track(self, name: str, exposure: Exposure) -> FeatureFrame:
        """Draw one navigation image and track its features, as the vision node does."""
        tracker = self._trackers.setdefault(name, FeatureTracker())
        return tracker.track(exposure.t_ns, self.draw(name, exposure))

    def draw(self, name: str, exposure: Exposure) -> NDArray[np.uint8]:
        """Draw one image, all vehicles as they were at the exposure."""
        key = name, exposure.camera
        if key not in self._renderers:
            camera = camera_of(self._scenario, *key)
            self._renderers[key] = Renderer(self._scene, camera)
        bodies = robots_in_view(self._scenario, self._environment, name, exposure,
                                *self.known.at(exposure.t_ns))
        return self._renderers[key].draw(exposure, bodies)
