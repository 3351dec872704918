# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Ground and rocks as coloured triangles, for viewers that draw vertex colours without light.

Soil, drifts of dust, paving and the rover's tracks are those of the images (shaders/soil.glsl,
what is left of them at a metre); the light is a made-up one from the north-west on exaggerated
relief, as the sun of most flights stands overhead and shows no shapes.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from ingenuity_nodes.compiled.entry import entry_point
from ingenuity_nodes.rendering.scene import Scene
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.world.rocks import (
    DIAMETER, GROUND, HALF_HEIGHT, HALF_LENGTH, HALF_WIDTH, TONE, X, Y, YAW, Z)
from ingenuity_nodes.world.terrain import ripple_mask
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Extent = tuple[float, float, float, float]    # west, south, east, north [m]
LEAST_EXTENT: Extent = (-40.0, -40.0, 90.0, 80.0)    # field and route of the first flights
MARGIN = 25.0                 # [m] around all vehicles and their routes
SPACING = 1.5                 # [m] between corners of triangles; the tracks are 2.7 m wide
MOST_CORNERS = 120            # along each side; larger grounds have larger triangles
FAR, GROWTH = 500.0, 1.35     # [m] of ground beyond, in triangles that grow by this
HAZE = np.array([208.0, 170.0, 138.0]) / 255.0    # where the ground ends; rviz's background
SMALLEST_ROCK, LARGE_ROCK = 0.25, 0.5    # [m] drawn at all; drawn with two rings of corners
MOST_ROCKS = 1500             # the largest ones; more would make the message large
RELIEF = 6.0                  # times as steep, for the light alone
LIGHT = np.array([-0.55, 0.45, 0.70]) / np.linalg.norm([-0.55, 0.45, 0.70])
TONE_CURVE = 1.30             # gain before the square root that stands for a display's curve
CONTRAST = 1.6                # of the soil's mottling against its mean; assumed: seen from afar
# Albedos of shaders/soil.glsl.
DUST, LAG = np.array([0.378, 0.262, 0.170]), np.array([0.232, 0.162, 0.110])
SAND, ROCK = np.array([0.275, 0.188, 0.124]), np.array([0.185, 0.140, 0.106])
PAVER = np.array([0.315, 0.232, 0.166])
RUT_ASIDE, RUT_WIDTH = 1.14, 0.55    # [m] of each wheel rut; wider than it is, to be seen
_M, _A, _S16 = np.uint32(1664525), np.uint32(1013904223), np.uint32(16)
CORNERS = 5                   # of a rock, seen from above
Noise = tuple[Array, Array]


class Triangles(NamedTuple):
    """Corners and their colours, three rows for each triangle."""

    p_M: Array        # (3 n, 3) [m]
    colour: Array     # (3 n, 3) red, green, blue, 0..1 as a display takes them


def extent_of(scenario: Scenario, corners: Sequence[tuple[float, float]] = ()) -> Extent:
    """Return the ground worth showing: all vehicles, where rovers drive, and more corners."""
    points = [*corners, *(vehicle.position for vehicle in scenario.vehicles),
              *(rover.drive_to for rover in scenario.rovers if rover.drive_to)]
    for section in scenario.helicopters:
        plan = section.flight_plan
        for segment in plan.segments if plan else ():
            east, north = getattr(segment, 'east', None), getattr(segment, 'north', None)
            if east is not None and north is not None:
                points.append((section.position[0] + east, section.position[1] + north))
    low = np.minimum(np.min(points, axis=0) - MARGIN, LEAST_EXTENT[:2])
    high = np.maximum(np.max(points, axis=0) + MARGIN, LEAST_EXTENT[2:])
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def ground_triangles(scene: Scene, extent: Extent) -> Triangles:
    """Return the ground of an extent, and coarser ground around it that fades into the haze."""
    west, south, east, north = extent
    xs, ys = _stations(west, east), _stations(south, north)
    x, y = np.meshgrid(xs, ys)
    z = scene.terrain.heights(x.ravel(), y.ravel()).reshape(x.shape)
    colour = _shown(_albedo(scene, x, y) * _light(x, y, z)[..., None])
    outside = np.maximum(np.maximum(west - x, x - east), np.maximum(south - y, y - north))
    haze = np.clip(outside / (0.6 * FAR), 0.0, 1.0)[..., None]
    colour += haze * (HAZE - colour)
    return Triangles(_split(np.stack([x, y, z], axis=-1)), _split(colour))


