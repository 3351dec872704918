# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The mapper over the network makes the maps of the batch, to the last bit."""

from pathlib import Path
import re

from ingenuity_nodes.commands import cli
from ingenuity_nodes.mapping.mapper import described
from ingenuity_nodes.recording.bag.reader import decode, messages
from ingenuity_nodes.recording.mission_from_bag import mission_of_bag
from ingenuity_nodes.recording.run_log import RunLog
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.scenario.variants import as_in_live_graph
from ingenuity_nodes.simulation.drawn_images import OfflineCamera
from ingenuity_nodes.simulation.simulation import Simulation
import numpy as np
import pytest

pytest.importorskip('rclpy', reason='rclpy is not importable: no ROS 2 here')

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.timeout(300)]

SHORT = str(Path(__file__).resolve().parent / 'data' / 'mapped_hop.yaml')


def maps_of_the_batch():
    scenario = as_in_live_graph(load_scenario(SHORT))
    environment = environment_of(scenario)
    drawn = OfflineCamera(scenario, environment)
    simulation = Simulation(scenario, environment=environment, track_image=drawn.track,
                            draw_image=drawn.draw)
    outcome, found, log = '', [], []
    while not outcome:
        report = simulation.tick()
        drawn.watch(report)
        outcome = report.outcome
        found += [described(value) for value in report.maps]
        log += report.log
    return found, log


def test_live_maps_are_those_of_the_batch_to_the_bit(tmp_path, monkeypatch):
    monkeypatch.delenv('ROS_DOMAIN_ID', raising=False)
    monkeypatch.setenv('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    folder = tmp_path / 'run'
    with pytest.raises(SystemExit) as ended:
        cli.main(['fly', SHORT, '--out', str(folder)])
    assert ended.value.code == 0
    log = (folder / 'logs' / 'mapper.log').read_text()
    live = re.findall(r'map of .* sha256 \w+', log)
    assert len(live) >= 3
    maps, decisions = maps_of_the_batch()
    assert live == maps
    # The recorder has noted them for the report, and they can be had from the bag, too.
    noted = RunLog.load(folder / 'run_log.npz').mission
    assert described(noted.hazard_map) in maps
    texts = [decision.text for decision in noted.decisions]
    assert len(texts) > 5
    assert texts == decisions[:len(texts)]
    in_bag = mission_of_bag(folder / 'bag')
    assert in_bag.decisions[:5] == noted.decisions[:5]
    assert np.isfinite(in_bag.hazard_map.height).any()
    drawn = [{marker.ns for marker in decode(message).markers}
             for message in messages(folder / 'bag', {'/mission/markers'})]
    assert 'scout separation' in set().union(*drawn)
