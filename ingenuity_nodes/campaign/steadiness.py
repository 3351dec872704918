# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""How steady a flight is: the hold of its hovers, and how far it leans in cruise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
import math

from ingenuity_nodes.guidance.mode import Mode
from ingenuity_nodes.recording.run_log import VehicleLog
from ingenuity_nodes.timing import SECOND_NS
import numpy as np
from numpy.typing import NDArray

SHORTEST = 3.0    # [s] of a hover that is counted; assumed: a period of the position loop
SETTLED = 1.0     # [s] at its beginning that are not; assumed: braking has died away


@dataclass(frozen=True)
class Hold:
    """
    Horizontal distance from its own mean of each hover, rms over all of them [m].

    Estimated on board, as NASA's figures are, and true; and how long they were together.
    """

    estimated_m: float
    true_m: float
    seconds: float


def hold_of(log: VehicleLog) -> Hold | None:
    """Return the hold of the hovers of a flight; None: it had none that was long enough."""
    sums, counts, seconds = [0.0, 0.0], [0, 0], 0.0
    for begin, end in spans(log, Mode.HOVER):
        first = begin + round(SETTLED * SECOND_NS)
        if end - begin < SHORTEST * SECOND_NS:
            continue
        seconds += (end - first) / SECOND_NS
        for k, (t_ns, p_MB) in enumerate((
                (log.estimates.t_ns, log.estimates.p_MB), (log.truths.t_ns, log.truths.p_MB))):
            level = p_MB[(t_ns >= first) & (t_ns < end), :2]
            sums[k] += float(((level - level.mean(axis=0)) ** 2).sum())
            counts[k] += len(level)
    if not all(counts):
        return None
    estimated, true = (math.sqrt(total / count) for total, count in zip(sums, counts, strict=True))
    return Hold(estimated, true, seconds)


def cruise_tilt_deg(log: VehicleLog) -> float | None:
    """Return the largest tilt between the beginning and the end of a translation; None: none."""
    truths, largest = log.truths, []
    for begin, end in spans(log, Mode.TRANSLATE):
        rows = (truths.t_ns >= begin) & (truths.t_ns < end)
        largest += [_tilt_deg(truths.q_MB[rows])] if rows.any() else []
    return max(largest, default=None)


def _tilt_deg(q_MB: NDArray[np.float64]) -> float:
    up = 1.0 - 2.0 * (q_MB[:, 1] ** 2 + q_MB[:, 2] ** 2)
    return math.degrees(math.acos(max(-1.0, min(1.0, float(up.min())))))


def spans(log: VehicleLog, mode: Mode) -> Iterator[tuple[int, int]]:
    """Yield when a mode began and ended [ns], as often as it did."""
    began: int | None = None
    for change in log.modes:
        if change.mode in (Mode.DEGRADED.value, Mode.ORDER.value):
            continue    # announced only
        if began is not None:
            yield began, change.t_ns
        began = change.t_ns if change.mode == mode.value else None
