# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""One table connects the participants, in one process as over the network."""

from collections import defaultdict
import re
from types import SimpleNamespace

from ingenuity_nodes.graph.lockstep import counted_name
from ingenuity_nodes.graph.wiring import (
    HELICOPTER, Mail, MAPPER, members_of, MISSION, ROVER, WIRING)
from ingenuity_nodes.helicopter.helicopter import HelicopterInputs, HelicopterOutputs
from ingenuity_nodes.mapping.mapper import MapperInputs, MapperOutputs
from ingenuity_nodes.mission.control import MissionInputs, MissionOutputs
from ingenuity_nodes.rover.perseverance import RoverInputs, RoverOutputs
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.signals import NOTHING, RadioPacket
import pytest

ENDS = {HELICOPTER: (HelicopterInputs, HelicopterOutputs), ROVER: (RoverInputs, RoverOutputs),
        MAPPER: (MapperInputs, MapperOutputs), MISSION: (MissionInputs, MissionOutputs)}
MEMBERS = {HELICOPTER: ('one', 'two'), ROVER: ('rover',), MAPPER: (), MISSION: (MISSION,)}


def outputs(**values):
    """Make outputs that are empty but for the values."""
    names = {wire.output for wire in WIRING}
    addressed = {'plans', 'go', 'rover_paths', 'orders'}
    return SimpleNamespace(**{
        name: values.get(name, {} if name in addressed else ()) for name in names})


@pytest.mark.parametrize('wire', WIRING, ids=lambda wire: wire.topic)
def test_a_wire_runs_from_an_output_to_an_input(wire):
    assert hasattr(ENDS[wire.source][1], wire.output)
    assert wire.feeds in ENDS[wire.target][0]._fields
    assert set(re.findall(r'{(\w+)}', wire.topic)) <= {'source', 'target'}


def test_every_input_by_sender_is_wired_and_no_topic_twice():
    by_sender = {(kind, name) for kind, (inputs, _) in ENDS.items()
                 for name, default in inputs._field_defaults.items() if default is NOTHING}
    assert by_sender == {(wire.target, wire.feeds) for wire in WIRING}
    assert len({wire.topic for wire in WIRING}) == len(WIRING)


def test_what_is_for_all_reaches_all_and_what_is_addressed_only_its_receiver():
    mail = Mail(MEMBERS)
    mail.post(MISSION, MISSION, outputs(plans={'two': ('a plan',)}))
    mail.post(HELICOPTER, 'one', outputs(modes=('standby',)))
    mail.post(HELICOPTER, 'two', outputs(modes=('ready',)))
    assert mail.take(HELICOPTER, 'one') == {}
    assert mail.take(HELICOPTER, 'two') == {'plans': {MISSION: ('a plan',)}}
    assert mail.take(MISSION, MISSION) == {'modes': {'one': ('standby',), 'two': ('ready',)}}


def test_the_members_are_those_of_the_scenario():
    assert members_of(load_scenario('cooperation')) == {
        HELICOPTER: ('ingenuity', 'scout'), ROVER: ('perseverance',), MAPPER: (MAPPER,),
        MISSION: (MISSION,)}


def test_every_wire_can_go_over_the_network():
    pytest.importorskip('rclpy')
    from ingenuity_nodes.nodes.conversions.wired import CODECS
    assert CODECS.keys() == {(wire.source, wire.output) for wire in WIRING}


def test_a_message_that_cannot_be_read_is_refused_by_its_topic_and_the_others_arrive():
    pytest.importorskip('rclpy')
    from ingenuity_nodes.nodes.wires import Wires
    from std_msgs.msg import String
    errors = []
    participant = SimpleNamespace(subscribe=lambda kind, topic, stamp_of: topic,
                                  publisher=lambda kind, topic, source, readers: None)
    wires = Wires(node_with(errors), participant, load_scenario('flight_03'), MISSION, MISSION)
    messages = defaultdict(list, {
        '/ingenuity/flight_mode': [String(data='standby: on')],
        '/perseverance/received': [String(data='x'), String(data='ingenuity a.jpg 12')]})
    inputs = wires.inputs(messages)
    assert [change.mode for change in inputs['modes']['ingenuity']] == ['standby']
    assert [receipt.name for receipt in inputs['receipts']['perseverance']] == ['a.jpg']
    assert len(errors) == 1
    assert "/perseverance/received: refused: found 'x', allowed: sender" in errors[0]


