# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Who has left a run: what has ended is gone, what is stopped or busy is not."""

import os
import signal
import subprocess
import sys

from ingenuity_nodes.graph.roster import Condition, Heartbeat, ProcessId, Roster
import pytest


@pytest.fixture
def roster():
    return Roster(['/world', '/rover'], silence=3.0)


@pytest.fixture
def sleeper():
    """Start a process that waits for its input to end."""
    process = subprocess.Popen(
        [sys.executable, '-c', "print('here', flush=True); input()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.stdout.readline()
    yield process
    process.kill()
    process.communicate()


def identity_of(process):
    """Name a child as it would name itself."""
    own = ProcessId.own()
    text = f'/proc/{process.pid}/stat'
    with open(text) as file:
        began = file.read().rpartition(') ')[2].split(' ')[19]
    return ProcessId(own.machine, process.pid, began)


def beat(name, condition=Condition.READY, what='', process=None):
    return Heartbeat(name, condition, what, process)


def test_who_never_showed_up_is_absent_and_the_others_say_what_they_do(roster):
    roster.receive(beat('/rover', Condition.BUSY, 'compiling: 3 of 9'), 0.0)
    assert roster.absent == ['/world', '/rover (busy compiling: 3 of 9)']
    roster.receive(beat('/rover', Condition.WAITING, 'the map'), 0.5)
    assert roster.absent == ['/world', '/rover (waiting for the map)']
    roster.receive(beat('/rover'), 1.0)
    roster.receive(beat('/world'), 1.0)
    assert roster.absent == []


def test_silence_is_told_with_its_length_and_only_of_those_once_seen(roster):
    roster.receive(beat('/rover'), 10.0)
    assert roster.silent(13.0) == []
    assert roster.silent(13.5) == ['/rover (silent for 3.5 s)']


def test_a_heartbeat_ends_a_silence(roster):
    roster.receive(beat('/rover'), 10.0)
    roster.receive(beat('/rover'), 20.0)
    assert roster.silent(21.0) == []


def test_while_the_listener_itself_stood_still_nobody_was_silent(roster):
    roster.receive(beat('/rover'), 10.0)
    roster.overslept(8.0)
    assert roster.silent(20.0) == []
    assert roster.silent(21.5) == ['/rover (silent for 3.5 s)']


def test_strangers_are_not_noted(roster):
    roster.receive(beat('/rviz', Condition.WAITING, 'a map'), 0.0)
    assert roster.absent == ['/world', '/rover']


def test_present_are_those_who_neither_fell_silent_nor_said_goodbye(roster):
    roster.receive(beat('/world'), 10.0)
    roster.receive(beat('/rover'), 10.0)
    assert roster.present(11.0) == ['/world', '/rover']
    roster.receive(beat('/world', Condition.GONE), 12.0)
    assert roster.present(12.5) == ['/rover']
    assert roster.present(13.5) == []
    assert roster.departed() == ['/world (gone)']


def test_who_is_excused_is_neither_absent_nor_silent(roster):
    roster.receive(beat('/rover'), 0.0)
    roster.excuse('/rover')
    assert roster.silent(100.0) == []
    assert roster.absent == ['/world']


def test_a_killed_process_has_ended_before_anybody_misses_its_heartbeat(roster, sleeper):
    process = identity_of(sleeper)
    roster.receive(beat('/rover', process=process), 10.0)
    assert roster.ended() == []
    sleeper.kill()
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)    # dead, but not yet collected
    gone = f'/rover (process {sleeper.pid} has ended)'
    assert roster.ended() == [gone]
    sleeper.wait()
    assert roster.ended() == [gone]
    assert roster.present(10.1) == []


def test_a_stopped_process_is_told_from_one_that_has_ended(roster, sleeper):
    roster.receive(beat('/rover', process=identity_of(sleeper)), 10.0)
    sleeper.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, sleeper.pid, os.WSTOPPED)
    assert roster.ended() == []
    assert roster.describe('/rover', 0.0) == f'/rover (process {sleeper.pid} is stopped)'
    # It lives, so before time begins it is waited for, however silent it is.
    assert roster.silent(20.0) == ['/rover (silent for 10.0 s)']
    assert roster.unreachable(20.0) == []


def test_a_later_process_of_the_same_number_is_another_one():
    own = ProcessId.own()
    assert not own.has_ended
    assert ProcessId(own.machine, own.number, own.began + '0').has_ended


def test_of_another_machine_only_silence_tells(roster):
    elsewhere = ProcessId('another', 1, '7')
    assert not elsewhere.has_ended
    roster.receive(beat('/rover', process=elsewhere), 10.0)
    assert roster.unreachable(13.5) == ['/rover (silent for 3.5 s)']


def test_a_process_is_read_as_it_was_written():
    own = ProcessId.own()
    assert ProcessId.parse(str(own)) == own
    for text in ('', 'x', 'a b c', 'a 1', 'a -1 2'):
        assert ProcessId.parse(text) is None


def test_who_works_is_busy_since_it_began_and_no_longer_when_it_is_ready(roster):
    roster.receive(Heartbeat('/rover', Condition.BUSY, 'drawing', lasted=3.5), 13.5)
    assert roster.busy(14.0) == ['/rover (has been busy for 4 s: drawing)']
    roster.receive(beat('/rover'), 15.0)
    assert roster.busy(15.0) == []
    assert roster.describe('/rover', 15.0) == '/rover (does not answer)'
    assert roster.describe('/world', 15.0) == '/world (never seen)'


def test_a_chain_of_waits_is_told_to_its_end():
    roster = Roster(['/heli', '/vision', '/navcam'], silence=3.0)
    roster.receive(Heartbeat('/heli', Condition.WAITING, 'features of the image of 12.134 s, '
                             'which /vision has not sent', lasted=4.0), 10.0)
    roster.receive(Heartbeat('/vision', Condition.WAITING, '/navcam/image_raw, which /navcam '
                             'has not sent', lasted=2.0), 10.0)
    roster.receive(beat('/navcam'), 10.0)
    assert roster.describe('/heli', 11.0) == (
        '/heli waits for features of the image of 12.134 s, which /vision has not sent, for 5 s; '
        '/vision waits for /navcam/image_raw, which /navcam has not sent, for 3 s; '
        '/navcam (waits for nothing)')


def test_a_circle_of_waits_is_told_once():
    roster = Roster(['/a', '/b'], silence=3.0)
    for name, other in (('/a', '/b'), ('/b', '/a')):
        roster.receive(beat(name, Condition.WAITING, f'word of {other}'), 0.0)
    assert roster.describe('/a', 1.0) == (
        '/a waits for word of /b, for 1 s; /b waits for word of /a, for 1 s')


@pytest.mark.parametrize('text', ['m \u00b2 1', 'm 1 x', f'm {"9" * 5000} 1', 'm 1 1 1'])
def test_a_process_of_a_stranger_that_is_none_is_no_process(text):
    assert ProcessId.parse(text) is None
