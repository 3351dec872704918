# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The photos of a run, embedded in the report at reduced size."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from io import BytesIO
import math
from pathlib import Path

from ingenuity_nodes.recording.run_log import PhotoRecord
from PIL import Image, UnidentifiedImageError

COPY_PIXELS = 2_000_000    # of the copy on the page; the full image is next to it
ZOOM_WIDTH = 900           # pixels
ROOM = 2.2                 # width of the crop over that of the target


@dataclass(frozen=True)
class EmbeddedPhoto:
    """One photo as embedded in the page."""

    record: PhotoRecord
    copy: str          # data URI of the whole image
    zoom: str          # data URI of the crop around the target, '' without one
    zoom_file: str     # its file in the run folder, '' if there is none
    marked_file: str   # the annotated file in the run folder, '' if there is none


def embed(record: PhotoRecord, folder: Path) -> EmbeddedPhoto | None:
    """Embed a photo and its crop; None: the image is missing or not readable."""
    path = folder / record.file
    try:
        with Image.open(path) as image:
            shrink = math.sqrt(COPY_PIXELS / (image.width * image.height))
            whole = image.convert('RGB')
    except (OSError, UnidentifiedImageError):
        return None
    size = (round(whole.width * min(1.0, shrink)), round(whole.height * min(1.0, shrink)))
    zoom_file = path.with_name(f'{path.stem}_zoom{path.suffix}')
    marked = path.with_name(f'{path.stem}_annotated{path.suffix}')
    return EmbeddedPhoto(
        record, data_uri(whole.resize(size, Image.Resampling.LANCZOS)),
        _zoom(whole, record, zoom_file), zoom_file.name if zoom_file.is_file() else '',
        marked.name if marked.is_file() else '')


def data_uri(image: Image.Image, quality: int = 86) -> str:
    """Encode an image as a data URI of a JPEG."""
    memory = BytesIO()
    image.save(memory, 'JPEG', quality=quality, optimize=True)
    return 'data:image/jpeg;base64,' + base64.b64encode(memory.getvalue()).decode()


def _zoom(whole: Image.Image, record: PhotoRecord, file: Path) -> str:
    """Return the crop of the run folder, else one around the target."""
    try:
        with Image.open(file) as image:
            crop = image.convert('RGB')
    except (OSError, UnidentifiedImageError):
        if record.target_bbox_px is None:
            return ''
        crop = whole.crop(_window(whole, record.target_bbox_px))
    if crop.width == 0 or crop.height == 0:
        return ''
    height = round(crop.height * ZOOM_WIDTH / crop.width)
    return data_uri(crop.resize((ZOOM_WIDTH, height), Image.Resampling.BICUBIC))


def _window(
    whole: Image.Image, box: tuple[float, float, float, float],
) -> tuple[int, int, int, int]:
    """Return a 4:3 window around the target, shifted to lie inside the image."""
    u0, v0, u1, v1 = box
    width = min(float(whole.width), ROOM * max(u1 - u0, (v1 - v0) * 4 / 3, 20.0))
    height = min(float(whole.height), width * 3 / 4)
    left = min(max(0.0, (u0 + u1 - width) / 2), whole.width - width)
    top = min(max(0.0, (v0 + v1 - height) / 2), whole.height - height)
    return round(left), round(top), round(left + width), round(top + height)
