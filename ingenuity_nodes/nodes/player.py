# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Plays a recorded run into the graph: the bytes as they were, with their QoS, on a ``/clock``.

That is the recorded one. Times of a bag of ``ros2 bag record`` are those of the wall, while its
messages carry simulated ones: only the recorded clock goes with these. A bag without one is played
on the times of the bag.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
import time
from typing import Any

from ingenuity_nodes.nodes.conversions.geometry import stamp
from ingenuity_nodes.nodes.message_types import message_type, UnknownTypeError
from ingenuity_nodes.nodes.replayed_tracks import ReplayedTracks
from ingenuity_nodes.nodes.run import run
from ingenuity_nodes.nodes.setting import text_parameter
from ingenuity_nodes.recording.bag.reader import BagMessage, BagTopic, CLOCK, messages, topics
from ingenuity_nodes.recording.bag.writer import BagQos
from ingenuity_nodes.recording.run_folder import bag_folder
from ingenuity_nodes.timing import SECOND_NS, TICK_NS
from rcl_interfaces.msg import FloatingPointRange, ParameterDescriptor, SetParametersResult
from rclpy.clock import Clock as RclClock, ClockType
from rclpy.duration import Duration
from rclpy.exceptions import InvalidTopicNameException
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.publisher import Publisher
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rosgraph_msgs.msg import Clock
from std_srvs.srv import SetBool

