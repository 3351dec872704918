# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The run after a reset: its id and seed, which all processes of a run derive alike.

Ids count on: ``3f2a`` is followed by ``3f2a.2``, that by ``3f2a.3``.
"""

from __future__ import annotations

from dataclasses import dataclass
import re

RESET = 'reset'     # begins what the world publishes while the run after it is awaited
SAME_SEED = -1      # of the next run: that of this one
_COUNTED = re.compile(r'(.*)\.([1-9][0-9]*)', re.ASCII | re.DOTALL)
_SEED = re.compile(RESET + r'[^;]*, seed ([0-9]{1,19})(;.*)?', re.ASCII | re.DOTALL)


def id_after(run: str) -> str:
    """Return the id of the run after a reset."""
    stem, number = _split(run)
    return f'{stem}.{number + 1}'


def comes_after(run: str, earlier: str) -> bool:
    """Return whether one id is that of a run after any number of resets of another."""
    (stem, number), (stem_before, before) = _split(run), _split(earlier)
    return stem == stem_before and number > before


def is_after_reset(run: str) -> bool:
    """Return whether the id of a run counts a reset."""
    return _split(run)[1] > 1


def _split(run: str) -> tuple[str, int]:
    counted = _COUNTED.fullmatch(run)
    return (counted[1], int(counted[2])) if counted else (run, 1)


@dataclass(frozen=True)
class NextRun:
    """What the next run is."""

    run: str                  # its id
    seed: int = SAME_SEED

    @classmethod
    def announced(cls, text: str, run: str) -> NextRun | None:
        """Read what the world of a run published; None if that is no reset."""
        if not text.startswith(RESET):
            return None
        seed = _SEED.fullmatch(text)
        return cls(id_after(run), int(seed[1]) if seed else SAME_SEED)

    def announcement(self, awaited: str = '') -> str:
        """Write what the world publishes; ``awaited`` names who has not come yet."""
        seed = '' if self.seed == SAME_SEED else f', seed {self.seed}'
        return f'{RESET}: next is run {self.run}{seed}' + (
            f'; waits for {awaited}' if awaited else '')
