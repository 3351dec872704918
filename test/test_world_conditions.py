# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The wind may change in flight, and is then what it would have been from the start."""

from pathlib import Path

from ingenuity_nodes.parameters import ParameterError
from ingenuity_nodes.radio.channel import Channel
from ingenuity_nodes.radio.link import loss_probability
from ingenuity_nodes.radio.parameters import RadioParameters
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.world.conditions import Conditions
from ingenuity_nodes.world.wind import Wind, WindParameters
import numpy as np
import pytest

HOP = str(Path(__file__).parent / 'data' / 'hop.yaml')
TIMES = range(0, 20_000_000_000, 730_000_000)


@pytest.fixture
def environment():
    return environment_of(load_scenario(HOP), 5)


def blown(wind):
    return np.array([wind.velocity(t_ns, 4.0) for t_ns in TIMES])


def test_a_changed_wind_is_that_of_a_scenario_with_the_same_numbers(environment):
    other = Wind(WindParameters(speed=9.0, azimuth=200.0, gust_speed=5.0, gust_start=2.0), 5)
    Conditions(environment).apply({
        'wind.speed': 9.0, 'wind.azimuth': 200.0, 'wind.gust_speed': 5.0, 'wind.gust_start': 2.0})
    assert np.array_equal(blown(environment.wind), blown(other))


def test_what_is_changed_back_is_as_before_and_what_is_not_named_stays(environment):
    before, conditions = blown(environment.wind), Conditions(environment)
    conditions.apply({'wind.speed': 9.0})
    assert environment.wind.parameters.azimuth == WindParameters().azimuth
    assert not np.array_equal(blown(environment.wind), before)
    conditions.apply({'wind.speed': 3.0})
    assert np.array_equal(blown(environment.wind), before)


def test_the_direction_from_which_it_blows_is_that_of_the_parameter(environment):
    Conditions(environment).apply({'wind.azimuth': 0.0, 'wind.turbulence': 0.0})
    east, north, up = environment.wind.velocity(0, 5.0)
    assert (east, up) == pytest.approx((0.0, 0.0), abs=1e-12)
    assert north == pytest.approx(-3.0)    # from the north, at the speed of the hop


@pytest.mark.parametrize('name, value', [('wind.speed', 90.0), ('wind.colour', 1.0)])
def test_what_no_wind_can_be_is_refused_by_name(environment, name, value):
    with pytest.raises(ParameterError, match=name.partition('.')[2]):
        Conditions(environment).apply({name: value})


def test_higher_losses_lose_as_many_frames_as_the_link_budget_says():
    parameters = RadioParameters(losses_db=52.0)
    channel = Channel(RadioParameters(), 3)
    channel.observe(0, np.zeros(3), np.array([300.0, 0.0, 5.0]))
    bits, count = 6000, 4000
    assert all(channel.passes(bits) for _ in range(count))
    channel.change(parameters)
    lost = sum(not channel.passes(bits) for _ in range(count)) / count
    expected = loss_probability(parameters, float(np.hypot(300.0, 5.0)), bits)
    assert 0.05 < expected < 0.95
    assert lost == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / count))
