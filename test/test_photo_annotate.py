# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Crop, annotation and rover detection on synthetic images; robot parts and their outline."""

from __future__ import annotations

import math

from ingenuity_nodes.cameras.model import rte
from ingenuity_nodes.cameras.response import encode_jpeg, Response
from ingenuity_nodes.frames import quaternion_from_rpy, yaw_from_azimuth
from ingenuity_nodes.photo.annotate import annotate, find_rover, horizon, Mark, scale_bar, zoom
from ingenuity_nodes.photo.target_box import target_box
from ingenuity_nodes.rendering.mesh import link_triangles
from ingenuity_nodes.robots.ingenuity import ingenuity, RADIUS
from ingenuity_nodes.robots.perseverance import perseverance
import numpy as np
import pytest

APEX = np.array([-1.4, 49.5, 5.266])
Q_ROVER = quaternion_from_rpy(0.0, 0.0, yaw_from_azimuth(175.2))


def painted() -> np.ndarray:
    """Paint ochre ground with grain, dark rocks and a grey box."""
    rng = np.random.default_rng([9, 9])
    image = np.array([170, 135, 100]) + rng.normal(0, 6, (600, 800, 1)) + rng.normal(
        0, 3, (600, 800, 3))
    for u, v in rng.integers(20, 580, (80, 2)):
        image[v:v + 5, u:u + 7] = (90, 72, 55)
    image[80:140, 100:200] = (165, 165, 168)
    return np.clip(image, 0, 255).astype(np.uint8)


def test_rover_is_found_by_its_colour_near_the_hint() -> None:
    found = find_rover(painted(), (85.0, 70.0, 190.0, 150.0))
    assert found == pytest.approx((100, 80, 200, 140), abs=8)


def test_no_rover_is_found_on_empty_ground() -> None:
    assert find_rover(painted(), (400.0, 300.0, 520.0, 390.0)) is None
    assert find_rover(painted(), (-500.0, -500.0, -400.0, -400.0)) is None


def test_zoom_centres_the_box_and_does_not_leave_the_image() -> None:
    image = painted()
    close = zoom(image, (300.0, 200.0, 400.0, 260.0), 800)
    assert close.shape == (600, 800, 3)
    corner = zoom(image, (100.0, 80.0, 200.0, 140.0), 400)
    assert corner.shape == (300, 400, 3)
    assert (corner[..., 2] > 150).mean() > 0.05  # the grey box is in it


def test_annotation_marks_a_copy_where_it_should() -> None:
    image = painted()
    before = image.copy()
    marked = annotate(image,
                      [Mark('rover', ((150.0, 110.0), ), 80.0),
                       Mark('pad', ((500.0, 300.0), ))], 'caption')
    assert np.array_equal(image, before)
    changed = np.any(marked != image, axis=2)
    assert changed[110, 228:232].any() and changed[320:330, 498:503].any()
    assert not changed[250:300, 0:60].any()


def test_horizon_enters_the_upper_corners_only_when_the_camera_tips_up() -> None:
    level = quaternion_from_rpy(0.0, 0.0, yaw_from_azimuth(84.0))
    up = quaternion_from_rpy(math.radians(-10.0), 0.0, yaw_from_azimuth(84.0))
    assert horizon(rte(), APEX, level) == []
    marks = horizon(rte(), APEX, up)
    assert marks and all(v < 600 for mark in marks for _, v in mark.points)


def test_scale_bar_has_its_length_on_the_ground() -> None:
    q_MB = quaternion_from_rpy(0.0, 0.0, 0.0)
    bar = scale_bar(rte(), np.array([0.0, 0.0, 5.0]), q_MB, 0.0)
    assert bar is not None
    (u0, v0), (u1, v1) = bar.points
    rays = rte().unproject(np.array([[u0, v0], [u1, v1]]))
    R_MC, p_MC = rte().pose(np.array([0.0, 0.0, 5.0]), q_MB)
    ends = [p_MC - (R_MC @ ray) * p_MC[2] / (R_MC @ ray)[2] for ray in rays]
    # Rays start at one point, where the entrance pupil travels by half a millimetre.
    assert np.linalg.norm(ends[0] - ends[1]) == pytest.approx(1.0, abs=1e-3)


