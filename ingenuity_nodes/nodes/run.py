# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Starting and stopping a node, written once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
import gc
import os
from pathlib import Path
import signal
import sys
import tempfile
from typing import Any, NamedTuple, Protocol

from ingenuity_nodes.graph.parent import end_with_launch
from ingenuity_nodes.nodes.between_runs import BetweenRuns, WaitingNode
from ingenuity_nodes.nodes.member import MemberNode
from ingenuity_nodes.nodes.setting import parameters_replaced
from ingenuity_nodes.parameters import ParameterError
from ingenuity_nodes.recording.errors import RecordingError
from ingenuity_nodes.resources import user_folder
from ingenuity_nodes.yaml_files.check import FileError
import rclpy
from rclpy.exceptions import ParameterException
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions

try:    # three times as fast, from Kilted on
    from rclpy.experimental import EventsExecutor as Executor
except ImportError:
    Executor = SingleThreadedExecutor

INTERRUPTED = 0    # Ctrl-C is how a ROS node is ended; that it cut a run short, the run says

Parameters = dict[str, Any]


class StartError(RuntimeError):
    """ROS cannot start here; the text says why."""


class Session(Protocol):
    """How long a node is to be spun, and with which status it ends."""

    running: bool
    status: int

    def end(self, status: int, reason: str) -> None:
        """Leave; the first reason counts."""

    def leave(self) -> None:
        """Leave the run."""


class RunnableNode(Protocol):
    """A node that knows when it is over and may have something to finish then."""

    membership: Session

    def finish(self) -> None:
        """Write or release what must not be lost."""


def run(node_class: Callable[[], RunnableNode], args: Sequence[str] | None = None) -> None:
    """
    Spin a node until its run ends, Ctrl-C or the end of ROS; exit with its status.

    After a reset the node is destroyed and a new one of the same class made: whatever it knew
    goes with it. Modules and compiled kernels stay.
    """
    end_with_launch()
    ensure_log_folder()
    process, status = _Process(node_class, args), 1
    try:
        parameters: Parameters | None = {}
        while parameters is not None:
            status, parameters = process.one_run(parameters)
    except (KeyboardInterrupt, ExternalShutdownException):
        status = INTERRUPTED
    except (FileError, ParameterError, ParameterException, RecordingError, StartError) as error:
        print(error, file=sys.stderr)
        status = 2
    # All is written and said; tidying up 200 MB of Python takes seconds on a busy machine.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


class _Process:
    """The process of one node, and of those that follow it after resets."""

    def __init__(
        self, node_class: Callable[[], RunnableNode], args: Sequence[str] | None,
    ) -> None:
        self._node_class, self._args = node_class, args
        self._handlers = {number: signal.getsignal(number)
                          for number in (signal.SIGINT, signal.SIGTERM)}
        self._is_interrupted = False

    def one_run(self, parameters: Parameters) -> tuple[int, Parameters | None]:
        """
        Live through one run, with a node that has some parameters beside its command line's.

        Returns
        -------
        int
            Status with which the process is to end if no run follows.
        dict
            Such parameters of the node of the next run; None if none follows.

        """
        def make() -> RunnableNode:
            with parameters_replaced(parameters):
                return _made(self._node_class)

        status, following = self._from_birth_to_end(make)
        if following is None:
            return status, None
        gc.collect()    # nodes and their parts refer to each other
        if following.interval is not None:
            status, called = self._from_birth_to_end(following.interval.node)
            if called is None:
                return status, None
        return status, {**parameters, **following.parameters}

    def _from_birth_to_end(
        self, make: Callable[[], RunnableNode],
    ) -> tuple[int, _Following | None]:
        """Make a node, spin it, destroy it; return its status, and what follows, if anything."""
        node = None
        try:
            _begin(self._args)
            node = make()
            self._end_at_signals(node.membership)
            status, following = _spin(node), _following(node)
        finally:
            if node is not None:
                node.destroy_node()
            rclpy.try_shutdown()
        if following is not None:
            # While nothing is spun, signals end the process as they do before its first node.
            for number, handler in self._handlers.items():
                signal.signal(number, handler)
            if self._is_interrupted:    # while a node that was over had something to finish
                return INTERRUPTED, None
        return status, following

    def _end_at_signals(self, session: Session) -> None:
        def end(*_: object) -> None:
            self._is_interrupted = True
            session.end(INTERRUPTED, 'interrupted')

        for number in self._handlers:
            signal.signal(number, end)


class _Following(NamedTuple):
    """What comes in a process after a reset."""

    parameters: Parameters           # of the next node, which its command line does not give
    interval: BetweenRuns | None     # before that


def _following(node: RunnableNode) -> _Following | None:
    if isinstance(node, WaitingNode):
        return _Following({}, None) if node.membership.is_called else None
    if not isinstance(node, MemberNode) or not node.membership.next_run:
        return None
    next_run = node.membership.next_run
    return _Following(node.next_parameters(next_run), node.between_runs(next_run))


def ensure_log_folder() -> None:
    """Let ROS log where it can, as without a home; it would not start."""
    if os.environ.get('ROS_LOG_DIR') or os.environ.get('ROS_HOME'):
        return
    try:
        folder = Path.home() / '.ros' / 'log'
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return
    except (OSError, RuntimeError):
        pass    # no home, or none that can be written
    os.environ['ROS_LOG_DIR'] = str(user_folder('ros_log') or tempfile.gettempdir())


def _begin(args: Sequence[str] | None) -> None:
    try:
        rclpy.init(args=args, signal_handler_options=SignalHandlerOptions.NO)
    except RuntimeError as error:    # as that the chosen folder for logs cannot be written
        raise StartError(f'ROS 2 does not start: {str(error)[:200]}') from error


def _made(node_class: Callable[[], RunnableNode]) -> RunnableNode:
    try:
        return node_class()
    except RuntimeError as error:
        if str(error).startswith('error creating node'):    # as that security is not built in
            text = ' '.join(str(error).split())
            raise StartError(f'ROS 2 makes no node here: {text[:250]}') from error
        raise


def _spin(node: RunnableNode) -> int:
    executor = Executor()
    executor.add_node(node)
    try:
        while rclpy.ok() and node.membership.running:
            executor.spin_once(timeout_sec=0.1)
    finally:
        node.membership.leave()
        node.finish()
    executor.remove_node(node)
    executor.shutdown()
    return node.membership.status
