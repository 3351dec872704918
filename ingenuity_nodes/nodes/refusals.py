# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The door of a node: messages are read, or refused by topic, and the node goes on.

All refusals are counted. Of errors that have a kind, one of each is logged; of the others one a
second on each topic.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
import time
from typing import Any, TYPE_CHECKING, TypeVar

from ingenuity_nodes.graph.lockstep import ForeignMessageError
from rcl_interfaces.msg import SetParametersResult

if TYPE_CHECKING:
    from ingenuity_nodes.nodes.member import MemberNode

V = TypeVar('V')
LONGEST_LINE = 400    # assumed: what is found may be a text of any length
PAUSE = 1.0    # [s] of wall time between two lines on one topic


class Refusals:
    """What one node refused, by topic and kind of error."""

    def __init__(self, node: MemberNode) -> None:
        self._node = node
        self.counts: Counter[tuple[str, str]] = Counter()
        self.foreign: Counter[str] = Counter()    # of these, what none of the run sent, by topic
        self._logged: dict[str, float] = {}       # topic, when

    def read(
        self, topic: str, messages: Iterable[Any], decode: Callable[[Any], V],
    ) -> Iterator[V]:
        """Read messages; those at which ``decode`` raises ValueError are refused."""
        for message in messages:
            try:
                yield decode(message)
            except ValueError as error:
                self.note(topic, error)

    def note(self, topic: str, error: Exception) -> None:
        """Count one refused message, and log it unless the like of it was logged before."""
        topic = self._node.topic_in_run(topic)
        kind = str(getattr(error, 'kind', ''))
        self.counts[topic, kind] += 1
        if isinstance(error, ForeignMessageError):
            self.foreign[topic] += 1
        log, text = self._node.get_logger(), one_line(error)
        if not kind:
            now = time.monotonic()
            if now - self._logged.get(topic, -PAUSE) >= PAUSE:
                self._logged[topic] = now
                log.error(f'{topic}: refused: {text}')
        elif self.counts[topic, kind] == 1:
            log.error(f'{topic}: refused: {text}; further ones of this kind are only counted')

    def log_all(self) -> None:
        """Log at the end how many messages were refused on each topic."""
        total: Counter[str] = Counter()
        for (topic, _), count in self.counts.items():
            total[topic] += count
        if total:
            self._node.get_logger().info('refused in all: ' + ', '.join(
                f'{topic} {count}' for topic, count in sorted(total.items())))


def one_line(error: Exception) -> str:
    """Return the text of an error without line breaks, not at full length."""
    return ' '.join(str(error)[:4 * LONGEST_LINE].split())[:LONGEST_LINE]


def refused(request: Any, response: Any, reason: str) -> Any:
    """Answer a request that could not be read, with the reason where its answer has a field."""
    result = SetParametersResult(successful=False, reason=reason)
    if hasattr(response, 'results') and hasattr(request, 'parameters'):
        response.results = [result] * len(request.parameters)
    elif hasattr(response, 'result') and isinstance(response.result, SetParametersResult):
        response.result = result
    elif hasattr(response, 'message'):
        response.message = reason
    return response
