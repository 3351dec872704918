# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
A scenario: one YAML file that says which world, which vehicles, which mission.

Every mistake in it is answered with file, line, key, what was found and what is allowed,
before anything starts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
import re
from typing import Annotated, Any, Literal

from ingenuity_nodes.guidance.flight_plan import (
    Azimuth, FlightPlan, Lean, PhotoRequest, Segment, TakePhoto)
from ingenuity_nodes.scenario.commands import TimedCommand
from ingenuity_nodes.scenario.fault_section import FaultSection, orders_of
from ingenuity_nodes.scenario.goals import CruiseSection, Goal, Photograph
from ingenuity_nodes.scenario.mast_images import ImagesSection
from ingenuity_nodes.signals import FaultOrder, ImageOrder
from ingenuity_nodes.yaml_files.explain import RuleError
from ingenuity_nodes.yaml_files.section import Row, Section
from pydantic import (
    AfterValidator, BeforeValidator, Field, model_validator, Strict)


def _no_number(value: object) -> object:
    # Pydantic would take 2021 for seconds since 1970, also as a text.
    if not isinstance(value, (str, datetime)) or (
            isinstance(value, str) and not re.match(r'\d{4}-\d\d-\d\d[Tt ]', value)):
        found = repr(value[:40]) if isinstance(value, str) else str(value)[:40]
        raise ValueError(f'found {found}, allowed: a time such as '
                         '2021-04-25T11:31:00Z')
    return value


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f'found {value.isoformat()}, allowed: a time with zone, such as '
                         f'{value.isoformat()}Z')
    if not FIRST_YEAR <= value.year <= LAST_YEAR:    # before the zone, which may not fit in
        raise ValueError(f'found {value.isoformat()}, allowed: from {FIRST_YEAR} to {LAST_YEAR}, '
                         'for which the formulas of the sun hold')
    return value.astimezone(timezone.utc)


def possible_pace(value: float) -> float:
    """
    Return a real-time factor if time can be kept with it.

    Raises
    ------
    ValueError
        The next tick would not come in anybody's lifetime, or never.

    """
    if not (value == 0.0 or SLOWEST <= value <= FASTEST):
        raise ValueError(f'found {value:g}, allowed: 0, as fast as possible, or {SLOWEST:g} to '
                         f'{FASTEST:g}')
    return value


# assumed: the span over which Allison and McEwen (2000) compared their formulas, as recalled.
FIRST_YEAR, LAST_YEAR = 1874, 2127
SLOWEST, FASTEST = 0.001, 1000.0    # assumed: a tick in 10 s, and more than any computer can do
Name = Annotated[str, Field(
    pattern=r'^[a-z][a-z0-9_]*$', description='lower-case letters, digits, underscores')]
VehicleName = Annotated[Name, Field(max_length=32)]    # as many as a radio frame has room for
Metres = Annotated[float, Field(ge=-5000.0, le=5000.0, description='m')]
Utc = Annotated[datetime, Strict(False), BeforeValidator(_no_number), AfterValidator(_utc)]
Overrides = Mapping[str, Any]
FEATURES = 'geometry', 'images'    # of the ground's own points, or tracked in rendered images
FORMER_FEATURES = {'pictures': 'images'}    # understood until the next release


def current_features(name: str) -> str:
    """Give the present name of a kind of features; unknown ones stay as they are."""
    return FORMER_FEATURES.get(name, name)


def _present_features(value: object) -> object:
    return current_features(value) if isinstance(value, str) else value


class ElevationsSection(Section):
    """Measured ground instead of made-up ground."""

    file: str    # GeoTIFF with a map projection; its path is relative to the scenario file
    orthophoto: str = ''    # GeoTIFF or JP2 of the same ground: its tones in all images
    # How far from the map origin heights are taken.
    reach: Annotated[float, Field(ge=20.0, le=20_000.0, description='m')] = 1000.0


class WorldSection(Section):
    """Where and when: the site, the air, the ground."""

    latitude: Annotated[float, Field(ge=-90.0, le=90.0, description='deg north')]
    longitude: Annotated[float, Field(ge=-180.0, le=360.0, description='deg east')]
    utc: Utc
    # Above the areoid; the airfield of the first flights unless the file says otherwise.
    elevation: Annotated[float, Field(ge=-9000.0, le=22000.0, description='m')] = -2570.0
    # Air of the day; what is left out is that of place, season and local time (world/climate.py).
    # MEDA saw 705 to 740 Pa in spring 2021; the limits are those of the planet's seasons.
    pressure: Annotated[float | None, Field(ge=100.0, le=1500.0, description='Pa')] = None
    temperature: Annotated[float | None, Field(ge=130.0, le=320.0, description='K')] = None
    elevations: ElevationsSection | None = None
    wind: Overrides = Field(default_factory=dict)
    terrain: Overrides = Field(default_factory=dict)
    rocks: Overrides = Field(default_factory=dict)


