# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""One seed for each vehicle and link of a run, so that no two have the same noise."""

from __future__ import annotations

import hashlib

import numpy as np


def seed_of(seed: int, *names: str) -> int:
    """
    Return the seed that belongs to these names in a run with this seed, 64 bits.

    The names' SHA-256 is the spawn key of a ``numpy.random.SeedSequence``: streams of different
    seeds or names are independent, and a vehicle keeps its noise whoever else takes part.
    """
    digest = hashlib.sha256('\n'.join(names).encode()).digest()
    key = np.frombuffer(digest, '<u4').tolist()
    return int(np.random.SeedSequence(seed, spawn_key=key).generate_state(1, np.uint64)[0])
