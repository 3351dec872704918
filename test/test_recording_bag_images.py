# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Images in bags: smaller, and back to the byte."""

from __future__ import annotations

from pathlib import Path

import cv2
from hypothesis import given, settings, strategies as st
from ingenuity_nodes.cameras.response import Response
from ingenuity_nodes.recording.bag.images import (
    COMPRESSED_IMAGE, IMAGE, ImageError, packed, SUFFIX, unpacked)
from ingenuity_nodes.recording.bag.reader import decode, messages, topics
from ingenuity_nodes.recording.bag.repair import bag_file
from ingenuity_nodes.recording.bag.typestore import TYPES
from ingenuity_nodes.recording.bag.writer import BagQos, BagWriter
import numpy as np
import pytest
from rosbags.rosbag2 import Reader

TOPIC = '/ingenuity/navcam/image_raw'


def navcam_image(t_ns: int) -> np.ndarray:
    """Return soft ground with the noise of the navigation camera."""
    light = np.random.default_rng(1).integers(60, 160, (60, 80), np.uint8)
    return Response(colour=False).develop(cv2.resize(light, (640, 480)), t_ns)


def serialised(pixels: np.ndarray, t_ns: int = 5, **changes) -> bytes:
    height, width = pixels.shape
    header = TYPES.types['std_msgs/msg/Header'](
        stamp=TYPES.types['builtin_interfaces/msg/Time'](sec=t_ns // 10**9, nanosec=t_ns % 10**9),
        frame_id='ingenuity/navcam_optical_frame')
    values = {'header': header, 'height': height, 'width': width, 'encoding': 'mono8',
              'is_bigendian': 0, 'step': width, 'data': pixels.ravel(), **changes}
    return bytes(TYPES.serialize_cdr(TYPES.types[IMAGE](**values), IMAGE))


def recorded(folder: Path, images: list[bytes], *, raw_images: bool = False) -> Path:
    with BagWriter(folder, raw_images=raw_images) as writer:
        for k, cdr in enumerate(images):
            writer.write(TOPIC, IMAGE, BagQos(depth=60), k, cdr)
    return folder


@pytest.fixture(scope='module')
def images() -> list[bytes]:
    return [serialised(navcam_image(k * 33_000_000), k) for k in range(5)]


def test_images_come_back_to_the_byte_from_half_the_space(tmp_path, images):
    bag = recorded(tmp_path / 'bag', images)
    assert [message.cdr for message in messages(bag)] == images
    assert [(t.topic, t.type_name, t.count) for t in topics(bag)] == [(TOPIC, IMAGE, 5)]
    assert [m.cdr for m in messages(bag, {TOPIC})] == images
    assert decode(next(messages(bag))).data.size == 640 * 480
    assert bag_file(bag).stat().st_size < 0.5 * sum(map(len, images))


def test_on_request_images_stay_as_they_are(tmp_path, images):
    bag = recorded(tmp_path / 'bag', images, raw_images=True)
    with Reader(bag) as reader:
        assert [(c.topic, c.msgtype) for c in reader.connections] == [(TOPIC, IMAGE)]
        assert [cdr for _, _, cdr in reader.messages()] == images


def test_other_tools_find_a_png_in_a_standard_message(tmp_path, images):
    bag = recorded(tmp_path / 'bag', images)
    with Reader(bag) as reader:
        connection, _, cdr = next(reader.messages())
    assert (connection.topic, connection.msgtype) == (TOPIC + SUFFIX, COMPRESSED_IMAGE)
    message = TYPES.deserialize_cdr(cdr, COMPRESSED_IMAGE)
    # compressed_image_transport: "<encoding>; png compressed <encoding of the bytes>"
    assert message.format.startswith('mono8; png compressed')
    assert np.array_equal(cv2.imdecode(message.data, cv2.IMREAD_UNCHANGED), navcam_image(0))


@settings(max_examples=30)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1),
       st.integers(0, 2**31 - 1), st.sampled_from([1, 3, 256]))
def test_any_grey_image_comes_back_to_the_byte(height, width, seed, t_ns, levels):
    pixels = np.random.default_rng(seed).integers(0, levels, (height, width), np.uint8)
    cdr = serialised(pixels, t_ns)
    assert unpacked(packed(cdr)) == cdr


@pytest.mark.parametrize('cdr', [
    serialised(np.zeros((4, 6), np.uint8), encoding='rgb8'),
    serialised(np.zeros((4, 6), np.uint8), step=7),
    serialised(np.zeros((4, 6), np.uint8), is_bigendian=1),
    serialised(np.zeros((4, 6), np.uint8), height=5),
    serialised(np.zeros((0, 0), np.uint8)),
    serialised(np.zeros((4, 6), np.uint8)) + b'\0', b'', b'\0\1\0\0noise'])
def test_what_would_not_come_back_to_the_byte_is_not_packed(cdr):
    assert packed(cdr) is None


@given(st.binary(max_size=200))
def test_what_is_no_packed_image_is_an_image_error(data):
    with pytest.raises(ImageError):
        unpacked(data)
