# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The fault matrix: every entry of the catalogue in every phase, against its expected outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
import math
import os
import time

from ingenuity_nodes.faults.catalogue import CATALOGUE, entry
from ingenuity_nodes.faults.fault import Outcome, Phase
from ingenuity_nodes.helicopter.helicopter import HelicopterOutputs
from ingenuity_nodes.recording.anomalies import is_hard
from ingenuity_nodes.scenario.fault_scenarios import PREFIX
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.signals import ModeChange
from ingenuity_nodes.simulation.simulation import Simulation
from ingenuity_nodes.timing import SECOND_NS
from ingenuity_nodes.yaml_files.check import FileError
import numpy as np

LONGEST = 120.0     # [s] of simulated time; a flight that is not over by then hangs
ASTRAY = 3.0        # [m] between belief and truth at the landing; assumed: a tenth of the way


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
        """Say whether it ended as the catalogue says."""
        return self.actual is self.expected


class _Watch:
    """Notes what matters of one flight."""

    def __init__(self) -> None:
        self.changes: list[ModeChange] = []
        self.contact: tuple[float, float] | None = None    # speeds down and aside
        self.error = 0.0                                   # of the estimate at the landing [m]
        self.failure = ''
        self.flew = False
        self._airborne = False

    def take(self, out: HelicopterOutputs) -> None:
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
        """Say whether nothing of interest is to come: the rotors run down."""
        mode = self.changes[-1].mode if self.changes else ''
        return bool(self.failure) or mode in ('landed', 'refused', 'crashed') or (
            mode == 'spin_down' and self.flew)


def fly_fault(scenario: Scenario, seed: int | None = None) -> tuple[Outcome, str]:
    """
    Fly to touchdown and judge; ``seed`` replaces that of the scenario.

    Returns
    -------
    tuple
        How it ended, and the words of the flight computer that say so.

    Raises
    ------
    ArithmeticError
        A number was not finite.
    TimeoutError
        It did not end.

    """
    simulation, watch = Simulation(scenario, seed), _Watch()
    name = scenario.helicopters[0].name
    while not watch.over:
        if simulation.t_ns > LONGEST * SECOND_NS:
            raise TimeoutError(f'not over after {LONGEST:g} s')
        watch.take(simulation.tick().helicopters[name])
    return judge(watch.changes, watch.failure, watch.contact, watch.error, flew=watch.flew)


def judge(
    changes: Iterable[ModeChange], failure: str, contact: tuple[float, float] | None,
    error: float, *, flew: bool,
) -> tuple[Outcome, str]:
    """
    Name the outcome of a flight.

    Parameters
    ----------
    changes, failure
        What the flight computer said, what broke.
    contact
        Greatest speeds down and aside with a foot on the ground [m/s], None without a contact.
    error
        Distance between belief and truth then [m].
    flew
        It left the ground.

    """
    changes = list(changes)
    refused = next((change.reason for change in changes if change.mode == 'refused'), failure)
    if not flew:
        said = [change.reason for change in changes if change.mode == 'spin_down']
        return Outcome.REFUSED, (said or [refused])[0]
    if failure:
        return Outcome.LOST, failure
    down, aside = contact or (0.0, 0.0)
    if is_hard(down, aside):
        return Outcome.HARD, f'touched down at {down:.1f} m/s, {aside:.1f} m/s aside'
    if error > ASTRAY:
        return Outcome.ASTRAY, f'{error:.1f} m from where it believed to be'
    for outcome, found in (
            (Outcome.LAND_NOW, [c for c in changes if c.reason.startswith('LAND_NOW')]),
            (Outcome.DEGRADED, [c for c in changes if c.mode == 'degraded'])):
        if found:
            return outcome, found[0].reason
    return Outcome.LANDED, f'{error:.2f} m from where it believed to be'


def try_fault(fault: str, phase: Phase, seed: int | None = None) -> Trial:
    """Try one entry in one phase; whatever goes wrong with the run itself becomes its detail."""
    began = time.perf_counter()
    actual: Outcome | None = None
    try:
        actual, detail = fly_fault(load_scenario(f'{PREFIX}{fault}_{phase.value}'), seed)
    except Exception as error:    # the matrix shall show it beside the others
        detail = f'{type(error).__name__}: {error}'
    return Trial(fault, phase, CATALOGUE[fault].expected[phase], actual, detail,
                 time.perf_counter() - began)


def chosen(names: Iterable[str]) -> list[str]:
    """
    List the entries that are meant by entries or parts; all by none.

    Raises
    ------
    FileError
        There is no such entry or part.

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
    say: Callable[[Trial], None] = lambda _: None,
) -> list[Trial]:
    """Try all on all cores; ``say`` hears each trial as soon as its turn has come."""
    phases, trials = tuple(phases), []
    for trial in _in_parallel([(fault, phase, seed) for fault in faults for phase in phases]):
        say(trial)
        trials.append(trial)
    return trials


def _in_parallel(what: list[tuple[str, Phase, int | None]]) -> Iterator[Trial]:
    if len(what) == 1:
        yield try_fault(*what[0])
        return
    with ProcessPoolExecutor(min(len(what), os.cpu_count() or 1)) as pool:
        yield from pool.map(try_fault, *zip(*what, strict=True), chunksize=2)
