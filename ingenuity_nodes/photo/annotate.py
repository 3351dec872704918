# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Process a photo for people: crop and enlarge, annotate, find the rover in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
import math

import cv2
from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.frames import QuatWxyz, Vector3
from ingenuity_nodes.photo.target_box import target_box, TargetBox
import numpy as np
from numpy.typing import NDArray
from PIL import Image as PilImage, ImageDraw, ImageFont

__all__ = [
    'Box',
    'Mark',
    'TargetBox',
    'annotate',
    'find_rover',
    'horizon',
    'scale_bar',
    'target_box',
    'zoom'
]

Image = NDArray[np.uint8]
Box = tuple[float, float, float, float]   # u0, v0, u1, v1 [px]

_INK = (255, 244, 214)
_SHADE = (20, 14, 10)


@dataclass(frozen=True)
class Mark:
    """One annotation of an image."""

    label: str
    points: tuple[tuple[float, float], ...]  # one for a circle or an arrow, more for a line [px]
    radius: float = 0.0                      # of the circle [px]; 0 draws an arrow
    tail: float = 170.0                      # length of the arrow in an image 4208 px wide [px]


def zoom(image: Image, box: Box, width: int = 1200, margin: float = 0.6) -> Image:
    """
    Crop around a box and enlarge, with an aspect ratio of 4:3.

    Parameters
    ----------
    image
        (height, width, 3) colour.
    box
        What to show; it may extend beyond the image.
    width
        Width of the result [px].
    margin
        Margin on either side, in widths of the box.

    """
    rows, columns = image.shape[:2]
    u0, v0, u1, v1 = box
    wide = min(max((u1 - u0) * (1 + 2 * margin), (v1 - v0) * (1 + 2 * margin) * 4 / 3, 40.0),
               columns, rows * 4 / 3)
    high = wide * 3 / 4
    left = int(np.clip((u0 + u1) / 2 - wide / 2, 0, columns - wide))
    top = int(np.clip((v0 + v1) / 2 - high / 2, 0, rows - high))
    crop = image[top:top + round(high), left:left + round(wide)]
    return np.asarray(
        cv2.resize(crop, (width, round(width * 3 / 4)), interpolation=cv2.INTER_CUBIC), np.uint8)


def find_rover(image: Image, hint: Box) -> Box | None:
    """
    Find the rover by its colour: metal and white paint on ochre ground.

    Parameters
    ----------
    image
        (height, width, 3) colour.
    hint
        Where it is expected; half a box beyond each side is searched, too.

    """
    rows, columns = image.shape[:2]
    u0, v0, u1, v1 = hint
    wide, high = u1 - u0, v1 - v0
    left, right = max(0, int(u0 - wide / 2)), min(columns, int(u1 + wide / 2) + 1)
    top, low = max(0, int(v0 - high / 2)), min(rows, int(v1 + high / 2) + 1)
    if right - left < 4 or low - top < 4:
        return None
    colours = cv2.GaussianBlur(image[top:low, left:right], (0, 0), 1.2).astype(np.float32)
    light = colours.sum(axis=2)
    redness = (colours[..., 0] - colours[..., 2]) / (light + 1.0)
    usual = float(np.median(redness))
    spread = 1.4826 * float(np.median(np.abs(redness - usual))) + 0.002
    found = _pieces(redness < usual - max(3.5 * spread, 0.25 * usual), wide)
    areas = found[:, cv2.CC_STAT_AREA]
    if not len(found) or areas.max() < 0.05 * wide * high:
        return None
    found = found[areas >= 0.012 * wide * high]
    # The mast head is separate from the body and lit by the ground: above the body, a weaker
    # threshold of redness applies to what is as bright as the ground, which rocks are not.
    paler = (redness < 0.88 * usual) & (light > 0.9 * float(np.median(light)))
    corner, size = found[:, :2].astype(float), found[:, 2:4]
    (u, v), (end_u, end_v) = corner.min(axis=0), (corner + size).max(axis=0)
    above = np.zeros_like(paler)
    above[:max(0, int(v)) + 1, int(u):int(end_u)] = True
    above[:max(0, int(v0 - top - 0.1 * high))] = False
    head = _pieces(paler & above, wide)
    head = head[head[:, cv2.CC_STAT_AREA] >= 0.006 * wide * high]
    if len(head):
        v = min(v, float(head[:, cv2.CC_STAT_TOP].min()))
    return float(left + u), float(top + v), float(left + end_u), float(top + end_v)


