# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The consistency of the filter: whether its errors are as large as its covariance predicts.

The normalised estimation error squared (NEES) e' P^-1 e of a consistent filter is chi-squared
distributed, so its mean over N flights at one instant lies within bounds (Y. Bar-Shalom, X. R. Li,
T. Kirubarajan, "Estimation with Applications to Tracking and Navigation", 2001, section 5.4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
import math
from typing import Any

from ingenuity_nodes.campaign.crew import Crew, CrewError, in_order, InProcess
from ingenuity_nodes.campaign.dispersions import dispersed
from ingenuity_nodes.frames import compose, QuatWxyz, Vector3
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.signals import Estimate, Truth
from ingenuity_nodes.timing import SECOND_NS, TICK_NS
import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

BLOCKS = {'all': slice(0, 9), 'position': slice(0, 3), 'velocity': slice(3, 6),
          'attitude': slice(6, 9)}    # of the error state
CONFIDENCE = 0.95
LONGEST_NS = 400 * SECOND_NS
FORMER_KEY = 'honest'    # of 'consistent', written until the next release
_CONJUGATE = np.array([1.0, -1.0, -1.0, -1.0])


@dataclass(frozen=True)
class FlightErrors:
    """Errors of one flight, once a second from lift-off to touchdown."""

    seed: int
    outcome: str
    error: NDArray[np.float64]    # (n, 9), true minus estimated: position, velocity, attitude
    nees: NDArray[np.float64]     # (n, 4), of the blocks in the order of BLOCKS
    nis: NDArray[np.float64]      # (n,), of the last image, per degree of freedom
    sigma: NDArray[np.float64]    # (n, 9), of the error as the filter believes it


@dataclass(frozen=True)
class Consistency:
    """The result of a campaign: NEES of the filter, and its errors."""

    flights: int
    t_s: NDArray[np.float64]              # (n,) since lift-off
    nees: dict[str, NDArray[np.float64]]  # by block, (n,) mean over flights, per flight
    bounds: dict[str, tuple[float, float]]    # within which a mean over flights should lie
    rms: NDArray[np.float64]              # (n, 9) errors
    believed: NDArray[np.float64]         # (n, 9) the same as the filter believes it
    nis: NDArray[np.float64]              # (n,) mean over flights, per degree of freedom
    nis_bounds: tuple[float, float]       # if an image were one measurement of two degrees

    def inside(self, block: str) -> float:
        """Return the fraction of instants at which the mean lies within its bounds."""
        low, high = self.bounds[block]
        return float(np.mean((self.nees[block] >= low) & (self.nees[block] <= high)))

    @property
    def consistent(self) -> bool:
        """Return whether the mean over all instants lies within the bounds of one instant."""
        low, high = self.bounds['all']
        return bool(low <= self.nees['all'].mean() <= high)


def error_of(truth: Truth, estimate: Estimate) -> NDArray[np.float64]:
    """Return true minus estimated position, velocity and attitude, shape (9,)."""
    return np.concatenate([truth.p_MB - estimate.p_MB, truth.v_MB - estimate.v_MB,
                           rotation_between(estimate.q_MB, truth.q_MB)])


def rotation_between(q_estimated: QuatWxyz, q_true: QuatWxyz) -> Vector3:
    """Return the rotation vector in M from the estimated to the true attitude [rad]."""
    q = compose(q_true, q_estimated * _CONJUGATE)
    q = q if q[0] >= 0.0 else -q
    length = float(np.linalg.norm(q[1:]))
    return 2.0 * math.atan2(length, q[0]) * q[1:] / length if length > 1e-12 else np.zeros(3)


def nees(error: NDArray[np.float64], P: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the NEES of an error, shape (9,), for each block."""
    return np.array([
        error[block] @ np.linalg.solve(P[block, block], error[block])
        for block in BLOCKS.values()])


def fly(scenario: Scenario, seed: int) -> FlightErrors:
    """Fly one flight of a campaign and compare estimate and truth once a second."""
    simulation, drawn = dispersed(scenario, seed)
    name = scenario.helicopters[0].name
    helicopter = simulation.helicopters[name]
    errors, normalised, nis, sigma, outcome = [], [], [], [], ''
    before: Truth | None = None
    while not outcome and simulation.t_ns < LONGEST_NS:
        report = simulation.tick()
        if drawn:
            drawn.watch(report)
        outputs, outcome = report.helicopters[name], report.outcome
        lift_off = helicopter.lift_off_ns
        due = lift_off is not None and (simulation.t_ns - lift_off) % SECOND_NS < TICK_NS
        # The estimate of a tick corresponds to the truth at its beginning.
        if due and before is not None and outputs.setpoint.airborne:
            error = error_of(before, outputs.estimate)
            errors.append(error)
            P = outputs.estimate.covariance[:9, :9]
            normalised.append(nees(error, P))
            nis.append(outputs.estimate.innovation)
            sigma.append(np.sqrt(np.diag(P)))
        before = outputs.truth
    return FlightErrors(seed, outcome, np.array(errors), np.array(normalised), np.array(nis),
                        np.array(sigma))


def campaign(
    scenario: Scenario, seeds: Iterable[int], team: Crew | InProcess | None = None,
    on_flight: Callable[[FlightErrors], None] = lambda _: None,
) -> Consistency:
    """
    Fly one flight for each seed, in this process or by a crew, and average; report each flight.

    Raises
    ------
    CrewError
        A flight could not be flown to its end; the text gives seed and reason.

    """
    seeds = list(seeds)
    flights: list[FlightErrors] = []
    for done in in_order((team or InProcess()).compute(partial(fly, scenario), seeds), seeds):
        if done.result is None:
            raise CrewError(f'seed {done.task}: {done.reason}')
        flights.append(done.result)
        on_flight(done.result)
    return aggregate(flights)


def aggregate(flights: list[FlightErrors]) -> Consistency:
    """Average over flights, up to the end of the shortest."""
    count, shortest = len(flights), min(len(flight.nees) for flight in flights)
    mean = np.mean([flight.nees[:shortest] for flight in flights], axis=0)
    squares, variance = (np.mean([part[:shortest] ** 2 for part in parts], axis=0) for parts in (
        [flight.error for flight in flights], [flight.sigma for flight in flights]))
    low, high = bounds(2, count)
    return Consistency(
        count, np.arange(shortest, dtype=np.float64),
        {block: mean[:, k] for k, block in enumerate(BLOCKS)},
        {block: bounds(part.stop - part.start, count) for block, part in BLOCKS.items()},
        np.sqrt(squares), np.sqrt(variance),
        np.mean([flight.nis[:shortest] for flight in flights], axis=0), (0.5 * low, 0.5 * high))


def bounds(dimensions: int, flights: int) -> tuple[float, float]:
    """Return the bounds on the mean NEES of some flights, two-sided, by ``CONFIDENCE``."""
    tail = 0.5 * (1.0 - CONFIDENCE)
    low, high = chi2.ppf([tail, 1.0 - tail], dimensions * flights) / flights
    return float(low), float(high)


def as_json(result: Consistency) -> dict[str, Any]:
    """Write the result as a dictionary of numbers and lists."""
    return {
        'flights': result.flights, 'consistent': result.consistent,
        FORMER_KEY: result.consistent, 't_s': result.t_s.tolist(),
        'rms': result.rms.tolist(), 'believed': result.believed.tolist(),
        'nis': {'mean': float(result.nis.mean()), 'bounds': result.nis_bounds,
                'nis': result.nis.tolist()},
        'blocks': {block: {
            'mean': float(result.nees[block].mean()), 'bounds': result.bounds[block],
            'inside': result.inside(block), 'nees': result.nees[block].tolist()}
            for block in BLOCKS}}
