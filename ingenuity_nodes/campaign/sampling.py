# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Draws the dispersed values of all runs of a campaign.

Each dispersion has a stream of random numbers of its own, named by its parameter, so that another
one more or less in the file leaves its numbers as they are; with plain random sampling so does
another number of flights. A Latin hypercube divides the range of each parameter into as many
equally likely parts as there are flights and draws once in each (M. D. McKay, R. J. Beckman,
W. J. Conover, Technometrics 21 (1979)); dimensions are permuted independently of each other, so
one-dimensional samples side by side are a hypercube.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
import math
from typing import Any

from ingenuity_nodes.campaign.sections import (
    AnyDispersion, Campaign, Choice, FaultDispersion, Lognormal, Normal, Uniform, Weibull)
from ingenuity_nodes.world.seeds import seed_of
import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.stats import qmc

_STREAM = 9101    # names this stream of random numbers
# Drawn numbers are rounded to so many digits: the last bits of the functions of probability differ
# between machines, and a person can write such a number into a scenario.
DIGITS = 9


@dataclass(frozen=True)
class FaultDraw:
    """A fault that one run has."""

    fault: str
    vehicle: str
    after_lift_off: float
    magnitude: float | None
    duration: float | None


@dataclass(frozen=True)
class Draw:
    """What one run of a campaign is flown with."""

    run: int      # from 1
    seed: int     # of all noise, and of the ground where that is new
    values: Mapping[str, Any]    # by parameter, as drawn: value, factor or offset
    faults: tuple[FaultDraw, ...] = ()


def draws(campaign: Campaign) -> list[Draw]:
    """Draw all runs of a campaign."""
    columns = {dispersion.parameter: values_of(campaign, dispersion)
               for dispersion in campaign.dispersions}
    faults = [_faults_of(campaign, index) for index in range(len(campaign.faults))]
    return [
        Draw(run, run_seed(campaign, run),
             {name: column[run - 1] for name, column in columns.items()},
             tuple(fault for column in faults if (fault := column[run - 1]) is not None))
        for run in range(1, campaign.flights + 1)]


def run_seed(campaign: Campaign, run: int) -> int:
    """Return the seed of one run: 48 bits, as ground and rocks have room for."""
    return seed_of(campaign.seed, 'run', str(run)) >> 16


def values_of(campaign: Campaign, dispersion: AnyDispersion) -> list[Any]:
    """Draw one parameter for all runs."""
    return values_at(dispersion, _unit(campaign, dispersion.parameter))


def values_at(dispersion: AnyDispersion, u: NDArray[np.float64]) -> list[Any]:
    """Return the values that fractions ``u`` of all draws stay below, shape (n,), 0 < u < 1."""
    if isinstance(dispersion, Choice):
        weights = np.cumsum(dispersion.weights or [1.0] * len(dispersion.values))
        return [dispersion.values[k]
                for k in np.searchsorted(weights, u * weights[-1], side='right')]
    if isinstance(dispersion, Uniform):
        drawn = dispersion.low + u * (dispersion.high - dispersion.low)
    else:
        whole = _distribution(dispersion)
        low = 0.0 if dispersion.low is None else float(whole.cdf(dispersion.low))
        high = 1.0 if dispersion.high is None else float(whole.cdf(dispersion.high))
        drawn = whole.ppf(low + u * (high - low))
    return [_rounded(float(value)) for value in drawn]


def _distribution(dispersion: Normal | Lognormal | Weibull) -> Any:
    if isinstance(dispersion, Normal):
        return stats.norm(dispersion.mean, dispersion.sigma)
    if isinstance(dispersion, Lognormal):
        return stats.lognorm(dispersion.sigma, scale=dispersion.median)
    return stats.weibull_min(dispersion.shape, scale=dispersion.scale)


def _unit(campaign: Campaign, name: str) -> NDArray[np.float64]:
    """Draw numbers between 0 and 1, one for each run, of the stream of this name."""
    generator = np.random.default_rng([seed_of(campaign.seed, campaign.name, name), _STREAM])
    if campaign.sampling == 'random':
        u = generator.random(campaign.flights)
    else:
        sampler: Any = qmc.LatinHypercube
        try:
            u = sampler(1, rng=generator).random(campaign.flights)[:, 0]
        except TypeError:    # scipy before 1.15
            u = sampler(1, seed=generator).random(campaign.flights)[:, 0]
    # Never quite 0 or 1, where a normal distribution is infinite.
    return np.clip(u, 1e-12, 1.0 - 1e-12)


def _faults_of(campaign: Campaign, index: int) -> list[FaultDraw | None]:
    about = campaign.faults[index]
    chance, when, size = (
        _unit(campaign, f'fault {index} {about.fault} {what}') for what in ('', 'when', 'size'))
    return [_fault(about, float(when[k]), float(size[k])) if chance[k] < about.probability
            else None for k in range(campaign.flights)]


def _fault(about: FaultDispersion, when: float, size: float) -> FaultDraw:
    return FaultDraw(
        about.fault, about.vehicle, _between(about.after_lift_off, when),
        _between(about.magnitude, size) if about.magnitude else None, about.duration)


def _between(bounds: tuple[float, float], u: float) -> float:
    return _rounded(bounds[0] + u * (bounds[1] - bounds[0]))


def _rounded(value: float) -> float:
    return float(f'{value:.{DIGITS}g}') if math.isfinite(value) else value
