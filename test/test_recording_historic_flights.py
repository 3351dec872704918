# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The three anomalous flights on Mars, also with corrected software."""

from __future__ import annotations

from ingenuity_nodes.recording.historic_flights import history_table
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.scenario.variants import with_software
from ingenuity_nodes.simulation.batch import fly_batch
import pytest

pytestmark = pytest.mark.slow


def flown(name: str, software: str = '') -> dict[str, object]:
    return fly_batch(with_software(load_scenario(name), software), None, None)


def reasons(result: dict[str, object]) -> str:
    return '; '.join(entry['reason'] for entry in result['responses'])


def test_one_lost_image_makes_flight_6_oscillate_until_it_lands():
    result = flown('fault_flight_06')
    # NASA: more than 20 deg, landed within 5 m; a tilt limit of 25 deg and its overshoot.
    assert 20.0 < result['max_tilt_deg'] < 35.0 and result['outcome'] == 'landed'
    assert result['believed_path_m'] > 215.0 * 1.2 and result['swing_period_s'] is not None
    assert '517 m' in history_table('fault_flight_06', result)


def test_flight_53_lands_by_itself_where_it_can_stop():
    result = flown('fault_flight_53')
    assert result['outcome'] == 'landed' and result['landing'] == 'soft'
    assert 'LAND_NOW: image/IMU mismatch' in reasons(result)
    # The real one came 142.5 m of 203.1 m; the instant of its fault is assumed.
    assert result['landing_north_m'] == pytest.approx(142.5, abs=10.0)


def test_flight_72_loses_its_features_reports_it_and_lands_hard():
    result = flown('fault_flight_72')
    assert 'no features: dead reckoning' in reasons(result)
    assert result['landing'] == 'hard' and result['touchdown_speed_aside_mps'] > 1.0
    fixed = flown('fault_flight_72', 'fixed')
    assert fixed['outcome'] == 'landed' and fixed['landing'] == 'soft'
