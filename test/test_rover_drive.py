# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Steering, and arcs, turns and stops of a driving rover."""

import math

from ingenuity_nodes.rover.clearance import ClearanceParameters, first_hazard
from ingenuity_nodes.rover.drive import (
    Drive, DriveParameters, FASTEST, PERIOD_NS, RoverVelocity)
from ingenuity_nodes.rover.energy import EnergyParameters
from ingenuity_nodes.rover.ground import Caps, Ground, ground_of, NO_CAPS
from ingenuity_nodes.rover.odometry import OdometryParameters
from ingenuity_nodes.rover.steering import steering_for, wheel_speeds, within_limit
from ingenuity_nodes.rover.suspension import ORDER, SIDES, WHEEL_RADIUS, WHEELS
from ingenuity_nodes.signals import RoverPath
from ingenuity_nodes.timing import SECOND_NS
from ingenuity_nodes.world.rocks import Rocks
from ingenuity_nodes.world.terrain import Terrain
import numpy as np
import pytest

EXACT = OdometryParameters(scale_error=0.0, distance_noise=0.0, heading_bias=0.0,
                           heading_noise=0.0)
FAST = DriveParameters(drive_speed=0.5, odometry=EXACT)
FLAT = Ground(lambda xs, ys: 0.0 * xs)


def rocks_at(*positions):
    """Return flat ground with round rocks: east, north, height, radius."""
    x, y, top, radius = (np.array(column) for column in zip(*positions, strict=True))
    caps = Caps(x, y, 0.0 * x, top, radius, radius, 1.0 + 0.0 * x, 0.0 * x)

    def find(west, south, east, north):
        return caps.pick((x >= west) & (x < east) & (y >= south) & (y < north))

    return Ground(lambda xs, ys: 0.0 * xs, find)


def drive_on(ground=FLAT, parameters=FAST, pose=(0.0, 0.0, 0.0), seed=1):
    height = float(ground.terrain(np.array([pose[0]]), np.array([pose[1]]))[0])
    return Drive(parameters, ground, (pose, height), seed)


def until_it_rests(drive, seconds=600.0, velocity=None):
    """Tick until the drive is over; give all reports."""
    reports, t_ns = [], 0
    while t_ns < seconds * SECOND_NS:
        t_ns += PERIOD_NS
        if velocity:
            drive.steer(t_ns, [velocity])
        drive.tick(t_ns)
        reports += drive.reports(t_ns)
        if drive.phase not in ('driving', 'parked'):
            break
    return reports


@pytest.mark.parametrize(('speed', 'turn_rate'), [
    (0.04, 0.0), (0.04, 0.01), (-0.04, 0.02), (0.0, 0.03), (0.0, -0.03), (0.01, -0.05)])
def test_no_steered_wheel_slips_sideways(speed, turn_rate):
    steering = steering_for(speed, turn_rate)
    rates = wheel_speeds(speed, turn_rate, steering)
    for (axle, side), angle, rate in zip(ORDER, steering, rates, strict=True):
        x, y = WHEELS[axle][0], SIDES[side] * WHEELS[axle][1]
        rolled = rate * WHEEL_RADIUS * np.array([math.cos(angle), math.sin(angle)])
        ground = np.array([speed - turn_rate * y, turn_rate * x])
        if axle != 'middle':    # they do not steer, and stand 2 cm before the centre of turns
            assert rolled == pytest.approx(ground, abs=1e-12)
        assert abs(angle) <= math.pi / 2


def test_no_wheel_is_faster_than_allowed_and_the_curvature_stays():
    speed, turn_rate = within_limit(1.0, 0.5, FASTEST)
    rates = wheel_speeds(speed, turn_rate, steering_for(speed, turn_rate))
    assert max(map(abs, rates)) * WHEEL_RADIUS == pytest.approx(FASTEST)
    assert turn_rate / speed == pytest.approx(0.5)


def test_a_turn_on_the_spot_keeps_its_centre():
    drive = drive_on(pose=(3.0, -2.0, 0.4))
    until_it_rests(drive, 20.0, RoverVelocity(0.0, 0.5))
    state = drive.state
    assert state.p_MB == pytest.approx([3.0, -2.0, 0.0], abs=1e-9)
    assert abs(state.joints['front_left_wheel_joint']) > 0.1
    assert state.joints['front_left_steering_joint'] < -0.5    # toe-in: the left one turns right


