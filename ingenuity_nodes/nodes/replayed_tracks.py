# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Images with tracked features of a bag that is played: drawn again, as no bag keeps them."""

from __future__ import annotations

from collections.abc import Sequence

from ingenuity_nodes.cameras.model import navcam
from ingenuity_nodes.navigation.feature_tracker import draw_features
from ingenuity_nodes.nodes.conversions.geometry import nanoseconds
from ingenuity_nodes.nodes.conversions.images import features_from, image_from, image_message
from ingenuity_nodes.recording.bag.reader import BagMessage, BagTopic
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.serialization import deserialize_message
from sensor_msgs.msg import Image, PointCloud2

FEATURES, IMAGES, TRACKS = 'navcam/features', 'navcam/image_raw', 'navcam/tracks'


class ReplayedTracks:
    """Publishes what the vision node drew, where somebody subscribes to it."""

    def __init__(self, node: Node, listed: Sequence[BagTopic]) -> None:
        self._node = node
        self._camera = navcam()
        types = {topic.topic: topic.type_name for topic in listed}
        self._publishers: dict[str, Publisher] = {}    # by what precedes the camera's name
        for topic, kind in types.items():
            before = topic.removesuffix(FEATURES)
            if (topic.endswith(f'/{FEATURES}') and kind == 'sensor_msgs/msg/PointCloud2'
                    and types.get(before + IMAGES) == 'sensor_msgs/msg/Image'
                    and before + TRACKS not in types):
                self._publishers[before] = node.create_publisher(Image, before + TRACKS, 2)
        self._images: dict[str, bytes] = {}    # the latest of each

    def take(self, message: BagMessage) -> None:
        """Note an image that is played, or draw the features that are."""
        before = message.topic.removesuffix(IMAGES)
        if before in self._publishers:
            self._images[before] = message.cdr
            return
        before = message.topic.removesuffix(FEATURES)
        publisher = self._publishers.get(before)
        if publisher is None or before not in self._images \
                or not publisher.get_subscription_count():
            return
        try:
            drawn = self._drawn(self._images[before], message.cdr)
        except Exception as error:    # of bytes of a stranger, whatever their reader trips over
            self._node.get_logger().warning(f'{message.topic}: not drawn: {str(error)[:120]}',
                                            once=True)
            return
        if drawn is not None:
            publisher.publish(drawn)

    def _drawn(self, image_cdr: bytes, features_cdr: bytes) -> Image | None:
        """Draw features into their image; None if the image is that of another instant."""
        message = deserialize_message(image_cdr, Image)
        width, height = self._camera.width, self._camera.height
        features = features_from(deserialize_message(features_cdr, PointCloud2), width, height)
        if nanoseconds(message.header.stamp) != features.t_ns:
            return None
        return image_message(features.t_ns, message.header.frame_id,
                             draw_features(image_from(message, width, height), features))
