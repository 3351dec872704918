# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The owner of time: announces ticks, waits for all answers, keeps the pace, notices who is gone.

It is the only part of the graph that runs on steady wall time.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
import re
import time

from diagnostic_msgs.msg import DiagnosticArray
from ingenuity_nodes.graph.lockstep import Answer, Barrier, Foreign
from ingenuity_nodes.graph.next_run import announcement, RESET
from ingenuity_nodes.graph.roster import Condition, Heartbeat, ProcessId, Roster
from ingenuity_nodes.nodes.conversions.changes import change_from
from ingenuity_nodes.nodes.conversions.geometry import stamp
from ingenuity_nodes.nodes.conversions.lockstep import (
    answer_from, heartbeat_message, heartbeats_from, tick_message)
from ingenuity_nodes.nodes.live_parameters import CHANGES, CHANGES_QOS
from ingenuity_nodes.nodes.member import MemberNode
from ingenuity_nodes.nodes.membership import (
    another_world, ENDED, FAILED, LATCHED, PAUSED, RUNNING, WAITING, WORLD, WORLD_LIFE)
from ingenuity_nodes.nodes.pace import PACE, Pace
from ingenuity_nodes.nodes.participant import BEAT, DONE, TICK
from ingenuity_nodes.nodes.reset_desk import ResetDesk
from ingenuity_nodes.nodes.status_line import print_status
from ingenuity_nodes.scenario.sections import LockstepSection
from ingenuity_nodes.timing import SECOND_NS, TICK_NS
from rclpy.clock import Clock as RclClock, ClockType
from rosgraph_msgs.msg import Clock
from std_msgs.msg import Float64, String
from std_srvs.srv import SetBool, Trigger

WATCH = 0.25      # [s] of wall time between looks at who is missing
REPORT_AFTER = 3.0   # [s] of wall time for one tick, before it is said what holds it up
CLOCK = '/clock'
OVER = ENDED, FAILED, RESET    # states of a run that nothing follows


