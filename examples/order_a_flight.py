# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Steer a running flight, by topics and services: hold in the first cruise, go on, come home.

``./ingenuity fly flight_03`` in one terminal, this in another, both with the same ROS_DOMAIN_ID.
"""

import sys

import rclpy
from rclpy.node import Node
from std_msgs.msg import String
from std_srvs.srv import Trigger

HELD_S = 5.0    # of simulated time


class Pilot(Node):
    """Calls hold, resume and return as the flight goes on."""

    def __init__(self, vehicle='ingenuity', at='translate'):
        super().__init__('pilot', parameter_overrides=[
            rclpy.parameter.Parameter('use_sim_time', value=True)])
        self._at, self._orders = at, {kind: self.create_client(Trigger, f'/{vehicle}/{kind}')
                                      for kind in ('hold', 'resume', 'return')}
        self.create_subscription(String, f'/{vehicle}/flight_mode', self._on_mode, 100)
        self.called, self.landed = [], False

    def _on_mode(self, message):
        mode = message.data.partition(':')[0]
        if mode == self._at and not self.called:
            self._call('hold')
            self._later = self.create_timer(HELD_S, self._go_on)
        self.landed = self.landed or mode == 'landed'

    def _go_on(self):
        self._call('resume' if 'resume' not in self.called else 'return')
        if self.called[-1] == 'return':
            self._later.cancel()

    def _call(self, kind):
        self.called.append(kind)
        self._orders[kind].call_async(Trigger.Request()).add_done_callback(
            lambda done: print(f'{kind}: {done.result().message}'))


def main(*arguments):
    """Spin until it has landed."""
    rclpy.init()
    pilot = Pilot(*arguments)
    while rclpy.ok() and not pilot.landed:
        rclpy.spin_once(pilot)
    print('landed after', ', '.join(pilot.called))
    rclpy.try_shutdown()


if __name__ == '__main__':
    main(*sys.argv[1:])
