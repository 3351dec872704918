# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""An image without a flight, and the files that tell its story."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.frames import QuatWxyz, Vector3
from ingenuity_nodes.photo.annotate import Box, find_rover, horizon, Image, Mark, scale_bar
from ingenuity_nodes.photo.target_box import target_box, TargetBox
from ingenuity_nodes.rendering.scene import Body
import numpy as np

PLACES = {'helipad': (0.0, 0.0),
          'Octavia E. Butler landing': (-7.5, -14.0)}  # east, north [m] (NASA MMGIS)


@dataclass(frozen=True)
class PhotoMetadata:
    """What is known about a photo when it is shown to people."""

    camera: CameraModel
    p_MB: Vector3
    q_MB: QuatWxyz
    rover: Body | None
    utc: datetime
    title: str = 'Ingenuity'


def rover_box(story: PhotoMetadata) -> TargetBox | None:
    """Where the rover should be in the photo."""
    if story.rover is None:
        return None
    return target_box(story.camera, story.p_MB, story.q_MB, story.rover.p_MB, story.rover.q_MB)


def marks_of(
    story: PhotoMetadata, image: Image, height: Callable[[float, float], float],
) -> list[Mark]:
    """List what is worth pointing at: rover as found, helipad, landing site, horizon, scale."""
    marks = horizon(story.camera, story.p_MB, story.q_MB)
    points = np.array([[x, y, height(x, y)] for x, y in PLACES.values()])
    uv = story.camera.project_world(points, story.p_MB, story.q_MB)
    tail = 170.0
    seen_all = story.camera.inside(np.nan_to_num(uv, nan=-1e9))
    for name, place, seen in zip(PLACES, uv, seen_all, strict=True):
        if seen:
            marks.append(Mark(name, ((float(place[0]), float(place[1])),), tail=tail))
            tail += 170.0
    box = rover_box(story)
    if box is not None and box.visible_fraction > 0.0:
        u0, v0, u1, v1 = seen_box(image, box)
        radius = 0.75 * max(u1 - u0, v1 - v0)
        marks.append(
            Mark(f'Perseverance, {box.distance:.0f} m', (((u0 + u1) / 2, (v0 + v1) / 2), ),
                 radius))
    bar = scale_bar(story.camera, story.p_MB, story.q_MB,
                    height(float(story.p_MB[0]), float(story.p_MB[1])))
    return [*marks, bar] if bar is not None else marks


def seen_box(image: Image, box: TargetBox) -> Box:
    """Box of the rover as found in the image, or as predicted where it cannot be found."""
    hint = (box.u0, box.v0, box.u1, box.v1)
    return find_rover(image, hint) or hint
