# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""In which ROS domain a run is that somebody wants to look at."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from ingenuity_nodes.graph.processes import (
    check_domain, domain_lock, domains_in_use, NoDomainError)


def domain_of_run(given: str = '') -> int:
    """
    Find the domain of the run that goes on: the one given, or of the environment, or the only one.

    Runs of ``ingenuity fly`` lock theirs; without such a run it is 0, as ROS has it.

    Raises
    ------
    NoDomainError
        There are several runs, or what was given is no domain.

    """
    if text := given or os.environ.get('ROS_DOMAIN_ID', ''):
        check_domain(text)
        return int(text)
    found = sorted(number for number in domains_in_use() if _is_locked(domain_lock(number)))
    if len(found) > 1:
        raise NoDomainError(f'found runs in the domains {", ".join(map(str, found))}, allowed: '
                            '--domain with one of them')
    return found[0] if found else 0


def _is_locked(path: Path) -> bool:
    try:
        with path.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
