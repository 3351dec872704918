# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Belonging to a run: a heartbeat with what a node does, and a subscription to the world's state.

The heartbeat goes out on ``/diagnostics``, so that every ROS monitor shows it too, and from a
thread of its own: work cannot hold it up. A node that starts alone waits; once it has received the
world, it ends with the world, also if that dies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
import threading
import time

from diagnostic_msgs.msg import DiagnosticArray
from ingenuity_nodes.graph.roster import Condition, Heartbeat, ProcessId
from ingenuity_nodes.nodes.conversions.lockstep import heartbeat_message
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_msgs.msg import String

HEARTBEAT = 0.4      # [s] of wall time, a fraction of the silence that counts as death
WORKING = 1.2        # [s] without a turn of its loop: a node is busy
PATIENT_BEATS = 2    # heartbeats with the same wait before it is said: not each brief one
WORLD_STATE, WORLD_PROCESS = '/world/state', '/world/process'
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)

WAITING, RUNNING, PAUSED, ENDED, FAILED = 'waiting', 'running', 'paused', 'ended', 'failed'


class Membership:
    """One node's part in a run."""

    def __init__(self, node: Node, silence: float, *, is_world: bool = False) -> None:
        self._node, self._silence, self._is_world = node, silence, is_world
        self.waits_for: Callable[[], str] = lambda: ''    # asked by the node's own loop
        self.running, self.status, self.reason = True, 0, ''
        self._process = ProcessId.own()
        self._world = _World()
        self._works: dict[int, tuple[str, float]] = {}    # what each thread is at, since when
        self._began = time.monotonic()
        self._turned: float | None = None   # when its loop last came round; None: not yet
        self._waits, self._reported, self._same = '', '', 0
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._publisher = node.create_publisher(DiagnosticArray, '/diagnostics', 10)
        self._timer = node.create_timer(HEARTBEAT, self._turn, clock=steady)
        if not is_world:
            node.create_subscription(String, WORLD_STATE, self._on_state, LATCHED)
            node.create_subscription(String, WORLD_PROCESS, self._on_process, LATCHED)
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._beat_on, name='heartbeat', daemon=True)
        self._thread.start()

    def end(self, status: int, reason: str) -> None:
        """Leave the run; the first reason counts."""
        if self.running:
            self.running, self.status, self.reason = False, status, reason

    def leave(self) -> None:
        """Send the last heartbeat, so that nobody waits for the next heartbeat."""
        self._left.set()
        self._thread.join()
        self._publish(Condition.GONE)

    @contextmanager
    def busy(self, what: str) -> Iterator[Callable[[str], None]]:
        """
        Report what this thread works at meanwhile.

        What it yields takes a newer text: how far the work is.
        """
        me = threading.get_ident()
        before = self._works.get(me)

        began = time.monotonic()

        def report(text: str) -> None:
            self._works[me] = text, began

        report(what)
        try:
            yield report
        finally:
            if before is None:
                del self._works[me]
            else:
                self._works[me] = before

    # The thread that nothing holds up -------------------------------------------------------

    def _beat_on(self) -> None:
        while not self._left.wait(HEARTBEAT):
            try:
                self._publish(*self._condition())
            except Exception:
                if self._node.context.ok():
                    raise
                return    # ROS was shut down, as after a constructor that failed

    def _condition(self) -> tuple[Condition, str, float]:
        """Return what it does: condition, at what, for how long [s]."""
        now, works = time.monotonic(), list(self._works.values())
        if works:
            what, began = works[0]
            return Condition.BUSY, what, now - began
        if self._turned is None:
            return Condition.BUSY, 'starting', now - self._began
        if now - self._turned > WORKING:
            return Condition.BUSY, 'working', now - self._turned
        return (Condition.WAITING, self._waits, 0.0) if self._waits else (
            Condition.READY, '', 0.0)

    def _publish(self, condition: Condition, what: str = '', lasted: float = 0.0) -> None:
        name = self._node.get_fully_qualified_name()
        self._publisher.publish(heartbeat_message(
            Heartbeat(name, condition, what, self._process, lasted),
            self._node.get_clock().now().nanoseconds))

    # The node's own loop ---------------------------------------------------------------------

    def _turn(self) -> None:
        now = time.monotonic()
        if self._turned is not None and now - self._turned > WORKING:
            self._world.overslept(now - self._turned - HEARTBEAT)
        self._turned = now
        self._waits = self.waits_for()
        waits = self._waits or ('' if self._world.known or self._is_world else '/world')
        self._same = self._same + 1 if waits == self._reported else 0
        self._reported = waits
        if waits and self._same == PATIENT_BEATS:
            self._node.get_logger().info(f'waiting for {waits}')
        gone = self._world.gone(now, self._silence)
        if gone:
            self._node.get_logger().error(f'{gone}; ending')
            self.end(1, gone)

    def _on_state(self, message: String) -> None:
        self._world.seen = time.monotonic()
        if message.data.startswith(ENDED):
            self.end(0, message.data)
        elif message.data.startswith(FAILED):
            self.end(1, message.data)

    def _on_process(self, message: String) -> None:
        self._world.process = ProcessId.parse(message.data)


class _World:
    """What a member knows of the world's life."""

    def __init__(self) -> None:
        self.seen: float | None = None
        self.process: ProcessId | None = None

    @property
    def known(self) -> bool:
        return self.seen is not None

    def overslept(self, seconds: float) -> None:
        """Count its silence less by the time in which this process itself stood still."""
        if self.seen is not None:
            self.seen += seconds

    def gone(self, now: float, silence: float) -> str:
        """Return how the world was lost, '' if it was not."""
        if self.process is not None and self.process.has_ended:
            return f'/world has ended (process {self.process.number})'
        if self.seen is not None and now - self.seen > silence:
            return f'/world has been silent for {now - self.seen:.1f} s'
        return ''
