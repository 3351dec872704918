# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The filter's errors are as large as its covariance, over flights with independent noise."""

from flights import HOP, scenario_of
from ingenuity_nodes.campaign import consistency
from ingenuity_nodes.campaign.consistency import (
    aggregate, bounds, FlightErrors, nees, rotation_between)
from ingenuity_nodes.campaign.consistency_routes import over_route
from ingenuity_nodes.frames import compose, quaternion_from_rpy
from ingenuity_nodes.guidance.flight_plan import waypoints
from ingenuity_nodes.scenario.load import load_scenario
import numpy as np
import pytest

FLIGHTS = 6    # few, so that the test is short; the command flies 50


def flights_of(dimensions_scale: float, count: int = 400) -> list[FlightErrors]:
    """Draw flights whose errors are a multiple of what their covariance predicts."""
    random = np.random.default_rng(1)
    root = random.normal(size=(9, 9))
    P = root @ root.T
    out = []
    for seed in range(count):
        errors = dimensions_scale * random.normal(size=(3, 9)) @ root.T
        out.append(FlightErrors(
            seed, 'landed', errors, np.array([nees(e, P) for e in errors]),
            0.5 * random.chisquare(2, 3), np.tile(np.sqrt(np.diag(P)), (3, 1))))
    return out


def test_errors_with_the_distribution_of_the_covariance_are_consistent():
    result = aggregate(flights_of(1.0))
    assert result.consistent
    assert result.nees['all'].mean() == pytest.approx(9.0, abs=0.4)
    assert result.nees['velocity'].mean() == pytest.approx(3.0, abs=0.25)
    assert result.rms == pytest.approx(result.believed, rel=0.15)
    assert result.nis_bounds[0] < result.nis.mean() < result.nis_bounds[1]


@pytest.mark.parametrize('scale', [0.7, 1.4])
def test_smaller_or_larger_errors_are_inconsistent(scale):
    result = aggregate(flights_of(scale))
    assert not result.consistent
    assert result.nees['all'].mean() == pytest.approx(9.0 * scale ** 2, rel=0.05)


def test_the_bounds_are_those_of_the_textbook():
    # Bar-Shalom et al. 2001, section 5.4.2: 50 runs, 2 dimensions: 1.48 to 2.59.
    assert bounds(2, 50) == pytest.approx((1.48, 2.59), abs=0.01)


def test_a_rotation_error_is_expressed_in_the_axes_of_the_map():
    q = quaternion_from_rpy(0.3, -0.2, 2.0)
    turned = compose(quaternion_from_rpy(0.0, 0.0, 0.01), q)
    assert rotation_between(q, turned) == pytest.approx([0.0, 0.0, 0.01], abs=1e-12)
    assert rotation_between(q, -turned) == pytest.approx([0.0, 0.0, 0.01], abs=1e-12)


def test_the_terrains_of_a_campaign_differ_but_the_helipad_has_one_height():
    from ingenuity_nodes.campaign.dispersions import dispersed_environment
    scenario = scenario_of(HOP)
    first, second = (dispersed_environment(scenario, seed).terrain for seed in (1, 2))
    assert abs(first.height(20.0, 10.0) - second.height(20.0, 10.0)) > 1e-3
    assert first.height(0.0, 0.0) == pytest.approx(second.height(0.0, 0.0), abs=1e-6)


@pytest.mark.parametrize('shape, end', [
    ('straight', (0.0, -400.0)), ('corner', (200.0, -200.0)), ('back', (0.0, 0.0))])
def test_a_route_of_a_study_has_its_length_and_is_flown_alone(shape, end):
    scenario = over_route(load_scenario('flight_04'), shape, 400.0)
    corners = np.array(waypoints(scenario.helicopters[0].flight_plan))
    assert np.hypot(*np.diff(corners[:, :2], axis=0).T).sum() == pytest.approx(400.0)
    assert corners[-1] == pytest.approx([*end, 0.0])
    assert len(scenario.vehicles) == 1
    assert scenario.world == load_scenario('flight_04').world


@pytest.mark.slow
def test_over_some_flights_the_filter_is_consistent():
    segments = [
        {'segment': 'climb', 'altitude': 5.0, 'speed': 1.0},
        {'segment': 'hover', 'duration': 2.0},
        {'segment': 'translate', 'north': 12.0, 'east': 0.0, 'speed': 2.0},
        {'segment': 'land', 'speed': 1.0}]
    result = consistency.campaign(scenario_of(segments), range(1, FLIGHTS + 1))
    low, high = result.bounds['all']
    # Six flights allow 5.9 to 12.7; the same filter with a level ground had 11 to 14.
    assert low < result.nees['all'].mean() < high


@pytest.mark.slow
def test_after_700_m_the_filter_is_still_consistent():
    segments = [
        {'segment': 'climb', 'altitude': 10.0, 'speed': 1.0},
        {'segment': 'translate', 'north': -700.0, 'east': 0.0, 'speed': 5.0},
        {'segment': 'hover', 'duration': 3.0},
        {'segment': 'land', 'speed': 1.0}]
    result = consistency.campaign(scenario_of(segments), range(1, FLIGHTS + 1))
    low, high = result.bounds['all']
    # Without the scale errors of the inertial sensor: 17 to 18 from the braking on.
    assert low < result.nees['all'][-20:].mean() < high
