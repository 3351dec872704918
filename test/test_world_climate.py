# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The air of a place by season and hour, against what landers and rovers measured."""

from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.load import load_scenario, scenario_path
from ingenuity_nodes.world.climate import climate, pressure_at, temperature_at
import numpy as np
import pytest

JEZERO, VIKING_1 = -2570.0, -3630.0
HOURS = np.arange(0.0, 24.0, 0.1)


def test_pressure_after_the_landing_is_what_meda_measured():
    # 718 Pa in February 2021, Ls 5 to 10; the law claims a few per cent.
    assert pressure_at(JEZERO, 7.0) == pytest.approx(718.0, rel=0.04)


def test_over_the_year_it_varies_by_a_quarter_and_is_thinnest_in_late_northern_summer():
    # Hess et al. 1979: the peak-to-peak difference is 26 % of the mean, at the Viking sites.
    year = np.array([pressure_at(VIKING_1, ls) for ls in range(360)])
    assert (year.max() - year.min()) / year.mean() == pytest.approx(0.26, abs=0.03)
    assert 140 < year.argmin() < 160
    assert 245 < year.argmax() < 275


def test_higher_sites_have_thinner_air_by_the_scale_height():
    assert pressure_at(8430.0, 100.0) / pressure_at(-2570.0, 100.0) == pytest.approx(np.exp(-1.0))


def test_a_day_runs_from_before_sunrise_to_mid_afternoon_as_viking_1_saw_it():
    day = np.array([temperature_at(hour) for hour in HOURS])
    assert day.min() == pytest.approx(187.2, abs=1.0)
    assert day.max() == pytest.approx(241.8, abs=1.0)
    assert 3.5 < HOURS[day.argmin()] < 6.0 and 13.5 < HOURS[day.argmax()] < 15.5
    assert temperature_at(0.0) == pytest.approx(temperature_at(24.0))


def test_noon_in_the_first_spring_has_the_density_of_the_first_flights():
    # 0.0155 to 0.0165 kg/m^3 by MEDA's pressures and 235 to 245 K; the law claims 3 %.
    assert 0.0150 < climate(JEZERO, 36.5, 12.3).density < 0.0170


def test_a_scenario_that_names_no_air_gets_that_of_its_site_and_hour(tmp_path):
    text = scenario_path('flight_03').read_text()
    path = tmp_path / 'high.yaml'
    path.write_text(text.replace('  pressure: 730.0 ', '  elevation: 0.0 #'))
    air = environment_of(load_scenario(str(path))).air
    assert air.temperature == 238.0    # the file's own
    assert air.pressure == pytest.approx(pressure_at(0.0, 36.5), rel=1e-3)
