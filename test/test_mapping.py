# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The map from the air against grounds that are known because they are drawn here."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
import re

import cv2
from ingenuity_nodes.cameras.model import navcam
from ingenuity_nodes.frames import quaternion_from_rpy
from ingenuity_nodes.graph.nodes import nodes_of, participants, RunOptions
from ingenuity_nodes.graph.wiring import MAPPER, members_of
from ingenuity_nodes.mapping import mapper as mapper_module
from ingenuity_nodes.mapping.hazards import ground_around, hazards_of, slopes
from ingenuity_nodes.mapping.height_grid import HeightGrid
from ingenuity_nodes.mapping.keyframes import Keyframe
from ingenuity_nodes.mapping.mapper import Mapper, MapperInputs
from ingenuity_nodes.mapping.parallax import fit_pose_and_plane, Heights, heights_of, Rays
from ingenuity_nodes.mapping.parameters import MapperParameters
from ingenuity_nodes.resources import configuration
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.sensors.altimeter import AltimeterParameters
from ingenuity_nodes.signals import (
    AltimeterSample, Estimate, FREE, HAZARD, HazardMap, NavigationImage, UNKNOWN)
from ingenuity_nodes.yaml_files.check import FileError
import numpy as np
import pytest

P = MapperParameters()
ALTIMETER = AltimeterParameters(delay=0.0)
HEIGHT, GROUND = 8.0, -0.7                  # of the body over the ground, of the ground in M [m]
GSD, HALF = 0.02, 16.0                      # of the drawn ground [m]
LEVEL = np.array([1.0, 0.0, 0.0, 0.0])
TEXTURE = cv2.GaussianBlur(
    np.random.default_rng(5).normal(128.0, 110.0, (1600, 1600)), (0, 0), 1.6)
TEXTURE = np.clip(128.0 + 5.0 * (TEXTURE - 128.0), 0, 255).astype(np.uint8)
CAMERA = navcam()


def flat(x, y):
    return np.full_like(x, GROUND)


def with_box(x, y):
    """Return heights of flat ground with a box of 0.5 m, 1 m wide, at 1.5, 1.0."""
    return GROUND + 0.5 * ((np.abs(x - 1.5) < 0.5) & (np.abs(y - 1.0) < 0.5))


