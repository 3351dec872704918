# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Grey images in a bag: PNG inside a standard message, without loss, back to the same bytes.

An image of the topic ``NAME`` is a ``sensor_msgs/CompressedImage`` on ``NAME/lossless``, in the
format of image_transport's plug-in. Its noise is what takes the space: see docs/decisions.md.
"""

from __future__ import annotations

from typing import Any

import cv2
from ingenuity_nodes.recording.bag.typestore import TYPES
from ingenuity_nodes.recording.errors import RecordingError
import numpy as np
from numpy.typing import NDArray

IMAGE, COMPRESSED_IMAGE = 'sensor_msgs/msg/Image', 'sensor_msgs/msg/CompressedImage'
SUFFIX = '/lossless'
NAVIGATION = 'navcam/image_raw'    # below the vehicle's name
FORMAT = 'mono8; png compressed '
LARGEST_IMAGE = 1 << 26    # assumed: five times the pixels of our largest camera
# A row is predicted by the mean of left and upper pixel, and no repetition is looked for: noise
# does not repeat. OpenCV before 4.12 has no choice of the filter, and images of a tenth more.
_PNG = [cv2.IMWRITE_PNG_COMPRESSION, 1,
        cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_HUFFMAN_ONLY]
if hasattr(cv2, 'IMWRITE_PNG_FILTER'):
    _PNG += [cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_AVG]


class ImageError(ValueError):
    """What should be an image in a bag is none."""


def packed(cdr: bytes) -> bytes | None:
    """
    Pack a serialised ``sensor_msgs/Image``; None if it would not come back to the byte.

    So are images that are not grey, with padding in their rows or by an unusual serialiser.
    """
    try:
        message: Any = TYPES.deserialize_cdr(cdr, IMAGE)
        if message.encoding != 'mono8' or not message.data.size:
            return None
        pixels = message.data.reshape(message.height, message.width)
        if _serialised(message.header, pixels) != cdr:
            return None
    except Exception:    # of a message of a stranger, and whatever its reader trips over
        return None
    done, png = cv2.imencode('.png', pixels, _PNG)
    if not done:
        return None
    return bytes(TYPES.serialize_cdr(TYPES.types[COMPRESSED_IMAGE](
        header=message.header, format=FORMAT, data=png.ravel()), COMPRESSED_IMAGE))


def unpacked(cdr: bytes) -> bytes:
    """
    Return the bytes that :func:`packed` was given.

    Raises
    ------
    ImageError
        It is nothing that :func:`packed` has made, or damaged.

    """
    try:
        message: Any = TYPES.deserialize_cdr(cdr, COMPRESSED_IMAGE)
        data = message.data.tobytes()
    except Exception as error:
        raise ImageError(f'found no compressed image: {str(error)[:80]}') from error
    if message.format != FORMAT or data[12:16] != b'IHDR':
        raise ImageError(f"found an image of format '{message.format[:40]}', allowed: '{FORMAT}'")
    width, height = int.from_bytes(data[16:20], 'big'), int.from_bytes(data[20:24], 'big')
    if not 0 < width * height <= LARGEST_IMAGE:
        raise ImageError(f'found {width} x {height} pixels, allowed: up to {LARGEST_IMAGE}')
    pixels = cv2.imdecode(message.data, cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.ndim != 2 or pixels.dtype != np.uint8:
        raise ImageError('found a damaged image')
    return _serialised(message.header, np.asarray(pixels, np.uint8))


def grey_image(message: Any) -> NDArray[np.uint8]:
    """
    Read a decoded ``sensor_msgs/Image``, (height, width).

    Raises
    ------
    RecordingError
        Another encoding than mono8, or another size than it says.

    """
    data = np.asarray(message.data, dtype=np.uint8)
    if message.encoding != 'mono8' or data.size != message.height * message.step \
            or message.step < message.width:
        raise RecordingError(
            f"navigation image: found encoding '{message.encoding[:20]}', {data.size} bytes for "
            f'{message.width} x {message.height}, allowed: mono8, a byte a pixel')
    return np.ascontiguousarray(data.reshape(message.height, message.step)[:, :message.width])


def _serialised(header: Any, pixels: NDArray[np.uint8]) -> bytes:
    """Serialise a grey image, (rows, columns), as the middleware does."""
    height, width = pixels.shape
    return bytes(TYPES.serialize_cdr(TYPES.types[IMAGE](
        header=header, height=height, width=width, encoding='mono8', is_bigendian=0, step=width,
        data=pixels.ravel()), IMAGE))
