# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Heading and acceleration for a photo: the laws behind them, and that the aim is met."""

from dataclasses import replace
import math

from ingenuity_nodes.cameras.model import rte
from ingenuity_nodes.frames import rotation_matrix, tilt, yaw_from_azimuth
from ingenuity_nodes.guidance.flight_plan import FlightPlan, Lean, Target, Translate
from ingenuity_nodes.guidance.parameters import GuidanceParameters
from ingenuity_nodes.guidance.photo_trigger import target_corners
from ingenuity_nodes.guidance.segments import leg_of
from ingenuity_nodes.guidance.trajectory import hover
from ingenuity_nodes.mission.photo_lean import (
    attitude, forecast, lean_in_wind, leaning, MOST, with_leans)
from ingenuity_nodes.mission.preparation import plan_with_targets
from ingenuity_nodes.scenario.helicopter_parameters import HelicopterParameters
from ingenuity_nodes.vehicle.helicopter import VehicleParameters
from ingenuity_nodes.world.mars import air_of_density, GRAVITY
from ingenuity_nodes.world.wind import Wind, WindParameters
import numpy as np
from pydantic import ValidationError
import pytest

ROVER = Target(name='perseverance', position=(63.01, -6.56, 0.0), azimuth=175.2)
APEX = np.array([-1.35, 49.5, 5.27])
AIR, ROTOR_SPEED = air_of_density(0.0162, 235.0), 2537.0 * math.pi / 30.0
CENTRE = (0.055, 0.05)
WINDS = [(0.0, 0.0), (5.0, 200.0), (10.0, 20.0), (10.0, 110.0), (10.0, 200.0), (10.0, 290.0)]


def lean_of(speed: float, azimuth: float) -> np.ndarray:
    toward = yaw_from_azimuth(azimuth) + math.pi
    wind = speed * np.array([math.cos(toward), math.sin(toward), 0.0])
    return lean_in_wind(VehicleParameters(), AIR, ROTOR_SPEED, wind)


def test_a_hover_leans_into_the_wind_by_a_third_of_a_degree_per_metre_per_second():
    for speed, azimuth in WINDS[1:]:
        lean = lean_of(speed, azimuth)
        # docs/model.md, section 5; an independent blade-element count says the same.
        assert math.degrees(math.atan(math.hypot(*lean[:2]))) == pytest.approx(
            0.30 * speed, rel=0.05)
        from_there = yaw_from_azimuth(azimuth)
        assert lean[:2] / math.hypot(*lean[:2]) == pytest.approx(
            [math.cos(from_there), math.sin(from_there)])


def test_the_attitude_has_the_heading_and_the_lean_that_it_is_made_of():
    lean = np.array([0.03, -0.05, 0.0])
    q_MB = attitude(84.0, lean)
    R_MB = rotation_matrix(q_MB)
    assert R_MB[:2, 2] / R_MB[2, 2] == pytest.approx(lean[:2])
    assert tilt(q_MB) == pytest.approx(math.atan(math.hypot(0.03, 0.05)))
    assert math.atan2(R_MB[1, 0], R_MB[0, 0]) == pytest.approx(yaw_from_azimuth(84.0), abs=2e-3)


@pytest.mark.parametrize('mounting_deg', [-2.0, 0.0, 2.0])
@pytest.mark.parametrize('wind', WINDS)
def test_in_any_wind_and_with_any_mounting_the_rover_is_brought_to_its_place(wind, mounting_deg):
    camera = rte((math.radians(mounting_deg), 0.0, 0.0))
    still = lean_of(*wind)
    found = leaning(camera, ROVER, CENTRE, APEX, still)
    away = np.array([*(APEX - ROVER.position)[:2], 0.0])
    away /= np.linalg.norm(away)
    q_MB = attitude(found.azimuth, still + found.acceleration / GRAVITY * away)
    uv = camera.project_world(target_corners(ROVER), APEX, q_MB)
    frame = np.array([camera.width, camera.height])
    assert (uv > 0.0).all() and (uv < frame).all()
    middle = 0.5 * (uv.min(axis=0) + uv.max(axis=0)) / frame
    assert middle == pytest.approx(CENTRE, abs=0.004)
    assert abs(found.acceleration) < MOST


