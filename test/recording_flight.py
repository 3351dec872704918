# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""An analytic flight like Flight 3, for the recording tests; no physics in it."""

from __future__ import annotations

import math

from ingenuity_nodes.frames import quaternion_from_rpy, yaw_from_azimuth
from ingenuity_nodes.recording.run_log import MapMarker, PhotoRecord, RunLog, TerrainPatch
from ingenuity_nodes.signals import Estimate, ModeChange, Truth, VehicleStatus
from ingenuity_nodes.timing import SECOND_NS, TICK_NS
import numpy as np

LIFT_OFF_S = 5.0
TOUCHDOWN_S = 85.3
REST = 0.266
APEX_NORTH = 49.6
ZERO = np.zeros(3)


def altitude(t: float) -> float:
    """Climb from T+0 to T+5 at 1 m/s, descend from T+75.3 at 1 m/s."""
    return min(5.0, max(0.0, min(t - LIFT_OFF_S, TOUCHDOWN_S - t)))


def north(t: float) -> float:
    """Leave at T+10.5, arrive at T+40.2; leave at T+42.8, be back at T+73."""
    def eased(start: float, end: float) -> float:
        s = min(1.0, max(0.0, (t - LIFT_OFF_S - start) / (end - start)))
        return s - math.sin(2 * math.pi * s) / (2 * math.pi)
    return APEX_NORTH * (eased(10.5, 40.2) - eased(42.8, 73.0)) - 0.5 * eased(60.0, 78.0)


def position(t: float) -> np.ndarray:
    """Return the position of the body, in M."""
    return np.array([-0.03 * north(t) + 0.1 * math.sin(0.9 * t) * min(1.0, altitude(t)),
                     north(t), REST + altitude(t)])


def truth_at(t_ns: int) -> Truth:
    """Differentiate the formula numerically; tilt a little, as a helicopter would."""
    t, h = t_ns / SECOND_NS, 1e-3
    v = (position(t + h) - position(t - h)) / (2 * h)
    a = (position(t + h) - 2 * position(t) + position(t - h)) / h ** 2
    q = quaternion_from_rpy(0.1 * a[1] + 0.02, 0.05, yaw_from_azimuth(83.0))
    return Truth(t_ns, position(t), v, q, np.array([0.0, 0.0, 0.01 * math.sin(t)]), a, ZERO)


def estimate_of(truth: Truth) -> Estimate:
    """Drift away by a centimetre per second."""
    t = truth.t_ns / SECOND_NS
    error = np.array([0.006, -0.008, 0.0]) * t + 0.01 * np.sin([3 * t, 2 * t, t])
    covariance = np.eye(15) * (0.01 + 0.004 * t) ** 2
    return Estimate(truth.t_ns, truth.p_MB + error, truth.v_MB, truth.q_MB, truth.w_MB_B,
                    ZERO, ZERO, 0.0, covariance, 80, 1.0)


def status_at(t_ns: int) -> VehicleStatus:
    """Hover power of 320 W, 10 W on the ground."""
    t = t_ns / SECOND_NS
    flying = altitude(t) > 0.0
    power = 320.0 + 15.0 * math.sin(t) if flying else 10.0
    used = (10.0 * t + 310.0 * min(max(0.0, t - LIFT_OFF_S), TOUCHDOWN_S - LIFT_OFF_S)) / 3600.0
    return VehicleStatus(
        t_ns, (265.7, 265.7), (0.0, 0.0), (0.16, 0.14), (3.5, 3.3), ZERO, ZERO, 210.0, power,
        15.5 - 0.02 * t, power / 15.5, 1.0 - used / 40.0, 290.0, 285.0 + 0.4 * t, used,
        0 if flying else 4, '')


MODES = (
    (0.0, 'preflight', 'plan received'), (2.0, 'spin up', 'go'),
    (5.0, 'climb', 'rotors at 2537 rpm'), (10.2, 'hover', 'altitude reached'),
    (15.5, 'translate', 'hover done'), (45.2, 'hover', 'waypoint reached'),
    (47.8, 'translate', 'hover done'), (78.0, 'hover', 'waypoint reached'),
    (80.0, 'descend', 'hover done'), (85.4, 'spin down', 'touchdown: vertical speed 0.0 m/s'),
    (90.0, 'landed', 'rotors stopped'))

PHOTO = PhotoRecord(
    46_000_000_000, 'photo.jpg', 4208, 3120, (-1.49, 49.6, 5.27),
    (0.9, 0.0, 0.0, 0.43), 'perseverance', (180.0, 92.0), (120.0, 40.0, 240.0, 144.0), 85.3, 8200)


def flight(vehicles: tuple[str, ...] = ('ingenuity',), until_s: float = 92.0) -> RunLog:
    """Record the flight, the same for each vehicle."""
    run = RunLog('flight_03', 7, vehicles)
    for log in run.logs:
        for t_ns in range(0, round(until_s * SECOND_NS), TICK_NS):
            truth = truth_at(t_ns)
            log.truth(truth)
            log.estimate(estimate_of(truth))
            log.status(status_at(t_ns))
            log.wind(t_ns, np.array([2.0 + math.sin(t_ns / 2e9), -1.0, 0.0]))
        for t, mode, reason in MODES:
            if t <= until_s:
                log.mode(ModeChange(round(t * SECOND_NS), mode, reason))
    return run


def hills(xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
    """Return heights of some ground for the maps."""
    return 0.4 * np.sin(xs / 9.0) * np.cos(ys / 7.0) + 0.95 * np.clip(xs / 63.0, 0.0, 1.0)


def with_scenery(run: RunLog) -> RunLog:
    """Add ground and the rover."""
    run.terrain = TerrainPatch.sample(hills, (-20.0, 75.0), (-20.0, 62.0), 1.0)
    run.markers = [MapMarker('perseverance', 63.01, -6.56, 0.95)]
    return run
