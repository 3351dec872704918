# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The command line: what a person does wrong is one clear message, status 2, and nothing made."""

import json
import os
from pathlib import Path
import shutil
import subprocess
import sys

from ingenuity_nodes.scenario.load import scenario_names
import pytest

BAD_INPUT = 2


@pytest.fixture
def here(tmp_path):
    """Give a folder to run in, with one scenario that has a misspelt key."""
    folder = tmp_path / 'here'
    folder.mkdir()
    text = (Path(__file__).resolve().parent.parent / 'config/scenarios/flight_01.yaml').read_text()
    (folder / 'own.yaml').write_text(text)
    (folder / 'bad.yaml').write_text(text.replace('pressure:', 'presure:'))
    (folder / 'minus.yaml').write_text(text.replace('altitude: 3.0', 'altitude: -3.0'))
    (folder / 'unit.yaml').write_text(text.replace('altitude: 3.0', 'altitude: 3 m'))
    (folder / 'full').mkdir()
    (folder / 'full' / 'result.json').write_text('{')
    return folder


@pytest.fixture
def tiny_disk(here):
    """Give a file system of 64 kB."""
    disk = here / 'disk'
    disk.mkdir()
    made = shutil.which('mount') and not subprocess.run(
        ['mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk], capture_output=True).returncode
    if not made:
        pytest.skip('no small file system can be mounted here')
    yield disk
    subprocess.run(['umount', disk], check=True)


def run(here, *arguments):
    return subprocess.run([sys.executable, '-m', 'ingenuity_nodes.commands.cli', *arguments],
                          cwd=here,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


def listing(here):
    return sorted(path.relative_to(here) for path in here.rglob('*'))


def assert_refused(here, result_of, before, words):
    assert result_of.returncode == BAD_INPUT
    assert words in result_of.stderr
    assert 'Traceback' not in result_of.stderr
    assert result_of.stdout == ''
    assert listing(here) == before


@pytest.mark.parametrize('command', ['fly', 'simulate'])
@pytest.mark.parametrize('arguments, words', [
    (['bad.yaml'], "world.presure: unknown key 'presure', did you mean 'pressure'"),
    (['minus.yaml'], 'segments[0].altitude: found -3.0, allowed: a number above 0 to 24'),
    (['unit.yaml'], "segments[0].altitude: found '3 m', allowed: a number above 0 to 24"),
    (['fligth_01'], "unknown scenario 'fligth_01', did you mean 'flight_01'?"),
    (['flight_77.yaml'], 'flight_77.yaml: no such scenario file'),
    (['flight_01', '--out', 'own.yaml/run'], 'own.yaml/run: cannot be written: Not a directory'),
    (['flight_01', '--out', 'own.yaml'], 'own.yaml: cannot be written: File exists'),
    (['flight_01', '--out', '/proc/nothing/run'], '/proc/nothing/run: cannot be written'),
    (['flight_01', '--out', 'full'], 'full: holds files, allowed: a new or an empty folder'),
    (['flight_01', '--seed', 'x'], "--seed: found 'x', allowed: a whole number from 0"),
    (['flight_01', '--seed', '-3'], "--seed: found '-3', allowed: a whole number from 0"),
    (['flight_01', '--sead', '3'], 'unrecognized arguments: --sead'),
])
def test_bad_input_starts_nothing_and_is_told_in_one_message(here, command, arguments, words):
    before = listing(here)
    assert_refused(here, run(here, command, *arguments), before, words)


@pytest.mark.parametrize('command', ['fly', 'simulate'])
def test_a_disk_that_is_too_small_is_told_before_anything_starts(here, tiny_disk, command):
    before = listing(here)
    assert_refused(here, run(here, command, 'flight_01', '--out', 'disk/a/run'), before,
                   'disk/a/run: 0.00 GB free on its disk, needed:')


@pytest.mark.parametrize('factor', ['fast', '-1', 'nan', '1e9', '1e-320'])
def test_a_pace_that_makes_no_sense_is_refused(here, factor):
    assert_refused(here, run(here, 'fly', 'flight_01', f'--real-time-factor={factor}'),
                   listing(here), f"found '{factor}', allowed: 0, or 0.001 to 1000")


@pytest.mark.parametrize('arguments, words', [
    ([], 'the following arguments are required: COMMAND'),
    (['flie'], "invalid choice: 'flie'"),
    (['report', 'nowhere'], 'nowhere: no such run folder'),
    (['play', 'nowhere'], 'nowhere: found no such folder, allowed: the folder of a run'),
    (['play', 'full', '--rate', '0'], "--rate: found '0', allowed: 0.01 to 1000"),
    (['report', 'full'], 'full/result.json: not the result of a run'),
    (['check', 'bad.yaml', 'own.yaml'], 'world.presure'),
])
def test_other_commands_refuse_bad_input_as_well(here, arguments, words):
    result = run(here, *arguments)
    assert (result.returncode, 'Traceback' in result.stderr) == (BAD_INPUT, False)
    assert words in result.stderr


def test_a_domain_that_is_no_number_is_refused_before_a_process_starts(here, monkeypatch):
    monkeypatch.setenv('ROS_DOMAIN_ID', 'mars')
    assert_refused(here, run(here, 'fly', 'flight_01', '--out', 'run'), listing(here),
                   "ROS_DOMAIN_ID: found 'mars', allowed: a whole number from 0")


def test_play_refuses_a_domain_that_is_none(here, monkeypatch):
    monkeypatch.setenv('ROS_DOMAIN_ID', '-3')
    assert_refused(here, run(here, 'play', 'full'), listing(here),
                   "ROS_DOMAIN_ID: found '-3', allowed: a whole number from 0")


def test_a_closed_output_is_no_failure(here):
    result = subprocess.run(
        ['sh', '-c', f'exec {sys.executable} -m ingenuity_nodes.commands.cli check flight_01 >&-'],
        cwd=here, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stderr) == (0, '')


def test_check_looks_at_all_scenarios_of_the_package(here):
    result = run(here, 'check')
    assert (result.returncode, result.stderr) == (0, '')
    assert [line.partition(':')[0] for line in result.stdout.splitlines()] == scenario_names()


def test_check_says_all_mistakes_of_all_files_and_what_is_good(here):
    result = run(here, 'check', 'bad.yaml', 'minus.yaml', 'own.yaml')
    assert result.returncode == BAD_INPUT
    for name, wrong in ('bad.yaml', 'presure:'), ('minus.yaml', 'altitude: -3.0'):
        lines = (here / name).read_text().splitlines()
        line, = (number for number, text in enumerate(lines) if wrong in text)
        assert f'{name}:{line + 1}:{lines[line].index(wrong) + 1}: ' in result.stderr
    assert result.stdout == 'own.yaml: good (ingenuity, perseverance)\n'


def test_list_names_each_scenario_with_its_description(here):
    result = run(here, 'list')
    assert result.returncode == 0
    assert [line.split()[0] for line in result.stdout.splitlines()] == scenario_names()
    assert '50 m north and back' in result.stdout


def test_a_reader_that_leaves_early_causes_no_traceback(here):
    reading, writing = os.pipe()
    os.close(reading)
    result = subprocess.run(
        [sys.executable, '-m', 'ingenuity_nodes.commands.cli', 'list'], cwd=here, stdout=writing,
        stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert result.stderr == ''


@pytest.mark.slow
def test_simulate_leaves_a_folder_whose_result_can_be_read(here):
    result = run(here, 'simulate', 'own.yaml', '--out', 'run', '--json')
    assert result.returncode == 0
    printed = json.loads(result.stdout)
    assert printed['outcome'] == 'landed'
    assert json.loads((here / 'run' / 'result.json').read_text()) == printed
    assert 'go' in result.stderr
