# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Our flights against NASA's: figures of known tracks, and the flights themselves."""

import json

from ingenuity_nodes.campaign import validation
from ingenuity_nodes.campaign.validation import comparison, PUBLISHED
from ingenuity_nodes.recording.tracks import Track
import numpy as np
import pytest


def out_and_back(shift: float = 0.0) -> Track:
    """Fly 50 m north in 25 s and back, all of it some metres to the east."""
    t = np.linspace(0.0, 50.0, 501)
    return Track('made', t, 50.0 - 2.0 * np.abs(t - 25.0), np.full(501, shift))


def test_a_known_track_has_the_figures_of_geometry():
    row = comparison('flight_03', 'landed', out_and_back(), None)
    assert row.duration_s == 50.0
    assert row.path_length_m == pytest.approx(100.0)
    assert row.apex_m == pytest.approx((50.0, 0.0))
    assert row.landing_offset_m == 0.0
    assert row.rms_m is None and row.track == ''


def test_a_shifted_track_is_as_far_off_as_it_is_shifted_and_aligned_not_at_all():
    row = comparison('flight_03', 'landed', out_and_back(3.0), out_and_back())
    assert row.rms_m == row.worst_m == pytest.approx(3.0)
    assert row.rms_aligned_m == pytest.approx(0.0, abs=1e-9)


def test_the_rows_are_json():
    row = comparison('flight_01', 'landed', out_and_back(), out_and_back())
    entry = json.loads(json.dumps(validation.as_json([row])))[0]
    assert entry['flight'] == 'flight_01' and entry['published']['duration_s'] == 39.1


@pytest.mark.slow
def test_flight_2_takes_as_long_and_goes_as_far_as_the_real_one():
    row = validation.validate('flight_02')
    nasa = PUBLISHED['flight_02']
    assert row.outcome == 'landed'
    assert row.duration_s == pytest.approx(nasa.duration_s, abs=1.5)
    # The real one came within 0.16 m of its start and drifted by some 0.2 m.
    assert row.apex_m == pytest.approx(nasa.apex_m, abs=0.3)
    if row.track:
        assert row.rms_aligned_m < 0.5
