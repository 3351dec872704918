# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Somebody who works with a live flight from a terminal, for the tests of the live graph."""

from __future__ import annotations

from contextlib import contextmanager
import json
import os
import subprocess
import sys

from ingenuity_nodes.graph.processes import Domain
from rcl_interfaces.msg import Parameter as ParameterMessage
from rcl_interfaces.srv import SetParameters
import rclpy
from rclpy.action import ActionClient
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_msgs.msg import String


class Operator:
    """Somebody at a terminal: asks, and waits for each answer."""

    def __init__(self, domain):
        self.context = rclpy.Context()
        rclpy.init(context=self.context, domain_id=domain)
        self.node = rclpy.create_node('operator', context=self.context)
        self.executor = SingleThreadedExecutor(context=self.context)
        self.executor.add_node(self.node)
        self.state, self.feedback = '', []
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self.node.create_subscription(String, '/world/state', self.on_state, latched)

    def on_state(self, message):
        self.state = message.data

    def wait_until(self, is_so):
        late = 0
        while not is_so():    # what was sent before the end may arrive after the word of it
            late += self.state.startswith(('ended', 'failed'))
            assert late < 50, self.state
            self.executor.spin_once(timeout_sec=0.2)

    def answer(self, future):
        self.wait_until(future.done)
        return future.result()

    def call(self, kind, name, request):
        client = self.node.create_client(kind, name)
        self.wait_until(client.service_is_ready)
        return self.answer(client.call_async(request))

    def set_parameter(self, node, name, value):
        typed = Parameter(name, value=value).get_parameter_value()
        found = self.call(SetParameters, f'{node}/set_parameters', SetParameters.Request(
            parameters=[ParameterMessage(name=name, value=typed)]))
        return found.results[0]

    def send(self, kind, name, goal):
        client = ActionClient(self.node, kind, name)
        self.wait_until(client.server_is_ready)
        return self.answer(client.send_goal_async(
            goal, feedback_callback=lambda message: self.feedback.append(message.feedback)))

    def close(self):
        self.executor.shutdown()
        self.node.destroy_node()
        self.context.try_shutdown()


@contextmanager
def flying(scenario, folder, found, longest):
    """
    Fly a scenario into ``folder``/run while the context lasts, with an operator beside it.

    Afterwards ``found`` has the text, the status, all feedback of actions, and the result.
    """
    domain = Domain()
    domain.release()    # for the run, which takes it itself
    environment = {**os.environ, 'ROS_DOMAIN_ID': str(domain.number),
                   'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST'}
    operator = Operator(domain.number)
    process = subprocess.Popen(
        [sys.executable, '-m', 'ingenuity_nodes.commands.cli', 'fly', str(scenario), '--out',
         str(folder / 'run')], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=environment)
    try:
        yield operator
        found['text'] = process.communicate(timeout=longest)[0]
        found['status'] = process.returncode
    finally:
        if process.poll() is None:
            process.kill()
            print(process.communicate()[0])
        operator.close()
    found['feedback'] = operator.feedback
    found['result'] = json.loads((folder / 'run' / 'result.json').read_text())
