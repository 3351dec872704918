# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Electrical power over whole flights in the batch, beside the published average.

``python bench/power.py [SCENARIO ...]`` flies the first three flights, or those named.
"""

from __future__ import annotations

import sys

import checkout    # noqa: F401
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.simulation.batch import fly_batch
from ingenuity_nodes.vehicle.power_budget import PUBLISHED_AVERAGE

FLIGHTS = ('flight_01', 'flight_02', 'flight_03')


def main() -> None:
    """Fly and print."""
    print('flight       duration   mean   of published   energy   at the published average')
    for name in sys.argv[1:] or FLIGHTS:
        for vehicle in fly_batch(load_scenario(name), None, None)['vehicles'].values():
            if 'mean_power_w' not in vehicle:
                continue
            seconds, mean = vehicle['duration_s'], vehicle['mean_power_w']
            print(f'{name:12} {seconds:6.1f} s {mean:6.0f} W {mean / PUBLISHED_AVERAGE:10.2f} '
                  f'{vehicle["battery_used_wh"]:13.2f} Wh '
                  f'{PUBLISHED_AVERAGE * seconds / 3600.0:10.2f} Wh')


if __name__ == '__main__':
    main()
