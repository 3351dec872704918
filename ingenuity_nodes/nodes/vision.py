# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The navigation computer: corners tracked from image to image, out as features."""

from __future__ import annotations

from collections.abc import Sequence

from ingenuity_nodes.cameras.model import navcam
from ingenuity_nodes.graph.roster import UNDISCOVERED
from ingenuity_nodes.navigation.feature_tracker import FeatureTracker
from ingenuity_nodes.nodes.conversions.geometry import nanoseconds
from ingenuity_nodes.nodes.conversions.images import features_message, image_from, image_message
from ingenuity_nodes.nodes.member import MemberNode
from ingenuity_nodes.nodes.run import run
from ingenuity_nodes.nodes.setting import helicopter_section
from ingenuity_nodes.signals import FeatureFrame
import numpy as np
from numpy.typing import NDArray
from rclpy.qos import QoSProfile
from sensor_msgs.msg import Image, PointCloud2

IMAGES = 'navcam/image_raw'
FRAMES = QoSProfile(depth=60)    # two seconds of images: none is lost while one is at work


class VisionNode(MemberNode):
    """Images in, features out."""

    def __init__(self) -> None:
        super().__init__('vision', of_vehicle=True)
        helicopter_section(self, self.scenario)
        self._camera = navcam()
        self._tracker = FeatureTracker()
        self._features = self.create_publisher(PointCloud2, 'navcam/features', FRAMES)
        self._tracks = self.create_publisher(Image, 'navcam/tracks', 2)
        self._images = self.create_subscription(
            Image, IMAGES, self._on_image, FRAMES)
        self.membership.waits_for = lambda: self._waits_for

    @property
    def _waits_for(self) -> str:
        return ('' if self._images.get_publisher_count()
                else f'{UNDISCOVERED} whoever sends on {self.topic_in_run(IMAGES)}')

    def _on_image(self, message: Image) -> None:
        self.time_begins()
        for image, features in self.refusals.read(
                IMAGES, [message], self._track):
            self._features.publish(features_message(features, message.header.frame_id))
            if self._tracks.get_subscription_count():
                drawn = self._tracker.draw(image, features)
                self._tracks.publish(
                    image_message(features.t_ns, message.header.frame_id, drawn))

    def _track(self, message: Image) -> tuple[NDArray[np.uint8], FeatureFrame]:
        image = image_from(message, self._camera.width, self._camera.height)
        return image, self._tracker.track(nanoseconds(message.header.stamp), image)


def main(args: Sequence[str] | None = None) -> None:
    """Run the navigation computer's vision."""
    run(VisionNode, args)


if __name__ == '__main__':
    main()
