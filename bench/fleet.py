# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
What more helicopters cost: 1, 2, 4 and 8 in one batch, beside one alone in the same run.

``taskset -c 0 python bench/fleet.py`` prints simulated seconds per CPU second and the CPU time of
one helicopter. Each hovers at its own position, with features from geometry.
"""

from __future__ import annotations

import time

import checkout    # noqa: F401
from ingenuity_nodes.compiled.build import ensure_built
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.scenario.variants import with_features
from ingenuity_nodes.simulation.simulation import Simulation
from ingenuity_nodes.timing import SECOND_NS

COUNTS = (1, 2, 4, 8)
SPACING = 15.0             # [m]
BEGIN, END = 15.0, 35.0    # [s] of Flight 1: in the air
REPETITIONS = 2


def fleet(count: int) -> Scenario:
    """Let some helicopters fly the plan of Flight 1 side by side."""
    alone = with_features(load_scenario('flight_01'), 'geometry')
    first = alone.helicopters[0]
    vehicles = [
        first.model_copy(update={'name': f'helicopter_{k}', 'position': (SPACING * k, 0.0)})
        for k in range(count)]
    return alone.model_copy(update={'vehicles': (*vehicles, *alone.rovers)})


def cpu_seconds(scenario: Scenario) -> float:
    """Return the CPU time of the measured part of the flight [s]."""
    simulation = Simulation(scenario)
    while simulation.t_ns < BEGIN * SECOND_NS:
        simulation.tick()
    start = time.process_time()
    while simulation.t_ns < END * SECOND_NS:
        simulation.tick()
    return time.process_time() - start


def main() -> None:
    """Measure and print."""
    ensure_built(print)
    cpu_seconds(fleet(1))    # warm
    alone = 0.0
    for count in COUNTS:
        cpu = min(cpu_seconds(fleet(count)) for _ in range(REPETITIONS))
        each = cpu / count
        alone = alone or each
        print(f'{count} helicopters: {(END - BEGIN) / cpu:6.1f} simulated seconds per CPU second, '
              f'{1e3 * each / (END - BEGIN):5.1f} ms of CPU per helicopter and second, '
              f'{each / alone:4.2f} of one alone')


if __name__ == '__main__':
    main()
