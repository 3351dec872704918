# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Somebody in the ROS domain of a run who does not belong to it, and lies."""

import time

from ingenuity_nodes.graph.lockstep import Answer, Tick
from ingenuity_nodes.graph.roster import Condition, Heartbeat
from ingenuity_nodes.nodes.conversions.lockstep import (
    answer_message, heartbeat_message, tick_message)
from ingenuity_nodes.nodes.membership import WORLD_LIFE
from ingenuity_nodes.nodes.participant import BEAT, COUNTED, DONE, TICK
from nav_msgs.msg import Odometry
import rclpy
from rosgraph_msgs.msg import Clock
from std_msgs.msg import Float64MultiArray, String

MATCHED = 60.0    # [s] at most until all listeners are found and time has begun


def lies():
    """List topics with a message that none of the run would send."""
    numberless = tick_message(Tick(10_000_000, {'/ingenuity/plan': 'many'}))
    nowhere = Odometry()
    nowhere.pose.pose.position.x = float('nan')
    status = Float64MultiArray(data=[float('inf')] * 3)
    return [
        (TICK, BEAT, tick_message(Tick(5_000_000_000, {}))),
        (TICK, BEAT, numberless),
        (DONE, BEAT, answer_message(Answer('/mission', 10_000_000, {'/ingenuity/go': 'one'}))),
        (DONE, BEAT, answer_message(Answer('/mission', 10_000_000, {}, '', 'ended: landed'))),
        (WORLD_LIFE, BEAT, heartbeat_message(
            Heartbeat('/world', Condition.READY, 'failed: so they say', run='another'), 0)),
        ('/diagnostics', 10, heartbeat_message(
            Heartbeat('/recorder', Condition.GONE, run='another'), 0)),
        ('/mission/state', BEAT, String(data='ended: landed')),
        ('/ingenuity/ground_truth/odometry', COUNTED, nowhere),
        ('/ingenuity/ground_truth/odometry', COUNTED, Odometry()),
        ('/ingenuity/odometry', COUNTED, nowhere),
        ('/ingenuity/vehicle_status', COUNTED, status),
        ('/perseverance/received', COUNTED, String(data='nobody nothing')),
        ('/perseverance/ground_truth/odometry', BEAT, nowhere),
    ]


def main():
    """Publish all of it once, in flight."""
    rclpy.init()
    node = rclpy.create_node('stranger')
    spoken = [(node.create_publisher(type(message), topic, qos), message)
              for topic, qos, message in lies()]
    deadline = time.monotonic() + MATCHED
    seconds = []
    node.create_subscription(
        Clock, '/clock', lambda message: seconds.append(message.clock.sec), 10)
    while time.monotonic() < deadline and not (any(second >= 3 for second in seconds) and all(
            publisher.get_subscription_count() or '/mission/state' in publisher.topic_name
            for publisher, _ in spoken)):
        rclpy.spin_once(node, timeout_sec=0.1)
    for publisher, message in spoken:
        publisher.publish(message)
    print(f'published {len(spoken)}', flush=True)
    for publisher, _ in spoken:
        publisher.wait_for_all_acked()
    input()    # until the run is over: what is latched stays


if __name__ == '__main__':
    main()
