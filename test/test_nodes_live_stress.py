# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Live flights given a hard time: hostile messages, a full disk, a death before the first word."""

import json
import os
import resource
import signal

import pytest

rclpy = pytest.importorskip('rclpy', reason='rclpy is not importable: no ROS 2 here')

from ingenuity_nodes.nodes.hostile_values import Hostile  # noqa
from ingenuity_nodes.nodes.message_types import message_type  # noqa: E402
from ingenuity_nodes.nodes.refusals import refused  # noqa: E402
from ingenuity_nodes.recording.bag.reader import messages  # noqa: E402
from ingenuity_nodes.stress.fuzz import fly_among_strangers, is_enough  # noqa: E402
from ingenuity_nodes.stress.live_run import are_gone, LiveRun, slowness  # noqa: E402
import numpy as np  # noqa: E402
from rcl_interfaces.msg import Parameter  # noqa: E402
from rcl_interfaces.srv import SetParameters  # noqa: E402
from rclpy.serialization import serialize_message  # noqa: E402
from test_nodes_live_graph import batch, HOP, INTERRUPTED, own_domain, TRUTH  # noqa: E402

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.timeout(240)]
__all__ = ['batch', 'own_domain']    # fixtures
SAMPLE = 20    # messages to each topic; ./ingenuity stress --messages sends more


@pytest.mark.parametrize('name', ['nav_msgs/Odometry', 'sensor_msgs/PointCloud2',
                                  'diagnostic_msgs/DiagnosticArray', 'sensor_msgs/CameraInfo'])
def test_a_hostile_message_is_one_that_ros_can_send_and_the_same_for_the_same_seed(name):
    kind = message_type(name)
    made = [[hostile.message(kind) for _ in range(50)]
            for hostile in (Hostile(np.random.default_rng(seed)) for seed in (1, 1, 2))]
    texts = [[repr(message) for message in some] for some in made]
    assert texts[0] == texts[1] != texts[2]
    assert len({serialize_message(message) for message in made[0]}) > 40


def test_a_request_that_cannot_be_read_is_answered_with_why_for_each_parameter():
    request = SetParameters.Request(parameters=[Parameter(name='a'), Parameter(name='b')])
    answer = refused(request, SetParameters.Response(), '255 is no type')
    assert [(one.successful, one.reason) for one in answer.results] == [
        (False, '255 is no type')] * 2


@pytest.mark.parametrize('group', ['state', 'orders', 'own run', 'services'])
def test_nobody_dies_of_hostile_messages_to_every_topic_service_and_parameter(
        tmp_path, batch, group):
    flight = fly_among_strangers(group, SAMPLE, 7, HOP, batch['trajectory_sha256'],
                                 tmp_path / 'run')
    assert flight.failures == []
    # Each had some; a flight that ends early, or a busy machine, does not leave time for all.
    assert is_enough(flight.rows, 1), flight.rows
    assert sum(row.refused for row in flight.rows) > 0


def test_when_the_disk_is_full_in_flight_the_flight_goes_on_and_what_fits_is_written(
        tmp_path, batch):
    def fill(run):
        # No file of the recorder may grow beyond what the bag has now, as on a full disk.
        size = sum(path.stat().st_size for path in run.folder.bag.glob('*.mcap'))
        resource.prlimit(run.ids['/recorder'], resource.RLIMIT_FSIZE, (size, size))

    run = LiveRun(HOP, tmp_path / 'run', ': climb: ', fill)
    status, _ = run.wait()
    assert status not in (0, INTERRUPTED), run.lines
    assert '/world: ended: landed' in run.lines, run.lines
    assert any(line.startswith('/recorder: ') and 'cannot be written: File too large' in line
               and 'the flight goes on' in line for line in run.lines), run.lines
    assert not any('Traceback' in log.read_text() for log in run.logs.iterdir())
    result = json.loads(run.folder.result.read_text())
    assert result['outcome'] == 'landed'
    assert result['trajectory_sha256'] == batch['trajectory_sha256']
    assert sum(1 for _ in messages(run.folder.bag, {TRUTH})) > 100


@pytest.mark.parametrize('victim', ['/recorder', '/ingenuity/helicopter'])
def test_a_process_killed_before_its_first_heartbeat_is_named_within_5_seconds(
        tmp_path, batch, victim):
    run = LiveRun(HOP, tmp_path / 'run', '', lambda _: None)
    os.kill(run.ids[victim], signal.SIGKILL)
    began = run.began
    status, _ = run.wait()
    assert status not in (0, INTERRUPTED), run.lines
    line = f'{victim} (process {run.ids[victim]}) was killed by SIGKILL'
    assert run.when[run.lines.index(line)] - began < 5.0 * slowness()
    assert are_gone(run.ids.values())
