# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Somebody in the ROS domain of a run who sends nonsense to whatever the run subscribes to.

Part of ``./ingenuity stress --messages``: a process of its own, which finds topics and services by
asking ROS, as anybody could.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
import importlib
import json
from pathlib import Path
import time
from typing import Any

from ingenuity_nodes.mission.outside import COMMAND_TOPIC
from ingenuity_nodes.nodes.hostile_values import Hostile
from ingenuity_nodes.nodes.message_types import message_type
from ingenuity_nodes.nodes.pace import PACE
from ingenuity_nodes.nodes.run import Executor
from ingenuity_nodes.recording.mission_from_bag import DRIVE
from ingenuity_nodes.stress.hostile_groups import ends_the_flight, group_of, LOCKSTEP, OWN_RUN
from ingenuity_nodes.world.seeds import seed_of
import numpy as np
from rcl_interfaces.msg import Parameter, ParameterType, ParameterValue
import rclpy
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy.serialization import serialize_message
from rosgraph_msgs.msg import Clock
from std_msgs.msg import String

STREAM = 7001        # of random numbers
# What is offered matches every subscription.
OFFER = QoSProfile(depth=100, durability=DurabilityPolicy.TRANSIENT_LOCAL)
BEGIN = 60.0         # [s] at most until time has begun
LISTEN = 1.5         # [s] for messages of the run that are then changed
SETTLED = 2          # times that nothing new was found
RATE = 2500.0        # [1/s] messages of all topics together: a queue of 1000 must not overflow
LARGEST = 20_000     # bytes of a message of the run that is changed: a copy takes time
OPEN_CALLS = 10      # of each service, unanswered


class Target:
    """A topic or service of the run, and what has been sent there."""

    def __init__(self, name: str, sender: Any, kind: type, seed: int) -> None:
        self.name, self.sender, self.kind = name, sender, kind
        # Its own, so that what is sent does not depend on who was discovered first.
        self.random = np.random.default_rng([seed_of(seed, name), STREAM])
        self.hostile = Hostile(self.random)
        self.template: Any = None
        self.parameters: list[str] = []
        self.sent = self.answered = 0
        self.calls: list[Any] = []

    def row(self) -> dict[str, Any]:
        """Write what became of it."""
        return {'name': self.name, 'sent': self.sent, 'answered': self.answered}


