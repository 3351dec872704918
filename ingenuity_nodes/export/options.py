# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What a data set may leave out or hold beside its usual files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingenuity_nodes.export.flight_record import Shot

RANGE_KINDS = ('npy', 'png')


@dataclass(frozen=True)
class Options:
    """Choices of who exports."""

    every: int = 1            # of so many images, one is taken
    range_images: str = ''    # file format of range images, '' for none

    def chosen(self, shots: Iterable[Shot]) -> Iterator[Shot]:
        """Take every so many images, from the first."""
        return (shot for number, shot in enumerate(shots) if number % self.every == 0)
