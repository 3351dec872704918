# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Rendered images against geometry computed without rendering, and against themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
import hashlib
import math
import subprocess
import sys

from ingenuity_nodes.cameras.model import navcam, rte
from ingenuity_nodes.frames import quaternion_from_rpy, yaw_from_azimuth
from ingenuity_nodes.photo.target_box import target_box
from ingenuity_nodes.rendering import gl
from ingenuity_nodes.rendering.gl import create_context, DrawingError
from ingenuity_nodes.rendering.mesh import rock
from ingenuity_nodes.rendering.scene import Body, Scene, SceneConfig
from ingenuity_nodes.rendering.truth import GROUND, ROBOT, ROCK, SKY
from ingenuity_nodes.signals import Exposure
from ingenuity_nodes.world.rocks import RockParameters
from ingenuity_nodes.world.terrain import TerrainParameters
import numpy as np
from numpy.typing import NDArray
import pytest

try:
    create_context().release()
    from ingenuity_nodes.rendering.renderer import Renderer
except DrawingError as error:
    pytest.skip(str(error), allow_module_level=True)

APEX = (-1.4, 49.5, 5.266)
IDENTITY = np.array([1.0, 0.0, 0.0, 0.0])


def exposure(position: tuple[float, float, float], heading_deg: float, roll_deg: float = 0.0,
             t_ns: int = 0) -> Exposure:
    """Return an exposure at rest at a position."""
    q_MB = quaternion_from_rpy(math.radians(roll_deg), 0.0, yaw_from_azimuth(heading_deg))
    return Exposure(t_ns, 'rte', np.array(position), q_MB, np.zeros(3), np.zeros(3))


def rover() -> Body:
    """Perseverance where it stood at Flight 3."""
    return Body('rover', np.array([63.01, -6.56, 0.95]),
                quaternion_from_rpy(0, 0, yaw_from_azimuth(175.2)))


def carrier(shot: Exposure) -> Body:
    """Ingenuity itself."""
    return Body('helicopter', shot.p_MB, shot.q_MB, {'upper_rotor_joint': 0.7})


@pytest.fixture(scope='module', name='scene')
def fixture_scene() -> Scene:
    """Flight 3."""
    return Scene(SceneConfig())


@pytest.fixture(scope='module', name='colour')
def fixture_colour(scene: Scene) -> Iterator[Renderer]:
    """Colour camera at a fifth of its pixels."""
    renderer = Renderer(scene, rte().scaled(0.2))
    yield renderer
    renderer.release()


@pytest.fixture(scope='module', name='nav')
def fixture_nav(scene: Scene) -> Iterator[Renderer]:
    """Navigation camera."""
    renderer = Renderer(scene, navcam())
    yield renderer
    renderer.release()


def test_every_ground_pixel_lies_on_the_terrain(colour: Renderer, scene: Scene) -> None:
    truth = colour.draw_truth(exposure(APEX, 84.0, -4.0))
    on_ground = (truth.kinds == GROUND) & (truth.ranges < 300.0)
    points = truth.points()[on_ground]
    above = points[:, 2] - scene.terrain.heights(points[:, 0], points[:, 1])
    assert np.percentile(np.abs(above), 99) < 0.02
    # A height error moves the range by its size over the sine of the view's depression.
    down = (APEX[2] - points[:, 2]) / truth.ranges[on_ground]
    wrong = np.abs(above) / np.maximum(down, 0.01)
    assert (wrong < np.maximum(0.02, 0.01 * truth.ranges[on_ground])).mean() > 0.995


