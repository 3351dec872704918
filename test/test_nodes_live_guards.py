# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The live graph among strangers: nothing is believed, nothing hangs, status 0 means landed."""

import hashlib
import os
from pathlib import Path
import shutil
import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest

rclpy = pytest.importorskip('rclpy', reason='rclpy is not importable: no ROS 2 here')

from ingenuity_nodes.graph import processes  # noqa
from ingenuity_nodes.graph.nodes import nodes_of, restartable, RunOptions  # noqa: E402
from ingenuity_nodes.graph.processes import command_of, Graph  # noqa: E402
from ingenuity_nodes.graph.roster import Condition, Heartbeat, ProcessId  # noqa: E402
from ingenuity_nodes.nodes.timekeeper import Timekeeper  # noqa: E402
from ingenuity_nodes.radio.frames import photo_name, thumbnail_name  # noqa: E402
from ingenuity_nodes.scenario.load import load_scenario  # noqa: E402
from test_nodes_live_graph import (  # noqa: E402
    batch, changed_hop, hold, HOP, INTERRUPTED, own_domain, Run, with_cameras)

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.timeout(240)]
__all__ = ['batch', 'own_domain', 'with_cameras']    # fixtures

HERE = Path(__file__).parent


def test_a_tracker_that_loses_an_image_is_named_with_what_is_missing_and_the_run_ends(
        tmp_path, with_cameras, monkeypatch):
    def foreign(spec):
        python, *module = command_of(spec)[:3]
        if spec.executable == 'vision':
            module = [str(HERE / 'dropping_tracker.py')]
        return [python, *module, *command_of(spec)[3:]]

    monkeypatch.setattr(processes, 'command_of', foreign)
    text = with_cameras.read_text().replace('seed: 4', 'seed: 4\nlockstep: {silence: 5}')
    with_cameras.write_text(text)
    run = Run(tmp_path / 'run', 'take_off', lambda _: None, with_cameras)
    status, _ = run.wait()
    assert status not in (0, INTERRUPTED), run.lines
    failed = [line for line in run.lines if line.startswith('/world: failed: ')]
    assert len(failed) == 1, run.lines
    assert failed[0].startswith(
        '/world: failed: /ingenuity/helicopter waits for features of the image of '), failed
    assert ' s, which /ingenuity/vision has not sent, for 5 s' in failed[0].replace(
        'for 6 s', 'for 5 s'), failed
    assert '; /ingenuity/vision (waits for nothing)' in failed[0], failed


def test_with_on_silence_wait_the_members_wait_for_a_stopped_world(tmp_path, batch):
    patient = changed_hop(
        tmp_path, ('seed: 4', 'seed: 4\nlockstep: {silence: 3, on_silence: wait}'))
    run = Run(tmp_path / 'run', 'climb', lambda ids: hold([ids['/world']], 9.0), patient)
    status, seconds = run.wait()
    assert status == 0, run.lines
    assert seconds > 9.0
    assert any('/world has been silent for' in line for line in run.lines), run.lines
    assert run.result['trajectory_sha256'] == batch['trajectory_sha256']


def test_what_a_stranger_says_is_refused_and_counted_and_the_flight_is_the_same(
        tmp_path, batch):
    strangers = []

    def speak(_):
        strangers.append(subprocess.Popen(
            [sys.executable, str(HERE / 'stranger.py')], text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, env={**os.environ, 'ROS_DOMAIN_ID': str(run.domain)}))

    run = Run(tmp_path / 'run', 'all are here', lambda ids: None)
    speak(None)
    status, _ = run.wait()
    output, _ = strangers[0].communicate('\n', timeout=20.0)
    assert output.startswith('published ')
    assert status == 0, run.lines
    assert run.result['outcome'] == 'landed'
    assert run.result['trajectory_sha256'] == batch['trajectory_sha256']
    assert run.result['foreign_messages'] >= 6, run.lines
    assert run.result['repeatable'] is False
    assert batch['foreign_messages'] == 0 and batch['repeatable'] is True
    text = '\n'.join(run.lines)
    assert "found a tick of run '', allowed: '" in text
    assert "/ingenuity/plan: found 'many', allowed: a whole number" in text
    assert "/ingenuity/go: found 'one', allowed: a whole number" in text
    assert "found another /world (process unknown) of run 'another', allowed: that of" in text


