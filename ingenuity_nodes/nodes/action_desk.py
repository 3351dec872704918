# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The actions of mission control: ``fly_plan``, ``photograph``, ``go_to``.

A goal waits for the next tick, goes to mission control like any command from outside, and is
followed until it is done. Whatever is wrong with one is its outcome. A goal is executed in the
sense of rclpy only in its last moment, when its result is known: a coroutine that waits is called
again and again by rclpy, which takes a whole core.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
import math
import time
from typing import Any

from geometry_msgs.msg import Point, PointStamped
from ingenuity_interfaces.action import FlyPlan, GoTo, Photograph
from ingenuity_nodes import frames
from ingenuity_nodes.mission.control import MissionControl
from ingenuity_nodes.mission.errand import (
    Errand, fly_plan, go_to, photograph, Progress, Status)
from ingenuity_nodes.nodes.member import MemberNode
from ingenuity_nodes.scenario.commands import Command
from ingenuity_nodes.timing import SECOND_NS, TICK_NS
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.action.server import ServerGoalHandle

LAST_WORDS = 1.0    # [s] of wall time for results to go out, as the client must ask for each
FEEDBACK_NS = SECOND_NS // 5    # as often as helicopters report their positions
Maker = Callable[[str, Any, MissionControl], Errand]    # of name and goal


@dataclass
class _Task:
    """One goal of an action."""

    action: str
    name: str                    # of the vehicle
    handle: ServerGoalHandle
    make: Maker
    errand: Errand | None = None    # None: not yet given to mission control
    is_cancelled: bool = False


class ActionDesk:
    """Action servers for all vehicles; ``note_call`` counts what comes from outside."""

    def __init__(
        self, node: MemberNode, control: MissionControl, helicopters: Sequence[str],
        rovers: Sequence[str], note_call: Callable[[str], None],
    ) -> None:
        self._node, self._control, self._note_call = node, control, note_call
        self._tasks: list[_Task] = []
        self._sent: list[_Task | None] = []    # whose command each of the last tick is; None: end
        self._servers = [
            *(self._server(kind, name, action, make) for name in helicopters
              for kind, action, make in ((FlyPlan, 'fly_plan', _fly_plan),
                                         (Photograph, 'photograph', _photograph),
                                         (GoTo, 'go_to', _go_to))),
            *(self._server(GoTo, name, 'go_to', _go_to) for name in rovers)]

    def _server(self, kind: type, name: str, action: str, make: Maker) -> ActionServer:
        full_name = f'/{name}/{action}'
        return ActionServer(
            self._node, kind, self._node.run_names.on_network(full_name),
            execute_callback=lambda handle: None,    # each goal brings its own
            goal_callback=lambda _: GoalResponse.ACCEPT,
            cancel_callback=lambda _: CancelResponse.ACCEPT,
            handle_accepted_callback=partial(self._on_goal, full_name, name, make))

    def _on_goal(
        self, action: str, name: str, make: Maker, handle: ServerGoalHandle,
    ) -> None:
        self._tasks.append(_Task(action, name, handle, make))
        self._note_call(action)

    def close(self) -> None:
        """Offer no more actions; rclpy would offer them as long as anything knows the node."""
        for server in self._servers:
            server.destroy()

    def end(self, reason: str) -> None:
        """Answer all goals that are still open, as the run is over; nobody spins any more."""
        open_tasks = list(self._tasks)
        for task in open_tasks:
            self._abort(task, f'the run is over: {reason}')
        executor, deadline = self._node.executor, time.monotonic() + LAST_WORDS
        while open_tasks and executor and time.monotonic() < deadline:
            executor.spin_once(timeout_sec=0.05)

    def received(self) -> tuple[Command, ...]:
        """Return the commands of goals that are new, and of those that are to end."""
        commands: list[Command] = []
        self._sent = []
        for task in list(self._tasks):
            command, of_task = self._command(task)
            if command is not None:
                commands.append(command)
                self._sent.append(task if of_task else None)
        return tuple(commands)

    def _command(self, task: _Task) -> tuple[Command | None, bool]:
        """Return what is to be sent for a goal now, and whether it begins it."""
        if task.errand is None:
            try:
                task.errand = task.make(task.name, task.handle.request, self._control)
                return task.errand.command, True
            except ValueError as error:
                self._refuse(task, error)
        elif task.handle.is_cancel_requested and not task.is_cancelled:
            command = task.errand.cancel(self._control)
            task.is_cancelled = command is not None    # else in a later tick
            return command, False
        return None, False

    def follow(self, t_ns: int, answers: Sequence[str]) -> None:
        """Take mission control's answers to what :meth:`received` gave; publish the progress."""
        begun: dict[str, _Task] = {}    # in this tick, by vehicle
        for task, answer in zip(self._sent, answers, strict=True):
            if task is None or task.errand is None:
                continue
            if answer:
                self._refuse(task, answer)
                continue
            task.errand.begin(self._control)
            if task.errand.command.goals or task.errand.command.drive_to is not None:
                if task.name in begun:    # it would follow what is not its own
                    self._abort(begun[task.name], 'replaced by other goals')
                begun[task.name] = task
        for task in list(self._tasks):
            if task.errand is None:
                continue
            now = task.errand.progress(t_ns, self._control)
            if now.status is not Status.ACTIVE:
                self._end(task, now)
            elif t_ns // TICK_NS % (FEEDBACK_NS // TICK_NS) == 0:
                task.handle.publish_feedback(_feedback(task.action, t_ns, now))

    def _refuse(self, task: _Task, reason: object) -> None:
        self._abort(task, f'refused: {reason}')

    def _abort(self, task: _Task, outcome: str) -> None:
        self._end(task, Progress(Status.ABORTED, outcome, '', '', (math.nan,) * 3, math.nan, 0.0))

    def _end(self, task: _Task, last: Progress) -> None:
        """Answer with the result of the last progress."""
        def finish(handle: ServerGoalHandle) -> Any:
            {Status.SUCCEEDED: handle.succeed, Status.CANCELED: handle.canceled}.get(
                last.status, handle.abort)()
            return _result(task.action, last)

        self._tasks.remove(task)
        task.handle.execute(finish)


