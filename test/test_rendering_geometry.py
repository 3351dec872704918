# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Known points of the Flight 3 photo, drawn at full resolution, against JPL's own camera model."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
import math

from ingenuity_nodes.cameras.model import CameraModel, navcam, rte
from ingenuity_nodes.frames import quaternion_from_rpy, rotation_matrix, yaw_from_azimuth
from ingenuity_nodes.photo.annotate import find_rover
from ingenuity_nodes.photo.metadata import marks_of, PhotoMetadata, rover_box
from ingenuity_nodes.rendering.gl import create_context, DrawingError
from ingenuity_nodes.rendering.scene import Body, Scene, SceneConfig
from ingenuity_nodes.rendering.truth import GROUND, GroundTruth, ROBOT
from ingenuity_nodes.robots.ingenuity import FOOT, ingenuity
from ingenuity_nodes.signals import Exposure
import numpy as np
from numpy.typing import NDArray
import pytest

try:
    create_context().release()
    from ingenuity_nodes.rendering.renderer import Renderer
except DrawingError as error:
    pytest.skip(str(error), allow_module_level=True)

APEX = np.array([-1.4, 49.5, 5.266])
Q_MB = quaternion_from_rpy(math.radians(-4.0), 0.0, yaw_from_azimuth(84.0))
SHOT = Exposure(0, 'rte', APEX, Q_MB, np.zeros(3), np.zeros(3))
HELIPAD, LANDING = (0.0, 0.0), (-7.5, -14.0)    # east, north [m] (NASA MMGIS)
ROVER = Body('rover', np.array([63.01, -6.56, 0.95]),
             quaternion_from_rpy(0, 0, yaw_from_azimuth(175.2)))
CUT = 8.0    # JPL's model has 8 more columns at the left than the images
# nasa-jpl/m2020-urdf-models, HELI_RTE_CAM: x forward, y right, z down
C = np.array([-0.000385336, 0.089600896, 0.117888782])
A = np.array([0.011919424, 0.725450121, 0.688171525])
H = np.array([-1755.771205827, 1629.886169061, 1400.250728689])
V = np.array([-87.382689219, -116.052756786, 2334.340862381])
O = np.array([-0.000662614, 0.723521336, 0.6903017])    # noqa: E741
R = (0.000144295, 0.468503803, -0.052846372)
E = (-0.00068363, -0.00098111, -0.00156945)
LINEARITY = 0.37


def jpl(p_B: NDArray[np.float64]) -> tuple[float, float]:
    """Project one point in our body frame by JPL's CAHVORE model with moving entrance pupil."""
    p = p_B * [1.0, -1.0, -1.0] - C
    along = p @ O
    across = p - along * O
    size = float(np.linalg.norm(across))
    theta = math.atan2(size, along)
    for _ in range(20):
        s, c, q = math.sin(theta), math.cos(theta), theta * theta
        pupil = E[0] + E[1] * q + E[2] * q * q
        slope = 2 * E[1] * theta + 4 * E[2] * theta * q
        theta -= ((along * s - size * c - (theta - s) * pupil)
                  / (along * c + size * s + (1 - c) * pupil - (theta - s) * slope))
    chi = math.tan(LINEARITY * theta) / LINEARITY
    bent = chi * (1 + R[0] + R[1] * chi ** 2 + R[2] * chi ** 4)
    ray = O + bent * across / size
    return float(ray @ H / (ray @ A)) - CUT, float(ray @ V / (ray @ A))


def from_map(p_M: NDArray[np.float64]) -> tuple[float, float]:
    """Project one map point seen from the apex."""
    return jpl(rotation_matrix(Q_MB).T @ (p_M - APEX))


@pytest.fixture(scope='module', name='scene')
def fixture_scene() -> Scene:
    """Flight 3."""
    return Scene(SceneConfig())


def cropped(camera: CameraModel, u0: int, v0: int, width: int, height: int) -> CameraModel:
    """Build the camera that sees only a window of the image of another, pixel for pixel."""
    return replace(camera, width=width, height=height, H=camera.H - u0 * camera.A,
                   V=camera.V - v0 * camera.A)


def window(u: float, v: float, half: int) -> tuple[CameraModel, int, int]:
    """Cut a window out of the photo, pixel for pixel; the full image is not needed."""
    u0 = min(max(0, round(u) - half), rte().width - 2 * half)
    v0 = min(max(0, round(v) - half), rte().height - 2 * half)
    return cropped(rte(), u0, v0, 2 * half, 2 * half), u0, v0


def truth_around(scene: Scene, u: float, v: float, bodies: list[Body], half: int = 90,
                 ) -> tuple[GroundTruth, int, int]:
    """Draw the truth around a pixel of the photo."""
    camera, u0, v0 = window(u, v, half)
    renderer = Renderer(scene, camera)
    truth = renderer.draw_truth(SHOT, bodies)
    renderer.release()
    return truth, u0, v0