def test_a_second_world_in_a_domain_says_so_and_the_first_flies_on(tmp_path, batch):
    seconds = []

    def start_another(_):
        specs = nodes_of(load_scenario(HOP), RunOptions(HOP, record=False))
        for spec in specs:
            spec.parameters['run'] = 'another'
        domain = SimpleNamespace(
            number=run.domain, ports=range(0), release=lambda: None)
        lines = []
        seconds.append((Graph(specs, None, lines.append, domain), lines))

    run = Run(tmp_path / 'run', 'take_off', start_another)
    status, _ = run.wait()
    graph, lines = seconds[0]
    assert graph.wait() not in (0, INTERRUPTED)
    failed = [line for line in lines if line.startswith('/world: failed: found another /world')]
    assert len(failed) == 1, lines
    assert f'(process {run.ids["/world"]})' in failed[0]
    assert 'give this run another ROS_DOMAIN_ID' in failed[0]
    assert status == 0, run.lines
    assert run.result['trajectory_sha256'] == batch['trajectory_sha256']


def test_when_the_folder_of_the_run_is_deleted_in_flight_the_status_says_so(tmp_path, batch):
    run = Run(tmp_path / 'run', 'climb', lambda _: shutil.rmtree(run.folder.path))
    status, _ = run.wait()
    assert status not in (0, INTERRUPTED), run.lines
    assert any('/recorder: ' in line and str(run.folder.path) in line
               for line in run.lines), run.lines


@pytest.mark.timeout(500)
def test_a_photo_arrives_intact_though_the_rover_is_killed_while_it_is_sent(
        tmp_path, with_cameras):
    text = with_cameras.read_text()
    assert 'bit_rate: 2.5e6' in text
    with_cameras.write_text(text.replace('bit_rate: 2.5e6', 'bit_rate: 1.0e6').replace(
        'seed: 4', 'seed: 4\nlockstep: {on_silence: wait}'))
    rover = '/perseverance/rover'
    # Its log names the thumbnail when it is there; the photo follows at once.
    run = Run(tmp_path / 'run', ' is complete', lambda ids: os.kill(ids[rover], signal.SIGKILL),
              with_cameras)
    run.graph._verbose = True
    run.graph._restartable = restartable(load_scenario(str(with_cameras)))
    status, _ = run.wait()
    text = '\n'.join(run.lines)
    assert status == 0, text
    assert f'{rover} (process {run.ids[rover]}) was killed by SIGKILL: started again' in text
    assert f'{rover} has been started again (process ' in text
    photo = run.result['photo']
    assert photo['received'] is True
    jpeg = (run.folder.path / photo['file']).read_bytes()
    assert hashlib.sha256(jpeg).hexdigest() == photo['sha256_sent'] == photo['sha256_received']
    assert run.result['repeatable'] is False
    before, _, after = text.partition('started again')
    name = photo_name(round(photo['clock_t_s'] * 1e9))
    assert f'{thumbnail_name(name)} from ingenuity is complete' in before
    assert f'{name} from ingenuity is complete' not in before
    assert f'{name} from ingenuity is complete' in after


@pytest.mark.parametrize(('name', 'ends'), [
    ('/ingenuity/helicopter', True), ('/mission', True), ('/perseverance/rover', False)])
def test_who_cannot_resume_ends_the_run_with_the_reason(name, ends):
    ended, warned = [], []
    keeper = SimpleNamespace(
        _restartable={'/perseverance/rover'}, _returned=set(),
        end=lambda state, reason: ended.append((state, reason)),
        _node=SimpleNamespace(get_logger=lambda: SimpleNamespace(warning=warned.append)))
    Timekeeper._on_return(keeper, Heartbeat(name, Condition.READY, process=ProcessId('m', 7, '1')))
    if ends:
        assert ended == [('failed', f'{name} has been started again (process 7): what it knew is '
                          'lost, and no run can go on without that but of a parked rover with '
                          'on_silence: wait')]
    else:
        assert ended == []
        assert keeper._returned == {name}
        assert 'this run cannot be repeated' in warned[0]
