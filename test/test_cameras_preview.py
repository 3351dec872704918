# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Small copies of photos for viewers."""

from ingenuity_nodes.cameras.preview import preview, preview_of_jpeg
from ingenuity_nodes.cameras.response import encode_jpeg
import numpy as np
import pytest


@pytest.fixture(scope='module')
def photo():
    """Draw an image of the real size: red grows to the right, green downwards."""
    image = np.zeros((3120, 4208, 3), np.uint8)
    image[..., 0] = np.linspace(0, 255, 4208).astype(np.uint8)
    image[..., 1] = np.linspace(0, 255, 3120).astype(np.uint8)[:, None]
    return image


def test_the_photo_becomes_a_quarter_as_wide_and_high(photo):
    assert preview(photo).shape == (780, 1052, 3)


def test_it_shows_the_same_as_the_photo(photo):
    small = preview(photo)
    assert np.abs(small.astype(int) - photo[2::4, 2::4]).max() <= 2


def test_what_comes_of_a_jpeg_looks_the_same(photo):
    small = preview_of_jpeg(encode_jpeg(photo, 90), 4208)
    assert small.shape == (780, 1052, 3)
    assert np.abs(small.astype(int) - preview(photo)).mean() < 3.0


def test_a_small_image_stays_as_it_is():
    image = np.arange(300, dtype=np.uint8).reshape(10, 10, 3)
    assert preview(image) is image


def test_bytes_that_are_no_image_are_refused():
    with pytest.raises(ValueError, match='found 4 bytes that are no image, allowed: JPEG'):
        preview_of_jpeg(b'torn', 4208)
