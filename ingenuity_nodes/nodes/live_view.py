# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A running graph for Rerun's viewer: subscribes to what the viewer shows of a bag."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
import os
import time

from ingenuity_nodes.nodes.membership import ENDED, FAILED
from ingenuity_nodes.nodes.message_types import message_type, UnknownTypeError
from ingenuity_nodes.nodes.offers import offered, wanted
from ingenuity_nodes.recording.bag.reader import BagMessage
from ingenuity_nodes.recording.bag.typestore import TYPES
from ingenuity_nodes.recording.bag.writer import BagQos
from ingenuity_nodes.recording.errors import RecordingError
from ingenuity_nodes.viewing.reader import Reader
import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
import rerun as rr

STATE = 'world/state'    # what the world says of the run, below its namespace
SCAN = 0.5          # [s] of wall time between looks for new topics
DEPTH = 1000        # messages that may wait, of those that must not be lost
BULKY = 2           # the same, of images: the newest counts
PATIENCE = 10.0     # [s] assumed: a run that says nothing for so long, nor has a topic, is gone


class LiveView:
    """Feeds a recording from a node's subscriptions; decoding is that of bags."""

    def __init__(
        self, node: Node, recording: rr.RecordingStream, report_line: Callable[[str], None],
    ) -> None:
        self._node, self._report = node, report_line
        self._reader = Reader(recording, report_line)
        self._seen: set[str] = set()
        self._shown: set[str] = set()    # topics of the run
        self.ended = ''                  # why, once the run has
        self.received = 0                # messages

    @property
    def publishers(self) -> int:
        """Count who publishes on the topics of the run."""
        return sum(self._node.count_publishers(topic) for topic in self._shown)

    @property
    def is_flying(self) -> bool:
        """Return whether a vehicle is there to look at."""
        return any(topic.endswith('odometry') for topic in self._shown)

    def scan(self) -> None:
        """Subscribe to what has appeared; lay the viewer out anew for new vehicles."""
        for topic, types in self._node.get_topic_names_and_types():
            offers = [info.qos_profile
                      for info in self._node.get_publishers_info_by_topic(topic)]
            if topic in self._seen or not offers:    # else somebody listens, but nobody speaks yet
                continue
            if self._reader.shows(topic) or topic.endswith(f'/{STATE}'):
                self._seen.add(topic)
                self._subscribe(topic, types[0], offered(offers))
        self._reader.lay_out()

    def _subscribe(self, topic: str, type_name: str, qos: BagQos) -> None:
        try:
            kind = message_type(type_name)
        except UnknownTypeError as error:
            self._report(f'{topic}: left out, as {error}')
            return
        if type_name not in TYPES.fielddefs:
            self._report(f'{topic}: left out, as it has the type {type_name}')
            return
        bulky = type_name == 'sensor_msgs/msg/Image'
        if bulky and not qos.latched:    # a viewer that is slow must not hold up the camera
            qos = BagQos(BULKY, reliable=False)
        self._shown.add(topic)
        self._node.create_subscription(
            kind, topic, lambda cdr: self._on_message(topic, type_name, cdr),
            wanted(qos, BULKY if bulky else DEPTH), raw=True)

    def _on_message(self, topic: str, type_name: str, cdr: bytes) -> None:
        self.received += 1
        if not topic.endswith(f'/{STATE}'):
            self._reader.take(BagMessage(topic, type_name, 0, bytes(cdr)))
            return
        text = str(getattr(TYPES.deserialize_cdr(bytes(cdr), type_name), 'data', ''))
        if text.startswith((ENDED, FAILED)):
            self.ended = text


@contextmanager
def watching(
    domain: int, recording: rr.RecordingStream, report_line: Callable[[str], None],
    time_out: float,
) -> Iterator[Callable[[], str]]:
    """
    Join a domain, wait for a run there, and yield what feeds the recording until it has ended.

    Raises
    ------
    RecordingError
        There is no run in the domain within ``time_out`` seconds of wall time.

    """
    os.environ.setdefault('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    context = rclpy.Context()
    rclpy.init(context=context, domain_id=domain)
    node = rclpy.create_node('live_view', context=context, enable_rosout=False,
                             start_parameter_services=False)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)
    view = LiveView(node, recording, report_line)
    try:
        deadline = time.monotonic() + time_out
        while not view.is_flying:
            if time.monotonic() > deadline:
                raise RecordingError(
                    f'found no run in ROS domain {domain} within {time_out:g} s, allowed: the '
                    'domain of one that goes on, as --domain or ROS_DOMAIN_ID')
            _turn(executor, view)
        yield lambda: _until_the_end(executor, view)
    finally:
        executor.shutdown()
        node.destroy_node()
        context.try_shutdown()


def _turn(executor: SingleThreadedExecutor, view: LiveView) -> None:
    """Look for topics, then take messages for a while."""
    view.scan()
    end = time.monotonic() + SCAN
    while (left := end - time.monotonic()) > 0.0:
        executor.spin_once(timeout_sec=left)


def _until_the_end(executor: SingleThreadedExecutor, view: LiveView) -> str:
    """Feed the recording; return why it is over."""
    last, received = time.monotonic(), 0
    try:
        while not view.ended or view.received > received:    # what is under way counts, too
            received = view.received
            _turn(executor, view)
            now = time.monotonic()
            if view.received > received or view.publishers:
                last = now
            elif now - last > PATIENCE:
                return 'gone: nobody is there any more'
    except ExternalShutdownException:
        return 'interrupted'
    return view.ended
