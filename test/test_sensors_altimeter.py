# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The altimeter looks along its beam; the inclinometer reads roll and pitch."""

from dataclasses import replace
import math

from ingenuity_nodes.frames import quaternion_from_rpy
from ingenuity_nodes.sensors.altimeter import Altimeter, AltimeterParameters
from ingenuity_nodes.sensors.inclinometer import Inclinometer, InclinometerParameters
from ingenuity_nodes.signals import AltimeterSample, Truth
from ingenuity_nodes.timing import STEP_NS
from ingenuity_nodes.world.terrain import Terrain, TerrainParameters
import numpy as np
import pytest

ZERO = np.zeros(3)
LEVEL = np.array([1.0, 0.0, 0.0, 0.0])
FLAT = Terrain(TerrainParameters(
    relief=0.0, ripples=0.0, hills=0.0, rover_position=(0.0, 0.0, 0.0)))
PERFECT = AltimeterParameters(
    position=(0.0, 0.0, 0.0), noise=0.0, scale=0.0, resolution=1e-4, dropout=0.0, delay=0.0)


def at(height: float, q_MB=LEVEL, x: float = 0.0) -> Truth:
    return Truth(0, np.array([x, 0.0, height]), ZERO, q_MB, ZERO, ZERO, ZERO)


def read(altimeter: Altimeter, truth: Truth) -> AltimeterSample:
    altimeter.push(truth)
    return altimeter.sample()


def test_level_it_reads_the_height():
    assert read(Altimeter(PERFECT, FLAT, 1), at(5.0)).distance == pytest.approx(5.0, abs=1e-3)


def test_tilted_it_reads_the_longer_distance_along_its_beam():
    tilted = quaternion_from_rpy(0.3, 0.0, 0.7)
    assert read(Altimeter(PERFECT, FLAT, 1), at(5.0, tilted)).distance == pytest.approx(
        5.0 / math.cos(0.3), abs=1e-3)


def test_it_sits_below_the_body_origin():
    low = replace(PERFECT, position=(0.0, 0.0, -0.137))
    assert read(Altimeter(low, FLAT, 1), at(0.266)).distance == pytest.approx(0.129, abs=1e-3)


def test_on_real_ground_the_beam_ends_on_the_ground():
    terrain, q_MB = Terrain(), quaternion_from_rpy(0.2, -0.1, 1.0)
    distance = read(Altimeter(PERFECT, terrain, 1), at(6.0, q_MB, x=20.0)).distance
    w, x, y, z = q_MB
    down = -np.array([2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)])
    hit = np.array([20.0, 0.0, 6.0]) + distance * down
    assert hit[2] == pytest.approx(terrain.height(hit[0], hit[1]), abs=2e-3)


@pytest.mark.parametrize('height, reading', [(45.0, math.inf), (0.02, -math.inf)])
def test_out_of_range_is_reported_as_in_rep_117(height, reading):
    assert read(Altimeter(PERFECT, FLAT, 1), at(height)).distance == reading


def test_now_and_then_it_sees_nothing_and_the_other_readings_do_not_change():
    noisy = replace(PERFECT, noise=0.02)
    sure, unsure = Altimeter(noisy, FLAT, 1), Altimeter(replace(noisy, dropout=0.1), FLAT, 1)
    all_of_them = np.array([read(sure, at(5.0)).distance for _ in range(2000)])
    some = np.array([read(unsure, at(5.0)).distance for _ in range(2000)])
    lost = np.isposinf(some)
    assert lost.mean() == pytest.approx(0.1, abs=0.03)
    assert np.array_equal(some[~lost], all_of_them[~lost])


def test_a_reading_is_as_old_as_its_delay():
    altimeter = Altimeter(replace(PERFECT, delay=0.02), FLAT, 1)
    for step in range(30):
        altimeter.push(at(5.0 if step < 15 else 6.0)._replace(t_ns=step * STEP_NS))
        seen = altimeter.sample()
        assert seen.distance == pytest.approx(5.0 if step < 25 else 6.0)
        assert seen.t_ns == step * STEP_NS


def test_looking_at_the_sky_nothing_is_seen():
    upside_down = quaternion_from_rpy(math.pi, 0.0, 0.0)
    assert read(Altimeter(PERFECT, FLAT, 1), at(5.0, upside_down)).distance == math.inf


def test_the_noise_has_the_size_of_the_manual():
    p = replace(PERFECT, noise=0.02)
    altimeter = Altimeter(p, FLAT, 1)
    readings = [read(altimeter, at(5.0)).distance for _ in range(2000)]
    assert np.std(readings) == pytest.approx(0.02, rel=0.1)
    assert np.mean(readings) == pytest.approx(5.0, abs=2e-3)


def test_the_inclinometer_reads_roll_and_pitch_whatever_the_heading():
    perfect = InclinometerParameters(offset=0.0, noise=0.0, resolution=1e-6)
    for yaw in (0.0, 2.0):
        sample = Inclinometer(perfect, 1).sample(at(0.3, quaternion_from_rpy(0.05, -0.02, yaw)))
        assert (sample.roll, sample.pitch) == pytest.approx((0.05, -0.02), abs=1e-5)
