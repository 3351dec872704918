# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Whole flights in gusty wind: altitude, hover, line, landing, and a consistent filter."""

from __future__ import annotations

from flights import Flight, FLIGHT_1, FLIGHT_3, fly, HOP, scenario_of
import numpy as np
import pytest

BREEZE, BREEZY = 3.0, 7.0    # [m/s] at 5 m, with gusts of a fifth of that (one sigma)


@pytest.fixture(scope='module')
def flight_3() -> Flight:
    return fly(scenario_of(FLIGHT_3, wind=BREEZY), seed=1)


@pytest.fixture(scope='module')
def flight_1() -> Flight:
    return fly(scenario_of(FLIGHT_1, wind=BREEZE, azimuth=269.5), seed=1)


@pytest.mark.slow
def test_flight_3_lands_within_a_metre_of_its_start(flight_3):
    assert flight_3.outcome == 'landed' and not flight_3.warnings
    assert flight_3.landing_offset < 1.0


@pytest.mark.slow
def test_flight_3_keeps_its_altitude(flight_3):
    above = flight_3.p[:, 2] - flight_3.p[0, 2]
    cruise = flight_3.during('hover', 'translate')
    assert above[cruise].min() > 4.7 and above[cruise].max() < 5.3


@pytest.mark.slow
def test_flight_3_keeps_its_line(flight_3):
    assert np.sqrt(np.mean(flight_3.across ** 2)) < 0.3
    assert np.degrees(flight_3.tilt[flight_3.during('hover', 'translate')].max()) < 20.0


@pytest.mark.slow
def test_flight_3_turns_round_where_the_real_one_did(flight_3):
    assert flight_3.p[:, 1].max() == pytest.approx(49.6, abs=1.5)


@pytest.mark.slow
def test_flight_1_hovers_within_a_quarter_of_a_metre(flight_1):
    hover = flight_1.during('hover', 'turn')
    miss = np.linalg.norm((flight_1.p - flight_1.p_ref)[hover, :2], axis=1)
    assert miss.max() < 0.25
    assert flight_1.landing_offset < 0.25


@pytest.mark.slow
def test_it_touches_down_gently(flight_1, flight_3):
    for flight in (flight_1, flight_3):
        down = flight.mode_of('touchdown').t_ns * 1e-9
        contact = (flight.t > down - 0.3) & (flight.t < down)
        # The plan descends at 1 m/s, as the real flights did.
        assert flight.v[contact, 2].min() > -1.1
        assert np.linalg.norm(flight.v[contact, :2], axis=1).max() < 0.5


def test_a_hop_goes_through_its_modes_and_ends_where_it_began():
    flight = fly(scenario_of(HOP, wind=BREEZE), seed=1)
    assert [change.mode for change in flight.changes] == [
        'standby', 'ready', 'spin_up', 'take_off', 'lift_off', 'climb', 'hover', 'landing',
        'touchdown', 'spin_down', 'landed']
    assert flight.landing_offset < 0.25
    assert flight.features[flight.during('hover')].min() > 10


def test_the_same_seed_flies_the_same_flight_to_the_last_bit_and_another_one_does_not():
    first, again, other = (fly(scenario_of(HOP), seed) for seed in (1, 1, 2))
    assert np.array_equal(first.p, again.p) and np.array_equal(first.p_est, again.p_est)
    assert not np.array_equal(first.p[:len(other.p)], other.p[:len(first.p)])