def rock_triangles(scene: Scene, extent: Extent) -> Triangles:
    """Return the largest rocks as low pyramids of their true size, lit from the same side."""
    rows = scene.rocks.within(*extent, SMALLEST_ROCK)
    rows = rows[np.argsort(-rows[:, DIAMETER], kind='stable')[:MOST_ROCKS]]
    large = rows[:, DIAMETER] >= LARGE_ROCK
    p_M = np.concatenate([_pyramids(rows[~large], (1.0,)), _pyramids(rows[large], (1.0, 0.8))])
    tone = np.concatenate([np.repeat(rows[~large, TONE], 3 * CORNERS),
                           np.repeat(rows[large, TONE], 9 * CORNERS)])
    faces = p_M.reshape(-1, 3, 3)
    normal = np.cross(faces[:, 1] - faces[:, 0], faces[:, 2] - faces[:, 0])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    light = np.repeat(0.35 + 0.9 * np.clip(normal @ LIGHT, 0.0, 1.0), 3)
    albedo = ROCK + tone[:, None] * 0.5 * (DUST - ROCK)
    return Triangles(p_M, _shown(albedo * light[:, None]))


def _stations(low: float, high: float) -> Array:
    """Return where corners are along one axis: evenly inside, ever farther apart outside."""
    count = min(MOST_CORNERS, round((high - low) / SPACING))
    inner = np.linspace(low, high, count + 1)
    steps = [inner[1] - inner[0]]
    while sum(steps) < FAR:
        steps.append(steps[-1] * GROWTH)
    outer = np.cumsum(steps)
    return np.concatenate([low - outer[::-1], inner, high + outer])


def _split(grid: Array) -> Array:
    """Turn values at the corners of a grid (m, n, 3) into those of two triangles a cell."""
    a, b, c, d = grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1]
    return np.stack([a, b, c, a, c, d], axis=2).reshape(-1, 3)


