# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Setpoints over topics: somebody else's node flies the helicopter."""

import json
from pathlib import Path
import threading

import pytest

rclpy = pytest.importorskip('rclpy', reason='rclpy is not importable: no ROS 2 here')

from builtin_interfaces.msg import Duration  # noqa
from geometry_msgs.msg import Transform, Twist, TwistStamped, Vector3  # noqa: E402
from ingenuity_nodes.graph.nodes import nodes_of, RunOptions  # noqa: E402
from ingenuity_nodes.graph.processes import Domain, Graph  # noqa: E402
from ingenuity_nodes.nodes.conversions.setpoints import (  # noqa: E402
    setpoint_message, trajectory_from, velocity_from)
from ingenuity_nodes.nodes.participant import COUNTED  # noqa: E402
from ingenuity_nodes.recording.run_folder import RunFolder  # noqa: E402
from ingenuity_nodes.scenario.load import load_scenario  # noqa: E402
from ingenuity_nodes.signals import Setpoint  # noqa: E402
import numpy as np  # noqa: E402
from rclpy.executors import SingleThreadedExecutor  # noqa: E402
from std_msgs.msg import Header, String  # noqa: E402
from trajectory_msgs.msg import (  # noqa: E402
    MultiDOFJointTrajectory, MultiDOFJointTrajectoryPoint)


def twist(frame_id, east=0.0, north=0.0, up=0.0, yaw_rate=0.0):
    return TwistStamped(header=Header(frame_id=frame_id), twist=Twist(
        linear=Vector3(x=east, y=north, z=up), angular=Vector3(z=yaw_rate)))


def trajectory(*rows, frame_id='map'):
    """Points of seconds, east, north, up, heading along the first axis."""
    points = []
    for seconds, east, north, up in rows:
        transform = Transform(translation=Vector3(x=east, y=north, z=up))
        transform.rotation.w = 1.0
        points.append(MultiDOFJointTrajectoryPoint(
            transforms=[transform], time_from_start=Duration(sec=seconds)))
    return MultiDOFJointTrajectory(header=Header(frame_id=frame_id), points=points)


def test_a_velocity_in_the_frame_of_the_nose_turns_with_it():
    command = velocity_from(twist('ingenuity/base_link', east=2.0, up=0.5), 'ingenuity', np.pi / 2)
    np.testing.assert_allclose(command.v_M, [0.0, 2.0, 0.5], atol=1e-12)


@pytest.mark.parametrize(('message', 'complaint'), [
    (twist('rover'), "frame_id: found 'rover', allowed: map, ingenuity/odom"),
    (twist('map', east=float('nan')), 'found nan'),
])
def test_a_bad_velocity_is_refused_by_name(message, complaint):
    with pytest.raises(ValueError, match=complaint):
        velocity_from(message, 'ingenuity', 0.0)


@pytest.mark.parametrize(('message', 'complaint'), [
    (trajectory(frame_id='map'), 'found 0 points'),
    (trajectory((0, 0.0, 0.0, 3.0), frame_id='base_link'), "frame_id: found 'base_link'"),
    (trajectory((2, 0.0, 0.0, 3.0), (2, 1.0, 0.0, 3.0)), r'points\[1\].time_from_start: found 2'),
    (trajectory((0, float('inf'), 0.0, 3.0)), r'points\[0\]: found'),
    (MultiDOFJointTrajectory(header=Header(frame_id='map'),
                             points=[MultiDOFJointTrajectoryPoint()]), 'has no transform'),
])
def test_a_bad_trajectory_is_refused_by_name(message, complaint):
    with pytest.raises(ValueError, match=complaint):
        trajectory_from(message, 'ingenuity')


def test_what_guidance_asks_for_goes_out_as_a_trajectory_of_one_point():
    p, v, a = (np.array([k, 1.0, 2.0]) for k in range(3))
    setpoint = Setpoint(5, p, v, a, 0.7, 0.1, 265.0, 'hover', True, 0.1)
    command = trajectory_from(setpoint_message(setpoint, 'ingenuity'), 'ingenuity')
    np.testing.assert_allclose(command.p_M[0], p)
    assert command.yaw[0] == pytest.approx(0.7)


class Pilot:
    """Sends a bad and a good trajectory when the helicopter listens to setpoints."""

    def __init__(self, domain):
        self._context = rclpy.Context()
        rclpy.init(context=self._context, domain_id=domain)
        self._node = rclpy.create_node('pilot', namespace='ingenuity', context=self._context)
        self._send = self._node.create_publisher(MultiDOFJointTrajectory, 'cmd_trajectory', 10)
        self._node.create_subscription(String, 'flight_mode', self._on_mode, COUNTED)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self._node)
        self._thread = threading.Thread(target=self._executor.spin)
        self._thread.start()

    def _on_mode(self, message):
        if message.data.startswith('external'):
            self._send.publish(trajectory((0, 0.0, 0.0, 2.0), frame_id='nowhere'))
            self._send.publish(trajectory((0, 0.0, 0.0, 2.0), (6, 3.0, 4.0, 2.0)))

    def end(self):
        self._executor.shutdown()
        self._thread.join()
        self._node.destroy_node()
        self._context.shutdown()


@pytest.mark.live
@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_node_of_ones_own_flies_it_to_where_it_wants(tmp_path, monkeypatch):
    monkeypatch.delenv('ROS_DOMAIN_ID', raising=False)
    monkeypatch.setenv('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    hop = (Path(__file__).parent / 'data' / 'hop.yaml').read_text()
    path = tmp_path / 'external.yaml'
    path.write_text(hop.replace('{segment: hover, duration: 3.0}',
                                '{segment: external, duration: 15.0}'))
    domain, folder, lines = Domain(), RunFolder.create('external', tmp_path / 'run'), []
    pilot = Pilot(domain.number)
    try:
        status = Graph(nodes_of(load_scenario(str(path)), RunOptions(
            str(path), run_folder=str(folder.path))), None, lines.append, domain).wait()
    finally:
        pilot.end()
    assert status == 0
    flown = json.loads(folder.result.read_text())['vehicles']['ingenuity']
    # Foreign messages are taken when they come, so only the position is sure: 3 m east, 4 m north.
    assert flown['landing_offset_m'] == pytest.approx(5.0, abs=0.5)
    assert any("frame_id: found 'nowhere'" in line for line in lines)
