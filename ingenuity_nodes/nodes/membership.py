# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Belonging to a run: a heartbeat with what a node does, and a subscription to the world's life.

The heartbeat goes out on ``/diagnostics``, so that every ROS monitor shows it too, and from a
thread of its own: work cannot hold it up. A node that starts alone waits; once it has received the
world, it ends with the world, also if that dies. Both carry the id of the run: what a world of
another run says is not for us.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
import threading
import time
from typing import TYPE_CHECKING

from diagnostic_msgs.msg import DiagnosticArray
from ingenuity_nodes.graph.lockstep import ForeignMessageError
from ingenuity_nodes.graph.next_run import announced, comes_after, RESET, SAME_SEED, seed_in
from ingenuity_nodes.graph.roster import Condition, Heartbeat, ProcessId
from ingenuity_nodes.nodes.conversions.lockstep import heartbeat_message, heartbeats_from
from ingenuity_nodes.nodes.refusals import Refusals
from ingenuity_nodes.scenario.sections import LockstepSection
from rclpy.clock import Clock, ClockType
from rclpy.qos import DurabilityPolicy, QoSProfile

if TYPE_CHECKING:
    from ingenuity_nodes.nodes.member import MemberNode

HEARTBEAT = 0.4      # [s] of wall time, a fraction of the silence that counts as death
WORKING = 1.2        # [s] without a turn of its loop: a node is busy
PATIENT_BEATS = 2    # heartbeats with the same wait before it is said: not each brief one
WORLD, WORLD_LIFE = '/world', '/world/life'    # a name, a topic
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)

WAITING, RUNNING, PAUSED, ENDED, FAILED = 'waiting', 'running', 'paused', 'ended', 'failed'


