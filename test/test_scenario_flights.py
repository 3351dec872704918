# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The scenarios of the 72 flights, against NASA's record, without flying them."""

import math

from ingenuity_nodes.campaign.validation import CONTINGENCIES, PATH
from ingenuity_nodes.guidance.flight_plan import waypoints
from ingenuity_nodes.guidance.parameters import GuidanceParameters
from ingenuity_nodes.mission.planned_flight import planned_flight
from ingenuity_nodes.mission.preparation import plan_with_targets
from ingenuity_nodes.recording.flight_log import flight_log
from ingenuity_nodes.scenario.load import load_scenario, names_text, scenario_names
from ingenuity_nodes.world.sites import displacement, Site
from ingenuity_nodes.world.terrain import Terrain, TerrainParameters
import pytest

NUMBERS = range(1, 73)
STOPPED = {6, 53, 71, 72}    # not flown as on Mars: see CONTINGENCIES


@pytest.fixture(scope='module')
def terrain():
    return Terrain(TerrainParameters())


def flight(number):
    scenario = load_scenario(f'flight_{number:02}')
    return scenario, scenario.helicopters[0].flight_plan, flight_log()[number]


@pytest.mark.parametrize('number', NUMBERS)
def test_each_flight_begins_where_and_when_it_did(number):
    scenario, plan, nasa = flight(number)
    world = scenario.world
    assert math.hypot(*displacement(nasa.start, Site(world.latitude, world.longitude))) < 2.0
    assert world.utc == nasa.utc
    assert world.elevation == pytest.approx(nasa.start_elevation_m, abs=0.5)
    turned = (plan.azimuth - nasa.start_azimuth_deg + 180.0) % 360.0 - 180.0
    assert abs(turned) < 5.1    # Flight 3 is flown 2.4 deg off, Flight 4 5 deg off: their photos


@pytest.mark.parametrize('number', NUMBERS)
def test_each_plan_is_as_high_as_far_and_as_long_as_the_flight(number, terrain):
    scenario, plan, nasa = flight(number)
    path = waypoints(plan)
    assert max(point[2] for point in path) == nasa.max_altitude_m
    if number in STOPPED:
        return
    assert math.dist(path[-1][:2], nasa.landing_m[::-1]) < 1.0 + 0.01 * nasa.distance_m
    plan = plan_with_targets(scenario, scenario.helicopters[0], terrain)
    planned = planned_flight(plan, (0.0, 0.0), terrain, GuidanceParameters())
    assert abs(planned.duration - nasa.duration_s) < max(3.0, 0.05 * nasa.duration_s)
    # The way that is flown is never straight, and longer than planned by up to some two metres.
    low, high = sorted((nasa.distance_m, nasa.path_m))
    length = float(planned.travelled[-1])
    assert (1.0 - PATH) * low <= length + 2.0 and length <= (1.0 + PATH) * high


def test_rotors_turn_faster_only_in_southern_winter():
    speeds = {number: flight(number)[1].rotor_speed_rpm for number in NUMBERS}
    assert {speeds[number] for number in range(1, 14)} == {2537.0} and speeds[14] == 2700.0
    assert set(speeds.values()) == {2537.0, 2700.0}


def test_what_ended_otherwise_than_planned_says_so():
    assert set(CONTINGENCIES) == STOPPED
    assert 'LAND_NOW' in flight(53)[0].description
    assert flight(53)[0].faults and flight(72)[0].faults and not flight(6)[0].faults


def test_numbered_names_are_listed_as_a_range():
    assert 'flight_01 to flight_72' in names_text(scenario_names())
    assert names_text(['b', 'a_1', 'a_2', 'a_3', 'a_5']) == 'a_1 to a_3, a_5, b'
