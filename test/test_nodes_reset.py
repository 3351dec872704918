# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What is between two runs: nothing of the last one, and nobody who waits for the wrong one."""

import ast
from pathlib import Path
from types import SimpleNamespace

import pytest

rclpy = pytest.importorskip('rclpy', reason='rclpy is not importable: no ROS 2 here')

from ingenuity_nodes.compiled.listener import compilations, STRICT, time_begins  # noqa
from ingenuity_nodes.graph.names import Names  # noqa: E402
from ingenuity_nodes.graph.roster import Condition, Heartbeat, Roster  # noqa: E402
from ingenuity_nodes.nodes.between_runs import (  # noqa: E402
    BetweenRuns, WaitingNode, WaitingSession)
from ingenuity_nodes.nodes.conversions.lockstep import heartbeat_message  # noqa: E402
from ingenuity_nodes.nodes.reset_desk import ResetDesk, UNDISCOVERED_AFTER  # noqa: E402
from ingenuity_nodes.nodes.setting import (  # noqa: E402
    parameters_replaced, replaced_parameters)
from numba import njit  # noqa: E402
from std_srvs.srv import Trigger  # noqa: E402

PACKAGE = Path(__file__).resolve().parents[1] / 'ingenuity_nodes'
# Of the render process, which ends with its camera's node.
ENDS_WITH_THE_NODE = {'rendering/render_process.py: global _renderer'}

CONTAINERS = 'dict', 'list', 'set', 'deque', 'Counter', 'defaultdict'


def kept_by_modules():
    """Yield names that a module binds anew, and empty containers that it may fill."""
    for path in sorted(PACKAGE.rglob('*.py')):
        tree, name = ast.parse(path.read_text()), path.relative_to(PACKAGE)
        for node in ast.walk(tree):
            if isinstance(node, ast.Global):
                yield f'{name}: global {", ".join(node.names)}'
        for node in tree.body:
            value = getattr(node, 'value', None)
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and (
                    (isinstance(value, (ast.List, ast.Set)) and not value.elts)
                    or (isinstance(value, ast.Dict) and not value.keys)
                    or (isinstance(value, ast.Call) and not value.args and not value.keywords
                        and getattr(value.func, 'id', '') in CONTAINERS)):
                yield f'{name}: line {node.lineno}'


def test_no_module_keeps_what_a_run_has_found_out():
    assert set(kept_by_modules()) == ENDS_WITH_THE_NODE


def life(run, text):
    return heartbeat_message(Heartbeat('/world', Condition.READY, text, run=run), 0)


@pytest.mark.parametrize(('beats', 'is_called', 'status'), [
    ([('a', 'reset: next is run a.2'), ('a.2', 'waiting: /mission')], True, 0),
    ([('a', 'reset: next is run a.2'), ('b', 'running'), ('a.3', 'running')], False, None),
    ([('a', 'failed: /recorder (gone), between two runs'), ('a.2', 'waiting: x')], False, 1)])
def test_a_process_goes_on_with_the_next_world_and_ends_if_there_is_none(
        beats, is_called, status):
    waiting = SimpleNamespace(membership=WaitingSession(), _about=BetweenRuns(
        'rover', '/perseverance', '/perseverance/rover', Names(), 'a', 'a.2', None))
    for beat in beats:
        WaitingNode._on_life(waiting, life(*beat))
    session = waiting.membership
    assert session.is_called == is_called
    assert session.running == (status is None)
    assert session.running or session.status == status


class Desk(ResetDesk):
    """A desk at a node that is none, whose world can always end its run."""

    def __init__(self, run, roster, seed=-1):
        offered = {}
        super().__init__(SimpleNamespace(
            membership=SimpleNamespace(run=run),
            declare_parameter=lambda *_: None,
            live_parameters=SimpleNamespace(allow=lambda name: None),
            get_parameter=lambda name: SimpleNamespace(value=seed),
            get_logger=lambda: SimpleNamespace(warning=lambda text: None),
            create_service=lambda kind, name, answer: offered.update({name: answer})),
            roster, lambda: '')
        self.offered = offered

    def ask(self):
        return self.offered['/world/reset'](Trigger.Request(), Trigger.Response())


def test_the_world_waits_for_all_it_has_seen_and_for_nobody_else():
    roster = Roster(['/mission', '/recorder'], 10.0)
    desk = Desk('a', roster, seed=7)
    roster.receive(Heartbeat('/mission', Condition.READY, run='a'), 0.0)
    answer = desk.ask()
    assert (answer.success, answer.message) == (True, 'reset: next is run a.2@7')
    assert desk.awaited == ['/mission']
    assert not desk.note(Heartbeat('/mission', Condition.BUSY, run='a'))
    assert desk.awaited == ['/mission']
    assert desk.note(Heartbeat('/mission', Condition.WAITING, run='a.2@7'))
    assert desk.awaited == []


def roster_of(waits, lasted, other=Condition.READY):
    roster = Roster(['/mission', '/recorder'], 10.0)
    roster.receive(Heartbeat('/mission', other), 100.0)
    roster.receive(Heartbeat('/recorder', Condition.WAITING, waits, lasted=lasted), 100.0)
    return roster


def test_nodes_that_never_discover_each_other_are_made_anew_before_time_begins():
    roster = roster_of(
        'discovery of whoever sends on /ingenuity/odometry', UNDISCOVERED_AFTER + 1.0)
    assert Desk('a', roster).after_failed_discovery(100.0) == 'reset: next is run a.2'
    assert Desk('a.3', roster).after_failed_discovery(100.0) == (
        'failed: /recorder waits for discovery of whoever sends on /ingenuity/odometry, for 13 s, '
        'and time cannot begin')


@pytest.mark.parametrize('roster', [
    roster_of('discovery of whoever sends on /ingenuity/odometry', UNDISCOVERED_AFTER - 1.0),
    roster_of('discovery of whoever sends on /ingenuity/odometry', 60.0, Condition.BUSY),
    roster_of('somebody who looks at /ingenuity/navcam/image_raw', 60.0),
    Roster(['/mission'], 10.0)])
def test_whoever_may_still_be_discovered_is_waited_for(roster):
    assert Desk('a', roster).after_failed_discovery(100.0) == ''


def test_a_second_reset_waits_until_all_are_back_from_the_first():
    roster = Roster(['/mission', '/recorder'], 10.0)
    desk = Desk('a.2', roster)
    roster.receive(Heartbeat('/mission', Condition.READY, run='a.2'), 0.0)
    refused = desk.ask()
    assert not refused.success
    assert refused.message == 'the last reset is not over: waits for /recorder'
    roster.receive(Heartbeat('/recorder', Condition.WAITING, run='a.2'), 0.0)
    assert desk.ask().message == 'reset: next is run a.3'


def test_parameters_of_the_next_node_hold_while_it_is_made_and_no_longer():
    with parameters_replaced({'run': '12345678.2', 'seed': 9}):
        found = {one.name: one.value for one in replaced_parameters()}
    assert found == {'run': '12345678.2', 'seed': 9}
    assert replaced_parameters() == []


def test_what_is_compiled_between_two_runs_is_not_compiled_in_flight(monkeypatch):
    monkeypatch.delenv(STRICT, raising=False)
    warned, seen = [], []
    time_ends = time_begins(warned.append)
    with compilations(seen.append):
        njit(lambda x: x + 1)(1)
        time_ends()
        njit(lambda x: x + 2)(1)
    assert len(seen) == 2
    assert len(warned) == 1
