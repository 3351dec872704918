# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The ground of a flight as GeoTIFFs: heights, and an orthophoto of the same cells.

Both are in metres east and north of the map's origin (azimuthal equidistant on Mars' sphere, as
:mod:`ingenuity_nodes.world.elevation_file` reads it). Heights are those of the terrain without
rocks; the orthophoto shows the rocks, from straight above, in the light of the flight.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
from ingenuity_nodes.cameras.model import CameraModel, fisheye
from ingenuity_nodes.export.flight_record import FlightRecord
from ingenuity_nodes.frames import quaternion
from ingenuity_nodes.recording.errors import RecordingError
from ingenuity_nodes.rendering.renderer import Renderer
from ingenuity_nodes.rendering.robots_in_view import scene_of
from ingenuity_nodes.rendering.scene import Scene
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.signals import Exposure
from ingenuity_nodes.world.terrain import MARS_RADIUS
import numpy as np
from numpy.typing import NDArray

CELL = 0.1           # [m] of both
MARGIN = 10.0        # [m] of ground around the track
MOST_CELLS = 2000    # along each side; larger areas have larger cells
ABOVE = 2.0          # height of the viewpoint over the side of the area: 14 deg at its edge
STILL = np.zeros(3)


def write_ground(folder: Path, record: FlightRecord) -> None:
    """
    Write ``dem.tif`` (float32, metres) and ``ortho.tif`` (8-bit RGB).

    Raises
    ------
    RecordingError
        The scenario is not known, or the files cannot be written.

    """
    if record.scenario is None:
        raise RecordingError(f'{record.source}: the ground needs the scenario; name it with '
                             '--scenario')
    environment = environment_of(record.scenario, record.seed)
    low = record.truth.p_MB[:, :2].min(axis=0) - MARGIN
    high = record.truth.p_MB[:, :2].max(axis=0) + MARGIN
    cell = max(CELL, float((high - low).max()) / MOST_CELLS)
    columns, rows = (int(count) for count in np.ceil((high - low) / cell))
    # Row 0 of a GeoTIFF is north; heights and colours are those of the centres of cells.
    east, north = np.meshgrid(low[0] + (np.arange(columns) + 0.5) * cell,
                              high[1] - (np.arange(rows) + 0.5) * cell)
    heights = environment.terrain.heights(east, north)
    scene = scene_of(record.scenario, environment)
    colours = _seen_from_above(scene, east, north, heights)
    grid = _Grid(record, float(low[0]), float(high[1]), cell)
    grid.write(folder / 'dem.tif', heights.astype(np.float32)[None])
    grid.write(folder / 'ortho.tif', np.moveaxis(colours, 2, 0))


class _Grid:
    """Where a grid of cells lies, as GeoTIFF has it."""

    def __init__(self, record: FlightRecord, west: float, north: float, cell: float) -> None:
        from rasterio.transform import from_origin
        assert record.scenario is not None
        here = record.scenario.world
        self._crs = (f'+proj=aeqd +lat_0={here.latitude!r} +lon_0={here.longitude!r} '
                     f'+R={MARS_RADIUS:.0f} +units=m +no_defs')
        self._transform = from_origin(west, north, cell, cell)

    def write(self, path: Path, bands: NDArray[Any]) -> None:
        """Write bands (n, rows, columns)."""
        import rasterio
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with rasterio.open(
                    path, 'w', driver='GTiff', width=bands.shape[2], height=bands.shape[1],
                    count=bands.shape[0], dtype=bands.dtype, crs=self._crs,
                    transform=self._transform, compress='deflate') as file:
                file.write(bands)
        except (OSError, rasterio.errors.RasterioError) as error:
            raise RecordingError(f'{path}: cannot be written: {error}') from error


def _seen_from_above(
    scene: Scene, east: NDArray[np.float64], north: NDArray[np.float64],
    heights: NDArray[np.float64],
) -> NDArray[np.uint8]:
    """Draw the ground from high above and take each cell's colour where the cell is seen."""
    rows, columns = heights.shape
    side = max(float(np.ptp(east)), float(np.ptp(north)))
    p_MC = np.array([east.mean(), north.mean(), heights.mean() + ABOVE * side])
    camera, q_MB = _camera(rows, columns), np.array([1.0, 0.0, 0.0, 0.0])
    exposure = Exposure(0, camera.name, p_MC, q_MB, STILL, STILL)
    image = Renderer(scene, camera).draw(exposure, ())
    points = np.stack([east.ravel(), north.ravel(), heights.ravel()], axis=1)
    uv = camera.project_world(points, p_MC, q_MB).astype(np.float32).reshape(rows, columns, 2)
    return np.asarray(cv2.remap(image, uv[..., 0], uv[..., 1], cv2.INTER_LINEAR,
                                borderMode=cv2.BORDER_REPLICATE), dtype=np.uint8)


def _camera(rows: int, columns: int) -> CameraModel:
    """Build a pinhole that looks straight down, right east and down south, a pixel a cell."""
    side = max(rows, columns)
    down = quaternion(np.diag([1.0, -1.0, -1.0]))
    focal = ABOVE * side
    return fisheye('ortho', (columns + 2, rows + 2), (focal, focal),
                   (0.5 * (columns + 1), 0.5 * (rows + 1)), linearity=1.0, q_BC=down,
                   p_BC=np.zeros(3))
