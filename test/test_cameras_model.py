# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The camera models against JPL's figures and against themselves."""

from __future__ import annotations

import math

from ingenuity_nodes.cameras.model import CameraModel, CAMERAS, fisheye, navcam, rte
from ingenuity_nodes.frames import quaternion_from_rpy, QuatWxyz, rotation_matrix, yaw_from_azimuth
import numpy as np
import pytest

APEX = np.array([-1.46, 49.6, 5.266])     # farthest point of Flight 3 (NASA MMGIS), body origin
ROVER = np.array([63.01, -6.56, 0.95])    # ground under the rover (NASA MMGIS)
HELIPAD = np.zeros(3)
LANDING = np.array([-7.5, -14.0, 0.0])    # Octavia E. Butler landing (NASA MMGIS)
CUT = 8.0  # JPL's model has 8 more columns at the left than the images


def attitude(heading_deg: float, roll_deg: float, pitch_deg: float = 0.0) -> QuatWxyz:
    """Turn heading, roll (right side down) and pitch (nose down) into an attitude."""
    return quaternion_from_rpy(
        math.radians(roll_deg), math.radians(pitch_deg), yaw_from_azimuth(heading_deg))


@pytest.mark.parametrize('name', sorted(CAMERAS))
def test_project_undoes_unproject_over_the_whole_image(name: str) -> None:
    camera = CAMERAS[name]()
    u, v = np.meshgrid(np.linspace(0, camera.width - 1, 21), np.linspace(0, camera.height - 1, 17))
    uv = np.stack([u.ravel(), v.ravel()], axis=1)
    rays = camera.unproject(uv)
    assert np.allclose(np.linalg.norm(rays, axis=1), 1.0)
    # Far away, where the travel of the entrance pupil does not count.
    assert np.abs(camera.project(1e7 * rays) - uv).max() < 1e-5


@pytest.mark.parametrize('heading, roll, pad, landing', [
    (86.4, 0.0, (2309, 105), (2620, 53)),
    (86.4, -3.0, (2297, 255), (2596, 207)),
    (83.0, -3.0, (2431, 263), (2737, 216)),
    (80.0, -3.0, (2551, 270), (2865, 225)),
    (89.0, 0.0, (2203, 99), (2510, 46)),
])
def test_helipad_and_landing_site_fall_where_jpls_model_puts_them(
    heading: float, roll: float, pad: tuple[float, float], landing: tuple[float, float],
) -> None:
    # The figures were computed independently from JPL's CAHVORE vectors, in 4224 columns.
    uv = rte().project_world(np.array([HELIPAD, LANDING]), APEX, attitude(heading, roll))
    assert uv[0] == pytest.approx((pad[0] - CUT, pad[1]), abs=2.0)
    assert uv[1] == pytest.approx((landing[0] - CUT, landing[1]), abs=8.0)


@pytest.mark.parametrize('heading, roll, pitch, right, top, bottom', [
    (84.0, 0.0, 0.0, 218, -132, -26),
    (84.0, -4.0, 0.0, 284, 52, 150),
    (84.0, -2.0, -1.5, 281, 24, 126),
    (80.0, -4.0, 0.0, 515, 39, 131),
])
def test_rover_box_in_the_flight_3_photo_falls_where_jpls_model_puts_it(
    heading: float, roll: float, pitch: float, right: float, top: float, bottom: float,
) -> None:
    yaw = yaw_from_azimuth(175.2)
    R_MR = rotation_matrix(quaternion_from_rpy(0.0, 0.0, yaw))
    corners = np.array([[x, y, z] for x in (-1.5, 1.5) for y in (-1.35, 1.35) for z in (0.0, 2.2)])
    uv = rte().project_world(corners @ R_MR.T + ROVER, APEX, attitude(heading, roll, pitch))
    assert uv[:, 0].max() == pytest.approx(right - CUT, abs=4.0)
    assert uv[:, 1].min() == pytest.approx(top, abs=6.0)
    assert uv[:, 1].max() == pytest.approx(bottom, abs=3.0)


