# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The figures of a flight whose true figures are known, and the result file."""

from __future__ import annotations

from dataclasses import replace
import hashlib
import json
import math
import struct

from ingenuity_nodes.guidance.mode import lift_off_reason
from ingenuity_nodes.recording.errors import RecordingError
from ingenuity_nodes.recording.result import (
    flight_result, flight_span, summarise, trajectory_sha256, write_result)
from ingenuity_nodes.recording.run_log import RunLog
from ingenuity_nodes.signals import ModeChange
from ingenuity_nodes.timing import TICK_NS
import numpy as np
import pytest
import recording_flight as formula

KEYS_OF_ISSUE_2 = {
    'scenario', 'seed', 'outcome', 'duration_s', 'max_altitude_m', 'path_length_m',
    'apex_north_m', 'apex_east_m', 'landing_offset_m', 'max_ground_speed_mps', 'max_tilt_deg',
    'navigation_error_m', 'battery_used_wh', 'mean_power_w', 'real_time_factor', 'photo',
    'trajectory_sha256'}
KEYS_OF_A_PHOTO = {
    'file', 't_s', 'width', 'height', 'position_enu_m', 'quaternion_wxyz', 'target', 'target_px',
    'target_bbox_px', 'target_distance_m', 'target_visible_px', 'received', 'receive_t_s',
    'sha256_sent', 'sha256_received'}


@pytest.fixture(scope='module')
def run():
    run = formula.flight()
    run.logs[0].photo(formula.PHOTO)
    run.logs[0].photo(replace(
        formula.PHOTO, received=True, receive_t_ns=150_000_000_000, sha256_sent='ab',
        sha256_received='ab'))
    return run


def test_the_keys_scripts_rely_on_are_there(run):
    result = summarise(run, real_time_factor=1.2)
    assert set(result) >= KEYS_OF_ISSUE_2
    assert set(result['photo']) >= KEYS_OF_A_PHOTO
    assert (result['scenario'], result['seed']) == ('flight_03', 7)
    assert result['real_time_factor'] == 1.2


def test_lift_off_is_the_last_and_touchdown_the_first_instant_with_a_foot_down(run):
    result = flight_result(run.logs[0])
    assert result.lift_off_t_s == formula.LIFT_OFF_S
    assert result.touchdown_t_s == formula.TOUCHDOWN_S
    assert result.duration_s == pytest.approx(80.3, abs=1e-9)
    assert result.outcome == 'landed'


def test_the_flight_computer_s_lift_off_is_that_of_the_result():
    run = formula.flight()
    t_ns = round(formula.LIFT_OFF_S * 1e9) - 3 * TICK_NS
    run.logs[0].mode(ModeChange(t_ns + 300_000_000, 'lift_off', lift_off_reason(t_ns)))
    result = flight_result(run.logs[0])
    assert result.lift_off_t_s == t_ns / 1e9
    assert result.duration_s == pytest.approx(80.33, abs=1e-9)


def test_the_track_figures_are_those_of_the_formula(run):
    result = flight_result(run.logs[0])
    assert result.max_altitude_m == pytest.approx(5.0)
    assert result.apex_north_m == pytest.approx(49.6, abs=0.01)
    assert result.apex_east_m == pytest.approx(-1.49, abs=0.11)
    assert result.landing_offset_m == pytest.approx(0.5, abs=0.02)
    # Eased over 29.7 s: twice the mean speed at most.
    assert result.max_ground_speed_mps == pytest.approx(2 * 49.6 / 29.7, rel=0.01)
    assert result.azimuth_before_deg == pytest.approx(83.0, abs=0.3)
    # Out and back, half a metre past the start, plus the sway.
    assert 99.7 < result.path_length_m < 103.0
    assert 0.03 < result.cross_track_rms_m < result.cross_track_max_m < 0.3


