# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The doors of a node: what is not of its run or cannot be read moves nothing and is counted."""

import os
from types import SimpleNamespace

import pytest

rclpy = pytest.importorskip('rclpy', reason='rclpy is not importable: no ROS 2 here')

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue  # noqa
from ingenuity_nodes.graph.lockstep import Foreign, Tick  # noqa: E402
from ingenuity_nodes.graph.names import Names  # noqa: E402
from ingenuity_nodes.nodes.conversions.images import image_message  # noqa: E402
from ingenuity_nodes.nodes.conversions.lockstep import answer_from, tick_message  # noqa: E402
from ingenuity_nodes.nodes.mapper import MapperNode, MOST_IMAGES  # noqa: E402
from ingenuity_nodes.nodes.pace import Pace  # noqa: E402
from ingenuity_nodes.nodes.participant import DONE, Missing, Participant, TICK  # noqa: E402
from ingenuity_nodes.nodes.refusals import Refusals  # noqa: E402
from ingenuity_nodes.nodes.rover import FOREIGN  # noqa: E402
import numpy as np  # noqa: E402
from rclpy.parameter import Parameter  # noqa: E402
from std_msgs.msg import Header, String  # noqa: E402

STEP = 10_000_000


class Node:
    """What a participant uses of a node."""

    def __init__(self):
        self.on, self.published, self.errors = {}, {}, []
        self.senders, self.readers = {}, {}
        self.membership = SimpleNamespace(run='ours')
        self.refusals = Refusals(self)

    def create_subscription(self, kind, topic, callback, qos, raw=False):
        self.on[self.topic_in_run(topic)] = callback

    def create_publisher(self, kind, topic, qos):
        messages = self.published.setdefault(topic, [])
        return SimpleNamespace(publish=messages.append, topic_name=topic)

    def topic_in_run(self, topic):
        return topic if topic.startswith('/') else f'/scout/{topic}'

    def count_publishers(self, topic):
        return self.senders.get(topic, 0)

    def get_subscriptions_info_by_topic(self, topic):
        return [SimpleNamespace(node_namespace=name.rpartition('/')[0],
                                node_name=name.rpartition('/')[2])
                for name in self.readers.get(topic, [])]

    def get_publishers_info_by_topic(self, topic):
        return [SimpleNamespace(node_namespace='/scout', node_name='vision')] \
            if topic == '/scout/navcam/features' else []

    name_in_run, run_names = '/scout/helicopter', Names()

    def get_logger(self):
        return SimpleNamespace(error=self.errors.append)

    def time_begins(self):
        pass


@pytest.fixture
def node():
    return Node()


@pytest.fixture
def ticks():
    return []


@pytest.fixture
def participant(node, ticks):
    return Participant(node, lambda t_ns, messages: ticks.append((t_ns, messages)))


def tick(t_ns, run='ours', counts=None, resumes=''):
    return tick_message(Tick(t_ns, counts or {}, run, resumes=resumes))


def test_ticks_of_another_run_or_time_are_refused_by_name_and_told_with_the_answer(
        node, ticks, participant):
    node.on[TICK](tick(STEP))
    node.on[TICK](tick(5_000_000_000))
    node.on[TICK](tick(2 * STEP, 'theirs'))
    node.on[TICK](tick(STEP))
    assert [t_ns for t_ns, _ in ticks] == [STEP]
    node.on[TICK](tick(2 * STEP))
    assert [t_ns for t_ns, _ in ticks] == [STEP, 2 * STEP]
    answer = answer_from(node.published[DONE][-1])
    assert (answer.run, answer.t_ns) == ('ours', 2 * STEP)
    assert answer.foreign == {TICK: Foreign(0, 3)}
    assert len(node.errors) == 2    # one of each kind
    assert 'found a tick at 5.00 s after that at 0.01 s, allowed: 0.02 s' in node.errors[0]
    assert "of run 'theirs', allowed: 'ours'" in node.errors[1]


@pytest.mark.parametrize('count', ['many', '-1', '1.0', '', '\u00b2', '9' * 5000])
def test_a_tick_with_a_count_that_is_none_is_refused_by_its_topic(node, ticks, participant, count):
    participant.subscribe(String, '/scout/plan')
    message = tick(STEP)
    message.status[0].values = [KeyValue(key='/scout/', value=f'plan {count}')]
    node.on[TICK](message)
    assert ticks == []
    assert f"/scout/plan: found '{count[:40]}', allowed: a whole number" in node.errors[0]
    assert len(node.errors[0]) < 200


def test_a_tick_without_a_status_or_with_many_is_refused(node, ticks, participant):
    for number in (0, 2, 3):
        node.on[TICK](DiagnosticArray(status=[DiagnosticStatus()] * number))
    assert ticks == []
    assert node.refusals.counts[TICK, ''] == 3


def test_who_has_not_sent_what_is_missing_is_named(node, ticks):
    participant = Participant(node, lambda *_: ticks.append(0), lambda _: Missing(
        'features of the image of 12.134 s', 'navcam/features'))
    node.on[TICK](tick(STEP))
    assert participant.waits_for == (
        'features of the image of 12.134 s, which /scout/vision has not sent')
    assert ticks == []


