# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Which topics go into the bag, and why: ``config/recording.yaml``."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

from ingenuity_nodes.resources import configuration
from ingenuity_nodes.yaml_files.check import load_yaml, validate
from ingenuity_nodes.yaml_files.section import Row, Section
from pydantic import Field


class TopicRule(Section):
    """Topics that fit a pattern (``*`` stands for anything), and the reason."""

    topic: Annotated[str, Field(pattern='^[/*]')]
    why: Annotated[str, Field(min_length=3)]


class RecordingRules(Section):
    """The first rule that fits decides, those that leave out before those that record."""

    leave_out: Row[TopicRule] = ()
    record: Row[TopicRule]
    record_others: bool    # topics no rule speaks of, as those of your own nodes

    def reason(self, topic: str) -> str | None:
        """Say why a topic is recorded; None: it is not."""
        if _first_fit(self.leave_out, topic):
            return None
        rule = _first_fit(self.record, topic)
        if rule:
            return rule.why
        return 'not in the rules; others are recorded' if self.record_others else None


def recording_rules(path: Path | None = None) -> RecordingRules:
    """
    Read the rules: those of the package, or a file of your own.

    Raises
    ------
    FileError
        Names file, line, key, found and allowed.

    """
    path = path or configuration('recording.yaml')
    text, value = load_yaml(path)
    return validate(RecordingRules, path, text, value)


def _first_fit(rules: tuple[TopicRule, ...], topic: str) -> TopicRule | None:
    return next((rule for rule in rules if fnmatchcase(topic, rule.topic)), None)
