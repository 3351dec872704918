# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The fault campaign: every fault of the catalogue in every phase, and the expected outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
import math
import time

from ingenuity_nodes.campaign.crew import Crew, in_order, InProcess
from ingenuity_nodes.faults.catalogue import CATALOGUE, entry
from ingenuity_nodes.faults.fault import Outcome, Phase
from ingenuity_nodes.helicopter.helicopter import HelicopterOutputs
from ingenuity_nodes.recording.anomalies import is_hard, refusal_in
from ingenuity_nodes.scenario.fault_scenarios import PREFIX
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.signals import ModeChange
from ingenuity_nodes.simulation.simulation import Simulation
from ingenuity_nodes.timing import SECOND_NS
from ingenuity_nodes.yaml_files.check import FileError
import numpy as np

LONGEST = 120.0     # [s] of simulated time, after which a flight is taken to hang
ASTRAY = 3.0        # [m] error of the estimate at the landing; assumed: a tenth of the path length


@dataclass(frozen=True)
class Trial:
    """One fault in one phase."""

    fault: str
    phase: Phase
    expected: Outcome
    actual: Outcome | None     # None: see ``detail``
    detail: str
    seconds: float             # of wall time

    @property
    def good(self) -> bool:
        """Return whether it ended as the catalogue expects."""
        return self.actual is self.expected


class _Monitor:
    """Record what the outcome of one flight depends on."""

    def __init__(self) -> None:
        self.changes: list[ModeChange] = []
        self.contact: tuple[float, float] | None = None    # vertical and horizontal speed
        self.error = 0.0                                   # of the estimate at the landing [m]
        self.failure = ''
        self.flew = False
        self._airborne = False

    def update(self, out: HelicopterOutputs) -> None:
        self.changes += out.modes
        self.failure = self.failure or out.status.failure
        numbers = (*out.truth.p_MB, *out.truth.q_MB, *out.estimate.p_MB, *out.command.collective)
        if not all(math.isfinite(number) for number in numbers):
            raise ArithmeticError('a number of the flight is not finite')
        in_air = out.status.feet_on_ground == 0
        self._airborne = self._airborne or (in_air and out.setpoint.airborne)
        if self._airborne and not in_air:
            v = out.truth.v_MB
            speeds = -float(v[2]), float(np.hypot(v[0], v[1]))
            if self.contact is None or max(speeds) > max(self.contact):
                self.contact = speeds
            self.error = float(np.linalg.norm(out.estimate.p_MB - out.truth.p_MB))
        self.flew = self.flew or self._airborne

    @property
    def over(self) -> bool:
        """Return whether the outcome is settled: failure, or the rotors spin down."""
        mode = self.changes[-1].mode if self.changes else ''
        return bool(self.failure) or mode in ('landed', 'refused', 'crashed') or (
            mode == 'spin_down' and self.flew)


def fly_fault(scenario: Scenario, seed: int | None = None) -> tuple[Outcome, str]:
    """
    Fly to touchdown and classify the outcome; ``seed`` replaces that of the scenario.

    Returns
    -------
    tuple
        Outcome, and the message of the flight computer that shows it.

    Raises
    ------
    ArithmeticError
        A number was not finite.
    TimeoutError
        It did not end.

    """
    simulation, monitor = Simulation(scenario, seed), _Monitor()
    name = scenario.helicopters[0].name
    while not monitor.over:
        if simulation.t_ns > LONGEST * SECOND_NS:
            raise TimeoutError(f'not over after {LONGEST:g} s')
        monitor.update(simulation.tick().helicopters[name])
    return judge(
        monitor.changes, monitor.failure, monitor.contact, monitor.error, flew=monitor.flew)


def judge(
    changes: Iterable[ModeChange], failure: str, contact: tuple[float, float] | None,
    error: float, *, flew: bool,
) -> tuple[Outcome, str]:
    """
    Classify the outcome of a flight.

    Parameters
    ----------
    changes, failure
        Mode changes of the flight computer; what broke, if anything.
    contact
        Greatest vertical and horizontal speed with a foot on the ground [m/s]; None: no contact.
    error
        Error of the estimate at that contact [m].
    flew
        Whether it left the ground.

    """
    changes = list(changes)
    if not flew:
        return Outcome.REFUSED, refusal_in(changes) or failure
    if failure:
        return Outcome.LOST, failure
    down, aside = contact or (0.0, 0.0)
    if is_hard(down, aside):
        return Outcome.HARD, f'touched down at {down:.1f} m/s, {aside:.1f} m/s aside'
    if error > ASTRAY:
        return Outcome.ASTRAY, f'position estimate wrong by {error:.1f} m'
    for outcome, found in (
            (Outcome.LAND_NOW, [c for c in changes if c.reason.startswith('LAND_NOW')]),
            (Outcome.DEGRADED, [c for c in changes if c.mode == 'degraded'])):
        if found:
            return outcome, found[0].reason
    return Outcome.LANDED, f'position estimate wrong by {error:.2f} m'


def try_fault(fault: str, phase: Phase, seed: int | None = None) -> Trial:
    """Fly one fault in one phase; an exception of the run itself becomes its detail."""
    began = time.perf_counter()
    actual: Outcome | None = None
    try:
        actual, detail = fly_fault(load_scenario(f'{PREFIX}{fault}_{phase.value}'), seed)
    except Exception as error:    # shown in the table like the others
        detail = f'{type(error).__name__}: {error}'
    return Trial(fault, phase, CATALOGUE[fault].expected[phase], actual, detail,
                 time.perf_counter() - began)


def chosen(names: Iterable[str]) -> list[str]:
    """
    List the faults selected by names of faults or parts; without names, all.

    Raises
    ------
    FileError
        There is no such fault or part.

    """
    names = list(names)
    found = [fault for fault, about in CATALOGUE.items()
             if not names or fault in names or about.part in names]
    for name in names:
        if not any(name in (fault, CATALOGUE[fault].part) for fault in found):
            try:
                entry(name)
            except KeyError as error:
                raise FileError(f'faults: {error.args[0]}') from error
    return found


def run_fault_campaign(
    faults: Iterable[str] = CATALOGUE, phases: Iterable[Phase] = Phase, seed: int | None = None,
    on_trial: Callable[[Trial], None] = lambda _: None, team: Crew | InProcess | None = None,
) -> list[Trial]:
    """Fly all, in this process or by a crew; report each, in order, as soon as it is done."""
    phases, trials = tuple(phases), []
    what = [(fault, phase) for fault in faults for phase in phases]
    for done in in_order((team or InProcess()).compute(partial(_try, seed), what), what):
        fault, phase = done.task
        trial = done.result or Trial(
            fault, phase, CATALOGUE[fault].expected[phase], None, done.reason, 0.0)
        on_trial(trial)
        trials.append(trial)
    return trials


def _try(seed: int | None, what: tuple[str, Phase]) -> Trial:
    return try_fault(*what, seed)
