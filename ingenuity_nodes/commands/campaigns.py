# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Commands about Monte Carlo campaigns: fly one, fly one run of it again, compare two."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
import json
from pathlib import Path
import sys
from typing import Any, TYPE_CHECKING

from ingenuity_nodes.commands.narrator import Narrator
from ingenuity_nodes.recording.errors import RecordingError
from ingenuity_nodes.recording.run_folder import RunFolder
from rich.console import Console

if TYPE_CHECKING:    # each command imports what it needs, when it needs it
    from ingenuity_nodes.campaign.flight_rows import CampaignPlan, Row
    from ingenuity_nodes.campaign.monte_carlo import Progress
    from ingenuity_nodes.campaign.sampling import Draw

PrintFlight = Callable[[dict[str, Any]], None]
WIDTH = 150    # characters of a table


def campaign(options: Namespace, print_flight: PrintFlight) -> int:
    """
    Fly a campaign, or what is left of it, and print its summary; or fly one run again.

    Parameters
    ----------
    options
        Of the command line.
    print_flight
        Prints the content of one ``result.json``.

    """
    from ingenuity_nodes.campaign.load import load_campaign

    plan, drawn = load_campaign(options.file, options.flights)
    if options.run is not None:
        return _fly_one(plan, drawn, options, print_flight)
    return _fly_all(plan, drawn, options)


def _fly_all(plan: CampaignPlan, drawn: list[Draw], options: Namespace) -> int:
    from ingenuity_nodes.campaign.crew import all_cores, check_libraries, crew
    from ingenuity_nodes.campaign.monte_carlo import fly_campaign
    from ingenuity_nodes.campaign.row_store import RowStore

    check_libraries()
    store = RowStore.open(_folder_of(plan, options), plan)
    if len(store.rows()) == len(drawn):
        return _finish(plan, store.finish(), store.path, options)
    workers = options.workers or all_cores()
    with Narrator(sys.stderr) as narrator:
        narrator.compile_kernels()
        narrator(f'{plan.campaign.name}: {plan.campaign.description}')
        with crew(workers, options.scheduler, own_process=True) as team:
            where = options.scheduler or f'{workers} processes of this machine'
            narrator(f'{len(drawn)} flights on {where}, rows in {store.path}')

            def show(progress: Progress) -> None:
                narrator.show(str(progress))
            rows = fly_campaign(plan, drawn, store, team, show)
    return _finish(plan, rows, store.path, options)


def _finish(plan: CampaignPlan, rows: list[Row], folder: Path, options: Namespace) -> int:
    from ingenuity_nodes.campaign.report import write_report
    from ingenuity_nodes.campaign.summary import as_json, summarise, tables
    from ingenuity_nodes.recording.result import write_result

    flights = f' --flights {options.flights}' if options.flights else ''
    summary = summarise(plan, rows, f'./ingenuity campaign {options.file}{flights}')
    write_result(folder / 'summary.json', as_json(summary))
    write_report(folder / 'report.html', plan, rows, summary)
    if options.json:
        print(json.dumps(as_json(summary), indent=2))
    else:
        console = Console(width=WIDTH)
        for table in tables(summary):
            console.print(table)
        print(f'{summary.cpu_s / max(len(rows), 1):.2f} s of one core a flight, at most '
              f'{summary.memory_mb:.0f} MB in one worker\nresults: {folder}, {folder}/report.html')
    return 0 if not summary.failed else 1


def _fly_one(
    plan: CampaignPlan, drawn: list[Draw], options: Namespace, print_flight: PrintFlight,
) -> int:
    """Fly one run with all its products, as 'simulate' does, and check it against its row."""
    from ingenuity_nodes.campaign.flight_rows import fly_products
    from ingenuity_nodes.yaml_files.check import FileError

    if not 1 <= options.run <= len(drawn):
        raise FileError(f'--run: found {options.run}, allowed: 1 to {len(drawn)}')
    draw = drawn[options.run - 1]
    folder = RunFolder.create(f'{plan.campaign.name}_run_{draw.run}',
                              Path(options.out) if options.out else None,
                              needed_bytes=100_000_000)
    with Narrator(sys.stderr) as narrator:
        narrator.compile_kernels()
        narrator(f'run {draw.run}, seed {draw.seed}')
        for parameter, value in draw.values.items():
            narrator(f'{parameter}: {value}')
        for fault in draw.faults:
            narrator(f'fault {fault.fault} at {fault.after_lift_off:g} s')
        result = fly_products(plan, draw, folder, images=options.images, report_line=narrator)
    if options.json:
        print(json.dumps(result, indent=2))
    else:
        print_flight(result)
        print(f'results: {folder.path}\n{_against_its_row(plan, draw, result, options)}')
    return 0 if result['outcome'] == 'landed' else 1


def _against_its_row(
    plan: CampaignPlan, draw: Draw, result: dict[str, object], options: Namespace,
) -> str:
    """Compare the trajectory with the row of the campaign, if that has been flown."""
    from ingenuity_nodes.campaign.crew import libraries_missing
    from ingenuity_nodes.campaign.row_store import campaign_rows

    folder = default_folder(plan)
    if not folder.is_dir() or libraries_missing():
        return 'the campaign has no row of it'
    row = next((one for one in campaign_rows(folder) if one['run'] == draw.run), None)
    if row is None or row['seed'] != draw.seed:
        return f'{folder} has no row of it'
    same = row['trajectory_sha256'] == result['trajectory_sha256']
    return f'the trajectory {"is that" if same else "differs from that"} of its row in {folder}'


def default_folder(plan: CampaignPlan) -> Path:
    """Name the folder of a campaign: always the same, so that the same command goes on."""
    return Path('runs') / f'campaign_{plan.campaign.name}'


def _folder_of(plan: CampaignPlan, options: Namespace) -> Path:
    return Path(options.out) if options.out else default_folder(plan)


def compare(options: Namespace) -> int:
    """Print two runs, or two campaigns, side by side."""
    from ingenuity_nodes.campaign import comparison
    from ingenuity_nodes.campaign.row_store import IDENTITY

    first, second = Path(options.first), Path(options.second)
    for folder in (first, second):
        if not folder.is_dir():
            raise RecordingError(f'{folder}: no such folder')
    kinds = [(folder / IDENTITY).is_file() for folder in (first, second)]
    if kinds[0] != kinds[1]:
        raise RecordingError(f'{first} and {second}: found a run and a campaign, allowed: two '
                             'runs or two campaigns')
    make = comparison.campaigns if kinds[0] else comparison.runs
    result = make(first, second)
    if options.json:
        print(json.dumps(comparison.as_json(result), indent=2))
    else:
        Console(width=WIDTH).print(comparison.table(result))
        for line in result.remarks:
            print(line)
    return 0
