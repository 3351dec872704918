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
import select
import shutil
import signal
import subprocess
import sys
import time

from ingenuity_nodes.graph.nodes import nodes_of, RunOptions
from ingenuity_nodes.recording.bag.writer import BagQos, BagWriter
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
{ nice; echo "$ROS_DOMAIN_ID"
  for argument in "$@"; do echo "$argument"; done; } > "$record.arguments"
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
    programs = {'ingenuity_nodes': ('world', 'helicopter', 'camera', 'vision', 'rover', 'mapper',
                                    'mission', 'recorder', 'player'), 'rviz2': ('rviz2',)}
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


def environment_of(prefix, **more):
    """Give the environment in which the substitutes are found."""
    path = {'PYTHONPATH': [ROOT, os.environ.get('PYTHONPATH', '')],
            'AMENT_PREFIX_PATH': [prefix, os.environ.get('AMENT_PREFIX_PATH', sys.prefix)],
            'PATH': [prefix / 'bin', os.environ.get('PATH', '')]}
    return {**os.environ, 'RECORDS': str(prefix / 'records'), 'ROS_LOG_DIR': str(prefix / 'log'),
            **{name: os.pathsep.join(map(str, parts)) for name, parts in path.items()}, **more}


def ros2_launch(prefix, file, *arguments, dies='', distribution='', timeout=90):
    """Run ``ros2 launch``; return its exit status and output."""
    where = [file] if '/' in file else ['ingenuity_nodes', file]
    result = subprocess.run(
        [ROS2, 'launch', *where, *arguments], timeout=timeout,
        env=environment_of(prefix, DIES=dies, ROS_DISTRO=distribution),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return result.returncode, result.stdout


def started(prefix):
    """Read what the substitutes recorded."""
    found = []
    for record in sorted((prefix / 'records').glob('*.arguments')):
        niceness, _, *arguments = record.read_text().splitlines()
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
    assert {row[:2] for row in started(prefix)} == {
        ('perseverance', 'rover'), ('perseverance', 'mastcam')}


@pytest.fixture
def bag(tmp_path):
    """Write a bag with a clock and one message."""
    return write_bag(tmp_path / 'with_clock', '/clock', 'rosgraph_msgs/msg/Clock', bytes(12))


def write_bag(folder, topic, kind, cdr):
    """Write a bag with one message."""
    writer = BagWriter(folder)
    writer.write(topic, kind, BagQos(depth=10), 0, cdr)
    writer.close()
    return folder


def test_replay_starts_our_player_with_its_parameters(prefix, bag):
    status, output = ros2_launch(
        prefix, 'replay.launch.py', f'bag:={bag}', 'rate:=2', 'loop:=true', 'rviz:=false')
    assert status == 0, output
    (_, name, _, parameters), = started(prefix)
    assert name == 'player'
    assert parameters == {'bag': str(bag), 'rate': 2.0, 'start_offset': 0.0, 'loop': True}


def test_replay_of_what_is_no_bag_starts_nothing(prefix, tmp_path):
    status, output = ros2_launch(prefix, 'replay.launch.py', f'bag:={tmp_path / "none"}')
    assert status != 0
    assert 'no bag there' in output
    assert started(prefix) == []


def test_a_player_that_fails_is_a_launch_that_fails(prefix, bag):
    status, output = ros2_launch(
        prefix, 'replay.launch.py', f'bag:={bag}', 'rviz:=false', dies='player')
    assert status != 0
    assert re.search(r'player-\d+ ended with status 3', output)


def test_rosbag2_makes_a_clock_only_of_a_bag_without_one(prefix, bag, tmp_path):
    still = write_bag(tmp_path / 'still', '/word', 'std_msgs/msg/String', bytes(12))
    (prefix / 'bin').mkdir()
    (prefix / 'bin' / 'ros2').write_text('#!/bin/sh\necho "$@" >> "$RECORDS/ros2"\n')
    (prefix / 'bin' / 'ros2').chmod(0o755)
    for folder in bag, still:
        status, output = ros2_launch(
            prefix, 'replay.launch.py', f'bag:={folder}', 'player:=rosbag2', 'headless:=true')
        assert status == 0, output
    with_clock, without = (prefix / 'records' / 'ros2').read_text().splitlines()
    assert '--clock' not in with_clock
    assert '--clock 100' in without


@pytest.mark.parametrize(('file', 'arguments'), [
    ('mission.launch.py', ['rviz:=true']), ('replay.launch.py', []), ('view.launch.py', [])])
def test_without_rviz2_its_package_is_named_and_nothing_starts(prefix, bag, file, arguments):
    (prefix / 'share/ament_index/resource_index/packages/rviz2').unlink()
    if file == 'replay.launch.py':
        arguments = [f'bag:={bag}']
    status, output = ros2_launch(prefix, file, *arguments, distribution='kilted')
    assert status != 0
    assert 'install the package ros-kilted-rviz2' in output
    assert started(prefix) == []


def test_a_headless_mission_opens_no_window(prefix):
    (prefix / 'share/ament_index/resource_index/packages/rviz2').unlink()
    status, output = ros2_launch(prefix, 'mission.launch.py', 'rviz:=true', 'headless:=true')
    assert status == 0, output
    assert started(prefix)


def test_rviz_opens_the_configuration_that_is_asked_for(prefix):
    ros2_launch(prefix, 'mission.launch.py', 'rviz:=true', 'rviz_config:=/tmp/mine.rviz')
    assert '/tmp/mine.rviz' in [
        word for record in (prefix / 'records').glob('*.arguments')
        for word in record.read_text().splitlines()]


def test_domain_log_level_and_parameters_reach_every_process(prefix, tmp_path):
    (tmp_path / 'mine.yaml').write_text(
        '/**:\n  ros__parameters:\n    run_folder: /elsewhere\n    mine: 3\n')
    status, output = ros2_launch(
        prefix, 'mission.launch.py', 'domain:=57', 'log_level:=debug',
        f'params_file:={tmp_path / "mine.yaml"}', 'run_folder:=/tmp/nowhere')
    assert status == 0, output
    records = [record.read_text() for record in (prefix / 'records').glob('*.arguments')]
    assert len(records) == 9
    for record in records:
        assert record.splitlines()[1] == '57'
        assert '--log-level\ndebug' in record
        files = re.findall(r'--params-file\n(.*)', record)
        assert files[0] == str(tmp_path / 'mine.yaml')    # what comes later counts more
        assert len(files) > 1


def test_vehicles_that_come_from_elsewhere_are_not_started_but_waited_for(prefix):
    status, output = ros2_launch(prefix, 'mission.launch.py', 'scenario:=cooperation',
                                 'vehicles:=ingenuity, perseverance')
    assert status == 0, output
    rows = started(prefix)
    assert {namespace for namespace, *_ in rows} == {'', 'ingenuity', 'perseverance'}
    world, = (parameters for _, name, _, parameters in rows if name == 'world')
    assert '/scout/helicopter' in world['expects']


# Included by another launch file ---------------------------------------------------------------

def including(prefix, before, after='', **arguments):
    """Write a launch file that includes ours, between actions of its own."""
    path = prefix / 'including.launch.py'
    path.write_text(f"""\
from launch import LaunchDescription
from launch.actions import *
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch_ros.actions import *


def generate_launch_description():
    return LaunchDescription([DeclareLaunchArgument('their', default_value='1'), {before}
        IncludeLaunchDescription(PythonLaunchDescriptionSource(
            '{prefix}/share/ingenuity_nodes/launch/mission.launch.py'),
            launch_arguments={arguments!r}.items()),
        {after}])
""")
    return str(path)


def test_pushed_namespaces_and_ours_add_up_and_their_arguments_are_theirs(prefix):
    path = including(prefix, "PushRosNamespace('mars'),", namespace='one')
    status, output = ros2_launch(prefix, path, 'their:=2')
    assert status == 0, output
    assert {'mars/one', 'mars/one/ingenuity'} <= {namespace for namespace, *_ in started(prefix)}


def test_what_is_set_for_our_nodes_does_not_reach_those_of_the_including_file(prefix):
    path = including(
        prefix, '', "Node(package='rviz2', executable='rviz2', name='their'),", domain='57')
    status, output = ros2_launch(prefix, path)
    assert status == 0, output
    their, = (row for row in started(prefix) if row[1] == 'their')
    assert 'use_sim_time' not in their[3]
    record, = (text for record in (prefix / 'records').glob('*.arguments')
               if '__node:=their' in (text := record.read_text()))
    assert record.splitlines()[1] != '57'


@pytest.mark.slow
@pytest.mark.parametrize(('on_exit', 'well'), [('part', True), ('shutdown', False)])
def test_a_failed_run_ends_its_own_part_and_more_only_if_asked(prefix, on_exit, well):
    path = including(prefix, "ExecuteProcess(cmd=['sh', '-c', 'sleep 25; echo they went on'],"
                             "output='screen'),", on_exit=on_exit)
    status, output = ros2_launch(prefix, path, dies='vision')
    assert (status == 0) is well, output
    assert ('] they went on' in output) is well    # not the command, which is quoted
    assert not running(prefix)


def test_time_and_frames_move_into_the_namespace_only_if_asked(prefix):
    for where in 'global', 'namespace':
        status, output = ros2_launch(
            prefix, 'rover.launch.py', 'namespace:=one', f'clock_and_tf:={where}')
        assert status == 0, output
        texts = [record.read_text() for record in (prefix / 'records').glob('*.arguments')]
        assert all('/tf:=/one/tf' in text for text in texts) is (where == 'namespace')
        for record in (prefix / 'records').glob('*'):
            record.unlink()


@pytest.mark.slow
@pytest.mark.parametrize('number', [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_process_outlives_its_launch_however_that_ends(prefix, number):
    for program in (prefix / 'lib' / 'ingenuity_nodes').iterdir():
        program.write_text(NODE_THAT_WAITS.format(python=sys.executable))
    launch = subprocess.Popen(
        [ROS2, 'launch', 'ingenuity_nodes', 'mission.launch.py'], env=environment_of(prefix),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert until(lambda: len(list((prefix / 'records').glob('*.ready'))) == 9)
        assert len(running(prefix)) == 9
    finally:
        launch.send_signal(number)
        launch.wait(60)
    assert until(lambda: not running(prefix))


NODE_THAT_WAITS = """\
#!{python}
import os, pathlib, signal
from ingenuity_nodes.graph.parent import end_with_launch
end_with_launch()
pathlib.Path(os.environ['RECORDS'], f'{{os.getpid()}}.ready').touch()
signal.pause()
"""


def until(condition, limit=60.0):
    """Look until a condition holds; say whether it did."""
    end = time.monotonic() + limit
    while not (held := condition()) and time.monotonic() < end:
        select.select([], [], [], 0.1)
    return held


def running(prefix):
    """Give the numbers of processes that run our substitutes."""
    found = []
    for folder in Path('/proc').glob('[0-9]*'):
        try:
            line = (folder / 'cmdline').read_text()
            state = (folder / 'stat').read_text().rpartition(') ')[2][0]
        except OSError:
            continue
        if f'{prefix}/lib/ingenuity_nodes/' in line and state not in 'ZX':
            found.append(int(folder.name))
    return found


@pytest.mark.parametrize(('file', 'argument', 'message'), [
    ('mission.launch.py', 'scenario:=flight_3', "did you mean 'flight_0"),
    ('mission.launch.py', 'seed:=many', "seed: found 'many', allowed: a whole number"),
    ('mission.launch.py', 'record:=perhaps', 'true'),
    ('mission.launch.py', 'sead:=5', "found argument 'sead', did you mean 'seed'?"),
    ('mission.launch.py', 'domain:=233', "found '233', allowed: a whole number from 0 to 232"),
    ('mission.launch.py', 'params_file:=none.yaml', "params_file: found 'none.yaml'"),
    ('mission.launch.py', 'vehicles:=ingenuty', "did you mean 'ingenuity'?"),
    ('rover.launch.py', 'vehicles:=all', "did you mean 'vehicle'?"),
    ('view.launch.py', 'rviz_confg:=x', "did you mean 'rviz_config'?"),
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
