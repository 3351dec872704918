# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Ground and rocks as rviz markers."""

from __future__ import annotations

from geometry_msgs.msg import Point, Vector3
from ingenuity_nodes import frames
from ingenuity_nodes.nodes.conversions.geometry import header
from ingenuity_nodes.world.environment import Environment
from ingenuity_nodes.world.rocks import DIAMETER, X, Y, Z
from ingenuity_nodes.world.terrain import Terrain
import numpy as np
from numpy.typing import NDArray
from std_msgs.msg import ColorRGBA
from visualization_msgs.msg import Marker

EAST, NORTH = (-40.0, 90.0), (-40.0, 80.0)    # [m] what the viewer shows: field, route, rover
SPACING = 2.0                                  # [m] between the corners of the ground's triangles
SMALLEST_ROCK = 0.25                           # [m] shown in the viewer
SAND = np.array([0.56, 0.36, 0.22])            # display colour of level ground
ROCK = ColorRGBA(r=0.36, g=0.25, b=0.18, a=1.0)
# A light from the north-west, so that relief can be seen in a viewer that shades nothing.
_LIGHT = np.array([-0.4, 0.4, 0.8])


def terrain_marker(terrain: Terrain) -> Marker:
    """Draw the ground around the airfield as shaded triangles."""
    xs, ys = (np.arange(low, high + SPACING / 2, SPACING) for low, high in (EAST, NORTH))
    grid_x, grid_y = np.meshgrid(xs, ys)
    heights = terrain.heights(grid_x.ravel(), grid_y.ravel()).reshape(grid_x.shape)
    corners = np.stack([grid_x, grid_y, heights], axis=-1)
    a, b, c, d = corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1]
    triangles = np.stack([a, b, c, a, c, d], axis=2).reshape(-1, 3, 3)
    marker = _marker('terrain', Marker.TRIANGLE_LIST)
    marker.scale = Vector3(x=1.0, y=1.0, z=1.0)
    marker.points = _points(triangles.reshape(-1, 3))
    marker.colors = [_colour(shade) for shade in np.repeat(_shades(triangles), 3)]
    return marker


def rock_marker(environment: Environment) -> Marker:
    """Draw the larger rocks as boulders of one size class; their places are exact."""
    rows = environment.rocks.within(EAST[0], NORTH[0], EAST[1], NORTH[1], SMALLEST_ROCK)
    marker = _marker('rocks', Marker.SPHERE_LIST)
    size = float(np.median(rows[:, DIAMETER])) if len(rows) else SMALLEST_ROCK
    marker.scale = Vector3(x=size, y=size, z=size)
    marker.color = ROCK
    marker.points = _points(rows[:, [X, Y, Z]])
    return marker


def _marker(name: str, kind: int) -> Marker:
    marker = Marker(header=header(0, frames.MAP), ns=name, type=kind, action=Marker.ADD)
    marker.pose.orientation.w = 1.0
    marker.color = ColorRGBA(r=1.0, g=1.0, b=1.0, a=1.0)
    return marker


def _points(rows: NDArray[np.float64]) -> list[Point]:
    return [Point(x=float(x), y=float(y), z=float(z)) for x, y, z in rows]


def _shades(triangles: NDArray[np.float64]) -> NDArray[np.float64]:
    normals = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return np.asarray(0.35 + 0.75 * np.clip(normals @ _LIGHT, 0.0, 1.0))


def _colour(shade: float) -> ColorRGBA:
    red, green, blue = np.clip(SAND * shade, 0.0, 1.0)
    return ColorRGBA(r=float(red), g=float(green), b=float(blue), a=1.0)
