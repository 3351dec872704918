# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Our flights against NASA's: what counts as agreement, and the flights themselves."""

from dataclasses import replace
import json
import math
import os

from ingenuity_nodes.campaign import validation
from ingenuity_nodes.campaign.crew import crew, CrewError
from ingenuity_nodes.campaign.steadiness import cruise_tilt_deg, Hold, hold_of, spans
from ingenuity_nodes.campaign.validation import (
    chosen, Comparison, Margins, path_agrees, References, track_of, validate, validate_all)
from ingenuity_nodes.campaign.validation_table import page
from ingenuity_nodes.frames import quaternion_from_rpy
from ingenuity_nodes.guidance.mode import Mode
from ingenuity_nodes.recording.flight_log import flight_log
from ingenuity_nodes.recording.result import FlightResult
from ingenuity_nodes.recording.run_log import VehicleLog
from ingenuity_nodes.recording.tracks import TrackComparison
from ingenuity_nodes.signals import Estimate, ModeChange, Truth
from ingenuity_nodes.timing import SECOND_NS, TICK_NS
from ingenuity_nodes.yaml_files.check import FileError
import numpy as np
import pytest

ESTIMATE = Estimate(0, *2 * [np.zeros(3)], np.array([1.0, 0.0, 0.0, 0.0]), *3 * [np.zeros(3)], 5.0,
                    np.eye(15), 30, 0.5)


def as_nasa_flew(number: int, end: str = 'landed', **changes: float) -> Comparison:
    """Make a flight with just the figures of NASA's record."""
    nasa = flight_log()[number]
    ours = dict.fromkeys(FlightResult.__dataclass_fields__)
    ours |= {'outcome': 'landed', 'duration_s': nasa.duration_s,
             'path_length_m': nasa.distance_m, 'landing_north_m': nasa.landing_m[0],
             'landing_east_m': nasa.landing_m[1], 'max_altitude_m': nasa.max_altitude_m,
             'battery_left_percent': 70.0, **changes}
    return Comparison(f'flight_{number:02}', number, end, FlightResult(**ours), 5.0,
                      Margins(0.1, 5.0, 40.0), None, None)


def test_a_flight_with_nasas_figures_agrees_with_nasa():
    assert as_nasa_flew(25).misses == ()
    assert as_nasa_flew(25).landing_error_m == 0.0


@pytest.mark.parametrize('changes, word', [
    ({'duration_s': 170.0}, 'duration 170.0 s, on Mars 161.3 s'),
    ({'path_length_m': 680.0}, 'path 680.0 m'), ({'path_length_m': 740.0}, 'path 740.0 m'),
    ({'landing_north_m': 250.0}, 'landed 12.1 m from where it did'),
    ({'duration_s': None}, 'duration')])
def test_each_figure_that_is_off_is_named_with_nasas(changes, word):
    if changes.get('duration_s', 0.0) is None:
        changes = {'duration_s': 0.0}
    misses = as_nasa_flew(25, **changes).misses
    assert len(misses) == 1 and misses[0].startswith(word.split(',')[0].split(' on ')[0])


def test_three_seconds_and_one_metre_are_allowed_even_in_a_hop():
    assert as_nasa_flew(14, duration_s=25.9, landing_north_m=-0.3).misses == ()
    assert as_nasa_flew(14, duration_s=26.1).misses
    assert as_nasa_flew(14, landing_north_m=-2.3).misses


def test_a_path_agrees_near_either_log_and_between_them():
    nasa = flight_log()[11]    # 383 m planned, 432.1 m estimated on board
    assert path_agrees(0.981 * nasa.distance_m, nasa) and path_agrees(400.0, nasa)
    assert path_agrees(1.019 * nasa.path_m, nasa)
    assert not path_agrees(0.979 * nasa.distance_m, nasa)
    assert not path_agrees(1.021 * nasa.path_m, nasa)


def test_a_path_published_in_whole_metres_is_known_to_half_a_metre():
    nasa = flight_log()[66]    # 1 m planned, 2.7 m estimated
    assert path_agrees(0.6, nasa)
    assert not path_agrees(0.4, nasa)


def test_what_ended_otherwise_on_mars_must_end_so_here():
    assert as_nasa_flew(53, 'LAND_NOW').misses == ()
    assert as_nasa_flew(53, 'landed').misses == ('ended as landed, on Mars LAND_NOW',)
    assert as_nasa_flew(72, 'hard').misses == as_nasa_flew(72, 'blade strike').misses == ()
    assert as_nasa_flew(72, 'landed').misses and as_nasa_flew(25, 'LAND_NOW').misses


def test_flights_are_chosen_by_number_range_or_name():
    assert chosen(['3', '5-7', 'flight_03']) == [
        'flight_03', 'flight_05', 'flight_06', 'flight_07']
    assert len(chosen([])) == 72 and 'flight_04_planned' not in chosen([])
    assert chosen(['flight_04_planned']) == ['flight_04_planned']
    for wrong in '0', '73', '7-3', 'convoy', '1-', 'flight_3':
        with pytest.raises(FileError, match=f"found '{wrong}', allowed: 1 to 72"):
            chosen([wrong])


