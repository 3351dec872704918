# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What may be changed about a camera in flight."""

from __future__ import annotations

from dataclasses import dataclass

from ingenuity_nodes.parameters import quantity


@dataclass(frozen=True)
class CameraSettings:
    """Settings of one camera."""

    exposure_compensation: float = quantity(
        0.0, 'EV', 'brighter (positive) or darker than the automatic exposure: the light counts '
        'two to this power', low=-4.0, high=4.0,
        source='assumed: none; sixteen times either way leaves nothing to see')

    @property
    def gain(self) -> float:
        """Return what the light is multiplied with."""
        return float(2.0**self.exposure_compensation)
