# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Where compiled kernels are kept: by their content, so that they serve all checkouts of a user.

The name of a file holds a digest of all that went into it: the bytecode of the kernel and of those
that it calls, the constants they read, the types of the arguments, the versions of Python and
numba, and the kind of CPU. So nothing is ever out of date, neither after a change in another file
nor in another checkout, and a comment changes nothing. Numba's own cache checks only the file of
a function, not at those of the functions it calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
import hashlib
import os
from pathlib import Path
import pickle
import sys
import time
from typing import Any

from ingenuity_nodes.compiled.content import describe_type, digest_of
from ingenuity_nodes.compiled.folder import cache_folder, SHIPPED
import numba
from numba.core import serialize
from numba.core.caching import _Cache
from numba.core.compiler import CompileResult

FORMAT = 1
TOUCH_S = 86400.0        # the time of last use is noted once a day
_DIGEST = hashlib.sha256().digest_size


class KernelCache(_Cache):    # type: ignore[misc]    # numba has no types
    """The compiled forms of one kernel."""

    def __init__(self, py_func: Callable[..., Any]) -> None:
        self._function = py_func
        self._content = ''
        self._name = f'{py_func.__module__.partition(".")[2]}.{py_func.__qualname__}'

    @property
    def cache_path(self) -> str:
        """Return the folder that it writes to."""
        return str(cache_folder() or '')

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Load what was compiled for a signature; None if there is none that can be used."""
        target_context.refresh()
        name = self._file_name(sig, target_context.codegen())
        for path in _candidates(name):
            try:
                content = path.read_bytes()
                if hashlib.sha256(content[_DIGEST:]).digest() != content[:_DIGEST]:
                    raise ValueError('torn')
                found = CompileResult._rebuild(target_context, *pickle.loads(content[_DIGEST:]))
            except FileNotFoundError:
                continue
            except Exception:
                # Torn, or of classes that have moved since: it is compiled anew.
                path.unlink(missing_ok=True) if os.access(path.parent, os.W_OK) else None
                continue
            _note_use(path)
            return found
        return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep what was compiled; a disk that is full or read-only is no reason to stop."""
        folder = cache_folder()
        if folder is None or data.library.has_dynamic_globals or data.lifted:
            return
        path = folder / self._file_name(sig, data.codegen)
        content = serialize.dumps(data._reduce())
        partial = path.with_name(f'{path.name}.{os.getpid()}.partial')
        try:
            partial.write_bytes(hashlib.sha256(content).digest() + content)
            partial.replace(path)
        except OSError:
            partial.unlink(missing_ok=True)

    def enable(self) -> None:
        """Do nothing: it is always on."""

    def disable(self) -> None:
        """Do nothing: it is always on."""

    def flush(self) -> None:
        """Do nothing: what has changed has another name."""

    def _file_name(self, sig: Any, codegen: Any) -> str:
        self._content = self._content or digest_of(self._function)
        versions = FORMAT, sys.implementation.cache_tag, numba.__version__, numba.config.OPT
        key = repr((self._content, [describe_type(kind) for kind in sig], versions,
                    codegen.magic_tuple()))
        return f'{self._name}.{hashlib.sha256(key.encode()).hexdigest()[:24]}'


def _candidates(name: str) -> Iterator[Path]:
    folder = cache_folder()
    if folder is not None:
        yield folder / name
    yield SHIPPED / name


def _note_use(path: Path) -> None:
    try:
        if time.time() - path.stat().st_mtime > TOUCH_S:
            os.utime(path)
    except OSError:
        return    # another user's
