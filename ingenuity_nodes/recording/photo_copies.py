# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The copies of a photo in a run folder: the crop around the target, and the annotated image."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import cv2
from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.cameras.response import encode_jpeg
from ingenuity_nodes.frames import QuatWxyz, Vector3
from ingenuity_nodes.photo.annotate import annotate, zoom
from ingenuity_nodes.photo.metadata import marks_of, PhotoMetadata, rover_box, seen_box
from ingenuity_nodes.recording.run_folder import PhotoFiles
from ingenuity_nodes.recording.run_log import PhotoRecord
from ingenuity_nodes.rendering.scene import Body
from ingenuity_nodes.scenario.sections import Scenario
import numpy as np


def write_copies(
    metadata: PhotoMetadata, files: PhotoFiles, height: Callable[[float, float], float],
) -> None:
    """Write the annotated copy of a photo, and the crop if the target is in it."""
    if not files.photo.is_file():
        return
    loaded = cv2.imread(str(files.photo))
    if loaded is None:    # truncated while it was written
        return
    image = np.asarray(cv2.cvtColor(loaded, cv2.COLOR_BGR2RGB), np.uint8)
    caption = (f'{metadata.title}   {metadata.utc:%d %B %Y, %H:%M:%S} UTC   '
               f'{metadata.p_MB[2]:.1f} m above the helipad   (simulated)')
    annotated = annotate(image, marks_of(metadata, image, height), caption)
    files.annotated.write_bytes(encode_jpeg(annotated))
    box = rover_box(metadata)
    if box is not None and box.visible_fraction > 0.0:
        files.zoom.write_bytes(encode_jpeg(zoom(image, seen_box(image, box))))


def photo_metadata(
    scenario: Scenario, camera: CameraModel, record: PhotoRecord,
    since_take_off: float, rover_pose: Callable[[str, int], tuple[QuatWxyz, Vector3]],
) -> PhotoMetadata:
    """
    Collect the metadata of a recorded photo.

    Parameters
    ----------
    scenario
        Of the run.
    camera, record
        What took the photo, and what is known of it.
    since_take_off
        Of the exposure [s].
    rover_pose
        Attitude and position of a rover by name and time [ns].

    """
    rover = next((r for r in scenario.rovers if r.name == record.target), None)
    body = None
    if rover is not None:
        q_MR, p_MR = rover_pose(rover.name, record.t_ns)
        body = Body('rover', p_MR, q_MR)
    return PhotoMetadata(
        camera, np.array(record.position_enu_m), np.array(record.quaternion_wxyz), body,
        scenario.world.utc + timedelta(seconds=since_take_off),
        title=scenario.name.replace('_', ' ').capitalize())
