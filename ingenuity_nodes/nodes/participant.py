# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A participant of the lockstep on the network: counted topics, ticks in, answers out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from ingenuity_nodes.graph.lockstep import Answer, Mailbox, Tick
from ingenuity_nodes.nodes.conversions.lockstep import answer_message, tick_from
from ingenuity_nodes.nodes.member import MemberNode
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile

TICK, DONE = '/world/tick', '/world/done'
# Kept for whoever is matched late: a counted message must not be lost.
COUNTED = QoSProfile(depth=1000, durability=DurabilityPolicy.TRANSIENT_LOCAL)
BEAT = QoSProfile(depth=10, durability=DurabilityPolicy.TRANSIENT_LOCAL)

Messages = dict[str, list[Any]]


class CountedPublisher:
    """Publishes and counts, so that the world can tell the others how much to wait for."""

    def __init__(self, node: Node, kind: type, topic: str, qos: QoSProfile) -> None:
        self._publisher = node.create_publisher(kind, topic, qos)
        self.topic, self.count = str(self._publisher.topic_name), 0

    def publish(self, message: Any) -> None:
        """Publish one message."""
        self._publisher.publish(message)
        self.count += 1


class Participant:
    """Runs ``on_tick`` once per tick, when all that belongs to the tick has arrived."""

    def __init__(
        self, node: MemberNode, on_tick: Callable[[int, Messages], None],
        missing: Callable[[int], str] = lambda _: '',
    ) -> None:
        self._node, self._on_tick, self._missing = node, on_tick, missing
        self._publishers: list[CountedPublisher] = []
        self._kinds: dict[str, str] = {}
        self._mailbox: Mailbox | None = None
        self._tick: Tick | None = None
        self._answers = node.create_publisher(DiagnosticArray, DONE, BEAT)
        node.create_subscription(DiagnosticArray, TICK, self._on_announcement, BEAT)

    def publisher(self, kind: type, topic: str, qos: QoSProfile = COUNTED) -> CountedPublisher:
        """Create a publisher whose messages are received by participants in the next tick."""
        publisher = CountedPublisher(self._node, kind, topic, qos)
        self._publishers.append(publisher)
        return publisher

    def subscribe(
        self, kind: type, topic: str, qos: QoSProfile = COUNTED, *, raw: bool = False,
    ) -> str:
        """Subscribe to a counted topic; returns its full name, a key of ``on_tick``'s messages."""
        full_name = str(self._node.resolve_topic_name(topic))
        self._kinds[full_name] = topic

        def hold(message: Any) -> None:
            self._box.put(full_name, message)
            self.advance()

        self._node.create_subscription(kind, topic, hold, qos, raw=raw)
        return full_name

    @property
    def waits_for(self) -> str:
        """Return what keeps this participant from answering the last tick, '' if nothing."""
        if self._tick is None:
            return ''
        late = self._box.missing(self._tick)
        return f'messages on {", ".join(late)}' if late else self._missing(self._tick.t_ns)

    def advance(self) -> None:
        """Do the work of the tick if everything it needs is here."""
        tick = self._tick
        if tick is None or self._box.missing(tick) or self._missing(tick.t_ns):
            return
        self._tick = None
        self._node.time_begins()
        self._on_tick(tick.t_ns, self._box.take(tick))
        counts = {publisher.topic: publisher.count for publisher in self._publishers}
        self._answers.publish(answer_message(Answer(
            self._node.get_fully_qualified_name(), tick.t_ns, counts)))

    @property
    def _box(self) -> Mailbox:
        if self._mailbox is None:
            self._mailbox = Mailbox(self._kinds)
        return self._mailbox

    def _on_announcement(self, message: DiagnosticArray) -> None:
        self._tick = tick_from(message)
        self.advance()
