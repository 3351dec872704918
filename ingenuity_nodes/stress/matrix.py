# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The matrix: each process killed and stopped in each phase of a live flight, and the clash."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
import math
import os
from pathlib import Path
import signal
from types import SimpleNamespace
from typing import Any, cast

from ingenuity_nodes.graph.nodes import nodes_of, RunOptions
from ingenuity_nodes.graph.processes import Domain, Graph
from ingenuity_nodes.recording.bag.repair import is_whole, repair
from ingenuity_nodes.recording.errors import RecordingError
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.stress.live_run import are_gone, hold, LiveRun, slowness
from mcap.reader import make_reader
from rosbags.rosbag2 import Reader

# A phase begins with a line of mission control's that has this text.
PHASES = {'before take-off': ': spin_up: ', 'in flight': ': climb: ',
          'after landing': ': spin_down: '}
ALL = 'all'
SHORT, LONG, LID = 4.0, 10.0, 12.0    # [s] of the pauses
NAMED = 5.0          # [s] in which a killed process is named, on a machine with time to spare
GONE = 8.0           # [s] in which all others have ended, as well
LONGEST = 300.0      # [s] assumed: ten times a flight; what takes longer hangs
INTERRUPTED = 130    # what a shell reports after Ctrl-C


@dataclass(frozen=True)
class Case:
    """One thing done to one flight."""

    deed: str       # 'kill', 'stop 4 s', 'stop 10 s', 'lid 12 s', 'clash'
    who: str        # full name of a process, or ALL
    phase: str

    @property
    def expected(self) -> str:
        """Return what has to come of it, in words."""
        if self.deed == 'kill':
            return f'named in {NAMED:g} s, all gone in {GONE:g} s, status 1, bag readable'
        if self.deed == 'clash':
            return 'the second names the first and ends; the first flies the same flight'
        if self.deed == f'stop {LONG:g} s':
            return ('named; the same flight, or an end that names it: that is how long a silence '
                    'may be (lockstep.silence)')
        return 'the same flight, status 0'


@dataclass(frozen=True)
class Outcome:
    """What came of one case."""

    case: Case
    failures: tuple[str, ...]    # of what was expected; none: all as expected
    status: int
    named_s: float               # inf: never
    gone_s: float
    same: bool                   # the trajectory of the batch
    bag: str                     # what readers of others found in it
    line: str                    # that told people

    @property
    def good(self) -> bool:
        """Return whether all was as expected."""
        return not self.failures


def cases(processes: Sequence[str], phases: Sequence[str], deeds: Sequence[str],
          ) -> Iterator[Case]:
    """Yield the cases; after the landing the first run is over before a second can begin."""
    for deed in deeds:
        for phase in phases:
            if deed == 'clash' and phase == 'after landing':
                continue
            if deed.startswith(('lid', 'clash')):
                yield Case(deed, ALL, phase)
            else:
                yield from (Case(deed, name, phase) for name in processes)


def process_names(scenario: str) -> list[str]:
    """Return the full names of all processes of a scenario."""
    return [spec.full_name for spec in nodes_of(load_scenario(scenario), RunOptions(scenario))]


def try_case(case: Case, scenario: str, sha256: str, folder: Path) -> Outcome:
    """Fly, do it, and hold what came of it against what was expected; sha256 is the batch's."""
    others: list[tuple[Graph, list[str]]] = []
    act = partial(_act, case, scenario, others)
    run = LiveRun(scenario, folder, PHASES[case.phase], act)
    status, seconds = run.wait(LONGEST)
    second = [(graph.wait(), lines) for graph, lines in others]
    same = run.result.get('trajectory_sha256') == sha256
    failures = [*(['hung'] if run.hung else []),
                *([] if run.acted_at else ['the phase never came']),
                *([] if are_gone(run.ids.values()) else ['left processes behind'])]
    bag, damage = _read_by_others(run.folder.bag)
    failures += damage
    named, line = math.nan, ''
    words: tuple[str, ...]
    if case.deed == 'kill':
        number = run.ids[case.who]
        words = (f'{case.who} (process {number} has ended)',
                 f'{case.who} has ended (process {number})', f'{case.who} (gone)',
                 f'{case.who} (process {number}) was killed by SIGKILL')
        named = run.seconds_until(*words)
        line = next((text for text in run.lines if any(word in text for word in words)), '')
        failures += _unmet({
            f'named after {named:.1f} s': named < NAMED * slowness(),
            f'gone after {seconds:.1f} s': seconds < GONE * slowness(),
            f'status {status}': status not in (0, INTERRUPTED)})
    else:
        words = ('is stopped', 'has been silent for')
        line = next((text for text in run.lines if any(word in text for word in words)), '')
        named = run.seconds_until(*words)
        at_the_limit = case.deed == f'stop {LONG:g} s' and bool(line) and status != INTERRUPTED
        failures += [] if at_the_limit and status else _unmet(
            {f'status {status}': status == 0, 'another trajectory': same})
    for code, lines in second:
        line = next((text for text in lines if 'found another /world' in text), '')
        failures += _unmet({'the second began': bool(line) and code not in (0, INTERRUPTED)})
    return Outcome(case, tuple(failures), status, named, seconds, same, bag, line)


def _unmet(expectations: dict[str, bool]) -> list[str]:
    return [text for text, met in expectations.items() if not met]


def _act(case: Case, scenario: str, others: list[tuple[Graph, list[str]]], run: LiveRun) -> None:
    deeds: dict[str, Callable[[], None]] = {
        'kill': lambda: os.kill(run.ids[case.who], signal.SIGKILL),
        f'stop {SHORT:g} s': lambda: hold([run.ids[case.who]], SHORT),
        f'stop {LONG:g} s': lambda: hold([run.ids[case.who]], LONG),
        f'lid {LID:g} s': lambda: hold(run.ids.values(), LID),
        'clash': lambda: others.append(_second_graph(scenario, run.domain))}
    deeds[case.deed]()


DEEDS = ('kill', f'stop {SHORT:g} s', f'stop {LONG:g} s', f'lid {LID:g} s', 'clash')


def _second_graph(scenario: str, domain: int) -> tuple[Graph, list[str]]:
    """Start the same scenario as another run, without recorder, in a domain that is taken."""
    specs = nodes_of(load_scenario(scenario), RunOptions(scenario, record=False))
    for spec in specs:
        spec.parameters['run'] = 'another'
    taken = cast(Domain, SimpleNamespace(number=domain, ports=range(0), release=lambda: None))
    lines: list[str] = []
    return Graph(specs, None, lines.append, taken), lines


def _read_by_others(bag: Path) -> tuple[str, list[str]]:
    """Let the libraries mcap and rosbags count the messages, after repair as fly does it."""
    found, damage = [], []
    try:
        if not is_whole(bag):
            repair(bag)
            found.append('repaired')
    except RecordingError as error:
        return 'none', [str(error)]
    for name, count in (('mcap', _counted_by_mcap), ('rosbags', _counted_by_rosbags)):
        try:
            found.append(f'{name} {count(bag)}')
        except Exception as error:    # whatever they trip over is the finding
            damage.append(f'{name}: {" ".join(str(error).split())[:100]}')
    return ', '.join(found), damage


def _counted_by_mcap(bag: Path) -> int:
    count = 0
    for path in bag.glob('*.mcap'):
        with path.open('rb') as file:
            count += sum(1 for _ in cast(Any, make_reader(file)).iter_messages())
    return count


def _counted_by_rosbags(bag: Path) -> int:
    with Reader(bag) as reader:
        return sum(1 for _ in reader.messages())
