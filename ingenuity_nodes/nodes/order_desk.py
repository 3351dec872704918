# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Orders and goals from outside the run: topics and services of mission control."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from geometry_msgs.msg import PointStamped, PoseStamped
from ingenuity_nodes.mission.control import MissionControl
from ingenuity_nodes.mission.outside import COMMAND_TOPIC, Outside
from ingenuity_nodes.nodes.conversions.orders import outside_from
from ingenuity_nodes.nodes.participant import Messages, Participant
from rclpy.node import Node
from rclpy.qos import QoSProfile
from std_msgs.msg import String
from std_srvs.srv import Trigger

FOREIGN = QoSProfile(depth=100)    # volatile, as most publishers are
SERVICES = 'go', 'hold', 'resume', 'return', 'land', 'abort'
TOPICS = ((String, COMMAND_TOPIC), (PoseStamped, '/goal_pose'), (PointStamped, '/clicked_point'))


class OrderDesk:
    """Collects between ticks what comes from outside; mission control takes it at a tick."""

    def __init__(
        self, node: Node, participant: Participant, control: MissionControl,
        helicopters: Sequence[str],
    ) -> None:
        self._control, self._participant = control, participant
        self._topics = [participant.subscribe(kind, topic, FOREIGN) for kind, topic in TOPICS]
        self._called: list[Outside] = []
        for name in helicopters:
            for kind in SERVICES:
                node.create_service(Trigger, f'/{name}/{kind}', partial(self._on_call, name, kind))

    def received(self, messages: Messages) -> tuple[Outside, ...]:
        """Return what has come since the last tick, the calls of services first."""
        called, self._called = self._called, []
        return (*called, *(outside_from(message)
                           for topic in self._topics for message in messages[topic]))

    def _on_call(
        self, name: str, kind: str, request: Trigger.Request, response: Trigger.Response,
    ) -> Trigger.Response:
        """Answer whether an order is given; what the helicopter makes of it is in the log."""
        del request
        problem = self._control.problem(name, kind)
        if problem:
            response.success, response.message = False, f'refused: {problem}'
            return response
        self._participant.note_call(f'/{name}/{kind}')
        self._called.append(f'{{vehicle: {name}, order: {kind}, reason: service call}}')
        response.success, response.message = True, f'{kind} ordered, see /mission/log'
        return response
