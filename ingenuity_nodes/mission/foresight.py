# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What is known of a scenario before it is flown: air that does not carry, photos of nothing."""

from __future__ import annotations

from collections.abc import Iterator
import math

from ingenuity_nodes.cameras.model import CameraModel, rte
from ingenuity_nodes.control.allocation import onboard_model
from ingenuity_nodes.guidance.flight_plan import FlightPlan, Lean, PhotoRequest
from ingenuity_nodes.guidance.photo_trigger import target_corners
from ingenuity_nodes.mission.planned_flight import (
    photo_requests, planned_flight, PlannedFlight)
from ingenuity_nodes.mission.preparation import plan_with_targets
from ingenuity_nodes.parameters import with_overrides
from ingenuity_nodes.scenario.environment import terrain_of
from ingenuity_nodes.scenario.helicopter_parameters import HelicopterParameters
from ingenuity_nodes.scenario.sections import HelicopterSection, Scenario
from ingenuity_nodes.world.climate import pressure_at, temperature_at
from ingenuity_nodes.world.mars import air_at
from ingenuity_nodes.world.sun import sun_at
from ingenuity_nodes.world.terrain import Terrain
import numpy as np

# Thrust goes as density and speed squared. assumed: above this there is thrust to spare, as it is
# below the design range, 0.0145 kg/m^3 and up (Balaram et al. 2018), and need not be computed.
CARRIES = 0.012 * 2537.0 ** 2     # [kg/m^3 rpm^2]
WOBBLE = 0.25    # frame widths that gusts may bring a target nearer; assumed: 12 deg
STEP = 3         # samples of the planned flight between looks: 0.3 s


def foreseen(scenario: Scenario) -> list[str]:
    """List what will not happen as it is written, a line each."""
    terrain: Terrain | None = None
    lines: list[str] = []
    for section in scenario.helicopters:
        plan = section.flight_plan
        if plan is None:
            continue    # the mission planner looks for itself
        lines += _lift(scenario, section, plan)
        if plan.photos or any(isinstance(segment, Lean) for segment in plan.segments):
            terrain = terrain or terrain_of(scenario.world)
            lines += _photos(scenario, section, plan, terrain)
    return lines


def _lift(scenario: Scenario, section: HelicopterSection, plan: FlightPlan) -> Iterator[str]:
    here = scenario.world
    sun = sun_at(here.utc, here.latitude, here.longitude)
    air = air_at(here.pressure or pressure_at(here.elevation, sun.ls_deg),
                 here.temperature or temperature_at(sun.ltst_h))
    if air.density * plan.rotor_speed_rpm ** 2 > CARRIES:
        return
    vehicle = with_overrides(HelicopterParameters(), section.overrides).vehicle
    try:
        onboard_model(vehicle, air, plan.rotor_speed_rpm * math.pi / 30.0)
    except ValueError as error:
        yield f'{section.name} will refuse its plan: {error}'


def _photos(
    scenario: Scenario, section: HelicopterSection, plan: FlightPlan, terrain: Terrain,
) -> Iterator[str]:
    parameters = with_overrides(HelicopterParameters(), section.overrides)
    camera = rte(parameters.computer.rte_mounting_error)
    plan = plan_with_targets(scenario, section, terrain)
    flight = planned_flight(plan, section.position, terrain, parameters.guidance)
    for photo in photo_requests(plan, flight):
        what = f'{section.name}: the photo of {photo.target} from {photo.after:g} to ' \
               f'{photo.before:g} s after lift-off'
        if photo.after > flight.duration:
            yield f'{what} will not be taken: the plan lands at {flight.duration:.1f} s'
        elif not _seen(camera, photo, plan, flight):
            yield f'{what} will not show it: it stays outside the frame'


def _seen(
    camera: CameraModel, photo: PhotoRequest, plan: FlightPlan, flight: PlannedFlight,
) -> bool:
    """Return whether a level aircraft would have a corner of the target's box near its frame."""
    corners, samples = target_corners(plan.target(photo.target)), flight.samples
    frame = np.array([camera.width, camera.height], dtype=np.float64)
    during = np.flatnonzero((flight.t_s >= photo.after) & (flight.t_s <= photo.before))
    for k in during[::STEP]:
        uv = camera.project_world(corners, samples.p_MB[k], samples.q_MB[k])
        if ((uv > -WOBBLE * frame) & (uv < (1.0 + WOBBLE) * frame)).all(axis=1).any():
            return True
    return len(during) == 0
