# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The crew computes everything once, whatever dies, and names what cannot be reached."""

import os
import signal
import socket

from campaigns import cluster
from ingenuity_nodes.campaign import crew as module
from ingenuity_nodes.campaign.crew import crew, CrewError, Done, in_order
import pytest

pytest.importorskip('distributed')


def square(number):
    if number == 5:
        raise ValueError('five is not liked')
    return number * number


def square_or_die(number):
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def test_one_worker_needs_no_process_and_keeps_the_reason_of_a_failure():
    with crew(1) as team:
        done = list(team.compute(square, [1, 5, 2]))
    assert done == [Done(1, 1), Done(5, None, 'ValueError: five is not liked'), Done(2, 4)]


def test_results_take_the_order_of_their_tasks_again():
    done = [Done(task, None) for task in (3, 1, 2, 0)]
    assert [one.task for one in in_order(done, [0, 1, 2, 3])] == [0, 1, 2, 3]


@pytest.mark.slow
def test_a_task_that_kills_its_process_is_named_and_all_others_are_done():
    with crew(2) as team:
        done = {one.task: one for one in team.compute(square_or_die, range(20))}
    assert done.pop(3) == Done(3, None, 'the worker process died, 2 times')
    assert done == {n: Done(n, n * n) for n in range(20) if n != 3}


def test_a_scheduler_that_nobody_has_started_is_named_with_the_remedy(monkeypatch):
    monkeypatch.setattr(module, 'CONNECT_S', 0.3)
    with socket.socket() as taken:    # bound, but nobody listens
        taken.bind(('127.0.0.1', 0))
        address = f'tcp://127.0.0.1:{taken.getsockname()[1]}'
        with pytest.raises(CrewError, match=f'{address}: no scheduler answers.*dask scheduler'):
            with crew(1, address):
                pass


@pytest.mark.parametrize('address', ['10.0.0.1:8786', 'http://here', 'tcp://', 'tcp://a:b'])
def test_an_address_of_another_form_is_refused(address):
    with pytest.raises(CrewError, match=r'tcp://10.0.0.1:8786'):
        with crew(1, address):
            pass


def test_libraries_that_are_missing_are_named_with_the_command(monkeypatch):
    monkeypatch.setattr(module, 'LIBRARIES', ('distributed', 'no_such_library'))
    with pytest.raises(CrewError, match=r'no_such_library.*install -r environment/campaign\.in'):
        with crew(2):
            pass


@pytest.mark.slow
def test_a_scheduler_without_workers_is_named_and_so_is_one_that_goes(monkeypatch):
    monkeypatch.setattr(module, 'ALONE_S', 0.2)
    monkeypatch.setattr(module, 'CHECK_S', 0.1)
    with cluster(0) as (address, _), crew(1, address) as team:
        with pytest.raises(CrewError, match=f'{address}: no worker for'):
            list(team.compute(os.path.basename, ['a/b']))
    with cluster(1) as (address, processes), crew(1, address) as team:
        results = team.compute(os.path.basename, ['a/b'] * 60)
        assert next(results).result == 'b'
        processes[0].kill()
        with pytest.raises(CrewError, match=f'{address}: the scheduler has gone'):
            list(results)
