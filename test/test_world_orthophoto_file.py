# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""An orthophoto beside measured heights: read the right way up, and seen by all cameras."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ingenuity_nodes.cameras.model import navcam, rte
from ingenuity_nodes.frames import quaternion_from_rpy
from ingenuity_nodes.rendering.gl import create_context, DrawingError
from ingenuity_nodes.rendering.ground_view import ground_triangles
from ingenuity_nodes.rendering.scene import Scene, SceneConfig
from ingenuity_nodes.rendering.truth import GROUND
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.signals import Exposure
from ingenuity_nodes.world.elevation_file import ElevationFileError
from ingenuity_nodes.world.orthophoto_file import HIGHEST, LOWEST, Orthophoto, read_orthophoto
from ingenuity_nodes.world.terrain import MARS_RADIUS
from ingenuity_nodes.yaml_files.check import FileError
import numpy as np
import pytest

rasterio = pytest.importorskip('rasterio')
LATITUDE, LONGITUDE = 18.44486, 77.45102
MARS = f'+proj=eqc +lat_ts=18.44486 +lat_0=0 +lon_0=77 +R={MARS_RADIUS:.0f} +units=m +no_defs'
SIDE = 200    # [px] of a metre each


def written(path: Path, bands: np.ndarray, driver: str = 'GTiff', **more: object) -> Path:
    """Write bands (k, SIDE, SIDE), row 0 northernmost, centred on the helipad."""
    x = np.radians(LONGITUDE - 77.0) * MARS_RADIUS * np.cos(np.radians(LATITUDE))
    y = np.radians(LATITUDE) * MARS_RADIUS
    corner = rasterio.transform.from_origin(x - SIDE / 2, y + SIDE / 2, 1.0, 1.0)
    with rasterio.open(path, 'w', driver=driver, height=SIDE, width=SIDE, count=len(bands),
                       dtype=bands.dtype, crs=MARS, transform=corner, **more) as file:
        file.write(bands)
    return path


def quarters() -> np.ndarray:
    """Give numbers that differ from quarter to quarter: north-west 10, then 20, 30, 40."""
    values = np.empty((1, SIDE, SIDE), np.uint8)
    half = SIDE // 2
    values[0, :half, :half], values[0, :half, half:] = 10, 20
    values[0, half:, :half], values[0, half:, half:] = 30, 40
    return values


@pytest.mark.parametrize(('name', 'driver', 'more'), [
    ('a.tif', 'GTiff', {}), ('a.jp2', 'JP2OpenJPEG', {'QUALITY': '100', 'REVERSIBLE': 'YES'})])
def test_tones_are_the_numbers_over_their_mean_at_their_places(tmp_path, name, driver, more):
    photo = read_orthophoto(written(tmp_path / name, quarters(), driver, **more),
                            LATITUDE, LONGITUDE, 80.0)
    x, y = np.array([-50.0, 50.0, -50.0, 50.0]), np.array([50.0, 50.0, -50.0, -50.0])
    assert photo.at(x, y)[:, 0] == pytest.approx([0.4, 0.8, 1.2, 1.6], rel=0.02)
    assert photo.cell == pytest.approx(1.0, rel=0.01)


def test_three_bands_are_three_colours(tmp_path):
    bands = np.concatenate([quarters(), quarters()[:, ::-1], np.full_like(quarters(), 90)])
    photo = read_orthophoto(written(tmp_path / 'a.tif', bands), LATITUDE, LONGITUDE, 80.0)
    north_west = photo.at(np.array([-50.0]), np.array([50.0]))[0]
    assert north_west == pytest.approx([0.4, 1.2, 1.0], rel=0.02)


def test_no_data_and_ground_outside_have_the_mean_tone(tmp_path):
    values = quarters()
    values[0, :20] = 0
    photo = read_orthophoto(written(tmp_path / 'a.tif', values, nodata=0), LATITUDE, LONGITUDE,
                            500.0)
    assert photo.at(np.array([0.0, 300.0]), np.array([95.0, 0.0])) == pytest.approx(
        np.ones((2, 3)), abs=0.02)


def test_tones_keep_within_what_soil_can_be(tmp_path):
    values = np.ones((1, SIDE, SIDE), np.uint16)
    values[0, 90:95, 90:95] = 60_000
    photo = read_orthophoto(written(tmp_path / 'a.tif', values), LATITUDE, LONGITUDE, 80.0)
    assert photo.tone.min() >= LOWEST
    assert photo.tone.max() <= HIGHEST