def test_tracks_come_from_a_folder_or_from_nasas_file(tmp_path):
    (tmp_path / 'flight_14.csv').write_text('t_s,north_m,east_m\n0,0,0\n23,-1.2,1.9\n')
    assert track_of(14, tmp_path).landing_offset == pytest.approx(2.247, abs=1e-3)
    assert track_of(15, tmp_path) is None


def test_the_page_names_each_outlier(tmp_path):
    rows = [as_nasa_flew(24), as_nasa_flew(25, duration_s=190.0), as_nasa_flew(53, 'LAND_NOW'),
            replace(as_nasa_flew(21), track=TrackComparison(14.0, 30.0, 12.0))]
    text = page(rows)
    assert '3 of 4 agree' in text
    assert '- Flight 25: duration 190.0 s, on Mars 161.3 s.' in text
    assert '- Flight 53: on Mars, too, it landed by itself' in text
    assert '- Flight 21: 14.0 m from the track in time, 12.0 m after alignment.' in text
    assert '- Flight 24' not in text


def test_the_rows_are_json():
    entry = json.loads(json.dumps(validation.as_json([as_nasa_flew(1)])))[0]
    assert entry['flight'] == 'flight_01' and entry['published']['duration_s'] == 39.1


def test_poses_of_one_flight_are_not_held_against_two(tmp_path):
    labels = tmp_path / 'labels.csv'
    labels.write_text('')
    assert 'allowed: one' in References(poses=labels).missing(['flight_01', 'flight_02'])
    assert References(poses=labels).missing(['flight_01']) == ''
    assert 'no such file' in References(tracks=tmp_path / 'none').missing(['flight_01'])


@pytest.mark.slow
@pytest.mark.parametrize('flight', ['flight_02', 'flight_08', 'flight_10', 'flight_14'])
def test_flights_take_as_long_and_go_as_far_as_the_real_ones(flight):
    row = validate(flight)
    assert row.misses == ()
    if row.track:
        assert row.track.rms < 1.0


@pytest.mark.slow
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason='one core')
def test_processes_change_nothing():
    flights = ['flight_34', 'flight_66']
    alone = validate_all(flights, None, References())
    with crew(2) as team:
        assert validate_all(flights, None, References(), team) == alone


def test_a_flight_that_cannot_be_flown_is_named_with_its_reason(tmp_path):
    (tmp_path / 'flight_66.csv').write_text('not a track')
    with pytest.raises(CrewError, match=r'^flight_66: RecordingError: .*flight_66\.csv'):
        validate_all(['flight_66'], None, References(tracks=tmp_path))


def oscillating(amplitude: float, period: float = 2.0) -> VehicleLog:
    """Record a hover of 21 s that oscillates east and west, after a translation that leans."""
    log = VehicleLog('ingenuity')
    for t_s, mode in (0, 'translate'), (10, 'hover'), (20, 'degraded'), (31, 'landing'):
        log.mode(ModeChange(t_s * SECOND_NS, mode, 'as planned'))
    level, leaning = (quaternion_from_rpy(0.0, pitch, 1.0) for pitch in (0.0, 0.2))
    for k in range(3200):
        t_ns = k * TICK_NS
        east = amplitude * math.sin(2.0 * math.pi * t_ns / SECOND_NS / period)
        p, q = np.array([7.0 + east, 3.0, 5.0]), leaning if k < 500 else level
        log.truth(Truth(t_ns, p, np.zeros(3), q, *3 * [np.zeros(3)]))
        log.estimate(ESTIMATE._replace(t_ns=t_ns, p_MB=p * [0.5, 1.0, 1.0], q_MB=q))
    return log


def test_the_hold_of_a_hover_is_the_rms_about_its_mean():
    hold = hold_of(oscillating(0.2))
    assert hold.seconds == pytest.approx(20.0)
    assert hold.true_m == pytest.approx(0.2 / math.sqrt(2.0), rel=0.01)
    assert hold.estimated_m == pytest.approx(0.1 / math.sqrt(2.0), rel=0.03)


def test_only_translations_count_as_cruise():
    log = oscillating(0.1)
    assert cruise_tilt_deg(log) == pytest.approx(math.degrees(0.2), abs=1e-6)
    assert list(spans(log, Mode.HOVER)) == [(10 * SECOND_NS, 31 * SECOND_NS)]
    hop = VehicleLog('ingenuity')
    assert cruise_tilt_deg(hop) is None and hold_of(hop) is None


def test_the_page_shows_the_hold_beside_nasas():
    row = replace(as_nasa_flew(59), hold=Hold(0.021, 0.034, 90.0), cruise_tilt_deg=11.25)
    text = page([row])
    assert '| 59 | 90 | 0.021 | 0.034 | 0.18 and 0.19 (two plateaus) |' in text
    assert '11.2 deg of tilt in cruise, the largest: Flight 59' in text
