# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Reads ``result.json`` of a run, which may come from anybody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ingenuity_nodes.recording.errors import of_a_stranger

KEYS = {'scenario': str, 'seed': int, 'outcome': str, 'trajectory_sha256': str}


def read_result(path: Path) -> dict[str, Any]:
    """
    Read the figures of a flight.

    Raises
    ------
    RecordingError
        There are none, or what is there was not written by a run.

    """
    with of_a_stranger(f'{path}: not the result of a run'):
        result: dict[str, Any] = json.loads(path.read_text(encoding='utf-8'))
        for key, kind in KEYS.items():
            if not isinstance(result[key], kind):
                raise ValueError(f'{key}: found {str(result[key])[:40]}')
    return result