def test_an_arc_is_a_circle_of_its_radius():
    drive = drive_on()
    radius = 4.0
    until_it_rests(drive, 20.0, RoverVelocity(0.2, 0.2 / radius))
    x, y = drive.state.p_MB[:2].tolist()
    yaw = 2.0 * math.atan2(drive.state.q_MB[3], drive.state.q_MB[0])
    assert yaw > 0.5
    assert (x, y) == pytest.approx(
        (radius * math.sin(yaw), radius * (1.0 - math.cos(yaw))), abs=1e-3)


def test_by_default_it_is_as_fast_as_in_life():
    # NASA: 152 m/h.
    drive = drive_on(parameters=DriveParameters())
    drive.follow([RoverPath(((50.0, 0.0),), '')])
    until_it_rests(drive, 60.0)
    assert drive.state.p_MB[0] == pytest.approx(60.0 * 152.0 / 3600.0, rel=0.02)
    assert drive.log() == ('drives 50.0 m to 50.0 m east, 0.0 m north at 0.042 m/s',)


def test_a_faster_drive_is_logged_as_such():
    drive = drive_on()
    drive.follow([RoverPath(((5.0, 0.0),), '')])
    assert 'faster than the 0.042 m/s of the real rover' in drive.log()[0]


@pytest.mark.parametrize('seed', [1, 2, 3])
def test_on_real_ground_it_arrives_within_half_a_metre_over_25_m(seed):
    terrain = Terrain()
    start, goal = (63.01, -6.56), (45.0, 10.0)
    parameters = DriveParameters(drive_speed=0.5)
    drive = drive_on(ground_of(terrain, Rocks(terrain)), parameters, (*start, -1.5), seed)
    drive.follow([RoverPath((goal,), '')])
    reports = until_it_rests(drive)
    assert [report.phase for report in reports][-1] == 'arrived'
    assert math.dist(drive.state.p_MB[:2], goal) < 0.5


def test_it_passes_each_point_of_a_path():
    drive = drive_on()
    corners = (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)
    drive.follow([RoverPath(corners, '')])
    nearest = [math.inf] * len(corners)
    for k in range(1, 4000):
        drive.tick(k * PERIOD_NS)
        nearest = [min(old, math.dist(drive.state.p_MB[:2], corner))
                   for old, corner in zip(nearest, corners, strict=True)]
    assert drive.phase == 'arrived'
    assert max(nearest) < 0.2


def test_it_stops_before_a_rock_that_its_wheels_may_not_climb():
    # Wheels never touch a rock above 0.35 m.
    drive = drive_on(rocks_at((8.0, 1.1, 0.4, 0.5)))
    drive.follow([RoverPath(((15.0, 0.0),), '')])
    last = until_it_rests(drive)[-1]
    assert last.phase == 'stopped'
    assert 'a rock of 0.40 m under the front left wheel' in last.reason
    front = drive.state.p_MB[0] + WHEELS['front'][0] + WHEEL_RADIUS
    assert 5.0 < front < 7.5


def test_it_drives_over_a_small_rock_and_beside_a_large_one():
    drive = drive_on(rocks_at((8.0, 1.1, 0.15, 0.2), (5.0, 2.0, 0.8, 0.4)))
    drive.follow([RoverPath(((15.0, 0.0),), '')])
    assert until_it_rests(drive)[-1].phase == 'arrived'


def test_it_stops_before_a_rock_between_its_wheels_that_its_body_would_touch():
    drive = drive_on(rocks_at((8.0, 0.0, 0.6, 0.3)))
    drive.follow([RoverPath(((15.0, 0.0),), '')])
    last = until_it_rests(drive)[-1]
    assert (last.phase, 'left under the body' in last.reason) == ('stopped', True)


def test_it_stops_before_a_step():
    cliff = Ground(lambda xs, ys: np.where(xs > 6.0, -0.6, 0.0))
    drive = drive_on(cliff)
    drive.follow([RoverPath(((15.0, 0.0),), '')])
    last = until_it_rests(drive)[-1]
    assert (last.phase, 'a step of 0.60 m' in last.reason) == ('stopped', True)
    assert drive.state.p_MB[0] + WHEELS['front'][0] < 6.0


def test_it_stops_before_a_slope_that_it_may_not_climb():
    ramp = Ground(lambda xs, ys: np.maximum(0.0, 0.65 * (xs - 5.0)))
    drive = drive_on(ramp)
    drive.follow([RoverPath(((15.0, 0.0),), '')])
    last = until_it_rests(drive)[-1]
    assert last.phase == 'stopped'
    assert 'tilt' in last.reason or 'step' in last.reason