def embree_ranges(scene: Scene, shot: Exposure, rays: NDArray[np.float64],
                  origin: NDArray[np.float64],
                  ) -> NDArray[np.float64]:
    """Return the ranges that Embree finds on the same ground and rocks, as triangles."""
    embree = pytest.importorskip('embreex.mesh_construction')
    rtcore = pytest.importorskip('embreex.rtcore_scene')
    step, half = 0.08, 28.0
    axis = np.arange(-half, half + step, step)
    x, y = np.meshgrid(origin[0] + axis, origin[1] + axis)
    points = np.stack([x, y, scene.terrain.heights(x, y)], axis=2)
    a, b, c, d = points[:-1, :-1], points[:-1, 1:], points[1:, 1:], points[1:, :-1]
    ground = np.concatenate(
        [np.stack([a, b, c], 2).reshape(-1, 3, 3),
         np.stack([a, c, d], 2).reshape(-1, 3, 3)])
    rocks = [rock_triangles(row) for row in scene.rocks_around(origin[0], origin[1], half, 0.05)]
    triangles = np.concatenate([ground, *rocks]) - origin
    world = rtcore.EmbreeScene()
    embree.TriangleMesh(world, triangles.astype(np.float32))
    found = world.run(np.zeros_like(rays, dtype=np.float32), rays.astype(np.float32),
                      query='DISTANCE')
    return np.asarray(found, dtype=np.float64)


def rock_triangles(row: NDArray[np.float64]) -> NDArray[np.float64]:
    """Transform one rock's finest mesh to its pose."""
    yaw, tilt_x, tilt_y = row[6:9]
    cz, sz, cx, sx, cy, sy = (f(v) for v in (yaw, tilt_x, tilt_y) for f in (math.cos, math.sin))
    R = (np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]]) @ np.array(
        [[1, 0, 0], [0, cx, -sx], [0, sx, cx]]) @ np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]]))
    unit = rock(int(row[9]), 2)[:, :3].astype(np.float64)
    return np.asarray(((unit * row[3:6]) @ R.T + row[:3]).reshape(-1, 3, 3))


def test_ten_thousand_random_distances_agree_with_embree(colour: Renderer, scene: Scene) -> None:
    shot = exposure(APEX, 84.0, -4.0)
    truth = colour.draw_truth(shot)
    camera = truth.camera
    rng = np.random.default_rng([5, 1])
    u, v = rng.integers(0, camera.width, 10_000), rng.integers(camera.height // 3, camera.height,
                                                               10_000)
    R_MC, p_MC = camera.pose(shot.p_MB, shot.q_MB)
    rays = camera.unproject(np.stack([u, v], axis=1)) @ R_MC.T
    expected = embree_ranges(scene, shot, rays, p_MC)
    found = truth.ranges[v, u]
    near = (expected < 25.0) & (truth.kinds[v, u] != ROBOT)
    error = np.abs(found - expected)[near]
    assert near.sum() > 5000
    # Beyond the edges of rocks, whose outline depends on how finely each mesh is cut.
    assert (error < np.maximum(0.02, 0.01 * expected[near])).mean() > 0.985
    assert np.median(error) < 0.005


def test_rover_is_drawn_where_its_parts_project(colour: Renderer) -> None:
    shot, body = exposure(APEX, 84.0, -4.0), rover()
    truth = colour.draw_truth(shot, [body])
    v, u = np.nonzero(truth.kinds == ROBOT)
    box = target_box(truth.camera, shot.p_MB, shot.q_MB, body.p_MB, body.q_MB)
    assert box is not None and box.visible_fraction > 0.999
    assert (u.min(), v.min(), u.max(), v.max()) == pytest.approx((box.u0, box.v0, box.u1, box.v1),
                                                                 abs=2.0)
    assert np.median(truth.ranges[v, u]) == pytest.approx(85.4, abs=1.5)


def test_leg_tips_peek_over_both_side_edges(colour: Renderer) -> None:
    shot = exposure(APEX, 84.0, -4.0)
    truth = colour.draw_truth(shot, [carrier(shot)])
    _, u = np.nonzero(truth.kinds == ROBOT)
    left, right = u < colour.camera.width / 2, u > colour.camera.width / 2
    assert left.any() and right.any()
    assert u[left].max() < 0.06 * colour.camera.width
    assert u[right].min() > 0.94 * colour.camera.width