class Timekeeper:
    """Runs the lockstep of one graph on one node."""

    def __init__(
        self, node: MemberNode, lockstep: LockstepSection, participants: Sequence[str],
        expects: Sequence[str], on_tick: Callable[[int, Mapping[str, float]], None],
        restartable: Container[str] = (),
    ) -> None:
        self._node, self._lockstep, self._on_tick = node, lockstep, on_tick
        self._run_id, self._process = node.membership.run, ProcessId.own()
        self._barrier = Barrier(participants, self._run_id)
        self._roster = Roster(dict.fromkeys([*expects, *participants]), lockstep.silence)
        self._restartable, self._returned = restartable, set[str]()
        self._state, self._reported = WAITING, ''
        self._verdict: tuple[str, str] | None = None
        self._t_ns = self._steps_asked = 0
        self._asked = self._began = self._worked = time.monotonic()
        self._watched, self._held_up, self._names = self._began, '', ''
        self._pace, self._changed = Pace(node, lockstep.real_time_factor), 0
        self._connect()

    def _connect(self) -> None:
        node, steady = self._node, RclClock(clock_type=ClockType.STEADY_TIME)
        self._clock = node.create_publisher(Clock, CLOCK, 10)
        self._ticks = node.create_publisher(DiagnosticArray, TICK, BEAT)
        self._states = node.create_publisher(String, '/world/state', LATCHED)    # for people
        self._life = node.create_publisher(DiagnosticArray, WORLD_LIFE, LATCHED)
        node.create_subscription(DiagnosticArray, WORLD_LIFE, self._on_life, BEAT)
        self._factor = node.create_publisher(Float64, f'/world/{PACE}', LATCHED)
        node.create_subscription(DiagnosticArray, DONE, self._on_answer, BEAT)
        node.create_subscription(DiagnosticArray, '/diagnostics', self._on_heartbeat, 100)
        node.create_subscription(String, CHANGES, self._on_change, CHANGES_QOS)
        node.create_service(SetBool, '/world/pause', self._on_pause)
        node.create_service(Trigger, '/world/step', self._on_step)
        node.create_timer(WATCH, self._on_watch, clock=steady)
        self._pacer = node.create_timer(1.0, self._on_pacer, clock=steady)
        self._pacer.cancel()
        self._resets = ResetDesk(node, self._roster, self._reset)
        self._report(f'{WAITING}: {", ".join(self._roster.absent)}')

    # Time goes on --------------------------------------------------------------------------

    def _on_answer(self, message: DiagnosticArray) -> None:
        for complete in self._node.refusals.read(
                DONE, [message], lambda message: self._take(answer_from(message))):
            if complete:
                self._go_on()

    def _take(self, answer: Answer) -> bool:
        """Take an answer, and what mission control says with it when the run is over."""
        complete = self._barrier.take(answer)
        if answer.verdict.startswith((ENDED, FAILED)):
            state, _, reason = answer.verdict.partition(': ')
            self._verdict = state, reason
        return complete

    def _go_on(self) -> None:
        """Announce the next tick: now, at its due time, or when somebody asks for one."""
        if self._barrier.waiting:
            return    # also an end waits until everybody has received all of the last tick
        if self._verdict:
            self.end(*self._verdict)
        elif self._state == RUNNING:
            ahead = self._pace.seconds_ahead(self._t_ns)
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
        refused = self._node.refusals.foreign
        if refused or self._changed:
            self._barrier.saw_foreign(WORLD, {
                **{topic: Foreign(0, count) for topic, count in refused.items()},
                CHANGES: Foreign(self._changed, refused[CHANGES])})
        live = self._node.live_parameters
        if taken := live.take():
            self._barrier.change(taken)
            live.note(self._t_ns, taken)
        tick = self._barrier.next_tick(self._t_ns)
        self._ticks.publish(tick_message(tick))
        self._on_tick(self._t_ns, tick.changes)

    def _on_change(self, message: String) -> None:
        """Count what anybody of the run changed: it was nobody's who is part of it."""
        for change in self._node.refusals.read(CHANGES, [message], change_from):
            self._changed += change.name != PACE    # which no bit of a flight depends on

    def _on_pacer(self) -> None:
        self._pacer.cancel()
        self._go_on()

    def _run(self) -> None:
        self._pace.begin(self._t_ns)
        self._report(RUNNING)
        self._go_on()

    # Who is there --------------------------------------------------------------------------

    def _on_heartbeat(self, message: DiagnosticArray) -> None:
        for beat in heartbeats_from(message):
            of_next = self._state in OVER and self._resets.note(beat)
            if beat.run not in ('', self._run_id) and not of_next:
                continue    # of another run: its world is named
            if self._roster.receive(beat, time.monotonic()) and self._state != WAITING:
                self._on_return(beat)
        if self._state == WAITING:
            self._begin_when_all_are_here()

    def _on_return(self, beat: Heartbeat) -> None:
        """Let a participant that was started again resume, if the run can do without its past."""
        number = beat.process.number if beat.process else 'unknown'
        if beat.name in self._restartable:
            self._returned.add(beat.name)
            self._node.get_logger().warning(
                f'{beat.name} has been started again (process {number}): it goes on without what '
                'it knew, this run cannot be repeated')
        else:
            self.end(FAILED, f'{beat.name} has been started again (process {number}): what it '
                     'knew is lost, and no run can go on without that but of a parked rover with '
                     'on_silence: wait')

    def _resume(self) -> None:
        """Announce the last tick to who has returned, when all others have answered it."""
        for name in [name for name in self._barrier.waiting if name in self._returned]:
            if self._barrier.waiting == (name,) and self._roster.can_resume(name):
                self._returned.discard(name)
                self._ticks.publish(tick_message(self._barrier.resume(name)))

    def _on_life(self, message: DiagnosticArray) -> None:
        """Name another world in this ROS domain; the one that came later does not begin."""
        for beat in heartbeats_from(message):
            if beat.run == self._run_id or beat.what.startswith((ENDED, FAILED)):
                continue
            error = another_world(beat, self._run_id)
            self._node.refusals.note(WORLD_LIFE, error)
            if self._state == WAITING and self._came_later(beat):
                self.end(FAILED, f'{error}; give this run another ROS_DOMAIN_ID')

    def _came_later(self, other: Heartbeat) -> bool:
        if not other.what.startswith(WAITING) or other.process is None:
            return True    # that one flies
        return self._process.order > other.process.order

    def _begin_when_all_are_here(self) -> None:
        absent = self._roster.absent
        if absent:
            self._report(f'{WAITING}: {", ".join(absent)}')
            return
        self._node.get_logger().info('all are here: time begins')
        if others := self._node.other_publishers(CLOCK):
            self._node.get_logger().warning(
                f'{others} publishes on /clock, too: give one of the runs another ROS domain, or '
                'a namespace and clock_and_tf:=namespace')
        self._node.time_begins()
        self._began = time.monotonic()
        self._run()

    def _on_watch(self) -> None:
        """Look who is missing; also publish that the world lives."""
        now = time.monotonic()
        self._count_less(now)
        if self._state in (ENDED, FAILED):
            if not self._roster.present(now):
                self._node.membership.end(0 if self._state == ENDED else 1, self._reported)
        elif self._state == RESET:
            self._gather(now)
        elif self._state == WAITING:
            if lost := self._lost(now):
                self.end(FAILED, f'{", ".join(lost)}, before time began')
            elif verdict := self._resets.after_failed_discovery(now):
                self._report(verdict)
        else:
            self._resume()
            self._find_the_lost(now)
            elapsed = now - self._began
            if elapsed > 0:
                self._factor.publish(Float64(data=self._t_ns / SECOND_NS / elapsed))
        self._publish_state()

    def _gather(self, now: float) -> None:
        """End the run for the next one when nobody has a node of this one any more."""
        if lost := self._lost(now):
            self._report(f'{FAILED}: {", ".join(lost)}, between two runs')
        elif awaited := self._resets.awaited:
            self._report(announcement(self._resets.next_run, ', '.join(awaited)))
        else:
            self._node.membership.end_for(self._resets.next_run)

    def _lost(self, now: float) -> list[str]:
        """Name who is gone; a process that lives may take as long as it likes: it compiles."""
        return [*self._roster.departed(), *self._roster.ended(), *self._roster.unreachable(now)]

    def _count_less(self, now: float) -> None:
        """Forgive everybody the time in which this process stood still, as with a closed lid."""
        late, self._watched = now - self._watched - WATCH, now
        if late > WATCH:
            self._roster.overslept(late)
            self._asked += late
            self._pace.overslept(late)

    def _find_the_lost(self, now: float) -> None:
        """Notice who has gone, who is silent, and what holds the last tick up."""
        rows = [*self._roster.ended(), *self._roster.departed(), *self._roster.silent(now)]
        waiting, since = self._barrier.waiting, now - self._asked
        if waiting and since > REPORT_AFTER:
            busy = self._roster.busy(now)
            held_up = [*busy, *(self._roster.describe(name, now) for name in waiting
                                if not any(row.startswith(f'{name} ') for row in busy))]
            self._report_once(held_up)
            # Who has just worked for long may have sent what is still under way.
            self._worked = now if busy else self._worked
            idle = now - max(self._asked, self._worked)
            if since > self._lockstep.busy if busy else idle > self._lockstep.silence:
                rows += [row for row in held_up if row.split(' ')[0] in waiting
                         and row.split(' ')[0] not in {lost.split(' ')[0] for lost in rows}]
        else:
            self._held_up = ''
        if rows:
            self._on_silence(', '.join(rows), [row.split(' ')[0] for row in rows])

    def _report_once(self, held_up: Sequence[str]) -> None:
        """Report why time stands still, once for those that hold it up."""
        names = ', '.join(row.split(' ')[0] for row in held_up)
        if names != self._held_up:
            self._held_up = names
            self._node.get_logger().warning(
                f'tick {self._t_ns / SECOND_NS:.2f} s: {", ".join(held_up)}')

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
        """Publish that the run is over, and why; the world leaves last."""
        if self._state in OVER:
            return
        self._report(f'{state}: {reason}')

    def _report(self, text: str) -> None:
        if text == self._reported:
            return
        state = text.partition(':')[0]
        if state == FAILED:
            self._node.get_logger().error(text)
        elif state == WAITING:
            self._log_ends(text)
        elif state != self._state:
            self._node.get_logger().info(text)
        self._state, self._reported = state, text
        self._publish_state()

    def _publish_state(self) -> None:
        self._states.publish(String(data=self._reported))
        self._life.publish(heartbeat_message(
            Heartbeat(WORLD, Condition.READY, self._reported, self._process, run=self._run_id),
            self._t_ns))

    def _log_ends(self, text: str) -> None:
        """Log who is waited for when that changes; how far they are is seen in the state."""
        print_status(text)
        names = re.sub(r' \(.*?\)(?=,|$)', '', text)
        if names != self._names:
            self._names = names
            self._node.get_logger().info(text)

    # What people may ask -------------------------------------------------------------------

    def _on_pause(self, request: SetBool.Request, response: SetBool.Response) -> SetBool.Response:
        response.success = self._state in (RUNNING, PAUSED)
        if response.success and request.data:
            self._report(PAUSED)
        elif response.success and self._state == PAUSED:
            self._run()
        response.message = f'{self._reported} at {self._t_ns / SECOND_NS:.2f} s'
        return response

    def _reset(self) -> str:
        """End the run at once, also one that stands still; return why not, '' if it ends."""
        if self._state in OVER:
            return self._reported
        self._report(announcement(self._resets.next_run))
        return ''

    def _on_step(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        response.success = self._state == PAUSED
        if response.success:
            self._steps_asked += 1
            self._go_on()
        response.message = (f'tick {self._t_ns / SECOND_NS:.2f} s' if response.success
                            else f'{self._reported}: pause first')
        return response
