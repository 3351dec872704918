# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Commands that do not fly: play, repair, trim, margins."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
import json
import os
from pathlib import Path
import sys
from typing import TYPE_CHECKING

from ingenuity_nodes.commands.narrator import compile_kernels
from ingenuity_nodes.graph.processes import check_domain
from ingenuity_nodes.recording.run_folder import bag_folder
from ingenuity_nodes.yaml_files.check import FileError
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:    # each command imports what it needs, when it needs it
    from ingenuity_nodes.vehicle.power_budget import PowerBudget
    from ingenuity_nodes.vehicle.trim import TrimRow, WindHover


def play(options: Namespace) -> int:
    """Become the player node."""
    bag = Path(options.folder)
    if not bag.is_dir() and not (bag.is_file() and bag.suffix == '.mcap'):
        raise FileError(f'{bag}: found no such folder, allowed: the folder of a run or of its '
                        'bag, or an .mcap file')
    given = os.environ.get('ROS_DOMAIN_ID')
    if given:
        check_domain(given)
    warn_of_damage(bag_folder(str(bag)))
    os.environ.setdefault('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    os.execv(sys.executable, [
        sys.executable, '-m', 'ingenuity_nodes.nodes.player', '--ros-args',
        '-p', f'bag:="{bag}"', '-p', f'rate:={options.rate}'])


def repair(options: Namespace) -> int:
    """Repair a bag in place."""
    from ingenuity_nodes.recording.bag.repair import repair as repair_bag

    bag = bag_folder(options.folder)
    print(f'{bag}: {repair_bag(bag)}')
    return 0


def warn_of_damage(bag: Path) -> None:
    """Print what is wrong with a bag that is read all the same, and the remedy."""
    from ingenuity_nodes.recording.bag.reader import damage

    if why := damage(bag):
        print(f'{bag}: read as far as it goes: {why}; for other tools: ./ingenuity repair {bag}',
              file=sys.stderr)


def trim(options: Namespace) -> int:
    """Print hover at the published operating points, where its power goes, and tilt in wind."""
    from ingenuity_nodes.scenario.helicopter_parameters import ComputerParameters
    from ingenuity_nodes.vehicle.power_budget import budget_table
    from ingenuity_nodes.vehicle.trim import trim_table, wind_table

    compile_kernels()
    rows, winds = trim_table(), wind_table()
    budgets = budget_table(ComputerParameters().avionics_power)
    if options.json:
        print(json.dumps({'trim': [asdict(row) for row in rows],
                          'power': [asdict(row) for row in budgets],
                          'wind': [asdict(row) for row in winds]}, indent=2))
        return 0
    console = Console(width=120)
    for table in (_hover_table(rows), _power_table(budgets), _wind_table(winds)):
        console.print(table)
    return 0


def _hover_table(rows: list[TrimRow]) -> Table:
    table = Table('density', 'rpm', 'polar', 'collective', 'thrust', 'power', 'FM', 'CT/sigma',
                  'tip Mach', 'blades', title='Hover')
    for row in rows:
        table.add_row(
            f'{row.density:.4f} kg/m3', f'{row.rotor_speed_rpm:.0f}', row.polar,
            _pair(row.collective_deg, 'deg'), _pair(row.thrust, 'N', 2), f'{row.power:.0f} W',
            f'{row.figure_of_merit:.2f}', f'{row.blade_loading:.4f}', f'{row.tip_mach:.3f}',
            f'{row.blade_passing_hz:.1f} Hz')
    return table


def _power_table(budgets: list[PowerBudget]) -> Table:
    from ingenuity_nodes.vehicle.power_budget import PUBLISHED_AVERAGE

    table = Table('density', 'rpm', 'rotors', 'motors', 'electronics', 'servos', 'avionics',
                  'delivered', 'battery heat', title='Electrical power in hover, beside '
                  f'{PUBLISHED_AVERAGE:.0f} W published as the average in flight')
    for b in budgets:
        table.add_row(f'{b.density:.4f} kg/m3', f'{b.rotor_speed_rpm:.0f}', *(
            f'{watts:.0f} W' for watts in (b.rotors, b.motors, b.electronics, b.servos,
                                           b.avionics, b.delivered, b.battery)))
    return table


def _wind_table(winds: list[WindHover]) -> Table:
    table = Table('wind', 'tilt', 'power', 'rotor', 'fuselage', 'legs', 'mast',
                  title='Steady hover in wind')
    for wind in winds:
        table.add_row(
            f'{wind.wind_speed:.0f} m/s', f'{wind.tilt_deg:.2f} deg', f'{wind.power:.0f} W',
            *(f'{force:.3f} N' for force in (
                wind.rotor_force, wind.fuselage_drag, wind.leg_drag, wind.mast_drag)))
    return table


def margins(options: Namespace) -> int:
    """Print gain and phase margins of the control loops."""
    from ingenuity_nodes.control import margins as loops

    compile_kernels()
    rows = loops.margins()
    print(json.dumps(loops.as_json(rows), indent=2) if options.json else loops.table(rows))
    return 0


def faults(options: Namespace) -> int:
    """Print the fault catalogue, or try it; 1 when something ends otherwise than it should."""
    from ingenuity_nodes.campaign import fault_campaign, fault_table
    from ingenuity_nodes.campaign.crew import all_cores, crew

    chosen = fault_campaign.chosen(options.faults)
    if options.list:
        print(json.dumps(fault_table.catalogue_json(chosen), indent=2) if options.json
              else fault_table.catalogue_text(chosen))
        return 0
    compile_kernels()
    report = (lambda _: None) if options.json else (
        lambda trial: print(fault_table.row(trial), flush=True))
    seed = None if options.seed < 0 else options.seed
    with crew(options.workers or all_cores(), options.scheduler) as team:
        trials = fault_campaign.run_fault_campaign(
            chosen, seed=seed, on_trial=report, team=team)
    print(json.dumps(fault_table.as_json(trials), indent=2) if options.json
          else fault_table.summary(trials))
    return 0 if all(trial.good for trial in trials) else 1


def _pair(values: tuple[float, float], unit: str, digits: int = 1) -> str:
    return f'{values[0]:.{digits}f} / {values[1]:.{digits}f} {unit}'