def _pieces(mask: NDArray[np.bool_], wide: float) -> NDArray[np.int32]:
    """Merge regions that are close together; return the statistics of OpenCV's components."""
    reach = max(3, round(0.10 * wide)) | 1
    joined = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE,
                              np.ones((reach, reach), np.uint8))
    joined = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return np.asarray(cv2.connectedComponentsWithStats(joined)[2][1:], np.int32)


def annotate(image: Image, marks: Sequence[Mark], caption: str = '') -> Image:
    """Draw circles, arrows, lines and labels over a copy of the image."""
    canvas = PilImage.fromarray(np.ascontiguousarray(image))
    draw = ImageDraw.Draw(canvas)
    unit = image.shape[1] / 4208
    font = ImageFont.load_default(max(10.0, 62 * unit))
    small = ImageFont.load_default(max(9.0, 50 * unit))
    stroke = max(1, round(6 * unit))
    for mark in marks:
        _draw_mark(draw, mark, font, unit, stroke, image.shape[1])
    if caption:
        corner = (60 * unit, image.shape[0] - 130 * unit)
        draw.text(corner, caption, fill=_INK, font=small, stroke_width=max(1, stroke // 2),
                  stroke_fill=_SHADE)
    return np.asarray(canvas, dtype=np.uint8)


def _draw_mark(draw: ImageDraw.ImageDraw, mark: Mark,
               font: ImageFont.FreeTypeFont | ImageFont.ImageFont, unit: float, stroke: int,
               columns: int) -> None:
    u, v = mark.points[0]
    if len(mark.points) > 1:
        draw.line(list(mark.points), fill=_INK, width=max(1, stroke // 2))
        u, v = mark.points[len(mark.points) // 2]
        at = (u, v + 12 * unit)
    elif mark.radius > 0.0:
        r = mark.radius
        draw.ellipse((u - r, v - r, u + r, v + r), outline=_INK, width=stroke)
        at = (u + 0.75 * r + 20 * unit, v + 0.75 * r)
    else:
        tip, tail = (u, v + 14 * unit), (u, v + mark.tail * unit)
        draw.line([tip, tail], fill=_INK, width=stroke)
        draw.polygon([tip, (u - 20 * unit, v + 54 * unit), (u + 20 * unit, v + 54 * unit)],
                     fill=_INK)
        at = (u - draw.textlength(mark.label, font=font) / 2, v + (mark.tail + 10) * unit)
    room = columns - draw.textlength(mark.label, font=font) - 20 * unit
    draw.text((min(max(at[0], 20 * unit), room), at[1]), mark.label, fill=_INK, font=font,
              stroke_width=max(1, stroke // 2), stroke_fill=_SHADE)


def horizon(camera: CameraModel, p_MB: Vector3, q_MB: QuatWxyz) -> list[Mark]:
    """Return lines along the level horizon where it crosses the image."""
    azimuth = np.radians(np.arange(0.0, 360.0, 0.5))
    far = np.stack([np.sin(azimuth), np.cos(azimuth), np.zeros_like(azimuth)], axis=1) * 1e7 + p_MB
    uv = camera.project_world(far, p_MB, q_MB)
    with np.errstate(invalid='ignore'):
        inside = camera.inside(uv)
    pieces: list[list[tuple[float, float]]] = [[]]
    for point, seen in zip(uv, inside, strict=True):
        if seen:
            pieces[-1].append((float(point[0]), float(point[1])))
        elif pieces[-1]:
            pieces.append([])
    return [Mark('horizon', tuple(piece)) for piece in pieces if len(piece) > 2]


def scale_bar(camera: CameraModel, p_MB: Vector3, q_MB: QuatWxyz, ground: float,
              length: float = 1.0) -> Mark | None:
    """Return a bar of known length on the ground, across the lower centre of the image."""
    R_MC, p_MC = camera.pose(p_MB, q_MB)
    ray = R_MC @ camera.unproject(np.array([[camera.width * 0.5, camera.height * 0.82]]))[0]
    if ray[2] > -0.02:
        return None
    middle = p_MC + ray * (ground - p_MC[2]) / ray[2]
    across = np.array([R_MC[0, 0], R_MC[1, 0], 0.0])
    across *= length / 2 / math.hypot(across[0], across[1])
    ends = camera.project_world(np.array([middle - across, middle + across]), p_MB, q_MB)
    if np.isnan(ends).any():
        return None
    return Mark(f'{length:g} m',
                ((float(ends[0, 0]), float(ends[0, 1])), (float(ends[1, 0]), float(ends[1, 1]))))
