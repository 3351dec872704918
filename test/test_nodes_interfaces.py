# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The page of all interfaces is that of the code, and each interface has a meaning."""

from pathlib import Path
import re
import subprocess
import sys

import pytest

rclpy = pytest.importorskip('rclpy', reason='rclpy is not importable: no ROS 2 here')
pytest.importorskip('ingenuity_interfaces.srv', reason='ingenuity_interfaces is not built here')

from ingenuity_nodes.graph.interface_notes import interface_notes  # noqa
from ingenuity_nodes.graph.wiring import WIRING  # noqa: E402
from ingenuity_nodes.nodes.interface_page import InterfaceError, page  # noqa: E402
from ingenuity_nodes.nodes.survey import Endpoint, Survey  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / 'docs' / 'interfaces.md'


def test_every_wire_between_participants_has_a_meaning():
    named = {note.topic for note in interface_notes().topics}
    for wire in WIRING:
        ends = {'source': f'<{wire.source}>', 'target': f'<{wire.target}>'}
        assert wire.topic.format(**ends) in named, wire


def test_a_topic_without_a_meaning_is_named():
    found = Survey([Endpoint('publishes', '/world', '/world/dust', 'std_msgs/msg/Float64')])
    with pytest.raises(InterfaceError, match='lacks: /world/dust'):
        page(found)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_page_is_what_the_code_has():
    # In a process of its own: each node is made with a context of its own.
    written = subprocess.run(
        [sys.executable, '-m', 'ingenuity_nodes.commands.cli', 'interfaces'], cwd=ROOT,
        capture_output=True, text=True)
    assert written.returncode == 0, written.stderr[-2000:]
    assert written.stdout == PAGE.read_text(), 'out of date: ./ingenuity interfaces --write'


def test_every_row_of_the_page_has_a_meaning_and_every_number_a_unit():
    topics = PAGE.read_text().partition('## Services')[0]
    rows = [row.strip('| ').split(' | ') for row in topics.splitlines()
            if row.startswith('| `/')]
    assert len(rows) > 70
    for cells in rows:
        name, kind, meaning, unit = cells[:4]
        assert len(meaning) > 3, name
        if re.search(r'Odometry|Imu|Range|Path|Wrench|Pressure|Temperature|Float64`', kind):
            assert unit.strip(), name
