# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""NASA's record of the flights: totals as published, and one chain of places."""

import math

from ingenuity_nodes.recording.flight_log import chained_start, flight_log
from ingenuity_nodes.world.sites import displacement
import pytest


def test_the_record_has_nasas_totals():
    log = flight_log()
    assert list(log) == list(range(1, 73))
    # NASA's own total, 128.8 min, is that of its flight log; the map adds up to 128.9.
    assert sum(flight.duration_s for flight in log.values()) / 60.0 == pytest.approx(
        128.9, abs=0.1)
    assert sum(flight.distance_m for flight in log.values()) == pytest.approx(16_971.0, abs=1.0)
    assert sum(flight.path_m for flight in log.values()) == pytest.approx(18_139.0, abs=5.0)


def test_the_records_are_those_that_nasa_names():
    log = flight_log().values()
    assert max(log, key=lambda flight: flight.max_altitude_m).number == 61      # 24 m
    assert max(log, key=lambda flight: flight.duration_s).number == 12          # 169.5 s
    assert {f.number for f in log if f.max_speed_mps == 10.0} == {62, 68, 69}
    assert max(log, key=lambda flight: flight.distance_m).number == 69          # 705 m


@pytest.mark.parametrize('number', range(2, 73))
def test_the_turning_points_lead_from_the_helipad_to_each_airfield(number):
    # Two ways to one place: all tracks of the flights before, and the survey after landing.
    off = displacement(chained_start(number), flight_log()[number].start)
    assert math.hypot(*off) < 3.0


def test_each_flight_begins_in_time_order_and_ends_when_it_ends():
    log = flight_log()
    times = [flight.utc for flight in log.values()]
    assert times == sorted(times)
    for flight in log.values():
        assert flight.turning_points[0] == (0.0, 0.0, 0.0)
        assert flight.turning_points[-1].t_s == pytest.approx(flight.duration_s, abs=0.2)
