# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Hostile messages, and the soak: what they print and write."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from ingenuity_nodes.commands.narrator import Narrator
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.scenario.variants import with_features
from ingenuity_nodes.simulation.batch import fly_batch
from ingenuity_nodes.stress import fuzz, soak, table

MOST_FLIGHTS = 12      # of a group: where orders end the flight, more are needed
HOVER = 'duration: 3.0'    # [s] in the scenario, which is stretched for the messages
HOVER_PER_MESSAGE, LONGEST_HOVER = 0.06, 60.0    # [s] assumed: the battery allows twice as much


def batch_sha256(scenario: str, *, cameras: bool) -> str:
    """Fly the same flight in one process."""
    flown = load_scenario(scenario)
    if cameras:
        flown = with_features(flown, 'images')
    return str(fly_batch(flown, None, None)['trajectory_sha256'])


def messages(options: Namespace, scenario: str, page: Path, narrator: Narrator) -> int:
    """Send hostile messages to every topic and service; status 1 if anything fell over."""
    bad = 0
    with TemporaryDirectory(prefix='ingenuity_stress_') as folder:
        path = Path(folder, Path(scenario).name)
        hover = min(3.0 + HOVER_PER_MESSAGE * options.messages, LONGEST_HOVER)
        path.write_text(Path(scenario).read_text().replace(HOVER, f'duration: {hover:.1f}'))
        sha256 = batch_sha256(str(path), cameras=options.cameras)
        for group in options.groups:
            flights = _flights(options, group, str(path), sha256, narrator)
            rows = _added(flights)
            enough = fuzz.is_enough(rows, options.messages)
            bad += not enough or any(flight.failures for flight in flights)
            lines = _lines(options, group, flights, rows, enough=enough)
            print('\n'.join(lines))
            if options.write:
                table.write_section(page, f'Hostile messages: {group}', lines)
    return int(bad > 0)


def _flights(
    options: Namespace, group: str, scenario: str, sha256: str, narrator: Narrator,
) -> list[fuzz.Flight]:
    """Fly until every topic of a group has had its messages."""
    flights: list[fuzz.Flight] = []
    left = options.messages
    while left > 0 and len(flights) < MOST_FLIGHTS:
        number = len(flights)
        folder = Path(scenario).parent / f'{group.replace(" ", "_")}_{number}'
        flight = fuzz.fly_among_strangers(
            group, left, options.seed + number, scenario, sha256, folder)
        flights.append(flight)
        rows = _added(flights)
        narrator(f'{group}, flight {number + 1}: {flight.outcome}; so far '
                 f'{sum(row.sent for row in rows)} messages'
                 + ''.join(f'; {text}' for text in flight.failures))
        left = options.messages - min((row.sent for row in rows), default=0)
    return flights


def _added(flights: list[fuzz.Flight]) -> list[fuzz.Row]:
    rows: dict[str, fuzz.Row] = {}
    for flight in flights:
        for row in flight.rows:
            total = rows.setdefault(row.name, fuzz.Row(row.name))
            total.sent += row.sent
            total.refused += row.refused
            total.answered += row.answered
    return [rows[name] for name in sorted(rows)]


def _lines(
    options: Namespace, group: str, flights: list[fuzz.Flight], rows: list[fuzz.Row], *,
    enough: bool,
) -> list[str]:
    outcomes = Counter(flight.outcome for flight in flights)
    failures = [text for flight in flights for text in flight.failures]
    if not enough:
        failures.append(f'not every topic had {options.messages} messages')
    return [
        f'`./ingenuity stress --messages {options.messages} --groups "{group}"`: '
        f'{sum(row.sent for row in rows)} messages to {len(rows)} topics and services in '
        f'{len(flights)} flights. Expected: no process dies or hangs; {fuzz.expected(group)}.', '',
        'Outcomes: ' + '; '.join(f'{text} ({count})' for text, count in outcomes.items()) + '. '
        f'The same trajectory as the batch: {sum(flight.same for flight in flights)}; not '
        f'repeatable, as the result says: {sum(not flight.repeatable for flight in flights)}.',
        f'Not as expected: {"; ".join(failures) or "nothing"}.', '',
        *table.table(('topic or service', 'sent', 'refused, by all nodes', 'answered'), (
            (row.name, str(row.sent), str(row.refused), str(row.answered or '')) for row in rows))]


def soaked(options: Namespace, scenario: str, page: Path, narrator: Narrator) -> int:
    """Fly for some minutes; status 1 if a flight was not that of the batch."""
    sha256 = batch_sha256(scenario, cameras=options.cameras)
    done: list[soak.Lap] = []
    with TemporaryDirectory(prefix='ingenuity_soak_') as folder:
        for lap in soak.laps(options.soak, scenario, sha256, Path(folder)):
            done.append(lap)
            narrator(f'flight {lap.number}: {lap.seconds:.0f} s, '
                     f'{"the same" if lap.same else "ANOTHER"}; {lap.own.memory_mb:.1f} MB, '
                     f'{lap.own.descriptors} descriptors, {lap.own.threads} threads; '
                     f'{lap.shm_files} files in /dev/shm')
            if options.write:
                table.write_section(page, 'Soak', _soak_lines(options, done))
    print('\n'.join(_soak_lines(options, done)))
    return int(not all(lap.same and lap.status == 0 for lap in done))


def _soak_lines(options: Namespace, done: list[soak.Lap]) -> list[str]:
    slopes = ', '.join(f'{name} {value:+.3f}' for name, value in soak.slopes(done).items())
    growing = [(name, soak.growth(done[-1], name)) for name in done[-1].first]
    return [
        f'`./ingenuity stress --soak {options.soak:g}`: {len(done)} flights, '
        f'{sum(lap.same and lap.status == 0 for lap in done)} of them that of the batch. '
        f'Slope per flight after the first: {slopes}.', '',
        *table.table(('flight', 'seconds', 'memory [MB]', 'descriptors', 'threads',
                      'files in /dev/shm', '/dev/shm [MB]'), (
            (str(lap.number), f'{lap.seconds:.0f}', f'{lap.own.memory_mb:.1f}',
             str(lap.own.descriptors), str(lap.own.threads), str(lap.shm_files),
             f'{lap.shm_mb:.1f}') for lap in done)), '',
        'Growth of each process in the last flight, from the beginning of time to its end:', '',
        *table.table(('process', 'memory [MB]', 'descriptors', 'threads'), (
            (name, f'{usage.memory_mb:+.1f}', f'{usage.descriptors:+d}', f'{usage.threads:+d}')
            for name, usage in growing))]
