# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Rates, intervals, correlations and worst cases of a campaign are those of the textbooks."""

from ingenuity_nodes.campaign import outcome_statistics
from ingenuity_nodes.campaign.flight_rows import FAILED, FLOWN
from ingenuity_nodes.campaign.outcome_statistics import (
    outcomes, rates, sensitivities, spread, wilson, worst_runs)
from ingenuity_nodes.campaign.sections import Campaign
import numpy as np
import pytest
from scipy import stats

CAMPAIGN = Campaign.model_validate({
    'name': 'c', 'description': 'd', 'scenario': 's', 'flights': 100,
    'dispersions': [
        {'parameter': name, 'distribution': 'uniform', 'low': 0.0, 'high': 1.0,
         'source': 'assumed: a test'} for name in ('wind', 'mass')],
    'success': [{'name': 'near', 'conditions': [
        {'column': 'landing_offset_m', 'at_most': 1.0},
        {'column': 'outcome', 'equals': 'landed'}]}],
})


def row(run, **values):
    return {'run': run, 'status': FLOWN, 'outcome': 'landed', 'wind': 0.5, 'mass': 0.5, **values}


@pytest.mark.parametrize('good, count, low, high', [
    # Newcombe 1998, Stat. Med. 17, 857, table I, method 3.
    (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611),
    (1, 29, 0.0061, 0.1718)])
def test_the_interval_of_a_rate_is_that_of_the_published_table(good, count, low, high):
    assert wilson(good, count) == pytest.approx((low, high), abs=5e-5)
    mirrored = wilson(count - good, count)
    assert mirrored == pytest.approx((1.0 - high, 1.0 - low), abs=5e-5)


def test_the_interval_holds_the_true_rate_about_as_often_as_it_says():
    held = 0.0
    for good in range(101):
        low, high = wilson(good, 100)
        held += float(stats.binom.pmf(good, 100, 0.97)) * (low <= 0.97 <= high)
    assert 0.92 < held < 0.98


def test_a_run_that_failed_is_no_success_and_neither_is_a_missing_figure():
    rows = [row(1, landing_offset_m=0.5), row(2, landing_offset_m=1.5),
            row(3, landing_offset_m=None), {**row(4), 'status': FAILED, 'outcome': None},
            row(5, landing_offset_m=0.1, outcome='crashed')]
    found = rates(CAMPAIGN, rows)[0]
    assert (found.good, found.count) == (1, 5)
    assert outcomes(rows) == {'landed': 3, 'crashed': 1, 'failed to run': 1}


def test_a_figure_that_follows_a_parameter_in_any_curve_has_rank_correlation_one():
    random = np.random.default_rng(1)
    rows = [row(k, wind=w, mass=float(random.random()), landing_offset_m=float(np.exp(5.0 * w)))
            for k, w in enumerate(random.random(100).tolist(), 1)]
    first, second = sensitivities(CAMPAIGN, rows, ['landing_offset_m'])
    assert (first.parameter, first.significant) == ('wind', True)
    assert first.correlation == pytest.approx(1.0)
    assert abs(second.correlation) < 0.3 and not second.significant


def test_a_figure_that_never_changes_has_no_correlation():
    rows = [row(k, wind=0.01 * k, landing_offset_m=1.0) for k in range(1, 50)]
    assert sensitivities(CAMPAIGN, rows, ['landing_offset_m']) == []


def test_the_interval_of_a_mean_is_students():
    values = [3.0, 5.0, 7.0, 9.0]
    found = spread([row(k, landing_offset_m=v) for k, v in enumerate(values, 1)],
                   'landing_offset_m')
    low, high = stats.ttest_1samp(values, 0.0).confidence_interval()
    assert (found.mean, found.mean_low, found.mean_high) == pytest.approx((6.0, low, high))
    assert found.quantiles[2] == 6.0


def test_the_worst_are_the_largest_or_the_smallest_where_small_is_bad():
    rows = [row(k, landing_offset_m=float(k), photo_visible=0.1 * k) for k in range(1, 6)]
    assert worst_runs(rows, 'landing_offset_m', 2) == [(5, 5.0), (4, 4.0)]
    assert worst_runs(rows, 'photo_visible', 1) == [(1, pytest.approx(0.1))]
    others = {*outcome_statistics.SMALL_IS_BAD} - {*outcome_statistics.FIGURES}
    assert others <= {'battery_left_percent'}
