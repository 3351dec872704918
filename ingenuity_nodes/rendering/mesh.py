# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Triangle meshes of robot parts and of rocks."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
import math

from ingenuity_nodes.robots.parts import half_extent, Part, Robot, transform
from ingenuity_nodes.world.rocks import SHAPES
import numpy as np
from numpy.typing import NDArray

Triangles = NDArray[np.float32]   # shape (3 n, columns), three rows a triangle
BODY_COLUMNS = 11                 # position 3, normal 3, colour 3, gloss, fraction of sky seen
_FINEST = 0.12  # [m] longest edge: curved lenses bend straight edges only at vertices
_SIDES = 20                       # of a cylinder


def link_triangles(robot: Robot) -> dict[str, Triangles]:
    """Return the triangles of every link that has parts, in the link's frame."""
    pieces: dict[str, list[Triangles]] = {}
    for part in robot.parts:
        pieces.setdefault(part.link, []).append(part_triangles(part))
    return {name: np.concatenate(found) for name, found in pieces.items()}


def part_triangles(part: Part) -> Triangles:
    """Return the triangles of one part in its link's frame, with normals and paint."""
    if part.shape == 'box':
        points, normals = _box(half_extent(part))
    elif part.shape == 'cylinder':
        points, normals = _cylinder(part.size[0], part.size[1])
    elif part.shape == 'sphere':
        ball = icosphere(2)
        points, normals = part.size[0] * ball, ball
    else:
        raise ValueError(
            f'{part.name}: unknown shape {part.shape!r}, allowed: box, cylinder, sphere')
    pose = transform(part.xyz, part.rpy)
    paint = np.broadcast_to([*part.colour, part.gloss, 1.0], (len(points), 5))
    rows = np.column_stack(
        [points @ pose[:3, :3].T + pose[:3, 3], normals @ pose[:3, :3].T, paint])
    return np.asarray(rows, dtype=np.float32)


def _grid(corner: NDArray[np.float64], along: NDArray[np.float64], across: NDArray[np.float64],
          ) -> NDArray[np.float64]:
    """Triangulate a parallelogram so that no edge is longer than ``_FINEST``."""
    n = max(1, math.ceil(float(np.linalg.norm(along)) / _FINEST))
    m = max(1, math.ceil(float(np.linalg.norm(across)) / _FINEST))
    i, j = (a.ravel() for a in np.meshgrid(np.arange(n), np.arange(m)))
    steps = [(0, 0), (1, 0), (1, 1), (0, 0), (1, 1), (0, 1)]
    u = np.stack([i + a for a, _ in steps], axis=1).ravel()[:, None] / n
    v = np.stack([j + b for _, b in steps], axis=1).ravel()[:, None] / m
    return np.asarray(corner + u * along + v * across)


