# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The summary of a campaign: for scripts (``summary.json``) and as tables on the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ingenuity_nodes.campaign.flight_rows import CampaignPlan, FLOWN, Row
from ingenuity_nodes.campaign.outcome_statistics import (
    CONFIDENCE, failures, figures_of, outcomes, Rate, rates, sensitivities, Sensitivity, Spread,
    spread, succeeded, worst_runs)
from rich.table import Table

STRONGEST = 12           # correlations that are shown
MOST_FAILURES = 5        # that are shown
MOST_MISSED = 20         # flights without the first success that are listed


@dataclass(frozen=True)
class WorstCase:
    """One of the worst flights by one figure, and the command that flies it again."""

    figure: str
    run: int
    value: float
    command: str


@dataclass(frozen=True)
class Summary:
    """What a campaign has shown."""

    name: str
    flights: int
    outcomes: Mapping[str, int]
    rates: Sequence[Rate]
    spreads: Sequence[Spread]
    sensitivities: Sequence[Sensitivity]
    worst: Sequence[WorstCase]
    missed: Sequence[tuple[int, str, str]]    # run, outcome, command: not the first success
    failed: Sequence[tuple[int, str, str]]    # run, reason, command
    memory_mb: float                          # the most that one worker used
    cpu_s: float                              # of all runs together


def summarise(plan: CampaignPlan, rows: Sequence[Row], command: str) -> Summary:
    """Compute the summary; ``command`` with ``--run N`` behind it flies one run again."""
    campaign = plan.campaign
    figures = figures_of(campaign, rows)
    worst = [WorstCase(figure, run, value, f'{command} --run {run}')
             for figure in figures for run, value in worst_runs(rows, figure)]
    failed = [(row['run'], row['reason'], f'{command} --run {row["run"]}')
              for row in failures(rows)]
    missed = [(row['run'], _end(row), f'{command} --run {row["run"]}') for row in rows
              if row['status'] == FLOWN and campaign.success
              and not succeeded(campaign.success[0], row)]
    return Summary(
        campaign.name, len(rows), outcomes(rows), rates(campaign, rows),
        [found for figure in figures if (found := spread(rows, figure))],
        sensitivities(campaign, rows, figures), worst, missed[:MOST_MISSED], failed,
        max((row['memory_mb'] or 0.0 for row in rows), default=0.0),
        sum(row['cpu_s'] or 0.0 for row in rows))


def _end(row: Row) -> str:
    """Describe how a flight ended; of one that did not start, why."""
    refusal = row.get('refusal')    # rows of earlier versions have none
    return f'{row["outcome"]}: {refusal}' if refusal else str(row['outcome'])


def as_json(summary: Summary) -> dict[str, Any]:
    """Convert the summary for JSON."""
    return asdict(summary)


def tables(summary: Summary) -> list[Table]:
    """Lay the summary out for a terminal."""
    return [_rates(summary), _spreads(summary), _sensitivities(summary), _worst(summary),
            *([_failures(summary)] if summary.failed else [])]


def _rates(summary: Summary) -> Table:
    ends = ', '.join(f'{count} {ended}' for ended, count in summary.outcomes.items())
    table = Table('success', 'flights', 'rate', f'{100 * CONFIDENCE:.0f} % interval',
                  title=f'{summary.name}: {summary.flights} flights: {ends}')
    for rate in summary.rates:
        table.add_row(rate.name, f'{rate.good} of {rate.count}', f'{100 * rate.fraction:.2f} %',
                      f'{100 * rate.low:.2f} .. {100 * rate.high:.2f} %')
    return table


def _spreads(summary: Summary) -> Table:
    table = Table('figure', 'flights', 'mean', f'{100 * CONFIDENCE:.0f} % interval', 'sigma',
                  'least', '5 %', 'median', '95 %', 'greatest')
    for one in summary.spreads:
        numbers = (one.mean, one.mean_low, one.mean_high, one.sigma, *one.quantiles)
        mean, low, high, sigma, *quantiles = (f'{value:.4g}' for value in numbers)
        table.add_row(one.figure, str(one.count), mean, f'{low} .. {high}', sigma, *quantiles)
    return table


def _sensitivities(summary: Summary) -> Table:
    table = Table('figure', 'follows', 'rank correlation', '', title='Sensitivities (Spearman)')
    for one in summary.sensitivities[:STRONGEST]:
        table.add_row(one.figure, one.parameter, f'{one.correlation:+.2f}',
                      '' if one.significant else 'may be chance')
    return table


def _worst(summary: Summary) -> Table:
    table = Table('worst', 'value', 'fly it again')
    for _, outcome, command in summary.missed[:MOST_FAILURES]:
        table.add_row(f'no {summary.rates[0].name}', outcome, command)
    seen: set[str] = set()
    for one in summary.worst:    # the worst of each; more are in summary.json and the report
        if one.figure in seen:
            continue
        seen.add(one.figure)
        table.add_row(one.figure, f'{one.value:.4g}', one.command)
    return table


def _failures(summary: Summary) -> Table:
    table = Table('failed to run', 'reason', 'fly it again')
    for run, reason, command in summary.failed[:MOST_FAILURES]:
        table.add_row(f'run {run}', reason, command)
    if (more := len(summary.failed) - MOST_FAILURES) > 0:
        table.add_row(f'{more} more', 'in rows.parquet', '')
    return table
