# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What differs between the flights of a campaign: noise, ground, dispersed parameters, faults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, Field, fields, is_dataclass, replace
import difflib
import re
from typing import Any

from ingenuity_nodes.campaign.sampling import Draw
from ingenuity_nodes.campaign.sections import AnyDispersion
from ingenuity_nodes.parameters import checked, ParameterError, quantity, with_overrides
from ingenuity_nodes.rover.parameters import RoverParameters
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.fault_section import FaultSection
from ingenuity_nodes.scenario.helicopter_parameters import HelicopterParameters
from ingenuity_nodes.scenario.sections import HelicopterSection, Scenario, WorldSection
from ingenuity_nodes.simulation.drawn_images import OfflineCamera
from ingenuity_nodes.simulation.simulation import Simulation
from ingenuity_nodes.world.climate import pressure_at, temperature_at
from ingenuity_nodes.world.environment import Environment
from ingenuity_nodes.world.rocks import RockParameters, Rocks
from ingenuity_nodes.world.sun import sun_at
from ingenuity_nodes.world.terrain import Terrain, TerrainParameters
from ingenuity_nodes.world.wind import WindParameters

_INDEXED = re.compile(r'(?P<name>.+?)\[(?P<index>\d+)\]')


@dataclass(frozen=True)
class AirParameters:
    """The air of the day, which a scenario has as keys of its world."""

    pressure: float = quantity(
        730.0, 'Pa', 'pressure', low=100.0, high=1500.0,
        source='MEDA saw 705 to 740 Pa in spring 2021; limits of the seasons')
    temperature: float = quantity(
        238.0, 'K', 'temperature', low=130.0, high=320.0,
        source='235 to 245 K at Flight 3; limits of the seasons')


@dataclass(frozen=True)
class Parameter:
    """One number of a scenario that may be dispersed."""

    keys: tuple[str, ...]    # world.wind.speed, split at the dots
    about: Field[Any]        # with unit and limits
    nominal: Any             # in the scenario as it is


def parameters_of(scenario: Scenario) -> dict[str, Parameter]:
    """List all numbers of a scenario that may be dispersed, by name."""
    here = scenario.world
    known = list(_leaves(('world',), _air_of(here)))
    for name, parameters in (('wind', WindParameters()), ('terrain', TerrainParameters()),
                             ('rocks', RockParameters())):
        known += _leaves(('world', name), with_overrides(parameters, getattr(here, name)))
    for section in scenario.vehicles:
        kind: Any = HelicopterParameters() if isinstance(section, HelicopterSection) \
            else RoverParameters()
        known += _leaves((section.name,), with_overrides(kind, section.overrides))
    return {'.'.join(parameter.keys): parameter for parameter in known}


def _air_of(here: WorldSection) -> AirParameters:
    sun = sun_at(here.utc, here.latitude, here.longitude)
    return AirParameters(
        pressure_at(here.elevation, sun.ls_deg) if here.pressure is None else here.pressure,
        temperature_at(sun.ltst_h) if here.temperature is None else here.temperature)


def _leaves(keys: tuple[str, ...], parameters: Any) -> Iterator[Parameter]:
    for about in fields(parameters):
        value = getattr(parameters, about.name)
        if is_dataclass(value):
            yield from _leaves((*keys, about.name), value)
        else:
            yield Parameter((*keys, about.name), about, value)


def find_parameter(known: Mapping[str, Parameter], name: str) -> tuple[Parameter, int | None]:
    """
    Find a parameter by its name, which may end in an index.

    Raises
    ------
    ParameterError
        There is none; the nearest one is proposed.

    """
    indexed = _INDEXED.fullmatch(name)
    plain, index = (indexed['name'], int(indexed['index'])) if indexed else (name, None)
    if plain not in known:
        near = difflib.get_close_matches(plain, known, 1)
        hint = f", did you mean '{near[0]}'?" if near else ''
        raise ParameterError(name, f"unknown parameter '{name}'{hint}; "
                             f'allowed: {", ".join(_next_words(known, plain))}')
    parameter = known[plain]
    length = len(parameter.nominal) if isinstance(parameter.nominal, tuple) else 0
    if index is not None and index >= length:
        allowed = f'[0] to [{length - 1}]' if length else 'no index, it is one value'
        raise ParameterError(name, f'found [{index}], allowed: {allowed}')
    return parameter, index


def _next_words(known: Mapping[str, Parameter], name: str) -> list[str]:
    """List what may follow the part of a name that is right."""
    words = name.split('.')
    for right in range(len(words) - 1, -1, -1):
        start = '.'.join(words[:right]) + '.' if right else ''
        following = {start + other[len(start):].split('.')[0] for other in known
                     if other.startswith(start)}
        if following:
            return sorted(following)
    return []


def dispersed_value(dispersion: AnyDispersion, parameter: Parameter, index: int | None,
                    drawn: Any) -> Any:
    """
    Apply a drawn number to the scenario's, and check the result.

    Raises
    ------
    ParameterError
        It is outside the parameter's limits or of another type.

    """
    old = parameter.nominal

    def new(value: Any) -> Any:
        if dispersion.apply == 'value':
            return drawn
        if isinstance(value, (bool, str)) or isinstance(drawn, (bool, str)):
            raise ParameterError(dispersion.parameter, f'found {value!r} to apply a '
                                 f"{dispersion.apply} to, allowed: 'value' where it is no number")
        return value * drawn if dispersion.apply == 'factor' else value + drawn

    if index is not None:
        old = (*old[:index], new(old[index]), *old[index + 1:])
    elif isinstance(old, tuple) and dispersion.apply != 'value':
        old = tuple(new(value) for value in old)
    else:
        old = new(old)
    return checked(parameter.about, old, dispersion.parameter)


def dispersed_scenario(
    scenario: Scenario, dispersions: tuple[AnyDispersion, ...], draw: Draw,
) -> Scenario:
    """
    Give a scenario the values and faults of one run.

    Raises
    ------
    ParameterError
        A parameter is unknown, or its value outside the limits.

    """
    for dispersion in dispersions:
        # Of the scenario so far: two of them may change one number each of a vector.
        parameter, index = find_parameter(parameters_of(scenario), dispersion.parameter)
        value = dispersed_value(dispersion, parameter, index, draw.values[dispersion.parameter])
        scenario = _with_value(scenario, parameter.keys, value)
    faults = tuple(FaultSection(
        fault=one.fault, vehicle=one.vehicle, after_lift_off=one.after_lift_off,
        magnitude=one.magnitude, duration=one.duration) for one in draw.faults)
    return scenario.model_copy(update={'faults': (*scenario.faults, *faults)})


def _with_value(scenario: Scenario, keys: tuple[str, ...], value: Any) -> Scenario:
    if keys[0] == 'world':
        update = {keys[1]: value if len(keys) == 2 else _nested(
            getattr(scenario.world, keys[1]), keys[2:], value)}
        return scenario.model_copy(
            update={'world': scenario.world.model_copy(update=update)})
    vehicles = tuple(
        section.model_copy(update={'overrides': _nested(section.overrides, keys[1:], value)})
        if section.name == keys[0] else section for section in scenario.vehicles)
    return scenario.model_copy(update={'vehicles': vehicles})


def _nested(overrides: Mapping[str, Any], keys: tuple[str, ...], value: Any) -> dict[str, Any]:
    """Return overrides with one more, the others as they are."""
    inner = value if len(keys) == 1 else _nested(overrides.get(keys[0], {}), keys[1:], value)
    return {**overrides, keys[0]: inner}


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
