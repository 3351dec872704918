# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Where the target of a photo truly is in its image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.frames import QuatWxyz, Vector3
from ingenuity_nodes.photo.target_box import target_box
from ingenuity_nodes.recording.run_log import PhotoRecord
from ingenuity_nodes.signals import Exposure


def with_target(
    record: PhotoRecord, camera: CameraModel, exposure: Exposure,
    rovers: Mapping[str, tuple[QuatWxyz, Vector3]],
) -> PhotoRecord:
    """
    Add where the target truly is in the image; of several, the one most visible.

    Parameters
    ----------
    record
        Of the photo.
    camera, exposure
        What took it, and when and where.
    rovers
        Attitude and position of each that may be the target, by name.

    """
    seen = []
    for name, (q_MR, p_MR) in rovers.items():
        box = target_box(camera, exposure.p_MB, exposure.q_MB, p_MR, q_MR)
        seen.append((box.visible_fraction if box else -1.0, name, box))
    if not seen:
        return record
    _, target, box = max(seen, key=lambda entry: entry[0])
    if box is None:
        return replace(record, target=target)
    return replace(
        record, target=target, target_distance_m=box.distance, target_px=box.centre,
        target_bbox_px=(box.u0, box.v0, box.u1, box.v1), target_visible_px=box.visible_px,
        target_visible_share=box.visible_fraction)
