# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A cache on disk for arrays that are expensive to compute: maps and tiles of the ground."""

from __future__ import annotations

from functools import cache
import os
from pathlib import Path
import tempfile
from typing import Any

from ingenuity_nodes.resources import user_folder
import numpy as np
from numpy.typing import NDArray

KEPT_BYTES = 1_500_000_000


def load(name: str, *keys: str) -> tuple[NDArray[Any], ...] | None:
    """Read the arrays stored under a name; None if there are none or the file is damaged."""
    folder = user_folder('ground')
    if folder is None:
        return None
    path = folder / f'{name}.npz'
    try:
        with np.load(path, allow_pickle=False) as file:
            return tuple(file[key] for key in keys)
    except FileNotFoundError:
        return None
    except Exception:    # torn in one of many ways: it is made anew
        path.unlink(missing_ok=True)
        return None


def keep(name: str, **arrays: NDArray[Any]) -> None:
    """Write arrays atomically; a full or read-only disk is ignored."""
    folder = user_folder('ground')
    if folder is None:
        return
    _evict_oldest(folder)
    try:
        with tempfile.NamedTemporaryFile(dir=folder, suffix='.tmp', delete=False) as file:
            np.savez(file, allow_pickle=False, **arrays)
        os.replace(file.name, folder / f'{name}.npz')
    except OSError:
        return


@cache
def _evict_oldest(folder: Path) -> None:
    """Delete the oldest files above ``KEPT_BYTES``, once per process."""
    files = []
    for path in folder.glob('*.npz'):
        try:
            about = path.stat()
        except OSError:
            continue    # deleted by another process
        files.append((about.st_mtime, about.st_size, path))
    total = sum(size for _, size, _ in files)
    for _, size, path in sorted(files):
        if total <= KEPT_BYTES:
            return
        path.unlink(missing_ok=True)
        total -= size
