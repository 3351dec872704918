# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""NASA's file of ground tracks, and poses that were estimated on board."""

import json
import math
import os
from pathlib import Path

from ingenuity_nodes.recording.errors import RecordingError
from ingenuity_nodes.recording.flight_log import flight_log
from ingenuity_nodes.recording.mmgis import mmgis_tracks
from ingenuity_nodes.recording.nav_labels import compare_poses, Poses, read_poses
from ingenuity_nodes.recording.tracks import tracks_folder
from ingenuity_nodes.world.sites import displaced
import numpy as np
import pytest

LABELS = (tracks_folder() or Path(os.devnull)).parent / 'nav_labels' / 'flight_02_nav_labels.csv'


def as_served(path: Path, *flights: tuple[int, int]) -> Path:
    """Write straight lines of some flights (label, flight), as NASA serves its tracks."""
    features = []
    for label, number in flights:
        flight = flight_log()[number]
        north, east = flight.landing_m
        sites = [displaced(flight.start, k / 10 * north, k / 10 * east) for k in range(11)]
        features.append({
            'type': 'Feature', 'properties': {'Flight': label}, 'geometry': {
                'type': 'LineString', 'coordinates': [[p.longitude, p.latitude] for p in sites]}})
    path.write_text(json.dumps({'type': 'FeatureCollection', 'features': features}))
    return path


def test_a_track_has_the_metres_and_the_time_of_its_flight(tmp_path):
    track = mmgis_tracks(as_served(tmp_path / 'paths.json', (25, 25)))[25]
    assert track.duration_s == 161.3
    assert track.landing_offset == pytest.approx(math.hypot(237.9, 666.9), abs=0.1)
    assert track.t_s[5] == pytest.approx(80.65)


def test_swapped_labels_are_put_right_by_place(tmp_path):
    # As in NASA's file: what is labelled 12 is Flight 13.
    tracks = mmgis_tracks(as_served(tmp_path / 'paths.json', (12, 13), (13, 12), (14, 14)))
    assert sorted(tracks) == [12, 13, 14]
    assert tracks[12].landing_offset == pytest.approx(24.9, abs=0.1)
    assert tracks[13].landing_offset == pytest.approx(12.5, abs=0.1)


@pytest.mark.parametrize('text, words', [
    ('{', 'cannot be read'), ('[1]', "found no list 'features'"),
    ('{"features": [{"properties": {"Flight": 1}, "geometry": {"coordinates": [[77.4]]}}]}',
     'feature 0, allowed: a number "Flight" and two or'),
    ('{"features": [{"properties": {}, "geometry": {"coordinates": [[1, 2], [3, 4]]}}]}',
     'feature 0, allowed: a number "Flight"'),
    ('{"features": [{"properties": {"Flight": 1}, "geometry": {"coordinates": [[1, 2], [3, 4]]}'
     '}]}', 'no line begins where one of the 72 flights did'),
    ('{"features": []}', 'no line begins')])
def test_a_bad_file_is_refused_with_its_name(tmp_path, text, words):
    path = tmp_path / 'paths.json'
    path.write_text(text)
    with pytest.raises(RecordingError) as refused:
        mmgis_tracks(path)
    assert str(refused.value).startswith(str(path)) and words in str(refused.value)


def climb(lean: float = 0.0) -> Poses:
    """Climb 5 m in 10 s, hover 10 s, descend; lean to the left by an angle."""
    t = np.linspace(0.0, 30.0, 3001)
    p = np.zeros((3001, 3))
    p[:, 2] = np.minimum(5.0, 0.5 * np.minimum(t, 30.0 - t))
    c, s = math.cos(lean), math.sin(lean)
    return Poses(t, p, np.broadcast_to(
        np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]]), (3001, 3, 3)))


def labels(shift: float, aside: float, lean: float) -> Poses:
    flown = climb(lean)
    rows = slice(300, 2700, 100)
    return Poses(flown.t_s[rows] - shift, flown.p_UB[rows] + [aside, 0.0, 0.28], flown.R_UB[rows])


def test_a_shifted_clock_is_found_by_height():
    found = compare_poses(climb(), labels(1.3, 0.0, 0.0))
    assert found.shift_s == pytest.approx(1.3, abs=0.01)
    assert found.rms_m < 0.01 and found.tilt_rms_deg < 1e-6 and found.images == 24


def test_what_is_half_a_metre_aside_and_leans_by_three_degrees_is_as_far_off():
    found = compare_poses(climb(), labels(0.0, 0.5, math.radians(3.0)))
    # The flown one is itself a hover straight above the start, upright.
    assert found.rms_m == pytest.approx(0.5, abs=0.01) == found.hover_rms_m
    assert found.tilt_rms_deg == pytest.approx(3.0) == found.hover_tilt_rms_deg
    assert found.heading_rms_deg == pytest.approx(0.0, abs=1e-6)


def test_bad_labels_are_refused_with_file_and_line(tmp_path):
    path = tmp_path / 'labels.csv'
    head = 'time_s,x_m,y_m,z_m,qx,qy,qz,qw\n'
    for text, words in (('', ':1: found []'), ('time_s,x_m\n1,2\n', ':1: found'),
                        (head + '0,0,0,nan,0,0,0,1\n', ':2: allowed: finite numbers'),
                        (head + '0,0,0,1,0,0,0,0\n', 'a quaternion that is not zero'),
                        (head + '0,0,0,0.3,0,0,0,1\n', '0 rows in flight')):
        path.write_text(text)
        with pytest.raises(RecordingError) as refused:
            read_poses(path)
        assert str(path) in str(refused.value) and words in str(refused.value)
    with pytest.raises(RecordingError, match='cannot be read'):
        read_poses(tmp_path / 'none.csv')


def test_labels_end_with_the_first_on_the_ground_after_the_flight(tmp_path):
    path = tmp_path / 'labels.csv'
    heights = 0.28, 3.0, 5.0, 3.0, 0.28, 0.6, 1.1    # the last two: the estimate drifts
    path.write_text('time_s,x_m,y_m,z_m,qx,qy,qz,qw\n' + ''.join(
        f'{k},0,0,{z},0,0,0,1\n' for k, z in enumerate(heights)))
    assert read_poses(path).t_s.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.skipif(not LABELS.is_file(), reason="NASA's labels are not at hand")
def test_nasas_labels_of_flight_2_hover_5_m_high_and_turn_by_90_degrees():
    poses = read_poses(LABELS)
    assert np.median(poses.p_UB[:, 2]) == pytest.approx(5.25, abs=0.03)
    yaw = np.degrees(np.arctan2(poses.R_UB[:, 1, 0], poses.R_UB[:, 0, 0]))
    assert np.abs(np.abs(yaw) - 95.5).min() < 2.0
