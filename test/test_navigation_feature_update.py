# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Which features of an image the filter uses: those that look at the ground, and agree."""

from ingenuity_nodes.navigation.measurement import feature_update, median_of_finite, Pairs
from ingenuity_nodes.navigation.state import ERRORS, POSITION
import numpy as np
import pytest
from test_navigation_measurement import (
    at_rest, bearings_to_ground, CONFIG, correction_of, some_state)

UP = np.array([0.0, 0.1, 1.0]) / np.hypot(0.1, 1.0)


def pairs_of(bearings, age=1):
    """Put bearings (reference, now) into pairs of features on known ground."""
    count = len(bearings)
    K, B = (np.array([pair[k] for pair in bearings]).reshape(count, 3) for k in (0, 1))
    return Pairs(K, B, np.arange(count), np.zeros(count), age)


def uncertain():
    """Begin with errors of 0.01 (m, rad) each, and the heights of eight features known."""
    return correction_of(1e-4 * np.eye(ERRORS, ERRORS + 8))


def updated(x, bearings):
    """Update a state by some features; which were accepted, what came back, and the correction."""
    correction, accepted = uncertain(), np.zeros(len(bearings), dtype=np.bool_)
    used, nis = feature_update(x, correction, pairs_of(bearings), CONFIG, accepted)
    return accepted.tolist(), used, nis, correction


@pytest.mark.parametrize('seed', range(3))
def test_features_of_the_ground_are_used_and_their_number_is_told(seed):
    x = some_state(seed)
    bearings = [bearings_to_ground(x, 10 * seed + k) for k in range(4)]
    accepted, used, nis, correction = updated(x, bearings)
    assert accepted == [True] * 4 and used == 4
    assert 0.0 < nis < 5.0
    before = uncertain().P[POSITION:POSITION + 3, POSITION:POSITION + 3]
    after = correction.P[POSITION:POSITION + 3, POSITION:POSITION + 3]
    assert np.trace(after) < np.trace(before)
    assert correction.dx.any()


def test_a_feature_that_was_seen_above_the_horizon_is_no_ground_and_changes_nothing():
    x = some_state(1)
    good = [bearings_to_ground(x, k) for k in range(3)]
    alone = updated(x, good)
    with_sky = updated(x, [*good, (UP, UP)])
    assert with_sky[0] == [True, True, True, False] and with_sky[1:3] == alone[1:3]
    np.testing.assert_array_equal(with_sky[3].dx, alone[3].dx)
    np.testing.assert_array_equal(with_sky[3].P, alone[3].P)


def test_of_the_sky_alone_nothing_is_learned():
    accepted, used, nis, correction = updated(some_state(2), [(UP, UP)])
    assert (accepted, used, nis) == ([False], 0, 0.0)
    assert not correction.dx.any()
    np.testing.assert_array_equal(correction.P, uncertain().P)


def test_one_that_moved_by_itself_is_refused_and_the_others_stay():
    x = some_state(3)
    bearings = [bearings_to_ground(x, k) for k in range(5)]
    K, B = bearings[2]
    aside = B + np.array([0.5, 0.0, 0.0])
    bearings[2] = K, aside / np.linalg.norm(aside)
    accepted, used, _, _ = updated(x, bearings)
    assert accepted == [True, True, False, True, True] and used == 4


def test_the_median_is_of_what_is_finite():
    random = np.random.default_rng(5)
    for count in (1, 2, 7, 40):
        values = random.normal(size=count)
        with_holes = np.concatenate([values, [np.inf, np.nan]])
        random.shuffle(with_holes)
        assert median_of_finite(with_holes) == np.sort(values)[count // 2]
    assert median_of_finite(np.array([np.inf, np.nan])) == 0.0


def test_at_rest_a_feature_seen_twice_from_one_place_has_no_innovation():
    x = at_rest()
    x['p_MI'][2] = x['p_MK'][2] = 5.0
    down = np.array([0.1, 0.2, -1.0]) / np.linalg.norm([0.1, 0.2, 1.0])
    accepted, used, nis, correction = updated(x, [(down, down)])
    assert accepted == [True] and used == 1
    assert nis == pytest.approx(0.0, abs=1e-12)
    np.testing.assert_allclose(correction.dx, 0.0, atol=1e-12)
