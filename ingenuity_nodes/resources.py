# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Where the package finds its configuration, and where it keeps what is dear to make."""

from __future__ import annotations

from collections.abc import Iterator
import os
from pathlib import Path
import sys
import tempfile

PACKAGE = 'ingenuity_nodes'


def share_directory() -> Path:
    """
    Find the folder that holds ``config`` and ``launch``.

    Raises
    ------
    FileNotFoundError
        Neither a checkout nor an installed package lies on any known prefix.

    """
    checkout = Path(__file__).resolve().parent.parent
    if (checkout / 'config' / 'scenarios').is_dir():
        return checkout
    prefixes = [*os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep), sys.prefix]
    for prefix in filter(None, prefixes):
        installed = Path(prefix) / 'share' / PACKAGE
        if installed.is_dir():
            return installed
    searched = ', '.join(filter(None, prefixes))
    raise FileNotFoundError(f'no share/{PACKAGE} under any of: {searched}')


def configuration(*parts: str) -> Path:
    """Path of one file or folder under ``config``."""
    return share_directory().joinpath('config', *parts)


def user_folder(name: str, named: str | None = None) -> Path | None:
    """
    Find a folder of the user's cache that only the user may write; None where there can be none.

    It is under ``XDG_CACHE_HOME`` or ``~/.cache``, or with temporary files where neither can be
    written.

    Parameters
    ----------
    name
        Of the folder.
    named
        The folder itself, where somebody has chosen one.

    """
    for folder in [Path(named)] if named else _user_folders(name):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            about = folder.stat()
        except OSError:
            continue
        # What lies there is trusted, kernels are even run: nobody else may have written it.
        if about.st_uid == os.getuid() and not about.st_mode & 0o022 and os.access(
                folder, os.W_OK):
            return folder
    return None


def _user_folders(name: str) -> Iterator[Path]:
    if 'XDG_CACHE_HOME' in os.environ:
        yield Path(os.environ['XDG_CACHE_HOME']) / 'ingenuity' / name
    try:
        yield Path.home() / '.cache' / 'ingenuity' / name
    except RuntimeError:
        pass    # an account without a home
    yield Path(tempfile.gettempdir()) / f'ingenuity-{os.getuid()}' / name
