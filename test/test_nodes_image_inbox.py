# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Of what cameras and vision send, a helicopter keeps what it asked for and nothing else."""

from types import SimpleNamespace

import pytest

rclpy = pytest.importorskip('rclpy', reason='rclpy is not importable: no ROS 2 here')

from ingenuity_nodes.cameras.model import navcam, rte  # noqa
from ingenuity_nodes.helicopter.flight_computer import ImagesDue  # noqa: E402
from ingenuity_nodes.nodes.conversions.images import features_message, jpeg_message  # noqa: E402
from ingenuity_nodes.nodes.image_inbox import ImageInbox  # noqa: E402
from ingenuity_nodes.nodes.refusals import Refusals  # noqa: E402
from ingenuity_nodes.signals import Exposure, FeatureFrame  # noqa: E402
import numpy as np  # noqa: E402

ZERO = np.zeros(3)


class Node:
    """What an inbox uses of a node."""

    def __init__(self):
        self.on, self.errors = {}, []
        self.refusals = Refusals(self)

    def topic_in_run(self, topic):
        return f'/ingenuity/{topic}'

    def create_subscription(self, kind, topic, callback, qos):
        self.on[topic] = callback

    def get_logger(self):
        return SimpleNamespace(error=lambda text, **_: self.errors.append(text))


@pytest.fixture
def node():
    return Node()


@pytest.fixture
def inbox(node):
    inbox = ImageInbox(node, ('navcam', 'rte'), navcam(), rte(), lambda: None)
    for t_ns, camera in ((1000, 'navcam'), (2000, 'navcam'), (3000, 'rte')):
        inbox.expect(Exposure(t_ns, camera, ZERO, np.array([1.0, 0, 0, 0]), ZERO, ZERO))
    return inbox


def features(t_ns, u=10.0):
    return features_message(
        FeatureFrame(t_ns, np.arange(2), np.array([[u, 1.0], [2.0, 2.0]]), np.zeros(2, int)), 'x')


def test_what_was_asked_for_is_awaited_kept_and_handed_out_once(node, inbox):
    due = ImagesDue((1000,), (3000,))
    assert inbox.missing(due) == ('features of the image of 0.000 s', 'navcam/features')
    node.on['navcam/features'](features(1000))
    assert inbox.missing(due) == ('the photo of 0.000 s', 'rte/image_raw/compressed')
    node.on['rte/image_raw/compressed'](jpeg_message(3000, 'x', b'jpeg'))
    assert inbox.missing(due) is None
    frames, photos = inbox.take(due)
    assert [frame.t_ns for frame in frames] == [1000]
    assert [photo.t_ns for photo in photos] == [3000]
    assert node.errors == []


def test_features_that_cannot_be_read_count_as_an_image_without_features(node, inbox):
    node.on['navcam/features'](features(1000, np.nan))
    assert '/ingenuity/navcam/features: refused: found pixel nan' in node.errors[0]
    (frame,), _ = inbox.take(ImagesDue((1000,), ()))
    assert frame.ids.size == 0
    assert frame.uv.shape == (0, 2)


def test_stamps_that_nobody_asked_for_and_second_answers_are_refused_and_not_kept(node, inbox):
    for t_ns in range(10_000, 20_000):
        node.on['navcam/features'](features(t_ns))
    node.on['navcam/features'](features(1000))
    node.on['navcam/features'](features(1000, 99.0))
    assert node.refusals.foreign == {'/ingenuity/navcam/features': 10_001}
    assert len(node.errors) == 1
    assert 'allowed: that of an exposure that has not been answered yet' in node.errors[0]
    (frame,), _ = inbox.take(ImagesDue((1000,), ()))
    assert frame.uv[0, 0] == 10.0
