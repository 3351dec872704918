# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
A campaign: one YAML file that says which scenario is flown how often, and what differs.

Each dispersion names one parameter of the scenario, its distribution and where that comes from.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from ingenuity_nodes.faults.catalogue import entry
from ingenuity_nodes.scenario.fault_section import FaultSection
from ingenuity_nodes.scenario.sections import Name
from ingenuity_nodes.yaml_files.explain import RuleError
from ingenuity_nodes.yaml_files.section import Row, Section
from pydantic import Field, model_validator

MOST_FLIGHTS = 100_000
Source = Annotated[str, Field(min_length=3, description="or 'assumed: why'")]
Positive = Annotated[float, Field(gt=0.0)]
Interval = Annotated[tuple[float, float], Field(strict=False)]


class Dispersion(Section):
    """What all dispersions have: a parameter, how its value is applied, and a source."""

    # world.pressure, world.wind.speed, ingenuity.vehicle.body.mass: the keys of a scenario file,
    # vehicles by name, overrides without the word 'overrides'; [k] is one number of several.
    parameter: str
    # What the drawn number is: the value itself, or a factor on or an addition to the scenario's.
    apply: Literal['value', 'factor', 'offset'] = 'value'
    source: Source


class _Truncated(Dispersion):
    """A distribution that may be cut off; what is left is scaled up to 1."""

    low: float | None = None
    high: float | None = None

    @model_validator(mode='after')
    def _low_is_below_high(self) -> _Truncated:
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise RuleError(f'found {self.high:g}, allowed: above low, {self.low:g}', 'high')
        return self


class Normal(_Truncated):
    """A normal distribution."""

    distribution: Literal['normal']
    mean: float
    sigma: Positive


class Lognormal(_Truncated):
    """A number whose logarithm is normally distributed with ``sigma`` about that of ``median``."""

    distribution: Literal['lognormal']
    median: Positive
    sigma: Positive


class Weibull(_Truncated):
    """A Weibull distribution, as wind speeds have."""

    distribution: Literal['weibull']
    scale: Positive
    shape: Positive


class Uniform(Dispersion):
    """All values of an interval are equally likely."""

    distribution: Literal['uniform']
    low: float
    high: float

    @model_validator(mode='after')
    def _low_is_below_high(self) -> Uniform:
        if self.low >= self.high:
            raise RuleError(f'found {self.high:g}, allowed: above low, {self.low:g}', 'high')
        return self


class Choice(Dispersion):
    """One of some values, numbers or texts, equally likely without weights."""

    distribution: Literal['choice']
    values: Annotated[Row[Any], Field(min_length=1)]
    weights: Row[Positive] = ()

    @model_validator(mode='after')
    def _one_weight_for_each(self) -> Choice:
        if self.weights and len(self.weights) != len(self.values):
            raise RuleError(f'found {len(self.weights)} weights, allowed: {len(self.values)}, one '
                            'for each value', 'weights')
        return self


AnyDispersion = Annotated[
    Normal | Lognormal | Weibull | Uniform | Choice, Field(discriminator='distribution')]


class FaultDispersion(Section):
    """A fault that some of the flights have, at a time and of a size that differ."""

    fault: str
    probability: Annotated[float, Field(gt=0.0, le=1.0, description='1')]
    vehicle: str = ''    # '': the first helicopter
    # Each uniformly distributed between two bounds.
    after_lift_off: Interval = (0.0, 60.0)    # [s]
    magnitude: Interval | None = None         # None: the usual one of the catalogue
    duration: Annotated[float | None, Field(gt=0.0, le=7200.0, description='s')] = None
    source: Source

    @model_validator(mode='after')
    def _fits_its_entry(self) -> FaultDispersion:
        try:
            entry(self.fault)
        except KeyError as error:
            raise RuleError(str(error.args[0]), 'fault') from error
        for name in ('after_lift_off', 'magnitude'):
            bounds = getattr(self, name)
            if bounds and bounds[0] > bounds[1]:
                raise RuleError(f'found {bounds[1]:g} after {bounds[0]:g}, allowed: the smaller '
                                'number first', name)
        for bound in self.magnitude or ():
            FaultSection(fault=self.fault, magnitude=bound)
        return self


class Condition(Section):
    """What one column of a run's row must be."""

    column: str
    at_least: float | None = None
    at_most: float | None = None
    equals: str | None = None

    @model_validator(mode='after')
    def _asks_for_something(self) -> Condition:
        if self.at_least is None and self.at_most is None and self.equals is None:
            raise RuleError('found no condition, allowed: at_least, at_most, equals', 'column')
        return self


class Criterion(Section):
    """A success that is counted: all conditions hold."""

    name: str
    conditions: Annotated[Row[Condition], Field(min_length=1)]


SOFT = Criterion(name='soft landing', conditions=(
    Condition(column='outcome', equals='landed'), Condition(column='landing', equals='soft')))


class Campaign(Section):
    """One checked campaign."""

    name: Name
    description: str
    scenario: str
    flights: Annotated[int, Field(ge=1, le=MOST_FLIGHTS)]
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 1
    sampling: Literal['latin_hypercube', 'random'] = 'latin_hypercube'
    # new: every flight has hills, hollows and rocks of its own, of the kind of the scenario's.
    ground: Literal['same', 'new'] = 'new'
    dispersions: Row[AnyDispersion] = ()
    faults: Row[FaultDispersion] = ()
    success: Row[Criterion] = (SOFT,)
    # Columns that the summary and the report show; none shows the usual ones.
    figures: Row[str] = ()

    @model_validator(mode='after')
    def _each_parameter_once(self) -> Campaign:
        seen: set[str] = set()
        for index, dispersion in enumerate(self.dispersions):
            if dispersion.parameter in seen:
                raise RuleError(f"found '{dispersion.parameter}' again, allowed: once",
                                'dispersions', index, 'parameter')
            seen.add(dispersion.parameter)
        return self
