# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""GeoTIFF ground: rows the right way up, true metres, and clear words for broken files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
import re

from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.world.elevation_file import ElevationFileError, read_elevations
from ingenuity_nodes.world.terrain import MARS_RADIUS, Terrain, TerrainParameters
from ingenuity_nodes.yaml_files.check import FileError
import numpy as np
import pytest

rasterio = pytest.importorskip('rasterio')
LATITUDE, LONGITUDE = 18.44486, 77.45102
MARS = f'+proj=eqc +lat_ts=18.5 +lat_0=0 +lon_0=77 +R={MARS_RADIUS:.0f} +units=m +no_defs'


def written(path: Path, heights: np.ndarray, crs: str | None = MARS, cell: float = 2.0,
            nodata: float | None = -3.4e38) -> Path:
    """Write heights, row 0 northernmost, centred on the helipad."""
    degree = np.pi / 180.0 * MARS_RADIUS
    x = (LONGITUDE - 77.0) * degree * np.cos(np.radians(18.5))
    y = LATITUDE * degree
    rows, columns = heights.shape
    corner = rasterio.transform.from_origin(x - columns * cell / 2, y + rows * cell / 2, cell,
                                            cell)
    with rasterio.open(path, 'w', driver='GTiff', height=rows, width=columns, count=1,
                       dtype='float32', crs=crs, transform=corner, nodata=nodata) as file:
        file.write(heights.astype(np.float32), 1)
    return path


def slope_to_the_north_east() -> np.ndarray:
    """Heights that rise 0.10 m a metre to the east and 0.04 m a metre to the north."""
    y, x = np.mgrid[200:-201:-1, -200:201] * 2.0
    return -2570.0 + 0.10 * x + 0.04 * y


def test_slopes_keep_their_direction_and_size(tmp_path: Path) -> None:
    dem = read_elevations(written(tmp_path / 'a.tif', slope_to_the_north_east()),
                          LATITUDE, LONGITUDE, 150.0)
    terrain = Terrain(TerrainParameters(relief=0.0), 0, dem=dem)
    assert terrain.height(0.0, 0.0) == pytest.approx(0.0, abs=1e-3)
    assert terrain.height(100.0, 0.0) == pytest.approx(10.0, abs=0.02)
    assert terrain.height(0.0, 100.0) == pytest.approx(4.0, abs=0.02)
    assert dem[3] == pytest.approx(2.0, rel=0.05)


def test_holes_are_filled_from_their_neighbours(tmp_path: Path) -> None:
    heights = slope_to_the_north_east()
    heights[190:210, 190:210] = -3.4e38
    filled, *_ = read_elevations(written(tmp_path / 'a.tif', heights), LATITUDE, LONGITUDE, 100.0)
    assert filled.min() > -2600.0


@pytest.mark.parametrize('crs, heights, words', [
    (None, np.zeros((100, 100)), 'no map projection'),
    (MARS, np.full((100, 100), -3.4e38), 'nothing but no-data')])
def test_broken_files_are_distinguished(tmp_path: Path, crs: str | None, heights: np.ndarray,
                                        words: str) -> None:
    with pytest.raises(ElevationFileError, match=words):
        read_elevations(written(tmp_path / 'a.tif', heights, crs), LATITUDE, LONGITUDE, 50.0)


def test_a_site_outside_and_a_text_file_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / 'a.tif', np.zeros((100, 100)))
    with pytest.raises(ElevationFileError, match='outside this file'):
        read_elevations(path, LATITUDE + 1.0, LONGITUDE, 50.0)
    text = tmp_path / 'b.tif'
    text.write_text('this is not an image')
    with pytest.raises(ElevationFileError, match='not a readable GeoTIFF'):
        read_elevations(text, LATITUDE, LONGITUDE, 50.0)
    with pytest.raises(ElevationFileError, match='not a readable GeoTIFF'):
        read_elevations(tmp_path / 'missing.tif', LATITUDE, LONGITUDE, 50.0)


