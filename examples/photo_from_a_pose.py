# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
A photo from any pose, at any size: ``python examples/photo_from_a_pose.py photo.png 0.25``.

``./ingenuity photo flight_03 --pose=-1.3,49,5,84`` does the same in full size.
"""

import sys

import cv2
from ingenuity_nodes.compiled.build import ensure_built
from ingenuity_nodes.frames import quaternion_from_rpy, yaw_from_azimuth
from ingenuity_nodes.rendering.renderer import Renderer
from ingenuity_nodes.rendering.robots_in_view import camera_of, robots_in_view, scene_of
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.signals import Exposure
import numpy as np


def main(out='photo.png', size='0.25', name='flight_03'):
    """Look at the rover from 5 m above the turning point of Flight 3."""
    ensure_built(lambda _: None)
    scenario = load_scenario(name)
    environment = environment_of(scenario)
    helicopter = scenario.helicopters[0].name
    camera = camera_of(scenario, helicopter, 'rte').scaled(float(size))
    east, north = -1.3, 49.0
    p_MB = np.array([east, north, environment.terrain.height(east, north) + 5.0])
    q_MB = quaternion_from_rpy(0.0, 0.0, yaw_from_azimuth(84.0))
    still = np.zeros(3)
    exposure = Exposure(0, 'rte', p_MB, q_MB, still, still)
    bodies = robots_in_view(scenario, environment, helicopter, exposure, {})
    image = Renderer(scene_of(scenario, environment), camera).draw(exposure, bodies)
    cv2.imwrite(out, image[..., ::-1])    # OpenCV writes blue first
    print(f'{out}: {image.shape[1]} x {image.shape[0]}')


if __name__ == '__main__':
    main(*sys.argv[1:])
