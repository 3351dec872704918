# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What is adjustable about the rover."""

from __future__ import annotations

from dataclasses import dataclass, field

from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.radio.parameters import RadioParameters
from ingenuity_nodes.rover.drive import DriveParameters
from ingenuity_nodes.rover.mast import MastParameters


@dataclass(frozen=True)
class RoverParameters:
    """The rover."""

    antenna_height: float = quantity(
        1.0, 'm', 'of the base station above the ground', low=0.1, high=3.0,
        source='assumed: on the rear deck')
    mast_tilt: float = quantity(
        0.0, 'rad', 'of the camera head at rest, positive up', low=-1.5, high=1.5,
        source='assumed: level')
    radio: RadioParameters = field(default_factory=RadioParameters)
    drive: DriveParameters = field(default_factory=DriveParameters)
    mast: MastParameters = field(default_factory=MastParameters)