def _fly_plan(name: str, goal: Any, control: MissionControl) -> Errand:
    del control
    return fly_plan(name, goal.goals)


def _photograph(name: str, goal: Any, control: MissionControl) -> Errand:
    point = _point_from(goal.point) if goal.point.header.frame_id else None
    return photograph(name, goal.target, point, control)


def _go_to(name: str, goal: Any, control: MissionControl) -> Errand:
    return go_to(name, _point_from(goal.goal)[:2], control)


def _point_from(message: PointStamped) -> tuple[float, float, float]:
    frame, where = message.header.frame_id, message.point
    if frame != frames.MAP:
        raise ValueError(f"frame_id: found '{frame[:40]}', allowed: {frames.MAP}")
    point = where.x, where.y, where.z
    if not all(map(math.isfinite, point)):
        raise ValueError(f'found {where.x:g}, {where.y:g}, {where.z:g} m, allowed: finite numbers')
    return point


def _result(action: str, last: Progress) -> Any:
    success = last.status is Status.SUCCEEDED
    if action.endswith('/fly_plan'):
        return FlyPlan.Result(
            success=success, outcome=last.outcome, flight_time=last.flight_time)
    if action.endswith('/photograph'):
        return Photograph.Result(success=success, outcome=last.outcome)
    return GoTo.Result(success=success, outcome=last.outcome, distance=last.distance)


def _feedback(action: str, t_ns: int, now: Progress) -> Any:
    east, north, up = now.position
    time, where = t_ns / SECOND_NS, Point(x=east, y=north, z=up)
    if action.endswith('/fly_plan'):
        return FlyPlan.Feedback(phase=now.phase, mode=now.mode, position=where, time=time)
    if action.endswith('/photograph'):
        return Photograph.Feedback(phase=now.phase, mode=now.mode, time=time)
    return GoTo.Feedback(position=where, distance=now.distance, time=time)
