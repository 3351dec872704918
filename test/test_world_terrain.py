# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The ground: anchored where it must be, flat where people landed, the same for everybody."""

from __future__ import annotations

import subprocess
import sys

from ingenuity_nodes.parameters import with_overrides
from ingenuity_nodes.sensors.imu import ImuParameters
from ingenuity_nodes.world.terrain import height_at, Terrain, TerrainParameters
import numpy as np
import pytest


@pytest.mark.parametrize('parameters, former, name', [
    (TerrainParameters(), 'rover_place', 'rover_position'),
    (ImuParameters(), 'gyro_walk', 'gyro_random_walk'),
    (ImuParameters(), 'accel_walk', 'accel_random_walk')])
def test_a_parameter_is_accepted_under_its_former_name(parameters, former: str, name: str) -> None:
    value = getattr(parameters, name)
    half = [0.5 * part for part in value] if isinstance(value, tuple) else 0.5 * value
    assert with_overrides(parameters, {former: half}) == with_overrides(parameters, {name: half})


@pytest.fixture(scope='module', name='terrain')
def fixture_terrain() -> Terrain:
    """Ground of Flight 3."""
    return Terrain(TerrainParameters(), seed=3)


def test_ground_passes_through_the_helipad_and_under_the_rover(terrain: Terrain) -> None:
    assert terrain.height(0.0, 0.0) == pytest.approx(0.0, abs=1e-9)
    assert terrain.height(63.01, -6.56) == pytest.approx(0.95, abs=1e-9)


def test_airfield_slopes_are_below_those_that_ingenuity_rested_on(terrain: Terrain) -> None:
    # Resting tilt after Flights 1 to 5: 1.2 to 1.9 deg (NASA MMGIS).
    x, y = np.meshgrid(np.linspace(-5, 5, 21), np.linspace(-5, 5, 21))
    slope_x = (terrain.heights(x + 0.3, y) - terrain.heights(x - 0.3, y)) / 0.6
    slope_y = (terrain.heights(x, y + 0.3) - terrain.heights(x, y - 0.3)) / 0.6
    slope_deg = np.degrees(np.arctan(np.hypot(slope_x, slope_y)))
    assert np.percentile(slope_deg, 95) < 3.0
    assert slope_deg.mean() > 0.2


def test_height_is_continuous_and_its_normal_is_its_slope(terrain: Terrain) -> None:
    x = np.linspace(20.0, 20.1, 2001)
    heights = terrain.heights(x, np.full_like(x, 31.0))
    assert np.abs(np.diff(heights)).max() < 1e-4
    normal = terrain.normal(20.0, 31.0)
    rise = terrain.height(20.05, 31.0) - terrain.height(19.95, 31.0)
    assert -normal[0] / normal[2] == pytest.approx(rise / 0.1, rel=1e-6, abs=1e-9)
    assert np.linalg.norm(normal) == pytest.approx(1.0)


def test_arrays_and_single_points_agree_to_the_last_bit(terrain: Terrain) -> None:
    xs, ys = np.array([[1.0, -40.0], [900.0, 3e4]]), np.array([[2.0, 7.0], [-5e3, 100.0]])
    many = terrain.heights(xs, ys)
    assert many.shape == xs.shape
    for x, y, z in zip(xs.ravel(), ys.ravel(), many.ravel(), strict=True):
        assert height_at(x, y, terrain.field) == z == terrain.height(x, y)


def test_other_seeds_give_other_ground(terrain: Terrain) -> None:
    assert Terrain(seed=4).height(30.0, 30.0) != terrain.height(30.0, 30.0)


def test_another_process_sees_the_same_ground(terrain: Terrain) -> None:
    code = ('from ingenuity_nodes.world.terrain import Terrain\n'
            'print(Terrain(seed=3).height(17.3, -250.9).hex())')
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == terrain.height(17.3, -250.9).hex()


def test_hills_rise_to_a_degree_or_two_all_round(terrain: Terrain) -> None:
    azimuth = np.linspace(0, 2 * np.pi, 181)
    distance = np.linspace(1500.0, 15000.0, 60)[:, None]
    heights = terrain.heights(distance * np.sin(azimuth), distance * np.cos(azimuth))
    skyline_deg = np.degrees(np.arctan(heights / distance)).max(axis=0)
    assert 0.4 < np.median(skyline_deg) < 3.0
    assert skyline_deg.max() < 8.0


def test_measured_heights_are_followed_and_zeroed_at_the_origin() -> None:
    x, y = np.meshgrid(np.arange(-50.0, 51.0, 10.0), np.arange(-50.0, 51.0, 10.0))
    flat = TerrainParameters(relief=0.0)
    terrain = Terrain(flat, 0, dem=(100.0 + 0.1 * x - 0.05 * y, -50.0, -50.0, 10.0))
    assert terrain.height(0.0, 0.0) == pytest.approx(0.0, abs=1e-6)
    assert terrain.height(23.0, 11.0) == pytest.approx(2.3 - 0.55, abs=1e-3)


def test_ground_without_an_airfield_has_no_step_at_the_origin() -> None:
    sand = Terrain(TerrainParameters(
        airfield_radius=0.0, ripple_cover=1.0, ripples=0.3, ripple_length=8.0))
    around = sand.heights(np.array([0.02, 0.0, -0.02, 0.0]), np.array([0.0, 0.02, 0.0, -0.02]))
    assert np.abs(around - sand.height(0.0, 0.0)).max() < 0.02
