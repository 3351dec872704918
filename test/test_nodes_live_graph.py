# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The live graph: real processes fly the batch's flight, and notice when one of them is gone."""

import hashlib
import json
import os
from pathlib import Path
import re
import signal
import subprocess
import sys

import pytest

rclpy = pytest.importorskip('rclpy', reason='rclpy is not importable: no ROS 2 here')

from ingenuity_nodes.commands import cli  # noqa
from ingenuity_nodes.graph.nodes import nodes_of, RunOptions  # noqa: E402
from ingenuity_nodes.graph.processes import command_of, Domain  # noqa: E402
from ingenuity_nodes.recording.bag.reader import messages, topics  # noqa: E402
from ingenuity_nodes.scenario.load import load_scenario  # noqa: E402
from ingenuity_nodes.scenario.variants import with_features  # noqa: E402
from ingenuity_nodes.simulation.batch import fly_batch  # noqa: E402
from ingenuity_nodes.stress.live_run import are_gone, hold, LiveRun, slowness  # noqa: E402

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.timeout(180)]

HOP = str(Path(__file__).resolve().parent / 'data' / 'hop.yaml')
TRUTH = '/ingenuity/ground_truth/odometry'
NOTICED = 5.0        # [s] in which a killed process is named
ALL_GONE = 8.0       # [s] the recorder has closed its bag, the graph has collected its processes
INTERRUPTED = 130    # what a shell reports after Ctrl-C


@pytest.fixture(autouse=True)
def own_domain(monkeypatch):
    """Let each graph take a domain of its own."""
    monkeypatch.delenv('ROS_DOMAIN_ID', raising=False)
    monkeypatch.setenv('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')


@pytest.fixture(scope='module')
def batch():
    """Fly the same scenario in one process; what is compiled then need not be later."""
    return fly_batch(load_scenario(HOP), None, None)


class Run(LiveRun):
    """A live flight of the hop; what is done to it takes the ids of its processes."""

    def __init__(self, folder, word, act, scenario=HOP):
        super().__init__(str(scenario), folder, word, lambda run: act(run.ids))


def test_a_live_flight_is_the_batch_flight_to_the_bit(tmp_path, batch, capsys):
    folder = tmp_path / "it's: 1"    # any name of a folder will do
    with pytest.raises(SystemExit) as ended:
        cli.main(['fly', HOP, '--out', str(folder)])
    assert ended.value.code == 0, capsys.readouterr()
    result = json.loads((folder / 'result.json').read_text())
    assert result['outcome'] == batch['outcome'] == 'landed'
    assert result['trajectory_sha256'] == batch['trajectory_sha256']
    assert result['duration_s'] == pytest.approx(batch['duration_s'], abs=0.02)
    written = {topic.topic for topic in topics(folder / 'bag')}
    assert {'/clock', '/tf', '/tf_static', TRUTH, '/ingenuity/robot_description',
            '/perseverance/robot_description', '/world/terrain', '/mission/state'} <= written
    stamps = [message.t_ns for message in messages(folder / 'bag', {TRUTH})]
    assert len(stamps) > 2000
    assert stamps == sorted(stamps)


def changed_hop(tmp_path, *changes):
    """Write the hop with some of its text replaced."""
    text = Path(HOP).read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / 'changed_hop.yaml'
    path.write_text(text)
    return path


QUICK = 'overrides: {radio: {bit_rate: 2.5e6}}'


@pytest.fixture
def with_cameras(tmp_path):
    """Give the same flight with both cameras, a photo, and a radio ten times as quick."""
    return changed_hop(
        tmp_path, (' []', f' [navcam, rte]\n    {QUICK}'),
        ('azimuth: 175.2', f'azimuth: 175.2\n    {QUICK}'),
        ('{segment: land}', '{segment: land}\n      photos:\n        - '
         '{target: perseverance, after: 2.5, before: 4.5, centre: [0.5, 0.5]}'))


@pytest.mark.timeout(400)
def test_with_cameras_the_photo_reaches_the_rover_and_the_flight_is_the_same(
        tmp_path, batch, with_cameras, capsys):
    folder = tmp_path / 'run'
    with pytest.raises(SystemExit) as ended:
        cli.main(['fly', str(with_cameras), '--out', str(folder)])
    assert ended.value.code == 0, capsys.readouterr()
    result = json.loads((folder / 'result.json').read_text())
    # Live graph and batch draw and track the same images, and fly by them.
    seen = fly_batch(with_features(load_scenario(str(with_cameras)), 'images'), None, None)
    assert result['trajectory_sha256'] == seen['trajectory_sha256']
    assert result['trajectory_sha256'] != batch['trajectory_sha256']    # of the ground's points
    photo = result['photo']
    assert (photo['width'], photo['height'], photo['received']) == (4208, 3120, True)
    jpeg = (folder / photo['file']).read_bytes()
    assert hashlib.sha256(jpeg).hexdigest() == photo['sha256_sent'] == photo['sha256_received']
    # The window is counted from the lift-off that the flight computer felt, a little late.
    assert 2.5 <= photo['t_s'] <= 4.5 + 0.3
    # Not one image is lost, and each was looked at.
    counts = [sum(1 for _ in messages(folder / 'bag', {f'/ingenuity/navcam/{topic}'}))
              for topic in ('exposure', 'image_raw', 'features')]
    assert counts[0] == counts[1] == counts[2] > 20 * result['duration_s']


