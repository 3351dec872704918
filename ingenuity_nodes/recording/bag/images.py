# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Navigation images of a bag, raw or losslessly compressed, as arrays."""

from __future__ import annotations

from typing import Any

import cv2
from ingenuity_nodes.recording.errors import RecordingError
import numpy as np
from numpy.typing import NDArray

RAW, COMPRESSED = 'navcam/image_raw', 'navcam/image_raw/compressed'    # below the vehicle's name


def grey_image(message: Any) -> NDArray[np.uint8]:
    """
    Read a decoded ``sensor_msgs/Image`` or ``CompressedImage``, (height, width).

    Raises
    ------
    RecordingError
        Another encoding than mono8 or a lossless file format, or damaged.

    """
    data = np.asarray(message.data, dtype=np.uint8)
    encoding = getattr(message, 'encoding', None)
    if encoding is None:
        image = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if data.size else None
        if 'png' not in message.format or image is None or image.ndim != 2:
            raise RecordingError(f"navigation image: found format '{message.format[:40]}' of "
                                 f'{data.size} bytes, allowed: a grey png')
        return np.asarray(image, dtype=np.uint8)
    if encoding != 'mono8' or data.size != message.height * message.step \
            or message.step < message.width:
        raise RecordingError(
            f"navigation image: found encoding '{encoding[:20]}', {data.size} bytes for "
            f'{message.width} x {message.height}, allowed: mono8, a byte a pixel')
    return np.ascontiguousarray(data.reshape(message.height, message.step)[:, :message.width])
