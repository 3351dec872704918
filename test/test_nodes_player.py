# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The player: the bytes that were recorded, to whoever listens, on the clock of the bag."""

import sys
import time

import numpy as np
import pytest

rclpy = pytest.importorskip('rclpy', reason='rclpy is not importable: no ROS 2 here')

from builtin_interfaces.msg import Time  # noqa
from ingenuity_nodes.navigation.feature_tracker import draw_features  # noqa: E402
from ingenuity_nodes.nodes.conversions.images import (  # noqa: E402
    features_message, image_message)
from ingenuity_nodes.nodes.message_types import message_type, UnknownTypeError  # noqa: E402
from ingenuity_nodes.nodes.player import (  # noqa: E402
    merged, Pace, PlayerNode, qos_of, Timeline)
from ingenuity_nodes.recording.bag.reader import BagTopic, topics  # noqa: E402
from ingenuity_nodes.recording.bag.writer import BagQos, BagWriter  # noqa: E402
from ingenuity_nodes.recording.errors import RecordingError  # noqa: E402
from ingenuity_nodes.recording.run_folder import bag_folder  # noqa: E402
from ingenuity_nodes.signals import FeatureFrame  # noqa: E402
from rclpy.executors import SingleThreadedExecutor  # noqa: E402
from rclpy.qos import DurabilityPolicy, QoSProfile  # noqa: E402
from rclpy.serialization import serialize_message  # noqa: E402
from rosgraph_msgs.msg import Clock  # noqa: E402
from sensor_msgs.msg import Image  # noqa: E402
from std_msgs.msg import String  # noqa: E402
from std_srvs.srv import SetBool  # noqa: E402

SECOND_NS = 1_000_000_000
STRING = 'std_msgs/msg/String'
SCENE_QOS = QoSProfile(depth=10, durability=DurabilityPolicy.TRANSIENT_LOCAL)


def record(folder, rows):
    """Write a bag of strings: topic, time in seconds, text, latched."""
    writer = BagWriter(folder)
    for topic, t, text, latched in rows:
        writer.write(topic, STRING, BagQos(depth=1 if latched else 10, latched=latched),
                     round(t * SECOND_NS), bytes(serialize_message(String(data=text))))
    writer.close()
    return folder


@pytest.fixture
def bag(tmp_path):
    """Two seconds of a flight: a scene, ten words a second, a clock that must not be received."""
    rows = [('/world/ground', 0.0, 'ground', True), ('/tf_static', 0.0, 'one', True),
            ('/tf_static', 0.0, 'two', True)]
    rows += [('/ingenuity/mode', 0.1 * k, str(k), False) for k in range(1, 21)]
    rows += [('/clock', 0.1 * k, 'not a clock', False) for k in range(1, 21)]
    return record(tmp_path / 'bag', rows)


@pytest.fixture
def graph():
    """Players and a listener on one executor, in a ROS context of their own."""
    graph = Graph()
    yield graph
    graph.close()


def seconds(stamp):
    """Read a ROS time."""
    return stamp.sec + 1e-9 * stamp.nanosec


class Graph:
    """A listener, and players that it starts."""

    def __init__(self):
        rclpy.init()
        self.executor = SingleThreadedExecutor()
        self.node = rclpy.create_node('listener')
        self.executor.add_node(self.node)
        self.clock = []
        self.node.create_subscription(
            Clock, '/clock', lambda m: self.clock.append(seconds(m.clock)), 100)

    def subscribe(self, topic, qos=10):
        """Subscribe; the list fills while the graph spins."""
        received = []
        self.node.create_subscription(String, topic, lambda m: received.append(m.data), qos)
        return received

    def play(self, bag, **parameters):
        """Start a player."""
        given = [rclpy.Parameter(name, value=value) for name, value in
                 {'bag': str(bag), 'delay': 0.5, 'rate': 4.0, **parameters}.items()]
        player = PlayerNode(parameter_overrides=given)
        self.executor.add_node(player)
        return player

    def spin(self, until, limit=20.0):
        """Spin until a condition holds; say whether it did."""
        end = time.monotonic() + limit
        while not until() and time.monotonic() < end:
            self.executor.spin_once(timeout_sec=0.05)
        return until()

    def call(self, player, pause):
        """Ask a player to pause or to go on."""
        client = self.node.create_client(SetBool, '/player/pause')
        assert self.spin(client.service_is_ready)
        future = client.call_async(SetBool.Request(data=pause))
        assert self.spin(future.done)
        return future.result().message

    def close(self):
        """End everything."""
        for node in self.executor.get_nodes():
            node.destroy_node()
        rclpy.try_shutdown()


def test_every_message_is_played_in_order_and_the_end_ends_the_player(graph, bag):
    received = graph.subscribe('/ingenuity/mode')
    player = graph.play(bag)
    assert graph.spin(lambda: '20' in received and not player.membership.running)
    assert player.membership.status == 0
    assert received == [str(k) for k in range(1, 21)]


