# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Orders over the network: without loss from mission control, by service and topic to it."""

import json
import os
from pathlib import Path
import subprocess
import sys

import pytest

rclpy = pytest.importorskip('rclpy', reason='rclpy is not importable: no ROS 2 here')

from geometry_msgs.msg import PointStamped, PoseStamped  # noqa
from ingenuity_nodes.graph.processes import Domain  # noqa: E402
from ingenuity_nodes.mission.outside import ClickedPoint, GoalPose  # noqa: E402
from ingenuity_nodes.nodes.conversions.orders import (  # noqa: E402
    order_from, order_message, outside_from)
from ingenuity_nodes.signals import FlightOrder, Retarget  # noqa: E402
from rclpy.executors import SingleThreadedExecutor  # noqa: E402
from rclpy.qos import DurabilityPolicy, QoSProfile  # noqa: E402
from std_msgs.msg import String  # noqa: E402
from std_srvs.srv import Trigger  # noqa: E402

HOP = str(Path(__file__).parent / 'data' / 'hop.yaml')


@pytest.mark.parametrize('order', [
    FlightOrder('hold', "near: 'scout', 3 m"), FlightOrder('land', ''),
    FlightOrder('retarget', 'clicked', Retarget('', 'point', (0.1, 1e-17, 1.0 / 3.0), 7.0)),
    FlightOrder('retarget', 'x', Retarget('a', 'b', (0.0, 0.0, 0.0), 0.0, (1.5, 2.5)))])
def test_an_order_survives_the_network_to_the_last_digit(order):
    assert order_from(order_message(order)) == order


@pytest.mark.parametrize('text, reason', [
    ('{kind: dance}', "found 'dance', allowed: 'hold'"), ('hold', 'a mapping'),
    ('{kind: retarget}', 'allowed: both or none'), ('{', 'not YAML')])
def test_what_is_no_order_is_refused_by_name(text, reason):
    with pytest.raises(ValueError, match=reason):
        order_from(String(data=text))


def test_what_rviz_sends_keeps_frame_and_numbers():
    goal, point = PoseStamped(), PointStamped()
    goal.header.frame_id, point.header.frame_id = 'odom', 'map'
    goal.pose.position.x, goal.pose.position.y = 1.25, -2.5
    point.point.x, point.point.y, point.point.z = 1.0, 2.0, 3.0
    assert outside_from(goal) == GoalPose('odom', 1.25, -2.5)
    assert outside_from(point) == ClickedPoint('map', (1.0, 2.0, 3.0))
    assert outside_from(String(data='{}')) == '{}'


class Operator:
    """Reads the mission's log and does one thing at each of some lines."""

    def __init__(self, node):
        self.node, self.log, self.answers, self.state = node, [], {}, ''
        latched = DurabilityPolicy.TRANSIENT_LOCAL
        node.create_subscription(
            String, '/mission/log', self.on_line, QoSProfile(depth=200, durability=latched))
        node.create_subscription(
            String, '/mission/state', self.on_state, QoSProfile(depth=1, durability=latched))
        self.services = {kind: node.create_client(Trigger, f'/ingenuity/{kind}')
                         for kind in ('hold', 'land', 'resume')}
        self.goal = node.create_publisher(PoseStamped, '/goal_pose', 10)
        self.todo = [('ready: ', lambda: self.call('resume')),
                     ('hover: ', lambda: self.call('hold')),
                     ('hold: service call', self.publish_goal),
                     ('refused: goal_pose', lambda: self.call('land'))]

    def call(self, kind):
        future = self.services[kind].call_async(Trigger.Request())
        future.add_done_callback(lambda done: self.answers.update({kind: done.result()}))

    def publish_goal(self):
        goal = PoseStamped()
        goal.header.frame_id = 'odom'
        self.goal.publish(goal)

    def on_line(self, message):
        self.log.append(message.data)
        if self.todo and self.todo[0][0] in message.data:
            self.todo.pop(0)[1]()

    def on_state(self, message):
        self.state = message.data


@pytest.mark.live
@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_live_flight_is_held_and_landed_by_service_and_survives_a_bad_goal(tmp_path):
    domain = Domain()
    context = rclpy.Context()
    domain.release()    # for the run, which takes it itself
    rclpy.init(context=context, domain_id=domain.number)
    node = rclpy.create_node('operator', context=context)
    operator, executor = Operator(node), SingleThreadedExecutor(context=context)
    executor.add_node(node)
    flight = subprocess.Popen(
        [sys.executable, '-m', 'ingenuity_nodes.commands.cli', 'fly', HOP,
         '--real-time-factor', '1.0', '--out', str(tmp_path / 'run')],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, 'ROS_DOMAIN_ID': str(domain.number)})
    try:
        # A call before the service is known is lost: discovery of one topic tells nothing of it.
        assert all(service.wait_for_service(timeout_sec=120.0)
                   for service in operator.services.values())
        while not operator.state.startswith(('ended', 'failed')) and flight.poll() is None:
            executor.spin_once(timeout_sec=1.0)
        text = flight.communicate(timeout=60)[0]
    finally:
        flight.kill()
        flight.wait()
        executor.shutdown()
        node.destroy_node()
        context.try_shutdown()
    log = '\n'.join(operator.log)
    assert operator.todo == [], text
    assert "found 'odom', allowed: map" in log
    assert 'ingenuity: landing: land: service call' in log
    assert operator.state == 'ended: landed', text
    assert {kind: answer.success for kind, answer in operator.answers.items()} == {
        'resume': False, 'hold': True, 'land': True}
    assert operator.answers['resume'].message.startswith("refused: ingenuity is '")
    assert flight.returncode == 0
    result = json.loads((tmp_path / 'run' / 'result.json').read_text())
    assert not result['repeatable']    # somebody from outside had a say
    assert result['foreign_messages'] >= 3
