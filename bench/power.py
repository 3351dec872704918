# Copyright 2026 Ingenuity contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.
"""
Electrical power over whole flights in the batch, beside the published average.

``python bench/power.py [SCENARIO ...]`` flies the first three flights, or those named.
"""

from __future__ import annotations

import sys

from ingenuity_nodes.batch import fly_batch
from ingenuity_nodes.scenario import load_scenario
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
