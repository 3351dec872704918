# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Measured heights from a GeoTIFF, such as HiRISE terrain models, as a local grid in metres.

Mind the traps: row 0 of a GeoTIFF is north, ours is south; Mars projections scale east-west by the
latitude they are true at; no-data are numbers too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
import math
from pathlib import Path
from typing import Any, TypeVar

from ingenuity_nodes.world.raster_numbers import mistakes_in_numbers
from ingenuity_nodes.world.terrain import MARS_RADIUS
import numpy as np
from numpy.typing import NDArray

# Formats that hold the heights themselves and name no other files, by how they begin.
DRIVERS = {b'II*\0': 'GTiff', b'MM\0*': 'GTiff', b'II+\0': 'GTiff', b'MM\0+': 'GTiff',
           b'PDS_': 'PDS'}
LARGEST = 4096           # [cells] along each side of what is read; larger windows are thinned
# [m] Heights of Mars above the areoid, with a margin: Hellas to Olympus Mons, -8200 to 21229 m
# (Smith et al. 2001, MOLA). What lies outside is no-data that the file does not declare.
LOWEST, HIGHEST = -9_000.0, 22_000.0
BODIES = {'Mars': MARS_RADIUS, 'the Earth': 6_378_137.0, 'the Moon': 1_737_400.0,
          'Mercury': 2_439_700.0, 'Venus': 6_051_800.0}    # [m] IAU
# Of Mars' radius; the spheres and ellipsoids in use for Mars are within 0.6 %, and PROJ, too,
# counts what is within 0.7 % as one body.
SAME_BODY = 0.007
UNITS = {'': 1.0, 'm': 1.0, 'metre': 1.0, 'metres': 1.0, 'meter': 1.0, 'meters': 1.0,
         'km': 1000.0, 'kilometre': 1000.0, 'kilometer': 1000.0, 'cm': 0.01, 'dm': 0.1}
Elevations = tuple[NDArray[np.float64], float, float, float]
Grid = NDArray[np.float64]
MOST_UNEVEN = 3.0        # assumed: far more than any projection stretches within some 20 km
_CONTROL = 33            # points along each side where the projection is worked out exactly
_BORDER = 33             # points along each side of a window whose place is worked out


class ElevationFileError(ValueError):
    """The file cannot serve as ground; the message says why."""


def read_elevations(path: Path, latitude_deg: float, east_longitude_deg: float, half_size: float,
                    ) -> Elevations:
    """
    Read the heights around a place, at the resolution of the file.

    Where the file ends before ``half_size`` [m], the grid does, too.

    Returns
    -------
    heights, west, south, cell
        As :class:`~ingenuity_nodes.world.terrain.Terrain` takes them: row 0 southernmost, metres
        east and north of the place.

    Raises
    ------
    ElevationFileError
        Not a raster, no projection, not of Mars, no heights, the place lies outside, nothing but
        no-data, or no-data that the file does not declare.

    """
    def read(file: Any) -> Elevations:
        metres = _check(file, path)

        def heights(data: Any) -> Grid:
            return _filled((data * file.scales[0] + file.offsets[0]) * metres, path)

        grids, west, south, cell = grids_around(
            file, path, (latitude_deg, east_longitude_deg), half_size, {1: heights})
        return grids[0], west, south, cell

    return read_raster(path, DRIVERS, read)


Result = TypeVar('Result')


def read_raster(path: Path, drivers: dict[bytes, str], read: Callable[[Any], Result]) -> Result:
    """
    Open a file in one of some formats, known by its first four bytes, and read from it.

    Raises
    ------
    ElevationFileError
        It cannot be opened or read, or the reader says so.

    """
    if not path.is_file():    # GDAL would take names such as /vsicurl/http:..., and go there
        raise ElevationFileError(f'{path}: not a readable GeoTIFF (no such file)')
    import rasterio  # slow to import, and needed only for measured ground
    from rasterio.errors import RasterioError
    try:
        # Files beside it are not looked at; they might name others.
        with rasterio.Env(GDAL_PAM_ENABLED='NO', GDAL_DISABLE_READDIR_ON_OPEN='EMPTY_DIR'), \
                rasterio.open(path, driver=_driver(path, drivers)) as file:
            return read(file)
    except ElevationFileError:
        raise
    except (RasterioError, OSError) as error:
        raise ElevationFileError(f'{path}: not a readable GeoTIFF ({error})') from error
    except Exception as error:    # GDAL's and PROJ's own have no public base
        raise ElevationFileError(f'{path}: cannot be used ({str(error)[:160]})') from error


