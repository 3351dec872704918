# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Photos on demand in one live flight: done, given up, replaced; and as bright as is wanted."""

from pathlib import Path

import pytest

pytest.importorskip('rclpy', reason='rclpy is not importable: no ROS 2 here')
interfaces = pytest.importorskip(
    'ingenuity_interfaces.action', reason='ingenuity_interfaces is not built here')

from action_msgs.msg import GoalStatus  # noqa
import numpy as np  # noqa: E402
from operator_at_terminal import flying  # noqa: E402
from PIL import Image  # noqa: E402
from std_srvs.srv import SetBool  # noqa: E402

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.timeout(900)]

SCENARIO = Path(__file__).parent / 'data' / 'photograph.yaml'
LONGEST = 600.0    # [s] for the end, on a machine that others use, too
DARK = -4.0        # [EV]


def photograph(operator, name):
    return operator.send(interfaces.Photograph, f'/{name}/photograph',
                         interfaces.Photograph.Goal(target='perseverance'))


@pytest.fixture(scope='module')
def flight(tmp_path_factory):
    """Fly once; give what was answered and what the run has left."""
    folder = tmp_path_factory.mktemp('photograph')
    found = {'photo': folder / 'run' / 'photo.jpg'}
    with flying(SCENARIO, folder, found, LONGEST) as operator:
        operator.wait_until(lambda: operator.state.startswith('running'))
        operator.call(SetBool, '/world/pause', SetBool.Request(data=True))
        operator.wait_until(lambda: operator.state.startswith('paused'))
        found['set'] = [
            operator.set_parameter('/ingenuity/rte', 'exposure_compensation', value)
            for value in (DARK, 9.0, float('nan'), 'bright')]
        first = photograph(operator, 'ingenuity')
        second = photograph(operator, 'ingenuity')    # at once
        given_up = photograph(operator, 'scout')
        # Asked for at once, as clients do: a result is kept for seconds only.
        results = [handle.get_result_async() for handle in (first, second, given_up)]
        operator.call(SetBool, '/world/pause', SetBool.Request(data=False))
        operator.wait_until(lambda: operator.feedback)
        operator.answer(given_up.cancel_goal_async())
        found['first'], found['second'], found['given up'] = map(operator.answer, results)
    return found


def test_a_photo_on_demand_is_taken_and_named_and_on_the_rover(flight):
    assert flight['result']['vehicles']['ingenuity']['outcome'] == 'landed', flight['text']
    answer = flight['second']
    assert answer.status == GoalStatus.STATUS_SUCCEEDED, flight['text']
    (photo,) = flight['result']['vehicles']['ingenuity']['photos']
    assert answer.result.outcome == f'rte_{round(photo["clock_t_s"] * 1000):09d}.jpg'
    assert photo['received'] and photo['sha256_sent'] == photo['sha256_received']


def test_the_feedback_follows_the_flight(flight):
    modes = [one.mode for one in flight['feedback']]
    assert modes.index('climb') < modes.index('hover') < modes.index('landing')
    times = [one.time for one in flight['feedback']]
    assert len(times) > 50


def test_of_two_goals_at_once_the_later_counts(flight):
    answer = flight['first']
    assert answer.status == GoalStatus.STATUS_ABORTED
    assert answer.result.outcome == 'replaced by other goals'


def test_a_photo_that_is_given_up_ends_the_flight_without_one(flight):
    answer = flight['given up']
    assert answer.status == GoalStatus.STATUS_CANCELED
    assert answer.result.outcome.startswith('cancelled')
    assert not answer.result.success
    assert flight['result']['vehicles']['scout']['photos'] == []
    assert flight['status'] == 1    # of the run: not all have landed


def test_the_exposure_that_is_set_is_that_of_the_photo(flight):
    done, *refused = flight['set']
    assert done.successful, done.reason
    for answer, reason in zip(
            refused, ('found 9.0, allowed: -4 to 4 EV', 'allowed: a number', 'allowed: a number'),
            strict=True):
        assert not answer.successful
        assert reason in answer.reason and '\n' not in answer.reason
    (change,) = flight['result']['changes']
    assert (change['node'], change['parameter'], change['to']) == (
        '/ingenuity/rte', 'exposure_compensation', DARK)
    # A sixteenth of the light: the noon of Mars, by itself at half of the scale, is night.
    with Image.open(flight['photo']) as photo:
        assert np.asarray(photo.convert('L').resize((64, 48))).mean() < 60.0
