# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The rover's drive: commands in; true pose, joints, belief and reports out, at 20 Hz."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
import math
from typing import NamedTuple

from ingenuity_nodes.frames import quaternion_from_rpy, QuatWxyz, Vector3
from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.rover.clearance import ClearanceParameters, first_hazard, Pose2
from ingenuity_nodes.rover.energy import Battery, BatteryReading, EnergyParameters
from ingenuity_nodes.rover.ground import Ground
from ingenuity_nodes.rover.joints import Joints, joints_at
from ingenuity_nodes.rover.odometry import (
    Belief, Motion, Odometry, OdometryParameters, slipped)
from ingenuity_nodes.rover.route import (
    advance, along_arc, along_path, checked, moved_to, pursuit)
from ingenuity_nodes.rover.steering import (
    steered_toward, steering_for, STRAIGHT, wheel_speeds, within_limit)
from ingenuity_nodes.rover.suspension import Posture, settle, Stance
from ingenuity_nodes.signals import RoverPath, RoverReport
from ingenuity_nodes.timing import SECOND_NS, TICK_NS
import numpy as np

PERIOD_NS = 5 * TICK_NS                # the rover moves at 20 Hz: 2 mm at a time
PERIOD = PERIOD_NS / SECOND_NS
FASTEST = 0.042                        # [m/s] NASA: 152 m/h
PARKED, DRIVING, ARRIVED, STOPPED = 'parked', 'driving', 'arrived', 'stopped'
REFUSED = 'refused'    # reported of a path that is not taken; the rover does as before
_READY = math.radians(3.0)             # wheels nearer than this to their angle may roll


@dataclass(frozen=True)
class DriveParameters:
    """How the rover drives."""

    drive_speed: float = quantity(
        FASTEST, 'm/s', 'of the fastest wheel', low=0.001, high=1.0,
        source='NASA: 152 m/h on flat hard ground')
    steer_rate: float = quantity(
        0.2, 'rad/s', 'at which the corner wheels steer', low=0.01, high=2.0,
        source='assumed: a quarter turn in 8 s')
    stop_distance: float = quantity(
        0.3, 'm', 'left to what it cannot take when it stops', low=0.0, high=5.0,
        source='assumed: half a wheel of margin beyond the bounds')
    judge_every: float = quantity(
        0.25, 'm', 'driven between two looks ahead', low=0.05, high=2.0,
        source='assumed: ENav evaluates each quarter of a metre (Abcouwer et al. 2021)')
    command_timeout: float = quantity(
        1.0, 's', 'after which a velocity is no longer followed', low=0.1, high=10.0,
        source='assumed: as usual for cmd_vel')
    longest_drive: float = quantity(
        412.0, 'm', 'of one path', low=1.0, high=10_000.0,
        source='NASA: the longest drive of a Martian day, 411.7 m, June 2025')
    clearance: ClearanceParameters = field(default_factory=ClearanceParameters)
    odometry: OdometryParameters = field(default_factory=OdometryParameters)
    energy: EnergyParameters = field(default_factory=EnergyParameters)


class RoverVelocity(NamedTuple):
    """A motion that somebody else commands."""

    speed: float        # forward [m/s]
    turn_rate: float    # counter-clockwise [rad/s]


class DriveState(NamedTuple):
    """What there is to see of a drive after a tick."""

    p_MB: Vector3
    q_MB: QuatWxyz
    v_MB: Vector3      # [m/s]
    yaw_rate: float    # [rad/s]
    joints: Joints     # of wheels and suspension [rad]
    belief: Belief
    battery: BatteryReading