def _driver(path: Path, drivers: dict[bytes, str]) -> str:
    with path.open('rb') as file:
        start = file.read(4)
    if start not in drivers:
        raise ElevationFileError(f'{path}: not a readable GeoTIFF (it begins with {start!r})')
    return drivers[start]


def grids_around(
    file: Any, path: Path, position: tuple[float, float], half_size: float,
    bands: dict[int, Callable[[Any], Grid]],
) -> tuple[list[Grid], float, float, float]:
    """
    Resample bands of an open file to a grid in metres around a place.

    Parameters
    ----------
    file, path
        Opened, and its name for messages.
    position
        Latitude and east longitude [deg].
    half_size
        How far to read [m]; the grid ends where the file does.
    bands
        Number of each band, and what makes a full array of its masked numbers.

    Returns
    -------
    grids, west, south, cell
        Row 0 southernmost; metres east and north of the place.

    """
    latitude_deg, east_longitude_deg = position
    # True distances and directions from the place, also at a pole.
    here = (f'+proj=aeqd +lat_0={latitude_deg!r} +lon_0={east_longitude_deg!r} '
            f'+R={MARS_RADIUS:.0f} +units=m +no_defs')
    axis = np.linspace(-half_size, half_size, _CONTROL)
    columns, rows = _pixels_of(file, here, *np.meshgrid(axis, axis))
    window, thinning = _window(file, path, columns, rows)
    (west, east), (south, north) = _extent(file, here, window, half_size)
    columns, rows = _pixels_of(file, here, *np.meshgrid(
        np.linspace(west, east, _CONTROL), np.linspace(south, north, _CONTROL)))
    data = [prepare(file.read(band, window=window, out_shape=thinning, masked=True
                              ).astype(np.float64)) for band, prepare in bands.items()]
    step_u, step_v = window.width / thinning[1], window.height / thinning[0]
    cell = _cell(columns / step_u, rows / step_v, east - west, north - south)
    x, y = np.arange(west, east + 1e-6 * cell, cell), np.arange(south, north + 1e-6 * cell, cell)
    across = (x - west) / (east - west) * (_CONTROL - 1.0)
    along = (y - south) / (north - south) * (_CONTROL - 1.0)
    u = (_resampled(columns, along, across) - window.col_off) / step_u - 0.5
    v = (_resampled(rows, along, across) - window.row_off) / step_v - 0.5
    return [_sampled(values, u, v) for values in data], west, south, cell


def check_georeference(file: Any, path: Path, bands: Iterable[int]) -> None:
    """Refuse what has no place on Mars, and numbers that no map has."""
    if file.crs is None:
        raise ElevationFileError(
            f'{path}: has no map projection (CRS), so no place in it is known')
    if file.count < 1 or file.transform.is_identity:
        raise ElevationFileError(f'{path}: has no georeferenced band')
    radius = _radius(file.crs.to_dict(projjson=True))
    if radius is not None and abs(radius / MARS_RADIUS - 1.0) > SAME_BODY:
        near = min(BODIES, key=lambda name: abs(BODIES[name] - radius))
        body = f'{near}, ' if abs(radius / BODIES[near] - 1.0) < SAME_BODY else ''
        raise ElevationFileError(f'{path}: its map projection (CRS) is that of {body}a body of '
                                 f'{radius:.7g} m radius, not of Mars, {MARS_RADIUS:.0f} m')
    if mistakes := mistakes_in_numbers(file, bands):
        raise ElevationFileError(f'{path}: {"; ".join(mistakes)}')


def _check(file: Any, path: Path) -> float:
    """Return how many metres a unit of the file's heights has; refuse what holds no heights."""
    check_georeference(file, path, (1,))
    kind = str(file.dtypes[0])
    scaled = (file.scales[0], file.offsets[0]) != (1.0, 0.0)
    if kind.startswith('complex') or (kind.endswith('int8') and not scaled):
        raise ElevationFileError(f'{path}: holds {kind}, the shades of an image rather than '
                                 'heights in metres')
    unit = (file.units[0] or '').strip().lower()
    if unit not in UNITS:
        raise ElevationFileError(f"{path}: its heights are in '{unit[:20]}', not in one of "
                                 f'{", ".join(name for name in UNITS if name)}')
    return UNITS[unit]


def _radius(crs: Any) -> float | None:
    """Find the equatorial radius [m] anywhere in a description of a CRS (PROJJSON)."""
    if not isinstance(crs, dict):
        return None
    if isinstance(body := crs.get('ellipsoid'), dict):
        value = body.get('semi_major_axis', body.get('radius'))
        if isinstance(value, dict):    # with a unit of its own
            unit = value.get('unit')
            factor = unit.get('conversion_factor', 1.0) if isinstance(unit, dict) else 1.0
            value = value['value'] * factor
        return None if value is None else float(value)
    return next((found for part in crs.values() if (found := _radius(part)) is not None), None)


