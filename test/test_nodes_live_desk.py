# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""One live flight that people meddle with: parameters, services, actions, and what they leave."""

from math import isfinite
from pathlib import Path

import pytest

rclpy = pytest.importorskip('rclpy', reason='rclpy is not importable: no ROS 2 here')
interfaces = pytest.importorskip(
    'ingenuity_interfaces.action', reason='ingenuity_interfaces is not built here')

from action_msgs.msg import GoalStatus  # noqa
from ingenuity_interfaces.srv import InjectFault  # noqa: E402
from ingenuity_nodes.nodes.conversions.state import truth_from  # noqa: E402
from ingenuity_nodes.nodes.interface_page import (  # noqa: E402
    EVERYWHERE, in_general, OF_EVERY_NODE, qos_text)
from ingenuity_nodes.recording.bag.reader import messages  # noqa: E402
from ingenuity_nodes.scenario.commands import Command  # noqa: E402
from ingenuity_nodes.scenario.load import load_scenario  # noqa: E402
from ingenuity_nodes.simulation.simulation import Simulation  # noqa: E402
from ingenuity_nodes.timing import SECOND_NS, TICK_NS  # noqa: E402
from ingenuity_nodes.world.conditions import Conditions  # noqa: E402
from nav_msgs.msg import Odometry  # noqa: E402
import numpy as np  # noqa: E402
from operator_at_terminal import flying  # noqa: E402
from rclpy.serialization import deserialize_message  # noqa: E402
from std_srvs.srv import SetBool, Trigger  # noqa: E402

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.timeout(300)]

DATA = Path(__file__).parent / 'data'
ROOT = Path(__file__).resolve().parent.parent
TRUTH = '/ingenuity/ground_truth/odometry'
LONGEST = 100.0    # [s] for the end, on a machine that others use, too


def graph(node):
    """Read the graph: type, QoS and nodes of each topic; type of each service, of ours alone."""
    ours = {in_general(name) for name, types in node.get_topic_names_and_types()
            if name not in EVERYWHERE and '/_action/' not in name}
    offers = {name: sorted({qos_text(info.qos_profile)
                            for info in node.get_publishers_info_by_topic(name)
                            if info.node_name != 'operator'})
              for name, _ in node.get_topic_names_and_types()}
    services = {in_general(name): types[0] for name, types in node.get_service_names_and_types()
                if not types[0].startswith(OF_EVERY_NODE) and '/_action/' not in name}
    types = {in_general(name): types for name, types in node.get_topic_names_and_types()}
    return {'topics': ours, 'types': types, 'services': services,
            'qos': {in_general(name): found for name, found in offers.items()}}


