# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
How fast the navigation computer sees: draw and track images 5 m above the ground, on one core.

``taskset -c 0 python bench/vision.py`` flies level at 2 m/s, 30 images a second, and prints what
drawing and tracking cost in CPU time, and how many features survive from one image to the next.
"""

from __future__ import annotations

import time

import checkout    # noqa: F401
from ingenuity_nodes.frames import quaternion_from_rpy, yaw_from_azimuth
from ingenuity_nodes.navigation.feature_tracker import FeatureTracker
from ingenuity_nodes.rendering.renderer import Renderer
from ingenuity_nodes.rendering.robots_in_view import camera_of, robots_in_view, scene_of
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.signals import Exposure
from ingenuity_nodes.timing import SECOND_NS
import numpy as np

RATE_HZ, SPEED, HEIGHT = 30, 2.0, 5.0    # [m/s], [m] of the body above its place at rest
IMAGES, WARMING = 150, 30
WANTED_RATE, WANTED_FRACTION = 30.0, 0.9


def exposure_at(number: int) -> Exposure:
    """Fly north as Flight 3 did, nose to the east."""
    t = number / RATE_HZ
    p_MB = np.array([-0.8, 20.0 + SPEED * t, HEIGHT + 0.266])
    q_MB = quaternion_from_rpy(0.0, 0.03 * np.sin(2.0 * t), yaw_from_azimuth(84.0))
    v_MB = np.array([0.0, SPEED, 0.0])
    return Exposure(round(t * SECOND_NS), 'navcam', p_MB, q_MB, v_MB, np.zeros(3))


def main() -> None:
    """Measure and print."""
    scenario = load_scenario('flight_03')
    environment = environment_of(scenario)
    camera = camera_of(scenario, 'ingenuity', 'navcam')
    renderer, tracker = Renderer(scene_of(scenario, environment), camera), FeatureTracker()
    drawing, tracking, kept, before = 0.0, 0.0, [], np.zeros(0, dtype=np.int64)
    for number in range(IMAGES):
        exposure = exposure_at(number)
        start = time.process_time()
        bodies = robots_in_view(scenario, environment, 'ingenuity', exposure, {})
        image = renderer.draw(exposure, bodies)
        drawn = time.process_time()
        frame = tracker.track(exposure.t_ns, image)
        if number >= WARMING:
            drawing, tracking = drawing + drawn - start, tracking + time.process_time() - drawn
            kept.append(np.isin(before, frame.ids).mean())
        before = frame.ids
    count = IMAGES - WARMING
    rate, fraction = count / (drawing + tracking), float(np.mean(kept))
    print(f'drawing   {1e3 * drawing / count:6.1f} ms an image on {renderer.device}')
    print(f'tracking  {1e3 * tracking / count:6.1f} ms an image, {len(before)} features')
    print(f'together  {rate:6.1f} images per CPU second, wanted {WANTED_RATE:.0f}: '
          f'{rate / WANTED_RATE:.2f} of it')
    print(f'features  {100 * fraction:6.1f} % survive to the next image, wanted '
          f'{100 * WANTED_FRACTION:.0f} %')


if __name__ == '__main__':
    main()
