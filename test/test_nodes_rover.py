# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The rover on the network: messages without loss, bad ones refused, live as in the batch."""

import math

import pytest

rclpy_serialization = pytest.importorskip(
    'rclpy.serialization', reason='rclpy is not importable: no ROS 2 here')

from pathlib import Path  # noqa

from geometry_msgs.msg import PoseStamped, TwistStamped  # noqa: E402
from ingenuity_nodes.commands import cli  # noqa: E402
from ingenuity_nodes.nodes.conversions.driving import (  # noqa: E402
    belief_message, drive_velocity_from, goal_from, path_from, path_to_message, report_from,
    report_message, rover_battery_message)
from ingenuity_nodes.nodes.conversions.state import truth_from  # noqa: E402
from ingenuity_nodes.recording.bag.reader import decode, messages  # noqa: E402
from ingenuity_nodes.rover.drive import Drive, DriveParameters, RoverVelocity  # noqa: E402
from ingenuity_nodes.rover.ground import Ground  # noqa: E402
from ingenuity_nodes.scenario.load import load_scenario  # noqa: E402
from ingenuity_nodes.signals import RoverPath, RoverReport  # noqa: E402
from ingenuity_nodes.simulation.simulation import Simulation  # noqa: E402
import numpy as np  # noqa: E402
from sensor_msgs.msg import BatteryState  # noqa: E402
from std_msgs.msg import String  # noqa: E402

DRIVE = str(Path(__file__).resolve().parent / 'data' / 'drive.yaml')


def over_the_wire(message):
    data = rclpy_serialization.serialize_message(message)
    return rclpy_serialization.deserialize_message(data, type(message))


@pytest.mark.parametrize('points', [(), ((1 / 3, -2 / 7),), ((0.1, 0.2), (1e3, -1e-9))])
def test_a_path_goes_over_the_network_to_the_bit(points):
    assert path_from(over_the_wire(path_to_message(RoverPath(points, 'why')))).points == points


@pytest.mark.parametrize('reason', ['', 'a rock of 0.40 m: under a wheel', 'two\nlines'])
def test_a_report_goes_over_the_network_to_the_bit(reason):
    report = RoverReport(12_345_678_901, (1 / 3, -1e-17), 'stopped', reason)
    assert report_from(over_the_wire(report_message(report))) == report


@pytest.mark.parametrize('text', ['', 'driving', 'driving at 1 2', 'driving at a b, 5 ns'])
def test_what_is_no_report_is_refused(text):
    with pytest.raises(ValueError):
        report_from(String(data=text))


def goal(frame_id, x=1.0, y=2.0):
    message = PoseStamped()
    message.header.frame_id = frame_id
    message.pose.position.x, message.pose.position.y = x, y
    return message


def velocity(frame_id='rover/base_link', **parts):
    message = TwistStamped()
    message.header.frame_id = frame_id
    message.twist.linear.x = parts.get('x', 0.0)
    message.twist.linear.y = parts.get('y', 0.0)
    message.twist.angular.z = parts.get('turn', 0.0)
    return message


def test_a_goal_of_rviz_is_a_path_of_one_point():
    assert goal_from(goal('map')).points == ((1.0, 2.0),)


@pytest.mark.parametrize(('message', 'text'), [
    (goal('odom'), "frame_id: found 'odom', allowed: map"),
    (goal('map', math.nan), 'position: found nan, allowed: finite numbers'),
    (goal('map', 1.0, math.inf), 'position: found inf, allowed: finite numbers')])
def test_a_bad_goal_is_refused_with_what_was_found_and_what_is_allowed(message, text):
    with pytest.raises(ValueError, match=text):
        goal_from(message)


def test_a_velocity_is_forward_and_about_the_vertical():
    assert drive_velocity_from(velocity(x=0.03, turn=-0.01), 'rover') == RoverVelocity(0.03, -0.01)


@pytest.mark.parametrize(('message', 'text'), [
    (velocity('scout/base_link', x=1.0),
     "frame_id: found 'scout/base_link', allowed: rover/base_link"),
    (velocity(x=math.nan), 'twist: found nan, allowed: finite numbers'),
    (velocity(y=0.1), 'found linear.y 0.1')])
def test_a_bad_velocity_is_refused_with_what_was_found_and_what_is_allowed(message, text):
    with pytest.raises(ValueError, match=text):
        drive_velocity_from(message, 'rover')


def test_the_belief_is_in_the_odometry_with_its_covariance_and_the_battery_beside_it():
    drive = Drive(DriveParameters(drive_speed=0.5), Ground(lambda xs, ys: 0.1 * xs),
                  ((0.0, 0.0, 0.0), 0.0), 3)
    drive.follow([RoverPath(((3.0, 0.0),), '')])
    for k in range(1, 100):
        drive.tick(k * 50_000_000)
    state = drive.state
    message = belief_message(7, state, 'rover')
    assert (message.header.frame_id, message.child_frame_id) == ('rover/odom', 'rover/base_link')
    where = message.pose.pose.position
    assert (where.x, where.y, where.z) == state.belief[:3]
    covariance = np.reshape(message.pose.covariance, (6, 6))
    assert covariance[np.ix_([0, 1, 5], [0, 1, 5])] == pytest.approx(state.belief.covariance)
    assert message.twist.twist.linear.x > 0.3
    battery = rover_battery_message(7, state, 'rover')
    assert battery.power_supply_status == BatteryState.POWER_SUPPLY_STATUS_DISCHARGING
    assert battery.current < 0.0 < battery.percentage < 1.0


def test_the_batch_ends_when_the_rover_has_arrived_and_logs_its_drive():
    simulation, log, outcome = Simulation(load_scenario(DRIVE)), [], ''
    while not outcome:
        report = simulation.tick()
        log += report.log
        outcome = report.outcome
    assert outcome == 'landed'
    state = report.rovers['perseverance'].state
    assert math.dist(state.p_MB[:2], (61.0, -12.5)) < 0.5
    text = '\n'.join(log)
    assert 'perseverance: path uplinked: straight to 61 m east, -12.5 m north' in text
    assert 'faster than the 0.042 m/s of the real rover' in text
    assert 'perseverance: driving -> arrived at 61' in text


@pytest.mark.live
@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_live_drive_is_the_drive_of_the_batch_to_the_bit(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv('ROS_DOMAIN_ID', raising=False)
    monkeypatch.setenv('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    driven, simulation, outcome = {}, Simulation(load_scenario(DRIVE)), ''
    while not outcome:
        report = simulation.tick()
        state = report.rovers['perseverance'].state
        driven[report.t_ns] = state.p_MB.tobytes() + state.q_MB.tobytes()
        outcome = report.outcome
    with pytest.raises(SystemExit) as ended:
        cli.main(['fly', DRIVE, '--out', str(tmp_path / 'run')])
    assert ended.value.code == 0, capsys.readouterr()
    truths = [truth_from(decode(message)) for message in messages(
        tmp_path / 'run' / 'bag', {'/perseverance/ground_truth/odometry'})]
    assert len(truths) > 500
    assert all(driven[truth.t_ns] == truth.p_MB.tobytes() + truth.q_MB.tobytes()
               for truth in truths)