def drawn(heights, p_MB, q_MB=LEVEL):
    """Draw what the navcam sees of textured ground, by marching down each ray."""
    R_MC, p_MC = CAMERA.pose(p_MB, q_MB)
    u, v = np.meshgrid(np.arange(640.0), np.arange(480.0))
    rays = CAMERA.unproject(np.stack([u.ravel(), v.ravel()], axis=1)) @ R_MC.T
    rays /= -np.minimum(rays[:, 2:], -0.05)
    hit = np.full(len(rays), p_MC[2] - GROUND)
    open_ = np.ones(len(rays), bool)
    for above in np.arange(0.6, -0.005, -0.01):    # from above down to the ground
        t = p_MC[2] - (GROUND + above)
        x, y = p_MC[0] + rays[:, 0] * t, p_MC[1] + rays[:, 1] * t
        now = open_ & (heights(x, y) >= GROUND + above - 1e-9)
        hit[now] = t
        open_ &= ~now
    x, y = p_MC[0] + rays[:, 0] * hit, p_MC[1] + rays[:, 1] * hit
    column, row = ((value.reshape(480, 640) + HALF) / GSD - 0.5 for value in (x, y))
    image = cv2.remap(TEXTURE, column.astype(np.float32), row.astype(np.float32),
                      cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return image


def keyframe(heights, p_MB, believed=None, q_MB=LEVEL):
    R_MC, p_MC = CAMERA.pose(p_MB if believed is None else believed, q_MB)
    return Keyframe(0, drawn(heights, p_MB, q_MB), R_MC, p_MC, GROUND, 1e-4)


def mapped(heights, at=(-2.0, 0.4, 2.8), error=(0.0, 0.0, 0.0)):
    """Map a ground from places along a line; all but the first are believed with an error."""
    grid, keys = HeightGrid(P.cell), []
    for k, x in enumerate(at):
        p_MB = np.array([x, 0.1 * k, GROUND + HEIGHT])
        keys.append(keyframe(heights, p_MB, p_MB + (k > 0) * np.array(error)))
    for a, b in pairwise(keys):
        assert grid.add(heights_of(a, b, CAMERA, P), b.variance)
    return grid


@pytest.fixture(scope='module')
def box_map():
    return mapped(with_box)


def centres(grid):
    height, _ = grid.fused(1)
    west, south = grid.corner
    return np.meshgrid(west + (np.arange(height.shape[1]) + 0.5) * P.cell,
                       south + (np.arange(height.shape[0]) + 0.5) * P.cell)


def test_flat_ground_is_mapped_flat_at_its_height_within_its_uncertainty():
    height, sigma = mapped(flat).fused(2)
    known = np.isfinite(height)
    assert known.sum() > 5000
    error = height[known] - GROUND
    assert np.abs(np.median(error)) < 0.01
    assert (np.abs(error) < 3.0 * sigma[known]).mean() > 0.99
    hazard = hazards_of(height, sigma, P)
    assert (hazard[known] == HAZARD).mean() < 1e-3


def test_an_error_of_the_believed_baseline_does_not_move_the_ground_that_the_altimeter_saw():
    height, _ = mapped(flat, error=(0.06, -0.03, 0.02)).fused(2)
    error = (height - GROUND)[np.isfinite(height)]
    assert np.abs(np.median(error)) < 0.03
    assert np.std(error) < 0.03


def test_a_box_is_a_hazard_where_it_stands_and_as_high_as_it_is(box_map):
    height, sigma = box_map.fused(1)
    x, y = centres(box_map)
    hazard = hazards_of(height, sigma, P) == HAZARD
    on_top = (np.abs(x - 1.5) < 0.3) & (np.abs(y - 1.0) < 0.3)
    assert np.median(height[on_top]) == pytest.approx(GROUND + 0.5, abs=0.07)
    assert hazard[on_top].all()
    assert np.median(x[hazard]) == pytest.approx(1.5, abs=0.15)
    assert np.median(y[hazard]) == pytest.approx(1.0, abs=0.15)
    far = np.hypot(x - 1.5, y - 1.0) > 1.6
    assert (hazard & far).sum() < 5


def test_what_was_not_seen_stays_unknown(box_map):
    height, sigma = box_map.fused(1)
    x, y = centres(box_map)
    beyond = np.hypot(x, y) > 12.0
    assert beyond.any()
    assert (hazards_of(height, sigma, P)[beyond] == UNKNOWN).all()
    assert np.isnan(height[beyond]).all()
    assert np.isnan(box_map.fused(99)[0]).all()


def test_too_uncertain_heights_are_unknown_and_holes_leave_the_rest_as_it_is():
    height, sigma = np.zeros((40, 40), np.float32), np.full((40, 40), 0.02, np.float32)
    height[20:24, 20:24] = 0.4
    whole = hazards_of(height, sigma, P)
    assert set(np.unique(whole)) == {FREE, HAZARD}
    sigma[5, 5], height[30:33, 8:11] = 1.0, np.nan
    holed = hazards_of(height, sigma, P)
    unknown = holed == UNKNOWN
    assert unknown.sum() == 10
    assert (holed == whole)[~unknown].all()


@pytest.mark.parametrize('degrees', [10.0, 18.0, 22.0, 35.0])
def test_a_plane_is_a_hazard_from_its_slope_on(degrees):
    _, x = np.indices((60, 60))
    height = (np.tan(np.radians(degrees)) * P.cell * x).astype(np.float32)
    found = np.degrees(slopes(height, P.cell, 11))[10:-10, 10:-10]
    assert found == pytest.approx(degrees, abs=0.01)
    hazard = hazards_of(height, np.full(height.shape, 0.02, np.float32), P)[20:-20, 20:-20]
    assert (hazard == (HAZARD if degrees > 20.0 else FREE)).all()


def test_a_mirrored_ground_has_the_mirrored_hazards():
    random = np.random.default_rng(3)
    height = random.normal(0.0, 0.01, (60, 60)).astype(np.float32)
    height[20:26, 9:15], height[50:, 40:] = 0.6, np.nan
    sigma = np.full(height.shape, 0.02, np.float32)
    there = hazards_of(height, sigma, P)
    assert (there == HAZARD).any()
    assert (hazards_of(height[:, ::-1].copy(), sigma, P)[:, ::-1] == there).all()


def test_the_ground_around_a_rock_is_the_ground():
    height = np.zeros((60, 60), np.float32)
    height[25:33, 25:33] = 1.0
    assert ground_around(height, 29) == pytest.approx(0.0, abs=1e-6)


def test_the_pose_error_is_told_from_the_ground_by_all_rays_together():
    # Exact projections of a plane seen by a camera that is elsewhere than believed.
    x, y = np.meshgrid(np.linspace(-7.0, 7.0, 30), np.linspace(-7.0, 7.0, 30))
    X = np.stack([x.ravel(), y.ravel()], axis=1)
    p_a, p_b, theta = np.array([0.0, 0.0, 8.0]), np.array([2.3, 0.2, 8.1]), 1e-3
    turn = np.array([[1.0, -theta, 0.0], [theta, 1.0, 0.0], [0.0, 0.0, 1.0]])
    ray = np.column_stack([X - p_b[:2], np.full(len(X), -p_b[2])]) @ turn    # by minus theta
    rays = Rays(X, p_b[:2] + ray[:, :2] * (p_b[2] / -ray[:, 2:]) - X, p_a, p_b)
    sigmas = np.array([2e-3] * 3 + [0.05] * 3 + [0.015] + [0.1] * 2)
    state, c = fit_pose_and_plane(rays, sigmas, 0.005)
    assert state[2] == pytest.approx(theta, abs=5e-5)
    assert np.abs(rays.F + c).max() < 0.002


def test_points_that_would_need_an_absurd_map_are_dropped():
    grid = HeightGrid(0.1)
    one = np.array([0.0])
    assert grid.add(Heights(one, one, one, one + 0.1), 0.0)
    assert not grid.add(Heights(one + 1e6, one, one, one + 0.1), 0.0)
    assert not grid.add(Heights(*np.zeros((4, 0))), 0.0)
    assert np.isfinite(grid.fused(1)[0]).sum() == 1


# The participant ---------------------------------------------------------------------------

TICK = 10_000_000


def estimate(t_ns, p_MB):
    zero = np.zeros(3)
    return Estimate(t_ns, p_MB, zero, LEVEL, zero, zero, zero, 0.0, 1e-4 * np.eye(15), 0, 0.0)


def flown(respond, seconds=5.0, speed=1.2):
    """Fly level over a ground; ``respond`` makes the image of an exposure, or none."""
    mapper, maps, refused, asked = Mapper(P, ('scout',), CAMERA, ALTIMETER), [], [], []

    def position(t_ns):
        return np.array([speed * (t_ns * 1e-9 - 2.5), 0.0, GROUND + HEIGHT])
    last_ns = int((seconds - 0.5) * 1e9)    # none is awaited at the end
    reading = HEIGHT + ALTIMETER.position[2]
    for t_ns in range(TICK, int(seconds * 1e9), TICK):
        due = mapper.images_due(t_ns)
        asked += due
        outputs = mapper.tick(t_ns, MapperInputs(
            {'scout': (estimate(t_ns, position(t_ns)),)},
            {'scout': (AltimeterSample(t_ns, reading),)},
            {'scout': (t_ns,)} if t_ns % 50_000_000 == 0 and t_ns < last_ns else {},
            tuple(image for one in due for image in respond(one, position(one.t_ns)))))
        maps += outputs.maps
        refused += outputs.refused
    return mapper, maps, refused, asked


def seen(due, p_MB):
    return (NavigationImage('scout', due.t_ns, drawn(flat, p_MB)),)


def test_a_flight_over_flat_ground_leaves_maps_a_second_apart_that_are_the_same_each_time():
    (_, maps, refused, asked), (_, again, _, _) = flown(seen), flown(seen)
    assert not refused
    assert 5 <= len(asked) <= 9    # every 0.8 m of 6 m
    assert maps and all(b.t_ns - a.t_ns >= 1_000_000_000 for a, b in pairwise(maps))
    assert maps[-1].height.tobytes() == again[-1].height.tobytes()
    known = maps[-1].hazard != UNKNOWN
    assert (maps[-1].hazard[known] == FREE).mean() > 0.999


def test_images_that_never_come_cost_the_map_and_nothing_else():
    mapper, maps, refused, asked = flown(lambda due, p_MB: ())
    assert asked and not maps and not refused
    assert not mapper.images_due(100 * 10**9)


@pytest.mark.parametrize(('change', 'reason'), [
    (lambda image: replace(image, grey=image.grey[:100]), 'found 640 x 100, allowed: 640 x 480'),
    (lambda image: replace(image, t_ns=image.t_ns + 7), 'found one that is not due'),
    (lambda image: replace(image, vehicle='other'), 'image of other')])
def test_a_wrong_image_is_refused_in_one_line_and_dropped(change, reason):
    blank = np.zeros((480, 640), np.uint8)
    mapper, maps, refused, asked = flown(
        lambda due, p_MB: (change(NavigationImage('scout', due.t_ns, blank)),))
    assert len(refused) == len(asked) and not maps
    assert reason in refused[0] and '\n' not in refused[0]
    assert not mapper.images_due(100 * 10**9)


def test_images_without_contrast_leave_the_ground_unknown():
    blank = np.full((480, 640), 90, np.uint8)
    _, maps, refused, asked = flown(
        lambda due, p_MB: (NavigationImage('scout', due.t_ns, blank),))
    assert asked and not maps and not refused


def test_estimates_and_readings_that_are_no_numbers_are_left_out():
    mapper = Mapper(P, ('scout',), CAMERA, ALTIMETER)
    for t_ns in range(TICK, 2 * 10**9, TICK):
        outputs = mapper.tick(t_ns, MapperInputs(
            {'scout': (estimate(t_ns, np.array([np.nan, 0.0, 9.0])),)},
            {'scout': (AltimeterSample(t_ns, np.inf),)}, {'scout': (t_ns,)}))
        assert not outputs.maps and not mapper.images_due(t_ns + 10**9)


def test_truth_cannot_reach_the_mapper():
    knowing = {'Truth', 'Exposure', 'Environment', 'Terrain', 'Rocks', 'Aircraft', 'Helicopter',
               'HelicopterOutputs', 'Any', 'object'}
    folder = Path(mapper_module.__file__).parent
    text = '\n'.join(path.read_text() for path in sorted(folder.glob('*.py')))
    imported = set(re.findall(r'\w+', ' '.join(
        re.findall(r'^from \S+ import (?:\([^)]*\)|.*)$', text, re.MULTILINE))))
    assert {'Estimate', 'AltimeterSample', 'NavigationImage'} <= imported
    assert not imported & knowing
    assert not re.search(r'ingenuity_nodes\.(world|vehicle|rendering|faults|helicopter)', text)


def test_a_tilted_camera_sees_the_same_ground():
    q_MB = quaternion_from_rpy(0.06, -0.05, 0.4)
    a, b = (keyframe(flat, np.array([x, 0.0, GROUND + HEIGHT]), q_MB=q) for x, q in (
        (-1.2, q_MB), (1.2, LEVEL)))
    points = heights_of(a, b, CAMERA, P)
    assert len(points.z) > 10_000
    assert np.median(points.z) == pytest.approx(GROUND, abs=0.02)


def test_a_mapper_is_refused_a_helicopter_that_sees_nothing_or_is_none(tmp_path):
    text = configuration('scenarios', 'flight_03.yaml').read_text()
    for vehicle in ('nobody', 'perseverance'):
        path = tmp_path / f'{vehicle}.yaml'
        path.write_text(f'{text}mapper: {{vehicles: [{vehicle}], overrides: {{cell: 0.2}}}}\n')
        with pytest.raises(FileError, match=f"{vehicle}', allowed: a helicopter with a navcam"):
            load_scenario(str(path))
    path.write_text(f'{text}mapper: {{vehicles: [ingenuity], overrides: {{cell: 9.0}}}}\n')
    with pytest.raises(FileError, match=r'found 9.0, allowed: 0.05 to 1 m'):
        load_scenario(str(path))


def test_only_a_scenario_that_asks_for_it_has_a_mapper(tmp_path):
    text = configuration('scenarios', 'flight_03.yaml').read_text()
    path = tmp_path / 'mapped.yaml'
    path.write_text(f'{text}mapper: {{vehicles: [ingenuity]}}\n')
    for scenario, count in (load_scenario('flight_03'), 0), (load_scenario(str(path)), 1):
        specs = nodes_of(scenario, RunOptions('x'))
        assert [spec.name for spec in specs].count('mapper') == count
        assert participants(scenario).count('/mapper') == count
        assert len(members_of(scenario)[MAPPER]) == count


def test_a_map_goes_over_the_network_without_loss_and_a_damaged_one_is_refused():
    pytest.importorskip('rclpy')
    from ingenuity_nodes.nodes.conversions.maps import (
        heights_message, map_from, map_message, occupancy_message)
    height = np.array([[0.1, np.nan, 0.3], [0.5, 0.2, 0.1]], np.float32)
    hazard = np.array([[FREE, UNKNOWN, FREE], [HAZARD, FREE, FREE]], np.uint8)
    sent = HazardMap(5, -1.3, 0.1 + 0.2, 0.1, height, 0.1 * height, hazard)
    message = map_message(sent)
    received = map_from(message)
    for name in ('t_ns', 'west', 'south', 'cell'):
        assert getattr(received, name) == getattr(sent, name)
    for name in ('height', 'sigma', 'hazard'):
        assert getattr(received, name).tobytes() == getattr(sent, name).tobytes()
    assert list(occupancy_message(sent).data) == [0, -1, 0, 100, 0, 0]
    assert heights_message(sent).width == 5
    message.data[-1] = 7
    with pytest.raises(ValueError, match='found cells of class'):
        map_from(message)
    message.data = message.data[:-2]
    with pytest.raises(ValueError, match='for 3 x 2 cells, allowed: 40 and 9 for each'):
        map_from(message)
