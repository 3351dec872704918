# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""/world/reset: the next run in the same processes is the flight of new ones, to the bit."""

import json
import os
import signal

import pytest

rclpy = pytest.importorskip('rclpy', reason='rclpy is not importable: no ROS 2 here')
pytest.importorskip('ingenuity_interfaces.action', reason='ingenuity_interfaces is not built here')

from ingenuity_interfaces.action import GoTo  # noqa
from ingenuity_nodes.recording.bag.repair import is_whole  # noqa: E402
from ingenuity_nodes.scenario.load import load_scenario  # noqa: E402
from ingenuity_nodes.scenario.variants import with_features  # noqa: E402
from ingenuity_nodes.simulation.batch import fly_batch  # noqa: E402
from ingenuity_nodes.stress.live_run import LiveRun  # noqa: E402
from operator_at_terminal import Operator  # noqa: E402
from rcl_interfaces.srv import GetParameters  # noqa: E402
from std_srvs.srv import SetBool, Trigger  # noqa: E402
from test_nodes_live_graph import HOP, INTERRUPTED, own_domain, with_cameras  # noqa: E402

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.timeout(600)]
__all__ = ['own_domain', 'with_cameras']    # fixtures


def results(run):
    """Give what was written in the folder of each run."""
    return [json.loads((folder / 'result.json').read_text()) for folder in run.graph.folders]


def parameter(operator, node, name):
    found = operator.call(
        GetParameters, f'{node}/get_parameters', GetParameters.Request(names=[name]))
    return found.values[0]


def test_after_a_reset_in_flight_the_same_processes_fly_the_same_flight(tmp_path):
    found = {}

    def reset(run):
        operator = Operator(run.domain)
        found['before'] = parameter(operator, '/ingenuity/helicopter', 'run').string_value
        goal = GoTo.Goal()
        goal.goal.header.frame_id, goal.goal.point.x = 'map', 30.0
        result = operator.send(GoTo, '/perseverance/go_to', goal).get_result_async()
        found['answer'] = operator.call(Trigger, '/world/reset', Trigger.Request())
        found['goal'] = operator.answer(result).result
        operator.wait_until(lambda: operator.state.startswith('running'))
        found['after'] = {node: parameter(operator, node, 'run').string_value for node in run.ids}
        found['nodes'] = [f'{namespace.rstrip("/")}/{name}' for name, namespace
                          in operator.node.get_node_names_and_namespaces()]
        found['servers'] = len(operator.node.get_publishers_info_by_topic(
            '/ingenuity/go_to/_action/feedback'))
        operator.close()
        found['ids'] = run.graph.ids

    run = LiveRun(HOP, tmp_path / 'run', ': climb', reset)
    status, _ = run.wait()
    assert status == 0, run.lines
    assert found['answer'].success
    assert found['answer'].message == f"reset: next is run {found['before']}.2"
    assert set(found['after'].values()) == {f"{found['before']}.2"}
    assert not found['goal'].success    # it was on the way, and nobody waits for it for ever
    assert found['goal'].outcome == 'the run is over: reset'
    assert found['ids'] == run.ids    # no process is new
    assert sorted(found['nodes']) == sorted([*run.ids, '/operator'])    # and no old node is left
    assert found['servers'] == 1
    assert run.graph.folders == [tmp_path / 'run', tmp_path / 'run_2']
    first, second = results(run)
    batch = fly_batch(load_scenario(HOP), None, None)
    assert (first['outcome'], second['outcome']) == ('reset', 'landed')
    assert second['trajectory_sha256'] == batch['trajectory_sha256']
    assert first['trajectory_sha256'] != batch['trajectory_sha256']    # it was cut short
    assert second['foreign_messages'] == 0 and second['repeatable'] is True
    for folder in run.graph.folders:
        assert is_whole(folder / 'bag')
        assert (folder / 'report.html').is_file()


@pytest.mark.timeout(900)
def test_a_paused_run_with_cameras_is_reset_to_another_seed(tmp_path, with_cameras):
    answers = []

    def reset(run):
        operator = Operator(run.domain)
        operator.call(SetBool, '/world/pause', SetBool.Request(data=True))
        operator.wait_until(lambda: operator.state.startswith('paused'))
        answers.append(operator.set_parameter('/world', 'next_seed', 9))
        answers.append(operator.call(Trigger, '/world/reset', Trigger.Request()))
        operator.close()

    run = LiveRun(str(with_cameras), tmp_path / 'run', ': climb', reset)
    status, _ = run.wait()
    assert status == 0, run.lines
    assert answers[0].successful and answers[1].success
    assert answers[1].message.endswith('.2@9')
    first, second = results(run)
    assert (first['outcome'], second['outcome']) == ('reset', 'landed')
    assert (first['seed'], second['seed']) == (4, 9)
    seen = fly_batch(with_features(load_scenario(str(with_cameras)), 'images'), 9, None)
    assert second['trajectory_sha256'] == seen['trajectory_sha256']
    assert second['photo']['received'] is True
    assert second['photo']['sha256_sent'] == second['photo']['sha256_received']


def test_who_dies_between_two_runs_is_named_and_all_end(tmp_path):
    def reset(run):
        operator = Operator(run.domain)
        operator.call(Trigger, '/world/reset', Trigger.Request())
        os.kill(run.ids['/recorder'], signal.SIGKILL)
        operator.close()

    run = LiveRun(HOP, tmp_path / 'run', ': climb', reset)
    status, _ = run.wait()
    assert status not in (0, INTERRUPTED), run.lines
    named = f"/recorder (process {run.ids['/recorder']} has ended)"
    assert any(line.startswith('/world: failed: ') and named in line for line in run.lines), (
        run.lines)


def test_a_reset_while_processes_start_begins_anew_and_one_over_is_refused(tmp_path):
    answers = []

    def reset(run):
        operator = Operator(run.domain)
        answers.append(operator.call(Trigger, '/world/reset', Trigger.Request()))
        operator.close()

    run = LiveRun(HOP, tmp_path / 'run', '/world: waiting', reset, verbose=True)
    status, _ = run.wait()
    assert status == 0, run.lines
    assert answers[0].success
    assert results(run)[-1]['trajectory_sha256'] == fly_batch(
        load_scenario(HOP), None, None)['trajectory_sha256']
    assert run.graph.folders == [tmp_path / 'run']    # nothing was flown in it before
