# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What a child process does before its program: be ended with us, and be nice to others."""

from __future__ import annotations

from contextlib import suppress
import os
from pathlib import Path
import signal

from ingenuity_nodes.graph.parent import end_with_parent

AUTOGROUP = Path('/proc/self/autogroup')    # not on every kernel


def prepare_child(parent: int, niceness: int) -> None:
    """Let this process end with its parent, by Ctrl-C as well, and be nice to others."""
    end_with_parent(parent, signal.SIGINT)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    be_nice(niceness)


def be_nice(niceness: int) -> None:
    """
    Let a process that has a session of its own, this one, be nice to others.

    Linux divides the CPU among sessions first, where it has autogroups (sched(7)): how nice a
    process is counts within its session only, and that of the session among sessions.
    """
    if niceness:
        os.nice(niceness)
        with suppress(OSError):
            AUTOGROUP.write_text(str(niceness))
