# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Two runs or two campaigns side by side.

Of two campaigns the means are compared: where the same runs were flown with the same seeds and
values, by the mean of their differences, which is far surer; else by Welch's interval (B. L.
Welch, Biometrika 34 (1947)). Success rates are compared by the interval of R. G. Newcombe, Stat.
Med. 17 (1998), method 10, which joins the two Wilson intervals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
import json
import math
from pathlib import Path
from typing import Any

from ingenuity_nodes.campaign.flight_rows import Row
from ingenuity_nodes.campaign.outcome_statistics import column, CONFIDENCE, figures_of, Rate, rates
from ingenuity_nodes.campaign.row_store import campaign_rows, IDENTITY, read_identity
from ingenuity_nodes.campaign.sections import Campaign
from ingenuity_nodes.recording.errors import of_a_stranger, RecordingError
from ingenuity_nodes.recording.result_file import read_result
from ingenuity_nodes.recording.run_folder import RunFolder
from ingenuity_nodes.recording.run_log import RunLog
from ingenuity_nodes.recording.tracks import compare, flown_track
import numpy as np
from rich.table import Table
from scipy import stats

NOT_COMPARED = ('seed', 'real_time_factor')


@dataclass(frozen=True)
class Line:
    """One figure of both; the difference is the second less the first."""

    figure: str
    first: float | str | None
    second: float | str | None
    difference: float | None = None
    low: float | None = None     # of the confidence interval of the difference
    high: float | None = None


@dataclass(frozen=True)
class Comparison:
    """Two runs or two campaigns."""

    first: str
    second: str
    lines: Sequence[Line]
    remarks: Sequence[str]


def runs(first: Path, second: Path) -> Comparison:
    """
    Compare the figures of two runs, and their tracks.

    Raises
    ------
    RecordingError
        A folder is not that of a whole run.

    """
    a, b = (read_result(RunFolder.open(folder).result) for folder in (first, second))
    lines = [_line(name, a.get(name), b.get(name)) for name in a
             if name not in NOT_COMPARED and isinstance(a[name], (int, float, str))
             and name != 'trajectory_sha256']
    same = a['trajectory_sha256'] == b['trajectory_sha256']
    remarks = ['the trajectories are the same to the last bit'] if same else _tracks(first, second)
    return Comparison(str(first), str(second), lines, remarks)


def campaigns(first: Path, second: Path) -> Comparison:
    """
    Compare the means and success rates of two campaigns.

    Raises
    ------
    RecordingError
        A folder is not that of a campaign, or holds no rows yet.

    """
    a, b = campaign_rows(first), campaign_rows(second)
    for folder, rows in ((first, a), (second, b)):
        if not rows:
            raise RecordingError(f'{folder}: holds no rows yet')
    campaign = _campaign(first)
    paired = _paired(campaign, a, b)
    lines = [_rate_line(*both) for both in zip(
        rates(campaign, a), rates(campaign, b), strict=True)]
    lines += [_mean_line(figure, a, b, paired) for figure in figures_of(campaign, a)]
    remark = ('the same runs in both: differences run by run' if paired
              else 'other runs in each: differences of means')
    return Comparison(str(first), str(second), lines, [f'{len(a)} and {len(b)} runs; {remark}; '
                                                       f'{100 * CONFIDENCE:.0f} % intervals'])


def table(comparison: Comparison) -> Table:
    """Lay a comparison out for a terminal; what differs surely is marked."""
    out = Table('figure', comparison.first, comparison.second, 'difference', 'interval', '')
    for line in comparison.lines:
        interval, mark = '', ''
        if line.low is not None and line.high is not None:
            interval = f'{line.low:+.3g} .. {line.high:+.3g}'
            mark = 'differs' if line.low > 0.0 or line.high < 0.0 else ''
        out.add_row(line.figure, _text(line.first), _text(line.second),
                    '' if line.difference is None else f'{line.difference:+.4g}', interval, mark)
    return out


def as_json(comparison: Comparison) -> dict[str, Any]:
    """Convert a comparison for JSON."""
    return asdict(comparison)


def _text(value: float | str | None) -> str:
    return f'{value:.5g}' if isinstance(value, float) else '' if value is None else str(value)


def _line(name: str, a: Any, b: Any) -> Line:
    numbers = all(isinstance(value, (int, float)) for value in (a, b))
    return Line(name, a, b, float(b - a) if numbers else None)


def _tracks(first: Path, second: Path) -> list[str]:
    flown = [flown_track(RunLog.load(RunFolder.open(path).run_log).logs[0])
             for path in (first, second)]
    if flown[0] is None or flown[1] is None:
        return ['one of them did not fly']
    found = compare(flown[1], flown[0])
    return [f'the ground tracks are {found.rms:.3f} m (rms) apart at the same time since '
            f'lift-off, at most {found.worst:.3f} m']


def _campaign(folder: Path) -> Campaign:
    identity = read_identity(folder / IDENTITY)
    with of_a_stranger(f'{folder / IDENTITY}: cannot be used'):
        return Campaign.model_validate_json(json.dumps(identity['campaign']))


def _paired(campaign: Campaign, a: Sequence[Row], b: Sequence[Row]) -> bool:
    """Return whether both flew the same runs: seeds and what was drawn."""
    names = ('run', 'seed', *(one.parameter for one in campaign.dispersions), 'faults')
    return len(a) == len(b) and all(
        one.get(name) == other.get(name)
        for one, other in zip(a, b, strict=True) for name in names)


def _rate_line(a: Rate, b: Rate) -> Line:
    p, q = a.fraction, b.fraction
    low = (q - p) - math.hypot(q - b.low, a.high - p)
    high = (q - p) + math.hypot(b.high - q, p - a.low)
    return Line(f'{a.name} (fraction)', p, q, q - p, low, high)


def _mean_line(figure: str, a: Sequence[Row], b: Sequence[Row], paired: bool) -> Line:
    of_a, of_b = column(a, figure), column(b, figure)
    if paired:
        both = ~np.isnan(of_a) & ~np.isnan(of_b)
        of_a, of_b = of_a[both], of_b[both]
    else:
        of_a, of_b = of_a[~np.isnan(of_a)], of_b[~np.isnan(of_b)]
    if len(of_a) < 2 or len(of_b) < 2:
        return Line(figure, None, None)
    difference = float(of_b.mean() - of_a.mean())
    if paired:
        error, freedom = float((of_b - of_a).std(ddof=1)) / math.sqrt(len(of_a)), len(of_a) - 1.0
    else:
        error, freedom = _welch(of_a.var(ddof=1) / len(of_a), of_b.var(ddof=1) / len(of_b),
                                (len(of_a), len(of_b)))
    half = float(stats.t.ppf(0.5 + 0.5 * CONFIDENCE, freedom)) * error
    return Line(figure, float(of_a.mean()), float(of_b.mean()), difference, difference - half,
                difference + half)


def _welch(a: float, b: float, counts: tuple[int, int]) -> tuple[float, float]:
    """Return the standard error of a difference of means, and its degrees of freedom."""
    if a + b == 0.0:
        return 0.0, 1.0
    freedom = (a + b) ** 2 / (a * a / (counts[0] - 1) + b * b / (counts[1] - 1))
    return math.sqrt(a + b), freedom
