# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Names of a run in the ROS graph: all of them below the namespace in which the run is.

Within a run, nodes and topics have the same names wherever it is: ``/ingenuity/odometry``. So are
they in ticks, answers and heartbeats, and in the bag. On the network they lie below the namespace
of the run, ``/mars/ingenuity/odometry``, but for those that ROS has once in a domain.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

# A viewer has one clock and one tree of frames; the others belong to every node of ROS.
ONCE = frozenset({'/clock', '/tf', '/tf_static', '/rosout', '/parameter_events'})


@dataclass(frozen=True)
class Names:
    """Turns names within a run into those on the network, and back."""

    root: str = ''    # namespace of the run, as '/mars'; '' at the top

    @classmethod
    def of_node(cls, namespace: str, vehicles: Collection[str] = ()) -> Names:
        """Find the root from a node's namespace; that of a vehicle's node ends in its name."""
        above, _, last = namespace.rstrip('/').rpartition('/')
        return cls(above if last in vehicles else namespace.rstrip('/'))

    def on_network(self, name: str) -> str:
        """Return the full name of what has a name within the run; others stay as they are."""
        return self.root + name if name.startswith('/') and name not in ONCE else name

    def is_of_run(self, full_name: str) -> bool:
        """Return whether a full name is below the root, or one that there is once in a domain."""
        return full_name.startswith(f'{self.root}/') or full_name in ONCE

    def within(self, full_name: str) -> str:
        """Return the name within the run; others stay as they are."""
        below = full_name.startswith(f'{self.root}/')
        return full_name[len(self.root):] if below else full_name
