# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Live flights during which a stranger sends nonsense to every topic, service and parameter."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
import json
import os
from pathlib import Path
import re
import subprocess
import sys
from typing import Any

from ingenuity_nodes.graph.next_run import RESET
from ingenuity_nodes.graph.nodes import PACKAGE
from ingenuity_nodes.stress.hostile_groups import OWN_RUN, STATE
from ingenuity_nodes.stress.live_run import LiveRun, slowness

LONGEST = 600.0       # [s] assumed: what takes longer hangs; longer by the load of others
LAST_WORD = 30.0      # [s] for the stranger to write what it sent
BEGINS = 'all are here'
MANY = 100            # messages to each: time goes slower then, so that they come in flight
SLOWLY = 0.3          # [1] of real time; assumed: it leaves the processors to the stranger
REFUSED = re.compile(r'\[INFO\] refused in all: (.*)')


@dataclass
class Row:
    """What was sent to one topic or service."""

    name: str
    sent: int = 0
    refused: int = 0     # by name, as the nodes count
    answered: int = 0    # of a service


@dataclass
class Flight:
    """A flight among strangers."""

    group: str
    rows: list[Row]
    outcome: str                 # of result.json, or why the world ended the run
    same: bool                   # the trajectory of the batch
    repeatable: bool
    failures: list[str] = field(default_factory=list)


def fly_among_strangers(
    group: str, messages: int, seed: int, scenario: str, sha256: str, folder: Path,
) -> Flight:
    """
    Fly while every topic of a group gets so many hostile messages.

    The flight has to be that of the batch (``sha256``), or its result says that it cannot be
    repeated, or it ended with a reason; no process may die or hang.
    """
    strangers: list[subprocess.Popen[bytes]] = []
    out = folder.parent / f'{folder.name}.json'

    def begin(run: LiveRun) -> None:
        strangers.append(subprocess.Popen(
            [sys.executable, '-m', f'{PACKAGE}.nodes.hostile', '--messages', str(messages),
             '--group', group, '--seed', str(seed), '--out', str(out)],
            env={'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST', **os.environ,
                 'ROS_DOMAIN_ID': str(run.domain)}))

    run = LiveRun(scenario, folder, BEGINS, begin, pace=SLOWLY if messages > MANY else -1.0)
    status, _ = run.wait(LONGEST * slowness())
    failures = _end(strangers)
    rows = _rows(out, run.logs)
    ended = next((line for line in reversed(run.lines)
                  if line.startswith(('/world: ended: ', '/world: failed: '))), '')
    result = run.result
    flight = Flight(
        group, rows, str(result.get('outcome') or ended),
        result.get('trajectory_sha256') == sha256, bool(result.get('repeatable')),
        failures + _deaths(run))
    if run.hung:
        flight.failures.append('hung')
    if not ended:
        flight.failures.append('the world gave no reason')
    if flight.repeatable and status == 0 and not flight.same and flight.outcome != RESET:
        flight.failures.append('another trajectory, which is said to be repeatable')
    if group == STATE and status:
        flight.failures.append(f'status {status}')
    return flight


def _end(strangers: list[subprocess.Popen[bytes]]) -> list[str]:
    """Wait for the stranger; it has to have lived."""
    if not strangers:
        return ['time never began']
    try:
        status = strangers[0].wait(LAST_WORD)
    except subprocess.TimeoutExpired:
        strangers[0].kill()
        strangers[0].wait()
        return ['the stranger hung']
    return [f'the stranger ended with status {status}'] if status else []


def _deaths(run: LiveRun) -> list[str]:
    """List what shows that a process died of a message: a traceback, a signal."""
    found = [f'{log.name}: {text.splitlines()[-1][:200]}' for log in sorted(run.logs.iterdir())
             if 'Traceback' in (text := log.read_text(errors='replace'))]
    return found + [line for line in run.lines if 'was killed by' in line
                    or re.search(r'ended with status (?!1$)', line)]


def _rows(out: Path, logs: Path) -> list[Row]:
    """Join what the stranger sent with what all nodes refused."""
    refused: Counter[str] = Counter()
    for log in logs.iterdir():
        for line in REFUSED.findall(log.read_text(errors='replace')):
            for part in line.split(', '):
                topic, _, count = part.rpartition(' ')
                refused[topic] += int(count)
    try:
        sent: list[dict[str, Any]] = json.loads(out.read_text())
    except (OSError, ValueError):
        return []
    return [Row(row['name'], row['sent'], refused[row['name']], row['answered']) for row in sent]


def is_enough(rows: list[Row], messages: int) -> bool:
    """Return whether each topic and service had its messages."""
    return bool(rows) and all(row.sent >= messages for row in rows)


def expected(group: str) -> str:
    """Return in words what has to come of the flight of a group."""
    if group == STATE:
        return 'it lands; the flight of the batch, or its result says that it cannot be repeated'
    if group == OWN_RUN:
        return 'it ends, with a reason'
    return 'it lands, or ends with a reason'
