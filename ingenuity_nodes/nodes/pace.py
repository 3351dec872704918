# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""How fast simulated time goes on the wall: the parameter ``real_time_factor`` of the world."""

from __future__ import annotations

from collections.abc import Sequence
import time

from ingenuity_nodes.nodes.member import MemberNode
from ingenuity_nodes.parameters import ParameterError
from ingenuity_nodes.scenario.sections import possible_pace
from ingenuity_nodes.timing import SECOND_NS, TICK_NS
from rcl_interfaces.msg import FloatingPointRange, ParameterDescriptor, SetParametersResult
from rclpy.parameter import Parameter

PACE = 'real_time_factor'


class Pace:
    """Due times of ticks; ``usual`` is the pace that the scenario asks for."""

    def __init__(self, node: MemberNode, usual: float) -> None:
        self._node = node
        descriptor = ParameterDescriptor(
            description='simulated seconds per second; 0: as fast as possible, '
                        '-1: as the scenario says',
            floating_point_range=[FloatingPointRange(from_value=-1.0, to_value=1000.0)])
        value = float(node.declare_parameter(PACE, -1.0, descriptor).value)
        node.live_parameters.allow(PACE)
        node.add_on_set_parameters_callback(self._on_parameters)
        self._factor, self._t_ns = usual, 0
        self._wall, self._from_ns = time.monotonic(), 0
        if not value < 0:
            try:
                self._factor = possible_pace(value)
            except ValueError as error:
                raise ParameterError(PACE, str(error)) from error

    def begin(self, t_ns: int) -> None:
        """Go on from here, whatever time has passed on the wall."""
        self._t_ns = self._from_ns = t_ns
        self._wall = time.monotonic()

    def seconds_ahead(self, t_ns: int) -> float:
        """Return how long until the tick after one is due on the wall [s]."""
        self._t_ns = t_ns
        if self._factor == 0.0:
            return 0.0
        since = (t_ns + TICK_NS - self._from_ns) / SECOND_NS
        return self._wall + since / self._factor - time.monotonic()

    def overslept(self, seconds: float) -> None:
        """Forgive time in which this process itself stood still."""
        self._wall += seconds

    def _on_parameters(self, parameters: Sequence[Parameter]) -> SetParametersResult:
        for parameter in parameters:
            if parameter.name == PACE and not parameter.value < 0.0:    # NaN neither
                before = self._factor
                try:
                    self._factor = possible_pace(float(parameter.value))
                except ValueError as error:
                    return SetParametersResult(successful=False, reason=f'{PACE}: {error}')
                self.begin(self._t_ns)
                self._node.live_parameters.publish(self._t_ns, PACE, before, self._factor)
        return SetParametersResult(successful=True)
