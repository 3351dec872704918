# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
All flights of a scenario before the first one: plans, go or no-go, separation, start times.

A plan that was made of goals and is no-go is not sent. A plan that somebody wrote is flown as
written: what it exceeds is in the log (NASA flew Flight 72 over ground that is no-go here).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
import math

from ingenuity_nodes.guidance.flight_plan import Climb, FlightPlan, Target
from ingenuity_nodes.mission.feasibility import Feasibility, feasibility
from ingenuity_nodes.mission.limits import (
    FlightLimits, LIMITS, PLANNING, PlanningParameters)
from ingenuity_nodes.mission.photo_lean import with_leans
from ingenuity_nodes.mission.planned_flight import planned_flight
from ingenuity_nodes.mission.planner import GoalError, plan_of
from ingenuity_nodes.mission.separation import conflicts, TimedFlight, wait_needed
from ingenuity_nodes.parameters import with_overrides
from ingenuity_nodes.scenario.helicopter_parameters import HelicopterParameters
from ingenuity_nodes.scenario.sections import HelicopterSection, Scenario
from ingenuity_nodes.world.environment import Environment
from ingenuity_nodes.world.terrain import Terrain
import numpy as np

HIGHER = 2.0, 24.0    # [m] step and end of the altitudes that are tried; 24 m: Flight 61


@dataclass(frozen=True)
class Prepared:
    """One flight, ready to be sent or refused."""

    section: HelicopterSection
    plan: FlightPlan | None            # None: no plan could be made
    result: Feasibility | None
    start: float                       # mission time of go [s]
    log: tuple[str, ...]               # decisions and their reasons
    no_go: str                         # why it is not flown, ''

    @property
    def planned(self) -> bool:
        """Return whether the plan was made of goals."""
        return bool(self.section.goals)


def prepare(
    scenario: Scenario, environment: Environment, limits: FlightLimits = LIMITS,
    planning: PlanningParameters = PLANNING,
) -> dict[str, Prepared]:
    """Plan and check all flights; the later ones wait or climb to keep aircraft separated."""
    flights: dict[str, Prepared] = {}
    before: list[TimedFlight] = []
    # Stable: of two that start at once, the later one of the file counts as later.
    for section in sorted(scenario.helicopters, key=lambda one: one.start):
        parameters = with_overrides(HelicopterParameters(), section.overrides)
        flight = _planned(scenario, section, environment, parameters, planning)
        if flight.plan is not None and not flight.no_go:
            if before:
                flight = _separated(flight, before, environment, parameters, (limits, planning))
            flight = _checked(flight, scenario, environment, parameters, limits)
            if not flight.no_go:
                before.append(_timed(flight, environment, parameters))
        flights[section.name] = flight
    return {section.name: flights[section.name] for section in scenario.helicopters}


def prepare_goals(
    scenario: Scenario, section: HelicopterSection, environment: Environment,
    before: list[TimedFlight],
) -> Prepared:
    """Plan and check a flight that is asked for during a run, beside those that are flown."""
    parameters = with_overrides(HelicopterParameters(), section.overrides)
    flight = _planned(scenario, section, environment, parameters, PLANNING)
    if flight.plan is None or flight.no_go:
        return flight
    if before:
        flight = _separated(flight, before, environment, parameters, (LIMITS, PLANNING))
    return _checked(flight, scenario, environment, parameters, LIMITS)


def _planned(
    scenario: Scenario, section: HelicopterSection, environment: Environment,
    parameters: HelicopterParameters, planning: PlanningParameters,
) -> Prepared:
    if not section.goals:
        plan = plan_with_targets(scenario, section, environment.terrain)
        plan, reasons = with_leans(plan, section.position, environment, parameters)
        return Prepared(section, plan, None, section.start, reasons, '')
    try:
        made = plan_of(scenario, section, environment, parameters, planning)
    except GoalError as error:
        return Prepared(section, None, None, section.start, (), str(error))
    return Prepared(section, made.plan, None, section.start, made.reasons, '')


