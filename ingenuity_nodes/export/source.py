# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Finds a flight: in the bag of a run, in any bag, or by flying a run again that left none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingenuity_nodes.export.flight_record import FlightRecord
from ingenuity_nodes.export.flown_again import fly_again
from ingenuity_nodes.export.from_bag import read_flight
from ingenuity_nodes.recording.errors import RecordingError
from ingenuity_nodes.recording.result_file import read_result
from ingenuity_nodes.recording.run_folder import bag_folder, RunFolder
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.scenario.variants import with_features, with_software
from ingenuity_nodes.yaml_files.check import FileError


@dataclass(frozen=True)
class Flown:
    """What a user knows of a flight that its folder does not."""

    vehicle: str = ''     # '': the first helicopter
    scenario: str = ''    # name or file; '': as the run's result names it
    features: str = ''    # '': the file's
    software: str = ''    # '': the file's


def find_flight(
    path: Path, flown: Flown, report_line: Callable[[str], None] = lambda _: None,
) -> FlightRecord:
    """
    Read the flight of a run folder, or of a bag.

    Raises
    ------
    RecordingError
        Nothing there, or nothing of what navigation was handed.
    FileError
        There is no such scenario.

    """
    result = _result(path)
    bag = bag_folder(str(path))
    if bag.exists() and (bag != path or not result):
        seed = result.get('seed')
        return read_flight(bag, flown.vehicle, _scenario(flown, result, needed=False), seed)
    if not result:
        raise RecordingError(f'{path}: nothing found, allowed: the folder of a run or of a bag')
    report_line(f'{path}: no bag there, flying it again')
    scenario = _scenario(flown, result, needed=True)
    assert scenario is not None
    return fly_again(scenario, result['seed'], flown.vehicle,
                     sha256=result['trajectory_sha256'], report_line=report_line)


def _result(path: Path) -> dict[str, Any]:
    file = RunFolder(path).result
    if not file.is_file():
        return {}
    return read_result(file)


def _scenario(flown: Flown, result: dict[str, Any], *, needed: bool) -> Scenario | None:
    """Load the scenario; one of which only the name is known may have been a file elsewhere."""
    try:
        scenario = load_scenario(flown.scenario or result.get('scenario', ''))
    except FileError as error:
        if flown.scenario:
            raise
        if not needed:
            return None
        raise FileError(f"{error}; if the run's scenario is a file, name it with --scenario"
                        ) from error
    return with_software(with_features(scenario, flown.features), flown.software)