def meddle(operator, found):
    """Do while time stands still what one may, and what one may not; then fly."""
    operator.wait_until(lambda: operator.state.startswith('running'))
    operator.call(SetBool, '/world/pause', SetBool.Request(data=True))
    operator.wait_until(lambda: operator.state.startswith('paused'))
    found['graph'] = graph(operator.node)
    found['set'] = {
        # A whole number, as a shell sends it.
        'wind': operator.set_parameter('/world', 'wind.speed', 6),
        'losses': operator.set_parameter('/perseverance/rover', 'radio.losses_db', 45.0),
        'storm': operator.set_parameter('/world', 'wind.speed', 90.0),
        'rate': operator.set_parameter('/ingenuity/helicopter', 'computer.navcam_rate', 20),
        'scenario': operator.set_parameter('/mission', 'scenario', 'flight_01'),
        'time': operator.set_parameter('/ingenuity/helicopter', 'use_sim_time', False)}
    found['services'] = {
        kind: operator.call(Trigger, f'/ingenuity/{kind}', Trigger.Request())
        for kind in ('hold', 'abort')}
    found['faults'] = [operator.call(
        InjectFault, '/ingenuity/inject_fault', InjectFault.Request(fault=fault, delay=1.0))
        for fault in ('gremlins', 'altimeter_dropout')]
    strange = interfaces.GoTo.Goal()
    strange.goal.header.frame_id = 'odom'
    handles = {
        'strange': operator.send(interfaces.GoTo, '/ingenuity/go_to', strange),
        'goals': operator.send(interfaces.FlyPlan, '/ingenuity/fly_plan',
                               interfaces.FlyPlan.Goal(goals='[{goal: dance}]')),
        'fly': operator.send(interfaces.FlyPlan, '/ingenuity/fly_plan',
                             interfaces.FlyPlan.Goal())}
    nowhere = interfaces.Photograph.Goal(target='place')
    nowhere.point.header.frame_id, nowhere.point.point.x = 'map', float('nan')
    handles |= {
        'nobody': operator.send(interfaces.Photograph, '/ingenuity/photograph',
                                interfaces.Photograph.Goal(target='nobody')),
        'nowhere': operator.send(interfaces.Photograph, '/ingenuity/photograph', nowhere),
        'blind': operator.send(interfaces.Photograph, '/ingenuity/photograph',
                               interfaces.Photograph.Goal(target='perseverance'))}
    drive = interfaces.GoTo.Goal()
    drive.goal.header.frame_id = 'map'
    drive.goal.point.x, drive.goal.point.y = 55.0, -6.0
    handles['drive'] = operator.send(interfaces.GoTo, '/perseverance/go_to', drive)
    # Asked for at once, as clients do: a result is kept for seconds only.
    results = {name: handle.get_result_async() for name, handle in handles.items()}
    operator.call(SetBool, '/world/pause', SetBool.Request(data=False))
    found['actions'] = {name: operator.answer(result)
                        for name, result in results.items() if name != 'drive'}
    operator.answer(handles['drive'].cancel_goal_async())
    found['actions']['drive'] = operator.answer(results['drive'])


@pytest.fixture(scope='module')
def flight(tmp_path_factory):
    """Fly once; give what was answered and what the run has left."""
    folder = tmp_path_factory.mktemp('desk')
    scenario = folder / 'late_hop.yaml'
    scenario.write_text((DATA / 'hop.yaml').read_text().replace('start: 1.0', 'start: 500.0'))
    found = {'scenario': scenario, 'bag': folder / 'run' / 'bag'}
    with flying(scenario, folder, found, LONGEST) as operator:
        meddle(operator, found)
    return found


def test_what_may_change_in_flight_changes_and_the_rest_answers_why_not(flight):
    answers = flight['set']
    assert answers['wind'].successful and answers['losses'].successful, answers
    assert 'found 90.0, allowed: 0 to 40 m/s' in answers['storm'].reason
    refused = ('storm', 'rate', 'scenario', 'time')
    assert not any(answers[name].successful for name in refused)
    assert 'built when the node starts' in answers['rate'].reason
    assert 'start another run' in answers['scenario'].reason
    assert '/world/tick' in answers['time'].reason
    assert all('\n' not in answers[name].reason for name in refused)


def test_services_answer_what_cannot_be_done_and_do_the_rest(flight):
    assert [flight['services'][kind].success for kind in ('hold', 'abort')] == [False, False]
    wrong, right = flight['faults']
    assert not wrong.success and 'gremlins' in wrong.message
    assert right.success and 'altimeter_dropout begins at' in right.message


def test_an_action_flies_the_plan_with_feedback_to_its_end(flight):
    fly = flight['actions']['fly']
    assert fly.status == GoalStatus.STATUS_SUCCEEDED
    assert fly.result.success and fly.result.outcome == 'landed'
    assert fly.result.flight_time == pytest.approx(flight['result']['duration_s'], abs=2.0)
    flown = [one for one in flight['feedback'] if hasattr(one, 'mode')]
    assert {'climb', 'hover'} & {one.mode for one in flown}, {one.mode for one in flown}
    # nan: not yet reported
    assert max(one.position.z for one in flown if isfinite(one.position.z)) > 1.0


