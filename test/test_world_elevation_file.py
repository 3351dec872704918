# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""GeoTIFF ground: rows the right way up, true metres, and clear words for broken files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
import re

from ingenuity_nodes.frames import tilt
from ingenuity_nodes.helicopter.aircraft import settled
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.helicopter_parameters import HelicopterParameters
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.world.elevation_file import ElevationFileError, read_elevations
from ingenuity_nodes.world.rocks import RockParameters, Rocks
from ingenuity_nodes.world.terrain import MARS_RADIUS, Terrain, TerrainParameters
from ingenuity_nodes.yaml_files.check import FileError
import numpy as np
from parser_doors import PDS3
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


def changed(path: Path, *, dtype: str | None = None, values: np.ndarray | None = None,
            scale: float = 1.0, offset: float = 0.0, unit: str = '',
            crs: str | None = None, transform: object = None) -> Path:
    """Write a file again with something else about it."""
    with rasterio.open(path) as file:
        profile, heights = file.profile, file.read(1)
    heights = heights if values is None else values
    profile.update(dtype=dtype or profile['dtype'], crs=crs or profile['crs'], nodata=None,
                   transform=transform or profile['transform'])
    with rasterio.open(path, 'w', **profile) as file:
        file.write(heights.astype(profile['dtype']), 1)
        file.scales, file.offsets = (scale,), (offset,)
        if unit:
            file.units = (unit,)
    return path


def ground(path: Path, reach: float = 150.0, longitude: float = LONGITUDE) -> Terrain:
    """Give the ground of a file without anything finer on it."""
    return Terrain(TerrainParameters(relief=0.0), 0,
                   dem=read_elevations(path, LATITUDE, longitude, reach))


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


def test_scale_and_offset_of_a_file_are_applied(tmp_path: Path) -> None:
    path = written(tmp_path / 'a.tif', slope_to_the_north_east())
    changed(path, dtype='int16', values=(slope_to_the_north_east() + 2570.0) / 0.1,
            scale=0.1, offset=-2570.0)
    assert ground(path).height(100.0, 0.0) == pytest.approx(10.0, abs=0.1)
    heights = read_elevations(path, LATITUDE, LONGITUDE, 20.0)[0]
    assert heights.mean() == pytest.approx(-2570.0, abs=1.0)


def test_heights_in_kilometres_are_read_as_such_and_in_feet_refused(tmp_path: Path) -> None:
    path = written(tmp_path / 'a.tif', slope_to_the_north_east())
    changed(path, values=slope_to_the_north_east() / 1000.0, unit='km')
    assert ground(path).height(100.0, 0.0) == pytest.approx(10.0, abs=0.02)
    with pytest.raises(ElevationFileError, match="its heights are in 'foot'"):
        ground(changed(path, unit='foot'))


def test_an_image_is_no_ground(tmp_path: Path) -> None:
    path = written(tmp_path / 'a.tif', slope_to_the_north_east())
    with pytest.raises(ElevationFileError, match='uint8, the shades of an image'):
        ground(changed(path, dtype='uint8', values=np.full((401, 401), 128)))


@pytest.mark.parametrize('dtype, value', [
    ('int16', -32768), ('float32', -3.4e38), ('float32', -9999.0), ('float32', 1e30)])
def test_no_data_that_a_file_does_not_declare_is_no_height(
        tmp_path: Path, dtype: str, value: float) -> None:
    heights = slope_to_the_north_east()
    heights[190:200, 190:200] = value
    path = written(tmp_path / 'a.tif', heights, nodata=None)
    with pytest.raises(ElevationFileError, match=r'at 100 of .* -9000 to 22000 m'):
        ground(changed(path, dtype=dtype))


@pytest.mark.parametrize('reach', [200.0, 20_000.0])
def test_a_file_smaller_than_the_reach_keeps_its_own_resolution(
        tmp_path: Path, reach: float) -> None:
    mesa = np.zeros((51, 51))
    mesa[24:27, 24:27] = 5.0    # 6 m wide
    path = written(tmp_path / 'a.tif', mesa)
    heights, west, south, cell = read_elevations(path, LATITUDE, LONGITUDE, reach)
    assert cell == pytest.approx(2.0, rel=0.03)
    assert (west, south) == pytest.approx((-50.0, -50.0), abs=2.0)
    assert heights.max() == pytest.approx(5.0, abs=0.1)
    assert ground(path, reach).height(20.0, 0.0) == pytest.approx(-5.0, abs=0.1)


@pytest.mark.parametrize('left, longitude', [(260.0, -100.0), (-100.0, 260.0), (0.0, 359.9999)])
def test_longitudes_may_be_counted_either_way(
        tmp_path: Path, left: float, longitude: float) -> None:
    size = 2.0 / (np.pi / 180.0 * MARS_RADIUS)
    wide = size / np.cos(np.radians(LATITUDE))
    path = written(tmp_path / 'a.tif', slope_to_the_north_east())
    changed(path, crs=f'+proj=longlat +R={MARS_RADIUS:.0f} +no_defs',
            transform=rasterio.transform.from_origin(
                left - 200.5 * wide, LATITUDE + 200.5 * size, wide, size))
    assert ground(path, longitude=longitude).height(50.0, 0.0) == pytest.approx(5.0, abs=0.02)


