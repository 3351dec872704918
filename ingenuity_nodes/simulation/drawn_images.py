# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Draws for a batch flight: photos, and the images that it navigates by."""

from __future__ import annotations

from collections import deque

from ingenuity_nodes.cameras.response import encode_jpeg
from ingenuity_nodes.navigation.feature_tracker import FeatureTracker
from ingenuity_nodes.recording.run_products import RunProducts
from ingenuity_nodes.rendering.renderer import Renderer
from ingenuity_nodes.rendering.robots_in_view import (
    camera_of, DrivenRover, Pose, robots_in_view, scene_of)
from ingenuity_nodes.rover.drive import PERIOD_NS
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.signals import Exposure, FeatureFrame, Photo
from ingenuity_nodes.simulation.simulation import TickReport
from ingenuity_nodes.world.environment import Environment
import numpy as np
from numpy.typing import NDArray

HISTORY = 600    # poses of a rover that are kept: half a minute, longer than a photo takes to draw
PAST = 600    # ticks whose poses are kept, for images that are drawn late


class OfflineCamera:
    """Draws for a batch flight: photos, and the images that it navigates by."""

    def __init__(self, scenario: Scenario, environment: Environment) -> None:
        self._scenario, self._environment = scenario, environment
        self._scene = scene_of(scenario, environment)
        self._renderers: dict[tuple[str, str], Renderer] = {}
        self._trackers: dict[str, FeatureTracker] = {}
        self.poses: dict[str, Pose] = {}    # of the helicopters
        self._rovers: dict[str, dict[int, DrivenRover]] = {}    # by time [ns]
        self._past: deque[tuple[int, dict[str, Pose]]] = deque(maxlen=PAST)
        self.products: RunProducts | None = None

    def watch(self, report: TickReport) -> None:
        """Note where all vehicles are."""
        self.poses = {name: (outputs.truth.p_MB, outputs.truth.q_MB)
                      for name, outputs in report.helicopters.items()}
        self._past.append((report.t_ns, self.poses))
        if report.t_ns % PERIOD_NS == 0:
            for name, outputs in report.rovers.items():
                history = self._rovers.setdefault(name, {})
                history[report.t_ns] = DrivenRover(
                    outputs.state.p_MB, outputs.state.q_MB, outputs.drive.joints)
                if len(history) > HISTORY:
                    del history[min(history)]

    def take(self, name: str, exposure: Exposure) -> Photo:
        """Draw one photo."""
        image = self._draw(name, exposure)
        jpeg = encode_jpeg(image)
        if self.products:
            self.products.photo_taken(name, exposure.t_ns, jpeg)
        return Photo(exposure.t_ns, jpeg, image.shape[1], image.shape[0])

    def track(self, name: str, exposure: Exposure) -> FeatureFrame:
        """Draw one navigation image and track its features, as the vision node does."""
        tracker = self._trackers.setdefault(name, FeatureTracker())
        return tracker.track(exposure.t_ns, self._draw(name, exposure))

    def draw_late(self, name: str, exposure: Exposure) -> NDArray[np.uint8]:
        """Draw one navigation image some ticks after its exposure, with all as they were then."""
        poses = next((poses for t_ns, poses in reversed(self._past) if t_ns <= exposure.t_ns), {})
        return self._draw(name, exposure, poses)

    def _draw(
        self, name: str, exposure: Exposure, poses: dict[str, Pose] | None = None,
    ) -> NDArray[np.uint8]:
        key = name, exposure.camera
        if key not in self._renderers:
            camera = camera_of(self._scenario, *key)
            self._renderers[key] = Renderer(self._scene, camera)
        rovers = {rover: history[max(before)] for rover, history in self._rovers.items()
                  if (before := [t_ns for t_ns in history if t_ns <= exposure.t_ns])}
        bodies = robots_in_view(
            self._scenario, self._environment, name, exposure,
            self.poses if poses is None else poses, rovers)
        return self._renderers[key].draw(exposure, bodies)
