# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Twenty flights in other winds, without a campaign file: ``python examples/dispersed_flights.py``.

``./ingenuity campaign`` does this for thousands, on all cores, with statistics.
"""

import sys

from ingenuity_nodes.compiled.build import ensure_built
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.simulation.batch import fly_batch
import numpy as np

STREAM = 77    # of the random numbers


def main(name='flight_01', flights=20):
    """Draw the wind of each flight, fly, and print how far from the start it landed."""
    ensure_built(lambda _: None)
    scenario = load_scenario(name)
    offsets = []
    for seed in range(1, int(flights) + 1):
        random = np.random.default_rng([seed, STREAM])
        wind = {**scenario.world.wind, 'speed': min(10.0, 5.0 * random.weibull(2.0)),
                'azimuth': random.uniform(0.0, 360.0)}
        world = scenario.world.model_copy(update={'wind': wind})
        result = fly_batch(scenario.model_copy(update={'world': world}), seed, None)
        offsets.append(result['landing_offset_m'])
        print(f'{seed:3}  wind {wind["speed"]:4.1f} m/s from {wind["azimuth"]:3.0f} deg: '
              f'{result["outcome"]}, {offsets[-1]:.3f} m from the start')
    print(f'median {np.median(offsets):.3f} m, largest {max(offsets):.3f} m')


if __name__ == '__main__':
    main(*sys.argv[1:])
