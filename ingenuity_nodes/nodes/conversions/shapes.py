# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Shapes of the mission's display as rviz markers."""

from __future__ import annotations

from collections.abc import Iterable

from geometry_msgs.msg import Vector3
from ingenuity_nodes import frames
from ingenuity_nodes.mission.display import LINES, Shape, SPHERE, TEXT
from ingenuity_nodes.nodes.conversions.geometry import array_from, header, point
from ingenuity_nodes.rover.route import EDGE
from nav_msgs.msg import Odometry
import numpy as np
from std_msgs.msg import ColorRGBA
from visualization_msgs.msg import Marker

_KINDS = {SPHERE: Marker.SPHERE, LINES: Marker.LINE_LIST, TEXT: Marker.TEXT_VIEW_FACING}
Key = tuple[str, int]    # layer and number of a shape, namespace and id of its marker


def shape_marker(t_ns: int, shape: Shape) -> Marker:
    """Write one shape."""
    marker = Marker(header=header(t_ns, frames.MAP), ns=shape.layer, id=shape.number,
                    type=_KINDS[shape.kind], action=Marker.ADD, text=shape.text)
    marker.pose.orientation.w = 1.0
    size = float(shape.size)
    if shape.kind == LINES:
        marker.points = [point(p) for p in shape.points]
        marker.scale = Vector3(x=size)
    else:
        marker.pose.position = point(shape.points[0])
        marker.scale = Vector3(x=size, y=size, z=size)
    red, green, blue, alpha = map(float, shape.colour)
    marker.color = ColorRGBA(r=red, g=green, b=blue, a=alpha)
    return marker


def position_from(message: Odometry) -> tuple[frames.Vector3, float] | None:
    """Read position and its largest standard deviation [m]; None: not a position on the map."""
    p = array_from(message.pose.pose.position)
    sigma = np.sqrt(np.clip(np.asarray(message.pose.covariance)[[0, 7, 14]], 0.0, None)).max()
    if not (np.abs(p) < EDGE).all() or not sigma < EDGE:    # NaN is neither
        return None
    return p, float(sigma)


def deletions(t_ns: int, keys: Iterable[Key]) -> list[Marker]:
    """Write that shapes are gone."""
    return [Marker(header=header(t_ns, frames.MAP), ns=layer, id=number, action=Marker.DELETE)
            for layer, number in sorted(keys)]
