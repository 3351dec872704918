# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Whole nanoseconds: rates that divide the loop, and those that do not."""

from itertools import pairwise

from hypothesis import given, strategies as st
from ingenuity_nodes.timing import Every, SECOND_NS, STEP, STEP_NS, STEPS_PER_TICK, TICK_NS
import pytest

HOUR = 3600
RATES = st.integers(1, 500)


def due_times(rate_hz, seconds, start_s=0):
    every = Every(rate_hz)
    start_ns = start_s * SECOND_NS
    return [t_ns for t_ns in range(start_ns + STEP_NS, start_ns + seconds * SECOND_NS + 1, STEP_NS)
            if every.due(t_ns)]


def test_step_and_tick_fit_into_each_other_and_into_a_second():
    assert STEP_NS * STEPS_PER_TICK == TICK_NS
    assert SECOND_NS % TICK_NS == 0
    assert STEP == 0.002


@given(RATES)
def test_every_rate_is_due_just_that_often_in_each_second(rate_hz):
    times = due_times(rate_hz, 2)
    assert len(times) == 2 * rate_hz
    assert sum(t_ns <= SECOND_NS for t_ns in times) == rate_hz


@given(RATES, st.integers(0, 24 * HOUR))
def test_no_rate_ever_drifts_from_its_ideal_instants(rate_hz, start_s):
    for number, t_ns in enumerate(due_times(rate_hz, 1, start_s), 1):
        ideal_ns = start_s * SECOND_NS + number * SECOND_NS / rate_hz
        assert ideal_ns - 1 <= t_ns < ideal_ns + STEP_NS


def test_a_camera_of_30_hz_is_due_at_steps_of_16_or_17():
    times = due_times(30, 10, start_s=HOUR)
    gaps = {(after - before) // STEP_NS for before, after in pairwise(times)}
    assert gaps == {16, 17}
    assert len(times) == 300


def test_asking_twice_gives_the_same_answer():
    every = Every(30)
    assert [every.due(34_000_000), every.due(34_000_000)] == [True, True]


@pytest.mark.parametrize('rate_hz', [0, -1, 501])
def test_a_rate_faster_than_the_loop_or_none_at_all_is_refused(rate_hz):
    with pytest.raises(ValueError, match=f'found {rate_hz} Hz, allowed: 1 to 500 Hz'):
        Every(rate_hz)