@pytest.mark.parametrize(('change', 'words'), [
    ({'values': np.zeros((1, SIDE, SIDE), np.uint8)}, 'nothing but no-data or black'),
    ({'values': np.ones((1, SIDE, SIDE), np.complex64)}, 'not the shades of an image')])
def test_what_shows_no_ground_is_refused(tmp_path, change, words):
    with pytest.raises(ElevationFileError, match=words):
        read_orthophoto(written(tmp_path / 'a.tif', change['values']), LATITUDE, LONGITUDE, 80.0)


def scenario_text(photo: str) -> str:
    flight = (Path(__file__).resolve().parent.parent / 'config' / 'scenarios' / 'flight_01.yaml')
    head, _, tail = flight.read_text().partition('world:')
    return f'{head}world:\n  elevations: {{file: dtm.tif, reach: 80, orthophoto: {photo}}}{tail}'


def test_a_scenario_names_it_beside_the_heights_and_errors_name_the_line(tmp_path):
    written(tmp_path / 'dtm.tif', np.full((1, SIDE, SIDE), -2570.0, np.float32))
    written(tmp_path / 'photo.tif', quarters())
    (tmp_path / 'good.yaml').write_text(scenario_text('photo.tif'))
    scenario = load_scenario(str(tmp_path / 'good.yaml'))
    assert scenario.world.elevations.orthophoto == str(tmp_path / 'photo.tif')
    for name, words in (('../photo.tif', "allowed: a file in the scenario's folder"),
                        ('none.tif', 'no such file')):
        (tmp_path / 'bad.yaml').write_text(scenario_text(name))
        with pytest.raises(FileError, match=words):
            load_scenario(str(tmp_path / 'bad.yaml'))


EAST, WEST = 1.4, 0.6


def halves() -> Orthophoto:
    """Make ground brighter than its mean east of x = 20, and darker west of it."""
    tone = np.full((200, 200, 3), WEST, np.float32)
    tone[:, 100:] = EAST
    return Orthophoto(tone, 20.0 - 49.75, 40.0 - 49.75, 0.5)


@pytest.mark.parametrize('name', ['navcam', 'rte'])
def test_the_ground_is_as_bright_as_the_orthophoto_in_every_camera(name):
    try:
        create_context().release()
    except DrawingError as error:
        pytest.skip(str(error))
    from ingenuity_nodes.rendering.renderer import Renderer
    camera = navcam() if name == 'navcam' else rte().scaled(0.1)
    # An even photo, too, replaces the drifts of the soil; what is left is the tone alone.
    even = halves()._replace(tone=np.ones((200, 200, 3), np.float32))
    plain, photographed = (Scene(SceneConfig(), orthophoto=one) for one in (even, halves()))
    assert len({Scene(SceneConfig()).key, plain.key, photographed.key}) == 3
    height = plain.terrain.height(20.0, 40.0) + 8.0
    # The colour camera looks to the right and 22 deg down: rolled, it sees the same ground.
    roll = 0.0 if name == 'navcam' else 1.1
    shot = Exposure(0, name, np.array([20.0, 40.0, height]), quaternion_from_rpy(roll, 0.0, 0.0),
                    np.zeros(3), np.zeros(3))
    lights = []
    for scene in (plain, photographed):
        renderer = Renderer(scene, camera)
        lights.append(renderer.draw_light(shot).astype(np.float64).mean(axis=-1) ** 2)
        renderer.release()
    by_range = Renderer(plain, replace(camera, name='rte'))
    truth = by_range.draw_truth(shot)
    by_range.release()
    x = truth.points()[..., 0]
    for side, tone in ((x > 21.0, EAST), (x < 19.0, WEST)):
        seen = (truth.kinds == GROUND) & side & (truth.ranges < 20.0)
        assert seen.sum() > 500
        assert lights[1][seen].mean() / lights[0][seen].mean() == pytest.approx(tone, rel=0.03)


def test_viewers_see_its_tones_too():
    extent = (5.0, 25.0, 35.0, 55.0)
    plain, photographed = (ground_triangles(scene, extent) for scene in (
        Scene(SceneConfig(rover_path=())), Scene(SceneConfig(rover_path=()), orthophoto=halves())))
    x, y, _ = plain.p_M.T
    inside = (np.abs(x - 20.0) > 2.0) & (np.abs(x - 20.0) < 14.0) & (np.abs(y - 40.0) < 14.0)
    ratio = (photographed.colour[inside] / plain.colour[inside]) ** 2    # colours are roots
    assert ratio == pytest.approx(np.where(x[inside, None] > 20.0, EAST, WEST)
                                  * np.ones(3), rel=0.02)
