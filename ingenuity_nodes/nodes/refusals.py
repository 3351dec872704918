# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Messages that cannot be read: all counted; of those that know their kind, one of each logged."""

from __future__ import annotations

from collections import Counter

from rclpy.node import Node


class ForeignSenderError(ValueError):
    """A message on a topic of several publishers is of none of them."""

    kind = 'sender'


class Refusals:
    """What was refused, by topic and kind of error."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()

    def note(self, node: Node, topic: str, error: Exception) -> None:
        """Count one refused message; log it, unless one of its kind was logged before."""
        kind = str(getattr(error, 'kind', ''))
        self.counts[topic, kind] += 1
        if not kind:
            node.get_logger().error(f'{topic}: refused: {error}')
        elif self.counts[topic, kind] == 1:
            node.get_logger().error(
                f'{topic}: {error}; further ones of this kind are only counted')
