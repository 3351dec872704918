# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What cameras and vision send a helicopter: kept for the exposures that it asked for alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.graph.lockstep import ForeignMessageError
from ingenuity_nodes.helicopter.flight_computer import ImagesDue
from ingenuity_nodes.nodes.conversions.geometry import nanoseconds
from ingenuity_nodes.nodes.conversions.images import features_from, photo_from
from ingenuity_nodes.nodes.member import MemberNode
from ingenuity_nodes.nodes.participant import Missing
from ingenuity_nodes.signals import Exposure, FeatureFrame, Photo
from ingenuity_nodes.timing import SECOND_NS
import numpy as np
from sensor_msgs.msg import CompressedImage, PointCloud2

NAVCAM, RTE = 'navcam', 'rte'
FEATURES, PHOTOS = f'{NAVCAM}/features', f'{RTE}/image_raw/compressed'


class ImageInbox:
    """
    Features and photos that have arrived and those that are still awaited, by exposure.

    Frames that cannot be read are refused and count as an image without features: the flight goes
    on as after a lost image. What belongs to no exposure of ours is refused, too. ``on_arrival``
    is called whenever something was kept.
    """

    def __init__(
        self, node: MemberNode, cameras: Iterable[str], navcam: CameraModel, rte: CameraModel,
        on_arrival: Callable[[], None],
    ) -> None:
        self._refusals, self._navcam, self._rte = node.refusals, navcam, rte
        self._cameras, self._on_arrival = tuple(cameras), on_arrival
        self._awaited: dict[str, set[int]] = {NAVCAM: set(), RTE: set()}
        self._features: dict[int, FeatureFrame] = {}
        self._photos: dict[int, Photo] = {}
        node.create_subscription(PointCloud2, FEATURES, self._on_features, 60)
        node.create_subscription(CompressedImage, PHOTOS, self._on_photo, 5)

    def expect(self, exposure: Exposure) -> None:
        """Await what will be made of an exposure; call it before the exposure is published."""
        self._awaited[exposure.camera].add(exposure.t_ns)

    def missing(self, due: ImagesDue) -> Missing | None:
        """Name what has not arrived of that which is due, None if nothing."""
        if NAVCAM in self._cameras:
            for exposed_ns in due.features:
                if exposed_ns not in self._features:
                    return Missing(
                        f'features of the image of {exposed_ns / SECOND_NS:.3f} s', FEATURES)
        for exposed_ns in due.photos:
            if exposed_ns not in self._photos:
                return Missing(f'the photo of {exposed_ns / SECOND_NS:.3f} s', PHOTOS)
        return None

    def take(self, due: ImagesDue) -> tuple[tuple[FeatureFrame, ...], tuple[Photo, ...]]:
        """Hand out what is due."""
        return (tuple(self._features.pop(t) for t in due.features if t in self._features),
                tuple(self._photos.pop(t) for t in due.photos))

    def _on_features(self, message: PointCloud2) -> None:
        t_ns = nanoseconds(message.header.stamp)
        if not self._belongs(NAVCAM, FEATURES, t_ns):
            return
        try:
            frame = features_from(message, self._navcam.width, self._navcam.height)
        except ValueError as error:
            self._refusals.note(FEATURES, error)
            frame = FeatureFrame(t_ns, np.zeros(0, np.int64), np.zeros((0, 2)),
                                 np.zeros(0, np.int64))
        self._features[t_ns] = frame
        self._on_arrival()

    def _on_photo(self, message: CompressedImage) -> None:
        photo = photo_from(message, self._rte.width, self._rte.height)
        if self._belongs(RTE, PHOTOS, photo.t_ns):
            self._photos[photo.t_ns] = photo
            self._on_arrival()

    def _belongs(self, camera: str, topic: str, t_ns: int) -> bool:
        """Return whether it was awaited, and await it no longer."""
        if t_ns in self._awaited[camera]:
            self._awaited[camera].remove(t_ns)
            return True
        self._refusals.note(topic, ForeignMessageError(
            'stamp', f'found stamp {t_ns / SECOND_NS:.3f} s, allowed: that of an exposure that '
            'has not been answered yet'))
        return False
