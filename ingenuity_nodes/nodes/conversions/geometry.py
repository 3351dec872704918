# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Time, vectors, attitudes and poses: the one place where quaternion order meets ROS."""

from __future__ import annotations

from collections.abc import Iterable
import struct

from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point, Pose, PoseStamped, Quaternion, TransformStamped, Vector3
from ingenuity_nodes import frames
from ingenuity_nodes.timing import SECOND_NS
from nav_msgs.msg import Path
import numpy as np
from numpy.typing import NDArray
from std_msgs.msg import Header


# assumed: three radii of Mars [m]; twice the speed at which one leaves it [m/s], and as [rad/s]
FARTHEST, FASTEST = 1e7, 1e4
UNIT = 0.9, 1.1    # assumed: lengths of what counts as a unit quaternion


def check_within(what: str, limit: float, numbers: Iterable[float]) -> None:
    """Raise ValueError, which names the first one, unless all numbers are within +-limit."""
    for number in numbers:
        if not -limit <= number <= limit:    # NaN is neither
            raise ValueError(
                f'{what}: found {number:g}, allowed: finite numbers from {-limit:g} to {limit:g}')


def stamp(t_ns: int) -> Time:
    """Write nanoseconds as a ROS time."""
    return Time(sec=t_ns // SECOND_NS, nanosec=t_ns % SECOND_NS)


def nanoseconds(time: Time) -> int:
    """Read a ROS time as nanoseconds."""
    return int(time.sec) * SECOND_NS + int(time.nanosec)


def stamp_from(cdr: bytes) -> int:
    """Read the time of a serialised message that begins with a header [ns]."""
    if len(cdr) < 12:
        raise ValueError(f'found {len(cdr)} bytes, allowed: a message with a header')
    seconds, nanosec = struct.unpack_from('<iI' if cdr[1] & 1 else '>iI', cdr, 4)
    return int(seconds) * SECOND_NS + int(nanosec)


def header(t_ns: int, frame_id: str) -> Header:
    """Make a header."""
    return Header(stamp=stamp(t_ns), frame_id=frame_id)


def point(p: frames.Vector3) -> Point:
    """Write a position."""
    return Point(x=float(p[0]), y=float(p[1]), z=float(p[2]))


def vector(v: frames.Vector3) -> Vector3:
    """Write a free vector."""
    return Vector3(x=float(v[0]), y=float(v[1]), z=float(v[2]))


def array_from(v: Point | Vector3) -> frames.Vector3:
    """Read a position or a free vector."""
    return np.array([v.x, v.y, v.z])


def orientation(q_AB: frames.QuatWxyz) -> Quaternion:
    """Write an attitude."""
    x, y, z, w = frames.xyzw_from_wxyz(q_AB)
    return Quaternion(x=float(x), y=float(y), z=float(z), w=float(w))


def quaternion_from(q: Quaternion) -> frames.QuatWxyz:
    """Read an attitude; raises ValueError at what is no unit quaternion."""
    xyzw = np.array([q.x, q.y, q.z, q.w])
    with np.errstate(over='ignore', invalid='ignore'):
        length = np.linalg.norm(xyzw)
    if not UNIT[0] < length < UNIT[1]:    # NaN is neither
        raise ValueError(f'found quaternion {xyzw}, allowed: a unit quaternion')
    return frames.wxyz_from_xyzw(xyzw)


def pose(p_MB: frames.Vector3, q_MB: frames.QuatWxyz) -> Pose:
    """Write a pose."""
    return Pose(position=point(p_MB), orientation=orientation(q_MB))


def transform(
    t_ns: int, parent: str, child: str, p_PC: frames.Vector3, q_PC: frames.QuatWxyz,
) -> TransformStamped:
    """Write where the child frame is in the parent frame."""
    message = TransformStamped(header=header(t_ns, parent), child_frame_id=child)
    message.transform.translation = vector(p_PC)
    message.transform.rotation = orientation(q_PC)
    return message


def path_message(t_ns: int, frame_id: str, points: NDArray[np.float64]) -> Path:
    """Write a line of positions, shape (n, 3)."""
    message = Path(header=header(t_ns, frame_id))
    message.poses = [PoseStamped(header=message.header, pose=Pose(position=point(p)))
                     for p in points]
    return message
