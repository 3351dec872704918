# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Each node may do what it does in the graph, and nothing else: the policy for SROS 2."""

from pathlib import Path
import subprocess
import sys
from xml.etree import ElementTree

import pytest

rclpy = pytest.importorskip('rclpy', reason='rclpy is not importable: no ROS 2 here')

from ingenuity_nodes.graph.nodes import NodeSpec  # noqa
from ingenuity_nodes.graph.processes import ros_arguments  # noqa: E402
from ingenuity_nodes.graph.wiring import HELICOPTER, MAPPER, MISSION, ROVER, WIRING  # noqa: E402
from ingenuity_nodes.nodes.policies import policy  # noqa: E402
from ingenuity_nodes.nodes.survey import Endpoint, Survey  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
HAND = Survey([
    Endpoint('publishes', '/world', '/clock', 'rosgraph_msgs/msg/Clock'),
    Endpoint('publishes', '/world', '/world/tick', 'diagnostic_msgs/msg/DiagnosticArray'),
    Endpoint('serves', '/world', '/world/pause', 'std_srvs/srv/SetBool'),
    Endpoint('subscribes', '/scout/helicopter', '/world/tick', 'diagnostic_msgs/msg/...'),
    Endpoint('subscribes', '/scout/helicopter', '/scout/cmd_velocity', 'geometry_msgs/msg/...'),
    Endpoint('acts', '/mission', '/scout/go_to', 'ingenuity_interfaces/action/GoTo'),
    Endpoint('subscribes', '/recorder', '/clock', 'rosgraph_msgs/msg/Clock')])
# sros2's schema of version 0.2.0: what may be in an element, how often at least, which attributes
# it must have and which it may.
SCHEMA = {
    'policy': (('enclaves',), 1, {'version'}, set()),
    'enclaves': (('enclave',), 1, set(), set()),
    'enclave': (('profiles',), 1, {'path'}, set()),
    'profiles': (('profile',), 1, set(), {'type'}),
    'profile': (('topics', 'services', 'actions'), 0, {'ns', 'node'}, set()),
    'topics': (('topic',), 1, set(), {'publish', 'subscribe'}),
    'services': (('service',), 1, set(), {'reply', 'request'}),
    'actions': (('action',), 1, set(), {'call', 'execute'}),
    'topic': ((), 0, set(), set()), 'service': ((), 0, set(), set()),
    'action': ((), 0, set(), set()),
}
RIGHTS = {'publish', 'subscribe', 'reply', 'request', 'call', 'execute'}


def breaches(element):
    """List what the schema does not allow."""
    inside, least, must, may = SCHEMA.get(element.tag, ((), 0, set(), set()))
    if element.tag not in SCHEMA:
        yield f'unknown element {element.tag}'
    if not must <= set(element.attrib) <= must | may:
        yield f'{element.tag}: attributes {set(element.attrib)}'
    for name in RIGHTS & set(element.attrib):
        if element.get(name) not in ('ALLOW', 'DENY'):
            yield f'{element.tag}: {name} is {element.get(name)}'
    if len(element) < least or not {part.tag for part in element} <= set(inside):
        yield f'{element.tag}: contains {[part.tag for part in element]}'
    for part in element:
        yield from breaches(part)


def rights(text):
    """Read a policy: sets of names by enclave and right."""
    found = {}
    for enclave in ElementTree.fromstring(text).iter('enclave'):
        mine = found.setdefault(enclave.get('path'), {right: set() for right in RIGHTS})
        for entries in enclave.iter():
            for right in RIGHTS & set(entries.attrib):
                mine[right] |= {entry.text for entry in entries}
    return found


def test_a_policy_keeps_to_the_schema_of_sros2():
    root = ElementTree.fromstring(policy(HAND))
    assert list(breaches(root)) == []
    assert root.get('version') == '0.2.0'
    root.find('.//profile').set('colour', 'red')
    ElementTree.SubElement(root.find('.//topics'), 'service')
    assert len(list(breaches(root))) == 2


def test_a_node_may_do_what_it_does_and_nothing_else():
    found = rights(policy(HAND))
    assert found['/scout/helicopter']['subscribe'] == {
        '/world/tick', '/scout/cmd_velocity', '/clock', '/parameter_events'}
    assert found['/scout/helicopter']['publish'] == {'/rosout', '/parameter_events'}
    assert found['/world']['reply'] == {'/world/pause'}
    assert not any(found[name][right] for name in ('/world', '/mission', '/scout/helicopter')
                   for right in ('request', 'call'))