class VehicleSection(Section):
    """What all vehicles have: a name, which is their namespace, and a place on the map."""

    name: VehicleName
    position: Annotated[tuple[Metres, Metres], Strict(False)]    # east, north of the map origin
    azimuth: Azimuth


class HelicopterSection(VehicleSection):
    """One helicopter and its flight."""

    type: Literal['ingenuity']    # noqa: A003, RUF100
    # What it navigates by. auto: images in the live graph, which draws them anyway, and
    # geometry in the batch, which is fast.
    features: Annotated[
        Literal['auto', 'geometry', 'images'], BeforeValidator(_present_features)] = 'auto'
    cameras: Row[Literal['navcam', 'rte']] = ('navcam', 'rte')
    # Mission time, from the start of the simulation, at which mission control says go.
    start: Annotated[float, Field(ge=1.0, le=3600.0, description='s')] = 2.0
    # How to fly, or what for: a plan that somebody wrote, or goals for the mission planner.
    flight_plan: FlightPlan | None = None
    goals: Row[Goal] = ()
    cruise: CruiseSection = CruiseSection()
    overrides: Overrides = Field(default_factory=dict)

    @property
    def photographed(self) -> tuple[str, ...]:
        """Return the target of each photo that plan or goals ask for."""
        if self.flight_plan is not None:
            return self.flight_plan.photographed
        return tuple(goal.target for goal in self.goals if isinstance(goal, Photograph))

    @model_validator(mode='after')
    def _plan_or_goals(self) -> HelicopterSection:
        if self.flight_plan is None and not self.goals:
            raise RuleError("key 'flight_plan' is missing, or goals instead of it", 'name')
        if self.flight_plan is not None and self.goals:
            raise RuleError('found goals beside a flight_plan, allowed: one of the two', 'goals')
        return self


class RoverSection(VehicleSection):
    """The rover, which also carries the base station."""

    type: Literal['perseverance']    # noqa: A003, RUF100
    # East, north of the map origin; without it the rover stays parked.
    drive_to: Annotated[tuple[Metres, Metres] | None, Strict(False)] = None
    # Mission time at which mission control sends the path.
    start: Annotated[float, Field(ge=0.0, le=3600.0, description='s')] = 2.0
    cameras: Row[Literal['mastcam']] = ('mastcam',)
    images: Row[ImagesSection] = ()    # of the mast camera; more may be asked for by topic
    overrides: Overrides = Field(default_factory=dict)

    @property
    def image_orders(self) -> tuple[ImageOrder, ...]:
        """Return what the mast camera is told."""
        return tuple(section.order() for section in self.images)


class MissionSection(Section):
    """When the run is over."""

    wait_for_photos: bool = True
    time_limit: Annotated[float, Field(gt=0.0, le=7200.0, description='s')] = 600.0
    commands: Row[TimedCommand] = ()    # orders and goals that are given during the run


class MapperSection(Section):
    """A map of the ground below some helicopters; without this section there is none."""

    vehicles: Annotated[Row[str], Field(min_length=1)]    # helicopters with a navcam
    overrides: Overrides = Field(default_factory=dict)


class LockstepSection(Section):
    """How the world keeps time with the others."""

    # 0 runs as fast as the slowest participant answers.
    real_time_factor: Annotated[float, AfterValidator(possible_pace)] = 0.0
    # Of a process that is not known to have ended: it may be stopped, or on another machine.
    silence: Annotated[float, Field(gt=0.0, le=600.0, description='s of wall time')] = 10.0
    # How long one tick may take whoever works at it.
    busy: Annotated[float, Field(gt=0.0, le=86400.0, description='s of wall time')] = 600.0
    on_silence: Literal['stop', 'wait', 'continue'] = 'stop'
    participants: Row[str] = ()     # others that answer each tick


