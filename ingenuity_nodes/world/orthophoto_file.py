# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Tones of the ground from an orthophoto, a GeoTIFF or JPEG 2000 such as HiRISE's."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from ingenuity_nodes.world.elevation_file import (
    check_georeference, DRIVERS, ElevationFileError, grids_around, read_raster)
import numpy as np
from numpy.typing import NDArray

IMAGE_DRIVERS = {**DRIVERS, b'\0\0\0\x0c': 'JP2OpenJPEG'}    # a JP2 begins with a box of 12 bytes
# Of the mean. Assumed: keeps the brightest soil, of albedo 0.378, below that of fresh snow, and
# black pixels from becoming holes.
LOWEST, HIGHEST = 0.25, 2.5


class Orthophoto(NamedTuple):
    """How much brighter than its mean the ground is, seen from above, in three colours."""

    tone: NDArray[np.float32]    # (m, n, 3) red, green, blue; row 0 southernmost, mean 1
    west: float                  # x of the centre of column 0 [m]
    south: float                 # y of the centre of row 0 [m]
    cell: float                  # [m]

    def at(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return tones (..., 3) at map coordinates [m]; 1 outside."""
        from scipy.ndimage import map_coordinates
        rows, columns = (y - self.south) / self.cell, (x - self.west) / self.cell
        return np.stack([map_coordinates(
            self.tone[..., k].astype(np.float64), [rows, columns], order=1, mode='constant',
            cval=1.0) for k in range(3)], axis=-1)


def read_orthophoto(path: Path, latitude_deg: float, east_longitude_deg: float, half_size: float,
                    ) -> Orthophoto:
    """
    Read the tones around a place: numbers, scaled as the file says, over their mean there.

    The first three bands are red, green and blue; of one or two the first is grey. No-data, and
    what lies outside the file, have the mean tone.

    Raises
    ------
    ElevationFileError
        Not a raster, no projection, not of Mars, or nothing but no-data around the place.

    """
    def read(file: Any) -> Orthophoto:
        bands = (1, 2, 3) if file.count >= 3 else (1,)
        check_georeference(file, path, bands)
        if str(file.dtypes[0]).startswith('complex'):
            raise ElevationFileError(f'{path}: holds {file.dtypes[0]}, not the shades of an image')
        grids, west, south, cell = grids_around(
            file, path, (latitude_deg, east_longitude_deg), half_size,
            {band: lambda data, k=band - 1: _tones(  # type: ignore[misc]
                data * file.scales[k] + file.offsets[k], path) for band in bands})
        tone = np.stack(grids if len(grids) == 3 else grids * 3, axis=-1)
        return Orthophoto(tone.astype(np.float32), west, south, cell)

    return read_raster(path, IMAGE_DRIVERS, read)


def _tones(data: Any, path: Path) -> NDArray[np.float64]:
    """Divide the numbers of one band by their mean; no-data become 1."""
    known = ~np.ma.getmaskarray(data) & np.isfinite(data.filled(np.nan))
    values = data.filled(0.0)
    mean = float(values[known].mean()) if known.any() else 0.0
    if mean <= 0.0:
        raise ElevationFileError(f'{path}: nothing but no-data or black around the place')
    return np.asarray(np.where(known, np.clip(values / mean, LOWEST, HIGHEST), 1.0))
