# Copyright 2026 Ingenuity contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.
"""
The owner of time: announces ticks, waits for all answers, keeps the pace, notices who is gone.

It is the only part of the graph that runs on steady wall time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
import time

from diagnostic_msgs.msg import DiagnosticArray
from ingenuity_nodes.lockstep import Barrier, Roster
from ingenuity_nodes.nodes.conversions.geometry import stamp
from ingenuity_nodes.nodes.conversions.lockstep import answer_from, tick_message
from ingenuity_nodes.nodes.membership import (
    ENDED, FAILED, GONE, LATCHED, Membership, PAUSED, READY, RUNNING, WAITING, WORLD_STATE)
from ingenuity_nodes.nodes.participant import BEAT, DONE, TICK
from ingenuity_nodes.scenario import LockstepSection
from ingenuity_nodes.timing import SECOND_NS, TICK_NS
from rcl_interfaces.msg import FloatingPointRange, ParameterDescriptor, SetParametersResult
from rclpy.clock import Clock as RclClock, ClockType
from rclpy.node import Node
from rclpy.parameter import Parameter
from rosgraph_msgs.msg import Clock
from std_msgs.msg import Float64, String
from std_srvs.srv import SetBool, Trigger

WATCH = 0.25    # [s] of wall time between looks at who is silent
PACE = 'real_time_factor'


class Timekeeper:
    """Runs the lockstep of one graph on one node."""

    def __init__(
        self, node: Node, lockstep: LockstepSection, participants: Sequence[str],
        expects: Sequence[str], on_tick: Callable[[int], None],
    ) -> None:
        self._node, self._lockstep, self._on_tick = node, lockstep, on_tick
        self._barrier = Barrier(participants)
        self._roster = Roster(dict.fromkeys([*expects, *participants]), lockstep.silence)
        self._state, self._said = WAITING, ''
        self._verdict: tuple[str, str] | None = None
        self._t_ns = self._steps_asked = 0
        self._asked = self._began = time.monotonic()
        self._paced_from = (self._began, 0)
        self.membership = Membership(node, lambda: '', lockstep.silence, is_world=True)
        self._pace = self._declare_pace()
        self._connect()

    def _declare_pace(self) -> float:
        descriptor = ParameterDescriptor(
            description='simulated seconds per second; 0: as fast as possible, '
                        '-1: as the scenario says',
            floating_point_range=[FloatingPointRange(from_value=-1.0, to_value=1000.0)])
        value = float(self._node.declare_parameter(PACE, -1.0, descriptor).value)
        self._node.add_on_set_parameters_callback(self._on_parameters)
        return self._lockstep.real_time_factor if value < 0 else value

    def _connect(self) -> None:
        node, steady = self._node, RclClock(clock_type=ClockType.STEADY_TIME)
        self._clock = node.create_publisher(Clock, '/clock', 10)
        self._ticks = node.create_publisher(DiagnosticArray, TICK, BEAT)
        self._states = node.create_publisher(String, WORLD_STATE, LATCHED)
        self._factor = node.create_publisher(Float64, f'/world/{PACE}', LATCHED)
        node.create_subscription(DiagnosticArray, DONE, self._on_answer, BEAT)
        node.create_subscription(DiagnosticArray, '/diagnostics', self._on_heartbeat, 100)
        node.create_subscription(String, '/mission/state', self._on_mission, LATCHED)
        node.create_service(SetBool, '/world/pause', self._on_pause)
        node.create_service(Trigger, '/world/step', self._on_step)
        node.create_timer(WATCH, self._on_watch, clock=steady)
        self._pacer = node.create_timer(1.0, self._on_pacer, clock=steady)
        self._pacer.cancel()
        self._say(WAITING)

    # Time goes on --------------------------------------------------------------------------

    def _on_answer(self, message: DiagnosticArray) -> None:
        try:
            complete = self._barrier.take(answer_from(message))
        except ValueError as error:
            self._node.get_logger().error(f'{DONE}: {error}', throttle_duration_sec=1.0)
            return
        if complete:
            self._go_on()

    def _go_on(self) -> None:
        """Announce the next tick: now, at its due time, or when somebody asks for one."""
        if self._barrier.waiting:
            return    # also an end waits until everybody has heard all of the last tick
        if self._verdict:
            self.end(*self._verdict)
        elif self._state == RUNNING:
            ahead = self._seconds_ahead()
            if ahead <= 0.0:
                self._announce()
            else:
                self._pacer.timer_period_ns = round(ahead * SECOND_NS) + 1
                self._pacer.reset()
        elif self._state == PAUSED and self._steps_asked > 0:
            self._steps_asked -= 1
            self._announce()

    def _announce(self) -> None:
        self._t_ns += TICK_NS
        self._asked = time.monotonic()
        self._clock.publish(Clock(clock=stamp(self._t_ns)))
        self._ticks.publish(tick_message(self._barrier.next_tick(self._t_ns)))
        self._on_tick(self._t_ns)

    def _seconds_ahead(self) -> float:
        """Tell how long until the next tick is due on the wall [s]."""
        if self._pace == 0.0:
            return 0.0
        wall, t_ns = self._paced_from
        return wall + (self._t_ns + TICK_NS - t_ns) / SECOND_NS / self._pace - time.monotonic()

    def _on_pacer(self) -> None:
        self._pacer.cancel()
        self._go_on()

    def _run(self) -> None:
        self._paced_from = (time.monotonic(), self._t_ns)
        self._say(RUNNING)
        self._go_on()

    # Who is there --------------------------------------------------------------------------

    def _on_heartbeat(self, message: DiagnosticArray) -> None:
        for status in message.status:
            says = '' if status.message == READY else status.message
            self._roster.heard(status.name, time.monotonic(), says)
        if self._state == WAITING:
            self._begin_when_all_are_here()

    def _begin_when_all_are_here(self) -> None:
        absent = self._roster.absent
        if absent:
            self._say(f'{WAITING}: {", ".join(absent)}')
            return
        self._node.get_logger().info('all are here: time begins')
        self._began = time.monotonic()
        self._run()

    def _on_watch(self) -> None:
        """Look who is silent; also tell everybody that the world lives."""
        now = time.monotonic()
        if self._state in (ENDED, FAILED):
            if not self._roster.present(now, GONE):
                self.membership.end(0 if self._state == ENDED else 1, self._said)
        elif self._state == WAITING:
            lost = [*self._roster.gone(GONE), *self._roster.silent(now)]
            if lost:
                self.end(FAILED, f'{", ".join(lost)}, before time began')
        else:
            silent = self._roster.silent(now)
            stuck = [name for name in self._barrier.waiting
                     if now - self._asked > self._lockstep.silence and not self._roster.says(name)]
            if silent or stuck:
                text = [*silent, *(f'{name} (no answer to tick {self._t_ns / SECOND_NS:.2f} s)'
                                   for name in stuck if not any(name in row for row in silent))]
                self._on_silence(', '.join(text), [row.split(' ')[0] for row in text])
            elapsed = now - self._began
            if elapsed > 0:
                self._factor.publish(Float64(data=self._t_ns / SECOND_NS / elapsed))
        self._states.publish(String(data=self._said))

    def _on_silence(self, text: str, names: Sequence[str]) -> None:
        if self._lockstep.on_silence == 'stop':
            self.end(FAILED, f'{text}; last tick {self._t_ns / SECOND_NS:.2f} s')
            return
        self._node.get_logger().error(f'{text}: {self._lockstep.on_silence}',
                                      throttle_duration_sec=5.0)
        if self._lockstep.on_silence == 'continue':
            for name in names:
                self._roster.excuse(name)
                if self._barrier.excuse(name):
                    self._go_on()

    def end(self, state: str, reason: str) -> None:
        """Tell everybody that the run is over, and why; the world leaves last."""
        if self._state in (ENDED, FAILED):
            return
        self._say(f'{state}: {reason}')

    def _on_mission(self, message: String) -> None:
        if message.data.startswith((ENDED, FAILED)):
            state, _, reason = message.data.partition(': ')
            self._verdict = state, reason
            self._go_on()

    def _say(self, text: str) -> None:
        if text == self._said:
            return
        state = text.partition(':')[0]
        if state == FAILED:
            self._node.get_logger().error(text)
        elif state != self._state or state == WAITING:
            self._node.get_logger().info(text)
        self._state, self._said = state, text
        self._states.publish(String(data=text))

    # What people may ask -------------------------------------------------------------------

    def _on_pause(self, request: SetBool.Request, response: SetBool.Response) -> SetBool.Response:
        response.success = self._state in (RUNNING, PAUSED)
        if response.success and request.data:
            self._say(PAUSED)
        elif response.success and self._state == PAUSED:
            self._run()
        response.message = f'{self._said} at {self._t_ns / SECOND_NS:.2f} s'
        return response

    def _on_step(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        response.success = self._state == PAUSED
        if response.success:
            self._steps_asked += 1
            self._go_on()
        response.message = (f'tick {self._t_ns / SECOND_NS:.2f} s' if response.success
                            else f'{self._said}: pause first')
        return response

    def _on_parameters(self, parameters: Sequence[Parameter]) -> SetParametersResult:
        for parameter in parameters:
            if parameter.name == PACE and parameter.value >= 0.0:
                self._pace = float(parameter.value)
                self._paced_from = (time.monotonic(), self._t_ns)
        return SetParametersResult(successful=True)
