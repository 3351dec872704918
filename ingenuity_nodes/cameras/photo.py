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
"""The photograph for people: a zoomed crop of its target, a copy with things named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Box = tuple[float, float, float, float]    # u0, v0, u1, v1 [px]

ROOM = 2.4              # side of the crop over the longer side of its target
ASPECT = 4 / 3
ZOOM_WIDTH = 1280       # [px]
INK, SHADE = (255, 255, 255), (0, 0, 0)


@dataclass(frozen=True)
class Mark:
    """Something to point out in a picture."""

    text: str
    uv: tuple[float, float]     # [px]
    radius: float = 0.0         # of a circle around it [px]; 0 draws a small cross


def zoom(picture: Picture, box: Box) -> Picture:
    """Cut out a target with some room around it, inside the frame, and enlarge the crop."""
    height, width = picture.shape[:2]
    u0, v0, u1, v1 = box
    side = ROOM * max(u1 - u0, (v1 - v0) * ASPECT, 40.0)
    crop_width, crop_height = min(round(side), width), min(round(side / ASPECT), height)
    left = int(np.clip(round((u0 + u1 - crop_width) / 2), 0, width - crop_width))
    top = int(np.clip(round((v0 + v1 - crop_height) / 2), 0, height - crop_height))
    crop = picture[top:top + crop_height, left:left + crop_width]
    size = (ZOOM_WIDTH, round(ZOOM_WIDTH * crop_height / crop_width))
    return np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_LANCZOS4), np.uint8)


def annotate(picture: Picture, marks: Iterable[Mark], caption: str) -> Picture:
    """Name things in a copy of a picture; marks outside of the frame are left out."""
    out = picture.copy()
    height, width = out.shape[:2]
    unit = width / 4208.0
    for mark in marks:
        u, v = mark.uv
        if not (0 <= u < width and -0.02 * height <= v < height):
            continue
        centre = (round(u), max(0, round(v)))
        if mark.radius:
            _ring(out, centre, round(mark.radius), unit)
        else:
            cv2.drawMarker(out, centre, SHADE, cv2.MARKER_CROSS, round(70 * unit), round(9 * unit))
            cv2.drawMarker(out, centre, INK, cv2.MARKER_CROSS, round(60 * unit), round(4 * unit))
        _label(out, mark.text, (centre[0] + round(mark.radius + 30 * unit),
                                centre[1] + round(mark.radius + 60 * unit)), unit)
    _label(out, caption, (round(60 * unit), height - round(70 * unit)), unit)
    return out


def _ring(out: Picture, centre: tuple[int, int], radius: int, unit: float) -> None:
    cv2.circle(out, centre, radius, SHADE, round(11 * unit), cv2.LINE_AA)
    cv2.circle(out, centre, radius, INK, round(5 * unit), cv2.LINE_AA)


def _label(out: Picture, text: str, place: tuple[int, int], unit: float) -> None:
    font, scale = cv2.FONT_HERSHEY_SIMPLEX, 2.0 * unit
    (text_width, _), _ = cv2.getTextSize(text, font, scale, round(4 * unit))
    u = min(place[0], out.shape[1] - text_width - round(20 * unit))
    for colour, thickness in ((SHADE, 12), (INK, 4)):
        cv2.putText(out, text, (u, place[1]), font, scale, colour, max(1, round(thickness * unit)),
                    cv2.LINE_AA)
