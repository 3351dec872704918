# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What a raster file of the ground says of itself in numbers: where it lies, how it is scaled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
import math
from typing import Any

from ingenuity_nodes.world.terrain import MARS_RADIUS

# [m] assumed: from what a hand lens shows to some degrees, coarser than any map that is flown
# over; MOLA's coarsest grid has 15 km.
SMALLEST, LARGEST = 1e-4, 1e6
# [m] assumed: of any corner from the origin of its projection; four times around Mars, which
# leaves room for false eastings and for stereographic maps of more than a hemisphere.
FARTHEST = 4.0 * 2.0 * math.pi * MARS_RADIUS
# assumed: HiRISE's images have scales of 1e-5, terrain models in km of 1e-3.
LEAST_SCALE, MOST_SCALE = 1e-9, 1e9
MOST_OFFSET = 1e8    # assumed: thirty times Mars' radius in metres, from which some heights count


def mistakes_in_numbers(file: Any, bands: Iterable[int]) -> list[str]:
    """
    List the numbers of an open file that no map of Mars has, each with what is allowed.

    Parameters
    ----------
    file
        Opened with rasterio, with a map projection.
    bands
        Numbers of the bands that are to be read, from 1.

    """
    return [*_of_position(file), *_of_scale(file, bands)]


def _of_position(file: Any) -> Iterator[str]:
    t = file.transform
    if not all(map(math.isfinite, t[:6])):
        yield f'its corner and pixels are {_listed(t[:6])}, allowed: finite numbers'
        return
    metres = file.crs.units_factor[1] * (MARS_RADIUS if file.crs.is_geographic else 1.0)
    sides = [math.hypot(t.a, t.d) * metres, math.hypot(t.b, t.e) * metres]
    if not all(SMALLEST <= side <= LARGEST for side in sides):
        yield (f'its pixels are {sides[0]:g} m by {sides[1]:g} m, allowed: {SMALLEST:g} to '
               f'{LARGEST:g} m')
    elif abs(t.a * t.e - t.b * t.d) * metres**2 < 1e-3 * sides[0] * sides[1]:
        yield (f'rows and columns of its pixels have one direction ({_listed(t[:6])}), allowed: '
               'two')
    corners = [math.hypot(t.a * u + t.b * v + t.c, t.d * u + t.e * v + t.f) * metres
               for u in (0.0, file.width) for v in (0.0, file.height)]
    if max(corners) > FARTHEST:
        yield (f'it is {sides[0] * file.width:g} m by {sides[1] * file.height:g} m large and '
               f'reaches {max(corners):g} m from the origin of its projection, allowed: '
               f'{FARTHEST:.0f} m')


def _of_scale(file: Any, bands: Iterable[int]) -> Iterator[str]:
    for band in bands:
        scale, offset = file.scales[band - 1], file.offsets[band - 1]
        if not LEAST_SCALE <= scale <= MOST_SCALE:
            yield (f'the scale of band {band} is {scale:g}, allowed: {LEAST_SCALE:g} to '
                   f'{MOST_SCALE:g}')
        if not abs(offset) <= MOST_OFFSET:
            yield (f'the offset of band {band} is {offset:g}, allowed: -{MOST_OFFSET:g} to '
                   f'{MOST_OFFSET:g}')


def _listed(numbers: Iterable[float]) -> str:
    return ', '.join(f'{number:g}' for number in numbers)