def test_power_and_energy_are_those_of_the_formula(run):
    result = flight_result(run.logs[0])
    assert result.mean_power_w == pytest.approx(320.0, abs=1.0)
    assert result.battery_used_wh == pytest.approx((10 * 92 + 310 * 80.3) / 3600, rel=1e-3)


def test_the_navigation_error_is_that_at_touchdown(run):
    t = formula.TOUCHDOWN_S
    error = np.array([0.006, -0.008, 0.0]) * t + 0.01 * np.sin([3 * t, 2 * t, t])
    result = flight_result(run.logs[0])
    assert result.navigation_error_m == pytest.approx(np.linalg.norm(error), abs=1e-6)
    assert result.navigation_error_enu_m == pytest.approx(tuple(error), abs=1e-6)


def test_without_contact_the_height_gives_nearly_the_same_span(run):
    blind = RunLog('flight_03', 7, ['ingenuity'])
    blind.logs[0].tables['truth'] = run.logs[0].tables['truth']
    span, known = flight_span(blind.logs[0]), flight_span(run.logs[0])
    assert abs(span.lift_off - known.lift_off) <= 3
    assert abs(span.touchdown - known.touchdown) <= 3


def test_a_bounce_before_and_after_is_not_flown():
    run = formula.flight()
    feet = run.logs[0].tables['status'].values[:, 12]
    feet[300:310] = 0
    feet[8700:8720] = 0
    assert flight_result(run.logs[0]).duration_s == pytest.approx(80.3)


def test_a_run_cut_short_in_the_air_is_still_flying_and_has_no_landing():
    result = summarise(formula.flight(until_s=50.0), None)
    assert result['outcome'] == 'still flying'
    assert result['max_altitude_m'] == pytest.approx(5.0)
    assert result['duration_s'] is None
    assert result['photo'] is None


@pytest.mark.parametrize('until_s', [50.0, 0.5])
def test_who_is_said_to_have_landed_in_mid_air_or_before_lift_off_has_not(until_s):
    run = formula.flight(until_s=until_s)
    run.logs[0].mode(ModeChange(round(until_s * 1e9), 'landed', 'somebody says so'))
    assert summarise(run, None)['outcome'] in ('still flying', 'never lifted off')
    assert summarise(run, None, verdict='failed: late')['outcome'] == 'failed: late'


def test_a_run_that_failed_though_all_landed_has_failed(run):
    assert summarise(run, 1.0)['outcome'] == 'landed'
    assert summarise(run, 1.0, verdict='failed: no photo')['outcome'] == 'failed: no photo'


def test_a_failure_is_the_outcome_whatever_came_after(run):
    failed = formula.flight(until_s=20.0)
    failed.logs[0].status(
        formula.status_at(20_000_000_000)._replace(failure='blade strike'))
    failed.logs[0].mode(ModeChange(21_000_000_000, 'landed', 'rotors stopped'))
    assert summarise(failed, 1.0)['outcome'] == 'blade strike'


def test_an_empty_record_gives_a_result_all_the_same():
    result = summarise(RunLog('flight_03', 1, ['ingenuity']), None, 'interrupted')
    assert result['outcome'] == 'interrupted'
    assert result['max_altitude_m'] is None


def test_a_photo_reported_twice_is_one_photo(run):
    result = summarise(run, 1.0)
    assert len(result['vehicles']['ingenuity']['photos']) == 1
    assert result['photo']['received'] is True
    assert result['photo']['receive_t_s'] == 150.0 - result['lift_off_t_s']
    assert result['photo']['t_s'] == 46.0 - result['lift_off_t_s']


def test_several_vehicles_stand_side_by_side_and_the_first_on_top():
    run = formula.flight(('ingenuity', 'scout'), until_s=60.0)
    run.logs[0].failure = ''
    run.logs[1].failure = 'tipped over'
    result = summarise(run, 1.0)
    assert list(result['vehicles']) == ['ingenuity', 'scout']
    assert result['vehicles']['ingenuity']['max_altitude_m'] == result['max_altitude_m']
    assert result['vehicles']['scout']['outcome'] == 'tipped over'