def test_no_wind_needs_the_camera_side_up_and_wind_from_behind_the_target_more():
    """Level, the rover is cut by the upper edge; the camera side must come up."""
    still, into, behind = (
        leaning(rte(), ROVER, CENTRE, APEX, lean_of(*wind)).acceleration
        for wind in ((0.0, 0.0), (8.0, 311.0), (8.0, 131.0)))
    assert into < still < behind
    assert still == pytest.approx(GRAVITY * math.tan(math.radians(3.9)), rel=0.2)
    assert behind - still == pytest.approx(still - into, abs=0.02)
    assert behind - still == pytest.approx(GRAVITY * np.linalg.norm(lean_of(8.0, 131.0)), abs=0.02)


def test_the_forecast_is_the_mean_of_the_wind_and_knows_no_gusts():
    parameters = WindParameters(speed=7.0, azimuth=250.0)
    still = Wind(replace(parameters, turbulence=0.0), 1)
    for height in (0.5, 5.0, 12.0):
        assert forecast(still, height) == pytest.approx(still.velocity(0, height))
        gusty = Wind(replace(parameters, gust_speed=10.0, gust_start=0.0), 2)
        assert forecast(gusty, height) == pytest.approx(forecast(still, height))


def test_an_acceleration_that_is_written_is_flown_and_one_left_open_is_planned(
        flight_3, environment):
    section = flight_3.helicopters[0]
    plan = plan_with_targets(flight_3, section, environment.terrain)
    made, reasons = with_leans(plan, section.position, environment, HelicopterParameters())
    lean, = (segment for segment in made.segments if isinstance(segment, Lean))
    assert lean.acceleration is not None and len(reasons) == 1 and 'wind of' in reasons[0]
    assert with_leans(made, section.position, environment, HelicopterParameters()) == (made, ())


def test_the_plan_turns_on_the_way_when_another_heading_is_needed(flight_3, environment):
    section = flight_3.helicopters[0]
    plan = plan_with_targets(flight_3, section, environment.terrain).model_copy(
        update={'azimuth': 40.0})
    made, _ = with_leans(plan, section.position, environment, HelicopterParameters())
    before = made.segments[[s.segment for s in made.segments].index('lean') - 1]
    assert isinstance(before, Translate) and 80.0 < before.azimuth < 88.0


def test_leaning_it_accelerates_away_from_the_target_and_goes_on_from_that_motion():
    plan = FlightPlan.model_validate({
        'azimuth': 84.0, 'targets': [ROVER.model_dump()], 'segments': [
            {'segment': 'climb', 'altitude': 5.0},
            {'segment': 'lean', 'target': 'perseverance', 'acceleration': 0.4, 'duration': 2.0},
            {'segment': 'translate', 'north': 0.0, 'east': 0.0, 'speed': 2.0},
            {'segment': 'land'}]})
    p, home = GuidanceParameters(), np.zeros(3)
    leg = leg_of(plan.segments[1], plan, hover(APEX, 0.0).at(0.0), home, p)
    end = leg.path.at(leg.duration)
    away = (APEX - ROVER.position)[:2]
    away /= np.linalg.norm(away)
    assert leg.passes and end.a[:2] == pytest.approx(0.4 * away)
    # The acceleration comes with the jerk of all legs: v = a (T - a / 2 j).
    assert end.v[:2] == pytest.approx(0.4 * (2.0 - 0.2 / p.jerk) * away)
    back = leg_of(plan.segments[2], plan, end, home, p)
    begin = back.path.at(0.0)
    assert begin.p == pytest.approx(end.p) and begin.v == pytest.approx(end.v)
    assert begin.a == pytest.approx(end.a)


def test_after_leaning_a_translation_must_take_the_motion_over():
    with pytest.raises(ValidationError, match="'lean' before 'land', allowed: before 'translate'"):
        FlightPlan.model_validate({'azimuth': 84.0, 'segments': [
            {'segment': 'climb', 'altitude': 5.0},
            {'segment': 'lean', 'target': 'perseverance'}, {'segment': 'land'}]})