def angle_between(camera: CameraModel, a: tuple[float, float], b: tuple[float, float]) -> float:
    """Angle between two pixels' rays [deg]."""
    rays = camera.unproject(np.array([a, b]))
    return math.degrees(math.acos(float(rays[0] @ rays[1])))


def test_fields_of_view_are_those_of_jpls_models() -> None:
    nav, colour = navcam(), rte()
    assert angle_between(nav, (0, 240), (639, 240)) == pytest.approx(125.6, abs=0.4)
    assert angle_between(nav, (320, 0), (320, 479)) == pytest.approx(96.5, abs=0.4)
    assert angle_between(colour, (0, 1560), (4207, 1560)) == pytest.approx(98.0, abs=0.4)
    assert angle_between(colour, (2104, 0), (2104, 3119)) == pytest.approx(80.2, abs=0.3)
    assert nav.pixel_angle == pytest.approx(3.63e-3, abs=0.01e-3)


def test_colour_camera_points_right_and_44_degrees_down() -> None:
    camera = rte()
    axis_B = rotation_matrix(camera.q_BC) @ camera.O
    assert math.degrees(math.asin(axis_B[2])) == pytest.approx(-43.6, abs=0.2)
    assert math.degrees(math.atan2(axis_B[1], axis_B[0])) == pytest.approx(-90.0, abs=0.2)
    assert camera.p_BC == pytest.approx((-0.0004, -0.0896, -0.1179), abs=1e-4)


def test_navcam_points_down_from_the_right_side() -> None:
    camera = navcam()
    assert (rotation_matrix(camera.q_BC) @ camera.O)[2] < -0.99
    assert camera.p_BC == pytest.approx((0.0, -0.0617, -0.1374))


def test_leg_tips_peek_over_both_side_edges_of_the_colour_image() -> None:
    # NASA's captions for the Flight 2 and 3 images.
    camera = rte()
    feet_B = np.array([[0.293, -0.293, -0.266], [-0.293, -0.293, -0.266]])
    uv = camera.project((feet_B - camera.p_BC) @ rotation_matrix(camera.q_BC))
    assert 0.0 < uv[0, 0] < 60.0
    assert camera.width < uv[1, 0] < camera.width + 200.0
    assert 900.0 < uv[0, 1] < 1700.0


def test_a_camera_rolled_by_its_mounting_error_sees_as_one_rolled_by_its_carrier() -> None:
    error = (math.radians(-2.0), 0.0, 0.0)
    bent = rte(error).project_world(ROVER, APEX, attitude(84.0, 0.0))
    rolled = rte().project_world(ROVER, APEX, attitude(84.0, -2.0))
    assert np.abs(bent - rolled).max() < 1.5  # the lens sits 0.15 m from the axis of the rotation


def test_scaling_keeps_the_corners_of_the_field_of_view() -> None:
    camera = rte()
    small = camera.scaled(0.25)
    corner = 1e9 * camera.unproject(np.array([[-0.5, -0.5]]))
    assert small.project(corner)[0] == pytest.approx((-0.5, -0.5), abs=1e-6)


def test_pinhole_and_fisheye_are_the_textbook_laws() -> None:
    mounting = {'q_BC': np.array([1.0, 0.0, 0.0, 0.0]), 'p_BC': np.zeros(3)}
    theta = 0.6
    ray = np.array([[math.sin(theta), 0.0, math.cos(theta)]])
    pinhole = fisheye('p', (640, 480), (400.0, 400.0), (320.0, 240.0), linearity=1.0, **mounting)
    assert pinhole.project(ray)[0, 0] == pytest.approx(320.0 + 400.0 * math.tan(theta))
    bent = fisheye('f', (640, 480), (400.0, 400.0), (320.0, 240.0), k1=0.02, **mounting)
    assert bent.project(ray)[0, 0] == pytest.approx(320.0 + 400.0 * (theta + 0.02 * theta ** 3))


def test_points_behind_the_lens_have_no_pixel() -> None:
    assert np.isnan(rte().project(np.array([[0.0, 0.0, -1.0]]))).all()
