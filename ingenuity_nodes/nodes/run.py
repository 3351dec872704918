# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Starting and stopping a node, written once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
import os
from pathlib import Path
import signal
import sys
import tempfile
from typing import Protocol

from ingenuity_nodes.graph.parent import end_with_launch
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
    """Spin one node until the run ends, Ctrl-C or the end of ROS; exit with its status."""
    end_with_launch()
    ensure_log_folder()
    node = None
    status = 1
    try:
        _begin(args)
        node = _made(node_class)
        membership = node.membership
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: membership.end(INTERRUPTED, 'interrupted'))
        status = _spin(node)
    except (KeyboardInterrupt, ExternalShutdownException):
        status = INTERRUPTED
    except (FileError, ParameterError, ParameterException, RecordingError, StartError) as error:
        print(error, file=sys.stderr)
        status = 2
    finally:
        if node is not None:
            node.destroy_node()
        rclpy.try_shutdown()
    # All is written and said; tidying up 200 MB of Python takes seconds on a busy machine.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


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
    return node.membership.status
