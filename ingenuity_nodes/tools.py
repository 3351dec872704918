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
"""Commands that do not fly a scenario to its end: photo, play, trim, margins."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
import json
import os
from pathlib import Path
import sys

from ingenuity_nodes.scenario import load_scenario
from ingenuity_nodes.timing import SECOND_NS
from ingenuity_nodes.yaml_check import FileError
from rich.console import Console
from rich.table import Table


def photo(options: Namespace) -> int:
    """Fly the batch up to an instant and draw what a camera sees then."""
    from ingenuity_nodes.batch import Artist, warm_up
    from ingenuity_nodes.cameras.cast import camera_of
    from ingenuity_nodes.signals import Exposure
    from ingenuity_nodes.simulation import Simulation

    scenario = load_scenario(options.scenario)
    name = scenario.helicopters[0].name
    camera_of(scenario, name, options.camera)
    target = Path(options.out or f'{scenario.name}_{options.camera}_{options.at:g}.jpg')
    if not target.parent.is_dir() or not os.access(target.parent, os.W_OK):
        raise FileError(f'{target}: its folder is not there or cannot be written')
    warm_up(scenario)
    simulation = Simulation(scenario, None if options.seed < 0 else options.seed)
    artist = Artist(scenario, simulation.environment)
    while True:
        report = simulation.tick()
        artist.watch(report)
        lift_off_ns = simulation.helicopters[name].lift_off_ns
        if lift_off_ns is not None and report.t_ns >= lift_off_ns + options.at * SECOND_NS:
            break
        if report.outcome:
            raise FileError(f'{scenario.name}: the flight ended ({report.outcome}) '
                            f'before {options.at:g} s after lift-off')
    truth = report.helicopters[name].truth
    exposure = Exposure(
        truth.t_ns, options.camera, truth.p_MB, truth.q_MB, truth.v_MB, truth.w_MB_B)
    target.write_bytes(artist.take(name, exposure).jpeg)
    print(target)
    return 0


def play(options: Namespace) -> int:
    """Become the player node."""
    bag = Path(options.folder)
    if not bag.is_dir():
        raise FileError(f'{bag}: no such folder')
    os.environ.setdefault('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    os.execv(sys.executable, [
        sys.executable, '-m', 'ingenuity_nodes.nodes.player', '--ros-args',
        '-p', f'bag:="{bag}"', '-p', f'rate:={options.rate}'])


def trim(options: Namespace) -> int:
    """Print hover at the published operating points, and tilt in wind."""
    from ingenuity_nodes.vehicle.trim import trim_table, wind_table

    rows, winds = trim_table(), wind_table()
    if options.json:
        print(json.dumps({'trim': [asdict(row) for row in rows],
                          'wind': [asdict(row) for row in winds]}, indent=2))
        return 0
    table = Table('density', 'rpm', 'polar', 'collective', 'thrust', 'power', 'FM', 'CT/sigma',
                  'tip Mach', 'blades', title='Hover')
    for row in rows:
        table.add_row(
            f'{row.density:.4f} kg/m3', f'{row.rotor_speed_rpm:.0f}', row.polar,
            _pair(row.collective_deg, 'deg'), _pair(row.thrust, 'N', 2), f'{row.power:.0f} W',
            f'{row.figure_of_merit:.2f}', f'{row.blade_loading:.4f}', f'{row.tip_mach:.3f}',
            f'{row.blade_passing_hz:.1f} Hz')
    tilts = Table('wind', 'tilt', 'power', 'rotor', 'fuselage', 'legs', 'mast',
                  title='Steady hover in wind')
    for wind in winds:
        tilts.add_row(
            f'{wind.wind_speed:.0f} m/s', f'{wind.tilt_deg:.2f} deg', f'{wind.power:.0f} W',
            *(f'{force:.3f} N' for force in (
                wind.rotor_force, wind.fuselage_drag, wind.leg_drag, wind.mast_drag)))
    console = Console(width=120)
    console.print(table)
    console.print(tilts)
    return 0


def margins(options: Namespace) -> int:
    """Print gain and phase margins of the control loops."""
    from ingenuity_nodes.control import margins as loops

    rows = loops.margins()
    print(json.dumps(loops.as_json(rows), indent=2) if options.json else loops.table(rows))
    return 0


def _pair(values: tuple[float, float], unit: str, digits: int = 1) -> str:
    return f'{values[0]:.{digits}f} / {values[1]:.{digits}f} {unit}'
