# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""How a rover finds itself in a photo that a helicopter sent: by its colours, where it may be."""

from __future__ import annotations

import cv2
from ingenuity_nodes.cameras.model import rte
from ingenuity_nodes.photo.annotate import find_rover
from ingenuity_nodes.photo.target_box import target_box
from ingenuity_nodes.rover.perseverance import Finder, RoverState
from ingenuity_nodes.signals import Truth
import numpy as np


def self_finder() -> Finder:
    """
    Return a search for a rover in JPEG images of the colour camera.

    The poses of both vehicles at the exposure bound where it is searched for; whether it is there
    is decided by the pixels alone.
    """
    camera = rte()

    def find(content: bytes, carrier: Truth, rover: RoverState) -> tuple[float, float] | None:
        loaded = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
        if loaded is None:
            return None
        image = np.asarray(cv2.cvtColor(loaded, cv2.COLOR_BGR2RGB), np.uint8)
        box = target_box(camera, carrier.p_MB, carrier.q_MB, rover.p_MB, rover.q_MB)
        if box is None or image.shape[:2] != (camera.height, camera.width):
            return None
        found = find_rover(image, (box.u0, box.v0, box.u1, box.v1))
        if found is None:
            return None
        u0, v0, u1, v1 = found
        return (u0 + u1) / 2 / camera.width, (v0 + v1) / 2 / camera.height

    return find
