# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Ending with the process that started this one."""

from __future__ import annotations

import ctypes
import os

_PR_SET_PDEATHSIG = 1    # linux/prctl.h


def end_with_parent(parent: int, number: int) -> None:
    """Ask the kernel to signal this process when its parent dies, or end if that has happened."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        os._exit(1)
