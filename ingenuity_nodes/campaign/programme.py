# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Which programme flies: rows of different code or libraries must not be mixed."""

from __future__ import annotations

from functools import cache
import hashlib
from importlib.metadata import version
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
# They decide the last bits of a trajectory.
LIBRARIES = ('numpy', 'scipy', 'numba')


@cache
def programme() -> dict[str, str]:
    """Return a digest of the package's sources, and the versions of the libraries it flies on."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob('*.py')):
        digest.update(str(path.relative_to(PACKAGE)).encode())
        digest.update(path.read_bytes())
    return {'ingenuity_nodes': digest.hexdigest()[:16],
            **{name: version(name) for name in LIBRARIES}}
