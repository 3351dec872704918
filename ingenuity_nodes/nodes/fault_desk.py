# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Faults from outside the run: the topic ``faults`` and the service ``inject_fault``."""

from __future__ import annotations

from typing import Any

from ingenuity_nodes.nodes.member import MemberNode
from ingenuity_nodes.nodes.participant import Messages, Participant
from ingenuity_nodes.scenario.fault_section import order_from_mapping, order_from_text
from ingenuity_nodes.signals import FaultOrder
from ingenuity_nodes.timing import SECOND_NS
from rclpy.qos import QoSProfile
from std_msgs.msg import String

try:
    from ingenuity_interfaces.srv import InjectFault
except ImportError:    # mission control says what is missing
    InjectFault = None

FOREIGN = QoSProfile(depth=100)    # volatile, as most publishers are
SERVICE = 'inject_fault'


class FaultDesk:
    """Collects between ticks what is to fail; the helicopter takes it at a tick."""

    def __init__(self, node: MemberNode, participant: Participant) -> None:
        self._refusals, self._participant = node.refusals, participant
        self._topic = participant.subscribe(String, 'faults', FOREIGN)
        self._called: list[FaultOrder] = []
        self._t_ns = 0
        self._service = node.topic_in_run(SERVICE)
        if InjectFault is not None:
            node.create_service(InjectFault, SERVICE, self._on_call)

    def received(self, t_ns: int, messages: Messages) -> tuple[FaultOrder, ...]:
        """Return what has come since the last tick, the calls of the service first."""
        self._t_ns = t_ns
        called, self._called = self._called, []
        return (*called, *self._refusals.read(
            self._topic, messages[self._topic],
            lambda message: order_from_text(message.data, t_ns)))

    def _on_call(self, request: Any, response: Any) -> Any:
        section: dict[str, object] = {
            'fault': request.fault, 'start': self._t_ns / SECOND_NS + request.delay,
            'place': request.location}
        if request.duration:
            section['duration'] = request.duration
        if request.magnitude:
            section['magnitude'] = request.magnitude
        try:
            order = order_from_mapping(section, self._t_ns)
        except ValueError as error:
            response.success, response.message = False, f'refused: {error}'
            return response
        self._participant.note_call(self._service)
        self._called.append(order)
        response.success = True
        response.message = f'{order.fault} begins at {order.start_ns / SECOND_NS:.2f} s'
        return response
