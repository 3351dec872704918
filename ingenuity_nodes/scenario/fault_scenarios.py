# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
A scenario for every entry of the catalogue, made and not written: ``fault_<entry>[_<phase>]``.

All fly ``config/fault_flight.yaml``; without a phase the fault begins in the hover, one of the
inclinometer on the ground, where alone it is read.
"""

from __future__ import annotations

from typing import Any

from ingenuity_nodes.faults.catalogue import CATALOGUE
from ingenuity_nodes.faults.fault import Phase
from ingenuity_nodes.resources import configuration
from ingenuity_nodes.yaml_files.check import load_yaml

PREFIX = 'fault_'
# Seconds since lift-off, of that flight: hover from 6.2, way from 10.2, descent from 25 to 30 s.
STARTS = {Phase.HOVER: 7.0, Phase.CRUISE: 15.0, Phase.LANDING: 25.5}


def fault_scenario(name: str) -> dict[str, Any] | None:
    """Make the plain content of a scenario file for such a name, None for any other name."""
    found = _entry_and_phase(name)
    if found is None:
        return None
    fault, phase = found
    value: dict[str, Any] = load_yaml(configuration('fault_flight.yaml'))[1]
    about = CATALOGUE[fault]
    value['name'] = name
    value['description'] = (f'{fault} from {phase.value} on ({about.meaning}); expected: '
                            f'{about.expected[phase].value}. {value["description"]}')
    start = {'start': 0.0} if phase is Phase.GROUND else {'after_lift_off': STARTS[phase]}
    value['faults'] = [{'fault': fault, **start}]
    return value


def fault_scenario_names() -> list[str]:
    """List the names without a phase."""
    return [f'{PREFIX}{fault}' for fault in CATALOGUE]


def _entry_and_phase(name: str) -> tuple[str, Phase] | None:
    if not name.startswith(PREFIX):
        return None
    rest = name[len(PREFIX):]
    for phase in Phase:
        if rest.endswith(f'_{phase.value}') and rest[:-len(phase.value) - 1] in CATALOGUE:
            return rest[:-len(phase.value) - 1], phase
    if rest not in CATALOGUE:
        return None
    on_ground = CATALOGUE[rest].part == 'inclinometer'
    return rest, Phase.GROUND if on_ground else Phase.HOVER
