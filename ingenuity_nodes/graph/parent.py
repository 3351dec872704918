# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Ending with the process that started this one."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path
import signal

_PR_SET_PDEATHSIG = 1    # linux/prctl.h
PARENT = 'INGENUITY_PARENT'    # number of the launch that starts a node, in its environment


def end_with_parent(parent: int, number: int) -> None:
    """Ask the kernel to signal this process when its parent dies, or end if that has happened."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        os._exit(1)


def end_with_launch() -> None:
    """
    End with the launch that started this process, if one did, as with Ctrl-C.

    Launch itself leaves its processes behind when it is killed or terminated. Whoever started
    this process for it, as a debugger in a terminal, is in between: then nothing is done.
    """
    parent = os.environ.pop(PARENT, '')
    if not parent.isdigit():
        return
    if os.getppid() == int(parent) or not Path(f'/proc/{parent}').exists():
        end_with_parent(int(parent), signal.SIGINT)
