# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Position of the sun in the sky of Mars at a time on Earth.

The algorithm is Mars24's (Allison and McEwen 2000, Planet. Space Sci. 48, 215, with the constants
of NASA GISS Mars24); equation numbers in brackets are from its technical notes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
import math

from ingenuity_nodes.frames import Vector3
import numpy as np

SOLAR_CONSTANT = 1361.0      # [W/m^2] at 1 au (Kopp and Lean 2011)
_TT_MINUS_UTC = 69.184       # [s] since 2017
_J2000 = datetime(2000, 1, 1, 12, tzinfo=timezone.utc)
_PERTURBATIONS = (           # [B-3] amplitude [deg], period [Julian years], phase [deg]
    (0.0071, 2.2353, 49.409), (0.0057, 2.7543, 168.173), (0.0039, 1.1177, 191.837),
    (0.0037, 15.7866, 21.736), (0.0021, 2.1354, 15.704), (0.0020, 2.4694, 95.528),
    (0.0018, 32.8493, 49.095))


@dataclass(frozen=True)
class Sun:
    """The sun as seen from one site."""

    elevation: float      # above the horizontal [rad]
    azimuth_deg: float    # clockwise from north [deg]
    direction_M: Vector3  # unit vector toward the sun
    ltst_h: float         # local true solar time [h]
    lmst_h: float         # local mean solar time [h]
    ls_deg: float         # areocentric solar longitude [deg]
    distance_au: float    # Sun to Mars [au]
    irradiance: float     # above the atmosphere [W/m^2]


def sun_at(utc: datetime, latitude_deg: float, east_longitude_deg: float) -> Sun:
    """Compute the sun at ``utc`` (naive times count as UTC) over a planetographic place."""
    if utc.tzinfo is None:
        utc = utc.replace(tzinfo=timezone.utc)
    days = ((utc - _J2000).total_seconds() + _TT_MINUS_UTC) / 86400.0  # since J2000, TT
    anomaly = math.radians(19.3871 + 0.52402073 * days)                # [B-1]
    centre_deg = _equation_of_centre_deg(days, anomaly)
    ls_deg = (270.3871 + 0.524038496 * days + centre_deg) % 360.0      # [B-2, B-5]
    ls = math.radians(ls_deg)
    time_deg = (2.861 * math.sin(2 * ls) - 0.071 * math.sin(4 * ls)    # [C-1] equation of time
                + 0.002 * math.sin(6 * ls) - centre_deg)
    mst_h = 24.0 * ((days - 4.5) / 1.0274912517 + 44796.0 - 0.0009626)  # [C-2]
    lmst_h = (mst_h + east_longitude_deg / 15.0) % 24.0                # [C-3]
    ltst_h = (lmst_h + time_deg / 15.0) % 24.0                         # [C-4]
    declination = math.asin(0.42565 * math.sin(ls)) + math.radians(0.25) * math.sin(ls)  # [D-1]
    elevation, azimuth = _horizontal(math.radians((ltst_h - 12.0) * 15.0), declination,
                                     math.radians(latitude_deg))
    distance_au = 1.52367934 * (
        1.00436 - 0.09309 * math.cos(anomaly)  # [D-2]
        - 0.004336 * math.cos(2 * anomaly) - 0.00031 * math.cos(3 * anomaly) -
        0.00003 * math.cos(4 * anomaly))
    return Sun(elevation,
               math.degrees(azimuth) % 360.0, direction(elevation, azimuth), ltst_h, lmst_h,
               ls_deg, distance_au, SOLAR_CONSTANT / distance_au**2)


def direction(elevation: float, azimuth: float) -> Vector3:
    """Return the unit vector in M at an elevation and an azimuth clockwise from north [rad]."""
    level = math.cos(elevation)
    return np.array([level * math.sin(azimuth), level * math.cos(azimuth), math.sin(elevation)])


def _equation_of_centre_deg(days: float, anomaly: float) -> float:
    """Compute true minus mean anomaly [deg], planets' pull included [B-3, B-4]."""
    pull = sum(amplitude * math.cos(math.radians(0.985626 * days / period + phase))
               for amplitude, period, phase in _PERTURBATIONS)
    return (pull + (10.691 + 3.0e-7 * days) * math.sin(anomaly) + 0.623 * math.sin(2 * anomaly)
            + 0.050 * math.sin(3 * anomaly) + 0.005 * math.sin(4 * anomaly)
            + 0.0005 * math.sin(5 * anomaly))


def _horizontal(hour_angle: float, declination: float, latitude: float) -> tuple[float, float]:
    """Turn hour angle and declination into elevation and azimuth [D-5, D-6] [rad]."""
    sin_elevation = (math.sin(declination) * math.sin(latitude)
                     + math.cos(declination) * math.cos(latitude) * math.cos(hour_angle))
    azimuth = math.atan2(
        -math.sin(hour_angle),
        math.cos(latitude) * math.tan(declination) - math.sin(latitude) * math.cos(hour_angle))
    return math.asin(min(1.0, max(-1.0, sin_elevation))), azimuth
