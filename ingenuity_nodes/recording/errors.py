# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The exception of the package ``recording``."""

from __future__ import annotations


class RecordingError(RuntimeError):
    """A run cannot be written or read; the text names the file, what was found and the remedy."""
