# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What differs from flight to flight of a campaign: noise, wind, and the ground itself."""

from __future__ import annotations

from dataclasses import replace

from ingenuity_nodes.parameters import with_overrides
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.simulation.drawn_images import OfflineCamera
from ingenuity_nodes.simulation.simulation import Simulation
from ingenuity_nodes.world.environment import Environment
from ingenuity_nodes.world.rocks import RockParameters, Rocks
from ingenuity_nodes.world.terrain import Terrain, TerrainParameters


def dispersed_environment(scenario: Scenario, seed: int) -> Environment:
    """
    Build the surroundings of a scenario over ground of the same kind, but another shape.

    Flights of one scenario share their ground, whatever the seed: what it does to one of them it
    does to all. Over a campaign a belief about grounds in general is put to the test.
    """
    here = scenario.world
    terrain = Terrain(with_overrides(TerrainParameters(), here.terrain), seed=seed)
    rocks = Rocks(terrain, with_overrides(RockParameters(), here.rocks), seed)
    return replace(environment_of(scenario, seed), terrain=terrain, rocks=rocks)


def dispersed(scenario: Scenario, seed: int) -> tuple[Simulation, OfflineCamera | None]:
    """Set up one flight of a campaign, and who draws for it where it navigates by images."""
    environment = dispersed_environment(scenario, seed)
    looks = any(section.features == 'images' for section in scenario.helicopters)
    drawn = OfflineCamera(scenario, environment) if looks else None
    return Simulation(scenario, seed, environment=environment,
                      track_image=drawn.track if drawn else None), drawn
