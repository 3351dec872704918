# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
What is in a node's stead between a reset and the next run.

Nodes keep their last messages for whoever comes late. A node of the next run that is made before
all of the last one are destroyed would be given theirs. So each process destroys its node first,
reports that it has, under the id of the next run, and makes the new one when the world of that run
is there: which is when all have reported.
"""

from __future__ import annotations

from dataclasses import dataclass

from diagnostic_msgs.msg import DiagnosticArray
from ingenuity_nodes.graph.names import Names
from ingenuity_nodes.graph.next_run import RESET
from ingenuity_nodes.graph.roster import Condition, Heartbeat, ProcessId
from ingenuity_nodes.nodes.conversions.lockstep import heartbeat_message, heartbeats_from
from ingenuity_nodes.nodes.membership import HEARTBEAT, LATCHED, WORLD, WORLD_LIFE
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.parameter import Parameter


@dataclass(frozen=True)
class BetweenRuns:
    """Who waits, and for which run."""

    name: str                       # of the node
    namespace: str                  # its full one
    name_in_run: str
    run_names: Names
    run: str                        # that was reset
    next_run: str
    world: ProcessId | None         # process of the world, if it is known

    def node(self) -> WaitingNode:
        """Make the bare node."""
        return WaitingNode(self)


class WaitingSession:
    """For how long the bare node is spun, and how that ended."""

    def __init__(self) -> None:
        self.running, self.status, self.is_called, self.reason = True, 0, False, ''

    def end(self, status: int, reason: str) -> None:
        """Wait no longer; the first reason counts."""
        if self.running:
            self.running, self.status, self.reason = False, status, reason

    def leave(self) -> None:
        """Do nothing: the node reports it, when it finishes."""

    def call(self) -> None:
        """Wait no longer, as the world of the next run is there."""
        if self.running:
            self.running, self.is_called = False, True


class WaitingNode(Node):
    """A bare node with the name of one that was destroyed; it waits for the next world."""

    def __init__(self, about: BetweenRuns) -> None:
        super().__init__(
            about.name, namespace=about.namespace, start_parameter_services=False,
            parameter_overrides=[Parameter('use_sim_time', value=False)])
        self._about, self._process = about, ProcessId.own()
        self.membership = WaitingSession()
        topic = about.run_names.on_network
        self._beats = self.create_publisher(DiagnosticArray, topic('/diagnostics'), 10)
        self.create_subscription(DiagnosticArray, topic(WORLD_LIFE), self._on_life, LATCHED)
        self.create_timer(HEARTBEAT, self._turn, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def _turn(self) -> None:
        self._publish(Condition.WAITING)
        world = self._about.world
        if world is not None and world.has_ended:
            text = f'{WORLD} has ended (process {world.number}) between two runs'
            self.get_logger().error(f'{text}; ending')
            self.membership.end(1, text)

    def _on_life(self, message: DiagnosticArray) -> None:
        for beat in heartbeats_from(message):
            if beat.run == self._about.next_run:
                self.membership.call()
            elif beat.run == self._about.run and not beat.what.startswith(RESET):
                self.membership.end(1, beat.what)    # as that somebody does not come back

    def finish(self) -> None:
        """Report that nobody is to be waited for, unless a node follows."""
        if not self.membership.is_called:
            self._publish(Condition.GONE)

    def _publish(self, condition: Condition) -> None:
        what = f'{WORLD} of the next run' if condition is Condition.WAITING else ''
        self._beats.publish(heartbeat_message(
            Heartbeat(self._about.name_in_run, condition, what, self._process,
                      run=self._about.next_run), self.get_clock().now().nanoseconds))
