# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A tracker of somebody else, which loses one image."""

from ingenuity_nodes.nodes.run import run
from ingenuity_nodes.nodes.vision import VisionNode

LOST = 40    # the number of the image that it says nothing about


class DroppingTracker(VisionNode):
    """The tracker of the package, but for one image."""

    def __init__(self):
        super().__init__()
        self._count = 0

    def _on_image(self, message):
        self._count += 1
        if self._count != LOST:
            super()._on_image(message)


if __name__ == '__main__':
    run(DroppingTracker)
