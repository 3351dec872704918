# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Which output of a participant feeds which input of another: one table for batch and live graph.

Helicopter, rover, mapper and mission are classes with ``tick(t_ns, inputs) -> outputs``. What one
outputs in a tick, the others get in the next: handed over by :class:`Mail` in one process, as
messages on counted topics between nodes. Inputs are mappings by the name of the sender.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingenuity_nodes.scenario.sections import Scenario

# Kinds of participants.
HELICOPTER, ROVER, MAPPER, MISSION = 'helicopter', 'rover', 'mapper', 'mission'

Inputs = dict[str, Any]    # by input: sequences by sender


@dataclass(frozen=True)
class Wire:
    """From one output of all participants of a kind to one input of all those of another."""

    source: str    # kind of the sender
    output: str    # field of its outputs
    target: str    # kind of the receiver
    feeds: str     # field of its inputs
    topic: str     # in the live graph; {source} and {target} are names of participants

    @property
    def addressed(self) -> bool:
        """Whether the output is a mapping by the name of the receiver; else all receive it."""
        return '{target}' in self.topic

    @property
    def shared(self) -> bool:
        """Whether all senders publish on one topic, each message with its sender's name."""
        return self.addressed and '{source}' not in self.topic

    def topic_of(self, source: str, target: str) -> str:
        """Return the name of the topic between two participants."""
        return self.topic.format(source=source, target=target)


WIRING = (
    Wire(MISSION, 'plans', HELICOPTER, 'plans', '/{target}/plan'),
    Wire(MISSION, 'go', HELICOPTER, 'go', '/{target}/go'),
    Wire(MISSION, 'orders', HELICOPTER, 'orders', '/{target}/order'),
    Wire(HELICOPTER, 'positions', MISSION, 'positions', '/{source}/position_report'),
    Wire(HELICOPTER, 'modes', MISSION, 'modes', '/{source}/flight_mode'),
    Wire(HELICOPTER, 'truths', ROVER, 'truths', '/{source}/ground_truth/odometry'),
    Wire(HELICOPTER, 'packets', ROVER, 'packets', '/{source}/radio/up'),
    Wire(ROVER, 'packets', HELICOPTER, 'packets', '/{target}/radio/down'),
    Wire(ROVER, 'receipts', MISSION, 'receipts', '/{source}/received'),
    Wire(MISSION, 'rover_paths', ROVER, 'paths', '/{target}/path'),
    Wire(ROVER, 'reports', MISSION, 'rover_reports', '/{source}/drive_state'),
    Wire(HELICOPTER, 'estimates', MAPPER, 'estimates', '/{source}/odometry'),
    Wire(HELICOPTER, 'altitudes', MAPPER, 'altitudes', '/{source}/altimeter'),
    Wire(HELICOPTER, 'shutters', MAPPER, 'shutters', '/{source}/navcam/shutter'),
    Wire(MAPPER, 'maps', MISSION, 'maps', '/map/cells'),
)


def members_of(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """Return the names of the participants of a scenario, by kind."""
    return {HELICOPTER: tuple(section.name for section in scenario.helicopters),
            ROVER: tuple(section.name for section in scenario.rovers),
            MAPPER: (MAPPER,) if scenario.mapper else (), MISSION: (MISSION,)}


def node_of(kind: str, name: str) -> str:
    """Return the full name of a participant's node, in a run without a namespace."""
    return f'/{name}/{kind}' if kind in (HELICOPTER, ROVER) else f'/{name}'


class Mail:
    """What was sent in one tick, handed over in the next, within one process."""

    def __init__(self, members: Mapping[str, Sequence[str]]) -> None:
        self._members = members
        self._boxes: dict[tuple[str, str], Inputs] = {}

    def post(self, kind: str, name: str, outputs: Any) -> None:
        """Send all outputs of one participant."""
        for wire in _FROM[kind]:
            sent = getattr(outputs, wire.output)
            for target, values in self._deliveries(wire, sent) if sent else ():
                if values:
                    box = self._boxes.setdefault((wire.target, target), {})
                    box.setdefault(wire.feeds, {})[name] = values

    def take(self, kind: str, name: str) -> Inputs:
        """Receive all that was sent to one participant."""
        return self._boxes.get((kind, name), {})

    def _deliveries(self, wire: Wire, values: Any) -> Iterator[tuple[str, Sequence[Any]]]:
        if wire.addressed:
            yield from values.items()
        else:
            for target in self._members[wire.target]:
                yield target, values


_FROM = {kind: tuple(wire for wire in WIRING if wire.source == kind)
         for kind in (HELICOPTER, ROVER, MAPPER, MISSION)}
