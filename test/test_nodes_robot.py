# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A robot's description on the network."""

import time

import pytest

rclpy = pytest.importorskip('rclpy', reason='rclpy is not importable: no ROS 2 here')

from ingenuity_nodes.nodes.membership import LATCHED  # noqa
from ingenuity_nodes.nodes.robot import publish_description  # noqa: E402
from ingenuity_nodes.resources import configuration  # noqa: E402
from ingenuity_nodes.robots.urdf import joints_of  # noqa: E402
import numpy as np  # noqa: E402
from rclpy.executors import SingleThreadedExecutor  # noqa: E402
from std_msgs.msg import String  # noqa: E402
from tf2_msgs.msg import TFMessage  # noqa: E402


@pytest.fixture
def node():
    context = rclpy.Context()
    rclpy.init(context=context)
    node = rclpy.create_node('robot_test', namespace='/scout', context=context)
    yield node
    node.destroy_node()
    rclpy.try_shutdown(context=context)


def receive(node, kind, topic):
    """Join late and wait for one message."""
    received = []
    node.create_subscription(kind, topic, received.append, LATCHED)
    executor = SingleThreadedExecutor(context=node.context)
    executor.add_node(node)
    until = time.monotonic() + 10.0
    while not received and time.monotonic() < until:
        executor.spin_once(timeout_sec=0.1)
    executor.remove_node(node)
    return received[0]


def test_whoever_comes_late_receives_the_description_with_the_frames_of_the_vehicle(node):
    description = publish_description(node, 'ingenuity', 'scout')
    text = receive(node, String, '/scout/robot_description').data
    assert '<link name="scout/navcam_optical_frame"' in text
    assert description.joints == ('upper_rotor_joint', 'lower_rotor_joint')


def test_static_and_moving_transforms_are_together_the_whole_tree(node):
    description = publish_description(node, 'perseverance', 'rover')
    static = receive(node, TFMessage, '/tf_static').transforms
    moving = description.transforms(5, {})
    children = [transform.child_frame_id for transform in (*static, *moving)]
    joints = joints_of(configuration('perseverance.urdf').read_text())
    assert sorted(children) == sorted(f'rover/{joint.child}' for joint in joints)
    assert {transform.header.stamp.nanosec for transform in moving} == {5}


def test_a_joint_angle_turns_its_link(node):
    description = publish_description(node, 'ingenuity', 'scout')
    upper, lower = description.transforms(0, {'upper_rotor_joint': np.pi / 2})
    assert upper.child_frame_id == 'scout/upper_rotor'
    assert upper.transform.rotation.z == pytest.approx(np.sqrt(0.5))
    assert lower.transform.rotation.w == pytest.approx(1.0)


def test_a_joint_that_does_not_exist_is_refused_with_those_that_do(node):
    description = publish_description(node, 'ingenuity', 'scout')
    with pytest.raises(KeyError, match=r'no joint tail.*upper_rotor_joint'):
        description.transforms(0, {'tail': 1.0})
