# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Which topics go into the bag."""

from __future__ import annotations

from ingenuity_nodes.recording.recording_rules import recording_rules
from ingenuity_nodes.yaml_files.check import FileError
import pytest


@pytest.mark.parametrize('topic', [
    '/clock', '/tf', '/tf_static', '/rosout', '/diagnostics', '/world/terrain', '/world/rocks',
    '/ingenuity/robot_description', '/perseverance/robot_description', '/ingenuity/imu',
    '/ingenuity/ground_truth/odometry', '/ingenuity/odometry', '/scout/navcam/image_raw',
    '/ingenuity/rte/image_raw/compressed', '/ingenuity/flight_mode', '/mission/state'])
def test_what_a_replay_needs_is_recorded_with_a_reason_of_its_own(topic):
    reason = recording_rules().reason(topic)
    assert reason and 'not in the rules' not in reason


@pytest.mark.parametrize('topic', [
    '/ingenuity/rte/image_raw', '/parameter_events', '/world/tick', '/_hidden'])
def test_what_is_big_or_of_no_use_is_left_out(topic):
    assert recording_rules().reason(topic) is None


def test_a_users_own_topic_is_recorded_unless_the_rules_exclude_it(tmp_path):
    assert recording_rules().reason('/my_controller/debug')
    (tmp_path / 'own.yaml').write_text(
        'record:\n  - {topic: /clock, why: time}\nrecord_others: false\n')
    rules = recording_rules(tmp_path / 'own.yaml')
    assert rules.reason('/my_controller/debug') is None
    assert rules.reason('/clock') == 'time'


def test_a_rule_without_a_reason_is_answered_with_file_line_and_key(tmp_path):
    (tmp_path / 'own.yaml').write_text('record:\n  - {topic: /clock}\nrecord_others: false\n')
    with pytest.raises(FileError, match=r"own\.yaml:2:5: record\[0\]\.why: key 'why' is missing"):
        recording_rules(tmp_path / 'own.yaml')
