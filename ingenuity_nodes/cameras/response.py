# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""From light on the sensor to the image: mosaic, noise, white balance, tone."""

from __future__ import annotations

import cv2
from ingenuity_nodes.compiled.entry import entry_point
from ingenuity_nodes.compiled.kernel import kernel
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

_FULL = 4095.0          # a 12-bit number holds the 10-bit sensor and its noise
_GREY_GAIN = 1.10       # sets the mean of ordinary ground near 125 (assumed: automatic exposure)
_GREY_NOISE = 1.2       # [grey levels] (assumed)
_LENS_BLUR = 0.70  # [px] spread of a point by the lens (assumed: about that of its mosaic)
_VIGNETTE = 0.34        # loss of light in the corners (assumed, as small wide lenses have)


class Response:
    """What one camera's sensor and electronics make of light."""

    def __init__(self, *, colour: bool) -> None:
        seed = np.uint32(0)
        self._table = _tone_table()
        if colour:
            self._mosaic = entry_point(_mosaic, np.zeros((1, 1, 3), np.uint8), seed, _VIGNETTE)
        else:
            self._grey = entry_point(_grey, np.zeros((1, 1), np.uint8), seed)
        self._develop = self._develop_colour if colour else self._develop_grey

    def develop(self, light: Image, t_ns: int) -> Image:
        """
        Make the image of light of type uint8, the square root of relative radiance.

        A navigation image, (rows, columns), is luminance with a little noise; a colour image,
        (rows, columns, 3), has been seen through a Bayer mosaic.
        """
        # A number of 32 bits below the largest prime, so that times far apart differ.
        return self._develop(light, np.uint32(t_ns // 1000 % 4294967291))

    def _develop_grey(self, light: Image, seed: np.uint32) -> Image:
        return np.asarray(self._grey(np.ascontiguousarray(light, np.uint8), seed))

    def _develop_colour(self, light: Image, seed: np.uint32) -> Image:
        soft = np.ascontiguousarray(cv2.GaussianBlur(light, (0, 0), _LENS_BLUR), np.uint8)
        raw = self._mosaic(soft, seed, _VIGNETTE)
        colour = cv2.cvtColor(raw, cv2.COLOR_BayerBG2RGB_EA) if min(raw.shape) > 8 else np.dstack(
            [raw] * 3)
        out = self._table[np.minimum(colour, int(_FULL))]
        around = cv2.GaussianBlur(out, (0, 0), 1.1)
        return np.asarray(cv2.addWeighted(out, 1.35, around, -0.35, 0.0), dtype=np.uint8)


def encode_jpeg(image: Image, quality: int = 90) -> bytes:
    """Compress an RGB or grey image."""
    if image.ndim == 3:
        image = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2BGR), dtype=np.uint8)
    done, data = cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError(f'cannot compress an image of shape {image.shape}')
    return bytes(data)


def _tone_table() -> Image:
    """Tabulate 8-bit display values of 12-bit light: gain, soft shoulder, sRGB curve."""
    x = np.arange(int(_FULL) + 1) / _FULL * 1.32
    x = np.where(x > 0.75, 0.75 + 0.25 * np.tanh((x - 0.75) / 0.25), x)
    curve = np.where(x <= 0.0031308, 12.92 * x,
                     1.055 * np.power(np.maximum(x, 1e-9), 1 / 2.4) - 0.055)
    return np.asarray(np.clip(255.0 * curve + 0.5, 0, 255), dtype=np.uint8)


@kernel(inline=True)
def _hash32(a: np.uint32, b: np.uint32) -> np.uint32:
    x = np.uint32((a ^ np.uint32(b * np.uint32(0x9E3779B1))) & np.uint32(0xFFFFFFFF))
    x = np.uint32((x ^ (x >> np.uint32(16))) * np.uint32(0x7FEB352D))
    x = np.uint32((x ^ (x >> np.uint32(15))) * np.uint32(0x846CA68B))
    return np.uint32(x ^ (x >> np.uint32(16)))


@kernel(inline=True)
def _bell(bits: np.uint32) -> float:
    """Turn four bytes into about a normal deviate (sum of four, variance 1)."""
    total = (bits & np.uint32(255)) + ((bits >> np.uint32(8)) & np.uint32(255))
    total += ((bits >> np.uint32(16)) & np.uint32(255)) + (bits >> np.uint32(24))
    return (float(total) - 510.0) / 147.8


@kernel
def _mosaic(light: Image, seed: np.uint32, vignette: float) -> NDArray[np.uint16]:
    """Let each pixel see one colour (red first), dimmed in the corners, with noise."""
    rows, columns, _ = light.shape
    raw = np.empty((rows, columns), np.uint16)
    for j in range(rows):
        dy = (j + 0.5) / rows - 0.5
        for i in range(columns):
            dx = ((i + 0.5) / columns - 0.5) * columns / rows
            channel = (j & 1) + (i & 1)
            value = float(light[j, i, channel])
            value = value * value / 65025.0 * (1.0 - vignette * (dx * dx + dy * dy) / 0.7)
            noise = _bell(_hash32(np.uint32(j * columns + i), seed))
            value += noise * np.sqrt(0.000010 + 0.00011 * value)
            raw[j, i] = np.uint16(min(4095.0, max(0.0, value * 4095.0 + 0.5)))
    return raw


@kernel
def _grey(light: Image, seed: np.uint32) -> Image:
    rows, columns = light.shape
    out = np.empty((rows, columns), np.uint8)
    for j in range(rows):
        for i in range(columns):
            noise = _bell(_hash32(np.uint32(j * columns + i), seed))
            value = _GREY_GAIN * float(light[j, i]) + _GREY_NOISE * noise
            out[j, i] = np.uint8(min(255.0, max(0.0, value + 0.5)))
    return out
