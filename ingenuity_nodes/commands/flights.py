# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What the commands of the command line do."""

from __future__ import annotations

from argparse import Namespace
import json
import os
from pathlib import Path
import sys
from typing import Any

from ingenuity_nodes.cameras.model import rte
from ingenuity_nodes.campaign.crew import CrewError
from ingenuity_nodes.commands import (
    campaigns, datasets, interfaces, photo, plans, reports, stress, studies, tables, view)
from ingenuity_nodes.commands.narrator import Narrator
from ingenuity_nodes.graph.nodes import nodes_of, restartable, RunOptions
from ingenuity_nodes.graph.processes import Domain, Graph, NoDomainError
from ingenuity_nodes.parameters import ParameterError
from ingenuity_nodes.recording.errors import RecordingError
from ingenuity_nodes.recording.historic_flights import history_table
from ingenuity_nodes.recording.result_file import read_result
from ingenuity_nodes.recording.run_folder import RunFolder
from ingenuity_nodes.scenario.load import load_scenario, scenario_names
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.scenario.variants import with_features, with_software
from ingenuity_nodes.stages import ALLOW_CODE
from ingenuity_nodes.yaml_files.check import FileError

BAD_INPUT, INTERRUPTED = 2, 130
LINES = (    # of the summary: key of result.json, unit, digits
    ('outcome', '', 0), ('duration_s', 's', 1), ('max_altitude_m', 'm', 2),
    ('path_length_m', 'm', 1), ('apex_north_m', 'm', 2), ('apex_east_m', 'm', 2),
    ('landing_offset_m', 'm', 2),
    ('landing', '', 0), ('max_ground_speed_mps', 'm/s', 2), ('max_tilt_deg', 'deg', 1),
    ('navigation_error_m', 'm', 2), ('battery_used_wh', 'Wh', 2), ('mean_power_w', 'W', 0),
    ('real_time_factor', '', 2), ('trajectory_sha256', '', 0))


