# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The report of a run, written anew: from its folder, or from a bag as far as that goes."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
import sys

from ingenuity_nodes.commands.tables import warn_of_damage
from ingenuity_nodes.recording.result_file import read_result
from ingenuity_nodes.recording.run_folder import bag_folder, RunFolder
from ingenuity_nodes.scenario.load import load_scenario


def report(options: Namespace) -> int:
    """Write the report of a run folder, or of a bag."""
    path = Path(options.folder)
    folder = RunFolder(path)
    bag = bag_folder(options.folder)
    whole = folder.result.is_file() and folder.run_log.is_file()
    if not whole and (bag != path or _is_bag(path)):
        return _report_of_bag(bag, folder, options)
    return _report_of_run(RunFolder.open(path))


def _report_of_run(folder: RunFolder) -> int:
    from ingenuity_nodes.recording.mission_from_bag import mission_of_bag
    from ingenuity_nodes.recording.report.report import write_report
    from ingenuity_nodes.recording.run_log import RunLog

    result, log = read_result(folder.result), RunLog.load(folder.run_log)
    if not log.mission.is_cooperation and folder.bag.is_dir():
        warn_of_damage(folder.bag)
        log.mission = mission_of_bag(folder.bag)
    print(write_report(folder, log, result))
    return 0


def _is_bag(path: Path) -> bool:
    if path.is_dir():
        return any(path.glob('metadata.yaml')) or any(path.glob('*.mcap'))
    return path.suffix == '.mcap' and path.is_file()


def _report_of_bag(bag: Path, folder: RunFolder, options: Namespace) -> int:
    """Write the report and the photos beside the bag, or into the folder of its run."""
    from ingenuity_nodes.recording.log_from_bag import log_of_bag
    from ingenuity_nodes.recording.report.report import write_report
    from ingenuity_nodes.recording.result import summarise

    scenario = load_scenario(options.scenario) if options.scenario else None
    warn_of_damage(bag)
    found = log_of_bag(bag, scenario.name if scenario else '')
    if scenario:
        found.run.description = scenario.description
    if bag == folder.path:
        named = bag.absolute()
        folder = RunFolder(named.with_name(f'{named.stem}_report'))
    folder.path.mkdir(exist_ok=True)
    for name, jpeg in found.photos.items():
        (folder.path / name).write_bytes(jpeg)
    for note in found.notes:
        print(f'{bag}: {note}', file=sys.stderr)
    missing = found.missing
    if not scenario:
        missing = [*missing, "NASA's track (--scenario says of which flight)"]
    print(f'{bag}: not there, so not in the report: {", ".join(missing)}', file=sys.stderr)
    print(write_report(folder, found.run, summarise(found.run, found.factor)))
    return 0
