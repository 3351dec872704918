# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Running a graph: every process is ended by its id, and what people must know is reported."""

from collections import deque
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile

from ingenuity_nodes.graph import processes
from ingenuity_nodes.graph.nodes import NodeSpec
from ingenuity_nodes.graph.processes import Domain, DOMAINS, Graph, NoDomainError, ros_arguments
import pytest

# What the stand-ins for nodes do; each says first that it is there.
WAIT = 'import signal; print("[INFO] here", flush=True); signal.pause()'
STUBBORN = ('import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); '
            'signal.signal(signal.SIGTERM, signal.SIG_IGN); ' + WAIT)
POLITE = ('import signal, sys; signal.signal(signal.SIGINT, lambda *_: sys.exit(0)); ' + WAIT)


@pytest.fixture
def lines():
    return []


@pytest.fixture
def start(monkeypatch, tmp_path, lines):
    """Give a function that runs Python one-liners as the nodes of a graph."""
    monkeypatch.setattr(processes, 'PATIENCE', 0.2)
    monkeypatch.setattr(processes, 'INTERRUPT_PATIENCE', 0.5)
    monkeypatch.setattr(processes, 'command_of',
                        lambda spec: [sys.executable, '-c', spec.parameters['code']])
    graphs = []

    def run(report=lines.append, **codes):
        specs = [NodeSpec('stand_in', name, parameters={'code': code})
                 for name, code in codes.items()]
        graphs.append(Graph(specs, tmp_path, report))
        return graphs[-1]

    yield run
    for graph in graphs:
        graph._end_all()


@pytest.fixture
def no_domain_given(monkeypatch, tmp_path):
    monkeypatch.delenv('ROS_DOMAIN_ID', raising=False)
    monkeypatch.setattr(tempfile, 'tempdir', str(tmp_path))
    monkeypatch.setattr(processes, 'domains_in_use', set)


