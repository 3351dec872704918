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
    """A pattern of topics (``*`` matches anything), and the reason."""

    topic: Annotated[str, Field(pattern='^[/*]')]
    why: Annotated[str, Field(min_length=3)]


class RecordingRules(Section):
    """The first rule that matches applies; ``leave_out`` before ``record``."""

    leave_out: Row[TopicRule] = ()
    record: Row[TopicRule]
    record_others: bool    # topics without a rule, such as those of your own nodes

    def reason(self, topic: str) -> str | None:
        """Return why a topic is recorded; None: it is not."""
        if _first_match(self.leave_out, topic):
            return None
        rule = _first_match(self.record, topic)
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


def _first_match(rules: tuple[TopicRule, ...], topic: str) -> TopicRule | None:
    return next((rule for rule in rules if fnmatchcase(topic, rule.topic)), None)