@pytest.mark.timeout(400)
def test_with_two_rovers_on_one_radio_topic_the_photo_arrives_at_the_instant_of_the_batch(
        tmp_path, batch, with_cameras, capsys):
    with_cameras.write_text(with_cameras.read_text() + f"""
  - type: perseverance
    name: curiosity
    position: [60.0, 12.0]
    azimuth: 175.2
    {QUICK}
""")
    folder = tmp_path / 'run'
    with pytest.raises(SystemExit) as ended:
        cli.main(['fly', str(with_cameras), '--out', str(folder)])
    assert ended.value.code == 0, capsys.readouterr()
    live = json.loads((folder / 'result.json').read_text())
    seen = fly_batch(
        with_features(load_scenario(str(with_cameras)), 'images'), None, None, images=True)
    assert live['trajectory_sha256'] == seen['trajectory_sha256']
    for key in ('received', 'receive_t_s', 'sha256_received'):
        assert live['photo'][key] == seen['photo'][key]
    assert live['photo']['received'] is True


@pytest.mark.parametrize('victim', [
    '/world', '/ingenuity/helicopter', '/perseverance/rover', '/mission', '/recorder'])
def test_when_a_process_is_killed_in_flight_the_others_end_and_say_which(tmp_path, batch, victim):
    run = Run(tmp_path / 'run', 'take_off', lambda ids: os.kill(ids[victim], signal.SIGKILL))
    status, seconds = run.wait()
    assert status not in (0, INTERRUPTED), run.lines
    assert f'{victim} (process {run.ids[victim]}) was killed by SIGKILL' in run.lines
    number = run.ids[victim]
    noticed = run.seconds_until(
        f'{victim} (process {number} has ended)', f'{victim} has ended (process {number})')
    assert noticed < NOTICED * slowness()
    assert seconds < ALL_GONE * slowness()
    assert are_gone(run.ids.values())
    # What was written up to that moment can be read, also if the recorder itself was killed.
    assert sum(1 for _ in messages(run.folder.bag, {TRUTH})) > 100


@pytest.mark.parametrize('who', ['/ingenuity/helicopter', '/world', '/mission'])
def test_a_process_that_is_stopped_for_5_seconds_is_waited_for(tmp_path, batch, who):
    run = Run(tmp_path / 'run', 'climb', lambda ids: hold([ids[who]], 5.0))
    status, _ = run.wait()
    assert status == 0, run.lines
    assert run.result['trajectory_sha256'] == batch['trajectory_sha256']
    if who != '/world':
        assert any(f'{who} (process {run.ids[who]} is stopped)' in line for line in run.lines)


def test_a_graph_that_stands_still_for_longer_than_a_silence_flies_on(tmp_path, batch):
    run = Run(tmp_path / 'run', 'climb', lambda ids: hold(ids.values(), 12.0))
    status, seconds = run.wait()
    assert status == 0, run.lines
    assert seconds > 12.0
    assert run.result['trajectory_sha256'] == batch['trajectory_sha256']


def test_beside_four_busy_loops_the_flight_is_the_same(tmp_path, batch):
    loops = [subprocess.Popen([sys.executable, '-c', 'while True: pass']) for _ in range(4)]
    try:
        status, _ = (run := Run(tmp_path / 'run', 'climb', lambda _: None)).wait()
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()
    assert status == 0, run.lines
    assert run.result['trajectory_sha256'] == batch['trajectory_sha256']


SLOW = '[]\n    overrides: {stages: {control: slow_controller:SlowController}}'


def test_a_process_that_works_for_long_is_waited_for_and_it_is_said_once(
        tmp_path, batch, monkeypatch):
    monkeypatch.setenv('SLOW_S', '12')    # longer than the silence that would be a death
    monkeypatch.setenv('PYTHONPATH', str(Path(__file__).parent), prepend=os.pathsep)
    slow = changed_hop(tmp_path, (' []', f' {SLOW}'), ('duration: 3.0', 'duration: 1.0'))
    run = Run(tmp_path / 'run', 'take_off', lambda _: None, slow)
    status, _ = run.wait()
    assert status == 0, run.lines
    reported = [line for line in run.lines if '/ingenuity/helicopter (has been busy for' in line]
    # After 3 s of one tick; it may have begun its work a little before or after that.
    assert len(reported) == 1, run.lines
    assert re.search(r'busy for [2-5] s: working\)$', reported[0]), run.lines
    # The time that it took is not the aircraft's.
    monkeypatch.setenv('SLOW_S', '0')
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    quick = fly_batch(load_scenario(str(slow)), None, None)
    assert run.result['trajectory_sha256'] == quick['trajectory_sha256']


