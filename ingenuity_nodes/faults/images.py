# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What faults of the navigation camera do to its features."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from ingenuity_nodes.faults.active import ActiveFault
from ingenuity_nodes.signals import FeatureFrame
from ingenuity_nodes.timing import SECOND_NS
import numpy as np

GOLDEN = 0.618033988749895    # its multiples spread numbers evenly over 0..1


class ImageFaults:
    """Remembers the images that are late or repeated; ``rate`` is that of the camera [Hz]."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._late: deque[tuple[int, FeatureFrame]] = deque()
        self._frozen: FeatureFrame | None = None

    def pass_on(
        self, t_ns: int, frame: FeatureFrame | None, faults: Sequence[ActiveFault],
    ) -> FeatureFrame | None:
        """Return the features that reach the computer at ``t_ns``, None for none."""
        if frame is not None:
            late = 0
            for fault in faults:
                if fault.kind == 'off' or (fault.kind == 'dropout' and fault.happens()):
                    return self._due(t_ns)
                late += round(fault.magnitude * SECOND_NS) if fault.kind == 'delay' else 0
                frame = self._changed(frame, fault)
            self._late.append((t_ns + late, frame))
        return self._due(t_ns)

    def _due(self, t_ns: int) -> FeatureFrame | None:
        if self._late and self._late[0][0] <= t_ns:
            return self._late.popleft()[1]
        return None

    def _changed(self, frame: FeatureFrame, fault: ActiveFault) -> FeatureFrame:
        if fault.kind == 'stuck':
            self._frozen = self._frozen or frame
            return replace(self._frozen, t_ns=frame.t_ns)
        if fault.kind == 'featureless':
            return _thinned(frame, fault.magnitude)
        if fault.kind == 'bias':
            return replace(frame, uv=frame.uv + np.array([fault.magnitude, 0.0]))
        if fault.kind == 'noise':
            spread = fault.random.standard_normal(frame.uv.shape)
            return replace(frame, uv=frame.uv + fault.magnitude * spread)
        if fault.kind == 'drift':
            # Each track drifts from where it was first seen, or from the beginning of the fault.
            age = np.minimum(frame.ages / self._rate, fault.age(frame.t_ns))
            drift = fault.magnitude * np.maximum(age, 0.0)
            return replace(frame, uv=frame.uv + np.outer(drift, [1.0, 0.0]))
        return frame


def _thinned(frame: FeatureFrame, fraction: float) -> FeatureFrame:
    """Leave out a fraction of the features, the same ones in every image."""
    kept = frame.ids * GOLDEN % 1.0 >= fraction
    return replace(frame, ids=frame.ids[kept], uv=frame.uv[kept], ages=frame.ages[kept])
