# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""How long the world waits for whom."""

from types import SimpleNamespace

import pytest

rclpy = pytest.importorskip('rclpy', reason='rclpy is not importable: no ROS 2 here')

from ingenuity_nodes.graph.lockstep import Barrier  # noqa
from ingenuity_nodes.graph.roster import Condition, Heartbeat, Roster  # noqa: E402
from ingenuity_nodes.nodes.timekeeper import Timekeeper  # noqa: E402

CAMERA, HELICOPTER = '/ingenuity/rte', '/ingenuity/helicopter'
SILENCE, BUSY, DRAWN = 10.0, 600.0, 75.0    # [s]; the last: when the camera has done its work


def beats(now):
    busy = now < DRAWN
    yield Heartbeat(CAMERA, Condition.BUSY if busy else Condition.READY,
                    'drawing an image' if busy else '', lasted=now if busy else 0.0)
    yield Heartbeat(HELICOPTER, Condition.WAITING, f'the photo, which {CAMERA} has not sent')


def test_what_a_busy_process_has_sent_may_be_under_way_as_long_as_anything_else():
    lost = []
    keeper = SimpleNamespace(
        _barrier=Barrier([HELICOPTER]), _roster=Roster([CAMERA, HELICOPTER], SILENCE), _asked=0.0,
        _worked=0.0, _lockstep=SimpleNamespace(silence=SILENCE, busy=BUSY), _held_up='',
        _report_once=lambda rows: None)
    keeper._barrier.next_tick(10_000_000)
    for k in range(1, 2000):
        now = 0.05 * k
        for beat in beats(now):
            keeper._roster.receive(beat, now)
        keeper._on_silence = lambda text, names, now=now: lost.append((now, names))
        Timekeeper._find_the_lost(keeper, now)
    first, names = lost[0]
    assert names == [HELICOPTER]
    assert first == pytest.approx(DRAWN + SILENCE, abs=0.2)