@pytest.mark.parametrize('site', [HELIPAD, LANDING])
def test_points_on_the_ground_are_drawn_where_jpls_camera_model_projects_them(
        scene: Scene, site: tuple[float, float]) -> None:
    point = np.array([*site, scene.terrain.height(*site)])
    expected = from_map(point)
    truth, u0, v0 = truth_around(scene, *expected, [])
    miss = np.linalg.norm(truth.points() - point, axis=2)
    miss[truth.kinds != GROUND] = np.inf
    v, u = np.unravel_index(np.nanargmin(miss), miss.shape)
    assert (u0 + u, v0 + v) == pytest.approx(expected, abs=2.0)


def test_the_left_foot_stands_at_the_left_edge_and_the_right_one_beyond_the_right(
        scene: Scene) -> None:
    # NASA's captions: leg pads at both side edges.
    foot = next(p for p in ingenuity().parts if p.name == 'front_right_foot')
    rim = [foot.xyz + foot.size[0] * np.array([math.cos(a), math.sin(a), 0.0])
           + np.array([0.0, 0.0, z]) for a in np.linspace(0.0, 6.28, 1500)
           for z in (-foot.size[1] / 2, foot.size[1] / 2)]
    expected = np.array([jpl(point) for point in rim])
    carrier = Body('helicopter', APEX, Q_MB)
    truth, u0, v0 = truth_around(scene, 0.0, expected[:, 1].mean(), [carrier], 130)
    # Only the foot reaches so far right; its shin comes from beyond the left edge.
    v, u = np.nonzero(truth.kinds == ROBOT)
    assert u0 + u.max() == pytest.approx(expected[:, 0].max(), abs=2.0)
    in_image = expected[expected[:, 0] > -0.5]
    assert v0 + v.max() == pytest.approx(in_image[:, 1].max(), abs=2.0)
    right = jpl(np.array([-FOOT, -FOOT, foot.xyz[2]]))
    left = jpl(np.array([FOOT, -FOOT, foot.xyz[2]]))
    assert left[0] == pytest.approx(27.0 - CUT, abs=20.0)    # JPL's model in 4224 columns
    assert right[0] == pytest.approx(4355.0 - CUT, abs=20.0)


def test_the_shadow_of_the_helicopter_at_5_m_falls_half_a_metre_to_the_north_east(
        scene: Scene) -> None:
    ground = scene.terrain.height(0.0, 20.0)
    q_MB = quaternion_from_rpy(0.0, 0.0, yaw_from_azimuth(0.0))
    shot = Exposure(0, 'navcam', np.array([0.0, 20.0, ground + 5.0]), q_MB, np.zeros(3),
                    np.zeros(3))
    renderer = Renderer(scene, navcam())
    bare = renderer.draw(shot).astype(int)
    shaded = renderer.draw(shot, [Body('helicopter', shot.p_MB, q_MB)]).astype(int)
    renderer.release()
    dark = (bare - shaded) > 25
    dark[:120] = False    # the camera's own legs
    v, u = np.nonzero(dark)
    R_MC, p_MC = navcam().pose(shot.p_MB, q_MB)
    rays = navcam().unproject(np.stack([u, v], axis=1)) @ R_MC.T
    points = p_MC + rays * ((ground - p_MC[2]) / rays[:, 2])[:, None]
    east, north = points[:, :2].mean(axis=0) - shot.p_MB[:2]
    # Sun 84.3 deg up in azimuth 231 deg (Mars24): 5 m / tan(84.3 deg), the other way.
    assert math.hypot(east, north) == pytest.approx(0.50, abs=0.05)
    assert math.degrees(math.atan2(east, north)) == pytest.approx(51.0, abs=8.0)


def test_the_drawn_rover_is_found_with_its_mast(scene: Scene) -> None:
    metadata = PhotoMetadata(rte(), APEX, Q_MB, ROVER, datetime(2021, 4, 25, tzinfo=timezone.utc))
    box = rover_box(metadata)
    assert box is not None
    camera = cropped(rte(), 0, 0, 500, 340)
    renderer = Renderer(scene, camera)
    image = renderer.draw(SHOT, [ROVER])
    renderer.release()
    found = find_rover(image, (box.u0, box.v0, box.u1, box.v1))
    assert found is not None
    assert found == pytest.approx((box.u0, box.v0, box.u1, box.v1), abs=12.0)
    # What reaches highest is the mast head.
    assert found[1] == pytest.approx(box.v0, abs=4.0)


def test_rover_sites_horizon_and_scale_are_marked(scene: Scene) -> None:
    metadata = PhotoMetadata(rte(), APEX, Q_MB, ROVER, datetime(2021, 4, 25, tzinfo=timezone.utc))
    blank = np.full((3120, 4208, 3), 150, np.uint8)
    labels = {mark.label for mark in marks_of(metadata, blank, scene.terrain.height)}
    assert labels == {'horizon', 'helipad', 'Octavia E. Butler landing', 'Perseverance, 85 m',
                      '1 m'}


def test_the_same_photo_twice_is_the_same_bytes(scene: Scene) -> None:
    images = []
    for _ in range(2):
        renderer = Renderer(scene, rte().scaled(0.15))
        images.append(renderer.draw(SHOT, [ROVER, Body('helicopter', APEX, Q_MB)]))
        renderer.release()
    assert np.array_equal(*images)
