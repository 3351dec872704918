# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Small copies of colour images for viewers, which need neither decoder nor plug-in."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

WIDEST = 1100    # [px]; a quarter of the photo's 4208 is the largest whole fraction below
_DECODERS = {1: cv2.IMREAD_COLOR, 2: cv2.IMREAD_REDUCED_COLOR_2, 4: cv2.IMREAD_REDUCED_COLOR_4}


def preview(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Shrink an image (h, w, 3) by the whole number that makes it narrow enough."""
    factor = _factor(image.shape[1])
    if factor == 1:
        return image
    size = image.shape[1] // factor, image.shape[0] // factor
    cropped = image[:size[1] * factor, :size[0] * factor]
    return np.asarray(cv2.resize(cropped, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def preview_of_jpeg(jpeg: bytes, width: int) -> NDArray[np.uint8]:
    """
    Decode a JPEG of a known width at reduced size, red first.

    Raises
    ------
    ValueError
        It cannot be decoded.

    """
    # The decoder itself shrinks by two or four, in a fraction of the time of the whole image.
    reduced = max(step for step in _DECODERS if step <= _factor(width))
    try:
        image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), _DECODERS[reduced])
    except cv2.error:
        image = None
    if image is None:
        raise ValueError(f'found {len(jpeg)} bytes that are no image, allowed: JPEG')
    return preview(np.ascontiguousarray(image[..., ::-1], dtype=np.uint8))


def _factor(width: int) -> int:
    return -(-width // WIDEST)