def _checked(
    flight: Prepared, scenario: Scenario, environment: Environment,
    parameters: HelicopterParameters, limits: FlightLimits,
) -> Prepared:
    assert flight.plan is not None
    rovers = {rover.name: np.array([*rover.position, environment.terrain.height(*rover.position)])
              for rover in scenario.rovers}
    result = feasibility(flight.plan, flight.section.position, environment, parameters, rovers,
                         limits)
    if not flight.planned:
        log = flight.log if result.go else (
            *flight.log, f'flown as written, beyond limits: {"; ".join(result.reasons)}')
        return replace(flight, result=result, log=log)
    if not result.go:
        return replace(flight, result=result, no_go='; '.join(result.reasons))
    line = (f'go: {result.value("distance"):.0f} m in {result.value("flight time"):.0f} s, '
            f'{result.value("energy"):.1f} Wh, {result.value("charge left"):.0f} % left, motors '
            f'at {result.value("motor temperature"):.0f} K')
    return replace(flight, result=result, log=(*flight.log, line))


def _separated(
    flight: Prepared, before: list[TimedFlight], environment: Environment,
    parameters: HelicopterParameters, rules: tuple[FlightLimits, PlanningParameters],
) -> Prepared:
    """Let a flight wait, or climb, for those that start before it."""
    limits, planning = rules
    timed = _timed(flight, environment, parameters)
    near = conflicts(timed, before, limits)
    if not near:
        return flight
    why = near[0].text
    wait = wait_needed(timed, before, limits, planning.longest_delay)
    if wait is not None:
        return replace(flight, start=flight.start + wait,
                       log=(*flight.log, f'waits {wait:.0f} s: {why}'))
    step, highest = HIGHER
    for k in range(1, math.ceil(highest / step)):
        plan = _raised(flight.plan, k * step, highest)
        if plan is not None:
            higher = replace(flight, plan=plan)
            if not conflicts(_timed(higher, environment, parameters), before, limits):
                return replace(higher, log=(
                    *flight.log, f'flies {k * step:g} m higher, as no wait helps: {why}'))
    if flight.planned:
        return replace(flight, no_go=f'{why}; neither a wait of {planning.longest_delay:g} s '
                       f'nor an altitude of {highest:g} m helps')
    return replace(flight, log=(*flight.log, f'flown as written, too near: {why}'))


def _raised(plan: FlightPlan | None, more: float, highest: float) -> FlightPlan | None:
    """Return a plan flown higher, None when that is higher than allowed."""
    assert plan is not None
    segments = tuple(
        segment.model_copy(update={'altitude': segment.altitude + more})
        if isinstance(segment, Climb) else segment for segment in plan.segments)
    if any(segment.altitude > highest for segment in segments if isinstance(segment, Climb)):
        return None
    return plan.model_copy(update={'segments': segments})


def timed(flight: Prepared, environment: Environment) -> TimedFlight:
    """Return a flight that has a plan, on the mission's clock."""
    return _timed(flight, environment, with_overrides(
        HelicopterParameters(), flight.section.overrides))


def _timed(
    flight: Prepared, environment: Environment, parameters: HelicopterParameters,
) -> TimedFlight:
    """Put a flight on the mission's clock: rotors first spin up."""
    assert flight.plan is not None
    guidance = parameters.guidance
    ramp = flight.plan.rotor_speed_rpm * math.pi / 30.0 / parameters.vehicle.power.spin_up
    lift_off = flight.start + max(guidance.spin_up_time, ramp) + 2.0 * guidance.boost_time
    return TimedFlight(flight.section.name, planned_flight(
        flight.plan, flight.section.position, environment.terrain, guidance), lift_off)


def plan_with_targets(
    scenario: Scenario, helicopter: HelicopterSection, terrain: Terrain,
) -> FlightPlan:
    """Complete a written flight plan with the positions of the vehicles it shall photograph."""
    plan = helicopter.flight_plan
    assert plan is not None
    known = {target.name for target in plan.targets}
    wanted = set(plan.photographed) - known
    targets = tuple(
        Target(name=vehicle.name, azimuth=vehicle.azimuth,
               position=(*vehicle.position, terrain.height(*vehicle.position)))
        for vehicle in scenario.vehicles if vehicle.name in wanted)
    return plan.model_copy(update={'targets': plan.targets + targets})
