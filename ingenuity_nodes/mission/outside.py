# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What reaches mission control from outside, as commands; what cannot be one is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
import math
from typing import NamedTuple

from ingenuity_nodes.frames import Vector3
from ingenuity_nodes.scenario.commands import Command, command_from_yaml, RetargetSection
import numpy as np

MAP = 'map'
COMMAND_TOPIC = '/mission/command'


class GoalPose(NamedTuple):
    """A goal as rviz's tool sends it; where the nose points there is left open."""

    frame: str
    east: float     # [m]
    north: float    # [m]


class ClickedPoint(NamedTuple):
    """A point of interest, as somebody clicks it in rviz."""

    frame: str
    position: tuple[float, float, float]    # east, north, up [m]


Outside = str | GoalPose | ClickedPoint | Command    # a text: YAML of a command


class Known(NamedTuple):
    """Of the vehicles, what it takes to know who is meant."""

    rovers: Sequence[str]
    photographers: Mapping[str, Vector3]    # helicopters with a photo to come, and where they are


def text_of(received: Outside) -> str:
    """Describe in a line what was received."""
    if isinstance(received, GoalPose):
        return f'goal_pose {received.east:g} m east, {received.north:g} m north'
    if isinstance(received, ClickedPoint):
        east, north, up = received.position
        return f'clicked_point {east:g} m east, {north:g} m north, {up:g} m up'
    if isinstance(received, Command):
        return f'command to {received.vehicle[:40]}'
    return ' '.join(received.split())[:100]


def command_of(received: Outside, known: Known) -> Command:
    """
    Return the command that was meant.

    A goal pose is for the only rover. A clicked point is to be photographed: it becomes the target
    of the next photo of the nearest helicopter that has one to come.

    Raises
    ------
    ValueError
        It is no command, in another frame, not made of finite numbers, or meant for nobody.

    """
    if isinstance(received, Command):
        return received
    if isinstance(received, str):
        return command_from_yaml(received)
    if received.frame != MAP:
        raise ValueError(f"frame_id: found '{received.frame[:40]}', allowed: {MAP}")
    if isinstance(received, GoalPose):
        _check_finite(received.east, received.north)
        if len(known.rovers) != 1:
            topics = ', '.join(f'/{name}/goal_pose' for name in known.rovers)
            raise ValueError(f'found {len(known.rovers)} rovers, allowed: one; use '
                             f'{topics or f"goals of a helicopter on {COMMAND_TOPIC}"}')
        return Command(vehicle=known.rovers[0], drive_to=(received.east, received.north))
    _check_finite(*received.position)
    if not known.photographers:
        raise ValueError('found no helicopter with a photo to come, allowed: one that has; use '
                         f'goals on {COMMAND_TOPIC}')
    point = np.array(received.position)
    nearest = min(known.photographers, key=lambda name: float(np.linalg.norm(
        known.photographers[name] - point)))
    east, north, _ = received.position
    return Command(vehicle=nearest, order='retarget', reason='clicked', retarget=RetargetSection(
        target=f'point at {east:.1f} m east {north:.1f} m north', position=received.position))


def _check_finite(*numbers: float) -> None:
    if not all(map(math.isfinite, numbers)):
        raise ValueError(f'found {", ".join(f"{number:g}" for number in numbers)} m, allowed: '
                         'finite numbers')
