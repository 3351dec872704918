# Copyright 2026 Ingenuity contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.
"""
Where numba keeps compiled code, and a short way to call it.

There is one folder for each state of the sources that it comes from.

Numba looks only at the file of a function, not at those of the functions it calls; after an
update it would go on with a mixture of old and new physics.
"""

from __future__ import annotations

from collections.abc import Callable
import hashlib
import os
from pathlib import Path
import shutil
from typing import Any

VARIABLE = 'NUMBA_CACHE_DIR'
KEPT = 8    # folders of other states: checkouts side by side share a cache
# Compiled functions, and all that goes into them, live in these rooms and files.
ROOMS = ('cameras', 'control', 'guidance', 'navigation', 'sensors', 'vehicle', 'world')
FILES = (
    'compiled.py', 'frames.py', 'parameters.py', 'rotations.py', 'signals.py', 'timing.py')


def keep_versions_apart() -> None:
    """Name the folder to numba, unless the user did; call it before numba is imported."""
    if VARIABLE in os.environ:
        return
    try:
        home = Path(os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache')
        cache = home / 'ingenuity' / 'numba'
        folder = cache / fingerprint(Path(__file__).parent)
        if not folder.is_dir():
            folder.mkdir(parents=True)
            _remove_old(cache)
    except (OSError, RuntimeError):
        return    # a home that cannot be written: numba's own place beside the sources will do
    os.environ[VARIABLE] = str(folder)


def entry_point(function: Any, *arguments: Any) -> Callable[..., Any]:
    """
    Compile a function for arguments like these, or load it, and return its entry point.

    Calling that directly spares numba's look at the type of every argument, 4 us for some ten
    arrays. Nobody looks, so each call must hand over the very same kinds of arrays and numbers.
    """
    from numba import typeof

    kinds = tuple(typeof(argument) for argument in arguments)
    function.compile(kinds)
    entry: Callable[..., Any] = function.overloads[kinds].entry_point
    return entry


def fingerprint(package: Path) -> str:
    """Tell states of the sources apart by path, size and time of their files; reads none."""
    state = hashlib.sha256()
    paths = [package / name for name in FILES]
    for room in ROOMS:
        paths += sorted((package / room).rglob('*.py'))
    for path in paths:
        about = path.stat()
        state.update(f'{path} {about.st_size} {about.st_mtime_ns}\n'.encode())
    return state.hexdigest()[:16]


def _remove_old(cache: Path) -> None:
    folders = sorted(cache.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for folder in folders[KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)