def node_with(errors):
    """Stand in for a node that logs errors in a list."""
    from ingenuity_nodes.nodes.refusals import Refusals
    node = SimpleNamespace(get_logger=lambda: SimpleNamespace(error=errors.append),
                           topic_in_run=lambda topic: topic)
    node.refusals = Refusals(node)
    return node


class Graph:
    """The counted topics of one node, without a network."""

    def __init__(self):
        self.published, self.own = {}, {}

    def subscribe(self, kind, topic, stamp_of=None):
        return topic

    def subscribe_shared(self, kind, topic, sources, source_of):
        self.source_of = source_of
        return {source: counted_name(topic, source) for source in sources}

    def publisher(self, kind, topic, source, readers):
        name = counted_name(topic, source) if source else topic
        messages = self.published.setdefault(name, [])
        return SimpleNamespace(publish=messages.append)


def two_rovers():
    """Give Flight 3 with a second rover, as the first one."""
    scenario = load_scenario('flight_03')
    rover = scenario.rovers[0]
    second = rover.model_copy(update={'name': 'curiosity', 'position': (60.0, 20.0)})
    return scenario.model_copy(update={'vehicles': (*scenario.vehicles, second)})


def test_frames_of_two_rovers_on_one_topic_reach_the_helicopter_each_under_its_sender():
    pytest.importorskip('rclpy')
    from ingenuity_nodes.nodes.wires import Wires
    scenario, inbox = two_rovers(), {}
    for rover in ('perseverance', 'curiosity'):
        graph = Graph()
        frame = RadioPacket(10, 'beacon', '', 0, 1, b'', rover)
        Wires(node_with([]), graph, scenario, ROVER, rover).publish(
            outputs(packets={'ingenuity': (frame,)}))
        inbox.update(graph.published)
    graph = Graph()
    wires = Wires(node_with([]), graph, scenario, HELICOPTER, 'ingenuity')
    assert {graph.source_of(message) for messages in inbox.values() for message in messages} == {
        'curiosity', 'perseverance'}
    others = {'/ingenuity/plan': [], '/ingenuity/go': [], '/ingenuity/order': []}
    packets = wires.inputs(inbox | others)['packets']
    assert {rover: [frame.sender for frame in frames] for rover, frames in packets.items()} == {
        'curiosity': ['curiosity'], 'perseverance': ['perseverance']}


def test_damaged_radio_frames_are_refused_and_named_once_per_kind():
    pytest.importorskip('rclpy')
    from ingenuity_nodes.nodes.conversions.images import radio_message
    from ingenuity_nodes.nodes.wires import Wires
    from std_msgs.msg import UInt8MultiArray
    errors = []
    wires = Wires(node_with(errors), Graph(), load_scenario('flight_03'), ROVER, 'perseverance')
    good = radio_message(RadioPacket(10, 'telemetry', '', 0, 1, b'', 'ingenuity'))
    cut = UInt8MultiArray(data=bytes(good.data)[:10])
    broken = UInt8MultiArray(data=bytes(len(good.data)))
    up = {'/ingenuity/radio/up': [cut, broken, cut, good, broken, cut]}
    for _ in range(50):
        inputs = wires.inputs(defaultdict(list, up))
        assert [frame.t_ns for frame in inputs['packets']['ingenuity']] == [10]
    assert len(errors) == 2
    assert 'found 10 bytes' in errors[0] and 'CRC-32' in errors[1]
    assert all('/ingenuity/radio/up: refused: radio frame' in error for error in errors)
