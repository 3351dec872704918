# Copyright 2026 Ingenuity contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.
"""
Belonging to a run: a heartbeat that says what a node waits for, and an ear for the world's state.

The heartbeat goes out on ``/diagnostics``, so that every ROS monitor shows it too. A node that
starts alone waits; once it has heard the world, it ends with the world, also if that dies.
"""

from __future__ import annotations

from collections.abc import Callable
import time

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_msgs.msg import String

HEARTBEAT = 0.4      # [s] of wall time, a fraction of the silence that counts as death
PATIENT_BEATS = 2    # heartbeats with the same wait before it is said: not each brief one
WORLD_STATE = '/world/state'
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
READY, GONE = 'ready', 'gone'    # what a heartbeat says beside what it waits for

# What the world's state starts with.
WAITING, RUNNING, PAUSED, ENDED, FAILED = 'waiting', 'running', 'paused', 'ended', 'failed'


class Membership:
    """One node's part in a run."""

    def __init__(
        self, node: Node, waits_for: Callable[[], str], silence: float, is_world: bool = False,
    ) -> None:
        self._node, self._waits_for, self._silence = node, waits_for, silence
        self.running, self.status, self.reason = True, 0, ''
        self._is_world, self._world_heard = is_world, 0.0
        self._said, self._same = '', 0
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._publisher = node.create_publisher(DiagnosticArray, '/diagnostics', 10)
        self._timer = node.create_timer(HEARTBEAT, self._beat, clock=steady)
        if not is_world:
            node.create_subscription(String, WORLD_STATE, self._on_state, LATCHED)

    def end(self, status: int, reason: str) -> None:
        """Leave the run; the first reason counts."""
        if self.running:
            self.running, self.status, self.reason = False, status, reason

    def leave(self) -> None:
        """Say goodbye, so that nobody waits for the next heartbeat."""
        self._publish(DiagnosticStatus.OK, GONE)

    def _beat(self) -> None:
        waits_for = self._waits_for()
        says = waits_for or ('' if self._world_heard or self._is_world else '/world')
        self._same = self._same + 1 if says == self._said else 0
        self._said = says
        if says and self._same == PATIENT_BEATS:
            self._node.get_logger().info(f'waiting for {says}')
        if waits_for:
            self._publish(DiagnosticStatus.WARN, f'waiting for {waits_for}')
        else:
            self._publish(DiagnosticStatus.OK, READY)
        self._check_world()

    def _publish(self, level: bytes, text: str) -> None:
        message = DiagnosticArray()
        message.header.stamp = self._node.get_clock().now().to_msg()
        message.status = [DiagnosticStatus(
            level=level, name=self._node.get_fully_qualified_name(), message=text)]
        self._publisher.publish(message)

    def _check_world(self) -> None:
        silent = time.monotonic() - self._world_heard
        if self._world_heard and silent > self._silence:
            text = f'/world has been silent for {silent:.1f} s'
            self._node.get_logger().error(f'{text}; ending')
            self.end(1, text)

    def _on_state(self, message: String) -> None:
        self._world_heard = time.monotonic()
        if message.data.startswith(ENDED):
            self.end(0, message.data)
        elif message.data.startswith(FAILED):
            self.end(1, message.data)
