# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The URDF files: no drift from the parts, the cameras, the sensors and the rotors."""

from xml.etree import ElementTree

from ingenuity_nodes.cameras.model import mastcam, navcam, rte
from ingenuity_nodes.frames import rotation_matrix
from ingenuity_nodes.resources import configuration
from ingenuity_nodes.robots import urdf
from ingenuity_nodes.robots.ingenuity import ingenuity
from ingenuity_nodes.robots.perseverance import perseverance
from ingenuity_nodes.robots.urdf_writer import ROBOTS
from ingenuity_nodes.scenario.helicopter_parameters import HelicopterParameters
from ingenuity_nodes.sensors.altimeter import AltimeterParameters
from ingenuity_nodes.vehicle.rotors import RotorParameters
import numpy as np
import pytest

HELICOPTER = configuration('ingenuity.urdf').read_text()
ROVER = configuration('perseverance.urdf').read_text()


def pose(text, link, angles=()):
    """Chain the joints from the root to a link: ``R_BL, p_BL``."""
    angles = dict(angles)
    above = {joint.child: joint for joint in urdf.joints_of(text)}
    R, p = np.eye(3), np.zeros(3)
    while link in above:
        joint = above[link]
        R_PC = rotation_matrix(joint.attitude(angles.get(joint.name, 0.0)))
        R, p = R_PC @ R, joint.p_PC + R_PC @ p
        link = joint.parent
    return R, p


@pytest.mark.parametrize('name', ROBOTS)
def test_the_file_is_that_of_the_parts(name):
    assert configuration(f'{name}.urdf').read_text() == ROBOTS[name](), \
        'the parts have changed: run "python -m ingenuity_nodes.robots.urdf_writer"'


@pytest.mark.parametrize(('text', 'robot'), [(HELICOPTER, ingenuity()), (ROVER, perseverance())])
def test_every_part_is_drawn_on_its_link(text, robot):
    root = ElementTree.fromstring(text)
    drawn = {(visual.get('name'), link.get('name'))
             for link in root.findall('link') for visual in link.findall('visual')}
    assert drawn == {(part.name, part.link) for part in robot.parts}
    painted = {material.get('name') for material in root.findall('material')}
    assert {m.get('name') for m in root.findall('link/visual/material')} <= painted


def link_names(text):
    return tuple(link.attrib['name'] for link in ElementTree.fromstring(text).findall('link'))


@pytest.mark.parametrize('text', [HELICOPTER, ROVER])
def test_links_are_a_tree_with_base_link_at_its_root(text):
    links, joints = link_names(text), urdf.joints_of(text)
    children = [joint.child for joint in joints]
    assert len(set(links)) == len(links)
    assert len(set(children)) == len(children)
    assert set(links) - set(children) == {'base_link'}
    assert {joint.parent for joint in joints} <= set(links)


@pytest.mark.parametrize(('text', 'link', 'model', 'carrier'), [
    (HELICOPTER, 'navcam_optical_frame', navcam(), 'base_link'),
    (HELICOPTER, 'rte_optical_frame', rte(), 'base_link'),
    (ROVER, 'mastcam_left_optical_frame', mastcam(), 'mast_head')])
def test_a_camera_sits_where_its_calibration_has_it(text, link, model, carrier):
    R_BC, p_BC = pose(text, link)
    R_BH, p_BH = pose(text, carrier)
    assert R_BH.T @ R_BC == pytest.approx(rotation_matrix(model.q_BC), abs=1e-9)
    assert R_BH.T @ (p_BC - p_BH) == pytest.approx(model.p_BC, abs=1e-9)


def test_a_camera_link_points_along_its_x_axis():
    R_BL, _ = pose(HELICOPTER, 'rte_link')
    R_BC, _ = pose(HELICOPTER, 'rte_optical_frame')
    assert R_BL[:, 0] == pytest.approx(R_BC[:, 2], abs=1e-9)
    assert R_BL[:, 2] == pytest.approx(-R_BC[:, 1], abs=1e-9)


def test_the_inertial_sensors_sit_where_they_measure():
    parameters = HelicopterParameters()
    for link, imu in (('imu_link', parameters.imu), ('imu_2_link', parameters.imu_2)):
        R_BI, p_BI = pose(HELICOPTER, link)
        assert p_BI == pytest.approx(imu.position)
        assert np.eye(3) == pytest.approx(R_BI)


def test_the_altimeter_measures_along_its_x_axis_which_points_down():
    R_BA, p_BA = pose(HELICOPTER, 'altimeter_link')
    assert p_BA == pytest.approx(AltimeterParameters().position)
    assert R_BA[:, 0] == pytest.approx([0.0, 0.0, -1.0], abs=1e-9)


def test_the_rotors_turn_in_the_planes_that_the_vehicle_flies_with():
    rotors = RotorParameters()
    assert pose(HELICOPTER, 'upper_rotor')[1] == pytest.approx([0, 0, rotors.height_upper])
    assert pose(HELICOPTER, 'lower_rotor')[1] == pytest.approx([0, 0, rotors.height_lower])


def test_a_rotor_turns_counter_clockwise_for_growing_angles():
    R, _ = pose(HELICOPTER, 'upper_rotor', {'upper_rotor_joint': np.pi / 2})
    assert R[:, 0] == pytest.approx([0.0, 1.0, 0.0], abs=1e-12)


def test_the_mast_turns_left_and_then_its_camera_points_left():
    straight, _ = pose(ROVER, 'mastcam_left_optical_frame')
    turned, _ = pose(ROVER, 'mastcam_left_optical_frame', {'mast_azimuth_joint': np.pi / 2})
    assert straight[:, 2] == pytest.approx([1.0, 0.0, 0.0], abs=1e-9)
    assert turned[:, 2] == pytest.approx([0.0, 1.0, 0.0], abs=1e-9)


def test_a_prefix_renames_links_and_leaves_joints():
    text = urdf.prefixed(HELICOPTER, 'scout')
    assert link_names(text) == tuple(f'scout/{name}' for name in link_names(HELICOPTER))
    assert [joint.name for joint in urdf.joints_of(text)] == [
        joint.name for joint in urdf.joints_of(HELICOPTER)]
    ends = {end for joint in urdf.joints_of(text) for end in (joint.parent, joint.child)}
    assert ends == set(link_names(text))


def test_movable_joints_are_named_as_the_nodes_name_them():
    def movable(text):
        return {joint.name for joint in urdf.joints_of(text) if joint.movable}

    assert movable(HELICOPTER) == {'upper_rotor_joint', 'lower_rotor_joint'}
    assert {'mast_azimuth_joint', 'mast_elevation_joint'} <= movable(ROVER)
