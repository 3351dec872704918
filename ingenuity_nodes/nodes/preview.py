# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Small raw copies of photos for viewers, latched: rviz shows them without any plug-in."""

from __future__ import annotations

from ingenuity_nodes.cameras.preview import preview, preview_of_jpeg
from ingenuity_nodes.nodes.conversions.images import image_message
from ingenuity_nodes.nodes.membership import LATCHED
import numpy as np
from numpy.typing import NDArray
from rclpy.node import Node
from sensor_msgs.msg import Image

PHOTO_WIDTH = 4208    # [px] of the colour camera


class Preview:
    """Publishes the newest photo of one camera or base station, small."""

    def __init__(self, node: Node, topic: str) -> None:
        self._node = node
        self._publisher = node.create_publisher(Image, topic, LATCHED)

    def publish(self, t_ns: int, frame_id: str, image: NDArray[np.uint8]) -> None:
        """Publish a small copy of an image (h, w, 3)."""
        self._publisher.publish(image_message(t_ns, frame_id, preview(image)))

    def publish_jpeg(self, t_ns: int, frame_id: str, jpeg: bytes) -> None:
        """Publish a small copy of a JPEG; what is none is logged."""
        try:
            image = preview_of_jpeg(jpeg, PHOTO_WIDTH)
        except ValueError as error:
            self._node.get_logger().error(f'{self._publisher.topic_name}: {error}')
            return
        self._publisher.publish(image_message(t_ns, frame_id, image))
