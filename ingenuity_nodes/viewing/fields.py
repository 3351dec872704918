# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Numbers out of messages, of a bag or of a live graph: both have the fields of their types."""

from __future__ import annotations

from typing import Any, NamedTuple

from ingenuity_nodes.frames import Matrix3, quaternion, QuatWxyz, rotation_matrix, Vector3
from ingenuity_nodes.timing import SECOND_NS
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
SIGMAS = 3.0    # half the size of an ellipsoid of uncertainty in standard deviations


class Pose(NamedTuple):
    """Where a frame is, in another one."""

    p: Vector3    # [m]
    q: QuatWxyz


def stamp_of(message: Any) -> int | None:
    """Return the time in a message's header [ns]; None without a header."""
    header = getattr(message, 'header', None)
    return None if header is None else nanoseconds(header.stamp)


def nanoseconds(stamp: Any) -> int:
    """Return a time as an integer."""
    return int(stamp.sec) * SECOND_NS + int(stamp.nanosec)


def pose_of(pose: Any) -> Pose:
    """Read a geometry_msgs/Pose."""
    p, q = pose.position, pose.orientation
    return Pose(np.array([p.x, p.y, p.z]), np.array([q.w, q.x, q.y, q.z]))


def transform_of(transform: Any) -> Pose:
    """Read a geometry_msgs/Transform."""
    p, q = transform.translation, transform.rotation
    return Pose(np.array([p.x, p.y, p.z]), np.array([q.w, q.x, q.y, q.z]))


def speed_of(odometry: Any) -> float:
    """Return the speed [m/s] of a nav_msgs/Odometry; its length is the same in any frame."""
    v = odometry.twist.twist.linear
    return float(np.linalg.norm([v.x, v.y, v.z]))


def covariance_of(odometry: Any) -> Matrix3:
    """Return the covariance of the position [m^2], shape (3, 3)."""
    return np.asarray(odometry.pose.covariance, dtype=np.float64).reshape(6, 6)[:3, :3]


def ellipsoid(covariance: Matrix3) -> tuple[Vector3, QuatWxyz]:
    """
    Return half axes [m], ``SIGMAS`` standard deviations long, and the attitude of an ellipsoid.

    The axes are the eigenvectors, made right-handed; covariances with no positive eigenvalue
    along an axis give a half axis of zero.
    """
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2.0)
    vectors = vectors * np.sign(np.linalg.det(vectors))
    return SIGMAS * np.sqrt(np.maximum(values, 0.0)), quaternion(vectors)


def moved(pose: Pose, p: Array) -> Array:
    """Return points (n, 3) or (3,) of a frame in the frame that the pose is given in."""
    return np.asarray(p @ rotation_matrix(pose.q).T + pose.p)


def points_of(path: Any) -> Array:
    """Return the positions (n, 3) of a nav_msgs/Path [m]."""
    found = [pose_of(one.pose).p for one in path.poses]
    return np.array(found).reshape(-1, 3)


def triangles_of(marker: Any) -> tuple[Array, NDArray[np.uint8]]:
    """Return corners (3 n, 3) [m] and colours (3 n, 4) of a visualization_msgs/Marker."""
    points = np.array([(p.x, p.y, p.z) for p in marker.points]).reshape(-1, 3)
    if len(marker.colors) == len(points):
        colours = np.array([(c.r, c.g, c.b, c.a) for c in marker.colors]).reshape(-1, 4)
    else:
        c = marker.color
        colours = np.broadcast_to([c.r, c.g, c.b, c.a], (len(points), 4))
    return points, np.round(255.0 * np.clip(colours, 0.0, 1.0)).astype(np.uint8)


def cloud_of(message: Any, names: tuple[str, ...]) -> dict[str, NDArray[Any]]:
    """
    Return some columns of a sensor_msgs/PointCloud2.

    Raises
    ------
    ValueError
        A column is missing, or the bytes do not fit.

    """
    kinds = {1: 'i1', 2: 'u1', 3: 'i2', 4: 'u2', 5: 'i4', 6: 'u4', 7: 'f4', 8: 'f8'}
    order = '>' if message.is_bigendian else '<'
    fields = {one.name: one for one in message.fields}
    if missing := [name for name in names if name not in fields]:
        raise ValueError(f'found no {", ".join(missing)} among {", ".join(fields)}')
    kind = np.dtype({
        'names': names, 'formats': [order + kinds[fields[name].datatype] for name in names],
        'offsets': [fields[name].offset for name in names], 'itemsize': message.point_step})
    rows = np.frombuffer(np.asarray(message.data, np.uint8).tobytes(), kind)
    return {name: rows[name] for name in names}
