# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Print what the mission planner decides about a scenario, without flying it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, TYPE_CHECKING

from ingenuity_nodes.scenario.sections import Scenario
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:    # a command imports what it needs, when it needs it
    from ingenuity_nodes.mission.feasibility import Check
    from ingenuity_nodes.mission.preparation import Prepared


def prepared(scenario: Scenario) -> dict[str, Prepared]:
    """Plan and check all flights of a scenario."""
    from ingenuity_nodes.commands.narrator import compile_kernels
    from ingenuity_nodes.mission.preparation import prepare
    from ingenuity_nodes.scenario.environment import environment_of

    compile_kernels()
    return prepare(scenario, environment_of(scenario))


def all_go(flights: dict[str, Prepared]) -> bool:
    """Return whether each flight is within all limits, also those that are flown as written."""
    return not any(verdict(flight) for flight in flights.values())


def verdict(flight: Prepared) -> str:
    """Return why a flight is no-go, '' for go."""
    if flight.no_go or flight.result is None:
        return flight.no_go
    return '; '.join(flight.result.reasons)


def print_plans(flights: dict[str, Prepared]) -> None:
    """Print decisions, checks and verdict of each flight."""
    console = Console(width=120)
    for name, flight in flights.items():
        for line in flight.log:
            print(f'{name}: {line}')
        if flight.result is not None:
            console.print(_table(name, flight.result.checks))
        why = verdict(flight)
        print(f'{name}: no-go: {why}' if why else f'{name}: go at {flight.start:g} s')


def _table(name: str, checks: tuple[Check, ...]) -> Table:
    table = Table('check', 'planned', 'limit', '', title=f'Flight plan of {name}')
    for check in checks:
        bound = 'at most' if check.at_most else 'at least'
        table.add_row(check.name, f'{check.value:.1f} {check.unit}',
                      f'{bound} {check.limit:.1f} {check.unit}', 'go' if check.good else 'NO-GO')
    return table


def as_json(flights: dict[str, Prepared]) -> dict[str, Any]:
    """Convert decisions for JSON."""
    return {name: {
        'go': not verdict(flight), 'no_go': verdict(flight), 'start_s': flight.start,
        'log': flight.log, 'checks': [
            {**asdict(check), 'good': check.good}
            for check in (flight.result.checks if flight.result else ())],
        'plan': flight.plan.model_dump(mode='json') if flight.plan else None}
        for name, flight in flights.items()}
