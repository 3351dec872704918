# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Setpoints from outside: velocities and trajectories that somebody else's node sends.

Whatever comes, the reference moves no faster and no harder than the limits allow, stays between
floor and ceiling, and comes to rest when nothing is heard any more or the time is up.
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


class ExternalSetpoints:
    """
    The reference of an ``external`` segment; ``at`` is to be asked once per tick of 10 ms.

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
        # It must be able to stop in the time that is left.
        left = max(0.0, self.duration - time - 0.5 * TICK)
        wanted = _shortened(wanted, min(p.external_speed, p.external_acceleration * left))
        change = _shortened(wanted - self._v, p.external_acceleration * TICK)
        v = self._v + change
        place = self._p + v * TICK
        if not self._low <= place[2] <= self._high and not self._inside(place[2]):
            place[2], v[2] = self._p[2], 0.0
        self._p, self._v, self._yaw = place, v, self._yaw + rate * TICK
        return Reference(place, v, change / TICK, self._yaw, rate)

    def _inside(self, height: float) -> bool:
        """Whether a height outside floor and ceiling is at least on its way back between them."""
        middle = 0.5 * (self._low + self._high)
        return bool(abs(height - middle) < abs(self._p[2] - middle))

    def _wanted(self, time: float) -> tuple[Vector3, float]:
        """Velocity [m/s, M] and yaw rate [rad/s] that the command in force asks for."""
        p = self._parameters
        if self._velocity is not None and time - self._since <= p.external_silence:
            rate = min(max(self._velocity.yaw_rate, -p.external_yaw_rate), p.external_yaw_rate)
            return self._velocity.v_M, rate
        if self._trajectory is not None:
            place, v, yaw = _sample(self._trajectory, time - self._since)
            turn = math.remainder(yaw - self._yaw, 2.0 * math.pi)
            rate = min(max(_SLACK * turn, -p.external_yaw_rate), p.external_yaw_rate)
            return v + _SLACK * (place - self._p), rate
        return np.zeros(3), 0.0


def _sample(command: TrajectoryCommand, time: float) -> tuple[Vector3, Vector3, float]:
    """Place, velocity and yaw at a time since the command; before and after it rests."""
    k = bisect_right(command.times, time)
    if k == 0:
        return command.p_M[0], np.zeros(3), command.yaw[0]
    if k == len(command.times):
        return command.p_M[-1], np.zeros(3), command.yaw[-1]
    span = command.times[k] - command.times[k - 1]
    share = (time - command.times[k - 1]) / span
    way = command.p_M[k] - command.p_M[k - 1]
    turn = math.remainder(command.yaw[k] - command.yaw[k - 1], 2.0 * math.pi)
    return command.p_M[k - 1] + share * way, way / span, command.yaw[k - 1] + share * turn


def _shortened(vector: Vector3, longest: float) -> Vector3:
    length = math.sqrt(float(vector @ vector))
    return vector if length <= longest else vector * (longest / length)