class HostileNode(Node):
    """Finds out what there is, and sends."""

    def __init__(self, group: str, seed: int) -> None:
        super().__init__('hostile')
        self._group, self._seed = group, seed
        self._seconds = -1
        self._executor = Executor()
        self._executor.add_node(self)
        self.create_subscription(Clock, '/clock', self._on_clock, 10)
        self.aimed: dict[str, Target] = {}
        self.served: dict[str, Target] = {}

    @property
    def time_goes_on(self) -> bool:
        """Return whether the world has begun to tick, and is still there."""
        return self._seconds >= 0 and self.count_publishers('/world/tick') > 0

    def _on_clock(self, message: Clock) -> None:
        self._seconds = message.clock.sec

    def find(self) -> None:
        """Find what the nodes of the run subscribe to and serve, until that grows no more."""
        known, unchanged = -1, 0
        while unchanged < SETTLED:
            self.listen()
            self._find_more()
            found = len(self.aimed) + len(self.served)
            known, unchanged = found, unchanged + 1 if found == known else 0

    def _find_more(self) -> None:
        for name, namespace in self.get_node_names_and_namespaces():
            if name == self.get_name():
                continue
            for topic, types in self.get_subscriber_names_and_types_by_node(name, namespace):
                mine = (topic in LOCKSTEP if self._group == OWN_RUN
                        else group_of(topic) == self._group)
                if mine and topic not in self.aimed:
                    self._aim(topic, types[0])
            if self._group == 'services':
                for service, types in self.get_service_names_and_types_by_node(name, namespace):
                    if service not in self.served:
                        kind = service_type(types[0])
                        self.served[service] = Target(
                            service, self.create_client(kind, service), kind, self._seed)

    def _aim(self, topic: str, type_name: str) -> None:
        kind = message_type(type_name)
        sender = self.create_publisher(kind, topic, OFFER)
        self.aimed[topic] = Target(topic, sender, kind, self._seed)

    def learn(self) -> None:
        """Keep a message of each topic, to be changed; and the names of all parameters."""
        listeners = []
        for target in self.aimed.values():
            offers = self.get_publishers_info_by_topic(target.name)
            latched = any(offer.qos_profile.durability == DurabilityPolicy.TRANSIENT_LOCAL
                          for offer in offers if offer.node_name != self.get_name())
            qos = QoSProfile(depth=1, durability=(
                DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE))

            def keep(message: Any, target: Target = target) -> None:
                if len(serialize_message(message)) <= LARGEST:
                    target.template = message

            listeners.append(self.create_subscription(target.kind, target.name, keep, qos))
        lists = {name: target.sender.call_async(target.kind.Request())
                 for name, target in self.served.items() if name.endswith('/list_parameters')}
        self.listen()
        for listener in listeners:
            self.destroy_subscription(listener)
        for name, answer in lists.items():
            if answer.done():
                for kind in ('set_parameters', 'set_parameters_atomically'):
                    key = name.replace('list_parameters', kind)
                    self.served[key].parameters = answer.result().result.names

    def listen(self) -> None:
        """Receive for a while."""
        deadline = time.monotonic() + LISTEN
        while time.monotonic() < deadline:
            self.spin(0.02)

    def spin(self, seconds: float) -> None:
        """Receive what has come, or comes within some time."""
        self._executor.spin_once(timeout_sec=seconds)

    def send(self, target: Target) -> None:
        """Send one message: new, a changed one of the run's, or one whose bytes are damaged."""
        draw = target.random.random()
        if target.template is None or draw < 0.4:
            message = target.hostile.message(target.kind)
        else:
            message = target.hostile.changed(target.template)
        if self._group != OWN_RUN and target.name in LOCKSTEP:
            for status in message.status:
                status.hardware_id = 'another'    # of one's own run only insiders speak
        if draw > 0.9 and self._group != OWN_RUN and target.name not in LOCKSTEP:
            message = target.hostile.damaged(message)
        try:
            target.sender.publish(message)
        except RuntimeError:    # damaged so that our own middleware does not send it
            target.sender.publish(target.kind())
        target.sent += 1

    def call(self, target: Target) -> None:
        """Call a service once, unless many calls are still unanswered."""
        done = [call for call in target.calls if call.done()]
        target.answered += len(done)
        target.calls = [call for call in target.calls if not call.done()]
        if len(target.calls) >= OPEN_CALLS:
            return
        request = target.hostile.message(target.kind.Request)
        if target.parameters and target.random.random() < 0.8:
            request.parameters = [Parameter(
                name=str(target.random.choice(target.parameters)),
                value=target.hostile.value('rcl_interfaces/ParameterValue'))]
        target.calls.append(target.sender.call_async(request))
        target.sent += 1

    def rounds(self, count: int) -> Iterator[None]:
        """
        Send to everything in turn until each has so many, at a limited rate.

        What ends the flight comes last: the others would have no flight to disturb.
        """
        began, sent = time.monotonic(), 0
        while open_ones := [*(target for target in self.aimed.values() if target.sent < count),
                            *(target for target in self.served.values()
                              if target.answered + len(target.calls) < count)]:
            first = [target for target in open_ones if not ends_the_flight(target.name)]
            for target in first or open_ones:
                (self.call if target.name in self.served else self.send)(target)
                sent += 1
            self.spin(max(0.0, min(0.1, began + sent / RATE - time.monotonic())))
            for _ in range(len(self.served)):    # their answers
                self.spin(0.0)
            yield

    def resume(self) -> None:
        """
        Let time go on, as fast as it can, and stop rovers: both may have been ordered otherwise.

        A drive across the site takes half an hour, for which the run rightly waits.
        """
        if pause := self.served.get('/world/pause'):
            pause.sender.call_async(pause.kind.Request(data=False))
        if change := self.served.get('/world/set_parameters'):
            pace = Parameter(name=PACE, value=ParameterValue(
                type=ParameterType.PARAMETER_DOUBLE, double_value=0.0))
            change.sender.call_async(change.kind.Request(parameters=[pace]))
        command = self.create_publisher(String, COMMAND_TOPIC, OFFER)
        self.listen()    # until it is matched
        for topic, _ in self.get_topic_names_and_types():
            if match := DRIVE.fullmatch(topic):
                command.publish(String(data=f'{{vehicle: {match[1]}, order: hold}}'))
        self.listen()


def service_type(name: str) -> type:
    """Find the class of a service, also of those of which an action is made."""
    package, group, kind = name.split('/')
    module = importlib.import_module(f'{package}.{group}')
    if group == 'action':
        action, _, part = kind.rpartition('_')
        found: type = getattr(getattr(module, action).Impl, f'{part}Service')
    else:
        found = getattr(module, kind)
    return found


def main(args: Sequence[str] | None = None) -> None:
    """Send until each topic of a group has its messages, or the run is over."""
    parser = argparse.ArgumentParser(prog='hostile')
    parser.add_argument('--messages', type=int, required=True)
    parser.add_argument('--group', required=True)
    parser.add_argument('--seed', type=int, required=True)
    parser.add_argument('--out', type=Path, required=True)
    options = parser.parse_args(args)
    rclpy.init(args=[])
    node = HostileNode(options.group, options.seed)
    deadline = time.monotonic() + BEGIN
    while not node.time_goes_on and time.monotonic() < deadline:
        node.spin(0.05)
    node.find()
    node.learn()
    for _ in node.rounds(options.messages):
        if not node.time_goes_on:
            break
    node.listen()    # what is under way arrives, and is answered
    node.resume()
    for target in node.served.values():
        target.answered += sum(call.done() for call in target.calls)
    options.out.write_text(json.dumps([
        target.row() for target in (*node.aimed.values(), *node.served.values())]))
    node.destroy_node()
    rclpy.try_shutdown()


if __name__ == '__main__':
    main()