def test_time_of_the_bag_is_told_and_only_by_the_player(graph, bag):
    player = graph.play(bag)
    assert graph.spin(lambda: not player.membership.running)
    assert graph.clock == sorted(graph.clock)
    assert graph.clock[0] == pytest.approx(0.0, abs=0.05)
    assert graph.clock[-1] == pytest.approx(2.0, abs=0.2)


def test_tracked_features_are_drawn_again_into_their_image(graph, tmp_path):
    t_ns, grey = SECOND_NS, np.full((480, 640), 90, np.uint8)
    features = FeatureFrame(t_ns, np.array([1, 2]), np.array([[100.0, 50.0], [300.0, 200.0]]),
                            np.array([1, 40]))
    other = FeatureFrame(t_ns + 1, features.ids, features.uv, features.ages)
    writer = BagWriter(tmp_path / 'bag')
    for k, (name, message) in enumerate((
            ('image_raw', image_message(t_ns, 'c', grey)),
            ('features', features_message(other, 'c')),    # of an image that is not there
            ('features', features_message(features, 'c')))):
        kind = {'image_raw': 'Image', 'features': 'PointCloud2'}[name]
        writer.write(f'/ingenuity/navcam/{name}', f'sensor_msgs/msg/{kind}', BagQos(),
                     t_ns + k, bytes(serialize_message(message)))
    writer.close()
    drawn = []
    graph.node.create_subscription(Image, '/ingenuity/navcam/tracks', drawn.append, 10)
    player = graph.play(tmp_path / 'bag')
    assert graph.spin(lambda: drawn and not player.membership.running)
    (image,) = drawn
    assert image.header.stamp == Time(sec=1)
    pixels = np.frombuffer(image.data, np.uint8).reshape(480, 640, 3)
    assert pixels.tobytes() == draw_features(grey, features).tobytes()
    assert (pixels[45:56, 95:106] != 90).any() and (pixels[300:] == 90).all()


