# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
How well a helicopter maps a rock field from 10 m: height errors, rocks found and missed.

``python bench/mapping.py`` flies bench/rock_field.yaml for three seeds, each with rocks, wind and
sensors of its own, and compares the map with the ground within 5 m of the flown line. A rock is
found if a hazard cell lies within its radius and 0.1 m; a group of hazard cells is right if it
comes within 0.3 m of a rock higher than 0.2 m, or of ground steeper than the limit; ``of rocks``
is the fraction of groups beside a rock higher than 0.15 m: what is no rock at all is the rest.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
import time

import checkout    # noqa: F401
import cv2
from ingenuity_nodes.mapping import mapper as mapping
from ingenuity_nodes.parameters import with_overrides
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.signals import HAZARD, HazardMap, UNKNOWN
from ingenuity_nodes.simulation.drawn_images import OfflineCamera
from ingenuity_nodes.simulation.simulation import Simulation
from ingenuity_nodes.world import rocks as field
from ingenuity_nodes.world.environment import Environment
import numpy as np

SEEDS = 1, 2, 3
BESIDE, LENGTH = 5.0, 30.0     # [m] of the flown line, which runs north from the origin
HIGH, LIMIT = 0.25, 0.2        # [m] rocks that count, rocks that are hazards


class Timed:
    """Adds up what a function costs."""

    def __init__(self, function):
        self._function, self.calls, self.cost = function, 0, 0.0

    def __call__(self, *arguments):
        """Call it and take the time."""
        start = time.process_time()
        result = self._function(*arguments)
        self.calls, self.cost = self.calls + 1, self.cost + time.process_time() - start
        return result


def flown(seed: int) -> tuple[Environment, HazardMap, float]:
    """Fly once; return the ground, the last map, and how far navigation was off in the end [m]."""
    scenario = load_scenario(str(Path(__file__).with_name('rock_field.yaml')))
    environment = environment_of(scenario, seed)
    parameters = with_overrides(field.RockParameters(), scenario.world.rocks)
    environment = replace(environment, rocks=field.Rocks(environment.terrain, parameters, seed))
    drawn = OfflineCamera(scenario, environment)
    simulation = Simulation(
        scenario, seed, environment=environment, draw_image=drawn.draw)
    outcome, last, error = '', None, 0.0
    while not outcome:
        report = simulation.tick()
        drawn.watch(report)
        outcome, last = report.outcome, (*report.maps, last)[0]
        outputs = report.helicopters['scout']
        error = float(np.linalg.norm((outputs.truth.p_MB - outputs.estimate.p_MB)[:2]))
    assert last is not None, outcome
    return environment, last, error


def compared(environment: Environment, found: HazardMap) -> dict[str, float]:
    """Compare a map with the ground."""
    rows, columns = found.height.shape
    x, y = np.meshgrid(found.west + (np.arange(columns) + 0.5) * found.cell,
                       found.south + (np.arange(rows) + 0.5) * found.cell)
    near = (np.abs(x) < BESIDE) & (y > 0.0) & (y < LENGTH)
    ground = environment.terrain.heights(x.ravel(), y.ravel()).reshape(x.shape)
    rocks = environment.rocks.within(
        float(x.min()), float(y.min()), float(x.max()), float(y.max()), 0.1)
    tops = rocks[:, field.Z] + rocks[:, field.HALF_HEIGHT] - rocks[:, field.GROUND]
    distance = {limit: np.full(x.shape, np.inf) for limit in (0.05, 0.15, LIMIT)}
    for limit, nearest in distance.items():
        for rock in rocks[tops > limit]:
            np.minimum(nearest, np.hypot(x - rock[field.X], y - rock[field.Y])
                       - 0.5 * rock[field.DIAMETER], out=nearest)
    known = np.isfinite(found.height) & near
    bare = (found.height - ground)[known & (distance[0.05] > 0.1)]
    level = bare - np.median(bare)
    hazard = (found.hazard == HAZARD) & near
    to_hazard = cv2.distanceTransform((~hazard).astype(np.uint8), cv2.DIST_L2, 5) * found.cell
    wanted = rocks[(tops > HIGH) & (np.abs(rocks[:, field.X]) < BESIDE)
                   & (rocks[:, field.Y] > 0.0) & (rocks[:, field.Y] < LENGTH)]
    hits = [to_hazard[int((rock[field.Y] - found.south) / found.cell),
                      int((rock[field.X] - found.west) / found.cell)]
            <= 0.5 * rock[field.DIAMETER] + 0.1 for rock in wanted]
    steepness = np.hypot(*np.gradient(ground, found.cell)) > np.tan(np.radians(20.0))
    groups, labels = cv2.connectedComponents(hazard.astype(np.uint8))

    def precision(limit: float) -> float:
        right = (distance[limit] < 0.3) | steepness
        beside = sum(right[labels == label].any() for label in range(1, groups))
        return beside / max(1, groups - 1)

    return {'known %': 100.0 * known.sum() / near.sum(), 'offset m': float(np.median(bare)),
            'rms m': float(np.sqrt(np.mean(bare ** 2))),
            '95 % m': float(np.percentile(np.abs(bare), 95)),
            'rms level m': float(np.sqrt(np.mean(level ** 2))),
            'sigma m': float(np.median(found.sigma[known])), 'rocks': len(wanted),
            'recall': sum(hits) / max(1, len(hits)), 'groups': groups - 1,
            'precision': precision(LIMIT), 'of rocks': precision(0.15),
            'unknown %': 100.0 * ((found.hazard == UNKNOWN) & near).sum() / near.sum()}


def main() -> None:
    """Fly, compare and print."""
    timed = Timed(mapping.heights_of)
    mapping.heights_of = timed
    for number, seed in enumerate(SEEDS):
        environment, found, error = flown(seed)
        row = {'seed': seed, **compared(environment, found), 'drift m': error}
        if number == 0:
            print(''.join(f'{name:>12}' for name in row))
        print(''.join(f'{value:12d}' if isinstance(value, int) else f'{value:12.3f}'
                      for value in row.values()), flush=True)
    print(f'{timed.calls} pairs of keyframes, {1e3 * timed.cost / timed.calls:.0f} ms of CPU each')


if __name__ == '__main__':
    main()
