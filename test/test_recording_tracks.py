# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Ground tracks: files, comparison, and consistency of NASA's own tracks."""

from __future__ import annotations

import math

from ingenuity_nodes.recording.errors import RecordingError
from ingenuity_nodes.recording.tracks import (
    compare, flown_track, nasa_track, POINTS, read_track, Track, tracks_folder, TRACKS_VARIABLE,
    WHOLE, write_tum)
import numpy as np
import pytest
import recording_flight as formula

# Lift-off to touchdown in whole tracks against NASA's flight log: the tracks miss up to 0.4 s.
DURATIONS = {'flight_01': 39.1, 'flight_02': 51.9, 'flight_03': 80.3}


def circle() -> Track:
    t = np.linspace(0.0, 10.0, 201)
    return Track('circle', t, 5.0 * np.sin(0.6 * t), 5.0 - 5.0 * np.cos(0.6 * t))


def moved(track: Track, angle: float, north: float, east: float) -> Track:
    c, s = math.cos(angle), math.sin(angle)
    return Track('moved', track.t_s, c * track.north - s * track.east + north,
                 s * track.north + c * track.east + east)


@pytest.fixture
def typed_in(monkeypatch, tmp_path):
    monkeypatch.setenv(TRACKS_VARIABLE, str(tmp_path / 'none'))
    return nasa_track('flight_03')


def test_a_track_equals_itself():
    comparison = compare(circle(), circle())
    assert comparison.rms == comparison.worst == 0.0
    assert comparison.rms_aligned == pytest.approx(0.0, abs=1e-12)


def test_a_shift_is_seen_and_alignment_takes_it_and_a_turn_away():
    comparison = compare(moved(circle(), 0.0, 3.0, 4.0), circle())
    assert comparison.rms == pytest.approx(5.0)
    assert comparison.rms_aligned == pytest.approx(0.0, abs=1e-9)
    assert compare(moved(circle(), 0.7, 3.0, 4.0), circle()).rms_aligned < 1e-9


def test_alignment_does_not_mirror():
    mirrored = Track('m', circle().t_s, circle().north, -circle().east)
    lopsided = Track('l', circle().t_s, circle().north + circle().t_s, circle().east)
    assert compare(Track('m', lopsided.t_s, lopsided.north, -lopsided.east),
                   lopsided).rms_aligned > 1.0
    assert mirrored.path_length == pytest.approx(circle().path_length)


def test_path_apex_and_landing_of_a_circle_are_those_of_geometry():
    track = circle()
    assert track.path_length == pytest.approx(5.0 * 6.0, rel=1e-3)
    assert track.landing_offset == pytest.approx(2 * 5.0 * abs(math.sin(3.0)), rel=1e-3)
    assert math.hypot(*track.apex) == pytest.approx(10.0, rel=1e-3)


def test_the_flown_track_begins_at_lift_off_and_ends_at_touchdown():
    track = flown_track(formula.flight().logs[0])
    assert track.t_s[0] == track.north[0] == track.east[0] == 0.0
    assert track.duration_s == pytest.approx(80.3)


def test_the_points_typed_in_are_a_flight_of_80_s_to_49_6_m(typed_in):
    assert typed_in.source == POINTS
    assert typed_in.duration_s == 80.3
    assert typed_in.apex == pytest.approx((49.6, -1.46), abs=0.05)
    assert typed_in.landing_offset == pytest.approx(0.92, abs=0.005)


def test_without_tracks_other_flights_have_none(typed_in):
    assert nasa_track('flight_04') is None
    assert nasa_track('cooperation') is None


@pytest.mark.parametrize('name', DURATIONS)
def test_against_nasa_flight_log(name):
    if tracks_folder() is None:
        pytest.skip(f'no NASA tracks here; {TRACKS_VARIABLE} may name their folder')
    track = nasa_track(name)
    assert track.source == WHOLE
    assert track.duration_s == pytest.approx(DURATIONS[name], abs=0.5)


def test_the_points_typed_in_lie_on_the_whole_track(typed_in, monkeypatch):
    monkeypatch.delenv(TRACKS_VARIABLE)
    if tracks_folder() is None:
        pytest.skip(f'no NASA tracks here; {TRACKS_VARIABLE} may name their folder')
    assert compare(nasa_track('flight_03'), typed_in).worst < 0.02


@pytest.mark.parametrize(('text', 'message'), [
    ('t,n,e\n', r':1: found .*, allowed: the columns'),
    ('t_s,north_m,east_m\n0,0,0\n', ': 1 points, allowed: two or more'),
    ('t_s,north_m,east_m\n0,0,0\n1,a,0\n', ':3: found .*, allowed: three numbers'),
    ('t_s,north_m,east_m\n0,0,0\n1,0\n', ':3: found .*, allowed: three numbers'),
    ('t_s,north_m,east_m\n0,0,0\n1,nan,0\n', ':3: found .*, allowed: finite numbers'),
    ('t_s,north_m,east_m\n0,0,0\n2,0,0\n1,0,0\n', ':4: time does not increase'),
    ('', ':1: found'),
])
def test_a_wrong_track_is_answered_with_file_line_and_reason(tmp_path, text, message):
    (tmp_path / 'flight.csv').write_text(text)
    with pytest.raises(RecordingError, match=r'flight\.csv' + message):
        read_track(tmp_path / 'flight.csv')


def test_a_tum_file_has_seconds_metres_and_the_scalar_last(tmp_path):
    write_tum(tmp_path / 'a.tum', np.array([0, 10_000_000]), np.array([[1.0, 2.0, 3.0]] * 2),
              np.array([[0.8, 0.0, 0.0, 0.6]] * 2))
    rows = np.loadtxt(tmp_path / 'a.tum')
    assert rows.tolist() == [[0.0, 1, 2, 3, 0, 0, 0.6, 0.8], [0.01, 1, 2, 3, 0, 0, 0.6, 0.8]]