def test_the_hash_is_that_of_the_documented_bytes():
    run = formula.flight(until_s=2.0)
    packed = b''
    for k in range(200):
        truth = formula.truth_at(k * 10_000_000)
        packed += struct.pack('<q10d', truth.t_ns, *truth.p_MB, *truth.q_MB, *truth.w_MB_B)
    assert trajectory_sha256(run) == hashlib.sha256(packed).hexdigest()


def test_the_hash_does_not_depend_on_the_time_after_the_landing(run):
    assert trajectory_sha256(run) == trajectory_sha256(formula.flight(until_s=91.0))


def test_a_landing_noted_between_ticks_counts_as_the_next_tick(run):
    late, early = formula.flight(), formula.flight()
    late.logs[0].modes[-1] = ModeChange(90_010_000_000, 'landed', 'as received with the next tick')
    early.logs[0].modes[-1] = ModeChange(90_002_000_000, 'landed', 'as it happened')
    assert trajectory_sha256(late) == trajectory_sha256(early) != trajectory_sha256(run)


@pytest.mark.parametrize('column', range(3, 13))
def test_the_hash_depends_on_the_last_bit_of_pose_and_rate_but_not_on_velocity(column):
    run, changed = formula.flight(until_s=2.0), formula.flight(until_s=2.0)
    values = changed.logs[0].tables['truth'].values
    values[100, column] = np.nextafter(values[100, column], math.inf)
    same = trajectory_sha256(changed) == trajectory_sha256(run)
    assert same == (column in (3, 4, 5))


def test_rows_between_ticks_are_not_kept():
    run = RunLog('flight_03', 1, ['ingenuity'])
    for t_ns in range(0, 100_000_000, 2_000_000):
        run.logs[0].truth(formula.truth_at(t_ns))
    assert run.logs[0].truths.t_ns.tolist() == list(range(0, 100_000_000, 10_000_000))


def test_of_estimates_stamped_between_ticks_one_in_each_tick_is_kept():
    run = RunLog('flight_03', 1, ['ingenuity'])
    for t_ns in range(8_000_000, 100_000_000, 2_000_000):
        run.logs[0].estimate(formula.estimate_of(formula.truth_at(t_ns)))
    assert run.logs[0].estimates.t_ns.tolist() == [8_000_000, *range(10_000_000, 10**8, 10**7)]


def test_what_is_saved_is_loaded(run, tmp_path):
    formula.with_scenery(run).save(tmp_path / 'run_log.npz')
    loaded = RunLog.load(tmp_path / 'run_log.npz')
    assert summarise(loaded, 1.0) == summarise(run, 1.0)
    assert loaded.markers == run.markers
    np.testing.assert_allclose(loaded.terrain.up, run.terrain.up, atol=1e-6)


def test_a_damaged_run_log_is_named(tmp_path):
    (tmp_path / 'run_log.npz').write_bytes(b'PK\x03\x04 torn')
    with pytest.raises(RecordingError, match=r'run_log\.npz: not a readable run log'):
        RunLog.load(tmp_path / 'run_log.npz')


def test_numbers_that_json_lacks_become_null(tmp_path):
    write_result(tmp_path / 'result.json', {'a': math.nan, 'b': [math.inf, np.float64(1.5)]})
    assert json.loads((tmp_path / 'result.json').read_text()) == {'a': None, 'b': [None, 1.5]}


def test_a_failed_write_leaves_the_old_result_whole(tmp_path, monkeypatch):
    write_result(tmp_path / 'result.json', {'a': 1})

    def full(descriptor):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr('os.fsync', full)
    with pytest.raises(RecordingError, match=r'result\.json: cannot be written: No space left'):
        write_result(tmp_path / 'result.json', {'a': 2})
    assert json.loads((tmp_path / 'result.json').read_text()) == {'a': 1}
    assert [p.name for p in tmp_path.iterdir()] == ['result.json']
