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
"""The folders of compiled kernels."""

from __future__ import annotations

from collections.abc import Iterator
import os
from pathlib import Path
import tempfile
import time

SHIPPED = Path(__file__).parent / 'shipped'    # made when the package is built; only read
KEPT_S = 60 * 86400.0    # what nobody used for so long is removed


def cache_folder() -> Path | None:
    """
    Name the folder that compiled kernels are written to, None where there can be none.

    It is in the user's cache, or in the folder for temporary files where that cannot be written;
    ``INGENUITY_KERNELS`` names another one.
    """
    for folder in _candidates():
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            about = folder.stat()
        except OSError:
            continue
        # What lies there is run: nobody else may have written it.
        if about.st_uid == os.getuid() and not about.st_mode & 0o022 and os.access(
                folder, os.W_OK):
            return folder
    return None


def _candidates() -> Iterator[Path]:
    if 'INGENUITY_KERNELS' in os.environ:
        yield Path(os.environ['INGENUITY_KERNELS'])
        return
    if 'XDG_CACHE_HOME' in os.environ:
        yield Path(os.environ['XDG_CACHE_HOME']) / 'ingenuity' / 'kernels'
    try:
        yield Path.home() / '.cache' / 'ingenuity' / 'kernels'
    except RuntimeError:
        pass    # an account without a home
    yield Path(tempfile.gettempdir()) / f'ingenuity-{os.getuid()}' / 'kernels'


def forget_unused(folder: Path) -> None:
    """Remove what nobody has used for long."""
    oldest = time.time() - KEPT_S
    for path in folder.iterdir():
        try:
            if path.stat().st_mtime < oldest:
                path.unlink()
        except OSError:
            continue
