# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
What the checks at the door of each node cost, as a fraction of the CPU time of a live flight.

``python bench/guard.py [SCENARIO]`` flies the scenario in one process and keeps what crosses
between nodes, with ticks and answers; makes messages of it and times how they are read at the door
(decoded, checked, times compared, refusals counted); then flies it live and counts the CPU time of
all nodes from the first tick to the end. All of the reading counts as guard, also the conversion
that is needed without any check: the fraction is an upper limit. CPU time, not wall time, so that
other work on the machine matters little.
"""

from collections import Counter, defaultdict
from pathlib import Path
import resource
import sys
from tempfile import TemporaryDirectory
import time
from types import SimpleNamespace
from unittest.mock import patch

import checkout    # noqa: F401
from ingenuity_nodes.commands.narrator import compile_kernels
from ingenuity_nodes.graph.lockstep import Answer, check_next, check_time, Tick
from ingenuity_nodes.graph.nodes import nodes_of, RunOptions
from ingenuity_nodes.graph.wiring import Mail, WIRING
from ingenuity_nodes.nodes.conversions.lockstep import (
    answer_from, answer_message, tick_from, tick_message)
from ingenuity_nodes.nodes.conversions.wired import CODECS
from ingenuity_nodes.nodes.refusals import Refusals
from ingenuity_nodes.resources import configuration
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.simulation.simulation import Simulation
from ingenuity_nodes.stress.live_run import LiveRun
from ingenuity_nodes.timing import SECOND_NS, TICK_NS
from rclpy.serialization import deserialize_message, serialize_message

LIMIT = 0.03         # of the CPU time of the live graph
KEPT = 200           # messages of each wire that are timed
REPETITIONS = 5      # the quickest counts
RUN = 'abcdef12'


def main():
    scenario = sys.argv[1] if len(sys.argv) > 1 else str(configuration('stress_flight.yaml'))
    compile_kernels()
    rows, seconds = messages_of(scenario)
    rows += lockstep_of(scenario, seconds)
    print(f'{"messages":44} {"1/s":>8} {"us each":>8} {"ms/s":>8}')
    guard = 0.0
    for name, count, read in sorted(rows, key=lambda row: -row[1]):
        each = quickest(read)
        guard += each * count / seconds
        print(f'{name:44} {count / seconds:8.1f} {1e6 * each:8.1f} '
              f'{1e3 * each * count / seconds:8.2f}')
    live = cpu_of_live_flight(scenario) / seconds    # the same flight, tick by tick
    fraction = guard / live
    print(f'CPU per simulated second: guard {1e3 * guard:.1f} ms, live graph {1e3 * live:.0f} ms, '
          f'{seconds:.1f} s flown')
    print(f'at most {100 * fraction:.2f} % of the live graph (limit: {100 * LIMIT:g} %)')
    sys.exit(int(fraction > LIMIT))


def messages_of(scenario):
    """Fly in one process; for each wire its name, how many messages nodes read, and how."""
    sent, counts = defaultdict(list), Counter()

    def post(mail, kind, name, outputs):
        for wire in WIRING:
            values = getattr(outputs, wire.output) if wire.source == kind else ()
            for target, some in (values.items() if wire.addressed else [('', values)]
                                 ) if values else ():
                receivers = 1 if wire.addressed else len(mail._members[wire.target])
                counts[wire] += receivers * len(some)
                sent[wire] += [(value, target or name) for value in some]
        return original(mail, kind, name, outputs)

    original = Mail.post
    with patch.object(Mail, 'post', post):
        simulation = Simulation(load_scenario(scenario))
        while not simulation.tick().outcome:
            pass
    rows = []
    for wire, count in counts.items():
        if count:
            rows.append((wire.topic, count, reader_of(wire, sent[wire])))
    return rows, simulation.t_ns / SECOND_NS


def reader_of(wire, sent):
    """Return what reads some of the messages of a wire as its node does."""
    codec = CODECS[wire.source, wire.output]
    chosen = sent[::max(1, len(sent) // KEPT)]
    received = [deserialize_message(serialize_message(message), type(message))
                for message in (codec.encode(value, name) for value, name in chosen)]
    refusals = Refusals(SimpleNamespace(topic_in_run=str))

    def read():
        for message in received:
            if codec.stamp_of is not None:
                check_time(t_ns := codec.stamp_of(message), t_ns)
            if len(tuple(refusals.read(wire.topic, [message], codec.decode))) != 1:
                raise AssertionError(f'{wire.topic}: refused')
        return len(received)
    return read


def lockstep_of(scenario, seconds):
    """Ticks, which every participant reads, and answers, which the world reads."""
    nodes = nodes_of(load_scenario(scenario), RunOptions(scenario))[1:]
    topics = {f'{node.full_name}/topic_{k}': 1234 for node in nodes for k in range(3)}
    ticks = [tick_message(Tick(TICK_NS * (k + 1), topics, RUN)) for k in range(KEPT)]
    own = dict(list(topics.items())[:3])
    answers = [answer_message(Answer('/ingenuity/helicopter', TICK_NS * (k + 1), own, RUN))
               for k in range(KEPT)]

    def read_ticks():
        for k, message in enumerate(ticks):
            check_next(tick_from(message), RUN, TICK_NS * k)
        return len(ticks)

    def read_answers():
        for message in answers:
            if answer_from(message).run != RUN:
                raise AssertionError('refused')
        return len(answers)

    count = round(seconds * SECOND_NS / TICK_NS) * len(nodes)
    return [('/world/tick', count, read_ticks), ('/world/done', count, read_answers)]


def quickest(read):
    """Return the CPU seconds that a message takes."""
    best = float('inf')
    for _ in range(REPETITIONS):
        began = time.process_time()
        count = read()
        best = min(best, (time.process_time() - began) / count)
    return best


def cpu_of_live_flight(scenario):
    """Return the CPU seconds of all nodes after time began."""
    before = []

    def begin(run):
        before.append(sum(cpu_of(number) for number in run.ids.values()))

    with TemporaryDirectory(prefix='ingenuity_guard_') as folder:
        ended = children()
        run = LiveRun(scenario, Path(folder, 'run'), 'all are here', begin)
        status, _ = run.wait()
        if status or not before:
            sys.exit(f'the live flight ended with status {status}: {run.lines[-3:]}')
        return children() - ended - before[0]


def cpu_of(number):
    """Return the CPU seconds of a process so far."""
    fields = Path(f'/proc/{number}/stat').read_text().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / 100.0


def children():
    """Return the CPU seconds of all children that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == '__main__':
    main()