def _pixels_of(file: Any, here: str, east: NDArray[np.float64], north: NDArray[np.float64],
               ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Turn local metres into fractional columns and rows of the file."""
    from rasterio.warp import transform
    x, y = (np.array(values) for values in transform(
        here, file.crs, east.ravel().tolist(), north.ravel().tolist())[:2])
    if file.crs.is_geographic:    # the same longitudes, counted as the file does
        middle = (file.bounds.left + file.bounds.right) / 2.0
        x = x[x.size // 2] + (x - x[x.size // 2] + 180.0) % 360.0 - 180.0
        x += 360.0 * np.round((middle - x[x.size // 2]) / 360.0)
    inverse = ~file.transform
    columns = inverse.a * x + inverse.b * y + inverse.c
    rows = inverse.d * x + inverse.e * y + inverse.f
    return columns.reshape(east.shape), rows.reshape(east.shape)


def _window(file: Any, path: Path, columns: NDArray[np.float64], rows: NDArray[np.float64],
            ) -> tuple[Any, tuple[int, int]]:
    """Choose the part of the file to read, and to how many rows and columns to thin it."""
    from rasterio.windows import Window
    if not (np.isfinite(columns).all() and np.isfinite(rows).all()):
        raise ElevationFileError(f'{path}: its projection does not reach the place')
    steps = np.hypot(np.diff(columns), np.diff(rows))
    if steps.max() > 2.0 + MOST_UNEVEN * np.median(steps):
        raise ElevationFileError(f'{path}: its projection has its edge or a pole near the place')
    left, right = max(0, int(columns.min()) - 2), min(file.width, int(columns.max()) + 3)
    top, low = max(0, int(rows.min()) - 2), min(file.height, int(rows.max()) + 3)
    middle = columns.shape[0] // 2
    inside = 0 <= columns[middle, middle] < file.width and 0 <= rows[middle, middle] < file.height
    if not inside or right - left < 4 or low - top < 4:
        raise ElevationFileError(f'{path}: the place lies outside this file')
    factor = max(1.0, max(right - left, low - top) / LARGEST)
    shape = max(2, round((low - top) / factor)), max(2, round((right - left) / factor))
    return Window(left, top, right - left, low - top), shape


def _extent(file: Any, here: str, window: Any, half_size: float,
            ) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return where a part of the file lies, as far as it is wanted: x and y from, to [m]."""
    from rasterio.warp import transform
    # Centres of the outermost pixels: beyond them nothing is measured.
    s = np.linspace(0.0, 1.0, _BORDER)
    along, across = np.meshgrid(s, s)
    columns = window.col_off + 0.5 + (window.width - 1.0) * along.ravel()
    rows = window.row_off + 0.5 + (window.height - 1.0) * across.ravel()
    t = file.transform
    points = transform(file.crs, here, (t.a * columns + t.b * rows + t.c).tolist(),
                       (t.d * columns + t.e * rows + t.f).tolist())[:2]
    x, y = (np.clip(np.array(values), -half_size, half_size) for values in points)
    return (float(x.min()), float(x.max())), (float(y.min()), float(y.max()))


def _cell(u: NDArray[np.float64], v: NDArray[np.float64], width: float, height: float) -> float:
    """Return the size of a pixel in the middle [m]: the root of its area."""
    k, d_x, d_y = _CONTROL // 2, width / (_CONTROL - 1.0), height / (_CONTROL - 1.0)
    u_x, v_x = ((a[k, k + 1] - a[k, k]) / d_x for a in (u, v))
    u_y, v_y = ((a[k + 1, k] - a[k, k]) / d_y for a in (u, v))
    return float(1.0 / math.sqrt(abs(u_x * v_y - u_y * v_x)))


def _filled(data: Any, path: Path) -> NDArray[np.float64]:
    """Replace no-data by the nearest measured height."""
    from scipy.ndimage import distance_transform_edt
    missing = np.ma.getmaskarray(data) | ~np.isfinite(data.filled(np.nan))
    if missing.all():
        raise ElevationFileError(f'{path}: nothing but no-data around the place')
    heights = data.filled(0.0)
    odd = ~missing & ((heights < LOWEST) | (heights > HIGHEST))
    if odd.any():
        raise ElevationFileError(
            f'{path}: {heights[odd][0]:g} m at {odd.sum()} of {odd.size} points around the place, '
            f'heights of Mars are {LOWEST:g} to {HIGHEST:g} m; if it stands for no-data, declare '
            'it: gdal_edit.py -a_nodata VALUE')
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
