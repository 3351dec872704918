# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""One table connects the participants, in one process as over the network."""

import re
from types import SimpleNamespace

from ingenuity_nodes.graph.wiring import (
    HELICOPTER, Mail, MAPPER, members_of, MISSION, ROVER, WIRING)
from ingenuity_nodes.helicopter.helicopter import HelicopterInputs, HelicopterOutputs
from ingenuity_nodes.mapping.mapper import MapperInputs, MapperOutputs
from ingenuity_nodes.mission.control import MissionInputs, MissionOutputs
from ingenuity_nodes.rover.perseverance import RoverInputs, RoverOutputs
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.signals import NOTHING
import pytest

ENDS = {HELICOPTER: (HelicopterInputs, HelicopterOutputs), ROVER: (RoverInputs, RoverOutputs),
        MAPPER: (MapperInputs, MapperOutputs), MISSION: (MissionInputs, MissionOutputs)}
MEMBERS = {HELICOPTER: ('one', 'two'), ROVER: ('rover',), MAPPER: (), MISSION: (MISSION,)}


def outputs(**values):
    """Make outputs that are empty but for the values."""
    names = {wire.output for wire in WIRING}
    addressed = {'plans', 'go'}
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
        HELICOPTER: ('ingenuity', 'scout'), ROVER: ('perseverance',), MAPPER: (),
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
    logger = SimpleNamespace(error=errors.append)
    participant = SimpleNamespace(subscribe=lambda kind, topic: topic,
                                  publisher=lambda kind, topic: None)
    wires = Wires(SimpleNamespace(get_logger=lambda: logger), participant,
                  load_scenario('flight_03'), MISSION, MISSION)
    messages = {'/ingenuity/flight_mode': [String(data='standby: on')],
                '/perseverance/received': [String(data='x'), String(data='ingenuity a.jpg 12')]}
    inputs = wires.inputs(messages)
    assert [change.mode for change in inputs['modes']['ingenuity']] == ['standby']
    assert [receipt.name for receipt in inputs['receipts']['perseverance']] == ['a.jpg']
    assert len(errors) == 1
    assert "/perseverance/received: refused: found 'x', allowed: sender" in errors[0]
