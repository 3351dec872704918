# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Images of the truth on the network, for those who train and test perception on them."""

from __future__ import annotations

from collections.abc import Callable

from ingenuity_nodes.nodes.conversions.images import numbers_message
from ingenuity_nodes.nodes.setting import text_parameter
from ingenuity_nodes.rendering.truth import GroundTruth
from ingenuity_nodes.signals import Exposure
from ingenuity_nodes.yaml_files.check import FileError
import numpy as np
from numpy.typing import NDArray
from rclpy.node import Node
from rclpy.qos import QoSProfile
from sensor_msgs.msg import Image

Numbers = NDArray[np.generic]
KINDS: dict[str, Callable[[GroundTruth], Numbers]] = {
    'range': lambda truth: truth.ranges,                            # [m] along the ray
    'normals': lambda truth: truth.normals().astype(np.float32),    # in map axes
    'kinds': lambda truth: truth.kinds,          # 0 sky, 1 ground, 2 rock, 3 robot
    'rocks': lambda truth: truth.labels(),      # a number for each rock, 0 for none
}


class TruthImages:
    """
    Publishes what the parameter ``truth`` asks for, under ``<camera>/truth/``.

    ``flow`` says by how many pixels what stands still was elsewhere in the image before.

    Raises
    ------
    FileError
        The parameter names an image that there is not.

    """

    def __init__(self, node: Node, camera: str, frame_id: str) -> None:
        allowed = (*KINDS, 'flow')
        about = f'images of the truth to publish, of: {" ".join(allowed)}'
        names = text_parameter(node, 'truth', '', about).split()
        for name in names:
            if name not in allowed:
                raise FileError(f"parameter truth: found '{name}', allowed: {', '.join(allowed)}")
        self._frame_id = frame_id
        self._before: Exposure | None = None
        self._publishers = {name: node.create_publisher(
            Image, f'{camera}/truth/{name}', QoSProfile(depth=10)) for name in names}

    @property
    def wanted(self) -> bool:
        """Whether anything is asked for, and somebody listens."""
        return any(publisher.get_subscription_count() for publisher in self._publishers.values())

    def publish(self, exposure: Exposure, truth: GroundTruth) -> None:
        """Publish the images of one exposure; no flow for the first."""
        for name, publisher in self._publishers.items():
            if name in KINDS:
                numbers = KINDS[name](truth)
            elif self._before is not None:
                numbers = truth.flow(self._before).astype(np.float32)
            else:
                continue
            publisher.publish(numbers_message(exposure.t_ns, self._frame_id, numbers))
        self._before = exposure
