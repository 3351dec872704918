# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Campaign files: what is wrong is answered by line; what is drawn has its distribution."""

from campaigns import CAMPAIGN, write_campaign
from ingenuity_nodes.campaign.dispersions import dispersed_scenario, parameters_of
from ingenuity_nodes.campaign.load import campaign_names, load_campaign
from ingenuity_nodes.campaign.sampling import values_of
from ingenuity_nodes.campaign.sections import Campaign, Normal, Weibull
from ingenuity_nodes.yaml_files.check import FileError
import numpy as np
import pytest
from scipy import stats

NORMAL = {'distribution': 'normal', 'mean': 0.0, 'sigma': 2.0, 'source': 'assumed: a test'}


def campaign_of(**changes):
    return Campaign.model_validate({
        'name': 'c', 'description': 'd', 'scenario': 's', 'flights': 1000, **changes})


def mistake(tmp_path, old, new):
    """Load the campaign with one text replaced and return the message."""
    assert old in CAMPAIGN
    path = write_campaign(tmp_path, CAMPAIGN.replace(old, new))
    with pytest.raises(FileError) as caught:
        load_campaign(str(path))
    return str(caught.value)


@pytest.mark.parametrize('name', campaign_names())
def test_our_campaigns_load_and_each_dispersion_has_a_source(name):
    plan, drawn = load_campaign(name)
    assert len(drawn) == plan.campaign.flights
    assert all(len(dispersion.source) > 10 for dispersion in plan.campaign.dispersions)


def test_an_unknown_parameter_is_answered_with_line_and_the_nearest(tmp_path):
    text = mistake(tmp_path, 'vehicle.body.mass', 'vehicle.body.maas')
    assert 'hops.yaml:15:' in text and "did you mean 'ingenuity.vehicle.body.mass'?" in text


def test_an_unknown_distribution_is_answered_with_the_nearest(tmp_path):
    assert "did you mean 'normal'?" in mistake(
        tmp_path, 'distribution: normal', 'distribution: nromal')


@pytest.mark.parametrize('old, new, allowed', [
    ('sigma: 0.02', 'sigma: -0.02', 'a number above 0'),
    ('sigma: 0.02', 'sigma: wide', 'a number above 0'),
    ('sampling: random', 'sampling: sobol', 'latin_hypercube'),
    ('flights: 6', 'flights: 0', 'from 1'),
    ('    source: "assumed: a test"\n  - parameter: ing', '  - parameter: ing', 'source'),
    ('sigma: 0.02', 'sigma: 0.02\n    low: 2.0\n    high: 1.0', 'above low'),
    ('mean: 1.8', 'mean: 0.4', '0.5 to 10 kg'),
    ('seed: 7', 'seed: 7\nfigures: [landing_ofset_m]', "did you mean 'landing_offset_m'"),
    ('seed: 7', 'seed: 7\nfaults: [{fault: gyro_bais, probability: 0.5, source: none}]',
     'gyro_bias'),
    ('seed: 7', 'seed: 7\nfaults: [{fault: gyro_bias, probability: 1.5, source: none}]', 'to 1'),
])
def test_each_mistake_is_answered_with_what_is_allowed(tmp_path, old, new, allowed):
    text = mistake(tmp_path, old, new)
    assert allowed in text and 'Traceback' not in text


def test_a_parameter_is_dispersed_once(tmp_path):
    assert 'allowed: once' in mistake(
        tmp_path, 'ingenuity.vehicle.body.mass', 'world.wind.speed')


def test_the_draws_have_the_distribution_of_the_file():
    wind = Weibull(parameter='p', source='assumed: a test', distribution='weibull', scale=6.0,
                   shape=2.0)
    for sampling in ('random', 'latin_hypercube'):
        values = values_of(campaign_of(sampling=sampling), wind)
        assert stats.kstest(values, stats.weibull_min(2.0, scale=6.0).cdf).pvalue > 0.01


def test_a_latin_hypercube_draws_once_in_each_of_equally_likely_parts():
    dispersion = Normal(parameter='p', **NORMAL)
    values = values_of(campaign_of(sampling='latin_hypercube'), dispersion)
    parts = np.floor(1000 * stats.norm(0.0, 2.0).cdf(values)).astype(int)
    assert sorted(parts) == list(range(1000))


def test_a_truncated_distribution_keeps_its_shape_between_the_bounds():
    dispersion = Normal(parameter='p', low=-1.0, high=3.0, **NORMAL)
    values = values_of(campaign_of(), dispersion)
    assert min(values) >= -1.0 and max(values) <= 3.0
    assert stats.kstest(values, stats.truncnorm(-0.5, 1.5, 0.0, 2.0).cdf).pvalue > 0.01


def test_another_dispersion_or_more_flights_leave_the_numbers_as_they_are():
    one = {'parameter': 'one', **NORMAL}
    few = campaign_of(sampling='random', flights=5, dispersions=[one])
    more = campaign_of(sampling='random', flights=9, dispersions=[
        {'parameter': 'other', **NORMAL}, one])
    assert values_of(few, few.dispersions[0]) == values_of(more, more.dispersions[1])[:5]


def test_a_drawn_value_is_where_its_parameter_is_named(tmp_path):
    plan, drawn = load_campaign(str(write_campaign(tmp_path)))
    found = parameters_of(dispersed_scenario(plan.scenario, plan.campaign.dispersions, drawn[0]))
    for name, value in drawn[0].values.items():
        assert found[name].nominal == value
    untouched = parameters_of(plan.scenario)
    assert {name for name in found if found[name].nominal != untouched[name].nominal} == {
        *drawn[0].values}


def test_a_factor_scales_each_number_of_a_vector_and_an_index_picks_one(tmp_path):
    path = write_campaign(tmp_path, CAMPAIGN + """
  - {parameter: ingenuity.vehicle.body.inertia, apply: factor, distribution: choice,
     values: [2.0], source: "assumed: a test"}
  - {parameter: 'ingenuity.vehicle.body.mass_centre[1]', apply: offset, distribution: choice,
     values: [0.003], source: "assumed: a test"}
""")
    plan, drawn = load_campaign(str(path))
    before = parameters_of(plan.scenario)
    after = parameters_of(dispersed_scenario(plan.scenario, plan.campaign.dispersions, drawn[2]))
    name = 'ingenuity.vehicle.body.inertia'
    assert after[name].nominal == tuple(2.0 * value for value in before[name].nominal)
    x, y, z = before['ingenuity.vehicle.body.mass_centre'].nominal
    assert after['ingenuity.vehicle.body.mass_centre'].nominal == (x, y + 0.003, z)


def test_as_many_runs_as_its_probability_says_have_a_fault(tmp_path):
    path = write_campaign(tmp_path, CAMPAIGN.replace('flights: 6', 'flights: 2000') + """
faults:
  - {fault: gyro_bias, probability: 0.2, after_lift_off: [5.0, 9.0], source: "assumed: a test"}
""")
    _, drawn = load_campaign(str(path))
    starts = [fault.after_lift_off for draw in drawn for fault in draw.faults]
    assert stats.binomtest(len(starts), 2000, 0.2).pvalue > 0.01
    assert 5.0 <= min(starts) < 5.1 and 8.9 < max(starts) <= 9.0
