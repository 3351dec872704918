# Copyright 2026 Ingenuity contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.
"""Everything around the vehicles, built once from a scenario: ground, air, wind, sun."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ingenuity_nodes.parameters import with_overrides
from ingenuity_nodes.scenario import Scenario, WorldSection
from ingenuity_nodes.signals import Air
from ingenuity_nodes.world.climate import pressure_at, temperature_at
from ingenuity_nodes.world.elevation_file import Elevations, read_elevations
from ingenuity_nodes.world.mars import air_at
from ingenuity_nodes.world.rocks import RockParameters, Rocks
from ingenuity_nodes.world.sun import Sun, sun_at
from ingenuity_nodes.world.terrain import Terrain, TerrainParameters
from ingenuity_nodes.world.wind import Wind, WindParameters


@dataclass(frozen=True)
class Environment:
    """One place on Mars at one time; the same scenario gives the same one in every process."""

    terrain: Terrain
    rocks: Rocks
    air: Air
    wind: Wind
    sun: Sun


def environment_of(scenario: Scenario, seed: int | None = None) -> Environment:
    """Build the surroundings of a scenario; ``seed`` replaces that of the file."""
    here = scenario.world
    seed = scenario.seed if seed is None else seed
    # The ground is that of the place, whatever the seed of the day: dispersed flights share it.
    terrain = Terrain(with_overrides(TerrainParameters(), here.terrain), dem=_measured(here))
    sun = sun_at(here.utc, here.latitude, here.longitude)
    pressure, temperature = here.pressure, here.temperature
    if pressure is None:
        pressure = pressure_at(here.elevation, sun.ls_deg)
    if temperature is None:
        temperature = temperature_at(sun.ltst_h)
    return Environment(
        terrain=terrain,
        rocks=Rocks(terrain, with_overrides(RockParameters(), here.rocks)),
        air=air_at(pressure, temperature),
        wind=Wind(with_overrides(WindParameters(), here.wind), seed),
        sun=sun,
    )


def _measured(here: WorldSection) -> Elevations | None:
    """Heights from the scenario's GeoTIFF, if it names one."""
    if here.elevations is None:
        return None
    return read_elevations(
        Path(here.elevations.file), here.latitude, here.longitude, here.elevations.reach)
