# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Ground and rocks for viewers: true shapes, colours with light, soil and tracks in them."""

from __future__ import annotations

from ingenuity_nodes.rendering.ground_view import (
    extent_of, ground_triangles, HAZE, LEAST_EXTENT, noise, rock_triangles, SMALLEST_ROCK)
from ingenuity_nodes.rendering.robots_in_view import scene_of
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.load import load_scenario, scenario_names
from ingenuity_nodes.world.rocks import DIAMETER, HALF_HEIGHT, X, Y, Z
import numpy as np
import pytest


@pytest.fixture(scope='module')
def scene():
    scenario = load_scenario('flight_03')
    return scene_of(scenario, environment_of(scenario))


@pytest.fixture(scope='module')
def ground(scene):
    return ground_triangles(scene, LEAST_EXTENT)


def inside(points):
    west, south, east, north = LEAST_EXTENT
    return ((points[:, 0] >= west) & (points[:, 0] <= east)
            & (points[:, 1] >= south) & (points[:, 1] <= north))


def test_every_corner_lies_on_the_ground(scene, ground):
    x, y, z = ground.p_M.T
    assert z == pytest.approx(scene.terrain.heights(x.copy(), y.copy()))


def test_triangles_face_up(ground):
    a, b, c = np.moveaxis(ground.p_M.reshape(-1, 3, 3), 1, 0)
    assert np.cross(b - a, c - a)[:, 2].min() > 0.0


def test_the_ground_is_no_single_brown(ground):
    # As seen with the real rviz: red was 0.52 to 0.54 everywhere.
    red = ground.colour[inside(ground.p_M), 0]
    assert np.ptp(np.percentile(red, [5, 95])) > 0.1
    assert (ground.colour >= 0.0).all() and (ground.colour <= 1.0).all()


def test_far_ground_fades_into_the_background(ground):
    away = np.abs(ground.p_M[:, :2]).max(axis=1) > 450.0
    assert away.any()
    assert ground.colour[away] == pytest.approx(np.broadcast_to(HAZE, (int(away.sum()), 3)))


def test_slopes_to_the_north_west_are_brighter_than_their_other_sides(scene, ground):
    points, colour = ground.p_M[::3], ground.colour[::3]
    near = inside(points)
    normals = np.array([scene.terrain.normal(x, y) for x, y in points[near][:, :2]])
    facing = normals @ np.array([-0.55, 0.45, 0.0])
    assert np.corrcoef(facing, colour[near].mean(axis=1))[0, 1] > 0.3


def test_the_rovers_tracks_are_darker_than_the_ground_beside_them(scene, ground):
    points, near = ground.p_M, inside(ground.p_M)
    gaps = np.sqrt(((points[near, None, :2] - scene.path[None, ::3]) ** 2).sum(axis=2)).min(axis=1)
    light = ground.colour[near].mean(axis=1)
    on, beside = np.abs(gaps - 1.14) < 0.4, (gaps > 2.5) & (gaps < 5.0)
    assert light[on].mean() < light[beside].mean() - 0.03


def test_noise_is_that_of_the_shader():
    # The gradient at (3, 5), hashed by hand as in shaders/noise.glsl, with exact integers.
    def pcg(a, b):
        m, w = 1664525, 2 ** 32
        a, b = (a * m + 1013904223) % w, (b * m + 1013904223) % w
        for _ in range(2):
            a = (a + b * m) % w
            b = (b + a * m) % w
            a, b = a ^ (a >> 16), b ^ (b >> 16)
        return a, b
    gx, gy = (value * 2.0 / 2 ** 32 - 1.0 for value in pcg(3, 5))
    step = 1e-5    # at a corner the noise is zero and its slope the gradient
    at = noise(np.array([3.0, 3.0 + step, 3.0]), np.array([5.0, 5.0, 5.0 + step]))
    assert at[0] == 0.0
    assert (at[1:] / step).tolist() == pytest.approx([gx, gy], abs=1e-3)
    many = noise(*np.random.default_rng(1).uniform(-900.0, 900.0, (2, 20_000)))
    assert np.sqrt(np.mean(many ** 2)) == pytest.approx(0.2, abs=0.06)


def test_rocks_stand_where_they_are_and_are_as_high(scene):
    rocks = rock_triangles(scene, LEAST_EXTENT)
    rows = scene.rocks.within(*LEAST_EXTENT, SMALLEST_ROCK)
    rows = rows[np.argsort(-rows[:, DIAMETER])][:50]
    for row in rows:
        gaps = np.linalg.norm(rocks.p_M[:, :2] - row[[X, Y]], axis=1)
        apex = rocks.p_M[np.argmin(gaps)]
        assert apex == pytest.approx([row[X], row[Y], row[Z] + row[HALF_HEIGHT]])
    assert rocks.p_M.shape == rocks.colour.shape


@pytest.mark.parametrize('name', scenario_names())
def test_all_vehicles_of_a_scenario_stand_on_the_ground_that_is_shown(name):
    scenario = load_scenario(name)
    west, south, east, north = extent_of(scenario)
    for vehicle in scenario.vehicles:
        assert west < vehicle.position[0] < east
        assert south < vehicle.position[1] < north
