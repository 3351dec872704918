# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The mast camera as its rover's node sees it: orders in, exposures out, images waited for."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ingenuity_nodes.nodes.conversions.geometry import nanoseconds
from ingenuity_nodes.nodes.conversions.state import exposure_message
from ingenuity_nodes.nodes.participant import COUNTED
from ingenuity_nodes.signals import Exposure
from ingenuity_nodes.timing import SECOND_NS
from nav_msgs.msg import Odometry
from rclpy.node import Node
from sensor_msgs.msg import CompressedImage


class MastImages:
    """
    Publishes exposures of a rover's cameras and notes which of their images have arrived.

    ``on_arrival`` is called whenever one has.
    """

    def __init__(
        self, node: Node, name: str, cameras: Iterable[str], on_arrival: Callable[[], None],
    ) -> None:
        self._name, self._on_arrival = name, on_arrival
        self._awaited: set[int] = set()
        self._exposures = {
            camera: node.create_publisher(Odometry, f'{camera}/exposure', COUNTED)
            for camera in cameras}
        for camera in self._exposures:
            node.create_subscription(
                CompressedImage, f'{camera}/image_raw/compressed', self._on_image, 60)

    def expose(self, exposures: Iterable[Exposure]) -> None:
        """Ask the cameras for the images of exposures."""
        for exposure in exposures:
            self._awaited.add(exposure.t_ns)
            self._exposures[exposure.camera].publish(exposure_message(exposure, self._name))

    def missing(self, due: Iterable[int]) -> str:
        """Name what has not arrived of that which is due, '' if nothing."""
        late = next((exposed for exposed in due if exposed in self._awaited), None)
        return '' if late is None else f'the mast image of {late / SECOND_NS:.2f} s'

    def _on_image(self, message: CompressedImage) -> None:
        self._awaited.discard(nanoseconds(message.header.stamp))
        self._on_arrival()
