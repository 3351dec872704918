# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Orders in flight as YAML, and what reaches mission control from outside."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from geometry_msgs.msg import PointStamped, PoseStamped
from ingenuity_nodes.mission.outside import ClickedPoint, GoalPose, Outside
from ingenuity_nodes.scenario.commands import OrderKind
from ingenuity_nodes.signals import FlightOrder, Retarget
from ingenuity_nodes.yaml_files.explain import explain
from ingenuity_nodes.yaml_files.reader import read_yaml, some_of
from ingenuity_nodes.yaml_files.section import Section
from pydantic import Strict, ValidationError
from std_msgs.msg import String
import yaml


class _Retarget(Section):
    photo: str
    target: str
    position: Annotated[tuple[float, float, float], Strict(False)]
    azimuth: float
    window: Annotated[tuple[float, float] | None, Strict(False)] = None


class _Order(Section):
    kind: OrderKind
    reason: str = 'asked for'
    retarget: _Retarget | None = None


def order_message(order: FlightOrder) -> String:
    """Write an order as YAML; numbers keep all their digits."""
    return String(data=str(yaml.safe_dump(asdict(order), sort_keys=False)))


def order_from(message: String) -> FlightOrder:
    """
    Read an order.

    Raises
    ------
    ValueError
        Not YAML, or not an order; the message names each key.

    """
    try:
        read = _Order.model_validate(read_yaml(message.data)[1])
    except ValidationError as error:
        raise ValueError(some_of([
            f'{".".join(map(str, key)) or "order"}: {text}'
            for key, text in explain(_Order, error)])) from error
    if (read.kind == 'retarget') != (read.retarget is not None):
        raise ValueError("found one of kind 'retarget' and key retarget, allowed: both or none")
    change = read.retarget
    return FlightOrder(read.kind, read.reason, change and Retarget(
        change.photo, change.target, change.position, change.azimuth, change.window))


def outside_from(message: String | PoseStamped | PointStamped) -> Outside:
    """Read what came from outside; whether it means anything mission control decides."""
    if isinstance(message, String):
        return str(message.data)
    frame = str(message.header.frame_id)
    if isinstance(message, PoseStamped):
        where = message.pose.position
        return GoalPose(frame, where.x, where.y)
    return ClickedPoint(frame, (message.point.x, message.point.y, message.point.z))