def test_before_time_begins_it_waits_for_whom_it_has_not_discovered(node, participant):
    def who():
        return participant.waits_for.removeprefix('discovery of ').removeprefix(
            'whoever sends on ')

    participant.subscribe(String, '/scout/plan')
    participant.subscribe(String, '/scout/faults', FOREIGN)    # of strangers: there may be none
    participant.subscribe_shared(String, '/scout/order', ['a', 'b'], lambda _: 'a')
    for topic, number in ((TICK, 1), ('/scout/plan', 1), ('/scout/order', 1),
                          ('/scout/order', 2)):
        assert who() == topic
        node.senders[topic] = number
    assert who() == ''
    node.readers['/scout/radio/up'] = ['/scout/recorder']
    participant.publisher(String, 'radio/up', readers=['/perseverance/rover'])
    assert who() == '/perseverance/rover as a reader of /scout/radio/up'
    node.readers['/scout/radio/up'].append('/perseverance/rover')
    assert who() == ''


def test_a_false_count_is_named_by_its_topic(node, ticks, participant):
    participant.subscribe(String, '/scout/plan')
    node.on[TICK](tick(STEP, counts={'/scout/plan': 1}))
    assert participant.waits_for == (
        'messages on /scout/plan, which nobody sends on /scout/plan')


def test_a_message_of_another_time_takes_nobodys_turn(node, ticks, participant):
    def stamped(t_ns):
        message = Header()
        message.stamp.sec, message.stamp.nanosec = divmod(t_ns, 10**9)
        return message

    topic = participant.subscribe(
        Header, '/truth', stamp_of=lambda header: header.stamp.sec * 10**9 + header.stamp.nanosec)
    sent = 0
    for number in range(1, 60):
        node.on[TICK](tick(number * STEP, counts={topic: sent}))
        if number == 50:
            node.on[topic](stamped(0))
        node.on[topic](stamped(number * STEP))
        sent += 1
    received = [message.stamp.nanosec for _, messages in ticks for message in messages[topic]]
    assert received == [number * STEP for number in range(1, 59)]
    assert node.refusals.foreign == {topic: 1}


def test_a_process_started_again_waits_until_it_is_asked_to_resume(node, ticks, participant):
    topic = participant.subscribe(String, '/radio')
    for number in (5, 6):
        node.on[TICK](tick(number * STEP))    # latched, of before
    node.on[topic](String(data='of before'))
    node.on[TICK](tick(6 * STEP, counts={topic: 2}, resumes='/perseverance/rover'))
    assert ticks == []
    node.on[TICK](tick(6 * STEP, counts={topic: 2}, resumes='/scout/helicopter'))
    assert ticks == [(6 * STEP, {topic: []})]
    for text in ('of before, too', 'new'):
        node.on[topic](String(data=text))
    node.on[TICK](tick(7 * STEP, counts={topic: 2}))
    node.on[TICK](tick(8 * STEP, counts={topic: 3}))
    assert [message.data for message in ticks[-1][1][topic]] == ['new']
    assert node.errors == []


def test_images_that_are_never_due_are_not_kept(node):
    image = np.zeros((2, 2), np.uint8)
    mapper = SimpleNamespace(
        refusals=node.refusals, _images={}, _t_ns=STEP,
        _camera=SimpleNamespace(width=2, height=2),
        _participant=SimpleNamespace(advance=lambda: None))
    for t_ns in range(0, 1000):
        for _ in range(2):
            MapperNode._on_image(mapper, 'scout', image_message(t_ns, 'x', image))
    MapperNode._on_image(mapper, 'scout', image_message(10**12, 'x', image))
    assert len(mapper._images) == MOST_IMAGES
    assert node.refusals.foreign == {'/scout/navcam/image_raw': 2001 - MOST_IMAGES}


@pytest.mark.parametrize(('value', 'good'), [
    (0.0, True), (2.0, True), (1e-320, False), (float('nan'), False), (2000.0, False)])
def test_a_pace_that_cannot_be_kept_is_not_set(value, good):
    published = []
    live = SimpleNamespace(
        allow=lambda _: None, publish=lambda *change: published.append(change))
    node = SimpleNamespace(
        declare_parameter=lambda *_: SimpleNamespace(value=-1.0), live_parameters=live,
        add_on_set_parameters_callback=lambda _: None)
    pace = Pace(node, 1.0)
    result = pace._on_parameters([Parameter('real_time_factor', Parameter.Type.DOUBLE, value)])
    assert result.successful is good
    assert published == ([(0, 'real_time_factor', 1.0, value)] if good else [])
    assert (pace.seconds_ahead(0) == 0.0) is (good and value == 0.0)
    assert good or 'allowed: 0, as fast as possible, or 0.001 to 1000' in result.reason


def test_ros_logs_where_it_can_when_there_is_no_home(tmp_path, monkeypatch):
    from ingenuity_nodes.nodes.run import ensure_log_folder
    for name in ('ROS_LOG_DIR', 'ROS_HOME'):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
    monkeypatch.setenv('HOME', str(tmp_path / 'home'))
    ensure_log_folder()
    assert 'ROS_LOG_DIR' not in os.environ
    (tmp_path / 'file').touch()
    monkeypatch.setenv('HOME', str(tmp_path / 'file'))
    ensure_log_folder()
    assert os.environ['ROS_LOG_DIR'] == str(tmp_path / 'cache' / 'ingenuity' / 'ros_log')