CLOCK_TYPE = 'rosgraph_msgs/msg/Clock'
SCENE = 100               # latched topics with no more messages are published with the first one
BURST = 20
PATIENCE = Duration(nanoseconds=SECOND_NS // 5)    # for the last messages to arrive


@dataclass
class Session:
    """What ``run`` asks a node about; a player belongs to no run, it is one."""

    running: bool = True
    status: int = 0

    def end(self, status: int, reason: str) -> None:
        """Stop playing; the first reason counts."""
        if self.running:
            self.running, self.status = False, status

    def leave(self) -> None:
        """Do nothing: the player belongs to no run."""


class Pace:
    """How far playing has come, by the steady clock of the wall."""

    def __init__(self, t_ns: int, rate: float) -> None:
        self.paused = False
        self._rate = rate
        self.jump(t_ns)

    @property
    def t_ns(self) -> int:
        """Time of the bag that is now."""
        if self.paused:
            return self._t_ns
        elapsed = time.monotonic_ns() - self._wall_ns
        return self._t_ns + max(0, round(elapsed * self._rate))

    def jump(self, t_ns: int, wait: float = 0.0) -> None:
        """Be at another time, and go on from there after a while [s]."""
        self._t_ns, self._wall_ns = t_ns, time.monotonic_ns() + round(wait * SECOND_NS)

    def change(self, *, rate: float | None = None, paused: bool | None = None) -> None:
        """Go on at another rate, stop or go on."""
        self.jump(self.t_ns)
        self._rate = self._rate if rate is None else rate
        self.paused = self.paused if paused is None else paused


class Timeline:
    """The messages of a bag in their order, handed out when they are due."""

    def __init__(self, folder: Path, listed: Sequence[BagTopic], offset_ns: int) -> None:
        self._rest = messages(folder, only=[topic.topic for topic in listed])
        self._scene = {topic.topic for topic in listed
                       if topic.qos.latched and topic.count <= SCENE}
        self._next = next(self._rest, None)
        self.start_ns = (self._next.t_ns if self._next else 0) + offset_ns
        self.last_ns = self.start_ns    # time of what was handed out last

    @property
    def over(self) -> bool:
        """Whether everything has been handed out."""
        return self._next is None

    def due(self, t_ns: int) -> Iterator[BagMessage]:
        """Hand out what is due; of the time before the start only what makes up the scene."""
        while self._next is not None and self._next.t_ns <= t_ns:
            message, self._next = self._next, next(self._rest, None)
            if message.t_ns >= self.start_ns or message.topic in self._scene:
                self.last_ns = max(self.last_ns, message.t_ns)
                yield message


class PlayerNode(Node):
    """Publishes a bag again."""

    def __init__(self, **options: Any) -> None:
        super().__init__('player', **options)
        self.membership = Session()
        self._folder = bag_folder(text_parameter(
            self, 'bag', '', 'folder of a run, or of its bag'))
        rate = self._number('rate', 1.0, 'recorded seconds per second', 0.01, 1000.0)
        offset = self._number('start_offset', 0.0, 'how far into the bag to begin [s]', 0.0, 1e6)
        self._offset_ns = round(offset * SECOND_NS)
        self._delay = self._number(
            'delay', 1.0, 'wall time for others to find the topics [s]', 0.0, 60.0)
        self._loop = bool(self.declare_parameter('loop', False, ParameterDescriptor(
            description='begin again at the end')).value)
        recorded = merged(topics(self._folder))
        self._has_clock = any(topic.topic == CLOCK and topic.type_name == CLOCK_TYPE
                              and topic.count for topic in recorded)
        self._listed = [topic for topic in recorded if topic.topic != CLOCK or self._has_clock]
        self._publishers_of = dict(self._publishers_for(self._listed))
        self._tracks = ReplayedTracks(self, self._listed)
        self._timeline = Timeline(self._folder, self._listed, self._offset_ns)
        self._pace = Pace(self._timeline.start_ns, rate)
        self._pace.jump(self._timeline.start_ns, wait=self._delay)
        self._played = 0
        self._start()

    def _start(self) -> None:
        if not self._has_clock:
            self._publishers_of[CLOCK] = self.create_publisher(Clock, CLOCK, 10)
        self.create_service(SetBool, '~/pause', self._on_pause)
        self.add_on_set_parameters_callback(self._on_parameters)
        self.create_timer(TICK_NS / SECOND_NS, self._on_timer,
                          clock=RclClock(clock_type=ClockType.STEADY_TIME))
        count = sum(topic.count for topic in self._listed)
        self.get_logger().info(
            f'playing {count} messages on {len(self._publishers_of)} topics from {self._folder}')

    def _number(self, name: str, default: float, text: str, low: float, high: float) -> float:
        return float(self.declare_parameter(name, default, ParameterDescriptor(
            description=text, floating_point_range=[FloatingPointRange(
                from_value=low, to_value=high)])).value)

    def _publishers_for(self, listed: Sequence[BagTopic]) -> Iterator[tuple[str, Publisher]]:
        for topic in listed:
            try:
                kind = message_type(topic.type_name)
                publisher = self.create_publisher(kind, topic.topic, qos_of(topic))
            except (UnknownTypeError, InvalidTopicNameException) as error:
                self.get_logger().warning(
                    f'{topic.topic[:80]} stays silent: {str(error).splitlines()[0]}')
                continue
            yield topic.topic, publisher

    # Time goes on --------------------------------------------------------------------------

    def _on_timer(self) -> None:
        t_ns = self._pace.t_ns
        if not self._has_clock:
            self._publishers_of[CLOCK].publish(Clock(clock=stamp(t_ns)))
        for message in self._timeline.due(t_ns):
            publisher = self._publishers_of.get(message.topic)
            if publisher is not None:
                publisher.publish(message.cdr)
                self._tracks.take(message)
                self._played += 1
        if self._timeline.over and not self._pace.paused:
            self._on_end()

    def _on_end(self) -> None:
        seconds = (self._timeline.last_ns - self._timeline.start_ns) / SECOND_NS
        self.get_logger().info(f'played {self._played} messages, '
                               f'{seconds:.1f} s of the bag')
        promised = sum(topic.count for topic in self._listed
                       if topic.topic in self._publishers_of)
        if promised and not self._played:
            self.get_logger().error(f'none of {promised} messages could be played: what is said '
                                    'of them and what is there are not the same')
            self.membership.end(1, 'nothing played')
        if not self._loop:
            self.membership.end(0, 'played')
        if not self.membership.running:
            return
        self._played = 0
        self._timeline = Timeline(self._folder, self._listed, self._offset_ns)
        self._pace.jump(self._timeline.start_ns)

    # What people may ask -------------------------------------------------------------------

    def _on_pause(self, request: SetBool.Request, response: SetBool.Response) -> SetBool.Response:
        self._pace.change(paused=request.data)
        response.success = True
        word = 'paused' if request.data else 'playing'
        response.message = f'{word} at {self._pace.t_ns / SECOND_NS:.2f} s'
        return response

    def _on_parameters(self, parameters: Sequence[Parameter]) -> SetParametersResult:
        for parameter in parameters:
            if parameter.name == 'rate':
                self._pace.change(rate=float(parameter.value))
            elif parameter.name == 'loop':
                self._loop = bool(parameter.value)
            else:
                return SetParametersResult(
                    successful=False, reason=f'{parameter.name} is fixed once playing has begun')
        return SetParametersResult(successful=True)

    def finish(self) -> None:
        """Let the last messages arrive."""
        for publisher in self._publishers_of.values():
            if publisher.get_subscription_count():
                publisher.wait_for_all_acked(PATIENCE)


def merged(listed: Iterable[BagTopic]) -> list[BagTopic]:
    """Make one of a topic that several nodes offered in different ways: the most careful one."""
    found: dict[str, BagTopic] = {}
    for new in listed:
        old = found.get(new.topic, new)
        qos = BagQos(max(old.qos.depth, new.qos.depth), old.qos.reliable or new.qos.reliable,
                     old.qos.latched or new.qos.latched)
        count = new.count if old is new else old.count + new.count
        found[new.topic] = BagTopic(new.topic, new.type_name, qos, count)
    return list(found.values())


def qos_of(topic: BagTopic) -> QoSProfile:
    """Publish as was recorded; whoever comes late gets the whole scene."""
    qos = topic.qos
    # Not every middleware tells the depth of a publisher; what is due goes out in small bursts.
    least = BURST if not qos.latched else max(1, topic.count) if topic.count <= SCENE else 1
    return QoSProfile(
        depth=max(qos.depth, least),
        durability=(DurabilityPolicy.TRANSIENT_LOCAL if qos.latched
                    else DurabilityPolicy.VOLATILE),
        reliability=(ReliabilityPolicy.RELIABLE if qos.reliable
                     else ReliabilityPolicy.BEST_EFFORT))


def main(args: Sequence[str] | None = None) -> None:
    """Play a bag."""
    run(PlayerNode, args)


if __name__ == '__main__':
    main()
