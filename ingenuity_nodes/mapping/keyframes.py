# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Poses of exposures between estimates, and heights of the ground under the altimeter."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from typing import NamedTuple

from ingenuity_nodes.frames import Matrix3, QuatWxyz, rotation_matrix, Vector3
from ingenuity_nodes.sensors.altimeter import AltimeterParameters
from ingenuity_nodes.signals import AltimeterSample, Estimate
from ingenuity_nodes.timing import SECOND_NS
import numpy as np
from numpy.typing import NDArray

FEWEST_SAMPLES = 5           # of the altimeter around a keyframe
MEMORY_NS = 5 * SECOND_NS    # of estimates and altimeter samples


class Pose(NamedTuple):
    """Where the flight computer believed to be at one instant."""

    t_ns: int
    p_MB: Vector3
    q_MB: QuatWxyz
    variance: float    # of the height [m^2]


class Keyframe(NamedTuple):
    """A navigation image and from where it was taken, by the estimate."""

    t_ns: int
    image: NDArray[np.uint8]
    R_MC: Matrix3
    p_MC: Vector3
    ground: float      # height of the ground below, in M [m]
    variance: float    # of that, by estimate and scale of the altimeter [m^2]


class PoseHistory:
    """The estimates of the last seconds."""

    def __init__(self) -> None:
        self._poses: deque[Pose] = deque()

    def add(self, estimate: Estimate) -> None:
        """Remember an estimate; one that is not newer than the last, or not finite, is dropped."""
        pose = Pose(estimate.t_ns, estimate.p_MB, estimate.q_MB, float(estimate.covariance[2, 2]))
        newer = not self._poses or pose.t_ns > self._poses[-1].t_ns
        if newer and np.isfinite(pose.p_MB).all() and np.isfinite(pose.q_MB).all():
            self._poses.append(pose)
        while self._poses and self._poses[-1].t_ns - self._poses[0].t_ns > MEMORY_NS:
            self._poses.popleft()

    @property
    def newest_ns(self) -> int:
        """Return the instant of the newest estimate, -1 before the first."""
        return self._poses[-1].t_ns if self._poses else -1

    def at(self, t_ns: int) -> Pose | None:
        """Interpolate between the estimates around an instant; None outside of all."""
        after = bisect_left(self._poses, t_ns, key=lambda pose: pose.t_ns)
        if after == len(self._poses):
            return None
        b = self._poses[after]
        if b.t_ns == t_ns:
            return b
        if after == 0:
            return None
        a = self._poses[after - 1]
        u = (t_ns - a.t_ns) / (b.t_ns - a.t_ns)
        q_b = b.q_MB if float(a.q_MB @ b.q_MB) >= 0.0 else -b.q_MB
        q_MB = (1.0 - u) * a.q_MB + u * q_b    # 10 ms of rotation: as good as on the sphere
        return Pose(t_ns, (1.0 - u) * a.p_MB + u * b.p_MB, q_MB / np.linalg.norm(q_MB), b.variance)


class GroundBelow:
    """The ground below the aircraft, by the altimeter samples of the last seconds."""

    def __init__(self, altimeter: AltimeterParameters) -> None:
        self._p_BA = np.array(altimeter.position)
        self._delay_ns = round(altimeter.delay * SECOND_NS)
        self._waiting: deque[AltimeterSample] = deque()
        self._heights: deque[tuple[int, float]] = deque()    # when measured, of the ground in M

    def add(self, sample: AltimeterSample) -> None:
        """Remember a sample; one that saw nothing is dropped."""
        if np.isfinite(sample.distance):
            self._waiting.append(sample)

    def locate(self, poses: PoseHistory) -> None:
        """Turn samples into heights as soon as the pose is known at which each was measured."""
        while self._waiting and self._waiting[0].t_ns - self._delay_ns <= poses.newest_ns:
            sample = self._waiting.popleft()
            pose = poses.at(sample.t_ns - self._delay_ns)
            if pose is not None:
                # What goes over the network has single precision.
                beam = np.array([0.0, 0.0, float(np.float32(sample.distance))])
                hit = pose.p_MB + rotation_matrix(pose.q_MB) @ (self._p_BA - beam)
                self._heights.append((pose.t_ns, float(hit[2])))
        while self._heights and poses.newest_ns - self._heights[0][0] > MEMORY_NS:
            self._heights.popleft()

    def height(self, t_ns: int) -> float | None:
        """Return the median height of the ground within half a second, in M [m]; None: unknown."""
        near = [height for measured_ns, height in self._heights
                if abs(measured_ns - t_ns) <= SECOND_NS // 2]
        return float(np.median(near)) if len(near) >= FEWEST_SAMPLES else None
