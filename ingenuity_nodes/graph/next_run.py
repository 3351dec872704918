# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The run after a reset: its id, from which all processes of a run know what it is.

Ids count on: ``3f2a`` is followed by ``3f2a.2``, that by ``3f2a.3``; with a seed of its own, by
``3f2a.3@7``, which the runs after it keep.
"""

from __future__ import annotations

import re

RESET = 'reset'     # begins what the world publishes while the run after it is awaited
SAME_SEED = -1      # of the next run: that of this one
_COUNTED = re.compile(r'(.*)\.([1-9][0-9]{0,8})(?:@([0-9]{1,19}))?', re.ASCII | re.DOTALL)
_ANNOUNCED = re.compile(RESET + r': next is run (.*?)(; waits for .*)?', re.DOTALL)


def id_after(run: str, seed: int = SAME_SEED) -> str:
    """Return the id of the run after a reset."""
    stem, number, before = _split(run)
    seed = before if seed == SAME_SEED else seed
    return f'{stem}.{number + 1}' + ('' if seed == SAME_SEED else f'@{seed}')


def comes_after(run: str, earlier: str) -> bool:
    """Return whether one id is that of a run after any number of resets of another."""
    (stem, number, _), (stem_before, before, _) = _split(run), _split(earlier)
    return stem == stem_before and number > before


def is_after_reset(run: str) -> bool:
    """Return whether a run follows another."""
    return number_of(run) > 1


def number_of(run: str) -> int:
    """Return how many runs of its row there have been up to a run, itself included."""
    return _split(run)[1]


def seed_in(run: str) -> int:
    """Return the seed that a run was given at a reset, -1 if none was."""
    return _split(run)[2]


def announcement(run: str, awaited: str = '') -> str:
    """Write what the world publishes; ``awaited`` names who is not ready for the next run."""
    return f'{RESET}: next is run {run}' + (f'; waits for {awaited}' if awaited else '')


def announced(text: str, run: str) -> str:
    """Read the id of the next run from what the world of a run published, '' if there is none."""
    found = _ANNOUNCED.fullmatch(text)
    return found[1] if found and comes_after(found[1], run) else ''


def _split(run: str) -> tuple[str, int, int]:
    """Return what all runs of a row have in common, the number of this one, and its seed."""
    counted = _COUNTED.fullmatch(run)
    if counted is None:
        return run, 1, SAME_SEED
    return counted[1], int(counted[2]), int(counted[3] or SAME_SEED)
