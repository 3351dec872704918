# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What kernels are compiled for: a kind of CPU and a level of optimisation."""

from __future__ import annotations

import os
from pathlib import Path

# The highest level costs an eighth more time to compile (bench/compiling.py) and makes nothing
# faster but the height of the ground, by a fifth.
OPTIMISATION = '1'
# A level of x86-64 that nearly all CPUs of the last ten years have: what is compiled on one runs
# on the others. Wider vectors of newer ones gain nothing here, as loops are short.
PORTABLE_CPU = 'x86-64-v3'
PORTABLE_FLAGS = {'abm', 'avx2', 'bmi1', 'bmi2', 'f16c', 'fma', 'movbe'}    # of /proc/cpuinfo
_VARIABLES = ('NUMBA_OPT', 'NUMBA_CPU_NAME', 'NUMBA_CPU_FEATURES')


def choose_target() -> tuple[str, ...]:
    """Set what numba compiles for, unless the user did; return what is set."""
    os.environ.setdefault('NUMBA_OPT', OPTIMISATION)
    if 'NUMBA_CPU_NAME' not in os.environ and cpu_flags() >= PORTABLE_FLAGS:
        os.environ['NUMBA_CPU_NAME'], os.environ['NUMBA_CPU_FEATURES'] = PORTABLE_CPU, ''
    return tuple(os.environ.get(name, '') for name in _VARIABLES)


def cpu_flags() -> set[str]:
    """Read what the CPU can do, of an x86 under Linux."""
    try:
        lines = Path('/proc/cpuinfo').read_text().splitlines()
    except OSError:
        return set()
    flags = next((line for line in lines if line.startswith('flags')), '')
    return set(flags.partition(':')[2].split())
