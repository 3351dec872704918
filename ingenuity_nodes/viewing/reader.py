# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Hands messages to the scribe, whoever has them; keeps the layout of the viewer up to date."""

from __future__ import annotations

from collections.abc import Callable
import math

from ingenuity_nodes.recording.bag.reader import BagMessage, decode
from ingenuity_nodes.viewing.fields import pose_of
from ingenuity_nodes.viewing.layout import layout, name_lines
from ingenuity_nodes.viewing.scribe import Scribe
import rerun as rr
import rerun.blueprint as rrb

TRUTH = 'ground_truth/odometry'
AWAY = 0.5    # [m] from where it stood: assumed, more than legs and wheels settle


class Reader:
    """
    Reads messages into a recording.

    One that is not of its type, or not as ours, is left out, as are all later ones of its topic;
    that is reported once.
    """

    def __init__(
        self, recording: rr.RecordingStream, report_line: Callable[[str], None],
    ) -> None:
        self._out, self._report = recording, report_line
        self._scribe = Scribe(recording)
        self._refused: set[str] = set()
        self._starts: dict[str, tuple[float, ...]] = {}    # of each vehicle, in M [m]
        self._moved: list[str] = []    # vehicles, in the order in which they left
        self._laid_out: tuple[object, ...] = ()

    def shows(self, topic: str) -> bool:
        """Return whether something of a topic is shown."""
        return bool(self._scribe.kind_of(topic))

    def take(self, message: BagMessage) -> None:
        """Read one message."""
        if message.topic in self._refused:
            return
        try:
            decoded = decode(message)
            self._scribe.take(message.topic, decoded)
        except (ValueError, AttributeError, KeyError, TypeError) as error:
            self._refused.add(message.topic)
            self._report(f'{message.topic}: left out: {str(error)[:120]}')
            return
        if message.topic.endswith(TRUTH):
            name = message.topic.strip('/')[:-len(TRUTH) - 1]
            p = pose_of(decoded.pose.pose).p    # type: ignore[attr-defined]
            start = self._starts.setdefault(name, tuple(p))
            if name not in self._moved and math.dist(start, p) > AWAY:
                self._moved.append(name)

    @property
    def blueprint(self) -> rrb.Blueprint:
        """Lay the viewer out for the vehicles that are known; who leaves first is shown first."""
        helicopters = sorted(self._scribe.helicopters, key=lambda name: (
            self._moved.index(name) if name in self._moved else len(self._moved)))
        name_lines(self._out, helicopters)
        rovers = sorted(set(self._starts) - set(helicopters))
        start = self._starts.get(helicopters[0], ()) if helicopters else ()
        return layout(helicopters, rovers, start)

    def lay_out(self) -> None:
        """Send the layout, whenever there is a vehicle more; before that all is in its place."""
        known = (*self._scribe.helicopters, '', *sorted(self._starts))
        if self._starts and known != self._laid_out:
            self._laid_out = known
            self._out.send_blueprint(self.blueprint)
