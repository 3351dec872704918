# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The folders of compiled kernels."""

from __future__ import annotations

import os
from pathlib import Path
import time

from ingenuity_nodes.resources import user_folder

SHIPPED = Path(__file__).parent / 'shipped'    # made when the package is built; only read
KEPT_S = 60 * 86400.0    # unused for so long, a kernel is removed


def cache_folder() -> Path | None:
    """Return the folder that compiled kernels are kept in, None where there can be none."""
    return user_folder('kernels', os.environ.get('INGENUITY_KERNELS'))


def forget_unused(folder: Path) -> None:
    """Remove what has not been used for long."""
    oldest = time.time() - KEPT_S
    for path in folder.iterdir():
        try:
            if path.stat().st_mtime < oldest:
                path.unlink()
        except OSError:
            continue