class Drive:
    """
    One rover on its ground.

    It stands as it was put until it moves for the first time; then it settles on its wheels.
    """

    def __init__(
        self, parameters: DriveParameters, ground: Ground, pose: tuple[Pose2, float], seed: int,
    ) -> None:
        self._parameters, self._ground = parameters, ground
        self._pose, height = pose
        self._posture = Posture(height=height)
        self._stance: Stance | None = None    # None: it has not moved yet
        self._steering, self._turns = STRAIGHT, STRAIGHT
        x, y, yaw = self._pose
        self._odometry = Odometry(parameters.odometry, (x, y, height, yaw), seed)
        self._battery = Battery(parameters.energy)
        self._velocity = np.zeros(3)
        self._yaw_rate = 0.0
        self._points: tuple[tuple[float, float], ...] = ()
        self._command: RoverVelocity | None = None
        self._command_ends = 0
        self._clear, self._hazard = 0.0, ''    # metres to what was found ahead, and what it is
        self._seen = 0.0                       # metres that may be driven before the next look
        self._phase, self._reason = PARKED, ''
        self._reported = PARKED, ''
        self._log: list[str] = []
        self._refusals: list[str] = []
        self._state: DriveState | None = None

    @property
    def phase(self) -> str:
        """Return one of those of RoverReport."""
        return self._phase

    @property
    def stance(self) -> Stance | None:
        """Return where the wheels are; None before it has moved."""
        return self._stance

    @property
    def state(self) -> DriveState:
        """Return what there is to see; the same between two periods."""
        if self._state is None:
            self._state = self._seen_now()
        return self._state

    def _seen_now(self) -> DriveState:
        (x, y, yaw), stands = self._pose, self._posture
        return DriveState(
            np.array([x, y, stands.height]), quaternion_from_rpy(stands.roll, stands.pitch, yaw),
            self._velocity, self._yaw_rate, joints_at(stands, self._steering, self._turns),
            self._odometry.belief, self._battery.reading)

    def follow(self, paths: Iterable[RoverPath]) -> None:
        """Take paths; the last one that can be driven counts, one without points stops."""
        for path in paths:
            try:
                checked(path, self._here, self._parameters.longest_drive)
            except ValueError as error:
                self._log.append(f'path refused: {error}')
                self._refusals.append(str(error))
                continue
            self._command = None
            self._points, self._seen = tuple(path.points), 0.0
            if path.points:
                self._begin(path.points)
            else:
                self._end(STOPPED, 'told to stop')

    def steer(self, t_ns: int, velocities: Iterable[RoverVelocity]) -> None:
        """Take velocities from outside; the last one counts, for a moment."""
        for velocity in velocities:
            self._points, self._seen = (), 0.0
            self._command = RoverVelocity(
                *within_limit(*velocity, self._parameters.drive_speed))
            self._command_ends = t_ns + round(self._parameters.command_timeout * SECOND_NS)
            self._phase, self._reason = DRIVING, ''

    def tick(self, t_ns: int) -> None:
        """Move on, once per period."""
        if t_ns % PERIOD_NS:
            return
        self._state = None
        self._velocity, self._yaw_rate = np.zeros(3), 0.0
        motion = self._wanted(t_ns) if self._phase == DRIVING else None
        if motion is None:
            self._battery.step(PERIOD, 0.0, self._posture.pitch, driving=False)
            return
        self._turn_wheels_and_roll(*motion)

    def reports(self, t_ns: int) -> tuple[RoverReport, ...]:
        """Return what is to be reported in this tick: changes, and once a second of a drive."""
        refused = tuple(RoverReport(t_ns, self._here, REFUSED, why) for why in self._refusals)
        self._refusals = []
        now = self._phase, self._reason
        if now == self._reported and not (self._phase == DRIVING and t_ns % SECOND_NS == 0):
            return refused
        self._reported = now
        return (*refused, RoverReport(t_ns, self._here, *now))

    def log(self) -> tuple[str, ...]:
        """Return the lines since the last call."""
        lines, self._log = tuple(self._log), []
        return lines

    @property
    def _here(self) -> tuple[float, float]:
        return self._odometry.belief[:2]

    def _begin(self, points: Sequence[tuple[float, float]]) -> None:
        self._phase, self._reason = DRIVING, ''
        length = sum(map(math.dist, (self._here, *points), points))
        speed = self._parameters.drive_speed
        faster = f', faster than the {FASTEST:g} m/s of the real rover' if speed > FASTEST else ''
        self._log.append(f'drives {length:.1f} m to {points[-1][0]:.1f} m east, '
                         f'{points[-1][1]:.1f} m north at {speed:g} m/s{faster}')

    def _end(self, phase: str, reason: str) -> None:
        self._phase, self._reason = phase, reason
        self._points, self._command = (), None
        self._log.append(f'{phase}: {reason}' if reason else phase)

    def _wanted(self, t_ns: int) -> tuple[float, float] | None:
        """Return the motion to make now, None if there is none or none is allowed."""
        belief = self._odometry.belief
        pose = belief.x, belief.y, belief.yaw
        if self._command is not None:
            if t_ns >= self._command_ends:
                self._end(STOPPED, 'no velocity commanded any more')
                return None
            motion: tuple[float, float] = self._command
        else:
            self._points = advance(self._points, pose[:2])
            if not self._points:
                self._end(ARRIVED, '')
                return None
            speed = self._parameters.drive_speed
            _, fastest_turn = within_limit(0.0, math.copysign(10.0, 1.0), speed)
            motion = within_limit(*pursuit(pose, self._points[0], speed, fastest_turn), speed)
        reason = self._forbidden(pose, motion)
        if reason:
            self._end(STOPPED, reason)
            return None
        return motion

    def _forbidden(self, believed: Pose2, motion: tuple[float, float]) -> str:
        """Return why it must not go on, '' if it may."""
        if self._battery.empty:
            return (f'battery at {100 * self._battery.reading.charge:.0f} %, allowed to drive: '
                    f'{100 * self._parameters.energy.reserve:g} %')
        tilt = math.acos(math.cos(self._posture.roll) * math.cos(self._posture.pitch))
        limit = self._parameters.clearance.tilt
        if tilt > limit:
            return (f'tilted by {math.degrees(tilt):.0f} deg, allowed: '
                    f'{math.degrees(limit):.0f} deg')
        if self._seen <= 0.0:
            self._judge_ahead(believed, motion)
        if self._hazard and self._clear <= self._parameters.stop_distance:
            return self._hazard
        return ''

    def _judge_ahead(self, believed: Pose2, motion: tuple[float, float]) -> None:
        """Judge the ground along the way within the reach of the cameras."""
        reach = self._parameters.clearance.reach
        ahead = list(along_path(believed, self._points, reach) if self._command is None
                     else along_arc(believed, *motion, reach))
        hazard = first_hazard(
            self._ground, [moved_to(pose, believed, self._pose) for _, pose in ahead],
            self._parameters.clearance)
        self._seen = self._parameters.judge_every
        self._clear, self._hazard = math.inf, ''
        if hazard:
            self._clear = ahead[hazard.pose][0]
            self._hazard = f'{hazard.reason}, {self._clear:.1f} m ahead'

    def _turn_wheels_and_roll(self, speed: float, turn_rate: float) -> None:
        """Steer; roll as soon as the wheels stand right."""
        wanted = steering_for(speed, turn_rate)
        self._steering = steered_toward(
            self._steering, wanted, self._parameters.steer_rate * PERIOD)
        off = max(abs(a - b) for a, b in zip(self._steering, wanted, strict=True))
        if off > _READY:
            speed = turn_rate = 0.0
        x, y, yaw = self._pose
        motion = Motion(speed * PERIOD, turn_rate * PERIOD, PERIOD)
        roll, pitch = self._posture.roll, self._posture.pitch
        forward, left = slipped(motion, roll, pitch, self._parameters.odometry.slip)
        heading = yaw + motion.turn / 2
        c, s = math.cos(heading), math.sin(heading)
        self._pose = (x + c * forward - s * left, y + s * forward + c * left,
                      math.remainder(yaw + motion.turn, 2 * math.pi))
        rates = wheel_speeds(speed, turn_rate, self._steering)
        self._turns = tuple(turn + rate * PERIOD
                            for turn, rate in zip(self._turns, rates, strict=True))
        self._odometry.step(motion, roll, pitch)
        self._battery.step(PERIOD, speed, pitch, driving=True)
        self._settle((x, y), turn_rate)
        driven = abs(motion.distance)
        self._seen -= driven
        self._clear -= driven

    def _settle(self, before: tuple[float, float], turn_rate: float) -> None:
        low = self._posture.height
        start = self._posture if self._stance else None
        self._stance = settle(self._ground, *self._pose, self._steering, start)
        self._posture = self._stance.posture
        self._velocity = np.array([
            self._pose[0] - before[0], self._pose[1] - before[1],
            self._posture.height - low if start else 0.0]) / PERIOD
        self._yaw_rate = turn_rate
