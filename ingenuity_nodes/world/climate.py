# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Pressure and temperature of the air by elevation of the site, season and local time.

Both are climate, not weather: the values of a scenario that does not name its own.
"""

from __future__ import annotations

import math

from ingenuity_nodes.signals import Air
from ingenuity_nodes.world.mars import air_at

# Withers 2012 (Space Sci. Rev. 170, 837): Viking 1's years as harmonics of the season, and the
# fall with height of Mars Global Surveyor's occultations; coefficients as remembered. They give
# 733 Pa where MEDA saw 718 Pa after landing (705 to 735 Pa had been predicted).
_VIKING_PRESSURE = 797.2          # [Pa] mean over the year
_VIKING_ELEVATION = -3630.0       # [m] above the areoid
_PRESSURE_HEIGHT = 11000.0        # [m] scale height
_SINES = (-0.069, 0.045)          # of Ls, of 2 Ls
_COSINES = (0.060, -0.050)
# Air at 1.5 m. Viking 1's first 20 sols, 4 deg north of Jezero's latitude: 187 to 242 K (Hess et
# al. 1976, Science 194, 78); MEDA: very small seasonal changes (Munguira et al. 2023).
_TEMPERATURE_MEAN = 214.0         # [K]
_TEMPERATURE_AMPLITUDE = 27.5         # [K]
_WARMEST = 14.5                   # [h] assumed: mid-afternoon, as everywhere on dry land
_SKEW = 0.5                       # assumed: coldest 14 h after the warmest, just before sunrise


def pressure_at(elevation: float, ls_deg: float) -> float:
    """Find the mean pressure of a sol [Pa] at an elevation [m, areoid] and season Ls [deg]."""
    season = 1.0
    for k in range(2):
        angle = (k + 1) * math.radians(ls_deg)
        season += _SINES[k] * math.sin(angle) + _COSINES[k] * math.cos(angle)
    height = elevation - _VIKING_ELEVATION
    return _VIKING_PRESSURE * season * math.exp(-height / _PRESSURE_HEIGHT)


def temperature_at(ltst_h: float) -> float:
    """Find the temperature of the air near the ground [K] at a local true solar time [h]."""
    phase = (ltst_h - _WARMEST) / 24.0 * 2.0 * math.pi
    # The lag is largest halfway, so that the long night cools slowly and the morning warms fast.
    return _TEMPERATURE_MEAN + _TEMPERATURE_AMPLITUDE * math.cos(phase - _SKEW * (
        1.0 - math.cos(phase)) / 2.0)


def climate(elevation: float, ls_deg: float, ltst_h: float) -> Air:
    """Build the air at an elevation [m, areoid], season [deg] and local true solar time [h]."""
    return air_at(pressure_at(elevation, ls_deg), temperature_at(ltst_h))
