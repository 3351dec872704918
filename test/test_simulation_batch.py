# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The batch against NASA's figures of the first flight, and against itself."""

from dataclasses import replace
import json
import os
from pathlib import Path
import subprocess
import sys

from ingenuity_nodes.commands.cli import main
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.simulation.batch import fly_batch
from ingenuity_nodes.simulation.simulation import Simulation
from ingenuity_nodes.timing import TICK_NS
from ingenuity_nodes.world.rocks import RockParameters, Rocks
from ingenuity_nodes.world.terrain import Terrain, TerrainParameters
from ingenuity_nodes.world.wind import Wind, WindParameters
import numpy as np
import pytest

SECONDS = 15    # up to the climb: noise, wind and control are at work


def beginning(seed):
    """Fly the first seconds and keep where the helicopter was to the bit."""
    simulation = Simulation(load_scenario('flight_01'), seed)
    positions = []
    for _ in range(100 * SECONDS):
        truth = simulation.tick().helicopters['ingenuity'].truth
        positions.append(truth.p_MB.tobytes() + truth.q_MB.tobytes())
    return positions


@pytest.fixture(scope='module')
def flight_1():
    return fly_batch(load_scenario('flight_01'), None, None)


def test_flight_1_goes_as_nasa_logged_it(flight_1):
    # NASA flight log: 39.1 s, 3 m, a hover over one spot with a turn.
    assert flight_1['outcome'] == 'landed'
    assert flight_1['duration_s'] == pytest.approx(39.1, abs=2.0)
    assert flight_1['max_altitude_m'] == pytest.approx(3.0, abs=0.3)
    assert flight_1['landing_offset_m'] < 0.5


def test_flight_1_turns_from_minus_90_to_4_deg(flight_1):
    # NASA MMGIS, navigation camera labels (PDS, DOI 10.17189/1522845): 269.5 to 4.5 deg.
    assert flight_1['azimuth_before_deg'] == pytest.approx(269.5, abs=1.0)
    assert flight_1['azimuth_after_deg'] == pytest.approx(4.5, abs=3.0)


def test_flight_1_needs_a_power_that_the_motors_can_give(flight_1):
    # Balaram et al. 2018: about 350 W at most, on a battery of 35 Wh.
    assert 150.0 < flight_1['mean_power_w'] < 400.0
    assert flight_1['battery_used_wh'] < 10.0


# What numpy calls the vector instructions of AVX-512, in its several versions.
WIDEST = ('X86_V4 AVX512_ICL AVX512_SPR AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL '
          'AVX512_KNL AVX512_KNM')


def test_a_cpu_without_the_widest_vectors_flies_the_same_flight_to_the_bit():
    code = ('import hashlib, sys\n'
            f'sys.path.insert(0, {str(Path(__file__).parent)!r})\n'
            'from test_simulation_batch import beginning\n'
            "print(hashlib.sha256(b''.join(beginning(3))).hexdigest())")
    digests = [
        subprocess.run([sys.executable, '-c', code], capture_output=True, text=True,
                       env={**os.environ, **wide}, check=True).stdout
        for wide in ({}, {'NPY_DISABLE_CPU_FEATURES': WIDEST})]
    assert digests[0] == digests[1]


def test_the_same_seed_flies_the_same_flight_to_the_bit_and_another_seed_another():
    first, again, other = (beginning(seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_the_result_of_a_whole_flight_has_the_same_hash_when_it_is_flown_again(flight_1):
    again = fly_batch(load_scenario('flight_01'), None, None)
    assert again['trajectory_sha256'] == flight_1['trajectory_sha256']


def test_time_goes_on_by_whole_ticks_and_status_is_of_the_end_of_each():
    simulation = Simulation(load_scenario('cooperation'))
    for tick in range(1, 4):
        report = simulation.tick()
        assert report.t_ns == simulation.t_ns == tick * TICK_NS
        assert {out.truth.t_ns for out in report.helicopters.values()} == {tick * TICK_NS}


def test_two_helicopters_have_noise_of_their_own():
    simulation = Simulation(load_scenario('cooperation'))
    first, second = (out.imu.w_MI_I for out in simulation.tick().helicopters.values())
    assert first.tolist() != second.tolist()


def test_a_plan_is_received_in_the_tick_after_it_was_sent():
    simulation = Simulation(load_scenario('flight_01'))
    sent = received = None
    for tick in range(1, 20):
        report = simulation.tick()
        if any('plan uplinked' in line for line in report.log):
            sent = tick
        if any(change.mode == 'ready' for change in report.helicopters['ingenuity'].modes):
            received = tick
    assert received == sent + 1


def test_the_wind_is_that_of_the_height_above_the_ground_below():
    # A plain 10 m below the origin of the map, beyond a ramp.
    x = np.broadcast_to(np.arange(-200.0, 201.0), (401, 401))
    low = Terrain(TerrainParameters(relief=0.0, airfield_radius=0.0), 0,
                  (np.clip(5.0 - 0.25 * x, -10.0, 0.0), -200.0, -200.0, 1.0))
    heights = []

    class Recorded(Wind):

        def velocity(self, t_ns, height):
            heights.append(height)
            return super().velocity(t_ns, height)

    scenario = load_scenario('flight_01')
    vehicle = scenario.helicopters[0].model_copy(update={'position': (100.0, 0.0)})
    scenario = scenario.model_copy(update={'vehicles': (vehicle,)})
    environment = replace(
        environment_of(scenario), terrain=low, rocks=Rocks(low, RockParameters(abundance=0.0)),
        wind=Recorded(WindParameters(), 1))
    simulation = Simulation(scenario, environment=environment)
    assert simulation.tick().helicopters['ingenuity'].truth.p_MB[2] < -9.0
    assert heights
    assert all(0.0 < height < 0.5 for height in heights)


@pytest.mark.slow
def test_a_flight_whose_photo_does_not_arrive_has_landed_and_failed(tmp_path, capsys):
    slow = 'overrides: {radio: {bit_rate: 1.0e5}}'    # a photo takes minutes
    text = (Path(__file__).parent / 'data' / 'hop.yaml').read_text()
    for old, new in ((' []', f' [rte]\n    {slow}'),
                     ('azimuth: 175.2', f'azimuth: 175.2\n    {slow}'),
                     ('seed: 4', 'seed: 4\nmission: {time_limit: 45}'),
                     ('{segment: land}', '{segment: land}\n      photos:\n        - '
                      '{target: perseverance, after: 2.5, before: 4.5, centre: [0.5, 0.5]}')):
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / 'late_photo.yaml'
    path.write_text(text)
    with pytest.raises(SystemExit) as ended:
        main(['simulate', str(path), '--images', '--json', '--out', str(tmp_path / 'run')])
    assert ended.value.code == 1
    result = json.loads((tmp_path / 'run' / 'result.json').read_text())
    assert result['outcome'] == ('failed: time limit of 45 s passed: ingenuity is '
                                 'on the ground, waiting for its photos')
    assert result['vehicles']['ingenuity']['outcome'] == 'landed'
    assert result['photo']['received'] is False
