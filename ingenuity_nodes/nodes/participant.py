# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A participant of the lockstep on the network: counted topics, ticks in, answers out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from diagnostic_msgs.msg import DiagnosticArray
from ingenuity_nodes.graph.lockstep import (
    Answer, check_next, check_time, counted_name, Foreign, ForeignMessageError, Mailbox, Tick)
from ingenuity_nodes.graph.roster import UNDISCOVERED
from ingenuity_nodes.nodes.conversions.lockstep import answer_message, group_of, tick_from
from ingenuity_nodes.nodes.member import full_name_of, MemberNode
from ingenuity_nodes.timing import TICK_NS
from rclpy.qos import DurabilityPolicy, QoSProfile

TICK, DONE = '/world/tick', '/world/done'
# Kept for whoever is matched late: a counted message must not be lost.
COUNTED = QoSProfile(depth=1000, durability=DurabilityPolicy.TRANSIENT_LOCAL)
# Of who is started again: all that is kept and what is new meanwhile, or something is lost.
HELD = QoSProfile(depth=2 * COUNTED.depth, durability=DurabilityPolicy.TRANSIENT_LOCAL)
BEAT = QoSProfile(depth=10, durability=DurabilityPolicy.TRANSIENT_LOCAL)

Messages = dict[str, list[Any]]


class Missing(NamedTuple):
    """What a tick must have beside counted messages, and has not yet."""

    what: str
    topic: str    # on which it is to come


class CountedPublisher:
    """Publishes and counts, so that the world can tell the others how much to wait for."""

    def __init__(
        self, node: MemberNode, kind: type, topic: str, qos: QoSProfile, source: str = '',
    ) -> None:
        self._publisher = node.create_publisher(kind, topic, qos)
        self.topic, self.count = node.topic_in_run(topic), 0
        self.counted = counted_name(self.topic, source) if source else self.topic

    def publish(self, message: Any) -> None:
        """Publish one message."""
        self._publisher.publish(message)
        self.count += 1


