# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Giving way to other processes."""

from __future__ import annotations

from contextlib import suppress
import os
from pathlib import Path

AUTOGROUP = Path('/proc/self/autogroup')    # not on every kernel


def give_way(niceness: int) -> None:
    """
    Let a process that has a session of its own, this one, give way to others.

    Linux shares the CPU among sessions first, where it has autogroups (sched(7)): how nice a
    process is counts within its session only, and that of the session among sessions.
    """
    if niceness:
        os.nice(niceness)
        with suppress(OSError):
            AUTOGROUP.write_text(str(niceness))
