# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What viewers are shown of a mission, as shapes in the map."""

from __future__ import annotations

from ingenuity_nodes.cameras.model import rte
from ingenuity_nodes.frames import quaternion_from_rpy
from ingenuity_nodes.mission.control import MissionControl
from ingenuity_nodes.mission.display import (
    frustum, laid_on, LIFTED, LINES, link, mission_text, MissionDisplay, Seen, separation_sphere,
    TEXT)
from ingenuity_nodes.mission.limits import LIMITS
from ingenuity_nodes.mission.photo_planning import PathSamples
from ingenuity_nodes.radio.link import loss_probability
from ingenuity_nodes.radio.parameters import RadioParameters
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.load import load_scenario
import numpy as np
import pytest


@pytest.fixture(scope='module')
def cooperation():
    return load_scenario('cooperation')


@pytest.fixture(scope='module')
def environment(cooperation):
    return environment_of(cooperation)


@pytest.fixture(scope='module')
def display(cooperation, environment):
    control = MissionControl(cooperation, environment)
    return MissionDisplay(cooperation, environment, control.plans)


def in_the_air(height=5.0, sigma=0.2):
    return Seen(np.array([0.0, 0.0, height]), sigma, height > 1.0)


def test_the_sphere_of_separation_is_five_metres_and_three_sigma_around_who_flies():
    (sphere,) = separation_sphere('scout', in_the_air(sigma=0.2))
    assert sphere.size / 2 == pytest.approx(5.0 + 3 * 0.2)
    assert separation_sphere('scout', in_the_air(height=0.0)) == ()


def test_a_link_shows_the_margin_at_which_the_radio_model_loses_frames():
    radio, station = RadioParameters(), np.zeros(3)
    far = [seen for seen in (Seen(np.array([x, 0.0, 0.0]), 0.1) for x in np.arange(
        10.0, 3000.0, 10.0)) if loss_probability(
            radio, float(seen.p_MB[0])) > LIMITS.frame_loss]
    line, number = link('scout', far[0], station, radio)
    assert number.text == '-0 dB' or number.text == '0 dB'
    near, _ = link('scout', Seen(np.array([10.0, 0.0, 0.0]), 0.1), station, radio)
    assert near.colour[1] > near.colour[0]    # green
    assert line.colour[0] > line.colour[1]    # red
    assert line.kind == LINES and number.kind == TEXT


def test_a_frustum_opens_as_wide_as_the_camera_sees():
    camera = rte()
    path = PathSamples(np.zeros(1), np.array([[3.0, 4.0, 5.0]]),
                       np.array([quaternion_from_rpy(0.0, 0.0, 0.4)]))
    # Near by, the moving pupil of the lens shifts it by half a pixel.
    edges = frustum(camera, path, 0, 100.0)
    uv = camera.project_world(edges[1::4], path.p_MB[0], path.q_MB[0])
    right, low = camera.width - 1.0, camera.height - 1.0
    assert uv == pytest.approx(
        np.array([[0.0, 0.0], [right, 0.0], [right, low], [0.0, low]]), abs=0.01)


def test_each_photo_has_one_chosen_pose_among_poses_that_see_its_target(display, cooperation):
    chosen = [shape for shape in display.poses if shape.layer.endswith(' photo')]
    candidates = [shape for shape in display.poses if shape.layer.endswith('candidates')]
    assert {shape.layer.split()[0] for shape in chosen} == {'ingenuity', 'scout'}
    assert all(len(shape.points) == 16 for shape in chosen)
    assert len(candidates) == 2
    for one, many in zip(chosen, candidates, strict=True):
        assert one.size > many.size and one.colour[3] > many.colour[3]
        apexes = many.points[::4]
        assert np.linalg.norm(apexes - one.points[0], axis=1).min() < 2.0


def test_a_helicopter_on_the_ground_has_a_link_but_no_sphere(display, cooperation, environment):
    where = {}
    for vehicle in cooperation.vehicles:
        up = environment.terrain.height(*vehicle.position)
        where[vehicle.name] = np.array([*vehicle.position, up + 0.266]), 0.1
    where['scout'][0][2] += 4.0
    layers = {shape.layer for shape in display.shapes(where, {'scout': 'flying'}, 'go')}
    assert layers == {'scout separation', 'scout link', 'ingenuity link', 'mission'}


def test_nothing_is_drawn_of_vehicles_that_are_not_known_yet(display):
    assert display.shapes({}, {}, '') == ()


def test_the_text_has_the_phases_and_the_last_decision_in_lines_one_can_read():
    text = mission_text(np.zeros(3), {'scout': 'flying'}, 'perseverance: path uplinked: ' + (
        'round hazards in 4 legs, 1.7 m longer than straight to 49.5 m east')).text
    assert text.startswith('scout: flying\nperseverance: path uplinked')
    assert max(map(len, text.splitlines())) <= 58
    assert text.endswith('49.5 m east')


def test_a_path_on_the_ground_follows_it(environment):
    line = laid_on(environment.terrain, [(60.0, -6.0), (50.0, -30.0)])
    ground = environment.terrain.heights(line[:, 0].copy(), line[:, 1].copy())
    assert line[:, 2] - ground == pytest.approx(np.full(len(line), LIFTED))
    assert line[0, :2].tolist() == [60.0, -6.0]
    assert line[-1, :2].tolist() == [50.0, -30.0]
    assert np.linalg.norm(np.diff(line[:, :2], axis=0), axis=1).max() < 0.6