def test_an_operator_may_order_but_not_imitate_and_a_viewer_only_looks():
    found = rights(policy(HAND))
    operator, viewer = found['/operator'], found['/viewer']
    assert '/scout/cmd_velocity' in operator['publish']
    assert not operator['publish'] & {'/clock', '/world/tick'}
    assert operator['request'] == {'/world/pause'} and operator['call'] == {'/scout/go_to'}
    assert viewer['publish'] == {'/rosout', '/parameter_events'}
    assert '/world/tick' in viewer['subscribe'] and not viewer['request'] | viewer['call']


def test_the_recorder_may_subscribe_to_all_that_it_finds():
    assert '/scout/cmd_velocity' in rights(policy(HAND))['/recorder']['subscribe']


def test_a_namespace_moves_the_run_but_not_what_a_domain_has_once():
    found = rights(policy(HAND, 'mars'))
    assert found['/mars/world']['publish'] >= {'/clock', '/mars/world/tick', '/rosout'}
    assert ElementTree.fromstring(policy(HAND, '/mars/')).find(
        ".//enclave[@path='/mars/scout/helicopter']//profile").get('ns') == '/mars/scout'


def test_processes_have_enclaves_where_security_is_on(monkeypatch):
    spec = NodeSpec('helicopter', 'helicopter', 'ingenuity')
    monkeypatch.delenv('ROS_SECURITY_ENABLE', raising=False)
    assert '--enclave' not in ros_arguments(spec)
    monkeypatch.setenv('ROS_SECURITY_ENABLE', 'true')
    text = ' '.join(ros_arguments(spec))
    assert '--enclave /ingenuity/helicopter' in text


@pytest.fixture(scope='module')
def of_the_graph():
    """Give the policy of a graph with every kind of node, as the command writes it."""
    pytest.importorskip('ingenuity_interfaces.srv', reason='not built here')
    written = subprocess.run([sys.executable, '-m', 'ingenuity_nodes.commands.cli', 'policies'],
                             cwd=ROOT, capture_output=True, text=True)
    assert written.returncode == 0, written.stderr[-2000:]
    return written.stdout


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_who_sends_in_the_table_of_wires_may_publish_and_who_receives_may_subscribe(of_the_graph):
    assert list(breaches(ElementTree.fromstring(of_the_graph))) == []
    found = rights(of_the_graph)
    names = {HELICOPTER: 'ingenuity', ROVER: 'perseverance', MAPPER: 'mapper', MISSION: 'mission'}
    nodes = {HELICOPTER: '/ingenuity/helicopter', ROVER: '/perseverance/rover',
             MAPPER: '/mapper', MISSION: '/mission'}
    for wire in WIRING:
        topic = wire.topic_of(names[wire.source], names[wire.target])
        assert topic in found[nodes[wire.source]]['publish'], wire
        assert topic in found[nodes[wire.target]]['subscribe'], wire
        others = {node for node, mine in found.items() if topic in mine['publish']}
        assert others == {nodes[wire.source]}, f'{topic}: may be imitated by {others}'


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_policy_is_the_page_of_interfaces(of_the_graph):
    # docs/interfaces.md is compared with the nodes by another test; '*others*' are no node's.
    found = rights(of_the_graph)
    page = (ROOT / 'docs' / 'interfaces.md').read_text().partition('## Services')[0]
    rows = [row.strip('| ').split(' | ') for row in page.splitlines() if row.startswith('| `/')]
    assert len(rows) > 70
    for cells in rows:
        topic = cells[0].strip('`').replace('<helicopter>', 'ingenuity').replace(
            '<rover>', 'perseverance')
        for right, column in (('publish', -2), ('subscribe', -1)):
            written = cells[column].strip(' |')
            may = {path.rpartition('/')[2] for path, mine in found.items()
                   if topic in mine[right] and path not in ('/operator', '/viewer')}
            if written != 'all' and topic != '/clock':    # which whoever uses simulated time reads
                named = set() if written == '*others*' else set(written.split(', '))
                assert named <= may <= named | {'recorder'}, topic
                assert 'recorder' not in may - named or right == 'subscribe', topic


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_one_clock_one_order_giver(of_the_graph):
    found = rights(of_the_graph)
    may = {name: {path for path, mine in found.items() if name in mine['publish']}
           for name in ('/clock', '/world/tick', '/ingenuity/plan', '/ingenuity/cmd_velocity')}
    assert may == {'/clock': {'/world'}, '/world/tick': {'/world'},
                   '/ingenuity/plan': {'/mission'}, '/ingenuity/cmd_velocity': {'/operator'}}
    nodes = set(found) - {'/operator'}
    assert not any(found[node]['request'] | found[node]['call'] for node in nodes)
    assert '/ingenuity/helicopter/set_parameters' in found['/operator']['request']
