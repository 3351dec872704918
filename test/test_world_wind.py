# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Wind: where it blows, how it grows with height, how it gusts, that every process agrees."""

import subprocess
import sys

from ingenuity_nodes.world.wind import Wind, WindParameters
import numpy as np
import pytest

SECOND = 1_000_000_000


def steady(**overrides):
    return Wind(WindParameters(turbulence=0.0, **overrides), 0)


def test_wind_from_the_west_blows_to_the_east():
    v = steady(speed=4.0, azimuth=270.0).velocity(0, 5.0)
    np.testing.assert_allclose(v, [4.0, 0.0, 0.0], atol=1e-12)


def test_wind_from_the_north_blows_to_the_south():
    v = steady(speed=4.0, azimuth=0.0).velocity(0, 5.0)
    np.testing.assert_allclose(v, [0.0, -4.0, 0.0], atol=1e-12)


def test_the_profile_is_logarithmic_and_still_at_the_ground():
    wind = steady(speed=6.0, azimuth=270.0, reference_height=10.0, roughness=0.01)
    heights = np.array([1.0, 3.0, 10.0, 24.0])
    speeds = np.array([wind.velocity(0, height)[0] for height in heights])
    expected = 6.0 * np.log(1.0 + heights / 0.01) / np.log(1.0 + 10.0 / 0.01)
    np.testing.assert_allclose(speeds, expected)
    assert wind.velocity(0, 0.0)[0] == 0.0


def test_turbulence_has_the_asked_strength_and_no_mean():
    wind = Wind(WindParameters(speed=8.0, azimuth=270.0, turbulence=0.25), 5)
    v = np.array([wind.velocity(int(t * SECOND), 5.0) for t in np.arange(0.0, 3000.0, 0.5)])
    # 200 s is the longest wave: its mean over 3,000 s is not quite nothing.
    np.testing.assert_allclose(v.mean(axis=0), [8.0, 0.0, 0.0], atol=0.15)
    # Between 0.005 and 4 Hz lie 75 to 95 % of Kaimal's variance.
    assert 0.85 * 2.0 < v[:, 0].std() < 1.05 * 2.0
    assert v[:, 0].std() > v[:, 1].std() > v[:, 2].std() > 0.0


def test_turbulence_falls_off_as_frequency_to_the_minus_five_thirds():
    wind = Wind(WindParameters(speed=4.0, azimuth=270.0), 2)
    waves = wind.field['waves'][0]
    # Bands are even in the logarithm, so amplitude squared goes as n S(n), slope -2/3.
    fast = waves[-6:]
    slope = np.polyfit(np.log(fast['omega']), np.log(fast['amplitude'][:, 0] ** 2), 1)[0]
    assert slope == pytest.approx(-2.0 / 3.0, abs=0.05)


def test_a_gust_rises_and_falls_once():
    wind = steady(speed=4.0, azimuth=270.0, gust_speed=5.0, gust_start=10.0, gust_duration=4.0)
    along = [wind.velocity(int(t * SECOND), 5.0)[0] for t in (9.9, 12.0, 14.1)]
    np.testing.assert_allclose(along, [4.0, 9.0, 4.0], atol=1e-9)


def test_a_vortex_turns_the_wind_round_as_it_passes():
    wind = steady(speed=4.0, azimuth=270.0, vortex_speed=6.0, vortex_radius=5.0,
                  vortex_time=50.0, vortex_miss=5.0)
    # It passes on the right of someone who faces the west wind: to the north. Its south side
    # blows east.
    nearest = wind.velocity(50 * SECOND, 5.0)
    np.testing.assert_allclose(nearest, [10.0, 0.0, 0.0], atol=1e-9)
    before, after = wind.velocity(45 * SECOND, 5.0), wind.velocity(55 * SECOND, 5.0)
    assert before[1] > 1.0 and after[1] < -1.0
    np.testing.assert_allclose(wind.velocity(5000 * SECOND, 5.0), [4.0, 0.0, 0.0], atol=0.1)


def test_another_seed_is_another_turbulence_about_the_same_mean():
    one, two = (Wind(WindParameters(), seed).velocity(7 * SECOND, 5.0) for seed in (1, 2))
    assert np.linalg.norm(one - two) > 1e-3


def test_another_process_gets_the_same_bytes():
    code = ('from ingenuity_nodes.world.wind import Wind, WindParameters\n'
            'print(Wind(WindParameters(), 11).velocity(123456789000, 4.2).tobytes().hex())')
    run = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    here = Wind(WindParameters(), 11).velocity(123456789000, 4.2)
    assert run.stdout.strip() == here.tobytes().hex()
