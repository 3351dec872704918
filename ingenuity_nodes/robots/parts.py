# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Robots as lists of simple named parts: one list feeds the images, the URDF and the photo planner.

A robot is a tree of links; each link carries parts (box, cylinder, sphere) in its own frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
import math

from ingenuity_nodes.frames import quaternion_from_rpy, rotation_matrix
import numpy as np
from numpy.typing import NDArray

Triple = tuple[float, float, float]
Matrix4 = NDArray[np.float64]  # shape (4, 4): turns link coordinates into those of its parent


@dataclass(frozen=True)
class Part:
    """One primitive, as URDF knows them."""

    name: str
    link: str
    shape: str  # 'box' (x, y, z), 'cylinder' (radius, length along z, 0), 'sphere' (radius, 0, 0)
    size: Triple                  # [m]
    xyz: Triple                   # centre in the link [m]
    rpy: Triple = (0.0, 0.0, 0.0)  # fixed-axis [rad]
    colour: Triple = (0.6, 0.6, 0.6)  # linear reflectance
    gloss: float = 0.0            # 0 matt .. 1 mirror


@dataclass(frozen=True)
class Link:
    """One moving piece, and the joint that holds it on its parent."""

    name: str
    parent: str                   # '' for the root
    xyz: Triple = (0.0, 0.0, 0.0)  # joint origin in the parent [m]
    rpy: Triple = (0.0, 0.0, 0.0)  # [rad]
    joint: str = ''               # name of a revolute joint, '' for a fixed one
    axis: Triple = (0.0, 0.0, 1.0)


@dataclass(frozen=True)
class Robot:
    """A tree of links and what is bolted to them."""

    name: str
    links: tuple[Link, ...]       # parents before children; the first is the root
    parts: tuple[Part, ...]

    def link_poses(self, joints: Mapping[str, float]) -> dict[str, Matrix4]:
        """Return the pose of every link in the root [m] for joint angles [rad], 0 if not given."""
        poses: dict[str, Matrix4] = {}
        for link in self.links:
            pose = transform(link.xyz, link.rpy)
            angle = joints.get(link.joint, 0.0) if link.joint else 0.0
            if angle:
                pose = pose @ about(link.axis, angle)
            poses[link.name] = poses[link.parent] @ pose if link.parent else pose
        return poses

    def corners(self, joints: Mapping[str, float]) -> NDArray[np.float64]:
        """List corner points (n, 3) of all parts in the root, for outlines and boxes."""
        poses = self.link_poses(joints)
        points = []
        for part in self.parts:
            pose = poses[part.link] @ transform(part.xyz, part.rpy)
            points.append(_signs() * half_extent(part) @ pose[:3, :3].T + pose[:3, 3])
        return np.concatenate(points)


def half_extent(part: Part) -> NDArray[np.float64]:
    """Return half the size of the box that just holds a part, along its own axes [m]."""
    a, b, c = part.size
    if part.shape == 'box':
        return np.array([a, b, c]) / 2
    if part.shape == 'cylinder':
        return np.array([a, a, b / 2])
    return np.array([a, a, a])


def _signs() -> NDArray[np.float64]:
    return np.array([[x, y, z] for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-1.0, 1.0)])


def transform(xyz: Triple, rpy: Triple) -> Matrix4:
    """Build the pose of a frame with fixed-axis angles."""
    pose = np.eye(4)
    pose[:3, :3] = rotation_matrix(quaternion_from_rpy(*rpy))
    pose[:3, 3] = xyz
    return pose


def about(axis: Triple, angle: float) -> Matrix4:
    """Build a rotation by ``angle`` [rad] about a unit axis."""
    pose = np.eye(4)
    w, s = math.cos(angle / 2), math.sin(angle / 2)
    pose[:3, :3] = rotation_matrix(np.array([w, s * axis[0], s * axis[1], s * axis[2]]))
    return pose


def rod(name: str, link: str, start: Triple, end: Triple, radius: float, colour: Triple,
        *, gloss: float = 0.0) -> Part:
    """Lay a cylinder from one point to another."""
    a, b = np.array(start), np.array(end)
    along = b - a
    length = float(np.linalg.norm(along))
    pitch = math.acos(float(along[2]) / length)
    yaw = math.atan2(float(along[1]), float(along[0]))
    centre = (a + b) / 2
    return Part(name, link, 'cylinder', (radius, length, 0.0),
                (float(centre[0]), float(centre[1]), float(centre[2])), (0.0, pitch, yaw), colour,
                gloss)
