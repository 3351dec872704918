# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The link: the published rate and range hold, losses are repeated, ground hides what it hides."""

import math

from hypothesis import given, strategies as st
from ingenuity_nodes.parameters import ParameterError, with_overrides
from ingenuity_nodes.radio.channel import Channel
from ingenuity_nodes.radio.link import line_of_sight, loss_probability, signal_to_noise_db
from ingenuity_nodes.radio.parameters import RadioParameters
from ingenuity_nodes.timing import SECOND_NS
import numpy as np
import pytest

RADIO = RadioParameters()
ORIGIN = np.zeros(3)
FRAME = RADIO.slot_bits


def far(distance):
    return np.array([distance, 0.0, 0.0])


def channel_at(distance, seed=1, heights=None):
    channel = Channel(RADIO, seed, heights)
    channel.observe(0, ORIGIN, far(distance))
    return channel


@pytest.mark.parametrize('distance', [10.0, 85.0, 700.0])
def test_the_signal_falls_6_db_when_the_distance_doubles(distance):
    drop = signal_to_noise_db(RADIO, distance) - signal_to_noise_db(RADIO, 2 * distance)
    assert drop == pytest.approx(20 * math.log10(2))


def test_the_path_loss_over_a_kilometre_is_that_of_free_space():
    # ITU-R P.525: 32.4 + 20 lg(f / MHz) + 20 lg(d / km) = 91.6 dB.
    noise_dbw = 10 * math.log10(1.380649e-23 * RADIO.noise_temperature * RADIO.bit_rate)
    received_dbw = signal_to_noise_db(RADIO, 1000.0) + noise_dbw
    loss = 10 * math.log10(RADIO.transmit_power) - RADIO.losses_db - received_dbw
    assert loss == pytest.approx(32.44 + 20 * math.log10(914.0), abs=0.02)


def test_250_kbit_per_second_reach_a_kilometre_and_not_twice_as_far():
    # NASA: "up to 250 kbps over up to 1 km".
    assert RADIO.bit_rate == 250e3
    assert loss_probability(RADIO, 1000.0) < 0.05
    assert loss_probability(RADIO, 2000.0) > 0.95


def test_a_slower_rate_reaches_farther():
    slow = with_overrides(RADIO, {'bit_rate': 20e3, 'superframe': 1.0})
    assert loss_probability(slow, 2000.0) < 0.05


def test_a_superframe_without_time_for_a_file_frame_is_refused_by_name():
    with pytest.raises(ParameterError, match=r'radio\.superframe: found 0\.1 s at 20000 bit/s'):
        with_overrides(RADIO, {'bit_rate': 20e3})


def test_losses_are_as_frequent_as_their_probability_says():
    distance = 1150.0
    channel = channel_at(distance)
    probability = loss_probability(RADIO, distance)
    assert 0.1 < probability < 0.9
    lost = sum(not channel.passes(FRAME) for _ in range(4000))
    assert lost / 4000 == pytest.approx(probability, abs=4 * math.sqrt(0.25 / 4000))


def test_a_short_frame_is_lost_less_often_than_a_long_one():
    # Independent bit errors: the logarithms of the chances to arrive are as the lengths.
    short, long = (1.0 - loss_probability(RADIO, 1150.0, bits) for bits in (600, 6000))
    assert math.log(long) == pytest.approx(10 * math.log(short))


def test_the_same_seed_loses_the_same_frames_and_another_seed_others():
    runs = []
    for seed in (1, 1, 2):
        channel = channel_at(1150.0, seed)
        runs.append([channel.passes(FRAME) for _ in range(50)])
    assert runs[0] == runs[1] != runs[2]


def ridge(x_crest, height, half_width):
    """Make a ridge of triangular section across the way east, on flat ground."""
    return lambda xs, ys: height * np.maximum(0.0, 1.0 - np.abs(xs - x_crest) / half_width)


@given(st.floats(20.0, 80.0), st.floats(1.0, 8.0), st.floats(0.3, 10.0), st.floats(0.3, 10.0))
def test_a_ridge_hides_what_lies_below_the_line_over_its_crest(x_crest, height, here, there):
    # Of two antennas 100 m apart the line passes the crest at a height that is in proportion.
    at_crest = here + (there - here) * x_crest / 100.0
    step, half_width = 0.25, 5.0
    a, b = np.array([0.0, 0.0, here]), np.array([100.0, 0.0, there])
    # Between two points the crest may be missed by half a step of its flanks and of the line.
    missed = step / 2 * (height / half_width + 10.0 / 100.0)
    # A line that clears the crest can still cut a flank that is as steep as itself: none is.
    clear = line_of_sight(ridge(x_crest, height, half_width), a, b, step)
    if at_crest > height + missed:
        assert clear
    if at_crest < height - missed:
        assert not clear


def test_over_flat_ground_there_is_always_a_line_of_sight():
    assert line_of_sight(lambda xs, ys: 0.0 * xs, np.array([0, 0, 0.5]), np.array(
        [700.0, 300.0, 1.0]), 1.0)


def test_straight_above_there_is_a_line_of_sight():
    assert line_of_sight(lambda xs, ys: 0.0 * xs, np.array([5.0, 5.0, 1.0]),
                         np.array([5.0, 5.0, 10.0]), 1.0)


def test_a_descent_behind_a_rise_breaks_the_link_and_is_named_once():
    # Flight 17: the link broke in the last metres of descent, behind a rise.
    channel = Channel(RADIO, 1, ridge(100.0, 4.0, 20.0))
    base, reports, passed = np.array([0.0, 0.0, 1.0]), [], []
    heights = [10.0 - 0.1 * k for k in range(98)] + [0.3] * 20 + [10.0] * 20
    for k, up in enumerate(heights):
        reports.append(channel.observe(k * SECOND_NS // 10, base, np.array([187.0, 0.0, up])))
        passed.append(channel.passes(FRAME))
    assert [report for report in reports if report] == ['no line of sight', 'line of sight again']
    # The line over the crest reaches 187 m at 1 + 3 * 1.87 = 6.61 m.
    assert passed[:30] == [True] * 30
    hidden = [k for k, up in enumerate(heights) if up < 6.61]
    assert not any(passed[k] for k in hidden)
    assert reports.index('no line of sight') == hidden[0] + 5    # when it has lasted for 0.5 s
