# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The mast camera as its rover's node sees it: orders in, exposures out, images waited for."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ingenuity_nodes.nodes.conversions.geometry import nanoseconds
from ingenuity_nodes.nodes.conversions.state import exposure_message
from ingenuity_nodes.nodes.participant import COUNTED, Missing
from ingenuity_nodes.signals import Exposure
from ingenuity_nodes.timing import SECOND_NS
from nav_msgs.msg import Odometry
from rclpy.node import Node
from sensor_msgs.msg import CompressedImage

IMAGES = '{}/image_raw/compressed'    # of a camera, within the rover's namespace


class MastImages:
    """
    Publishes exposures of a rover's cameras and notes which of their images have arrived.

    ``on_arrival`` is called whenever one has.
    """

    def __init__(
        self, node: Node, name: str, cameras: Iterable[str], on_arrival: Callable[[], None],
    ) -> None:
        self._name, self._on_arrival = name, on_arrival
        self._awaited: dict[int, str] = {}    # camera by instant of exposure [ns]
        self._exposures = {
            camera: node.create_publisher(Odometry, f'{camera}/exposure', COUNTED)
            for camera in cameras}
        for camera in self._exposures:
            node.create_subscription(
                CompressedImage, IMAGES.format(camera), self._on_image, 60)

    def expose(self, exposures: Iterable[Exposure]) -> None:
        """Ask the cameras for the images of exposures."""
        for exposure in exposures:
            self._awaited[exposure.t_ns] = exposure.camera
            self._exposures[exposure.camera].publish(exposure_message(exposure, self._name))

    def missing(self, due: Iterable[int]) -> Missing | None:
        """Name what has not arrived of that which is due, None if nothing."""
        for exposed_ns in due:
            if exposed_ns in self._awaited:
                return Missing(f'the image of {exposed_ns / SECOND_NS:.3f} s',
                               IMAGES.format(self._awaited[exposed_ns]))
        return None

    def _on_image(self, message: CompressedImage) -> None:
        self._awaited.pop(nanoseconds(message.header.stamp), None)
        self._on_arrival()
