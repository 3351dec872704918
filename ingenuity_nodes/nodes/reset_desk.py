# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""``/world/reset``: who asks for a new run, which one that is, and who is ready for it."""

from __future__ import annotations

from collections.abc import Callable

from ingenuity_nodes.graph.next_run import (
    announcement, id_after, is_after_reset, number_of, SAME_SEED)
from ingenuity_nodes.graph.roster import Heartbeat, Roster
from ingenuity_nodes.nodes.member import MemberNode
from ingenuity_nodes.nodes.membership import FAILED
from rcl_interfaces.msg import IntegerRange, ParameterDescriptor
from std_srvs.srv import Trigger

SEED = 'next_seed'
# [s] assumed: discovery takes one or two, and some more on a busy machine. Rare failures of the
# middleware are for good: eProsima/Fast-DDS, issue 3544.
UNDISCOVERED_AFTER = 12.0
REBUILT_AT_MOST = 2


class ResetDesk:
    """
    Answers the service; ``begin`` ends the run, and returns why it cannot be ended, '' if it can.

    Whoever has destroyed the node of the last run sends heartbeats with the id of the next one.
    """

    def __init__(self, node: MemberNode, roster: Roster, begin: Callable[[], str]) -> None:
        self._node, self._roster, self._begin = node, roster, begin
        self._run = node.membership.run
        self._ready: set[str] = set()
        self.next_run = id_after(self._run)
        node.declare_parameter(SEED, SAME_SEED, ParameterDescriptor(
            description='seed of the run after a reset; -1 is that of this run',
            integer_range=[IntegerRange(from_value=SAME_SEED, to_value=2**63 - 1, step=1)]))
        node.live_parameters.allow(SEED)
        node.create_service(Trigger, '/world/reset', self._on_reset)

    @property
    def awaited(self) -> list[str]:
        """Members of this run that are not ready for the next one."""
        return [name for name in self._roster.seen if name not in self._ready]

    def note(self, beat: Heartbeat) -> bool:
        """Note a heartbeat; true if it is one of the next run."""
        if beat.run != self.next_run:
            return False
        self._ready.add(beat.name)
        return True

    def after_failed_discovery(self, now: float) -> str:
        """
        Return what the world is to say of members that do not discover each other, '' if nothing.

        Nodes that are made anew are discovered anew; after a few such runs it is given up.
        """
        stuck = ', '.join(self._roster.stuck(UNDISCOVERED_AFTER, now))
        if not stuck:
            return ''
        if number_of(self._run) > REBUILT_AT_MOST:
            return f'{FAILED}: {stuck}, and time cannot begin'
        self._node.get_logger().warning(f'{stuck}: all nodes are made anew')
        return announcement(self.next_run)

    def _on_reset(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        # Whoever is still between two runs would wait for the wrong one.
        coming = self._roster.unseen if is_after_reset(self._run) else []
        reason = f'the last reset is not over: waits for {", ".join(coming)}' if coming else ''
        if not reason:
            self.next_run = id_after(self._run, int(self._node.get_parameter(SEED).value))
            reason = self._begin()
        response.success = not reason
        response.message = reason or announcement(self.next_run)
        return response
