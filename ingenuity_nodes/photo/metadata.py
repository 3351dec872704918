# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The metadata of a photo, and the annotations that follow from it."""

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

SITES = {'helipad': (0.0, 0.0),
         'Octavia E. Butler landing': (-7.5, -14.0)}  # east, north [m] (NASA MMGIS)


@dataclass(frozen=True)
class PhotoMetadata:
    """Camera, pose, target and time of a photo."""

    camera: CameraModel
    p_MB: Vector3
    q_MB: QuatWxyz
    rover: Body | None
    utc: datetime
    title: str = 'Ingenuity'


def rover_box(metadata: PhotoMetadata) -> TargetBox | None:
    """Predict the box around the rover; None without one, or behind the lens."""
    if metadata.rover is None:
        return None
    return target_box(metadata.camera, metadata.p_MB, metadata.q_MB,
                      metadata.rover.p_MB, metadata.rover.q_MB)


def marks_of(
    metadata: PhotoMetadata, image: Image, height: Callable[[float, float], float],
) -> list[Mark]:
    """List the annotations: rover as found, helipad, landing site, horizon, scale bar."""
    marks = horizon(metadata.camera, metadata.p_MB, metadata.q_MB)
    points = np.array([[x, y, height(x, y)] for x, y in SITES.values()])
    uv = metadata.camera.project_world(points, metadata.p_MB, metadata.q_MB)
    tail = 170.0
    seen_all = metadata.camera.inside(np.nan_to_num(uv, nan=-1e9))
    for name, pixel, seen in zip(SITES, uv, seen_all, strict=True):
        if seen:
            marks.append(Mark(name, ((float(pixel[0]), float(pixel[1])),), tail=tail))
            tail += 170.0
    box = rover_box(metadata)
    if box is not None and box.visible_fraction > 0.0:
        u0, v0, u1, v1 = seen_box(image, box)
        radius = 0.75 * max(u1 - u0, v1 - v0)
        marks.append(
            Mark(f'Perseverance, {box.distance:.0f} m', (((u0 + u1) / 2, (v0 + v1) / 2), ),
                 radius))
    bar = scale_bar(metadata.camera, metadata.p_MB, metadata.q_MB,
                    height(float(metadata.p_MB[0]), float(metadata.p_MB[1])))
    return [*marks, bar] if bar is not None else marks


def seen_box(image: Image, box: TargetBox) -> Box:
    """Return the box of the rover as found in the image, else as predicted."""
    hint = (box.u0, box.v0, box.u1, box.v1)
    return find_rover(image, hint) or hint
