# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Places of the mission, in degrees and metres, against NASA's map and its rover's log."""

import math

from ingenuity_nodes.world.sites import chained, displaced, displacement, Site
import pytest

HELIPAD = Site(18.44486301, 77.45101915)    # NASA MMGIS


def test_the_rover_of_flight_3_stood_63_m_to_the_east_of_the_helipad():
    # NASA waypoint 3_2046: 63.3 m at bearing 95.9 deg.
    north, east = displacement(HELIPAD, Site(18.44475241, 77.45213981))
    assert math.hypot(north, east) == pytest.approx(63.3, abs=0.1)
    assert math.degrees(math.atan2(east, north)) == pytest.approx(95.9, abs=0.1)


def test_the_rover_landed_14_m_south_of_the_helipad():
    # Octavia E. Butler Landing: 14.0 m south, 7.5 m west.
    assert displacement(HELIPAD, Site(18.44462715, 77.45088572)) == pytest.approx(
        (-14.0, -7.5), abs=0.1)


def test_there_and_back_is_where_one_was():
    there = displaced(HELIPAD, 500.0, -300.0)
    assert displacement(HELIPAD, there) == pytest.approx((500.0, -300.0))
    back = chained(HELIPAD, [(500.0, -300.0), (-500.0, 300.0)])
    # A parallel 500 m farther north is shorter by three hundredths of a per mille.
    assert displacement(HELIPAD, back) == pytest.approx((0.0, 0.0), abs=0.02)
