# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The examples do what they say, in under sixty lines each; benches start from a checkout."""

import importlib
import os
from pathlib import Path
import re
import subprocess
import sys

import cv2
from flights import scenario_of
from ingenuity_nodes.export.flown_again import fly_again
from ingenuity_nodes.export.options import Options
from ingenuity_nodes.export.to_bag import write_bag
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / 'examples'
HOP = ROOT / 'test' / 'data' / 'example_hop.yaml'
SEGMENTS = [{'segment': 'climb', 'altitude': 1.5, 'speed': 1.0}, {'segment': 'land', 'speed': 1.0}]


@pytest.fixture
def example(monkeypatch):
    """Import an example by name, as Python does that runs it."""
    monkeypatch.syspath_prepend(str(EXAMPLES))
    return importlib.import_module


@pytest.mark.parametrize('path', sorted(EXAMPLES.glob('*.py')), ids=lambda path: path.stem)
def test_an_example_can_be_taken_in_at_once(path):
    assert path.read_text().count('\n') < 60
    assert path.name in (ROOT / 'README.md').read_text()


@pytest.mark.slow
def test_a_controller_of_one_s_own_flies(example, capsys):
    example('own_controller').main(str(HOP))
    ours, own = capsys.readouterr().out.splitlines()
    assert re.match(r'Controller +landed', ours)
    assert re.match(r'Gentle +landed', own)
    assert ours.split(None, 1)[1] != own.split(None, 1)[1]


@pytest.mark.slow
def test_dispersed_flights_land_in_different_positions(example, capsys):
    example('dispersed_flights').main(str(HOP), '3')
    *flights, last = capsys.readouterr().out.splitlines()
    assert len(flights) == 3
    assert len({line.split(': ')[1] for line in flights}) == 3
    assert all(': landed, ' in line for line in flights)
    assert last.startswith('median')


@pytest.mark.slow
def test_a_photo_from_a_pose_shows_the_ground_in_colour(example, tmp_path):
    example('photo_from_a_pose').main(str(tmp_path / 'photo.png'), '0.05')
    blue, _, red = cv2.split(cv2.imread(str(tmp_path / 'photo.png')))
    assert blue.shape == (156, 210)
    assert red.mean() > 1.3 * blue.mean()    # it is Mars


@pytest.mark.slow
def test_a_bag_is_read_into_numpy_and_drawn(example, tmp_path):
    record = fly_again(scenario_of(SEGMENTS), 1)
    write_bag(tmp_path / 'bag', record, Options(every=10_000))
    module = example('read_a_bag')
    data = module.read(tmp_path / 'bag')
    assert np.array_equal(data[module.TRUTH][:, 1:], record.truth.p_MB)
    assert len(data[module.RANGE]) == len(record.altimeter[0])
    module.main(str(tmp_path / 'bag'), str(tmp_path / 'bag.png'))
    assert cv2.imread(str(tmp_path / 'bag.png')) is not None


def test_a_tracker_of_one_s_own_keeps_the_ids_of_corners_that_move(example):
    random = np.random.default_rng([1, 2])
    ground = cv2.GaussianBlur(random.integers(0, 255, (520, 680), np.uint8), (0, 0), 4.0)
    ground = cv2.normalize(ground, None, 0, 255, cv2.NORM_MINMAX)
    tracker = example('own_tracker').OrbTracker()
    first = tracker.track(0, ground[20:500, 20:660])
    second = tracker.track(1, ground[22:502, 23:663])    # the camera moved: corners by -3, -2
    both, before, now = np.intersect1d(first.ids, second.ids, return_indices=True)
    assert len(both) > 10
    moved = second.uv[now] - first.uv[before]
    assert np.abs(np.median(moved, axis=0) - [-3.0, -2.0]).max() < 0.5
    assert (second.ages[now] == first.ages[before] + 1).all()


@pytest.mark.live
@pytest.mark.slow
def test_a_flight_is_steered_from_python(tmp_path, monkeypatch):
    pytest.importorskip('rclpy', reason='rclpy is not importable: no ROS 2 here')
    from ingenuity_nodes.graph.processes import Domain
    monkeypatch.delenv('ROS_DOMAIN_ID', raising=False)
    domain = Domain()
    number = str(domain.number)
    domain.release()
    here = {**os.environ, 'ROS_DOMAIN_ID': number, 'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST',
            'PYTHONPATH': os.pathsep.join([str(ROOT), os.environ.get('PYTHONPATH', '')])}
    pilot = subprocess.Popen(
        [sys.executable, EXAMPLES / 'order_a_flight.py', 'ingenuity', 'hover'], env=here,
        stdout=subprocess.PIPE, text=True)
    try:
        flown = subprocess.run(
            [sys.executable, '-m', 'ingenuity_nodes.commands.cli', 'fly', HOP, '--no-record',
             '--features', 'geometry', '--real-time-factor', '2', '--out', tmp_path / 'run'],
            env=here, cwd=tmp_path, capture_output=True, text=True, check=False)
        printed, _ = pilot.communicate(timeout=30)
    finally:
        pilot.kill()
    assert flown.returncode == 0, flown.stdout[-2000:]
    assert 'hold ordered' in printed and 'resume ordered' in printed
    assert 'landed after hold, resume' in printed


@pytest.mark.slow
def test_benches_find_the_package_of_their_checkout(tmp_path):
    names = sorted(path.stem for path in (ROOT / 'bench').glob('*.py')
                   if path.stem not in ('checkout', 'peers_cameras'))
    bare = {key: value for key, value in os.environ.items() if key != 'PYTHONPATH'}
    code = (f'import sys; sys.path.insert(0, {str(ROOT / "bench")!r}); '
            f'import {", ".join(names)}; import ingenuity_nodes; print(ingenuity_nodes.__file__)')
    found = subprocess.run([sys.executable, '-c', code], cwd=tmp_path, env=bare,
                           capture_output=True, text=True, check=True).stdout
    assert 'loop' in names
    assert Path(found.strip()).parents[1] == ROOT
