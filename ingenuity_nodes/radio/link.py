# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The space between two antennas: link budget and line of sight.

914 MHz Zigbee-class radios with monopoles move at most 250 kbit/s over at most 1 km (Chahat et
al., "The Mars Helicopter Telecommunication Link", Proc. IEEE 108, 2020).
"""

from __future__ import annotations

import math

from ingenuity_nodes.frames import Vector3
from ingenuity_nodes.radio.parameters import RadioParameters
from ingenuity_nodes.world.terrain import above_ground, Heights
import numpy as np

SPEED_OF_LIGHT = 299_792_458.0      # [m/s], exact
BOLTZMANN = 1.380649e-23            # [J/K], exact


def signal_to_noise_db(parameters: RadioParameters, distance: float) -> float:
    """Signal-to-noise ratio at a distance [m] in free space (Friis), per bit of bandwidth [dB]."""
    wavelength = SPEED_OF_LIGHT / parameters.frequency
    path_loss = 20 * math.log10(4 * math.pi * max(distance, 1.0) / wavelength)
    noise = BOLTZMANN * parameters.noise_temperature * parameters.bit_rate
    return (10 * math.log10(parameters.transmit_power / noise)
            - path_loss - parameters.losses_db)


def loss_probability(
    parameters: RadioParameters, distance: float, bits: int | None = None,
) -> float:
    """
    Chance that a frame is lost: non-coherent binary FSK in white noise.

    Bit error rate 0.5 exp(-Eb/N0 / 2) (Proakis, Digital Communications, 4th ed., eq. 5.4-46).
    ``bits`` is the length of the frame, by default that of a full file frame.
    """
    ratio = 10 ** (signal_to_noise_db(parameters, distance) / 10)
    bit_error = 0.5 * math.exp(-min(ratio, 1e3) / 2)
    return 1.0 - (1.0 - bit_error) ** (parameters.slot_bits if bits is None else bits)


def line_of_sight(heights: Heights, a_M: Vector3, b_M: Vector3, step: float) -> bool:
    """
    Return whether the straight line between two antennas clears the ground.

    The line is compared with the ground at points no farther apart than ``step`` [m], the ends
    left out; diffraction over the edge is not modelled.
    """
    count = max(2, math.ceil(math.hypot(b_M[0] - a_M[0], b_M[1] - a_M[1]) / step))
    along = (np.arange(1, count) / count)[:, None]
    return bool((above_ground(heights, a_M[None], b_M[None], along) > 0.0).all())
