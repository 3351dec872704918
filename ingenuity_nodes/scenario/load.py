# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Finds, reads and checks scenario files, down to each overridden parameter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
import difflib
from pathlib import Path
from typing import Any

from ingenuity_nodes.parameters import try_overrides
from ingenuity_nodes.resources import configuration
from ingenuity_nodes.scenario.fault_scenarios import fault_scenario, fault_scenario_names
from ingenuity_nodes.scenario.sections import Scenario, WorldSection
from ingenuity_nodes.yaml_files.check import FileError, load_yaml, Mistake, mistakes_of, report
from ingenuity_nodes.yaml_files.explain import Key
from pydantic import (
    ValidationError)


def scenario_names() -> list[str]:
    """Names of the scenarios that come with the package."""
    return sorted(path.stem for path in configuration('scenarios').glob('*.yaml'))


def names_text(names: Sequence[str]) -> str:
    """List names in a line, numbered ones as a range: ``flight_01 to flight_72``."""
    groups: list[list[str]] = []
    numbered_first = sorted(names, key=lambda name: not name.rpartition('_')[2].isdigit())
    for name in numbered_first:
        stem, _, number = name.rpartition('_')
        last = groups[-1][-1].rpartition('_') if groups else ('', '', '')
        follows = number.isdigit() and last[2].isdigit() and last[0] == stem
        if follows and int(number) == int(last[2]) + 1:
            groups[-1].append(name)
        else:
            groups.append([name])
    return ', '.join(f'{group[0]} to {group[-1]}' if len(group) > 2 else ', '.join(group)
                     for group in groups)


def scenario_path(name_or_path: str) -> Path:
    """
    Find a scenario file by the name of one of ours or by path.

    Raises
    ------
    FileError
        There is no such scenario; near names are proposed.

    """
    return named_file('scenario', name_or_path, scenario_names(), fault_scenario_names())


def named_file(
    kind: str, name_or_path: str, names: Sequence[str], also_meant: Sequence[str] = (),
) -> Path:
    """
    Find a file of a kind by path, or by the name of one of ours, in the folder of that kind.

    ``also_meant`` are names that are proposed, but have no file.

    Raises
    ------
    FileError
        There is no such file; near names are proposed.

    """
    if name_or_path.endswith(('.yaml', '.yml')) or '/' in name_or_path:
        path = Path(name_or_path)
        if not path.is_file():
            raise FileError(f'{path}: no such {kind} file')
        return path
    if name_or_path not in names:
        near = _near(name_or_path, [*names, *also_meant])
        hint = f", did you mean '{near[0]}'?" if near else ''
        raise FileError(f"unknown {kind} '{name_or_path}'{hint}; "
                        f'allowed: a path to a .yaml file or one of {names_text(names)}')
    return configuration(f'{kind}s', f'{name_or_path}.yaml')


def _near(name: str, names: list[str]) -> list[str]:
    """Find the name that was meant, at most one; a number may lack its leading zero."""
    stem, _, number = name.rpartition('_')
    padded = f'{stem}_{number:0>2}'
    return [padded] if padded in names else difflib.get_close_matches(name, names, 1)


def load_scenario(name_or_path: str, *, run: bool = True) -> Scenario:
    """
    Read and check one scenario, down to each overridden parameter.

    Without ``run``, as for a file of a stranger, no code that the scenario names is imported.

    Raises
    ------
    FileError
        Lists every mistake with file, line, key, what was found and what is allowed.

    """
    made = fault_scenario(name_or_path)
    if made is not None:
        return Scenario.model_validate(made)
    path = scenario_path(name_or_path)
    text, value = load_yaml(path)
    mistakes = [*_override_mistakes(value, run), *_locate_elevations(path.parent, value)]
    try:
        scenario = Scenario.model_validate(value)
    except ValidationError as error:
        mistakes += mistakes_of(Scenario, error)
    if not mistakes:
        mistakes += _elevation_mistakes(scenario.world)
    if mistakes:
        raise FileError(report(path, text, mistakes))
    return scenario


def _override_mistakes(value: Any, run: bool) -> Iterator[Mistake]:
    """Check overrides, whatever else is wrong with the file."""
    # Here, not above: what the vehicles are made of is needed only to check a file.
    from ingenuity_nodes.mapping.parameters import MapperParameters
    from ingenuity_nodes.scenario.helicopter_parameters import HelicopterParameters
    from ingenuity_nodes.rover.parameters import RoverParameters
    from ingenuity_nodes.stages import stage_mistakes
    from ingenuity_nodes.world.rocks import RockParameters
    from ingenuity_nodes.world.terrain import TerrainParameters
    from ingenuity_nodes.world.wind import WindParameters

    sections: list[tuple[Key, Any]] = [
        (('world', 'wind'), WindParameters()), (('world', 'terrain'), TerrainParameters()),
        (('world', 'rocks'), RockParameters()), (('mapper', 'overrides'), MapperParameters())]
    kinds = {'ingenuity': HelicopterParameters, 'perseverance': RoverParameters}
    vehicles = _at(value, ('vehicles',))
    for index in range(len(vehicles) if isinstance(vehicles, list) else 0):
        kind = _at(value, ('vehicles', index, 'type'))
        if isinstance(kind, str) and kind in kinds:
            sections.append((('vehicles', index, 'overrides'), kinds[kind]()))
    for key, parameters in sections:
        overrides = _at(value, key)
        if isinstance(overrides, Mapping):
            changed, errors = try_overrides(parameters, overrides)
            if isinstance(changed, HelicopterParameters):
                errors += stage_mistakes(changed.stages, run=run)
            for error in errors:
                yield Mistake((*key, *error.key.split('.')), error.message)


def _locate_elevations(folder: Path, value: Any) -> Iterator[Mistake]:
    """Make the path of measured ground one from here; it must not lead out of the folder."""
    elevations = _at(value, ('world', 'elevations'))
    for key in ('file', 'orthophoto') if isinstance(elevations, dict) else ():
        name = elevations.get(key)
        if not isinstance(name, str) or not name:
            continue
        path = folder / name
        if Path(name).is_absolute() or not path.resolve().is_relative_to(folder.resolve()):
            yield Mistake(('world', 'elevations', key), f"found '{name[:80]}', allowed: a file in "
                          "the scenario's folder or below")
            continue
        elevations[key] = str(path)


def _elevation_mistakes(world: WorldSection) -> Iterator[Mistake]:
    """Read the measured ground, if any, as the flight will."""
    if world.elevations is None:
        return
    from ingenuity_nodes.world.elevation_file import ElevationFileError, read_elevations
    from ingenuity_nodes.world.orthophoto_file import read_orthophoto
    readers: list[tuple[str, Callable[..., object], str]] = [
        ('file', read_elevations, 'a GeoTIFF of heights'),
        ('orthophoto', read_orthophoto, 'a GeoTIFF or JP2 of the ground')]
    for key, read, allowed in readers:
        if path := getattr(world.elevations, key):
            try:
                read(Path(path), world.latitude, world.longitude, world.elevations.reach)
            except ElevationFileError as error:
                yield Mistake(('world', 'elevations', key),
                              f'{error}, allowed: {allowed} that holds the place')


def _at(value: Any, key: Key) -> Any:
    """Follow a key down a plain value; None where there is nothing."""
    for part in key:
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int):
            value = value[part]
        else:
            return None
    return value
