# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The scene and the robots of a scenario, as the renderer needs them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from ingenuity_nodes.cameras.model import CameraModel, CAMERAS, rte
from ingenuity_nodes.frames import QuatWxyz, Vector3
from ingenuity_nodes.parameters import with_overrides
from ingenuity_nodes.rendering.scene import Body, ROVER_PATH, Scene, SceneConfig
from ingenuity_nodes.robots.ingenuity import SOLE
from ingenuity_nodes.rover.mast import joints_of
from ingenuity_nodes.rover.perseverance import resting_pose
from ingenuity_nodes.scenario.environment import orthophoto_of
from ingenuity_nodes.scenario.helicopter_parameters import HelicopterParameters
from ingenuity_nodes.scenario.sections import Scenario, WorldSection
from ingenuity_nodes.signals import Exposure
from ingenuity_nodes.world.environment import Environment
from ingenuity_nodes.world.rocks import RockParameters
from ingenuity_nodes.world.terrain import TerrainParameters
from ingenuity_nodes.yaml_files.check import FileError
import numpy as np

KINDS = {'ingenuity': 'helicopter', 'perseverance': 'rover'}    # type in a scenario -> body
Pose = tuple[Vector3, QuatWxyz]


class DrivenRover(NamedTuple):
    """Where a rover truly is, and how its wheels and its suspension stand."""

    p_MB: Vector3
    q_MB: QuatWxyz
    joints: Mapping[str, float]    # [rad]


PARKED: Mapping[str, DrivenRover] = MappingProxyType({})


def camera_of(scenario: Scenario, vehicle: str, camera: str) -> CameraModel:
    """
    Build the model of one camera of a vehicle, with its true mounting.

    Raises
    ------
    FileError
        The vehicle carries no such camera.

    """
    section = scenario.vehicle(vehicle)
    carried: tuple[str, ...] = section.cameras
    if camera not in carried:
        raise FileError(f"{vehicle}: found camera '{camera}', "
                        f'allowed: {", ".join(carried) or "none, it carries no camera"}')
    if camera != 'rte':
        return CAMERAS[camera]()
    parameters = with_overrides(HelicopterParameters(), section.overrides)
    return rte(parameters.computer.rte_mounting_error)


def scene_of(scenario: Scenario, environment: Environment) -> Scene:
    """Build the scene of a scenario from the environment that its vehicles fly in."""
    here = scenario.world
    config = SceneConfig(
        terrain=with_overrides(TerrainParameters(), here.terrain),
        rocks=with_overrides(RockParameters(), here.rocks), seed=0, utc=here.utc,
        latitude_deg=here.latitude, east_longitude_deg=here.longitude,
        rover_path=ROVER_PATH if _has_the_rovers_tracks(here) else ())
    return Scene(config, environment.terrain, environment.rocks, environment.sun,
                 orthophoto_of(here))


def _has_the_rovers_tracks(here: WorldSection) -> bool:
    """Return whether the map origin is the helipad that the rover drove over."""
    north = here.latitude - SceneConfig.latitude_deg
    east = here.longitude - SceneConfig.east_longitude_deg
    return max(abs(north), abs(east)) < 1e-4    # [deg] 6 m


def robots_in_view(
    scenario: Scenario, environment: Environment, carrier: str, exposure: Exposure,
    others: Mapping[str, Pose], rovers: Mapping[str, DrivenRover] = PARKED,
) -> list[Body]:
    """
    List the robots that may be in view at an exposure.

    Parameters
    ----------
    scenario, environment
        The vehicles, and the ground they are on.
    carrier
        Name of the vehicle that carries the camera.
    exposure
        Pose of the carrier; for the mast camera, that of the mast head.
    others
        True pose ``(p_MB, q_MB)`` of other helicopters, by name; without a known pose they stand
        at their initial position.
    rovers
        The same of rovers, by name, with their joints; without they are parked.

    """
    bodies = []
    for vehicle in scenario.vehicles:
        kind = KINDS[vehicle.type]
        q_MB, p_MB = resting_pose(vehicle.position, vehicle.azimuth, environment.terrain)
        if kind == 'rover':
            p_MB, q_MB, joints = rovers.get(vehicle.name, DrivenRover(p_MB, q_MB, {}))
            if vehicle.name == carrier:
                joints = {**joints, **joints_of(q_MB, exposure.q_MB)}
            bodies.append(Body(kind, p_MB, q_MB, joints))
        elif vehicle.name == carrier:
            bodies.append(Body(kind, exposure.p_MB, exposure.q_MB))
        else:
            standing = p_MB - np.array([0.0, 0.0, SOLE]), q_MB
            bodies.append(Body(kind, *others.get(vehicle.name, standing)))
    return bodies
