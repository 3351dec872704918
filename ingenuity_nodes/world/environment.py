# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Everything around the vehicles, built once from a scenario: ground, air, wind, sun."""

from __future__ import annotations

from dataclasses import dataclass

from ingenuity_nodes.signals import Air
from ingenuity_nodes.world.rocks import Rocks
from ingenuity_nodes.world.sun import Sun
from ingenuity_nodes.world.terrain import Terrain
from ingenuity_nodes.world.wind import Wind


@dataclass(frozen=True)
class Environment:
    """One place on Mars at one time; the same scenario gives the same one in every process."""

    terrain: Terrain
    rocks: Rocks
    air: Air
    wind: Wind
    sun: Sun
