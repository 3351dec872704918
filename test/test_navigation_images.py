# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Rendered images and simulated features give the filter the same flight."""

from flights import scenario_of
from ingenuity_nodes.campaign.consistency import error_of
from ingenuity_nodes.frames import quaternion_from_rpy
from ingenuity_nodes.navigation.feature_tracker import FeatureTracker, TrackerParameters
from ingenuity_nodes.rendering.renderer import Renderer
from ingenuity_nodes.rendering.robots_in_view import camera_of, scene_of
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.scenario.variants import with_features
from ingenuity_nodes.signals import Exposure
from ingenuity_nodes.simulation.drawn_images import OfflineCamera
from ingenuity_nodes.simulation.simulation import Simulation
from ingenuity_nodes.timing import SECOND_NS
import numpy as np
import pytest

ASIDE = [
    {'segment': 'climb', 'altitude': 3.0, 'speed': 1.0},
    {'segment': 'translate', 'north': 5.0, 'east': 0.0, 'speed': 1.5},
    {'segment': 'land', 'speed': 1.0}]


def errors(scenario: Scenario) -> tuple[np.ndarray, np.ndarray]:
    """Fly; return errors and their sigmas, both (n, 9), each half second in the air."""
    offline_camera = OfflineCamera(scenario, environment_of(scenario, 1))
    simulation = Simulation(scenario, 1, track_image=offline_camera.track)
    rows, before, outcome = [], None, ''
    while not outcome:
        report = simulation.tick()
        out, outcome = report.helicopters['ingenuity'], report.outcome
        offline_camera.watch(report)
        if out.setpoint.airborne and simulation.t_ns % (SECOND_NS // 2) == 0:
            sigma = np.sqrt(np.diag(out.estimate.covariance)[:9])
            rows.append((error_of(before, out.estimate), sigma))
        before = out.truth
    assert outcome == 'landed'
    both = np.array(rows)
    return both[:, 0], both[:, 1]


@pytest.fixture(scope='module')
def flown() -> tuple[np.ndarray, np.ndarray]:
    """Fly by images and by geometry; the errors by images, and the differences in sigmas."""
    scenario = scenario_of(ASIDE, wind=3.0)
    seen, sigma_seen = errors(with_features(scenario, 'images'))
    known, sigma_known = errors(with_features(scenario, 'geometry'))
    count = min(len(seen), len(known))
    sigma = np.hypot(sigma_seen, sigma_known)[:count]
    return seen, np.abs(seen[:count] - known[:count]) / sigma


# Of the errors at each instant, 0.3 % of a consistent filter's leave three sigma.


@pytest.mark.slow
def test_images_and_geometry_differ_by_less_than_three_sigma_of_the_filter(flown):
    seen, difference = flown
    assert np.mean(difference[:, [0, 1, 2, 6, 7, 8]] < 3.0) > 0.98    # position, attitude
    assert np.mean(difference[:, 3:6] < 3.0) > 0.98                   # velocity
    assert np.abs(seen[:, :3]).max() < 0.15


def tracks(tracker: FeatureTracker, poses: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Draw and track images over flat ground; where each track was, is, and should be."""
    scenario = scenario_of(ASIDE)
    environment, camera = environment_of(scenario), camera_of(scenario, 'ingenuity', 'navcam')
    renderer, known, rows = Renderer(scene_of(scenario, environment), camera), {}, []
    ground = environment.terrain.height(*poses[0][0][:2])
    for k, (p_MB, q_MB) in enumerate(poses):
        exposure = Exposure(k * SECOND_NS // 30, 'navcam', p_MB, q_MB, np.zeros(3), np.zeros(3))
        frame = tracker.track(exposure.t_ns, renderer.draw(exposure))
        R_MC, p_MC = camera.pose(p_MB, q_MB)
        for number, at in zip(frame.ids.tolist(), frame.uv, strict=True):
            ray = R_MC @ camera.unproject(at[None])[0]
            first, point = known.setdefault(
                number, (at, p_MC + ray * (ground - p_MC[2]) / ray[2]))
            rows.append((first, at, camera.project_world(point, p_MB, q_MB)[0]))
    renderer.release()
    return np.array(rows)


def test_features_do_not_lag_when_the_ground_passes_slowly():
    # Whatever pattern stands still in an image holds slow features back; a chessboard between
    # two sizes of the ground's grain once held them back by a tenth.
    above = environment_of(scenario_of(ASIDE)).terrain.height(1.0, 4.0) + 3.3
    passing = [(np.array([1.0, 4.0 + 0.008 * k, above]), quaternion_from_rpy(0.0, 0.0, 0.2))
               for k in range(16)]
    first, seen, due = tracks(FeatureTracker(), passing).transpose(1, 0, 2)
    moved, expected = seen - first, due - first
    held_back = 1.0 - (moved * expected).sum() / (expected * expected).sum()
    assert len(seen) > 300 and np.linalg.norm(expected, axis=1).max() < 0.9 * 16
    assert abs(held_back) < 0.02


def test_tracks_keep_their_points_while_the_aircraft_yaws():
    # A feature is seldom the middle of its patch, so a patch that rotates pulls it along.
    above = environment_of(scenario_of(ASIDE)).terrain.height(1.0, 4.0) + 5.3
    turning = [(np.array([1.0, 4.0, above]),
                quaternion_from_rpy(0.0, 0.0, np.radians(20.0 * k / 30.0))) for k in range(45)]
    _, seen, due = tracks(FeatureTracker(), turning).transpose(1, 0, 2)
    _, pulled, should = tracks(
        FeatureTracker(TrackerParameters(rotation=1.0)), turning).transpose(1, 0, 2)
    assert np.std(seen - due) < 0.67 * np.std(pulled - should)