def _box(half: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    points, normals = [], []
    for axis in range(3):
        for sign in (-1.0, 1.0):
            normal = np.zeros(3)
            normal[axis] = sign
            along, across = np.zeros(3), np.zeros(3)
            along[(axis + 1) % 3], across[(axis + 2) %
                                          3] = 2 * half[(axis + 1) % 3], 2 * half[(axis + 2) % 3]
            face = _grid(normal * half - along / 2 - across / 2, along, across)
            points.append(face)
            normals.append(np.broadcast_to(normal, face.shape))
    return np.concatenate(points), np.concatenate(normals)


def _cylinder(radius: float, length: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    sides = _SIDES if length > radius or radius > 0.1 else 28
    angle = 2 * math.pi * np.arange(sides + 1) / sides
    rim = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    rings = max(1, math.ceil(length / (_FINEST if radius > 0.015 else 0.02)))
    z = np.linspace(-length / 2, length / 2, rings + 1)
    points, normals = [], []
    for k in range(sides):
        a, b = rim[k], rim[k + 1]
        for low, high in pairwise(z):
            quad = [(*a * radius, low), (*b * radius, low), (*b * radius, high),
                    (*a * radius, low), (*b * radius, high), (*a * radius, high)]
            points.append(quad)
            normals.append([(*e, 0.0) for e in (a, b, b, a, b, a)])
        for end in (-1.0, 1.0):
            points.append([(0.0, 0.0, end * length / 2), (*a * radius, end * length / 2),
                           (*b * radius, end * length / 2)])
            normals.append([(0.0, 0.0, end)] * 3)
    return np.concatenate([np.array(p) for p in points]), np.concatenate(
        [np.array(n) for n in normals])


@lru_cache(maxsize=8)
def icosphere(level: int) -> NDArray[np.float64]:
    """Return the points (60 * 4**level, 3) of a unit sphere of equal triangles."""
    t = (1 + math.sqrt(5)) / 2
    v = np.array([(-1, t, 0), (1, t, 0),
                  (-1, -t, 0), (1, -t, 0), (0, -1, t), (0, 1, t), (0, -1, -t), (0, 1, -t),
                  (t, 0, -1), (t, 0, 1), (-t, 0, -1), (-t, 0, 1)], dtype=np.float64)
    faces = [(0, 11, 5), (0, 5, 1), (0, 1, 7), (0, 7, 10), (0, 10, 11), (1, 5, 9), (5, 11, 4),
             (11, 10, 2), (10, 7, 6), (7, 1, 8), (3, 9, 4), (3, 4, 2), (3, 2, 6), (3, 6, 8),
             (3, 8, 9), (4, 9, 5), (2, 4, 11), (6, 2, 10), (8, 6, 7), (9, 8, 1)]
    triangles = v[np.array(faces)] / math.sqrt(1 + t * t)
    for _ in range(level):
        a, b, c = triangles[:, 0], triangles[:, 1], triangles[:, 2]
        ab, bc, ca = a + b, b + c, c + a
        triangles = np.concatenate([np.stack(s, axis=1) for s in (
            (a, _unit(ab), _unit(ca)), (b, _unit(bc), _unit(ab)), (c, _unit(ca), _unit(bc)),
            (_unit(ab), _unit(bc), _unit(ca)))])
    return np.asarray(triangles.reshape(-1, 3))


def _unit(v: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(v / np.linalg.norm(v, axis=-1, keepdims=True))


@lru_cache(maxsize=64)
def rock(shape: int, level: int) -> Triangles:
    """
    Build the triangles (n, 6: position, normal) of one of the rocks, about unit size.

    A sphere cut by 14 planes: angular, with faces and edges, like freshly broken basalt.
    """
    rng = np.random.default_rng([shape, 20210425])
    cuts = rng.normal(size=(14, 3)) * [1.0, 1.0, 0.75]
    cuts = _unit(cuts)
    depth = rng.uniform(0.50, 0.93, 14)
    phases = rng.uniform(0, 6.3, (3, 3))
    points = icosphere(level)
    lumps = sum(np.sin(3.1 * points @ _unit(rng.normal(size=3)) + p.sum()) for p in phases)
    points = points * (1.0 + 0.05 * lumps)[:, None]
    for normal, d in zip(cuts, depth, strict=True):
        over = np.maximum(points @ normal - d, 0.0)
        points = points - over[:, None] * normal
    points = points / np.abs(points).max(axis=0)
    corner = points.reshape(-1, 3, 3)
    flat = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    flat = flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-12)
    normals = _unit(0.75 * np.repeat(flat, 3, axis=0) + 0.25 * _unit(points))
    return np.asarray(np.column_stack([points, normals]), dtype=np.float32)


def rocks(level: int) -> list[Triangles]:
    """Return all rocks at one level of detail."""
    return [rock(k, level) for k in range(SHAPES)]


def disc(sides: int = 12) -> NDArray[np.float32]:
    """Return triangles (n, 3) of a flat unit disc whose z is 1 in the middle and 0 at the rim."""
    angle = 2 * math.pi * np.arange(sides + 1) / sides
    rows = [[(0.0, 0.0, 1.0), (math.cos(a), math.sin(a), 0.0), (math.cos(b), math.sin(b), 0.0)]
            for a, b in pairwise(angle)]
    return np.array(rows, dtype=np.float32).reshape(-1, 3)