def test_a_goal_that_makes_no_sense_is_aborted_with_the_reason(flight):
    for name, reason in (
            ('strange', "found 'odom', allowed: map"), ('goals', 'dance'), ('nobody', 'nobody'),
            ('nowhere', 'found nan, 0, 0 m, allowed: finite numbers'), ('blind', 'rte')):
        answer = flight['actions'][name]
        assert answer.status == GoalStatus.STATUS_ABORTED
        assert answer.result.outcome.startswith('refused: ')
        assert reason in answer.result.outcome
        assert '\n' not in answer.result.outcome


def test_a_cancelled_drive_stops_the_rover(flight):
    drive = flight['actions']['drive']
    assert drive.status == GoalStatus.STATUS_CANCELED
    assert drive.result.outcome == 'cancelled'
    assert 0.0 < drive.result.distance < 9.0
    assert 'perseverance: driving -> stopped' in flight['text'] or drive.result.distance > 1.0


def test_the_run_tells_what_was_changed_and_that_it_cannot_be_repeated(flight):
    result = flight['result']
    assert flight['status'] == 0, flight['text']
    assert [(one['node'], one['parameter'], one['from'], one['to'])
            for one in sorted(result['changes'], key=lambda one: one['node'])] == [
        ('/perseverance/rover', 'radio.losses_db', 40.0, 45.0),
        ('/world', 'wind.speed', 3.0, 6.0)]
    assert not result['repeatable']
    assert result['foreign_messages'] >= 4


def test_the_batch_with_the_same_changes_at_the_same_ticks_flies_the_same_flight(
        flight, tmp_path):
    fault = flight['faults'][1].message.rpartition('begins at ')[2].removesuffix(' s')
    path = tmp_path / 'late_hop.yaml'
    path.write_text(f'{flight["scenario"].read_text()}\nfaults:\n'
                    f'  - {{fault: altimeter_dropout, start: {fault}}}\n')
    scenario = load_scenario(str(path))
    when = next(round(one['t_s'] * SECOND_NS) for one in flight['result']['changes']
                if one['parameter'] == 'wind.speed')
    live = {truth.t_ns: truth for truth in (
        truth_from(deserialize_message(message.cdr, Odometry))
        for message in messages(flight['bag'], {TRUTH}))}
    simulation = Simulation(scenario)
    conditions = Conditions(simulation.environment)
    outcome = ''
    while not outcome:    # the live run goes on until its rover has stopped
        now = simulation.t_ns + TICK_NS == when
        if now:
            conditions.apply({'wind.speed': 6.0})
        report = simulation.tick((Command(vehicle='ingenuity', order='go'),) if now else ())
        ours, theirs = report.helicopters['ingenuity'].truth, live[simulation.t_ns]
        assert np.array_equal(ours.p_MB, theirs.p_MB), simulation.t_ns
        assert np.array_equal(ours.q_MB, theirs.q_MB), simulation.t_ns
        outcome = report.outcome
    assert outcome == 'landed'
    assert simulation.t_ns > 10 * SECOND_NS


def test_the_page_has_all_that_a_live_graph_has(flight):
    page = (ROOT / 'docs' / 'interfaces.md').read_text()
    rows, services = ({row.split('`')[1]: row for row in part.splitlines()
                       if row.startswith('| `/')}
                      for part in page.partition('## Parameters')[0].split('## Services'))
    found = flight['graph']
    assert len(found['topics']) > 40
    assert found['topics'] - rows.keys() == set()
    assert found['services'].keys() - services.keys() == set()
    for name in found['topics']:
        assert f'`{found["types"][name][0]}`' in rows[name]
        if found['qos'][name] and 'B' not in ''.join(found['qos'][name]):
            reliability = {text.split(' ', 1)[1] for text in found['qos'][name]}
            assert all(text in rows[name] for text in reliability), (name, found['qos'][name])
    for name, kind in found['services'].items():
        assert f'`{kind}`' in services[name]
