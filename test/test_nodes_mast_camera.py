# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The mast camera in the live graph takes the images of the batch, to the last byte."""

import json
from pathlib import Path

import pytest

rclpy = pytest.importorskip('rclpy', reason='rclpy is not importable: no ROS 2 here')

from ingenuity_nodes.commands import cli  # noqa
from ingenuity_nodes.recording.bag.reader import topics  # noqa: E402
from ingenuity_nodes.recording.run_folder import RunFolder  # noqa: E402
from ingenuity_nodes.scenario.load import load_scenario  # noqa: E402
from ingenuity_nodes.simulation.batch import fly_batch  # noqa: E402

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.timeout(600)]

HOP = Path(__file__).resolve().parent / 'data' / 'hop.yaml'
ROWS = """
    drive_to: [63.1, -7.5]
    images:
      - {at: ingenuity, after: flying, every: 2, count: 2}
"""


@pytest.fixture
def filmed(tmp_path):
    """Write the hop, 20 m from a rover that drives and films it."""
    text = HOP.read_text().replace('position: [0.0, 0.0]', 'position: [45.0, -3.0]')
    path = tmp_path / 'filmed_hop.yaml'
    path.write_text(text.rstrip() + ROWS)
    return path


def images(folder):
    return {path.name: path.read_bytes() for path in folder.glob('mastcam_*.jpg')}


def test_live_graph_and_batch_take_the_same_images(filmed, tmp_path, monkeypatch, capsys):
    monkeypatch.delenv('ROS_DOMAIN_ID', raising=False)    # the graph takes one of its own
    monkeypatch.setenv('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    live, batch = tmp_path / 'live', tmp_path / 'batch'
    with pytest.raises(SystemExit) as ended:
        cli.main(['fly', str(filmed), '--out', str(live)])
    assert ended.value.code == 0, capsys.readouterr()
    result = fly_batch(load_scenario(str(filmed)), None,
                       RunFolder.create('hop', batch, needed_bytes=0), images=True)
    flown = json.loads((live / 'result.json').read_text())
    assert flown['trajectory_sha256'] == result['trajectory_sha256']
    assert len(images(batch)) == 2
    assert images(live) == images(batch)
    written = {topic.topic for topic in topics(live / 'bag')}
    assert {f'/perseverance/mastcam/{name}' for name in (
        'image_raw/compressed', 'camera_info', 'exposure')} <= written