def test_own_shadow_falls_opposite_the_sun(nav: Renderer, scene: Scene) -> None:
    shot = exposure((0.0, 20.0, scene.terrain.height(0.0, 20.0) + 5.0), 0.0)
    bare, shaded = nav.draw(shot).astype(int), nav.draw(shot, [carrier(shot)]).astype(int)
    dark = (bare - shaded) > 25
    dark[:120] = False   # the camera's own legs
    v, u = np.nonzero(dark)
    sun = scene.sun.direction_M
    shadow = shot.p_MB - sun / sun[2] * 5.0
    expected = nav.camera.project_world(shadow, shot.p_MB, shot.q_MB)[0]
    assert np.hypot(*(shadow - shot.p_MB)[:2]) == pytest.approx(0.50, abs=0.03)
    assert (u.mean(), v.mean()) == pytest.approx(tuple(expected), abs=3.0)


def test_the_same_exposure_gives_the_same_bytes_and_another_order_too(scene: Scene,
                                                                      nav: Renderer) -> None:
    first = exposure((0.0, 10.0, 5.0), 84.0)
    image = nav.draw(first, [carrier(first)])
    nav.draw(exposure((30.0, -20.0, 8.0), 10.0))
    assert np.array_equal(nav.draw(first, [carrier(first)]), image)


def test_another_process_draws_the_same_bytes(nav: Renderer) -> None:
    shot = exposure((0.0, 10.0, 5.0), 84.0)
    expected = hashlib.sha256(nav.draw(shot).tobytes()).hexdigest()
    code = """
import hashlib, math
import numpy as np
from ingenuity_nodes.cameras.model import navcam
from ingenuity_nodes.rendering.renderer import Renderer
from ingenuity_nodes.rendering.scene import Scene, SceneConfig
from ingenuity_nodes.frames import quaternion_from_rpy, yaw_from_azimuth
from ingenuity_nodes.signals import Exposure
from ingenuity_nodes.world.rocks import RockParameters
from ingenuity_nodes.world.terrain import TerrainParameters
q = quaternion_from_rpy(0.0, 0.0, yaw_from_azimuth(84.0))
shot = Exposure(0, 'rte', np.array((0.0, 10.0, 5.0)), q, np.zeros(3), np.zeros(3))
print(hashlib.sha256(Renderer(Scene(SceneConfig()), navcam()).draw(shot).tobytes()).hexdigest())
"""
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == expected


def test_strips_leave_no_seam_and_call_back(scene: Scene, colour: Renderer) -> None:
    fractions: list[float] = []
    image = colour.draw(exposure(APEX, 84.0, -4.0), between=fractions.append)
    assert image.shape == (624, 842, 3) and image.dtype == np.uint8
    assert fractions[-1] == 1.0 and len(fractions) == 3
    rows = np.abs(np.diff(image.astype(float).mean(axis=(1, 2))))
    assert rows[207] < 3.0 * np.median(rows[190:225]) + 0.5


def test_the_sky_is_above_the_horizon_and_butterscotch(colour: Renderer) -> None:
    shot = exposure(APEX, 84.0, -40.0)
    truth = colour.draw_truth(shot)
    image = colour.draw(shot)
    sky = image[truth.kinds == SKY].mean(axis=0)
    assert (truth.kinds[:100] == SKY).all()
    assert sky[0] > sky[1] > sky[2] > 60.0


