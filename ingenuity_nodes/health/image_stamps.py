# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Associate navigation images with exposures: the software that failed in Flight 6.

The computer triggers the camera and receives an image some time later. As delivered it took the
images in the order of the triggers, so that one lost image gave all later ones the stamp of
the exposure before (NASA, Flight 6 post, 27 May 2021: "all later navigation images being
delivered with inaccurate timestamps"). Software since takes the camera's own count of images.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.signals import FeatureFrame
from ingenuity_nodes.timing import SECOND_NS
import numpy as np


@dataclass(frozen=True)
class ImageStampParameters:
    """How lost and poor images are handled."""

    most_lost: int = quantity(
        10, '1', 'images lost within a second that the update after Flight 6 tolerates', low=0,
        high=60, source='assumed: NASA only says that Flight 53 lost more than it was made for')
    fewest: int = quantity(
        12, '1', 'features below which fixed software uses none of an image', low=0, high=64,
        source='assumed: three times what fixes a pose, so that false ones can be outvoted')


class ImageStamps:
    """Time stamps of images, as one version of the software associates them."""

    def __init__(self, parameters: ImageStampParameters, software: str) -> None:
        self._parameters, self._software = parameters, software
        self._triggers: deque[int] = deque(maxlen=256)
        self._lost: deque[int] = deque(maxlen=256)
        self._last_uv = np.zeros((0, 2))

    def trigger(self, t_ns: int) -> None:
        """Note that the camera was triggered."""
        self._triggers.append(t_ns)

    def associate(self, frame: FeatureFrame) -> FeatureFrame | None:
        """
        Return an image with its time stamp, None when it is not to be used.

        ``frame.t_ns`` is its true exposure, which stands for the camera's count of images.
        """
        if self._software == 'flight_1':
            return replace(frame, t_ns=self._triggers.popleft()) if self._triggers else frame
        while self._triggers and self._triggers[0] <= frame.t_ns:
            trigger = self._triggers.popleft()
            if trigger < frame.t_ns:
                self._lost.append(trigger)
        if self._software == 'fixed' and (
                len(frame.ids) < self._parameters.fewest or self._is_frozen(frame)):
            return None
        return frame

    def lost_images(self, t_ns: int) -> str:
        """Report how many images were lost within some second, '' when few were."""
        count = sum(trigger > t_ns - SECOND_NS for trigger in self._lost)
        overdue_ns = t_ns - SECOND_NS // 2
        count += sum(overdue_ns - SECOND_NS < trigger < overdue_ns for trigger in self._triggers)
        if count > self._parameters.most_lost:
            return f'{count} images lost within a second'
        return ''

    def _is_frozen(self, frame: FeatureFrame) -> bool:
        """Return whether this is the last image again, to the last digit."""
        frozen = len(frame.uv) > 0 and np.array_equal(frame.uv, self._last_uv)
        self._last_uv = frame.uv
        return frozen
