# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
ROS parameters that may change in flight, and why the others may not.

A change is checked when it is asked for and kept until the node takes it, at a tick. What was
changed, and from when on, is published on ``/world/changes``: the recorder writes it down, the
world counts it as a foreign influence on the run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import Field, fields, is_dataclass
from typing import Any, TYPE_CHECKING

from ingenuity_nodes.nodes.conversions.changes import change_message
from ingenuity_nodes.nodes.declare import declare, P
from ingenuity_nodes.parameters import checked, ParameterError
from ingenuity_nodes.world.conditions import ParameterChange
from rclpy.exceptions import ParameterNotDeclaredException
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_msgs.msg import String

if TYPE_CHECKING:
    from ingenuity_nodes.nodes.member import MemberNode

CHANGES = '/world/changes'
CHANGES_QOS = QoSProfile(depth=200, durability=DurabilityPolicy.TRANSIENT_LOCAL)
SIM_TIME = 'use_sim_time'
AT_START = ('this is built when the node starts: give it then, with -p, a params file, or in the '
            'scenario')
FIXED = {
    SIM_TIME: 'time in a run is that of /world/tick, which nobody can leave',
    **dict.fromkeys(
        ('scenario', 'seed', 'features', 'software', 'vehicle_name', 'run', 'expects'),
        'it says which run this is; start another run'),
    'camera': 'it says which camera this node is',
    'run_folder': 'the bag is open there'}


class LiveParameters:
    """What of one node may change in flight."""

    def __init__(self, node: MemberNode) -> None:
        self._node = node
        self._about: dict[str, Field[Any]] = {}
        self._values: dict[str, float] = {}
        self._asked: dict[str, float] = {}    # since they were last taken
        self._others: set[str] = set()        # live, but checked by somebody else
        self._publisher = node.create_publisher(String, CHANGES, CHANGES_QOS)

    def declare(self, parameters: P, prefix: str = '', names: Iterable[str] = ()) -> P:
        """
        Declare the quantities of a dataclass, all or those of some names, as live ones.

        Returns
        -------
        P
            The values in force, as :func:`ingenuity_nodes.nodes.declare.declare` gives them.

        """
        only = set(names)
        found = declare(self._node, parameters, prefix, live=True, only=only)
        for about in fields(parameters):    # type: ignore[arg-type]
            value = getattr(found, about.name)
            if not is_dataclass(value) and (not only or about.name in only):
                name = f'{prefix}{about.name}'
                self._about[name], self._values[name] = about, value
                if value != getattr(parameters, about.name):
                    self._asked[name] = value    # from the first tick on
        return found

    def allow(self, name: str) -> None:
        """Let a parameter through that somebody else checks."""
        self._others.add(name)

    def take(self) -> dict[str, float]:
        """Return what was asked for since the last call, by name."""
        asked, self._asked = self._asked, {}
        return asked

    def note(self, t_ns: int, taken: dict[str, float]) -> None:
        """Publish that changes hold from a time on."""
        for name, value in taken.items():
            before, self._values[name] = self._values[name], value
            if value != before:    # else it was so from the start
                self.publish(t_ns, name, before, value)

    def publish(self, t_ns: int, name: str, before: float, after: float) -> None:
        """Publish one change."""
        self._publisher.publish(change_message(
            ParameterChange(t_ns, self._node.name_in_run, name, before, after)))

    def reviewed(self, asked: list[Parameter[Any]]) -> list[Parameter[Any]]:
        """
        Check parameters that somebody sets.

        Whole numbers count for real ones.

        Raises
        ------
        ParameterError
            One may not change in flight, or not to this value.

        """
        return [self._reviewed(parameter) for parameter in asked]

    def accept(self, parameters: Iterable[Parameter[Any]]) -> None:
        """Keep what has been set until it is taken."""
        self._asked.update({parameter.name: parameter.value for parameter in parameters
                            if parameter.name in self._about})

    def _reviewed(self, parameter: Parameter[Any]) -> Parameter[Any]:
        name = parameter.name
        if name in self._about:
            return Parameter(name, value=checked(self._about[name], parameter.value, name))
        if name in self._others:
            number = isinstance(parameter.value, int) and not isinstance(parameter.value, bool)
            real = self._node.get_parameter(name).type_ == Parameter.Type.DOUBLE
            return Parameter(name, value=float(parameter.value)) if number and real else parameter
        if not self._node.has_parameter(name):
            raise ParameterNotDeclaredException(name)
        live = ', '.join([*self._about, *self._others])
        raise ParameterError(name, f'fixed in flight, as {FIXED.get(name, AT_START)}; allowed '
                             f'here: {live or "none"}')