def test_target_box_at_the_edge_of_the_image_depends_on_heading_and_roll() -> None:
    rover = np.array([63.01, -6.56, 0.95])
    apex = np.array([-1.46, 49.6, 5.266])

    def box(heading: float, roll: float) -> object:
        q_MB = quaternion_from_rpy(math.radians(roll), 0.0, yaw_from_azimuth(heading))
        return target_box(rte(), apex, q_MB, rover, Q_ROVER)
    level, up, out = box(84.0, 0.0), box(84.0, -4.0), box(89.0, -4.0)
    assert level.visible_fraction == 0.0
    assert up.visible_fraction > 0.999 and 85.0 < up.distance < 85.6
    assert 100.0 < up.width < 200.0
    assert up.centre[0] < 0.15 * 4208 and up.centre[1] < 0.12 * 3120
    assert out.visible_fraction < 0.9


def test_target_behind_the_lens_has_no_box() -> None:
    q_MB = quaternion_from_rpy(0.0, 0.0, yaw_from_azimuth(84.0))
    assert target_box(rte(), APEX, q_MB, np.array([0.0, 200.0, 0.0]), Q_ROVER) is None


def test_rover_has_its_published_size() -> None:
    # NASA: about 3 m long without the arm, 2.7 m wide, 2.2 m tall.
    corners = perseverance().corners({})
    size = corners.max(axis=0) - corners.min(axis=0)
    assert size == pytest.approx((3.15, 2.7, 2.2), abs=0.15)
    assert corners[:, 2].min() == pytest.approx(0.0, abs=0.02)


def test_helicopter_stands_on_its_soles_and_spans_its_rotor() -> None:
    corners = ingenuity().corners({})
    assert corners[:, 2].min() == pytest.approx(-0.266, abs=0.001)
    assert corners[:, 0].max() == pytest.approx(RADIUS, abs=0.02)
    assert corners[:, 2].max() - corners[:, 2].min() == pytest.approx(0.49, abs=0.07)


def test_joints_rotate_the_links_attached_to_them() -> None:
    still, turned = perseverance().link_poses({}), perseverance().link_poses(
        {'mast_azimuth_joint': 0.5})
    assert np.allclose(still['base_link'], turned['base_link'])
    assert not np.allclose(still['mast_head'][:3, :3], turned['mast_head'][:3, :3])


def test_part_names_are_unique_and_links_known() -> None:
    for robot in (perseverance(), ingenuity()):
        names = [part.name for part in robot.parts]
        assert len(set(names)) == len(names)
        assert {part.link for part in robot.parts} <= {link.name for link in robot.links}
        triangles = np.concatenate(list(link_triangles(robot).values()))
        assert np.allclose(np.linalg.norm(triangles[:, 3:6], axis=1), 1.0, atol=1e-4)


def test_developing_is_repeatable_and_dims_the_corners() -> None:
    light = np.full((300, 400, 3), 128, np.uint8)
    colour = Response(colour=True)
    image = colour.develop(light, 1000)
    assert np.array_equal(image, colour.develop(light, 1000))
    assert not np.array_equal(image, colour.develop(light, 2_000_000))
    assert image[140:160, 190:210].mean() > 1.05 * image[:20, :20].mean()
    grey = Response(colour=False).develop(light[..., 0], 1000)
    assert 1.0 < grey.std() < 3.0


def test_jpeg_starts_and_ends_as_jpegs_do() -> None:
    data = encode_jpeg(painted())
    assert data[:2] == b'\xff\xd8' and data[-2:] == b'\xff\xd9'
