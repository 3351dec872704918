# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What is adjustable about the radio; the same at both ends."""

from __future__ import annotations

from dataclasses import dataclass

from ingenuity_nodes.parameters import ParameterError, quantity
from ingenuity_nodes.radio.frames import LONGEST_OVERHEAD, TELEMETRY_SIZE


@dataclass(frozen=True)
class RadioParameters:
    """
    The radios at both ends, and the time division between them.

    Raises
    ------
    ParameterError
        A superframe has no time for one file frame beside telemetry and answers.

    """

    bit_rate: float = quantity(
        250e3, 'bit/s', 'over-the-air rate, of all stations together', low=1e3, high=1e7,
        source='NASA: up to 250 kbps over up to 1 km')
    frame_size: int = quantity(
        750, 'B', 'payload of one file frame', low=256, high=16384,
        source='assumed: three frames in a superframe beside telemetry and answers')
    superframe: float = quantity(
        0.1, 's', 'period of telemetry, beacon and grants', low=0.02, high=2.0,
        source='assumed: telemetry at 10 Hz')
    base_fraction: float = quantity(
        0.07, '1', 'least fraction of the time that is kept for beacon and answers',
        low=0.01, high=0.5, source='assumed: a beacon and one answer per superframe')
    frequency: float = quantity(
        914e6, 'Hz', 'carrier', low=1e8, high=1e10, source='Chahat et al. 2020')
    transmit_power: float = quantity(
        0.75, 'W', 'power into the antenna', low=1e-3, high=10.0,
        source='assumed: class of the SiFlex02 module')
    noise_temperature: float = quantity(
        600.0, 'K', 'of the receiving system', low=10.0, high=1e4,
        source='assumed: 3 dB noise figure and a warm ground')
    losses_db: float = quantity(
        40.0, 'dB', 'antennas at grazing angles, polarisation, ground', low=0.0, high=100.0,
        source='assumed: leaves the published 250 kbit/s at 1 km')
    helicopter_antenna: float = quantity(
        0.3, 'm', 'height of the helicopter antenna above the origin of its body',
        low=0.0, high=2.0,
        source='assumed: tip of a 7.3 cm monopole (NASA) on the solar panel')
    ray_step: float = quantity(
        1.0, 'm', 'distance between the points at which a line of sight is compared with the '
        'ground', low=0.1, high=10.0,
        source='assumed: finer than any rise that is high enough to hide an antenna')
    turnaround: float = quantity(
        0.5, 's', 'wait for an answer before a frame is sent again; age at which a request and '
        'a change of the line of sight count', low=0.02, high=60.0, source='assumed')
    silence: float = quantity(
        5.0, 's', 'after which a helicopter looks for another base station', low=0.5, high=600.0,
        source='assumed: longer than any fading')
    most_frames: int = quantity(
        32768, '1', 'frames of the longest file', low=64, high=65535,
        source='assumed: 24 MB, more than any JPEG of 13 megapixels')
    most_files: int = quantity(
        4, '1', 'incomplete files that a receiver keeps per sender', low=1, high=64,
        source='assumed: a thumbnail and a photo, and some that were given up')

    def __post_init__(self) -> None:
        if self.slots(1) < 1:
            raise ParameterError('radio.superframe', (
                f'found {self.superframe:g} s at {self.bit_rate:g} bit/s, allowed: time for a '
                f'frame of {self.frame_size} B beside telemetry and answers'))

    @property
    def superframe_bits(self) -> int:
        """Capacity of one superframe."""
        return int(self.bit_rate * self.superframe)

    @property
    def slot_bits(self) -> int:
        """Length of one slot: of the longest file frame."""
        return 8 * (self.frame_size + LONGEST_OVERHEAD)

    def left_for_base(self, stations: int, slots: int) -> int:
        """Return the bits that beacon and answers may take beside telemetry and file slots."""
        telemetry = 8 * TELEMETRY_SIZE * (stations + 1)    # one more: somebody may join
        return self.superframe_bits - telemetry - slots * self.slot_bits

    def slots(self, stations: int) -> int:
        """Return how many file frames fit into a superframe beside telemetry and answers."""
        free = self.left_for_base(stations, 0) - int(self.base_fraction * self.superframe_bits)
        return max(0, free // self.slot_bits)
