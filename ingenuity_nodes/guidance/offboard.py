# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Offboard setpoints: velocities and trajectories that another node sends.

Whatever is received, the reference keeps within the limits of speed and acceleration and between
floor and ceiling, and it comes to rest when no more commands arrive or the time is up.
"""

from __future__ import annotations

from bisect import bisect_right
import math

from ingenuity_nodes.frames import Vector3
from ingenuity_nodes.guidance.parameters import GuidanceParameters
from ingenuity_nodes.guidance.trajectory import Reference
from ingenuity_nodes.signals import TrajectoryCommand, VelocityCommand
from ingenuity_nodes.timing import TICK
import numpy as np

_SLACK = 1.0    # [1/s] speed per distance to a trajectory's reference; assumed: as control's own


class OffboardSetpoints:
    """
    The reference of an ``external`` segment; call ``at`` once per tick of 10 ms.

    It begins at rest at ``p`` [m, M] and ``yaw``, and is at rest again after ``duration`` [s];
    ``ground`` is the height of the take-off point [m, M].
    """

    def __init__(
        self, p: Vector3, yaw: float, ground: float, duration: float,
        parameters: GuidanceParameters,
    ) -> None:
        self.duration = duration
        self._p, self._v, self._yaw = np.array(p), np.zeros(3), yaw
        self._low = ground + parameters.external_floor
        self._high = ground + parameters.external_ceiling
        self._parameters = parameters
        self._velocity: VelocityCommand | None = None
        self._trajectory: TrajectoryCommand | None = None
        self._since = -math.inf    # when the last command came

    def command(self, command: VelocityCommand | TrajectoryCommand, time: float) -> None:
        """Follow a new command from ``time`` since the start of the segment on."""
        self._since = time
        self._velocity = command if isinstance(command, VelocityCommand) else None
        self._trajectory = command if isinstance(command, TrajectoryCommand) else None

    def at(self, time: float) -> Reference:
        """Move the reference by one tick; ``time`` counts from the start of the segment."""
        wanted, rate = self._wanted(time)
        p = self._parameters
        # It must be able to stop in the remaining time.
        left = max(0.0, self.duration - time - 0.5 * TICK)
        wanted = _shortened(wanted, min(p.external_speed, p.external_acceleration * left))
        change = _shortened(wanted - self._v, p.external_acceleration * TICK)
        v = self._v + change
        p_next = self._p + v * TICK
        if not self._low <= p_next[2] <= self._high and not self._returning(p_next[2]):
            p_next[2], v[2] = self._p[2], 0.0
        self._p, self._v, self._yaw = p_next, v, self._yaw + rate * TICK
        return Reference(p_next, v, change / TICK, self._yaw, rate)

    def _returning(self, height: float) -> bool:
        """Return whether a height beyond floor or ceiling is at least closer to them."""
        middle = 0.5 * (self._low + self._high)
        return bool(abs(height - middle) < abs(self._p[2] - middle))

    def _wanted(self, time: float) -> tuple[Vector3, float]:
        """Return velocity [m/s, M] and yaw rate [rad/s] that the command in force asks for."""
        p = self._parameters
        if self._velocity is not None and time - self._since <= p.external_silence:
            rate = min(max(self._velocity.yaw_rate, -p.external_yaw_rate), p.external_yaw_rate)
            return self._velocity.v_M, rate
        if self._trajectory is not None:
            p_wanted, v, yaw = _sample(self._trajectory, time - self._since)
            turn = math.remainder(yaw - self._yaw, 2.0 * math.pi)
            rate = min(max(_SLACK * turn, -p.external_yaw_rate), p.external_yaw_rate)
            return v + _SLACK * (p_wanted - self._p), rate
        return np.zeros(3), 0.0


def _sample(command: TrajectoryCommand, time: float) -> tuple[Vector3, Vector3, float]:
    """Return position, velocity and yaw at a time since the command; before and after it rests."""
    k = bisect_right(command.times, time)
    if k == 0:
        return command.p_M[0], np.zeros(3), command.yaw[0]
    if k == len(command.times):
        return command.p_M[-1], np.zeros(3), command.yaw[-1]
    span = command.times[k] - command.times[k - 1]
    fraction = (time - command.times[k - 1]) / span
    step = command.p_M[k] - command.p_M[k - 1]
    turn = math.remainder(command.yaw[k] - command.yaw[k - 1], 2.0 * math.pi)
    return command.p_M[k - 1] + fraction * step, step / span, command.yaw[k - 1] + fraction * turn


def _shortened(vector: Vector3, longest: float) -> Vector3:
    length = math.sqrt(float(vector @ vector))
    return vector if length <= longest else vector * (longest / length)