def test_a_process_that_works_for_ever_ends_the_run_by_name(tmp_path, monkeypatch):
    monkeypatch.setenv('SLOW_S', '30')
    monkeypatch.setenv('PYTHONPATH', str(Path(__file__).parent), prepend=os.pathsep)
    slow = changed_hop(tmp_path, (' []', f' {SLOW}'), ('seed: 4', 'seed: 4\nlockstep: {busy: 5}'))
    run = Run(tmp_path / 'run', 'take_off', lambda _: None, slow)
    status, seconds = run.wait()
    assert status not in (0, INTERRUPTED)
    assert 5.0 < seconds < 40.0
    assert any(line.startswith('/world: failed: /ingenuity/helicopter (has been busy for')
               for line in run.lines), run.lines


@pytest.fixture
def cold(tmp_path, monkeypatch):
    """Let a run find empty caches, as on a machine that has never flown."""
    monkeypatch.setenv('INGENUITY_KERNELS', str(tmp_path / 'kernels'))
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
    monkeypatch.setenv('HOME', str(tmp_path / 'home'))
    return tmp_path / 'kernels'


@pytest.mark.timeout(600)
def test_started_by_themselves_on_a_cold_machine_the_nodes_compile_once_and_fly(
        tmp_path, cold, with_cameras):
    # As under ros2 launch: nobody has compiled for them, all want it at the same time.
    run = Run(tmp_path / 'run', 'take_off', lambda _: None, with_cameras)
    status, _ = run.wait()
    assert status == 0, run.lines
    assert run.result['photo']['received']
    assert len(list(cold.glob('complete-*'))) == 1
    for log in run.logs.iterdir():
        assert 'compiled after time began: nothing' in log.read_text(), log.name


@pytest.mark.timeout(600)
def test_the_batch_flies_on_a_cold_machine_and_compiles_nothing_in_flight(
        tmp_path, cold, with_cameras):
    result = subprocess.run(
        [sys.executable, '-m', 'ingenuity_nodes.commands.cli', 'simulate', str(with_cameras),
         '--images', '--features', 'images', '--out', str(tmp_path / 'run')],
        capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    assert 'after time began' not in result.stdout
    assert json.loads((tmp_path / 'run' / 'result.json').read_text())['photo']['received']


def test_ctrl_c_ends_all_processes_within_5_seconds(tmp_path, batch):
    run = Run(tmp_path / 'run', 'take_off', lambda _: os.kill(os.getpid(), signal.SIGINT))
    status, seconds = run.wait()
    assert status == INTERRUPTED
    assert seconds < 5.0 * slowness()
    assert 'interrupted: ending' in run.lines
    assert not any('was killed' in text for text in run.lines)
    assert are_gone(run.ids.values())
    assert sum(1 for _ in messages(run.folder.bag, {TRUTH})) > 100


@pytest.fixture
def alone(tmp_path):
    """Start each node of a scenario without the others, in a domain of its own."""
    started, domains = {}, []
    for scenario, names in (HOP, {'helicopter', 'rover', 'mission', 'recorder', 'world'}), (
            'flight_03', {'vision', 'navcam'}):
        for spec in nodes_of(load_scenario(scenario), RunOptions(scenario)):
            if spec.name in names:
                domains.append(Domain())
                started[spec.full_name] = subprocess.Popen(
                    command_of(spec), cwd=tmp_path, text=True, stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
                    env={**os.environ, 'ROS_DOMAIN_ID': str(domains[-1].number),
                         'PYTHONUNBUFFERED': '1', 'RCUTILS_LOGGING_BUFFERED_STREAM': '0'})
    yield started
    for process in started.values():
        process.kill()
        process.communicate()
    for domain in domains:
        domain.release()


def test_each_node_started_alone_says_what_it_waits_for_and_ends_on_ctrl_c(alone, batch):
    lines = {name: next((line for line in process.stdout if ' waiting' in line), '')
             for name, process in alone.items()}
    for name, process in alone.items():
        assert ' waiting' in lines[name], name
        process.send_signal(signal.SIGINT)
    for name, process in alone.items():
        rest, _ = process.communicate(timeout=10.0)
        # As ROS has it: Ctrl-C is how a node is ended.
        assert process.returncode == 0, f'{name}: {rest}'
        assert 'Traceback' not in rest, f'{name}: {rest}'
    assert 'waiting for /world' in lines['/mission']
    assert 'waiting for /world' in lines['/perseverance/rover']
    assert 'waiting: /ingenuity/helicopter, /perseverance/rover' in lines['/world']


def test_a_node_with_a_wrong_parameter_says_so_and_does_not_start():
    result = subprocess.run(
        [sys.executable, '-m', 'ingenuity_nodes.nodes.helicopter', '--ros-args',
         '-p', f'scenario:={HOP}', '-p', 'computer.navcam_rate:=1000'],
        env={**os.environ, 'ROS_DOMAIN_ID': '101'}, capture_output=True, text=True)
    assert result.returncode == 2
    assert 'computer.navcam_rate' in result.stderr
    assert 'Traceback' not in result.stderr
