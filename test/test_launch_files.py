# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The launch files under the real ``ros2 launch``, with substitutes for the programs they start.

Each substitute records how it was started, for comparison with the one list of nodes. Launch,
launch_ros, ros2cli, ros2launch come with an apt ROS 2; no registry has them, but their
repositories on GitHub can be installed with pip into an environment made by ./ingenuity
(composition_interfaces is built there as environment/prepare.py builds tf2_msgs).
"""

import os
from pathlib import Path
import re
import shutil
import subprocess
import sys

from ingenuity_nodes.graph.nodes import nodes_of, RunOptions
from ingenuity_nodes.scenario.load import load_scenario
import pytest
import yaml

ROS2 = shutil.which('ros2', path=os.pathsep.join(
    [str(Path(sys.executable).parent), os.environ.get('PATH', '')]))
for _module in ('launch_ros', 'ros2launch'):
    pytest.importorskip(_module, reason=f'{_module} is not importable: no ros2 launch here')

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted(path.name for path in (ROOT / 'launch').glob('*.launch.py'))
SUBSTITUTE = """\
#!/bin/sh
record="$RECORDS/$$"
{ nice; for argument in "$@"; do echo "$argument"; done; } > "$record.arguments"
while [ $# -gt 0 ]; do
    [ "$1" = --params-file ] && cp "$2" "$record.$(basename "$2").yaml"
    shift
done
[ "$(basename "$0")" = "$DIES" ] && exit 3
[ -z "$DIES" ] || exec sleep 60
"""


@pytest.fixture
def prefix(tmp_path):
    """Make an ament prefix in which our executables and rviz2 are substitutes."""
    index = tmp_path / 'share' / 'ament_index' / 'resource_index' / 'packages'
    index.mkdir(parents=True)
    programs = {'ingenuity_nodes': ('world', 'helicopter', 'camera', 'vision', 'rover', 'mission',
                                    'recorder', 'player'), 'rviz2': ('rviz2',)}
    for package, names in programs.items():
        (index / package).touch()
        folder = tmp_path / 'lib' / package
        folder.mkdir(parents=True)
        for name in names:
            (folder / name).write_text(SUBSTITUTE)
            (folder / name).chmod(0o755)
    package_share = tmp_path / 'share' / 'ingenuity_nodes'
    for name in ('launch', 'config'):
        shutil.copytree(ROOT / name, package_share / name)
    (tmp_path / 'records').mkdir()
    return tmp_path


def ros2_launch(prefix, file, *arguments, dies='', timeout=60):
    """Run ``ros2 launch``; return its exit status and output."""
    environment = {**os.environ, 'RECORDS': str(prefix / 'records'), 'DIES': dies,
                   'ROS_LOG_DIR': str(prefix / 'log'), 'PYTHONPATH': os.pathsep.join(
                       [str(ROOT), os.environ.get('PYTHONPATH', '')]),
                   'AMENT_PREFIX_PATH': os.pathsep.join(
                       [str(prefix), os.environ.get('AMENT_PREFIX_PATH', sys.prefix)])}
    result = subprocess.run(
        [ROS2, 'launch', 'ingenuity_nodes', file, *arguments], env=environment, timeout=timeout,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return result.returncode, result.stdout


def started(prefix):
    """Read what the substitutes recorded."""
    found = []
    for record in sorted((prefix / 'records').glob('*.arguments')):
        niceness, *arguments = record.read_text().splitlines()
        parameters = {}
        for file in record.parent.glob(f'{record.stem}.*.yaml'):
            # launch_ros writes lists with a tag of Python's, which rcl overlooks
            (section,) = yaml.full_load(file.read_text()).values()
            parameters.update({name: list(value) if isinstance(value, tuple) else value
                               for name, value in section['ros__parameters'].items()})
        for assignment in re.findall(r'-p\n(\S+:=\S*)', '\n'.join(arguments)):
            name, _, value = assignment.partition(':=')
            parameters[name] = yaml.safe_load(value)
        remaps = dict(re.findall(r'-r\n(__\w+):=(\S*)', '\n'.join(arguments)))
        found.append((remaps.get('__ns', '/').strip('/'), remaps.get('__node', ''),
                      int(niceness), parameters))
    return found


def wanted(specs, niceness=0):
    """Describe how the nodes of a list should be started."""
    return sorted(((spec.namespace, spec.name, niceness + spec.niceness, {
        **{name: value for name, value in spec.parameters.items() if name != 'run'},
        **({} if spec.name == 'world' else {'use_sim_time': True})})
        for spec in specs), key=row_key)


@pytest.fixture
def own_niceness():
    """Niceness of these tests, to which that of a node is added."""
    return os.nice(0)


@pytest.mark.parametrize('file', FILES)
def test_show_args_explains_every_argument(prefix, file):
    status, output = ros2_launch(prefix, file, '--show-args')
    assert status == 0, output
    names = re.findall(r"^    '(\w+)':$", output, re.MULTILINE)
    explained = re.findall(r"^    '(\w+)':\n        (\S.{10,}\.)", output, re.MULTILINE)
    assert names == [name for name, _ in explained]
    assert names


@pytest.mark.parametrize('record', ['true', 'false'])
@pytest.mark.parametrize('scenario', ['flight_03', 'cooperation'])
def test_mission_starts_the_nodes_of_the_one_list(prefix, own_niceness, scenario, record):
    status, output = ros2_launch(
        prefix, 'mission.launch.py', f'scenario:={scenario}', 'seed:=5', 'real_time_factor:=0',
        f'record:={record}', 'run_folder:=/tmp/nowhere')
    assert status == 0, output
    options = RunOptions(scenario, 5, 0.0, record == 'true', '/tmp/nowhere')
    rows = started(prefix)
    runs = {parameters.pop('run') for *_, parameters in rows}
    assert len(runs) == 1    # made by the process that launches
    assert re.fullmatch('[0-9a-f]{8}', runs.pop())
    assert sorted(rows, key=row_key) == sorted(
        wanted(nodes_of(load_scenario(scenario), options), own_niceness), key=row_key)


def row_key(row):
    return row[:2]


def test_mission_runs_in_real_time_and_records_by_default(prefix):
    ros2_launch(prefix, 'mission.launch.py')
    world, = (parameters for _, name, _, parameters in started(prefix) if name == 'world')
    assert world['real_time_factor'] == pytest.approx(1.0)
    assert '/recorder' in world['expects']
    assert 'use_sim_time' not in world


def test_mission_opens_rviz_on_simulation_time_only_if_asked(prefix):
    ros2_launch(prefix, 'mission.launch.py', 'rviz:=true')
    rviz, = (row for row in started(prefix) if row[1] == 'rviz2')
    assert rviz[3]['use_sim_time'] is True


@pytest.mark.parametrize('vehicle', ['', 'scout'])
def test_helicopter_starts_one_vehicle(prefix, vehicle):
    status, output = ros2_launch(
        prefix, 'helicopter.launch.py', 'scenario:=cooperation',
        *([f'vehicle:={vehicle}'] if vehicle else []))
    assert status == 0, output
    rows = started(prefix)
    assert {name for _, name, _, _ in rows} == {'helicopter', 'navcam', 'rte', 'vision'}
    assert {namespace for namespace, *_ in rows} == {vehicle or 'ingenuity'}
    assert all(parameters['use_sim_time'] for *_, parameters in rows)


def test_rover_starts_one_vehicle(prefix):
    ros2_launch(prefix, 'rover.launch.py')
    assert [row[:2] for row in started(prefix)] == [('perseverance', 'rover')]


def test_replay_starts_our_player_with_its_parameters(prefix):
    status, output = ros2_launch(
        prefix, 'replay.launch.py', 'bag:=runs/latest', 'rate:=2', 'loop:=true', 'rviz:=false')
    assert status == 0, output
    (_, name, _, parameters), = started(prefix)
    assert name == 'player'
    assert parameters == {'bag': 'runs/latest', 'rate': 2.0, 'start_offset': 0.0, 'loop': True}


@pytest.mark.parametrize(('file', 'argument', 'message'), [
    ('mission.launch.py', 'scenario:=flight_3', "did you mean 'flight_0"),
    ('mission.launch.py', 'seed:=many', "seed: found 'many', allowed: a whole number"),
    ('mission.launch.py', 'record:=perhaps', 'true'),
    ('helicopter.launch.py', 'vehicle:=scout', "found 'scout', allowed: ingenuity"),
    ('rover.launch.py', 'vehicle:=ingenuity', "found 'ingenuity', allowed: perseverance")])
def test_a_mistake_is_answered_and_nothing_starts(prefix, file, argument, message):
    status, output = ros2_launch(prefix, file, argument)
    assert status != 0
    assert message in output
    assert 'Traceback' not in output
    assert started(prefix) == []


@pytest.mark.slow
def test_a_process_that_dies_before_time_begins_ends_the_launch(prefix):
    status, output = ros2_launch(prefix, 'mission.launch.py', dies='vision')
    assert status != 0
    assert re.search(r'ingenuity\.vision-\d+ ended with status 3', output)
    assert 'Traceback' not in output
