# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Over rising ground a segment keeps its height over the ground, within the limits of a climb."""

from ingenuity_nodes.guidance.flight_plan import FlightPlan, plan_from_yaml, plan_to_yaml
from ingenuity_nodes.guidance.ground_following import ground_follower
from ingenuity_nodes.guidance.parameters import GuidanceParameters
from ingenuity_nodes.guidance.segments import climb_limits
from ingenuity_nodes.mission.planned_flight import planned_flight
from ingenuity_nodes.timing import TICK
import numpy as np
import pytest
from test_guidance_orders import assert_smooth, Watched

P = GuidanceParameters()
SLOPE, SPEED, HEIGHT = 0.1, 2.0, 5.0 + P.origin_height
UPHILL = FlightPlan.model_validate({'azimuth': 0.0, 'segments': [
    {'segment': 'climb', 'altitude': 5.0},
    {'segment': 'translate', 'north': 60.0, 'east': 0.0, 'speed': SPEED, 'above': 'ground'},
    {'segment': 'hover', 'duration': 4.0},
    {'segment': 'translate', 'north': 30.0, 'east': 0.0, 'speed': SPEED, 'altitude': 9.0},
    {'segment': 'hover', 'duration': 4.0},
    {'segment': 'land'}]})


class Ramp:
    """Ground that rises northwards."""

    def height(self, east, north):
        return SLOPE * north


@pytest.fixture(scope='module')
def uphill():
    aircraft = Watched(UPHILL)
    aircraft.slope = SLOPE
    aircraft.run_to('landed')
    return aircraft


def test_the_height_over_a_slope_is_kept(uphill):
    cruise, hover, *_ = heights(uphill)
    # Behind a ramp it is by twice its rate over the bandwidth.
    behind = 2.0 * SLOPE * SPEED / P.ground_bandwidth
    assert np.abs(cruise - HEIGHT).max() <= behind + SLOPE * SPEED * P.attitude_lag + 0.01
    assert hover[-1] == pytest.approx(HEIGHT, abs=0.05)
    assert uphill.modes[-1][0] == 'landed'


def test_a_height_over_the_start_is_one_again_after_it(uphill):
    *_, back = [s for s in uphill.setpoints if s.mode == 'hover']
    assert back.p_ref[2] == pytest.approx(9.0 + P.origin_height, abs=0.02)


def test_following_has_no_step(uphill):
    assert_smooth(uphill)


def heights(aircraft):
    """Return the heights over ground in each mode from the first translation on."""
    out, before = [], ''
    for s in aircraft.setpoints:
        if s.mode != before and (out or s.mode == 'translate'):
            out.append([])
        before = s.mode
        if out:
            out[-1].append(s.p_ref[2] - SLOPE * s.p_ref[1])
    return [np.array(one) for one in out]


@pytest.mark.parametrize('target', [-20.0, 0.3, 8.0])
def test_it_comes_to_a_new_height_within_the_limits_of_a_climb(target):
    follower, limits = ground_follower(P), climb_limits(P.ground_speed, P)
    follower.target = target
    rises = np.array([follower.step(TICK) for _ in range(4000)])
    assert np.abs(rises[:, 1]).max() <= limits.speed * 1.01
    assert np.abs(rises[:, 2]).max() <= limits.acceleration
    assert np.abs(np.diff(rises[:, 2])).max() <= limits.jerk * TICK * 1.001
    assert rises[-1] == pytest.approx([target, 0.0, 0.0], abs=1e-5)
    assert np.abs(rises[:, 0]).max() <= abs(target) + 0.05    # hardly beyond


def test_a_height_that_is_not_a_number_is_not_followed():
    follower = ground_follower(P)
    follower.follow(UPHILL.segments[1], 2.0)
    follower.follow(UPHILL.segments[1], float('nan'))
    assert follower.target == 2.0


def test_the_planned_flight_follows_the_ground_as_well():
    flight = planned_flight(UPHILL, (0.0, 0.0), Ramp(), P)
    over = flight.p_MB[:, 2] - SLOPE * flight.p_MB[:, 1]
    behind = 2.0 * SLOPE * SPEED / P.ground_bandwidth
    assert np.abs(over[flight.segment == 1] - HEIGHT).max() <= behind + 0.05
    assert over[-1] == pytest.approx(P.origin_height, abs=0.01)


def test_a_plan_without_the_key_counts_from_the_start():
    old = plan_from_yaml('azimuth: 0.0\nsegments:\n  - {segment: climb, altitude: 5.0}\n'
                         '  - {segment: translate, north: 9, east: 0, speed: 1}\n'
                         '  - {segment: land}\n')
    assert [s.above for s in old.segments[:2]] == ['start', 'start']
    assert plan_from_yaml(plan_to_yaml(UPHILL)) == UPHILL
