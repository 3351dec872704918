# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Finds, reads and checks campaign files, down to each value that is drawn."""

from __future__ import annotations

from collections.abc import Iterator
import difflib
from pathlib import Path

from ingenuity_nodes.campaign.dispersions import (
    dispersed_value, find_parameter, parameters_of)
from ingenuity_nodes.campaign.flight_rows import CampaignPlan, columns_of
from ingenuity_nodes.campaign.sampling import Draw, draws
from ingenuity_nodes.campaign.sections import Campaign
from ingenuity_nodes.parameters import ParameterError
from ingenuity_nodes.resources import configuration
from ingenuity_nodes.scenario.load import load_scenario, named_file
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.yaml_files.check import (
    FileError, load_yaml, Mistake, report, validate)
from ingenuity_nodes.yaml_files.explain import Key


def campaign_names() -> list[str]:
    """Names of the campaigns that come with the package."""
    return sorted(path.stem for path in configuration('campaigns').glob('*.yaml'))


def campaign_path(name_or_path: str) -> Path:
    """
    Find a campaign file by the name of one of ours or by path.

    Raises
    ------
    FileError
        There is no such campaign; near names are proposed.

    """
    return named_file('campaign', name_or_path, campaign_names())


def load_campaign(
    name_or_path: str, flights: int | None = None,
) -> tuple[CampaignPlan, list[Draw]]:
    """
    Read and check one campaign, and draw its runs; ``flights`` replaces the number in the file.

    Raises
    ------
    FileError
        Lists every mistake with file, line, key, what was found and what is allowed.

    """
    path = campaign_path(name_or_path)
    text, value = load_yaml(path)
    campaign = validate(Campaign, path, text, value)
    if flights is not None:
        campaign = campaign.model_copy(update={'flights': flights})
    scenario = load_scenario(_scenario_of(path, campaign))
    drawn = draws(campaign)
    mistakes = [*_dispersion_mistakes(campaign, scenario, drawn), *_column_mistakes(campaign),
                *_fault_mistakes(campaign, scenario)]
    if mistakes:
        raise FileError(report(path, text, mistakes))
    return CampaignPlan(campaign, scenario), drawn


def _scenario_of(path: Path, campaign: Campaign) -> str:
    """Return the scenario's name, or its path, which is relative to the campaign's file."""
    named = campaign.scenario
    return str(path.parent / named) if named.endswith(('.yaml', '.yml')) else named


def _dispersion_mistakes(
    campaign: Campaign, scenario: Scenario, drawn: list[Draw],
) -> Iterator[Mistake]:
    known = parameters_of(scenario)
    for number, dispersion in enumerate(campaign.dispersions):
        where: Key = 'dispersions', number
        try:
            parameter, index = find_parameter(known, dispersion.parameter)
        except ParameterError as error:
            yield Mistake((*where, 'parameter'), error.message)
            continue
        for draw in drawn:
            value = draw.values[dispersion.parameter]
            try:
                dispersed_value(dispersion, parameter, index, value)
            except ParameterError as error:
                yield Mistake((*where, 'distribution'), f'run {draw.run} of {len(drawn)} draws '
                              f'{value!r} ({dispersion.apply}): {error.message}; low and high cut '
                              'a distribution off')
                break


def _column_mistakes(campaign: Campaign) -> Iterator[Mistake]:
    known = columns_of(campaign)
    named: list[tuple[Key, str]] = [
        (('success', k, 'conditions', c, 'column'), condition.column)
        for k, criterion in enumerate(campaign.success)
        for c, condition in enumerate(criterion.conditions)]
    named += [(('figures', k), column) for k, column in enumerate(campaign.figures)]
    for key, column in named:
        if column not in known:
            near = difflib.get_close_matches(column, known, 1)
            hint = f", did you mean '{near[0]}'?" if near else ''
            yield Mistake(key, f"unknown column '{column}'{hint}; allowed: {', '.join(known)}")
        elif key[0] == 'figures' and known[column] is not float:
            yield Mistake(key, f"found '{column}', allowed: a column of numbers")


def _fault_mistakes(campaign: Campaign, scenario: Scenario) -> Iterator[Mistake]:
    names = [section.name for section in scenario.helicopters]
    for number, fault in enumerate(campaign.faults):
        if fault.vehicle and fault.vehicle not in names:
            yield Mistake(('faults', number, 'vehicle'),
                          f"found '{fault.vehicle}', allowed: {', '.join(names)}")
