# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The air of Mars against gas laws and published measurements."""

import math

from ingenuity_nodes.world.mars import (
    air_at, air_of_density, GAS_CONSTANT, heat_capacity_ratio, viscosity)
import pytest


def test_air_obeys_the_gas_law():
    air = air_at(730.0, 240.0)
    assert air.density * GAS_CONSTANT * air.temperature == pytest.approx(air.pressure)


def test_density_at_flight_3_is_as_expected_of_the_measured_pressure_and_temperature():
    # MEDA: 718 to 740 Pa; 235 to 245 K near noon.
    assert 0.0150 < air_at(718.0, 245.0).density < air_at(740.0, 235.0).density < 0.0166


def test_speed_of_sound_is_as_the_microphone_measured_it():
    # Maurice et al. 2022, Nature 605: about 240 m/s at low pitch, 250 m/s above 240 Hz.
    assert 240.0 < air_at(730.0, 235.0).speed_of_sound < 250.0


def test_carbon_dioxide_vibrates_at_room_temperature():
    # Textbook ratio of specific heats at 300 K: 1.29; 1.4 for a linear molecule at rest inside.
    assert heat_capacity_ratio(300.0) == pytest.approx(1.29, abs=0.01)
    assert heat_capacity_ratio(60.0) == pytest.approx(1.4, abs=0.001)


def test_viscosity_of_carbon_dioxide_is_that_of_the_tables():
    # CRC Handbook: 15.0 uPa s at 300 K, 10.0 at 200 K.
    assert viscosity(300.0) == pytest.approx(15.0e-6, rel=0.02)
    assert viscosity(200.0) == pytest.approx(10.0e-6, rel=0.03)


def test_air_of_a_given_density_has_it():
    assert air_of_density(0.0165, 235.0).density == pytest.approx(0.0165)


@pytest.mark.parametrize('pressure, temperature', [
    (0.0, 240.0), (-5.0, 240.0), (math.nan, 240.0), (730.0, 0.0), (730.0, math.inf)])
def test_air_that_cannot_be_is_refused(pressure, temperature):
    with pytest.raises(ValueError, match='allowed: positive'):
        air_at(pressure, temperature)