def _light(x: Array, y: Array, z: Array) -> Array:
    north, east = np.gradient(z, y[:, 0], x[0])
    normal = np.stack([-RELIEF * east, -RELIEF * north, np.ones_like(z)], axis=-1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    return np.asarray(0.30 + 0.95 * np.clip(normal @ LIGHT, 0.0, 1.0))


def _shown(radiance: Array) -> Array:
    return np.asarray(np.sqrt(np.clip(TONE_CURVE * radiance, 0.0, 1.0)))


def _albedo(scene: Scene, x: Array, y: Array) -> Array:
    """Return the soil's albedo (m, n, 3): dust in drifts, sand, paving, the rover's tracks."""
    warp = 1.1 * noise_slope(x / 9.0 + 3.3, y / 9.0 + 3.3)
    wx, wy = x + warp[0], y + warp[1]
    broad = (1.4 * noise(wx / 24.0, wy / 24.0) + noise(wx / 8.7 + 11.0, wy / 8.7 + 11.0)
             + 0.6 * noise(x / 210.0 + 1.7, y / 210.0 + 1.7))
    mid = noise(wx / 2.6 + 5.0, wy / 2.6 + 5.0)
    dusty = np.clip(0.48 + CONTRAST * (0.80 * broad + 0.50 * mid), 0.0, 1.0)[..., None]
    albedo = LAG + dusty * (DUST - LAG)
    mask = entry_point(ripple_mask, 0.0, 0.0, scene.terrain.field)
    sand = np.array([mask(a, b, scene.terrain.field) for a, b in zip(
        x.ravel().tolist(), y.ravel().tolist(), strict=True)]).reshape(x.shape)[..., None]
    bare = sand * scene.terrain.parameters.bare_sand
    albedo = albedo + np.maximum(0.55 * sand, 0.98 * bare) * (SAND - albedo)
    paved = noise(x / 17.0 + 31.7, y / 17.0 + 31.7) + 0.28 * mid
    paved = np.clip((paved - 0.19) / 0.11, 0.0, 1.0)[..., None] * (1.0 - sand)
    albedo = albedo + 0.6 * paved * (PAVER - albedo)
    if scene.orthophoto is not None:
        albedo = np.minimum(albedo * scene.orthophoto.at(x, y), 0.9)
    if len(scene.path) > 1:
        aside = _distance(x, y, scene.path)
        rut = np.exp(-((aside - RUT_ASIDE) / RUT_WIDTH) ** 2)[..., None]
        albedo = albedo + 0.75 * rut * (0.75 * LAG - albedo)
    return np.asarray(albedo)


def _distance(x: Array, y: Array, path: Array) -> Array:
    """Return the distance of points to the nearest of the close points of a path [m]."""
    out = np.full(x.shape, np.inf)
    for east, north in path:
        out = np.minimum(out, (x - east) ** 2 + (y - north) ** 2)
    return np.asarray(np.sqrt(out))


def noise(x: Array, y: Array) -> Array:
    """Return the gradient noise of shaders/noise.glsl, rms 0.2."""
    i, j, u, v = _cell(x, y)
    a, b, c, d = _corners(i, j, u, v)
    s, t = (w * w * w * (w * (w * 6.0 - 15.0) + 10.0) for w in (u, v))
    return np.asarray(a + s * (b - a) + t * (c - a) + s * t * (a - b - c + d))


def noise_slope(x: Array, y: Array) -> Array:
    """Return the slope of that noise along both axes, shape (2, ...), by differences."""
    step = 1e-3
    return np.stack([(noise(x + step, y) - noise(x - step, y)) / (2 * step),
                     (noise(x, y + step) - noise(x, y - step)) / (2 * step)])


def _cell(x: Array, y: Array) -> tuple[NDArray[np.int64], NDArray[np.int64], Array, Array]:
    fx, fy = np.floor(x), np.floor(y)
    return fx.astype(np.int64), fy.astype(np.int64), x - fx, y - fy


def _corners(
    i: NDArray[np.int64], j: NDArray[np.int64], u: Array, v: Array,
) -> tuple[Array, Array, Array, Array]:
    """Return the corners' gradients times the distances from them: (0,0), (1,0), (0,1), (1,1)."""
    def part(right: int, up: int) -> Array:
        gx, gy = _gradient(i + right, j + up)
        return np.asarray(gx * (u - right) + gy * (v - up))
    return part(0, 0), part(1, 0), part(0, 1), part(1, 1)


def _gradient(i: NDArray[np.int64], j: NDArray[np.int64]) -> Noise:
    """Hash cells to gradients: PCG2D (Jarzynski and Olano 2020), as the shader does."""
    a = i.astype(np.uint32) * _M + _A
    b = j.astype(np.uint32) * _M + _A
    a = a + b * _M
    b = b + a * _M
    a, b = a ^ (a >> _S16), b ^ (b >> _S16)
    a = a + b * _M
    b = b + a * _M
    a, b = a ^ (a >> _S16), b ^ (b >> _S16)
    scale = 2.0 / 4294967296.0
    return a.astype(np.float64) * scale - 1.0, b.astype(np.float64) * scale - 1.0


def _pyramids(rows: Array, rings: Sequence[float]) -> Array:
    """Return rocks as pyramids on rings of corners: each ring's width over that of the base."""
    angles = np.linspace(0.0, 2 * np.pi, CORNERS, endpoint=False)
    turned = rows[:, YAW, None] + angles
    along, across = np.cos(angles) * rows[:, HALF_LENGTH, None], np.sin(angles) * rows[
        :, HALF_WIDTH, None]
    # Turned about the vertical by the rock's yaw; angles are those in its own axes.
    cos, sin = np.cos(rows[:, YAW, None]), np.sin(rows[:, YAW, None])
    dx, dy = along * cos - across * sin, along * sin + across * cos
    top = rows[:, Z] + rows[:, HALF_HEIGHT]
    foot = np.minimum(rows[:, GROUND], rows[:, Z]) - 0.05
    levels = []
    for k, width in enumerate(rings):
        up = foot + k / len(rings) * (top - foot) * 1.3
        levels.append(np.stack([rows[:, X, None] + width * dx, rows[:, Y, None] + width * dy,
                                np.broadcast_to(up[:, None], turned.shape)], axis=-1))
    apex = np.broadcast_to(np.stack([rows[:, X], rows[:, Y], top], axis=-1)[:, None],
                           levels[0].shape)
    faces = [np.stack([levels[-1], np.roll(levels[-1], -1, axis=1), apex], axis=2)]
    for low, high in pairwise(levels):
        low_next, high_next = np.roll(low, -1, axis=1), np.roll(high, -1, axis=1)
        faces += [np.stack([low, low_next, high_next], axis=2),
                  np.stack([low, high_next, high], axis=2)]
    return np.concatenate(faces, axis=1).reshape(-1, 3)
