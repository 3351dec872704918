# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
What Fast DDS leaves in /dev/shm when a process is killed, removed.

Its owner holds a lock (flock) on ``<name>_el`` as long as it lives, readers of a port one on
``<name>_sl``; so does ``fastdds shm clean`` find what nobody has (eProsima Fast DDS 3.2,
``RobustExclusiveLock`` and ``RobustSharedLock``). Segments have random names, which nobody takes
again; ports have those of a ROS domain, so only who has that domain to itself may remove them.
"""

from __future__ import annotations

from contextlib import suppress
import fcntl
import os
from pathlib import Path
import re
import time

SHM = Path('/dev/shm')
SETTLED = 10.0    # [s] assumed: a lock is taken at once after its file is made
LOCK = re.compile(r'(fastdds_(?:[0-9a-f]{16}|port(\d+)))_(?:el|sl)')


def remove_stale(ports: range, folder: Path = SHM) -> int:
    """
    Remove the files of this user whose owners have ended.

    Parameters
    ----------
    ports
        Those of the domain that is the caller's; others are left alone.
    folder
        Where the middleware keeps shared memory.

    Returns
    -------
    int
        How many segments and ports were removed.

    """
    locks: dict[str, list[Path]] = {}
    with suppress(OSError):    # no Linux
        for path in folder.iterdir():
            match = LOCK.fullmatch(path.name)
            if match and (match[2] is None or int(match[2]) in ports):
                locks.setdefault(match[1], []).append(path)
    return sum(_remove(folder, name, paths) for name, paths in locks.items())


def _remove(folder: Path, name: str, locks: list[Path]) -> bool:
    held = []
    try:
        for path in locks:
            about = path.stat()
            if about.st_uid != os.getuid() or time.time() - about.st_mtime < SETTLED:
                return False
            held.append(os.open(path, os.O_RDWR))
            fcntl.flock(held[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
        for path in (folder / name, folder / f'sem.{name}_mutex', *locks):
            path.unlink(missing_ok=True)
    except OSError:    # somebody lives there, or has just removed it
        return False
    finally:
        for handle in held:
            os.close(handle)
    return True
