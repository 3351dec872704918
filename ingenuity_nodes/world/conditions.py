# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
What of the surroundings may change in flight: the wind.

Changes come by dotted names, ``wind.speed``. Whoever has an environment applies the same changes
at the same tick, so all compute the same air.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ingenuity_nodes.parameters import with_overrides
from ingenuity_nodes.world.environment import Environment

WIND = 'wind.'    # begins the names of conditions


@dataclass(frozen=True)
class ParameterChange:
    """A parameter that somebody changed in flight: of the surroundings, or of a node."""

    t_ns: int        # from which tick on, or with which exposure
    node: str        # full name within the run
    name: str        # dotted
    before: float
    after: float


class Conditions:
    """The changeable part of one environment."""

    def __init__(self, environment: Environment) -> None:
        self._wind, self._at_start = environment.wind, environment.wind.parameters
        self._changes: Mapping[str, float] = {}

    def apply(self, changes: Mapping[str, float]) -> None:
        """
        Let all changes so far hold from now on; applied again they do nothing.

        Raises
        ------
        ParameterError
            A name that is none, or a value outside its limits.

        """
        if changes == self._changes:
            return
        self._wind.change(with_overrides(self._at_start, {
            name.removeprefix(WIND): value for name, value in changes.items()}))
        self._changes = dict(changes)
