# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What topics, services and actions mean, which no type says: ``config/interfaces.yaml``."""

from __future__ import annotations

from typing import Annotated

from ingenuity_nodes.resources import configuration
from ingenuity_nodes.yaml_files.check import load_yaml, validate
from ingenuity_nodes.yaml_files.section import Row, Section
from pydantic import Field

HELICOPTER, ROVER = '<helicopter>', '<rover>'    # stand for the names of vehicles
Meaning = Annotated[str, Field(min_length=3)]


class TopicNote(Section):
    """One topic, its name within the run."""

    topic: Annotated[str, Field(pattern='^[/a-z]')]
    meaning: Meaning
    unit: str = ''
    frame: str = ''    # of header and child, or what the numbers are in
    rate: str = ''


class ServiceNote(Section):
    """One service."""

    service: Annotated[str, Field(pattern='^/')]
    meaning: Meaning


class ActionNote(Section):
    """One action."""

    action: Annotated[str, Field(pattern='^/')]
    meaning: Meaning
    frame: str


class ParameterNote(Section):
    """A parameter of ROS's own, which comes without a description."""

    parameter: str
    meaning: Meaning


class InterfaceNotes(Section):
    """All of them."""

    topics: Row[TopicNote]
    truth: Row[TopicNote]
    services: Row[ServiceNote]
    actions: Row[ActionNote]
    parameters: Row[ParameterNote]


def interface_notes() -> InterfaceNotes:
    """Read the notes; FileError names line, key, found and allowed."""
    path = configuration('interfaces.yaml')
    text, value = load_yaml(path)
    return validate(InterfaceNotes, path, text, value)
