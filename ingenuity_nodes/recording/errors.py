# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The exception of the package ``recording``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class RecordingError(RuntimeError):
    """A run cannot be written or read; the text names the file, what was found and the remedy."""


@contextmanager
def of_a_stranger(what: str) -> Iterator[None]:
    """
    Raise one kind of error, in a line, whatever the reader of a file trips over.

    NumPy, Arrow, JSON and the readers of bags raise what they like; there is no common base.

    Parameters
    ----------
    what
        File, and what it is not: how the line begins.

    Raises
    ------
    RecordingError
        Anything went wrong.

    """
    try:
        yield
    except RecordingError:
        raise
    except Exception as error:
        text = ' '.join(str(error).split())[:160]
        kind = f'no {text}' if isinstance(error, KeyError) else text or type(error).__name__
        raise RecordingError(f'{what}: {kind}') from error
