# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A short campaign for tests, hops of one metre, and a cluster of processes to fly it."""

from pathlib import Path
import re
import subprocess
import sys
import textwrap

from ingenuity_nodes.campaign.flight_rows import TIMING

SCENARIO = """
name: little_hop
description: One metre up and down.
seed: 1
world: {latitude: 18.44486301, longitude: 77.45101915, utc: 2021-04-25T11:31:00Z,
        pressure: 730.0, temperature: 238.0}
vehicles:
  - type: ingenuity
    name: ingenuity
    position: [0.0, 0.0]
    azimuth: 90.0
    flight_plan:
      azimuth: 90.0
      rotor_speed_rpm: 2537
      segments:
        - {segment: climb, altitude: 1.0, speed: 1.0}
        - {segment: hover, duration: 0.2}
        - {segment: land, speed: 1.0}
"""
CAMPAIGN = """
name: hops
description: Hops in wind.
scenario: hop.yaml
flights: 6
seed: 7
sampling: random
ground: same
dispersions:
  - parameter: world.wind.speed
    distribution: weibull
    scale: 4.0
    shape: 2.0
    source: "assumed: a test"
  - parameter: ingenuity.vehicle.body.mass
    distribution: normal
    mean: 1.8
    sigma: 0.02
    source: "assumed: a test"
"""


def write_campaign(folder: Path, text: str = CAMPAIGN) -> Path:
    """Write scenario and campaign into a folder; returns the file of the campaign."""
    (folder / 'hop.yaml').write_text(SCENARIO)
    path = folder / 'hops.yaml'
    path.write_text(textwrap.dedent(text))
    return path


def without_timing(rows):
    """Drop the columns that differ from time to time."""
    return [{name: value for name, value in row.items() if name not in TIMING} for row in rows]


class cluster:    # noqa: N801, RUF100 - reads as a word
    """A scheduler and workers in processes of their own, as on another machine."""

    def __init__(self, workers):
        self._workers, self._processes = workers, []

    def __enter__(self):
        scheduler = self._start('scheduler', '--host', '127.0.0.1', '--port', '0')
        address = self._wait(scheduler, r'Scheduler at:\s+(tcp://\S+)')
        for _ in range(self._workers):
            worker = self._start('worker', address, '--nthreads', '1', '--no-nanny',
                                 '--host', '127.0.0.1')
            self._wait(worker, r'Registered to:\s+(\S+)')
        return address, self._processes

    def __exit__(self, *_):
        for process in self._processes:
            process.kill()
            process.communicate()

    def _start(self, what, *arguments):
        process = subprocess.Popen(
            [sys.executable, '-m', 'dask', what, *arguments, '--no-dashboard'], text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self._processes.append(process)
        return process

    def _wait(self, process, pattern):
        lines = []
        for line in process.stderr:
            lines.append(line)
            if found := re.search(pattern, line):
                return found[1]
        raise AssertionError(''.join(lines))
