# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
What mission control is told during a run: an order, goals, or where a rover shall drive.

The same mapping is a row of a scenario (``mission: commands``, with its time ``at``) and a text on
the topic ``/mission/command``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from ingenuity_nodes.guidance.flight_plan import Azimuth
from ingenuity_nodes.scenario.goals import CruiseSection, Goal
from ingenuity_nodes.yaml_files.explain import explain, RuleError
from ingenuity_nodes.yaml_files.reader import read_yaml, some_of
from ingenuity_nodes.yaml_files.section import Row, Section
from pydantic import Field, model_validator, Strict, ValidationError

OrderKind = Literal['hold', 'resume', 'return', 'land', 'abort', 'retarget']
CommandKind = Literal['go', 'hold', 'resume', 'return', 'land', 'abort', 'retarget']
LONGEST_REASON = 120    # characters; assumed: a line of a terminal


class RetargetSection(Section):
    """Another target for a photo that is not yet taken: a vehicle, or a point of the map."""

    photo: str = ''     # target of the photo as planned; '': the first one to come
    target: str         # name of a vehicle, or any name for a point
    # East, north, up in the map [m]; of a vehicle it is known.
    position: Annotated[tuple[float, float, float] | None, Strict(False)] = None
    azimuth: Azimuth = 0.0
    # Since lift-off [s]; without it as planned.
    after: Annotated[float | None, Field(ge=0.0, le=1000.0)] = None
    before: Annotated[float | None, Field(ge=0.0, le=1000.0)] = None

    @model_validator(mode='after')
    def _window_is_open(self) -> RetargetSection:
        if (self.after is None) != (self.before is None):
            raise RuleError('found one of after and before, allowed: both or none', 'after')
        if self.after is not None and self.before is not None and self.before <= self.after:
            raise RuleError(f'window closes at {self.before:g} s, allowed: later than it opens, '
                            f'at {self.after:g} s', 'before')
        return self


class Command(Section):
    """What one vehicle shall do: one of ``order``, ``goals``, ``drive_to``."""

    vehicle: str
    order: CommandKind | None = None    # go: now, not at the start that the scenario has
    reason: Annotated[str, Field(max_length=LONGEST_REASON)] = ''
    retarget: RetargetSection | None = None    # of the order 'retarget'
    goals: Row[Goal] = ()
    cruise: CruiseSection = CruiseSection()    # of the goals
    now: bool = False    # the goals: not only at the start that the scenario has
    drive_to: Annotated[tuple[float, float] | None, Strict(False)] = None    # east, north [m]

    @model_validator(mode='after')
    def _is_one_of_three(self) -> Command:
        given = [name for name, there in (
            ('order', self.order), ('goals', self.goals), ('drive_to', self.drive_to)) if there]
        if len(given) != 1:
            raise RuleError(f'found {" and ".join(given) or "nothing to do"}, allowed: one of '
                            'order, goals, drive_to', *given[1:2])
        if (self.order == 'retarget') != (self.retarget is not None):
            raise RuleError("found one of order 'retarget' and key retarget, allowed: both or "
                            'none', 'order')
        return self


class TimedCommand(Command):
    """A command that a scenario gives at a time of the mission."""

    at: Annotated[float, Field(ge=0.0, le=7200.0, description='s')]


def command_from_yaml(text: str) -> Command:
    """
    Read a command.

    Raises
    ------
    ValueError
        Not YAML, or not a command; the message names each key.

    """
    value = read_yaml(text)[1]
    try:
        return Command.model_validate(value)
    except ValidationError as error:
        raise ValueError(some_of([
            f'{".".join(map(str, key)) or "command"}: {message}'
            for key, message in explain(Command, error)])) from error
