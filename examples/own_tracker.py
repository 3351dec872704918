# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
A feature tracker of one's own as a node, in the place of ``vision``: ORB matched by Hamming.

All nodes but vision by ``mission.launch.py``, or by hand as ``ingenuity_nodes/graph/nodes.py``
lists them; then ``python examples/own_tracker.py --ros-args -r __ns:=/ingenuity -p
scenario:=flight_03``. Any node that turns ``navcam/image_raw`` into ``navcam/features`` will do.
"""

import cv2
from ingenuity_nodes.signals import FeatureFrame
import numpy as np

MOST, WEAKEST = 40, 40    # features, and bits in which two descriptors may differ


class OrbTracker:
    """Finds corners in each image and recognises those of the image before."""

    def __init__(self):
        self._orb = cv2.ORB_create(MOST)
        self._matcher = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True)
        self._before, self._next = None, 0

    def track(self, t_ns, image):
        """Return the features of an image: ids are kept as long as a corner is recognised."""
        found, described = self._orb.detectAndCompute(image, None)
        uv = np.array([point.pt for point in found]).reshape(-1, 2)
        ids = np.arange(self._next, self._next + len(uv))
        ages = np.zeros(len(uv), dtype=np.int64)
        if self._before is not None and len(uv):
            for match in self._matcher.match(described, self._before[0]):
                if match.distance <= WEAKEST:
                    ids[match.queryIdx] = self._before[1][match.trainIdx]
                    ages[match.queryIdx] = self._before[2][match.trainIdx] + 1
        self._next += len(uv)
        self._before = (described, ids, ages) if len(uv) else None
        return FeatureFrame(t_ns, ids, uv, ages)


def main():
    """Run it as the vision node."""
    from ingenuity_nodes.nodes.run import run
    from ingenuity_nodes.nodes.vision import VisionNode

    class OrbNode(VisionNode):

        def __init__(self):
            super().__init__()
            self._tracker = OrbTracker()

    run(OrbNode)


if __name__ == '__main__':
    main()
