# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What all nodes of a run have in common: the scenario, the membership, compiled kernels."""

from __future__ import annotations

from ingenuity_nodes.compiled.build import ensure_built
from ingenuity_nodes.compiled.listener import time_begins
from ingenuity_nodes.nodes.membership import Membership
from ingenuity_nodes.nodes.refusals import Refusals
from ingenuity_nodes.nodes.setting import run_id, setting
from rclpy.node import Node


class MemberNode(Node):
    """A node that belongs to a run."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.scenario, self.seed = setting(self)
        self.refusals = Refusals(self)
        self.membership = Membership(
            self, self.refusals, self.scenario.lockstep, run_id(self, name == 'world'),
            is_world=name == 'world')
        self._time_has_begun, self._compiled_in_flight = False, 0
        with self.membership.busy('compiling') as report:
            ensure_built(lambda text: report(f'compiling, first use: {text}'))

    def time_begins(self) -> None:
        """From now on nothing may be compiled; called again, it does nothing."""
        if not self._time_has_begun:
            self._time_has_begun = True
            time_begins(self._warn)

    def _warn(self, text: str) -> None:
        self._compiled_in_flight += 1
        self.get_logger().warning(text)

    def finish(self) -> None:
        """Write or release what must not be lost."""

    def destroy_node(self) -> None:
        """Log at the end whether the clock ever had to wait for a compiler."""
        if self._time_has_begun:
            count = self._compiled_in_flight or 'nothing'
            self.get_logger().info(f'compiled after time began: {count}')
        super().destroy_node()
