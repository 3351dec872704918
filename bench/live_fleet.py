# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
What more helicopters cost in the live graph: 1, 2, 4 and 8, beside one alone in the same run.

``python bench/live_fleet.py`` prints the real-time factor as fast as the machine goes, and the CPU
time of all processes of a helicopter (flight computer, and navigation camera and vision with
``--images``) and of the rest. Each hovers at its own position, with features from
geometry and without cameras unless told otherwise.
"""

from __future__ import annotations

import argparse
from contextlib import suppress
import os
from pathlib import Path
import signal
import tempfile
import threading
import time
from typing import Any

from ingenuity_nodes.compiled.build import ensure_built
from ingenuity_nodes.graph.nodes import nodes_of, RunOptions
from ingenuity_nodes.graph.processes import Domain, Graph
from ingenuity_nodes.scenario.load import load_scenario, scenario_path
import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rosgraph_msgs.msg import Clock
import yaml

COUNTS = (1, 2, 4, 8)
SPACING = 15.0             # [m]
BEGIN, END = 15.0, 35.0    # [s] in the air
PATIENCE = 600.0           # [s] eight helicopters with images on two slow cores
STAT_TIMES = slice(11, 13)    # of /proc/PID/stat behind the name: user and system time


def fleet(count: int, images: bool) -> dict[str, Any]:
    """Let some helicopters hover side by side, on the day and at the place of Flight 1."""
    scenario = yaml.safe_load(scenario_path('flight_01').read_text())
    first, rover = scenario['vehicles']
    first['cameras'] = ['navcam'] if images else []
    first['flight_plan']['segments'] = [
        {'segment': 'climb', 'altitude': 3.0}, {'segment': 'hover', 'duration': 60.0},
        {'segment': 'land'}]
    scenario['vehicles'] = [
        *({**first, 'name': f'helicopter_{k}', 'position': [SPACING * k, 0.0]}
          for k in range(count)), rover]
    return scenario


def cpu_seconds(process: int) -> float:
    """Return the CPU time that a process and its children of the past have taken [s]."""
    text = Path(f'/proc/{process}/stat').read_text()
    ticks = text.rpartition(')')[2].split()[STAT_TIMES]
    return sum(map(int, ticks)) / os.sysconf('SC_CLK_TCK')


def with_children(process: int) -> list[int]:
    """List a process and those it has started, such as the one that draws."""
    children = [int(child) for task in Path(f'/proc/{process}/task').iterdir()
                for child in (task / 'children').read_text().split()]
    return [process, *(each for child in children for each in with_children(child))]


class Watch:
    """Reads CPU times when the simulated clock passes begin and end."""

    def __init__(self, domain: int, graph: Graph) -> None:
        self._graph = graph
        self.readings: list[tuple[float, dict[str, float]]] = []
        self._context = Context()
        rclpy.init(context=self._context, domain_id=domain)
        self._node = rclpy.create_node('fleet_watch', context=self._context)
        self._node.create_subscription(Clock, '/clock', self._on_clock, 10)

    def until_end(self) -> None:
        """Wait until both readings are there."""
        executor = SingleThreadedExecutor(context=self._context)
        executor.add_node(self._node)
        deadline = time.monotonic() + PATIENCE
        while len(self.readings) < 2:
            if time.monotonic() > deadline or not self._graph.ids:
                raise RuntimeError(f'no {END} s of simulated time in {PATIENCE:.0f} s')
            executor.spin_once(timeout_sec=0.1)
        executor.shutdown()
        self._node.destroy_node()
        rclpy.shutdown(context=self._context)

    def _on_clock(self, clock: Clock) -> None:
        now = clock.clock.sec + 1e-9 * clock.clock.nanosec
        if now >= (BEGIN, END)[min(len(self.readings), 1)] and len(self.readings) < 2:
            self.readings.append((time.monotonic(), {
                name: sum(map(cpu_seconds, with_children(process)))
                for name, process in self._graph.ids.items()}))


def measure(count: int, images: bool) -> tuple[float, float, float]:
    """Return real-time factor, and CPU per simulated second of a helicopter and of the rest."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / 'fleet.yaml'
        path.write_text(yaml.safe_dump(fleet(count, images)))
        specs = nodes_of(load_scenario(str(path)), RunOptions(
            str(path), real_time_factor=0.0, record=False,
            features='images' if images else 'geometry'))
        domain = Domain()
        graph = Graph(specs, None, lambda _: None, domain)
        waiting = threading.Thread(target=graph.wait)
        waiting.start()
        try:
            watch = Watch(domain.number, graph)
            watch.until_end()
        finally:
            with suppress(KeyError, ProcessLookupError):
                os.kill(graph.ids['/world'], signal.SIGINT)
            waiting.join()
    (begin, before), (end, after) = watch.readings
    spent = {name: (after[name] - before[name]) / (END - BEGIN) for name in before}
    own = sum(cpu for name, cpu in spent.items() if name.startswith('/helicopter_'))
    return (END - BEGIN) / (end - begin), own / count, sum(spent.values()) - own


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--images', action='store_true', help='with navigation images')
    parser.add_argument('--counts', type=int, nargs='+', default=COUNTS)
    options = parser.parse_args()
    ensure_built(print)
    alone = 0.0
    for count in options.counts:
        factor, own, shared = measure(count, options.images)
        alone = alone or own
        print(f'{count} helicopters: {factor:6.2f} times real time, {1e3 * own:6.1f} ms of CPU '
              f'per helicopter and second ({own / alone:4.2f} of one alone), '
              f'{1e3 * shared:6.1f} ms of world, mission control and rover', flush=True)


if __name__ == '__main__':
    main()
