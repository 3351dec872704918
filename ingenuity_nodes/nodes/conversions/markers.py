# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Ground and rocks as rviz markers."""

from __future__ import annotations

import struct

from geometry_msgs.msg import Point, Vector3
from ingenuity_nodes import frames
from ingenuity_nodes.nodes.conversions.geometry import header
from ingenuity_nodes.rendering.ground_view import Triangles
import numpy as np
from rclpy.serialization import serialize_message
from std_msgs.msg import ColorRGBA
from visualization_msgs.msg import Marker

# Of the one point and colour that are replaced: numbers that are nowhere else in the message.
_POINT, _COLOUR = (1.2345e250, -6.789e251, 2.468e252), (1.25e30, -2.5e31, 3.75e32, 5.0e33)


def triangles_cdr(name: str, triangles: Triangles) -> bytes:
    """
    Write coloured triangles as a serialized Marker; rviz draws them without light of its own.

    rclpy publishes bytes as they are: a hundred thousand objects for points and colours would
    take seconds to make and to check.
    """
    marker = Marker(header=header(0, frames.MAP), ns=name, type=Marker.TRIANGLE_LIST,
                    action=Marker.ADD, scale=Vector3(x=1.0, y=1.0, z=1.0))
    marker.pose.orientation.w = 1.0
    marker.color = ColorRGBA(r=1.0, g=1.0, b=1.0, a=1.0)
    x, y, z = _POINT
    red, green, blue, alpha = _COLOUR
    marker.points = [Point(x=x, y=y, z=z)]
    marker.colors = [ColorRGBA(r=red, g=green, b=blue, a=alpha)]
    cdr = bytes(serialize_message(marker))
    order = '<' if cdr[1] & 1 else '>'    # of the bytes, from the header of the CDR encoding
    one, colour = struct.pack(f'{order}3d', *_POINT), struct.pack(f'{order}4f', *_COLOUR)
    before, rest = cdr.split(one)
    count, after = rest.split(colour)
    number = struct.pack(f'{order}I', len(triangles.p_M))
    # Points are aligned to eight bytes, which may leave four between their number and them.
    at = before.rindex(count)
    colours = np.column_stack([triangles.colour, np.ones(len(triangles.colour))])
    # 40 bytes for each point and colour: what follows stays aligned to eight.
    return b''.join((
        before[:at], number, before[at + len(number):],
        triangles.p_M.astype(f'{order}f8').tobytes(), number,
        colours.astype(f'{order}f4').tobytes(), after))