def ended(pid, seconds=5.0):
    """Wait for the end of any process, child or not."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    with os.fdopen(handle) as file:
        return bool(select.select([file], [], [], seconds)[0])


def test_when_all_end_well_the_status_is_zero_and_nothing_is_said(start, lines):
    assert start(a='print("bye")', b='').wait() == 0
    assert lines == []


def test_the_folders_of_all_runs_of_a_recorder_are_known_in_their_order(start, lines):
    graph = start(recorder='print("run folder: /runs/it is: 1\\nrun folder: /runs/it is: 1_2")')
    assert graph.wait() == 0
    assert [str(folder) for folder in graph.folders] == ['/runs/it is: 1', '/runs/it is: 1_2']
    assert lines == []


def test_a_bad_end_is_said_with_name_id_and_status(start, lines):
    graph = start(bad='raise SystemExit(3)')
    pid, = graph.ids.values()
    assert graph.wait() == 3
    assert f'/bad (process {pid}) ended with status 3' in lines


def test_a_killed_process_is_said_by_name_and_signal_and_the_rest_is_ended(start, lines):
    graph = start(victim='import os, signal; os.kill(os.getpid(), signal.SIGKILL)', other=WAIT)
    pids = list(graph.ids.values())
    assert graph.wait() == 1
    assert f'/victim (process {pids[0]}) was killed by SIGKILL' in lines
    assert 'still running: /other' in lines
    assert all(ended(pid) for pid in pids)


def test_a_process_that_ignores_every_request_is_killed(start):
    graph = start(bad='raise SystemExit(1)', stubborn=STUBBORN)
    pids = list(graph.ids.values())
    assert graph.wait() == 1
    assert all(ended(pid) for pid in pids)


def test_ctrl_c_ends_all_and_is_told_as_130(start, lines):
    def interrupt_when_here(text):
        lines.append(text)
        if text == '/world: here':
            os.kill(os.getpid(), signal.SIGINT)

    # The world comes last: all have been started when it says that it is here.
    graph = start(report=interrupt_when_here, other=POLITE, world=POLITE)
    pids = list(graph.ids.values())
    assert graph.wait() == 130
    assert 'interrupted: ending' in lines
    assert all(ended(pid) for pid in pids)


def test_processes_do_not_outlive_a_killed_parent():
    code = ('import sys; from ingenuity_nodes.graph import processes; '
            'from ingenuity_nodes.graph.nodes import NodeSpec; '
            f'processes.command_of = lambda spec: [sys.executable, "-c", {WAIT!r}]; '
            'report = lambda text: (sys.stdout.write(f"{text}\\n"), sys.stdout.flush()); '
            'graph = processes.Graph([NodeSpec("x", "world")], None, report); '
            'report(*graph.ids.values()); graph.wait()')
    with subprocess.Popen([sys.executable, '-c', code], text=True,
                          stdout=subprocess.PIPE) as parent:
        try:
            # Two threads of the parent speak: which comes first is open.
            lines = {parent.stdout.readline().strip() for _ in range(2)}
        finally:
            parent.kill()
    assert '/world: here' in lines
    child = int((lines - {'/world: here'}).pop())
    assert ended(child)


def test_warnings_of_all_and_news_of_world_and_mission_are_passed_on(start, lines):
    code = 'print("[INFO] news"); print("[WARN] careful"); print("chatter")'
    start(world=code, rover=code).wait()
    assert sorted(lines) == ['/rover: careful', '/world: careful', '/world: news']


def test_all_that_a_process_says_is_in_its_log(start, tmp_path):
    start(rover='import sys; print("a"); print("b", file=sys.stderr)').wait()
    assert sorted((tmp_path / 'rover.log').read_text().split()) == ['a', 'b']


def test_two_runs_never_use_the_same_domain(no_domain_given):
    first, second = Domain(), Domain()
    assert first.number != second.number
    assert {first.number, second.number} <= set(DOMAINS)


def test_a_domain_that_was_given_back_can_be_taken_again(no_domain_given):
    domain = Domain()
    domain.release()
    assert Domain().number == domain.number


def test_when_every_domain_is_taken_that_is_said(no_domain_given):
    taken = deque(Domain() for _ in DOMAINS)
    assert len({domain.number for domain in taken}) == len(DOMAINS)
    with pytest.raises(NoDomainError, match='1 to 101 are all in use'):
        Domain()


def test_the_domain_of_the_environment_is_used_by_one_run_at_a_time(no_domain_given, monkeypatch):
    monkeypatch.setenv('ROS_DOMAIN_ID', '77')
    domain = Domain()
    assert domain.number == 77
    with pytest.raises(NoDomainError, match='found 77, in which another run of this machine'):
        Domain()
    domain.release()
    assert Domain().number == 77


@pytest.mark.parametrize('text', ['mars', '-1', '233', '9' * 5000, '\u00b2'])
def test_a_domain_that_is_none_is_refused(monkeypatch, text):
    monkeypatch.setenv('ROS_DOMAIN_ID', text)
    with pytest.raises(NoDomainError, match=r"found '.*', allowed: a whole number from 0 to 232"):
        Domain()


def test_a_domain_in_which_somebody_is_is_not_taken(no_domain_given, monkeypatch):
    monkeypatch.undo()
    monkeypatch.delenv('ROS_DOMAIN_ID', raising=False)
    # The first participant of domain 42 listens here: 7400 + 250 * 42 + 10.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as inhabitant:
        inhabitant.bind(('127.0.0.1', 17910))
        assert 42 in processes.domains_in_use()
        monkeypatch.setattr(processes, 'DOMAINS', range(42, 43))
        with pytest.raises(NoDomainError, match='all in use'):
            Domain()


def test_name_namespace_and_parameters_become_ros_arguments():
    spec = NodeSpec('camera', 'rte', 'scout', {
        'scenario': 'flight_03', 'seed': 3, 'quick': True, 'expects': ['/a', '/b'], 'empty': ''})
    assert ros_arguments(spec) == [
        '--ros-args', '-r', '__node:=rte', '-r', '__ns:=/scout', '-p', "scenario:='flight_03'",
        '-p', 'seed:=3', '-p', 'quick:=true', '-p', "expects:=['/a', '/b']",
        '-p', 'use_sim_time:=true']


def test_only_the_world_does_not_run_on_simulated_time():
    assert 'use_sim_time:=true' not in ros_arguments(NodeSpec('world', 'world'))


@pytest.mark.parametrize('folder', ['2021', 'true', "it's: here", '#1'])
def test_a_folder_with_any_name_stays_a_text(folder):
    yaml = pytest.importorskip('yaml')
    text = ros_arguments(NodeSpec('world', 'world', parameters={'out': folder}))[-1]
    assert yaml.safe_load(text.removeprefix('out:=')) == folder


def test_a_process_that_may_is_started_again_when_it_was_killed(start, lines, tmp_path):
    victim = ('from pathlib import Path; import os, signal; '
              f'again = Path({str(tmp_path / "again")!r}); '
              'again.exists() or (again.touch(), os.kill(os.getpid(), signal.SIGKILL)); '
              'print("[WARN] again")')
    graph = start(victim=victim)
    graph._restartable = {'/victim'}
    pid, = graph.ids.values()
    assert graph.wait() == 0
    assert f'/victim (process {pid}) was killed by SIGKILL: started again' in lines
    assert '/victim: again' in lines
