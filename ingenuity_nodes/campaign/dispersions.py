# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The dispersions of a campaign: what differs between its flights: noise, wind, ground."""

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
    Build the environment of a scenario with terrain of the same kind, but of another shape.

    Flights of one scenario have the same terrain, whatever the seed, so its effect on them is
    correlated. A campaign needs independent samples of the filter's terrain model.
    """
    here = scenario.world
    terrain = Terrain(with_overrides(TerrainParameters(), here.terrain), seed=seed)
    rocks = Rocks(terrain, with_overrides(RockParameters(), here.rocks), seed)
    return replace(environment_of(scenario, seed), terrain=terrain, rocks=rocks)


def dispersed(scenario: Scenario, seed: int) -> tuple[Simulation, OfflineCamera | None]:
    """Set up one flight of a campaign, with a camera if it navigates by images."""
    environment = dispersed_environment(scenario, seed)
    by_images = any(section.features == 'images' for section in scenario.helicopters)
    drawn = OfflineCamera(scenario, environment) if by_images else None
    return Simulation(scenario, seed, environment=environment,
                      track_image=drawn.track if drawn else None), drawn
