# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A small image of a photo, to be sent before it."""

from __future__ import annotations

import cv2
from ingenuity_nodes.cameras.response import encode_jpeg
import numpy as np

WIDTH = 160      # [px] 5 kB, a fraction of a second on the air (assumed)
_QUALITY = 75


def thumbnail(jpeg: bytes) -> bytes:
    """Return a photo of WIDTH columns as a JPEG; b'' if it cannot be read or is no wider."""
    try:
        image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_REDUCED_COLOR_8)
    except cv2.error:
        return b''
    if image is None or image.shape[1] <= WIDTH:
        return b''
    rows = max(1, round(image.shape[0] * WIDTH / image.shape[1]))
    small = cv2.resize(image, (WIDTH, rows), interpolation=cv2.INTER_AREA)
    return encode_jpeg(np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2RGB), np.uint8), _QUALITY)