class Membership:
    """One node's part in a run."""

    def __init__(
        self, node: MemberNode, refusals: Refusals, lockstep: LockstepSection, run: str, *,
        is_world: bool = False,
    ) -> None:
        self._node, self._refusals, self._is_world = node, refusals, is_world
        self.run = run    # id of the run, '' until a world is known
        self.waits_for: Callable[[], str] = lambda: ''    # asked by the node's own loop
        self.running, self.status, self.reason = True, 0, ''
        self.next_run = ''    # after a reset: its id
        self._process = ProcessId.own()
        self._world = _World(lockstep.silence, patient=lockstep.on_silence == 'wait')
        self._works: dict[int, tuple[str, float]] = {}    # what each thread is at, since when
        self._began = time.monotonic()
        self._turned: float | None = None   # when its loop last came round; None: not yet
        self._waits, self._reported, self._same = '', '', 0
        self._waits_since = self._began
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._publisher = node.create_publisher(DiagnosticArray, '/diagnostics', 10)
        self._timer = node.create_timer(HEARTBEAT, self._turn, clock=steady)
        if not is_world:
            node.create_subscription(DiagnosticArray, WORLD_LIFE, self._on_life, LATCHED)
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._beat_on, name='heartbeat', daemon=True)
        self._thread.start()

    def end(self, status: int, reason: str) -> None:
        """Leave the run; the first reason counts."""
        if self.running:
            self.running, self.status, self.reason = False, status, reason

    @property
    def world_process(self) -> ProcessId | None:
        """Return the world's process, None if no world is known."""
        return self._world.process

    def end_for(self, next_run: str) -> None:
        """Leave the run for the one after it."""
        if self.running:
            self.next_run = next_run
            self.end(0, RESET)

    def leave(self) -> None:
        """Send the last heartbeat, so that nobody waits for the next one; before a reset, none."""
        if not self.next_run:
            self.close()
            self._publish(Condition.GONE)

    def close(self) -> None:
        """Send no more heartbeats."""
        self._left.set()
        self._thread.join()

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
        if self._waits:
            return Condition.WAITING, self._waits, now - self._waits_since
        return Condition.READY, '', 0.0

    def _publish(self, condition: Condition, what: str = '', lasted: float = 0.0) -> None:
        self._publisher.publish(heartbeat_message(
            Heartbeat(self._node.name_in_run, condition, what, self._process, lasted, self.run),
            self._node.get_clock().now().nanoseconds))

    # The node's own loop ---------------------------------------------------------------------

    def _turn(self) -> None:
        now = time.monotonic()
        if self._turned is not None and now - self._turned > WORKING:
            self._world.overslept(now - self._turned - HEARTBEAT)
        self._turned = now
        # A tick of a run that it knows nothing of would be refused.
        known = self._is_world or self.run
        before, self._waits = self._waits, self.waits_for() or ('' if known else WORLD)
        if self._waits != before:
            self._waits_since = now
        waits = self._waits if self._world.known or self._is_world else WORLD
        self._same = self._same + 1 if waits == self._reported else 0
        self._reported = waits
        if waits and self._same == PATIENT_BEATS:
            self._node.get_logger().info(f'waiting for {waits}')
        gone, silent = self._world.gone(now), self._world.silent(now)
        if silent:
            self._node.get_logger().warning(f'{silent}: wait', throttle_duration_sec=5.0)
        if gone:
            self._node.get_logger().error(f'{gone}; ending')
            self.end(1, gone)

    def _on_life(self, message: DiagnosticArray) -> None:
        for beat in heartbeats_from(message):
            over = beat.what.startswith((ENDED, FAILED, RESET))
            if not over and not self._world.known and self._is_late(beat.run):
                self.end_for(beat.run)
                return
            if not self.run and not over:
                self.run = beat.run
            if not self.run and beat.what.startswith(RESET):
                continue    # the world of the next run is ours
            if beat.run != self.run:
                self._refusals.note(WORLD_LIFE, another_world(beat, self.run))
                continue
            self._world.receive(beat)
            if next_run := announced(beat.what, self.run):
                self.end_for(next_run)
            elif over:
                self.end(0 if beat.what.startswith(ENDED) else 1, beat.what)

    def _is_late(self, run: str) -> bool:
        """Return whether this process was started for an earlier run than the world's."""
        if self.run:
            return comes_after(run, self.run)    # as one that was killed and started again
        return seed_in(run) not in (SAME_SEED, self._node.seed)


def another_world(beat: Heartbeat, run: str) -> ForeignMessageError:
    """Write that a world of another run is in the same ROS domain."""
    number = beat.process.number if beat.process else 'unknown'
    return ForeignMessageError(
        'run', f"found another /world (process {number}) of run '{beat.run[:40]}', allowed: that "
        f"of run '{run}', one in a ROS domain")


class _World:
    """What a member knows of the world's life."""

    def __init__(self, silence: float, *, patient: bool) -> None:
        self._silence, self._patient = silence, patient
        self._seen: float | None = None
        self._process: ProcessId | None = None

    @property
    def known(self) -> bool:
        return self._seen is not None

    @property
    def process(self) -> ProcessId | None:
        return self._process

    def receive(self, beat: Heartbeat) -> None:
        self._seen, self._process = time.monotonic(), beat.process

    def overslept(self, seconds: float) -> None:
        """Count its silence less by the time in which this process itself stood still."""
        if self._seen is not None:
            self._seen += seconds

    def gone(self, now: float) -> str:
        """Return how the world was lost, '' if it was not, or is waited for."""
        if self._process is not None and self._process.has_ended:
            return f'{WORLD} has ended (process {self._process.number})'
        return '' if self._patient else self._silent(now)

    def silent(self, now: float) -> str:
        """Return for how long the world is waited for, '' if it is not."""
        return self._silent(now) if self._patient else ''

    def _silent(self, now: float) -> str:
        if self._seen is None or now - self._seen <= self._silence:
            return ''
        return f'{WORLD} has been silent for {now - self._seen:.1f} s'
