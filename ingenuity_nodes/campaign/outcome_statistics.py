# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
What the rows of a campaign show: success rates, spreads, sensitivities, worst cases.

Success rates have the score interval of E. B. Wilson, J. Am. Stat. Assoc. 22 (1927), eq. 4, which
stays inside 0 to 1 and has about its nominal coverage for few flights and rates near 1, too
(L. D. Brown, T. T. Cai, A. DasGupta, Stat. Sci. 16 (2001)). Sensitivities are rank correlations
(C. Spearman, Am. J. Psychol. 15 (1904)): how monotonously a figure follows a parameter, whatever
the shape of the curve.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
import math

from ingenuity_nodes.campaign.flight_rows import FLOWN, Row
from ingenuity_nodes.campaign.sections import Campaign, Choice, Criterion
import numpy as np
from numpy.typing import NDArray
from scipy import stats

CONFIDENCE = 0.95
FIGURES = (    # columns that are shown where the campaign names none, the most important first
    'landing_offset_m', 'navigation_error_m', 'touchdown_speed_mps', 'touchdown_speed_aside_mps',
    'max_tilt_deg', 'cross_track_max_m', 'battery_used_wh', 'max_power_w', 'duration_s',
    'photo_distance_m', 'photo_visible')
SMALL_IS_BAD = ('photo_distance_m', 'photo_visible', 'battery_left_percent')
WORST = 3                   # runs that are named for each figure
FEWEST_FOR_RANKS = 10       # flights; assumed: correlations of fewer are noise


@dataclass(frozen=True)
class Rate:
    """How often something succeeded, with its confidence interval."""

    name: str
    good: int
    count: int
    low: float
    high: float

    @property
    def fraction(self) -> float:
        """Return the fraction that succeeded."""
        return self.good / self.count if self.count else math.nan


@dataclass(frozen=True)
class Spread:
    """How one figure is distributed over the flights; the mean has a confidence interval."""

    figure: str
    count: int
    mean: float
    mean_low: float
    mean_high: float
    sigma: float
    quantiles: tuple[float, float, float, float, float]    # 0, 5, 50, 95, 100 %


@dataclass(frozen=True)
class Sensitivity:
    """The rank correlation of a figure with a dispersed parameter."""

    figure: str
    parameter: str
    correlation: float
    p_value: float
    significant: bool    # at 5 % over all pairs that are looked at (Bonferroni)


def wilson(good: int, count: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return the score interval of a fraction; 0 to 1 without any trial."""
    if count == 0:
        return 0.0, 1.0
    z = float(stats.norm.ppf(0.5 + 0.5 * confidence))
    p, n = good / count, float(count)
    middle = (p + z * z / (2.0 * n)) / (1.0 + z * z / n)
    half = z / (1.0 + z * z / n) * math.sqrt(p * (1.0 - p) / n + z * z / (4.0 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def succeeded(criterion: Criterion, row: Row) -> bool:
    """Return whether all conditions hold; a run that failed, or without the figure, has not."""
    for condition in criterion.conditions:
        value = row.get(condition.column)
        if value is None:
            return False
        if condition.at_least is not None and not value >= condition.at_least:
            return False
        if condition.at_most is not None and not value <= condition.at_most:
            return False
        if condition.equals is not None and str(value) != condition.equals:
            return False
    return True


def rates(campaign: Campaign, rows: Sequence[Row]) -> list[Rate]:
    """Count each success over all runs, those that failed included."""
    out = []
    for criterion in campaign.success:
        good = sum(succeeded(criterion, row) for row in rows)
        out.append(Rate(criterion.name, good, len(rows), *wilson(good, len(rows))))
    return out


def figures_of(campaign: Campaign, rows: Sequence[Row]) -> list[str]:
    """List the columns to show: those that the campaign names, else the usual that are there."""
    return list(campaign.figures) or [
        name for name in FIGURES if any(row.get(name) is not None for row in rows)]


def column(rows: Sequence[Row], name: str) -> NDArray[np.float64]:
    """Return one figure of all runs, shape (n,), NaN where it is missing."""
    return np.array([math.nan if row.get(name) is None else row[name] for row in rows], float)


def spread(rows: Sequence[Row], figure: str) -> Spread | None:
    """Describe the distribution of one figure; None where no flight has it."""
    values = column(rows, figure)
    values = values[~np.isnan(values)]
    if len(values) == 0:
        return None
    mean = float(values.mean())
    sigma = float(values.std(ddof=1)) if len(values) > 1 else 0.0
    half = float(stats.t.ppf(0.5 + 0.5 * CONFIDENCE, max(len(values) - 1, 1))) \
        * sigma / math.sqrt(len(values))
    quantiles = np.quantile(values, [0.0, 0.05, 0.5, 0.95, 1.0]).tolist()
    return Spread(figure, len(values), mean, mean - half, mean + half, sigma, tuple(quantiles))


def sensitivities(
    campaign: Campaign, rows: Sequence[Row], figures: Sequence[str],
) -> list[Sensitivity]:
    """Correlate each figure with each dispersed number, the strongest first."""
    flown = [row for row in rows if row['status'] == FLOWN]
    names = [dispersion.parameter for dispersion in campaign.dispersions
             if not isinstance(dispersion, Choice)]
    pairs = []
    for figure in figures:
        of_figure = column(flown, figure)
        for name in names:
            of_parameter = column(flown, name)
            both = ~np.isnan(of_figure) & ~np.isnan(of_parameter)
            if both.sum() < FEWEST_FOR_RANKS or np.ptp(of_figure[both]) == 0.0 \
                    or np.ptp(of_parameter[both]) == 0.0:
                continue
            found = stats.spearmanr(of_figure[both], of_parameter[both])
            pairs.append((figure, name, float(found.statistic), float(found.pvalue)))
    limit = (1.0 - CONFIDENCE) / max(len(pairs), 1)
    return sorted((Sensitivity(*pair, pair[3] < limit) for pair in pairs),
                  key=lambda one: -abs(one.correlation))


def worst_runs(rows: Sequence[Row], figure: str, count: int = WORST) -> list[tuple[int, float]]:
    """Return run and value of the flights with the worst of one figure, the worst first."""
    sign = 1.0 if figure in SMALL_IS_BAD else -1.0
    found = [(row['run'], row[figure]) for row in rows if row.get(figure) is not None]
    return sorted(found, key=lambda one: (sign * one[1], one[0]))[:count]


def failures(rows: Sequence[Row]) -> list[Row]:
    """Return the runs that could not be flown to an end."""
    return [row for row in rows if row['status'] != FLOWN]


def outcomes(rows: Sequence[Row]) -> Mapping[str, int]:
    """Count how the flights ended, the most frequent first."""
    counts: dict[str, int] = {}
    for row in rows:
        ended = str(row['outcome']) if row['status'] == FLOWN else 'failed to run'
        counts[ended] = counts.get(ended, 0) + 1
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))
