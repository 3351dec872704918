# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What a scenario describes, made: its surroundings, its rovers, its mapper."""

from __future__ import annotations

from pathlib import Path

from ingenuity_nodes.cameras.model import navcam
from ingenuity_nodes.frames import yaw_from_azimuth
from ingenuity_nodes.mapping.mapper import Mapper
from ingenuity_nodes.mapping.parameters import MapperParameters
from ingenuity_nodes.parameters import with_overrides
from ingenuity_nodes.rover.drive import Drive
from ingenuity_nodes.rover.ground import ground_of
from ingenuity_nodes.rover.parameters import RoverParameters
from ingenuity_nodes.rover.perseverance import Finder, resting_pose, Rover
from ingenuity_nodes.scenario.sections import (
    MapperSection, RoverSection, Scenario, WorldSection)
from ingenuity_nodes.sensors.altimeter import AltimeterParameters
from ingenuity_nodes.world.climate import pressure_at, temperature_at
from ingenuity_nodes.world.elevation_file import Elevations, read_elevations
from ingenuity_nodes.world.environment import Environment
from ingenuity_nodes.world.mars import air_at
from ingenuity_nodes.world.orthophoto_file import Orthophoto, read_orthophoto
from ingenuity_nodes.world.rocks import RockParameters, Rocks
from ingenuity_nodes.world.seeds import seed_of
from ingenuity_nodes.world.sun import sun_at
from ingenuity_nodes.world.terrain import Terrain, TerrainParameters
from ingenuity_nodes.world.wind import Wind, WindParameters


def environment_of(scenario: Scenario, seed: int | None = None) -> Environment:
    """Build the surroundings of a scenario; ``seed`` replaces that of the file."""
    here = scenario.world
    seed = scenario.seed if seed is None else seed
    # The ground is that of the place, whatever the seed: the same for dispersed flights.
    terrain = terrain_of(here)
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


def terrain_of(here: WorldSection) -> Terrain:
    """Build the ground of a scenario alone."""
    return Terrain(with_overrides(TerrainParameters(), here.terrain), dem=_measured(here))


def _measured(here: WorldSection) -> Elevations | None:
    """Heights from the scenario's GeoTIFF, if it names one."""
    if here.elevations is None:
        return None
    return read_elevations(
        Path(here.elevations.file), here.latitude, here.longitude, here.elevations.reach)


def orthophoto_of(here: WorldSection) -> Orthophoto | None:
    """Read the tones of the ground, which only images need, if a scenario names an orthophoto."""
    if here.elevations is None or not here.elevations.orthophoto:
        return None
    return read_orthophoto(
        Path(here.elevations.orthophoto), here.latitude, here.longitude, here.elevations.reach)


def rover_of(
    section: RoverSection, environment: Environment, seed: int,
    find_itself: Finder = lambda *_: None,
) -> Rover:
    """Build a rover as a scenario describes it, at its place."""
    pose = resting_pose(section.position, section.azimuth, environment.terrain)
    parameters = with_overrides(RoverParameters(), section.overrides)
    east, north, up = (float(value) for value in pose[1])
    drive = Drive(
        parameters.drive, ground_of(environment.terrain, environment.rocks),
        ((east, north, yaw_from_azimuth(section.azimuth)), up), seed_of(seed, section.name))
    return Rover(parameters, pose, seed, drive, find_itself, name=section.name,
                 terrain=environment.terrain, image_orders=section.image_orders)


def mapper_of(section: MapperSection) -> Mapper:
    """Build the mapper that a scenario asks for."""
    parameters = with_overrides(MapperParameters(), section.overrides)
    return Mapper(parameters, section.vehicles, navcam(), AltimeterParameters())
