# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Rocks against Golombek and Rapp's law, and against looking at them in another order."""

from __future__ import annotations

from ingenuity_nodes.world.rocks import cumulative_number, DIAMETER, RockParameters, Rocks, X, Y
from ingenuity_nodes.world.terrain import Terrain, TerrainParameters
import numpy as np
import pytest


@pytest.fixture(scope='module', name='terrain')
def fixture_terrain() -> Terrain:
    """Ground of Flight 3."""
    return Terrain(TerrainParameters(), seed=3)


@pytest.mark.parametrize('abundance, per_100_m2', [
    (0.05, (103, 24, 1.4, 0.04)), (0.06, (121, 30, 2.0, 0.07)), (0.07, (138, 36, 2.7, 0.12))])
def test_law_gives_the_published_counts(abundance: float, per_100_m2: tuple[float, ...]) -> None:
    counts = 100.0 * cumulative_number(np.array([0.1, 0.2, 0.5, 1.0]), abundance)
    assert counts == pytest.approx(per_100_m2, rel=0.1)


@pytest.mark.parametrize('seed', range(5))
def test_evenly_scattered_rocks_follow_the_law_within_poisson_bounds(terrain: Terrain,
                                                                     seed: int) -> None:
    parameters = RockParameters(abundance=0.06, clustering=0.0, clear_radius=0.0)
    rows = Rocks(terrain, parameters, seed).within(100.0, 100.0, 150.0, 150.0)
    for diameter in (0.05, 0.1, 0.2, 0.5):
        expected = 2500.0 * float(cumulative_number(diameter, 0.06) - cumulative_number(3.0, 0.06))
        found = int((rows[:, DIAMETER] > diameter).sum())
        assert abs(found - expected) < 4.0 * np.sqrt(expected)


def test_clustered_rocks_keep_the_mean_and_vary_more(terrain: Terrain) -> None:
    even = Rocks(terrain, RockParameters(clustering=0.0, clear_radius=0.0), 1)
    gathered = Rocks(terrain, RockParameters(clustering=1.0, clear_radius=0.0), 1)
    boxes = [(x, y) for x in range(100, 300, 10) for y in range(100, 300, 10)]
    counts = np.array(
        [[len(r.within(x, y, x + 10, y + 10, 0.1)) for r in (even, gathered)] for x, y in boxes])
    assert counts[:, 1].mean() == pytest.approx(counts[:, 0].mean(), rel=0.3)
    assert counts[:, 1].std() > 2.0 * counts[:, 0].std()


def test_airfield_has_no_obstacles(terrain: Terrain) -> None:
    rows = Rocks(terrain, seed=3).around(0.0, 0.0, 5.0)
    assert rows.size == 0 or rows[:, DIAMETER].max() < 0.07


def test_nobody_parks_on_a_boulder(terrain: Terrain) -> None:
    rows = Rocks(terrain, seed=3).around(63.01, -6.56, 2.0)
    assert rows.size == 0 or rows[:, DIAMETER].max() < 0.15


def test_a_rock_is_the_same_from_a_small_box_and_from_a_large_one(terrain: Terrain) -> None:
    rocks = Rocks(terrain, seed=3)
    large = rocks.within(-200.0, -200.0, 200.0, 200.0, 0.2)
    small = rocks.within(31.0, 40.0, 52.0, 61.0, 0.2)
    inside = large[(large[:, X] >= 31.0) & (large[:, X] < 52.0) & (large[:, Y] >= 40.0) &
                   (large[:, Y] < 61.0)]
    assert len(small) > 10
    order = np.lexsort(small.T), np.lexsort(inside.T)
    assert np.array_equal(small[order[0]], inside[order[1]])


def test_no_rocks_where_there_are_none(terrain: Terrain) -> None:
    assert len(Rocks(terrain, RockParameters(abundance=0.0), 1).within(0.0, 0.0, 100.0,
                                                                       100.0)) == 0