def run(options: Namespace) -> int:
    """Run one command; what a person can do wrong is one clear message, and status 2."""
    handlers = {'fly': fly, 'simulate': simulate, 'check': check, 'list': list_scenarios,
                'report': reports.report, 'photo': photo.photo, 'play': tables.play,
                'repair': tables.repair, 'trim': tables.trim,
                'interfaces': interfaces.interfaces,
                'policies': interfaces.policies,
                'faults': tables.faults, 'margins': tables.margins,
                'validate': studies.validate, 'consistency': studies.consistency,
                'campaign': lambda options: campaigns.campaign(options, print_summary),
                'compare': campaigns.compare, 'export': datasets.export,
                'refly': datasets.refly, 'stress': stress.stress, 'view': view.view}
    if getattr(options, 'allow_code', False):
        os.environ[ALLOW_CODE] = '1'    # of the nodes, too
    try:
        status = handlers[options.command](options)
        sys.stdout.flush()    # here, where a reader that has left is understood
        return status
    except (FileError, ParameterError, RecordingError, NoDomainError, CrewError) as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:
        # Nobody reads on, as after '| head'; nor shall Python's last flush complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:    # the disk is full, as a rule
        print(f'{error.filename or "the run"}: {error.strerror or error}', file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print('interrupted', file=sys.stderr)
        return INTERRUPTED


def fly(options: Namespace) -> int:
    """Fly over live ROS 2 nodes, one process each."""
    scenario = with_software(load_scenario(options.scenario), options.software)
    domain = Domain()
    folder = RunFolder.create(scenario.name, Path(options.out) if options.out else None)
    logs = folder.path / 'logs'
    logs.mkdir()
    specs = nodes_of(scenario, RunOptions(
        options.scenario, options.seed, options.real_time_factor, not options.no_record,
        str(folder.path), options.features, options.software, raw_images=options.raw_images))
    with Narrator() as narrator:
        narrator(f'{scenario.name}: {scenario.description}')
        narrator.compile_kernels()
        notes = _foreseen_lines(scenario, narrator)
        graph = Graph(specs, logs, narrator, domain, narrator.show, verbose=options.verbose,
                      restartable=restartable(scenario))
        status = graph.wait()
    *reset, last = graph.folders or [folder.path]
    for path in reset:    # runs that /world/reset ended; the status is that of the last one
        _written(RunFolder(path), recorded=True)
        print(f'results: {path}')
    status = max(status, _written(RunFolder(last), recorded=not options.no_record))
    _print_notes(notes)
    print(f'results: {last}')
    if status not in (0, INTERRUPTED):
        print(f'The run failed; the reason is above, what each process said is in {logs}.\n'
              f'The same with more words: ./ingenuity fly {options.scenario} --verbose')
    return status


def _written(folder: RunFolder, *, recorded: bool) -> int:
    """Mend the bag and print what the recorder wrote; status 1 unless it says that all landed."""
    _mend(folder.bag)
    if folder.result.is_file():
        result = read_result(folder.result)
        print_summary(result)
        return 0 if result['outcome'] == 'landed' else 1
    if recorded:
        print(f'{folder.result}: not written', file=sys.stderr)
    return int(recorded)


def _mend(bag: Path) -> None:
    """Repair the bag if its recorder was killed, so that every tool reads it."""
    from ingenuity_nodes.recording.bag.repair import is_whole, repair

    if not bag.is_dir() or is_whole(bag):
        return
    try:
        print(f'{bag}: its recorder did not close it: {repair(bag)}')
    except RecordingError as error:
        print(error, file=sys.stderr)


def _foreseen_lines(scenario: Scenario, narrator: Narrator) -> list[str]:
    """Print before the flight what will not happen as it is written."""
    from ingenuity_nodes.mission.foresight import foreseen
    notes = foreseen(scenario)
    for line in notes:
        narrator(f'note: {line}')
    return notes


def _print_notes(notes: list[str]) -> None:
    for line in notes:
        print(f'  note                   {line}')


def simulate(options: Namespace) -> int:
    """Fly in one process, without ROS."""
    from ingenuity_nodes.simulation.batch import fly_batch

    scenario = with_features(load_scenario(options.scenario), options.features)
    scenario = with_software(scenario, options.software)
    folder = RunFolder.create(scenario.name, Path(options.out) if options.out else None,
                              needed_bytes=100_000_000)
    with Narrator(sys.stderr if options.json else sys.stdout) as narrator:
        narrator.compile_kernels()
        notes = _foreseen_lines(scenario, narrator)
        result = fly_batch(scenario, None if options.seed < 0 else options.seed, folder,
                           images=options.images, report_line=narrator)
    if options.json:
        print(json.dumps(result, indent=2))
    else:
        print_summary(result)
        _print_notes(notes)
        print(f'results: {folder.path}')
    return 0 if result['outcome'] == 'landed' else 1


def check(options: Namespace) -> int:
    """Check scenario files; every mistake is shown, nothing is started."""
    from ingenuity_nodes.mission.foresight import foreseen
    bad, refused, planned = 0, 0, {}
    for name in options.scenarios or scenario_names():
        try:
            scenario = load_scenario(name, run=False)
        except FileError as error:
            print(error, file=sys.stderr)
            bad += 1
            continue
        if not (options.plan and options.json):
            print(f'{name}: good ({", ".join(vehicle.name for vehicle in scenario.vehicles)})')
        if options.scenarios:    # of ours it is known
            for line in foreseen(scenario):
                print(f'{name}: but {line}', file=sys.stderr)
        if options.plan:
            flights = plans.prepared(scenario)
            planned[name] = plans.as_json(flights)
            refused += not plans.all_go(flights)
            if not options.json:
                plans.print_plans(flights)
    if options.plan and options.json:
        print(json.dumps(planned, indent=2))
    return BAD_INPUT if bad else int(refused > 0)


def list_scenarios(_: Namespace) -> int:
    """List the scenarios that come with the package."""
    for name in scenario_names():
        print(f'{name:20} {load_scenario(name, run=False).description}')
    return 0


def print_summary(result: dict[str, Any]) -> None:
    """Print the figures of one flight."""
    for key, unit, digits in LINES:
        value = result.get(key)
        text = f'{value:.{digits}f} {unit}' if isinstance(value, float) else str(value)
        print(f'  {key:22} {text}')
    if count := result.get('foreign_messages'):
        again = 'none' if result['repeatable'] else 'some, so that it cannot be repeated'
        print(f'  foreign messages       {count}; of these the run took in: {again}')
    for fault in result.get('faults', []):
        print(f'  fault                  from {fault["began_t_s"]:.1f} s: {fault["fault"]}: '
              f'{fault["what"]}')
    for response in result.get('responses', []):
        print(f'  response               at {response["t_s"]:.1f} s: {response["mode"]}: '
              f'{response["reason"]}')
    if table := history_table(result['scenario'], result):
        print(table)
    photo = result.get('photo')
    if photo and photo.get('target_px'):
        u, v = photo['target_px']
        camera = rte()
        inside = 0 <= u < camera.width and 0 <= v < camera.height
        print(f'  photo                  at {photo["t_s"]:.2f} s, {photo["target"]} at '
              f'({u:.0f}, {v:.0f}) '
              f'px{"" if inside else ", outside the frame"}, {photo["target_distance_m"]:.2f} m, '
              f'{"received" if photo["received"] else "not received"}')