def test_navigation_images_have_features_that_can_be_tracked(
    nav: Renderer, scene: Scene,
) -> None:
    import cv2
    for height in (0.5, 1.0, 2.0, 5.0, 10.0, 20.0):
        ground = scene.terrain.height(0.0, 25.0)
        a = nav.draw(exposure((0.0, 25.0, ground + height), 84.0, t_ns=1_000_000))
        b = nav.draw(exposure((0.03 * height, 25.0, ground + height), 84.0, t_ns=34_000_000))
        corners = cv2.goodFeaturesToTrack(a, 200, 0.01, 8)
        assert corners is not None and len(corners) > 100
        there, found, _ = cv2.calcOpticalFlowPyrLK(a, b, corners, None, winSize=(15, 15),
                                                   maxLevel=3)
        back, again, _ = cv2.calcOpticalFlowPyrLK(b, a, there, None, winSize=(15, 15), maxLevel=3)
        steady = (found & again).ravel().astype(bool) & (np.linalg.norm(
            (back - corners)[:, 0], axis=1) < 0.5)
        assert steady.mean() > 0.95


def test_ground_truth_flow_is_what_a_flat_floor_would_give(nav: Renderer, scene: Scene) -> None:
    ground = scene.terrain.height(0.0, 25.0)
    here, there = exposure((0.0, 25.0, ground + 5.0), 90.0), exposure((0.1, 25.0, ground + 5.0),
                                                                      90.0)
    flow = nav.draw_truth(here).flow(there)
    centre = np.nanmedian(flow[200:280, 280:360].reshape(-1, 2), axis=0)
    assert np.hypot(*centre) == pytest.approx(0.1 / 5.0 / nav.camera.pixel_angle, rel=0.1)


def test_shadows_of_rocks_are_long_under_a_low_sun() -> None:
    def dark_fraction(utc: datetime) -> float:
        renderer = Renderer(Scene(SceneConfig(utc=utc)), rte().scaled(0.15))
        light = renderer.draw_light(exposure(APEX, 84.0, -4.0))[200:].astype(float).mean(axis=2)
        renderer.release()
        return float((light < 0.6 * np.median(light)).mean())

    late, noon = datetime(2021, 4, 25, 16, 20), datetime(2021, 4, 25, 11, 31, 40)
    assert dark_fraction(late) > 1.5 * dark_fraction(noon)


def test_the_slow_reference_renderer_is_refused() -> None:
    code = 'from ingenuity_nodes.rendering.gl import create_context\ncreate_context()'
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, env={
        'GALLIUM_DRIVER': 'softpipe', 'PATH': '/usr/bin', 'PYTHONPATH': ':'.join(sys.path)
    })
    assert done.returncode != 0
    assert 'softpipe' in done.stderr and 'apt install' in done.stderr


def test_without_egl_the_message_names_the_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_egl(**_: object) -> None:
        raise OSError('libEGL.so.1: cannot open shared object file')
    monkeypatch.setattr(gl.moderngl, 'create_context', no_egl)
    with pytest.raises(DrawingError, match='apt install libegl1'):
        create_context()


def test_every_kind_has_its_own_label(colour: Renderer) -> None:
    shot = exposure(APEX, 84.0, -8.0)
    kinds = colour.draw_truth(shot, [carrier(shot), rover()]).kinds
    assert set(np.unique(kinds)) == {SKY, GROUND, ROCK, ROBOT}


def test_smooth_sand_has_few_features(nav: Renderer, scene: Scene) -> None:
    # As on the last flights, over sand without features (JPL, PIA26482).
    import cv2
    bare = SceneConfig(terrain=TerrainParameters(ripple_cover=1.0, airfield_radius=0.0),
                       rocks=RockParameters(abundance=0.0), rover_path=())
    sand = Renderer(Scene(bare), navcam())
    fast = cv2.FastFeatureDetector_create(20)
    counts = []
    for renderer in (nav, sand):
        ground = renderer.scene.terrain.height(20.0, 60.0)
        image = renderer.draw(exposure((20.0, 60.0, ground + 10.0), 84.0))
        counts.append(len(fast.detect(image)))
    sand.release()
    assert counts[0] > 100 and counts[1] < 0.2 * counts[0]