def test_a_goal_inside_a_rock_is_not_reached_and_named():
    drive = drive_on(rocks_at((8.0, 0.0, 1.0, 1.2)))
    drive.follow([RoverPath(((8.0, 0.0),), '')])
    assert 'rock' in until_it_rests(drive)[-1].reason


def test_what_clearance_evaluation_allows_every_exact_posture_allows():
    terrain = Terrain()
    ground, limits = ground_of(terrain, Rocks(terrain)), ClearanceParameters()
    generator = np.random.default_rng(2)
    allowed = 0
    from ingenuity_nodes.rover.suspension import settle
    for _ in range(150):
        pose = (*generator.uniform(-70.0, 70.0, 2).tolist(), float(generator.uniform(-3.0, 3.0)))
        if first_hazard(ground, [pose], limits):
            continue
        posture = settle(ground, *pose, [0.0] * 6).posture
        assert math.acos(math.cos(posture.roll) * math.cos(posture.pitch)) <= limits.tilt
        allowed += 1
    assert allowed > 50


@pytest.mark.parametrize(('points', 'reason'), [
    (((math.nan, 0.0),), 'found nan, 0 m, allowed: finite numbers'),
    (((6000.0, 0.0),), 'found 6000, 0 m, off the map, allowed: -5000 to 5000 m'),
    (((300.0, 0.0), (0.0, 0.0)), 'found a path of 600 m, out of reach, allowed: 412 m')])
def test_a_path_that_cannot_be_driven_is_refused_in_one_line_and_it_stays(points, reason):
    drive = drive_on()
    drive.follow([RoverPath(points, '')])
    drive.tick(PERIOD_NS)
    assert drive.log() == (f'path refused: {reason}',)
    assert drive.phase == 'parked' and drive.stance is None


def test_of_two_goals_the_later_counts_and_a_path_without_points_stops():
    drive = drive_on()
    drive.follow([RoverPath(((3.0, 0.0),), ''), RoverPath(((-3.0, 0.0),), '')])
    until_it_rests(drive)
    assert drive.state.p_MB[0] == pytest.approx(-3.0, abs=0.2)
    drive.follow([RoverPath(((3.0, 0.0),), ''), RoverPath((), '')])
    assert drive.phase == 'stopped'


def test_a_velocity_is_followed_for_its_time_only():
    drive = drive_on()
    drive.steer(0, [RoverVelocity(0.2, 0.0)])
    reports = until_it_rests(drive)
    assert [report.phase for report in reports][-1] == 'stopped'
    assert drive.state.p_MB[0] == pytest.approx(0.2, abs=0.02)    # for a second


def test_with_too_little_charge_it_does_not_drive():
    low = DriveParameters(energy=EnergyParameters(initial_charge=0.3))
    drive = drive_on(parameters=low)
    drive.follow([RoverPath(((3.0, 0.0),), '')])
    assert until_it_rests(drive)[-1].reason == 'battery at 30 %, allowed to drive: 40 %'
    assert drive.state.p_MB[0] == 0.0


def test_while_driving_it_reports_once_a_second_and_at_each_change():
    drive = drive_on()
    drive.follow([RoverPath(((3.0, 0.0),), '')])
    reports = until_it_rests(drive)
    assert [report.phase for report in reports[:-1]] == ['driving'] * (len(reports) - 1)
    assert all(report.t_ns % SECOND_NS == 0 for report in reports[1:-1])
    assert reports[-1].phase == 'arrived'


def test_the_same_seed_gives_the_same_bits():
    def bits():
        terrain = Terrain()
        drive = drive_on(ground_of(terrain, Rocks(terrain)), DriveParameters(drive_speed=0.3),
                         (30.0, 10.0, 0.0), 9)
        drive.follow([RoverPath(((33.0, 11.0),), '')])
        until_it_rests(drive)
        return drive.state.p_MB.tobytes(), drive.state.q_MB.tobytes(), drive.state.belief[:4]

    assert bits() == bits()


def test_a_parked_rover_stands_where_it_was_put_and_reports_nothing():
    drive = drive_on(rocks_at((1.0, 1.1, 0.2, 0.3)))
    assert until_it_rests(drive, 5.0) == []
    assert drive.state.p_MB.tolist() == [0.0, 0.0, 0.0]
    assert set(drive.state.joints.values()) == {0.0}


def test_flat_ground_without_rocks_has_none():
    assert FLAT.caps_around(0.0, 0.0, 5.0).x.size == NO_CAPS.x.size == 0
