# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The radio of a whole run: telemetry in flight, files on the ground, the thumbnail first."""

from pathlib import Path

from ingenuity_nodes.cameras.response import encode_jpeg
from ingenuity_nodes.radio.frames import is_photo, size_of
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.signals import Photo
from ingenuity_nodes.simulation.simulation import Simulation
import numpy as np
import pytest

HOP = Path(__file__).resolve().parent / 'data' / 'hop.yaml'
NOISE = np.random.default_rng(1).integers(0, 255, (300, 1400, 3), np.uint8)
JPEG = encode_jpeg(NOISE, 60)


@pytest.fixture(scope='module')
def reports(tmp_path_factory):
    """Fly the hop with a photo; give the reports of all ticks."""
    path = tmp_path_factory.mktemp('radio') / 'hop.yaml'
    text = HOP.read_text().replace(' []', ' [navcam, rte]\n    features: geometry')
    path.write_text(text.replace(
        '{segment: land}', '{segment: land}\n      photos:\n        - {target: perseverance, '
        'after: 2.5, before: 4.5, centre: [0.5, 0.5]}'))
    simulation = Simulation(
        load_scenario(str(path)),
        take_photo=lambda name, exposure: Photo(exposure.t_ns, JPEG, 1400, 300))
    ticks = [simulation.tick()]
    while not ticks[-1].outcome:
        ticks.append(simulation.tick())
    return ticks


def test_the_thumbnail_arrives_first_and_the_run_ends_with_the_photo(reports):
    files = [(report.t_ns, file) for report in reports for file in report.files]
    assert [is_photo(file.name) for _, file in files] == [False, True]
    assert files[1][1].content == JPEG
    assert reports[-1].outcome == 'landed'
    assert reports[-1].t_ns - files[1][0] < 50_000_000


def test_in_flight_only_telemetry_is_sent_ten_times_a_second(reports):
    packets = [(report.t_ns, packet, report.helicopters['ingenuity'].setpoint.mode)
               for report in reports for packet in report.helicopters['ingenuity'].packets]
    assert {packet.kind for _, packet, mode in packets if mode != 'landed'} == {'telemetry'}
    times = [t_ns for t_ns, packet, _ in packets if packet.kind == 'telemetry']
    assert set(np.diff(times)) == {100_000_000}


def test_a_photo_takes_as_long_as_its_slots_allow(reports):
    sent = [(report.t_ns, size_of(packet)) for report in reports
            for packet in report.helicopters['ingenuity'].packets if packet.kind == 'data']
    rate = 8 * sum(size for _, size in sent) / (sent[-1][0] - sent[0][0]) * 1e9
    assert 150e3 < rate < 250e3


def test_no_line_of_sight_is_reported_where_there_is_one(reports):
    assert not [line for report in reports for line in report.log if 'sight' in line]