class Participant:
    """
    Runs ``on_tick`` once per tick, when all that belongs to the tick has arrived.

    Ticks of another run, and ticks that do not follow the last one, are refused.
    """

    def __init__(
        self, node: MemberNode, on_tick: Callable[[int, Messages], None],
        missing: Callable[[int], Missing | None] = lambda _: None,
    ) -> None:
        self._node, self._on_tick, self._missing = node, on_tick, missing
        self._publishers: list[CountedPublisher] = []
        self._counted: set[str] = set()
        self._groups: set[str] = set()    # of its topics, in ticks
        self._mailbox: Mailbox | None = None
        self._senders_wanted = {TICK: 1}    # by topic, until the first tick
        self._readers_wanted: dict[str, list[str]] = {}    # nodes by topic, likewise
        self._tick: Tick | None = None
        self._last_ns = self._resumed_ns = 0
        self.verdict = ''    # set by mission control when the run is over
        self.foreign: Mapping[str, Foreign] = {}    # seen by anybody up to the last tick, by topic
        self.changes: Mapping[str, float] = {}      # conditions that were changed, by name
        self._answers = node.create_publisher(DiagnosticArray, DONE, BEAT)
        node.create_subscription(DiagnosticArray, TICK, self._on_announcement, BEAT)

    def publisher(
        self, kind: type, topic: str, qos: QoSProfile = COUNTED, *, source: str = '',
        readers: Sequence[str] = (),
    ) -> CountedPublisher:
        """
        Create a publisher whose messages are received by participants in the next tick.

        ``source`` is the sender's name on a topic that several participants publish on;
        ``readers`` are nodes without which time does not begin.
        """
        publisher = CountedPublisher(self._node, kind, topic, qos, source)
        self._publishers.append(publisher)
        self._readers_wanted.setdefault(publisher.topic, []).extend(readers)
        return publisher

    def subscribe(
        self, kind: type, topic: str, qos: QoSProfile = HELD, *, raw: bool = False,
        stamp_of: Callable[[Any], int] | None = None,
    ) -> str:
        """
        Subscribe to a counted topic; returns its name in the run, a key of ``on_tick``'s messages.

        ``stamp_of`` reads the time of a message [ns] where each tick has one: what is not of this
        time is foreign and takes nobody's turn.
        """
        full_name = self._node.topic_in_run(topic)
        self._counted.add(full_name)
        self._groups.add(group_of(full_name))
        if qos.durability == DurabilityPolicy.TRANSIENT_LOCAL:    # from within the run
            self._senders_wanted[full_name] = 1

        def hold(message: Any) -> None:
            if stamp_of is not None:
                try:
                    check_time(t_ns := stamp_of(message), self._last_ns)
                    if t_ns > self._resumed_ns:
                        self._box.is_new(full_name)
                except ValueError as error:
                    if self._box.loses(full_name):
                        self._box.put(full_name, message)
                        return
                    if self._last_ns:
                        self._node.refusals.note(full_name, error)
                    else:
                        self._box.drop(full_name)    # of a run that began without this process
                    return
            self._box.put(full_name, message)
            self.advance()

        self._node.create_subscription(kind, topic, hold, qos, raw=raw)
        return full_name

    def subscribe_shared(
        self, kind: type, topic: str, sources: Sequence[str], source_of: Callable[[Any], str],
    ) -> dict[str, str]:
        """
        Subscribe to a counted topic on which several participants publish.

        Parameters
        ----------
        kind, topic
            As in :meth:`subscribe`.
        sources
            Names of the senders.
        source_of
            Reads a sender's name from its message; ValueError if there is none. What none of
            the senders sent is dropped, each kind of error named once.

        Returns
        -------
        dict
            By sender, the key of its messages in those of ``on_tick``.

        """
        full_name = self._node.topic_in_run(topic)
        names = {source: counted_name(full_name, source) for source in sources}
        self._counted.update(names.values())
        self._groups.add(group_of(full_name))
        self._senders_wanted[full_name] = len(sources)

        def hold(message: Any) -> None:
            try:
                source = source_of(message)
                if source not in names:
                    raise ForeignMessageError(
                        'sender', f"found sender '{source[:40]}', allowed: {', '.join(names)}")
            except ValueError as error:
                self._node.refusals.note(full_name, error)
                return
            self._box.put(names[source], message)
            self.advance()

        self._node.create_subscription(kind, topic, hold, HELD)
        return names

    @property
    def waits_for(self) -> str:
        """
        Return what keeps this participant from answering the last tick, '' if nothing.

        Before the first one, that is whoever it has not discovered yet: what such a one sent
        could be lost, however long the middleware is to keep it (eProsima/Fast-DDS, issue 3822).
        """
        if self._tick is None:
            return '' if self._last_ns else self._undiscovered
        late = self._box.missing(self._tick)
        if late:
            return ', '.join(f'messages on {name}, which {self._senders(name.partition("#")[0])}'
                             for name in late)
        missing = self._missing(self._tick.t_ns)
        return f'{missing.what}, which {self._senders(missing.topic)}' if missing else ''

    @property
    def _undiscovered(self) -> str:
        for topic, wanted in self._senders_wanted.items():
            if self._node.count_publishers(self._node.run_names.on_network(topic)) < wanted:
                return f'{UNDISCOVERED} whoever sends on {topic}'
        for topic, readers in self._readers_wanted.items():
            known = self._names(self._node.get_subscriptions_info_by_topic, topic)
            for reader in readers:
                if reader not in known:
                    return f'{UNDISCOVERED} {reader} as a reader of {topic}'
        return ''

    def _senders(self, topic: str) -> str:
        """Name who has not sent what is missed on a topic."""
        names = self._names(
            self._node.get_publishers_info_by_topic, self._node.topic_in_run(topic))
        return f'{", ".join(sorted(names))} has not sent' if names else f'nobody sends on {topic}'

    def _names(self, ends_of: Callable[[str], Sequence[Any]], topic: str) -> set[str]:
        """Return the nodes, by their names in the run, that have an end of a topic."""
        in_run = self._node.run_names
        return {in_run.within(full_name_of(end)) for end in ends_of(in_run.on_network(topic))}

    def advance(self) -> None:
        """Do the work of the tick if everything it needs is here."""
        tick = self._tick
        if tick is None or self._box.missing(tick) or self._missing(tick.t_ns):
            return
        self._tick, self._last_ns, self.foreign = None, tick.t_ns, tick.foreign
        self.changes = tick.changes
        self._node.time_begins()
        self._on_tick(tick.t_ns, self._box.take(tick))
        counts = {publisher.counted: publisher.count for publisher in self._publishers}
        self._answers.publish(answer_message(Answer(
            self._node.name_in_run, tick.t_ns, counts, tick.run, self.verdict,
            self._seen_foreign())))

    def note_call(self, service: str) -> None:
        """Count the call of a service from outside the run, as a foreign message is counted."""
        self._box.foreign[service] += 1

    def _seen_foreign(self) -> dict[str, Foreign]:
        taken, refused = self._box.foreign, self._node.refusals.foreign
        return {topic: Foreign(taken[topic], refused[topic]) for topic in {*taken, *refused}}

    @property
    def _box(self) -> Mailbox:
        if self._mailbox is None:
            self._mailbox = Mailbox(self._counted)
        return self._mailbox

    def _on_announcement(self, message: DiagnosticArray) -> None:
        for tick in self._node.refusals.read(TICK, [message], self._next_tick):
            if tick is not None:
                self._tick = tick
                self.advance()

    def _next_tick(self, message: DiagnosticArray) -> Tick | None:
        """Read a tick; None if it is not for this participant."""
        tick, mine = tick_from(message, self._groups), self._node.name_in_run
        fresh = self._last_ns == 0 and self._tick is None
        if tick.run == self._node.membership.run and tick.t_ns > TICK_NS and fresh:
            if tick.resumes != mine:
                return None    # the run has begun without this process
            self._last_ns, self._resumed_ns = tick.t_ns - TICK_NS, tick.t_ns
            self._box.resume(tick, COUNTED.depth)
        elif tick.resumes:
            return None
        check_next(tick, self._node.membership.run, self._last_ns)
        if self._tick is not None:
            raise ForeignMessageError(
                'time', f'found a second tick at {tick.t_ns} ns, allowed: one')
        return tick
