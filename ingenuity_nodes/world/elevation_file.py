# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Measured heights from a GeoTIFF, such as HiRISE terrain models, as a local grid in metres.

Mind the traps: row 0 of a GeoTIFF is north, ours is south; Mars projections scale east-west by the
latitude they are true at; no-data are numbers too.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from ingenuity_nodes.world.terrain import MARS_RADIUS
import numpy as np
from numpy.typing import NDArray

# Formats that hold the heights themselves and name no other files, by how they begin.
DRIVERS = {b'II*\0': 'GTiff', b'MM\0*': 'GTiff', b'II+\0': 'GTiff', b'MM\0+': 'GTiff',
           b'PDS_': 'PDS'}
LARGEST = 4096           # [cells] along each side of what is read; larger windows are thinned
Elevations = tuple[NDArray[np.float64], float, float, float]
_CONTROL = 33            # points along each side where the projection is worked out exactly
_GEOGRAPHIC = f'+proj=longlat +R={MARS_RADIUS:.0f} +no_defs'


class ElevationFileError(ValueError):
    """The file cannot serve as ground; the message says why."""


def read_elevations(path: Path, latitude_deg: float, east_longitude_deg: float, half_size: float,
                    ) -> Elevations:
    """
    Read the heights around a place.

    Returns
    -------
    heights, west, south, cell
        As :class:`~ingenuity_nodes.world.terrain.Terrain` takes them: row 0 southernmost, metres
        east and north of the place.

    Raises
    ------
    ElevationFileError
        Not a raster, no projection, the place lies outside, or nothing but no-data.

    """
    if not path.is_file():    # GDAL would take names such as /vsicurl/http:..., and go there
        raise ElevationFileError(f'{path}: not a readable GeoTIFF (no such file)')
    import rasterio  # slow to import, and needed only for measured ground
    from rasterio.errors import RasterioError
    try:
        # Files beside it are not looked at; they might name others.
        with rasterio.Env(GDAL_PAM_ENABLED='NO', GDAL_DISABLE_READDIR_ON_OPEN='EMPTY_DIR'), \
                rasterio.open(path, driver=_driver(path)) as file:
            return _read(file, path, latitude_deg, east_longitude_deg, half_size)
    except (RasterioError, OSError) as error:
        raise ElevationFileError(f'{path}: not a readable GeoTIFF ({error})') from error


def _driver(path: Path) -> str:
    with path.open('rb') as file:
        start = file.read(4)
    if start not in DRIVERS:
        raise ElevationFileError(f'{path}: not a readable GeoTIFF (it begins with {start!r})')
    return DRIVERS[start]


def _read(file: Any, path: Path, latitude_deg: float, east_longitude_deg: float,
          half_size: float) -> Elevations:
    if file.crs is None:
        raise ElevationFileError(
            f'{path}: has no map projection (CRS), so no place in it is known')
    if file.count < 1 or file.transform.is_identity:
        raise ElevationFileError(f'{path}: has no georeferenced band of heights')
    axis = np.linspace(-half_size, half_size, _CONTROL)
    east, north = np.meshgrid(axis, axis)
    columns, rows = _pixels_of(file, latitude_deg, east_longitude_deg, east, north)
    window, thinning = _window(file, path, columns, rows)
    data = file.read(1, window=window, out_shape=thinning, masked=True).astype(np.float64)
    heights = _filled(data, path)
    step_u, step_v = window.width / thinning[1], window.height / thinning[0]
    cell = 2.0 * half_size / max(1, math.ceil(max(thinning) - 1))
    count = int(2.0 * half_size / cell) + 1
    fine = np.linspace(0.0, _CONTROL - 1.0, count)
    u = (_resampled(columns, fine, fine) - window.col_off) / step_u - 0.5
    v = (_resampled(rows, fine, fine) - window.row_off) / step_v - 0.5
    return _sampled(heights, u, v), -half_size, -half_size, cell


def _pixels_of(file: Any, latitude_deg: float, east_longitude_deg: float,
               east: NDArray[np.float64], north: NDArray[np.float64],
               ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Turn local metres into fractional columns and rows of the file."""
    from rasterio.warp import transform
    degree = math.pi / 180.0 * MARS_RADIUS
    longitudes = east_longitude_deg + east / (degree * math.cos(math.radians(latitude_deg)))
    latitudes = latitude_deg + north / degree
    x, y = transform(_GEOGRAPHIC, file.crs, longitudes.ravel().tolist(),
                     latitudes.ravel().tolist())[:2]
    inverse = ~file.transform
    columns = inverse.a * np.array(x) + inverse.b * np.array(y) + inverse.c
    rows = inverse.d * np.array(x) + inverse.e * np.array(y) + inverse.f
    return columns.reshape(east.shape), rows.reshape(east.shape)


def _window(file: Any, path: Path, columns: NDArray[np.float64], rows: NDArray[np.float64],
            ) -> tuple[Any, tuple[int, int]]:
    """Choose the part of the file to read, and to how many rows and columns to thin it."""
    from rasterio.windows import Window
    if not (np.isfinite(columns).all() and np.isfinite(rows).all()):
        raise ElevationFileError(f'{path}: its projection does not reach the place')
    left, right = max(0, int(columns.min()) - 2), min(file.width, int(columns.max()) + 3)
    top, low = max(0, int(rows.min()) - 2), min(file.height, int(rows.max()) + 3)
    middle = columns.shape[0] // 2
    inside = 0 <= columns[middle, middle] < file.width and 0 <= rows[middle, middle] < file.height
    if not inside or right - left < 4 or low - top < 4:
        raise ElevationFileError(f'{path}: the place lies outside this file')
    factor = max(1.0, max(right - left, low - top) / LARGEST)
    shape = max(2, round((low - top) / factor)), max(2, round((right - left) / factor))
    return Window(left, top, right - left, low - top), shape


def _filled(data: Any, path: Path) -> NDArray[np.float64]:
    """Replace no-data by the nearest measured height."""
    from scipy.ndimage import distance_transform_edt
    missing = np.ma.getmaskarray(data) | ~np.isfinite(data.filled(np.nan))
    if missing.all():
        raise ElevationFileError(f'{path}: nothing but no-data around the place')
    heights = data.filled(0.0)
    if missing.any():
        nearest = distance_transform_edt(missing, return_distances=False, return_indices=True)
        heights = heights[tuple(nearest)]
    return np.asarray(heights, dtype=np.float64)


def _resampled(grid: NDArray[np.float64], v: NDArray[np.float64], u: NDArray[np.float64],
               ) -> NDArray[np.float64]:
    """Interpolate a grid at the crossings of fractional rows ``v`` and columns ``u``."""
    from scipy.ndimage import map_coordinates
    return np.asarray(map_coordinates(grid, np.meshgrid(v, u, indexing='ij'), order=1,
                                      mode='nearest'))


def _sampled(heights: NDArray[np.float64], u: NDArray[np.float64], v: NDArray[np.float64],
             ) -> NDArray[np.float64]:
    from scipy.ndimage import map_coordinates
    return np.asarray(map_coordinates(heights, [v, u], order=1, mode='nearest'))
