# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A thumbnail shows what its photo shows, and takes a fraction of its time on the air."""

import cv2
from ingenuity_nodes.cameras.response import encode_jpeg
from ingenuity_nodes.cameras.thumbnail import thumbnail, WIDTH
import numpy as np
import pytest


def read(jpeg):
    return cv2.cvtColor(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR),
                        cv2.COLOR_BGR2RGB)


def test_it_is_the_photo_at_a_smaller_size():
    photo = np.zeros((3120, 4208, 3), np.uint8)
    photo[:, 2104:] = 200, 60, 30    # right half red
    jpeg = encode_jpeg(photo)
    small = thumbnail(jpeg)
    image = read(small)
    assert image.shape == (round(3120 * WIDTH / 4208), WIDTH, 3)
    assert np.abs(image[60, 120].astype(int) - (200, 60, 30)).max() < 8
    assert image[60, 40].max() < 8
    assert len(small) < len(jpeg) / 20


@pytest.mark.parametrize('jpeg', [b'', b'no image', encode_jpeg(np.zeros((8, 8), np.uint8))])
def test_of_what_is_no_large_image_there_is_none(jpeg):
    assert thumbnail(jpeg) == b''
