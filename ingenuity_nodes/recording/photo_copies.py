# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The copies of a photo that a run folder holds: zoomed, and with things named."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import cv2
from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.cameras.response import encode_jpeg
from ingenuity_nodes.photo.annotate import annotate, zoom
from ingenuity_nodes.photo.metadata import marks_of, rover_box, seen_box, PhotoMetadata
from ingenuity_nodes.recording.run_log import PhotoRecord
from ingenuity_nodes.rendering.scene import Body
from ingenuity_nodes.rover.perseverance import resting_pose
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.world.environment import Environment
import numpy as np


def write_copies(
    scenario: Scenario, environment: Environment, camera: CameraModel, record: PhotoRecord,
    since_take_off: float, photo: Path, zoomed: Path, annotated: Path,
) -> None:
    """Write the annotated copy of an image, and the zoomed crop if its target is in it."""
    if not photo.is_file():
        return
    loaded = cv2.imread(str(photo))
    if loaded is None:    # cut short while it was written
        return
    image = np.asarray(cv2.cvtColor(loaded, cv2.COLOR_BGR2RGB), np.uint8)
    story = _story(scenario, environment, camera, record, since_take_off)
    height = environment.terrain.height
    caption = (f'{story.title}   {story.utc:%d %B %Y, %H:%M:%S} UTC   '
               f'{record.position_enu_m[2]:.1f} m above the helipad   (simulated)')
    marked = annotate(image, marks_of(story, image, height), caption)
    annotated.write_bytes(encode_jpeg(marked))
    box = rover_box(story)
    if box is not None and box.visible_fraction > 0.0:
        zoomed.write_bytes(encode_jpeg(zoom(image, seen_box(image, box))))


def _story(
    scenario: Scenario, environment: Environment, camera: CameraModel, record: PhotoRecord,
    since_take_off: float,
) -> PhotoMetadata:
    rover = next((r for r in scenario.rovers if r.name == record.target), None)
    body = None
    if rover is not None:
        q_MR, p_MR = resting_pose(rover.position, rover.azimuth, environment.terrain)
        body = Body('rover', p_MR, q_MR)
    return PhotoMetadata(
        camera, np.array(record.position_enu_m), np.array(record.quaternion_wxyz), body,
        scenario.world.utc + timedelta(seconds=since_take_off),
        title=scenario.name.replace('_', ' ').capitalize())