@pytest.mark.parametrize('crs, words', [
    ('EPSG:4326', 'that of the Earth'), ('EPSG:32643', 'that of the Earth'),
    ('+proj=longlat +R=1737400 +no_defs', 'that of the Moon'),
    ('+proj=longlat +R=500000 +no_defs', 'that of a body of 500000 m')])
def test_the_ground_of_another_body_is_refused_by_its_name(
        tmp_path: Path, crs: str, words: str) -> None:
    path = written(tmp_path / 'a.tif', slope_to_the_north_east())
    with pytest.raises(ElevationFileError, match=words):
        ground(changed(path, crs=crs))


def test_the_poles_have_ground_too(tmp_path: Path) -> None:
    path = changed(
        written(tmp_path / 'a.tif', slope_to_the_north_east()),
        crs=f'+proj=stere +lat_0=90 +lon_0=0 +R={MARS_RADIUS:.0f} +units=m +no_defs',
        transform=rasterio.transform.from_origin(-401.0, 401.0, 2.0, 2.0))
    terrain = Terrain(TerrainParameters(relief=0.0), 0,
                      dem=read_elevations(path, 90.0, 0.0, 150.0))
    assert terrain.height(100.0, 0.0) == pytest.approx(10.0, abs=0.05)


def test_a_projection_that_tears_at_the_place_is_refused(tmp_path: Path) -> None:
    path = changed(
        written(tmp_path / 'a.tif', slope_to_the_north_east()),
        crs=f'+proj=longlat +R={MARS_RADIUS:.0f} +no_defs',
        transform=rasterio.transform.from_origin(-180.0, 90.0, 360.0 / 401, 180.0 / 401))
    with pytest.raises(ElevationFileError, match='edge or a pole near the place'):
        read_elevations(path, 90.0, 0.0, 150.0)


def test_a_file_of_absurd_size_is_one_line(tmp_path: Path) -> None:
    path = changed(written(tmp_path / 'a.tif', slope_to_the_north_east()),
                   transform=rasterio.transform.from_origin(-1e30, 1e30, 1e28, 1e28))
    with pytest.raises(ElevationFileError) as caught:
        ground(path)
    assert '\n' not in str(caught.value)


@pytest.mark.parametrize('azimuth', [0.0, 84.0, 200.0])
@pytest.mark.parametrize('lean_deg', [3.0, 9.0, 14.0, 20.0])
def test_on_a_slope_the_aircraft_stands_as_the_ground_leans(
        azimuth: float, lean_deg: float) -> None:
    # With the springs of the legs the downhill feet give way by a little.
    scenario = load_scenario('flight_01')
    slope = np.tan(np.radians(lean_deg)) * np.linspace(-50.0, 50.0, 101)
    plane = np.broadcast_to(slope, (101, 101)).copy()
    flat = environment_of(scenario)
    surroundings = replace(
        flat, terrain=Terrain(TerrainParameters(relief=0.0), 0, dem=(plane, -50.0, -50.0, 1.0)),
        rocks=Rocks(flat.terrain, RockParameters(abundance=0.0)))
    section = scenario.helicopters[0].model_copy(update={'azimuth': azimuth})
    vehicle = settled(section, surroundings, HelicopterParameters().vehicle)
    assert np.degrees(tilt(vehicle.truth.q_MB)) == pytest.approx(lean_deg, abs=1.0)


def test_a_pds3_terrain_model_as_the_hirise_site_hands_it_out_is_ground(tmp_path):
    side = 61
    column, row = np.meshgrid(np.arange(side), np.arange(side))
    heights = (-2500.0 + 0.05 * column + 0.02 * (side - 1 - row)).astype('<f4')
    x = MARS_RADIUS * np.radians(LONGITUDE - 180.0) * np.cos(np.radians(18.0))
    y = MARS_RADIUS * np.radians(LATITUDE)
    label = PDS3.format(record=4 * side, label=10, image=11, files=side + 10, side=side,
                        line=y + 0.5 * side - 0.5, sample=-x + 0.5 * side - 0.5)
    path = tmp_path / 'DTEEC.IMG'
    path.write_bytes(label.replace('\n', '\r\n').encode().ljust(40 * side) + heights.tobytes())
    grid, west, south, cell = read_elevations(path, LATITUDE, LONGITUDE, 25.0)
    assert (west, south) == (-25.0, -25.0)
    middle = grid.shape[0] // 2
    assert grid[middle, middle] == pytest.approx(-2497.9, abs=0.01)
    # The projection is true at 18 deg; at the helipad a metre of it is shorter.
    shorter = np.cos(np.radians(LATITUDE)) / np.cos(np.radians(18.0))
    east, north = np.gradient(grid, axis=1).mean() / cell, np.gradient(grid, axis=0).mean() / cell
    assert east == pytest.approx(0.05 / shorter, rel=1e-3)
    assert north == pytest.approx(0.02, rel=1e-3)
