# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A map that says absurd numbers of itself is refused in one line that names number and limit."""

import math
from pathlib import Path
import re
from types import SimpleNamespace

from ingenuity_nodes.world.elevation_file import ElevationFileError, read_elevations
from ingenuity_nodes.world.orthophoto_file import read_orthophoto
from ingenuity_nodes.world.raster_numbers import mistakes_in_numbers
from ingenuity_nodes.world.terrain import MARS_RADIUS
import numpy as np
from parser_doors import PDS3
import pytest
from test_world_elevation_file import (
    changed, LATITUDE, LONGITUDE, slope_to_the_north_east, written)

rasterio = pytest.importorskip('rasterio')
NAN, INF = math.nan, math.inf
POSITIONS = [
    ({'a': 1e28, 'e': -1e28}, '4.01e+30 m by 4.01e+30 m large'), ({'a': 1e300}, 'pixels are 1e'),
    ({'a': 1e-30}, 'pixels are 1e-30 m by 2 m, allowed: 0.0001 to 1e+06 m'),
    ({'e': 0.0}, 'pixels are 2 m by 0 m'), ({'a': NAN}, 'finite'), ({'e': -INF}, 'finite'),
    ({'c': INF}, 'finite'), ({'f': NAN}, 'finite'), ({'b': 1e30}, 'pixels'),
    ({'c': -1e30}, 'reaches 1e+30 m from the origin'), ({'f': 1e12}, 'reaches 1e+12 m'),
    ({'b': 2.0, 'd': 2.0, 'e': 2.0}, 'one direction')]
SCALES = [(0.0, 0.0), (NAN, 0.0), (INF, 0.0), (-1.0, 0.0), (1e30, 0.0), (1e-300, 0.0), (1.0, NAN),
          (1.0, -INF), (1.0, 1e30)]


def ground(folder: Path) -> Path:
    return written(folder / 'a.tif', slope_to_the_north_east() + 3000.0)


@pytest.mark.parametrize('read', [read_elevations, read_orthophoto])
@pytest.mark.parametrize('numbers, words', POSITIONS)
def test_a_place_or_pixel_that_no_map_has_is_refused_by_number_and_limit(
        tmp_path, read, numbers, words):
    path = ground(tmp_path)
    with rasterio.open(path) as file:
        transform = file.transform
    changed(path, transform=rasterio.Affine(
        *(numbers.get(name, getattr(transform, name)) for name in 'abcdef')))
    with pytest.raises(ElevationFileError, match=re.escape(words)) as caught:
        read(path, LATITUDE, LONGITUDE, 150.0)
    assert 'allowed: ' in str(caught.value) and len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize('read', [read_elevations, read_orthophoto])
@pytest.mark.parametrize('scale, offset', SCALES)
def test_scales_and_offsets_that_no_map_has_are_refused_by_number_and_limit(
        tmp_path, read, scale, offset):
    path = changed(ground(tmp_path), scale=scale, offset=offset)
    wrong = f'offset of band 1 is {offset:g}' if scale == 1.0 else f'scale of band 1 is {scale:g}'
    with pytest.raises(ElevationFileError, match=re.escape(f'{wrong}, allowed: ')):
        read(path, LATITUDE, LONGITUDE, 150.0)


def test_all_of_them_are_named_at_once(tmp_path):
    path = changed(ground(tmp_path), scale=NAN, offset=1e30,
                   transform=rasterio.transform.from_origin(-1e30, 1e30, 1e28, 1e28))
    with pytest.raises(ElevationFileError) as caught:
        read_elevations(path, LATITUDE, LONGITUDE, 150.0)
    assert all(word in str(caught.value) for word in ('pixels', 'origin', 'scale', 'offset'))


@pytest.mark.parametrize('key, value, words', [
    ('MAP_SCALE', '1e30', 'pixels are 1e+30 m'), ('MAP_SCALE', '0.0', 'pixels are 0 m'),
    ('SCALING_FACTOR', '0.0', 'scale of band 1 is 0'), ('SCALING_FACTOR', 'inf', 'is inf'),
    ('SCALING_FACTOR', '-1.0', 'is -1'), ('LINE_PROJECTION_OFFSET', '1e30', 'reaches 1e+30 m'),
    ('MAP_PROJECTION_ROTATION', 'inf', 'finite numbers'),
    ('A_AXIS_RADIUS', '1e30', 'a body of 1e+33 m radius')])
def test_so_are_those_of_a_pds3_label(tmp_path, key, value, words):
    side = 61
    label = PDS3.format(record=4 * side, label=10, image=11, files=side + 10, side=side,
                        line=0.0, sample=0.0)
    label = label.replace(' SAMPLE_BITS', ' SCALING_FACTOR = 1.0\n SAMPLE_BITS')
    label = re.sub(rf'( {key} = )\S+', rf'\g<1>{value}', label)
    path = tmp_path / 'DTEEC.IMG'
    path.write_bytes(label.replace('\n', '\r\n').encode().ljust(40 * side) + bytes(4 * side**2))
    with pytest.raises(ElevationFileError, match=re.escape(words)):
        read_elevations(path, LATITUDE, LONGITUDE, 25.0)


def test_a_map_with_its_south_up_has_the_same_ground(tmp_path):
    # A negative step is no mistake: it says which way the rows run.
    usual = ground(tmp_path)
    expected = read_elevations(usual, LATITUDE, LONGITUDE, 150.0)
    with rasterio.open(usual) as file:
        t, heights, rows = file.transform, file.read(1), file.height
    turned = changed(usual, values=heights[::-1], transform=rasterio.Affine(
        t.a, 0.0, t.c, 0.0, -t.e, t.f + rows * t.e))
    heights, *where = read_elevations(turned, LATITUDE, LONGITUDE, 150.0)
    assert where == pytest.approx(list(expected[1:]))
    np.testing.assert_allclose(heights, expected[0], atol=1e-6)


@pytest.mark.parametrize('sides, cells, geographic, scale', [
    (463.0, (46080, 23040), False, 1.0),                  # MOLA MEGDR, 128 pixels a degree
    (1.0 / 4.0, (1440, 720), True, 1.0),                  # the same, 4 pixels a degree
    (0.25, (20_000, 80_000), False, 5e-5)])               # an image of HiRISE
def test_maps_of_mars_as_they_are_handed_out_pass(sides, cells, geographic, scale):
    factor = ('degree', np.pi / 180.0) if geographic else ('metre', 1.0)
    west = -180.0 if geographic else -np.pi * MARS_RADIUS
    file = SimpleNamespace(
        transform=rasterio.transform.from_origin(west, 0.5 * sides * cells[1], sides, sides),
        crs=SimpleNamespace(units_factor=factor, is_geographic=geographic),
        width=cells[0], height=cells[1], scales=(scale,), offsets=(0.0,))
    assert mistakes_in_numbers(file, (1,)) == []