class Scenario(Section):
    """One checked scenario."""

    name: Name
    description: str
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 1
    world: WorldSection
    vehicles: Row[Annotated[HelicopterSection | RoverSection, Field(discriminator='type')]]
    faults: Row[FaultSection] = ()
    mission: MissionSection = MissionSection()
    mapper: MapperSection | None = None
    lockstep: LockstepSection = LockstepSection()

    @property
    def helicopters(self) -> tuple[HelicopterSection, ...]:
        """List the helicopters, in the order of the file."""
        return tuple(v for v in self.vehicles if isinstance(v, HelicopterSection))

    @property
    def rovers(self) -> tuple[RoverSection, ...]:
        """List the rovers, in the order of the file."""
        return tuple(v for v in self.vehicles if isinstance(v, RoverSection))

    def vehicle(self, name: str) -> HelicopterSection | RoverSection:
        """
        Look up one vehicle.

        Raises
        ------
        KeyError
            The scenario has no vehicle of that name.

        """
        for vehicle in self.vehicles:
            if vehicle.name == name:
                return vehicle
        raise KeyError(f"scenario '{self.name}' has no vehicle '{name}', "
                       f'allowed: {", ".join(v.name for v in self.vehicles)}')

    def faults_of(self, name: str) -> list[FaultOrder]:
        """List what is to break on one helicopter."""
        return orders_of(self.faults, name, self.helicopters[0].name)

    @model_validator(mode='after')
    def _faults_hit_helicopters(self) -> Scenario:
        names = [helicopter.name for helicopter in self.helicopters]
        for index, fault in enumerate(self.faults):
            if fault.vehicle and fault.vehicle not in names:
                raise RuleError(f"found '{fault.vehicle}', allowed: {', '.join(names)}",
                                'faults', index, 'vehicle')
        return self

    @model_validator(mode='after')
    def _mapped_are_helicopters_that_see(self) -> Scenario:
        able = [helicopter.name for helicopter in self.helicopters
                if 'navcam' in helicopter.cameras]
        for index, name in enumerate(self.mapper.vehicles if self.mapper else ()):
            if name not in able:
                raise RuleError(f"found '{name}', allowed: a helicopter with a navcam, "
                                f'{", ".join(able) or "there is none"}',
                                'mapper', 'vehicles', index)
        return self

    @model_validator(mode='after')
    def _names_are_unique(self) -> Scenario:
        seen: set[str] = set()
        for index, vehicle in enumerate(self.vehicles):
            if vehicle.name in seen:
                raise RuleError(f"vehicle name '{vehicle.name}' is used twice, allowed: once",
                                'vehicles', index, 'name')
            seen.add(vehicle.name)
        if not self.helicopters:
            raise RuleError("no helicopter, allowed: at least one vehicle of type 'ingenuity'",
                            'vehicles')
        return self

    @model_validator(mode='after')
    def _mast_images_are_possible(self) -> Scenario:
        names = [helicopter.name for helicopter in self.helicopters]
        for index, rover in enumerate(self.vehicles):
            if not isinstance(rover, RoverSection):
                continue
            if rover.images and 'mastcam' not in rover.cameras:
                raise RuleError(f'found images, allowed: none, as {rover.name} carries no mastcam',
                                'vehicles', index, 'images')
            for number, images in enumerate(rover.images):
                try:
                    images.check_target(names)
                except RuleError as error:
                    raise RuleError(str(error), 'vehicles', index, 'images', number,
                                    *error.key) from error
        return self

    @model_validator(mode='after')
    def _images_need_a_camera(self) -> Scenario:
        for index, vehicle in enumerate(self.vehicles):
            if (isinstance(vehicle, HelicopterSection) and vehicle.features == 'images'
                    and 'navcam' not in vehicle.cameras):
                raise RuleError(f"found 'images', allowed: auto or geometry, as {vehicle.name} "
                                'carries no navcam', 'vehicles', index, 'features')
        return self

    @model_validator(mode='after')
    def _goals_are_possible(self) -> Scenario:
        for index, helicopter in enumerate(self.vehicles):
            if not isinstance(helicopter, HelicopterSection):
                continue
            known = [vehicle.name for vehicle in self.vehicles
                     if vehicle.name != helicopter.name]
            for number, goal in enumerate(helicopter.goals):
                where = 'vehicles', index, 'goals', number
                if isinstance(goal, Photograph) and goal.target not in known:
                    raise RuleError(f"found '{goal.target}', allowed: "
                                    f'{", ".join(known) or "no other vehicle is there"}',
                                    *where, 'target')
                if isinstance(goal, Photograph) and 'rte' not in helicopter.cameras:
                    raise RuleError(f"found 'photograph', allowed: goals without a photo, as "
                                    f'{helicopter.name} carries no rte', *where, 'goal')
        return self

    @model_validator(mode='after')
    def _photos_are_possible(self) -> Scenario:
        names = [vehicle.name for vehicle in self.vehicles]
        for index, helicopter in enumerate(self.vehicles):
            if not isinstance(helicopter, HelicopterSection):
                continue
            plan = helicopter.flight_plan
            if plan is None:
                continue
            known = [name for name in names if name != helicopter.name]    # none sees itself
            known += [target.name for target in plan.targets]
            wanted: list[tuple[str, int, Segment | PhotoRequest]] = [
                ('segments', k, segment) for k, segment in enumerate(plan.segments)]
            wanted += [('photos', number, photo) for number, photo in enumerate(plan.photos)]
            for kind, number, photo in wanted:
                if not isinstance(photo, TakePhoto | Lean | PhotoRequest):
                    continue
                where = 'vehicles', index, 'flight_plan', kind, number
                if photo.target not in known:
                    raise RuleError(f"found '{photo.target}', allowed: "
                                    f'{", ".join(known) or "no other vehicle is there"}',
                                    *where, 'target')
                if 'rte' not in helicopter.cameras:
                    raise RuleError(f"found 'rte', allowed: what {helicopter.name} "
                                    f'carries, {", ".join(helicopter.cameras) or "nothing"}',
                                    *where, 'camera' if kind == 'photos' else 'segment')
        return self
