# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Rendering in a separate process, so that neither a photo nor the graphics driver blocks a node.

A GL context belongs to the thread that created it, and a draw call holds Python's global lock
while it runs: seconds, for a photo.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
import multiprocessing
from multiprocessing.process import BaseProcess
import multiprocessing.util
import os
import signal

from ingenuity_nodes.graph.parent import end_with_parent
from ingenuity_nodes.rendering.renderer import Renderer
from ingenuity_nodes.rendering.robots_in_view import camera_of, scene_of
from ingenuity_nodes.rendering.scene import Body
from ingenuity_nodes.rendering.truth import GroundTruth
from ingenuity_nodes.rover.perseverance import resting_pose
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.signals import Exposure
from ingenuity_nodes.world.environment import Environment
import numpy as np
from numpy.typing import NDArray

THREADS = 2    # of software rendering; affects the time for an image, not its bytes


class RenderProcessError(RuntimeError):
    """Nothing can be drawn on this machine; the text names the reason and what to install."""


class RenderProcess:
    """
    The render process of one camera.

    Parameters
    ----------
    scenario, seed
        Of the world to draw.
    vehicle, camera
        The camera to draw for.

    """

    def __init__(self, scenario: Scenario, seed: int, vehicle: str, camera: str) -> None:
        self._pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context('spawn'))
        self._children: list[BaseProcess] = []
        self._task = scenario, seed, vehicle, camera

    def set_up(self) -> None:
        """
        Build the scene and the graphics context; takes seconds.

        Raises
        ------
        RenderProcessError
            This machine has no usable OpenGL.

        """
        try:
            before = multiprocessing.active_children()
            opened = self._pool.submit(_open, os.getpid(), *self._task)
            self._children = [child for child in multiprocessing.active_children()
                              if child not in before]
            opened.result()
        except (RuntimeError, BrokenProcessPool) as error:
            raise RenderProcessError(str(error)) from error

    def draw(
        self, exposure: Exposure, bodies: Sequence[Body], gain: float = 1.0,
    ) -> NDArray[np.uint8]:
        """
        Draw one image and wait for it; ``gain`` multiplies its light.

        Raises
        ------
        RenderProcessError
            The render process has died.

        """
        try:
            return self._pool.submit(_draw, exposure, list(bodies), gain).result()
        except BrokenProcessPool as error:
            raise RenderProcessError('the render process has died') from error

    def draw_truth(self, exposure: Exposure, bodies: Sequence[Body]) -> GroundTruth:
        """
        Compute the ground truth of each pixel of one image and wait for it.

        Raises
        ------
        RenderProcessError
            The render process has died.

        """
        try:
            return self._pool.submit(_draw_truth, exposure, list(bodies)).result()
        except BrokenProcessPool as error:
            raise RenderProcessError('the render process has died') from error

    def close(self) -> None:
        """End the render process, whatever it is doing."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        # Also one that is being started: it would miss what the finalizers below take away.
        for child in self._children:
            child.kill()
        self._pool.shutdown(wait=True)
        # A node exits without finalizers; Python would warn about leaked semaphores.
        multiprocessing.util._run_finalizers()    # type: ignore[attr-defined]


_renderer: Renderer | None = None    # of the render process


def _open(parent: int, scenario: Scenario, seed: int, vehicle: str, camera: str) -> None:
    end_with_parent(parent, signal.SIGKILL)
    # Ctrl-C in a terminal reaches the whole process group: the node decides when to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    global _renderer
    environment = environment_of(scenario, seed)
    _renderer = Renderer(
        scene_of(scenario, environment), camera_of(scenario, vehicle, camera), threads=THREADS)
    _renderer.prepare(_at_rest(scenario, environment, vehicle, camera))


def _at_rest(
    scenario: Scenario, environment: Environment, vehicle: str, camera: str,
) -> Exposure:
    """Return an exposure at the initial position: what it needs is loaded before time begins."""
    section = scenario.vehicle(vehicle)
    q_MB, p_MB = resting_pose(section.position, section.azimuth, environment.terrain)
    return Exposure(0, camera, p_MB + np.array([0.0, 0.0, 1.0]), q_MB, np.zeros(3), np.zeros(3))


def _draw(exposure: Exposure, bodies: list[Body], gain: float) -> NDArray[np.uint8]:
    assert _renderer is not None
    return _renderer.draw(exposure, bodies, gain=gain)


def _draw_truth(exposure: Exposure, bodies: list[Body]) -> GroundTruth:
    assert _renderer is not None
    return _renderer.draw_truth(exposure, bodies)
