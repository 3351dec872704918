# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Places on Mars in degrees, and the metres between them, over the few kilometres of a mission."""

from __future__ import annotations

from collections.abc import Iterable
import math
from typing import NamedTuple

# Mean equatorial radius, on whose sphere NASA's map of the mission (MMGIS) is projected.
RADIUS = 3_396_190.0    # [m]


class Site(NamedTuple):
    """A point of the ground."""

    latitude: float     # [deg], north
    longitude: float    # [deg], east


def displaced(site: Site, north: float, east: float) -> Site:
    """Return the place that lies some metres north and east of another."""
    parallel = RADIUS * math.cos(math.radians(site.latitude))
    return Site(site.latitude + math.degrees(north / RADIUS),
                site.longitude + math.degrees(east / parallel))


def displacement(start: Site, end: Site) -> tuple[float, float]:
    """Return how far one place lies north and east of another [m]."""
    parallel = RADIUS * math.cos(math.radians(start.latitude))
    return (RADIUS * math.radians(end.latitude - start.latitude),
            parallel * math.radians(end.longitude - start.longitude))


def chained(start: Site, legs: Iterable[tuple[float, float]]) -> Site:
    """Follow displacements north and east [m], one after the other."""
    here = start
    for north, east in legs:
        here = displaced(here, north, east)
    return here
