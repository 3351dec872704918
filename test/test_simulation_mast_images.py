# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The mast camera in the batch: its images are drawn when they are due, the flight is the same."""

from pathlib import Path

from ingenuity_nodes.recording.run_folder import RunFolder
from ingenuity_nodes.recording.run_products import RunProducts
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.scenario.mast_images import ImagesSection
from ingenuity_nodes.signals import Photo
from ingenuity_nodes.simulation.simulation import Simulation
from ingenuity_nodes.timing import SECOND_NS
import numpy as np
import pytest

HOP = str(Path(__file__).resolve().parent / 'data' / 'hop.yaml')
DELAY_NS = 2 * SECOND_NS


@pytest.fixture(scope='module')
def hop():
    return load_scenario(HOP)


@pytest.fixture(scope='module')
def filmed(hop):
    film = ImagesSection(at='ingenuity', after='flying', every=1.0, count=3)
    rover = hop.rovers[0].model_copy(update={'images': (film,)})
    return hop.model_copy(update={'vehicles': (*hop.helicopters, rover)})


def flown(scenario, take_photo=None):
    """Give the true positions of the helicopter, and what it told of the mast camera."""
    simulation, positions, log, outcome = Simulation(scenario, take_photo=take_photo), [], [], ''
    while not outcome:
        report = simulation.tick()
        positions.append(report.helicopters['ingenuity'].truth.p_MB)
        log += [line for line in report.log if 'mast camera' in line]
        outcome = report.outcome
    return np.array(positions), log, simulation.t_ns


def test_it_films_the_flight_and_the_flight_is_the_same(hop, filmed):
    drawn = []

    def draw(name, exposure):
        drawn.append((name, exposure))
        return Photo(exposure.t_ns, b'', 1608, 1200)

    with_film, log, end_ns = flown(filmed, draw)
    without, silence, _ = flown(hop)
    assert np.array_equal(with_film, without)
    assert log == ['perseverance: mast camera: looks at ingenuity, 3 images',
                   'perseverance: mast camera: 3 images of ingenuity taken']
    assert silence == []
    assert [(name, exposure.camera) for name, exposure in drawn] == 3 * [
        ('perseverance', 'mastcam')]
    times = [exposure.t_ns for _, exposure in drawn]
    assert np.diff(times).tolist() == [SECOND_NS, SECOND_NS]
    assert times[-1] + DELAY_NS <= end_ns


def test_without_drawing_the_log_is_the_same(filmed):
    _, log, _ = flown(filmed)
    assert log[-1] == 'perseverance: mast camera: 3 images of ingenuity taken'


def test_an_image_that_was_not_due_before_the_end_is_not_kept(filmed, tmp_path):
    environment = environment_of(filmed)
    simulation = Simulation(filmed)
    products = RunProducts(filmed, 1, environment, RunFolder(tmp_path))
    for _ in range(500):
        flown = simulation.tick().helicopters['ingenuity']
        products.tick('ingenuity', flown.truth, flown.estimate, flown.status, ())
    for t_ns in (3 * SECOND_NS, 3 * SECOND_NS + 10_000_000):
        products.mast_image('perseverance', t_ns, b'jpeg')
    products.finish(1.0, 'cut short', full=False)
    assert [path.name for path in tmp_path.glob('mastcam*')] == [
        'mastcam_perseverance_000003000.jpg']
