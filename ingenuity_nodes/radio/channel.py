# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The channel between a base station and one helicopter: loses frames, and reports why."""

from __future__ import annotations

from collections.abc import Iterable
import math

from ingenuity_nodes.frames import Vector3
from ingenuity_nodes.radio.frames import size_of
from ingenuity_nodes.radio.link import line_of_sight, loss_probability
from ingenuity_nodes.radio.parameters import RadioParameters
from ingenuity_nodes.signals import RadioPacket
from ingenuity_nodes.timing import SECOND_NS
from ingenuity_nodes.world.terrain import Heights
import numpy as np


class Channel:
    """Loses frames by chance, the same ones for the same seed; all without a line of sight."""

    def __init__(
        self, parameters: RadioParameters, seed: int, heights: Heights | None = None,
    ) -> None:
        self._parameters, self._heights = parameters, heights
        self._generator = np.random.default_rng([seed, 914])
        self._distance = 0.0
        self._clear, self._reported = True, True
        self._changed_ns = 0

    def observe(self, t_ns: int, base_M: Vector3, helicopter_M: Vector3) -> str:
        """
        Take the true positions of both antennas [m].

        Returns
        -------
        str
            'no line of sight', 'line of sight again' when that has lasted for the turnaround
            time; '' else.

        """
        self._distance = math.dist(base_M, helicopter_M)
        clear = self._heights is None or line_of_sight(
            self._heights, base_M, helicopter_M, self._parameters.ray_step)
        if clear is not self._clear:
            self._clear, self._changed_ns = clear, t_ns
        lasted = t_ns - self._changed_ns >= self._parameters.turnaround * SECOND_NS
        if clear is self._reported or not lasted:
            return ''
        self._reported = clear
        return 'line of sight again' if clear else 'no line of sight'

    def change(self, parameters: RadioParameters) -> None:
        """Lose frames by other parameters from now on."""
        self._parameters = parameters

    def passes(self, bits: int) -> bool:
        """Return whether one frame arrives."""
        lost = loss_probability(self._parameters, self._distance, bits)
        return float(self._generator.random()) >= lost and self._clear

    def through(self, packets: Iterable[RadioPacket]) -> list[RadioPacket]:
        """Return the frames that arrive."""
        return [packet for packet in packets if self.passes(8 * size_of(packet))]
