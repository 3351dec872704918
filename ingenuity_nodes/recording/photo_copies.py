# Copyright 2026 Ingenuity contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.
"""The copies of a photo that a run folder holds: zoomed, and with things named."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np

from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.cameras.photo import annotate, Mark, zoom
from ingenuity_nodes.recording.run_log import PhotoRecord
from ingenuity_nodes.scenario import Scenario
from ingenuity_nodes.world.environment import Environment

# East and north of the helipad [m]; NASA MMGIS: 18.44462715 N, 77.45088572 E.
LANDING_SITE = (-7.5, -14.0)
QUALITY = 92


def write_copies(
    scenario: Scenario, environment: Environment, camera: CameraModel, record: PhotoRecord,
    photo: Path, zoomed: Path, annotated: Path,
) -> None:
    """Write both copies of a picture whose target is known."""
    picture = cv2.imread(str(photo))
    if picture is None or record.target_bbox_px is None:
        return
    cv2.imwrite(str(zoomed), zoom(picture, record.target_bbox_px),
                [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    marks = _marks(environment, camera, record)
    day = f'{scenario.world.utc:%d %B %Y}, Jezero crater (simulated)'
    cv2.imwrite(str(annotated), annotate(picture, marks, f'{scenario.name}: {day}'),
                [cv2.IMWRITE_JPEG_QUALITY, QUALITY])


def _marks(environment: Environment, camera: CameraModel, record: PhotoRecord) -> list[Mark]:
    u0, v0, u1, v1 = record.target_bbox_px or (0.0, 0.0, 0.0, 0.0)
    distance = record.target_distance_m or 0.0
    marks = [Mark(f'{record.target.capitalize()}, {distance:.0f} m', ((u0 + u1) / 2, (v0 + v1) / 2),
                  0.7 * math.hypot(u1 - u0, v1 - v0))]
    for name, place in (('Helipad', (0.0, 0.0)), ('Octavia E. Butler Landing', LANDING_SITE)):
        p_M = np.array([[*place, environment.terrain.height(*place)]])
        u, v = camera.project_world(p_M, np.array(record.position_enu_m),
                                    np.array(record.quaternion_wxyz))[0]
        if math.isfinite(u):
            marks.append(Mark(name, (float(u), float(v))))
    return marks
