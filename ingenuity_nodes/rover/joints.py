# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Names and angles of the joints of wheels and suspension."""

from __future__ import annotations

from collections.abc import Sequence
import math

from ingenuity_nodes.rover.steering import STEERED
from ingenuity_nodes.rover.suspension import ORDER, Posture, SIDES

Joints = dict[str, float]


def wheel_joint(axle: str, side: str) -> str:
    """Name the joint about which a wheel turns, positive forward."""
    return f'{axle}_{side}_wheel_joint'


def steering_joint(axle: str, side: str) -> str:
    """Name the joint about which a corner wheel steers, positive left."""
    return f'{axle}_{side}_steering_joint'


def rocker_joint(side: str) -> str:
    """Name the joint of a rocker in the body, positive nose down."""
    return f'rocker_{side}_joint'


def bogie_joint(side: str) -> str:
    """Name the joint of a bogie in its rocker, positive nose down."""
    return f'bogie_{side}_joint'


def joints_at(posture: Posture, steering: Sequence[float], turns: Sequence[float]) -> Joints:
    """
    Return the angle of each joint [rad].

    Parameters
    ----------
    posture
        Of the body and its suspension.
    steering, turns
        Of the six wheels, in the order of ORDER; turns since the start.

    """
    joints: Joints = {}
    for (side, sign), bogie in zip(SIDES.items(), posture.bogies, strict=True):
        joints[rocker_joint(side)] = sign * posture.rocker
        joints[bogie_joint(side)] = bogie
    for (axle, side), steers, angle, turn in zip(ORDER, STEERED, steering, turns, strict=True):
        if steers:
            joints[steering_joint(axle, side)] = angle
        joints[wheel_joint(axle, side)] = math.remainder(turn, 2 * math.pi)
    return joints
