# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The sun against Mars24 and against NASA's mission times."""

from __future__ import annotations

from datetime import datetime, timedelta
import math

from ingenuity_nodes.world.sun import sun_at
import numpy as np
import pytest

LATITUDE, LONGITUDE = 18.44486, 77.45102      # Wright Brothers Field (NASA MMGIS)
FLIGHT_3 = datetime(2021, 4, 25, 11, 31, 40)  # 40 s after lift-off


def test_sun_at_flight_3_stands_where_mars24_puts_it() -> None:
    sun = sun_at(FLIGHT_3, LATITUDE, LONGITUDE)
    assert math.degrees(sun.elevation) == pytest.approx(84.3, abs=0.3)
    assert sun.azimuth_deg == pytest.approx(231.0, abs=0.5)
    assert sun.ls_deg == pytest.approx(36.5, abs=0.1)
    assert sun.lmst_h == pytest.approx(12 + 33 / 60 + 12 / 3600, abs=0.01)
    assert sun.ltst_h == pytest.approx(12 + 18 / 60, abs=0.02)
    assert sun.distance_au == pytest.approx(1.636, abs=0.002)
    assert sun.irradiance == pytest.approx(508.0, abs=1.5)


def test_example_of_the_mars24_notes_is_reproduced() -> None:
    # Mars24 technical notes, worked example: 2000-01-06T00:00 UTC (TT-UTC was 64.184 s then).
    sun = sun_at(datetime(2000, 1, 6) - timedelta(seconds=5.0), 0.0, 0.0)
    assert sun.ls_deg == pytest.approx(277.18758, abs=0.001)
    assert sun.lmst_h == pytest.approx(23.99425, abs=0.0005)
    assert sun.ltst_h == pytest.approx(23.64847, abs=0.0005)


def test_shadow_of_the_helicopter_at_5_m_falls_half_a_metre_to_the_north_east() -> None:
    sun = sun_at(FLIGHT_3, LATITUDE, LONGITUDE)
    shadow = -5.0 * sun.direction_M[:2] / sun.direction_M[2]
    assert np.hypot(*shadow) == pytest.approx(0.50, abs=0.03)
    assert math.degrees(math.atan2(shadow[0], shadow[1])) == pytest.approx(51.0, abs=0.5)


def test_direction_is_elevation_and_azimuth() -> None:
    sun = sun_at(datetime(2021, 4, 25, 14, 30), LATITUDE, LONGITUDE)
    assert np.linalg.norm(sun.direction_M) == pytest.approx(1.0)
    assert math.asin(sun.direction_M[2]) == pytest.approx(sun.elevation)
    assert math.degrees(math.atan2(sun.direction_M[0], sun.direction_M[1])) % 360 == pytest.approx(
        sun.azimuth_deg)


def test_sun_rises_in_the_east_and_sets_in_the_west() -> None:
    morning = sun_at(FLIGHT_3 - timedelta(hours=6), LATITUDE, LONGITUDE)
    evening = sun_at(FLIGHT_3 + timedelta(hours=5.5), LATITUDE, LONGITUDE)
    assert 60.0 < morning.azimuth_deg < 110.0 and morning.elevation > 0.0
    assert 250.0 < evening.azimuth_deg < 300.0 and evening.elevation > 0.0
