# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The wires of one participant as counted topics: what is published, what is subscribed to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ingenuity_nodes.graph.wiring import Inputs, members_of, node_of, Wire, WIRING
from ingenuity_nodes.nodes.conversions.wired import Codec, CODECS
from ingenuity_nodes.nodes.member import MemberNode
from ingenuity_nodes.nodes.participant import CountedPublisher, Messages, Participant
from ingenuity_nodes.scenario.sections import Scenario


class Wires:
    """Carries the inputs and outputs of the core class that a node holds."""

    def __init__(
        self, node: MemberNode, participant: Participant, scenario: Scenario, kind: str,
        name: str,
    ) -> None:
        self._refusals, self._name = node.refusals, name
        members = members_of(scenario)
        self._inputs = [
            (wire, source, _codec(wire), key)
            for wire in WIRING if wire.target == kind
            for source, key in _subscribe(participant, wire, members[wire.source], name).items()]
        self._outputs = [
            (wire, _codec(wire),
             {target: participant.publisher(
                 _codec(wire).message, wire.topic_of(name, target),
                 source=name if _mixed(wire, members[kind]) else '',
                 readers=[node_of(wire.target, reader) for reader in readers])
              for target, readers in _addresses(wire, members[wire.target])})
            for wire in WIRING if wire.source == kind]

    def inputs(self, messages: Messages) -> Inputs:
        """Read the messages of a tick; those that cannot be read are refused by topic."""
        inputs: Inputs = {}
        for wire, source, codec, topic in self._inputs:
            values = tuple(self._refusals.read(topic, messages[topic], codec.decode))
            if values:
                inputs.setdefault(wire.feeds, {})[source] = values
        return inputs

    def publish(self, outputs: Any) -> None:
        """Publish what one tick brought forth."""
        for wire, codec, publishers in self._outputs:
            values = getattr(outputs, wire.output)
            for target, addressed in (values if wire.addressed else {'': values}).items():
                self._send(codec, publishers[target], addressed)

    def _send(self, codec: Codec, publisher: CountedPublisher, values: Any) -> None:
        for value in values:
            publisher.publish(codec.encode(value, self._name))


def _subscribe(
    participant: Participant, wire: Wire, sources: Sequence[str], name: str,
) -> dict[str, str]:
    """Subscribe to a wire; returns the key of its messages by sender."""
    codec = _codec(wire)
    if _mixed(wire, sources) and codec.source_of:
        return participant.subscribe_shared(
            codec.message, wire.topic_of('', name), sources, codec.source_of)
    return {source: participant.subscribe(
        codec.message, wire.topic_of(source, name), stamp_of=codec.stamp_of)
        for source in sources}


def _addresses(wire: Wire, members: Sequence[str]) -> list[tuple[str, Sequence[str]]]:
    """Return to whom one output goes, '' for all on one topic, and who reads it there."""
    return [(one, (one,)) for one in members] if wire.addressed else [('', members)]


def _mixed(wire: Wire, sources: Sequence[str]) -> bool:
    """Return whether the messages of several participants meet on one topic."""
    return wire.shared and len(sources) > 1


def _codec(wire: Wire) -> Codec:
    return CODECS[wire.source, wire.output]