def test_a_huge_file_is_read_only_around_the_site(tmp_path: Path) -> None:
    path = tmp_path / 'huge.tif'
    degree = np.pi / 180.0 * MARS_RADIUS
    corner = rasterio.transform.from_origin(
        (LONGITUDE - 77.0) * degree * np.cos(np.radians(18.5)) - 35_000,
        LATITUDE * degree + 35_000, 1.0, 1.0)
    with rasterio.open(path, 'w', driver='GTiff', height=70_000, width=70_000, count=1,
                       dtype='float32', crs=MARS, transform=corner, tiled=True, sparse_ok=True,
                       BIGTIFF='YES'):
        pass
    heights, *_ = read_elevations(path, LATITUDE, LONGITUDE, 100.0)
    assert heights.shape[0] < 300 and not heights.any()


def scenario(folder: Path, file: str) -> str:
    """Give a copy of Flight 3 over measured ground."""
    ours = Path(__file__).resolve().parent.parent / 'config/scenarios/flight_03.yaml'
    text = ours.read_text().replace(
        '  terrain:\n', f'  elevations: {{file: {file}, reach: 150.0}}\n  terrain:\n', 1)
    path = folder / 'measured.yaml'
    path.write_text(text.replace('relief: 0.6', 'relief: 0.0'))
    return str(path)


def test_a_scenario_flies_over_the_ground_of_a_file_beside_it(tmp_path: Path) -> None:
    written(tmp_path / 'ground.tif', slope_to_the_north_east())
    environment = environment_of(load_scenario(scenario(tmp_path, 'ground.tif')))
    assert environment.terrain.height(50.0, 20.0) == pytest.approx(5.8, abs=0.02)


@pytest.mark.parametrize('make, words', [
    (lambda path: written(path, np.zeros((100, 100)), None), 'no map projection'),
    (lambda path: written(path, np.full((100, 100), -3.4e38)), 'nothing but no-data'),
    (lambda path: path.write_text('heights: none'), 'not a readable GeoTIFF'),
    (lambda path: None, 'not a readable GeoTIFF')])
def test_a_broken_file_is_one_mistake_with_file_and_line(
        tmp_path: Path, make: Callable[[Path], object], words: str) -> None:
    make(tmp_path / 'ground.tif')
    with pytest.raises(FileError) as error:
        load_scenario(scenario(tmp_path, 'ground.tif'))
    assert re.search(r'measured\.yaml:\d+:\d+: world\.elevations\.file: .*' + words,
                     str(error.value))
    assert str(error.value).count('allowed:') == 1


@pytest.mark.parametrize('name', [
    '../ground.tif', '/etc/hostname', 'down/../../ground.tif', '/vsicurl/http://127.0.0.1:9/x.tif',
    '/vsimem/x.tif', 'out.tif'])
def test_a_scenario_reads_no_file_outside_its_folder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / 'inside'
    folder.mkdir()
    (tmp_path / 'ground.tif').write_bytes(b'a file of somebody else')
    (folder / 'out.tif').symlink_to(tmp_path / 'ground.tif')
    with pytest.raises(FileError, match=r"file: found '.*', allowed: a file in the scenario's"):
        load_scenario(scenario(folder, name))


@pytest.mark.parametrize('name', ['/vsicurl?url=http://127.0.0.1:9/x.tif', 'vrt://x.tif', 'x.vrt'])
def test_names_that_lead_elsewhere_are_no_files(tmp_path: Path, name: str) -> None:
    (tmp_path / 'x.vrt').write_text('<VRTDataset rasterXSize="1" rasterYSize="1"/>')
    with pytest.raises(ElevationFileError, match=r'no such file|not a readable GeoTIFF'):
        read_elevations(tmp_path / name if name.startswith('x') else Path(name), 18.0, 77.0, 50.0)