@pytest.fixture
def wall_bag(tmp_path):
    """Write what ``ros2 bag record -a`` writes at twice real time: stamped by the wall."""
    writer, wall = BagWriter(tmp_path / 'wall'), 1.7e9
    for k in range(21):
        t_ns = round((wall + 0.05 * k) * SECOND_NS)
        now = Time(sec=k // 10, nanosec=k % 10 * SECOND_NS // 10)
        writer.write('/clock', 'rosgraph_msgs/msg/Clock', BagQos(depth=10), t_ns,
                     bytes(serialize_message(Clock(clock=now))))
        writer.write('/ingenuity/mode', STRING, BagQos(depth=10), t_ns,
                     bytes(serialize_message(String(data=str(k)))))
    writer.close()
    return tmp_path / 'wall'


def test_a_bag_by_the_wall_is_played_on_the_clock_that_was_recorded(graph, wall_bag):
    received = graph.subscribe('/ingenuity/mode')
    player = graph.play(wall_bag, rate=1.0)
    assert graph.spin(lambda: len(received) == 21 and len(graph.clock) == 21)
    assert graph.spin(lambda: not player.membership.running)
    assert graph.clock == pytest.approx([0.1 * k for k in range(21)])


def test_what_is_said_to_be_played_is_the_time_in_the_bag(bag):
    listed = merged(topic for topic in topics(bag) if topic.topic != '/clock')
    timeline = Timeline(bag, listed, SECOND_NS // 2)
    assert list(timeline.due(60 * SECOND_NS))
    assert timeline.last_ns - timeline.start_ns == 1.5 * SECOND_NS


@pytest.mark.parametrize('latched', [True, False])
def test_no_topic_is_offered_without_room_for_a_message(latched):
    assert qos_of(BagTopic('/silent', STRING, BagQos(0, True, latched), 0)).depth >= 1


def test_whoever_comes_late_receives_all_of_the_scene(graph, bag):
    player = graph.play(bag)
    assert graph.spin(lambda: graph.clock and graph.clock[-1] > 0.5)
    static = graph.subscribe('/tf_static', SCENE_QOS)
    ground = graph.subscribe('/world/ground', SCENE_QOS)
    assert graph.spin(lambda: len(static) == 2 and ground)
    assert static == ['one', 'two']
    assert player.membership.running


def test_a_later_start_keeps_the_scene_and_leaves_out_what_came_before(graph, bag):
    received = graph.subscribe('/ingenuity/mode')
    ground = graph.subscribe('/world/ground', SCENE_QOS)
    player = graph.play(bag, start_offset=1.25)
    assert graph.spin(lambda: '20' in received and not player.membership.running)
    assert graph.clock[0] >= 1.25
    assert received == [str(k) for k in range(13, 21)]
    assert ground == ['ground']


def test_a_loop_begins_again_and_time_jumps_back(graph, bag):
    received = graph.subscribe('/ingenuity/mode')
    player = graph.play(bag, loop=True)
    assert graph.spin(lambda: received.count('3') == 2)
    assert graph.clock != sorted(graph.clock)
    assert player.membership.running


def test_a_pause_stops_time_and_messages_until_it_is_over(graph, bag):
    received = graph.subscribe('/ingenuity/mode')
    player = graph.play(bag)
    assert graph.spin(lambda: len(received) == 5)
    assert graph.call(player, pause=True).startswith('paused at')
    before, clock = len(received), graph.clock[-1]
    seen = len(graph.clock)
    assert graph.spin(lambda: len(graph.clock) > seen + 20)
    assert len(received) - before <= 1
    assert graph.clock[-1] - clock < 0.3
    graph.call(player, pause=False)
    assert graph.spin(lambda: '20' in received and not player.membership.running)
    assert received == [str(k) for k in range(1, 21)]


def test_the_rate_can_be_changed_on_the_way_and_the_start_cannot(graph, bag):
    received = graph.subscribe('/ingenuity/mode')
    player = graph.play(bag, rate=0.01)
    faster, elsewhere = player.set_parameters(
        [rclpy.Parameter('rate', value=20.0), rclpy.Parameter('start_offset', value=1.0)])
    assert faster.successful
    assert 'start_offset is fixed' in elsewhere.reason
    assert graph.spin(lambda: '20' in received and not player.membership.running)


def test_a_type_that_is_not_installed_is_left_out_with_a_word(graph, tmp_path, monkeypatch):
    bag = record(tmp_path / 'bag', [('/one', 0.0, 'a', True), ('/two', 0.0, 'b', True)])
    monkeypatch.setattr('ingenuity_nodes.nodes.player.message_type', unknown_to(STRING))
    player = graph.play(bag)
    assert graph.spin(lambda: not player.membership.running)
    assert player.membership.status == 0


def unknown_to(type_name):
    """Make a look-up that does not know a type."""
    def find(name):
        raise UnknownTypeError(name if name == type_name else '')
    return find


def test_a_folder_of_a_run_stands_for_its_bag(tmp_path):
    (tmp_path / 'bag').mkdir()
    assert bag_folder(str(tmp_path)) == tmp_path / 'bag'
    assert bag_folder(str(tmp_path / 'bag')) == tmp_path / 'bag'


def test_no_bag_is_one_clear_message(graph, tmp_path):
    with pytest.raises(RecordingError, match='allowed: the folder of a run'):
        bag_folder('')
    with pytest.raises(RecordingError, match=str(tmp_path)):
        graph.play(tmp_path)


def test_a_topic_offered_in_two_ways_is_played_in_the_more_careful_one():
    offers = [BagTopic('/rosout', STRING, BagQos(1, False, False), 4),
              BagTopic('/rosout', STRING, BagQos(7, True, True), 2)]
    assert merged(offers) == [BagTopic('/rosout', STRING, BagQos(7, True, True), 6)]


def test_pace_follows_the_wall_at_its_rate(monkeypatch):
    wall = [0]
    monkeypatch.setattr(time, 'monotonic_ns', lambda: wall[0])
    pace = Pace(10 * SECOND_NS, 2.0)
    wall[0] += SECOND_NS
    assert pace.t_ns == 12 * SECOND_NS
    pace.change(rate=0.5)
    wall[0] += SECOND_NS
    assert pace.t_ns == 12.5 * SECOND_NS
    pace.change(paused=True)
    wall[0] += SECOND_NS
    assert pace.t_ns == 12.5 * SECOND_NS
    pace.change(paused=False)
    wall[0] += SECOND_NS
    assert pace.t_ns == 13 * SECOND_NS


def test_a_timeline_hands_out_what_is_due_and_no_more(bag):
    listed = merged(topic for topic in topics(bag) if topic.topic != '/clock')
    timeline = Timeline(bag, listed, 0)
    first = [message.t_ns for message in timeline.due(SECOND_NS)]
    assert len(first) == 13
    assert max(first) <= SECOND_NS
    assert not timeline.over
    assert len(list(timeline.due(3 * SECOND_NS))) == 10
    assert timeline.over


@pytest.mark.parametrize('name', ['std_msgs/msg/String', 'std_msgs/String'])
def test_the_type_of_ros_1_and_of_ros_2_is_one(name):
    assert message_type(name) is String


@pytest.mark.parametrize('name', [
    'this/msg/Type', 'antigravity/msg/Fly', 'os/msg/Name', 'std_msgs/msg/Strange', 'std_msgs',
    'std_msgs/srv/String', '../x/msg/Y', 'a.b/msg/C', ''])
def test_a_name_that_is_no_message_type_imports_nothing(name):
    before = set(sys.modules)
    with pytest.raises(UnknownTypeError):
        message_type(name)
    assert not {'this', 'antigravity'} & (set(sys.modules) - before)


def test_a_topic_that_ros_cannot_have_stays_silent(tmp_path, graph):
    folder = record(tmp_path / 'bag', [('/with space/9', 0.1, 'a', False),
                                       ('/good', 0.2, 'b', False)])
    player = graph.play(folder)
    assert list(player._publishers_of) == ['/good', '/clock']
