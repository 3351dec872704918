# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What may change in flight is taken at a tick; a change survives the network."""

from dataclasses import fields
from types import SimpleNamespace

import pytest

rclpy = pytest.importorskip('rclpy', reason='rclpy is not importable: no ROS 2 here')

from ingenuity_nodes.cameras.settings import CameraSettings  # noqa
from ingenuity_nodes.graph.lockstep import Barrier, Tick  # noqa: E402
from ingenuity_nodes.nodes.conversions.changes import change_from, change_message  # noqa: E402
from ingenuity_nodes.nodes.conversions.lockstep import tick_from, tick_message  # noqa: E402
from ingenuity_nodes.nodes.live_parameters import LiveParameters  # noqa: E402
from ingenuity_nodes.parameters import ParameterError  # noqa: E402
from ingenuity_nodes.world.conditions import ParameterChange  # noqa: E402
from ingenuity_nodes.world.wind import WindParameters  # noqa: E402
from rclpy.parameter import Parameter  # noqa: E402
from std_msgs.msg import String  # noqa: E402


@pytest.fixture
def live():
    published = []
    node = SimpleNamespace(
        name_in_run='/world', published=published, has_parameter=lambda name: name != 'nothing',
        create_publisher=lambda *_: SimpleNamespace(
            publish=lambda message: published.append(message.data)),
        declare_parameter=lambda name, value, about: SimpleNamespace(value=value))
    live = LiveParameters(node)
    live.node = node
    live.declare(WindParameters(), 'wind.')
    return live


def test_a_change_is_taken_once_and_published_with_its_time(live):
    live.accept(live.reviewed([Parameter('wind.speed', value=7)]))
    taken = live.take()
    assert taken == {'wind.speed': 7.0}
    live.note(12_340_000_000, taken)
    assert live.node.published == ['12.340000000 s: /world: wind.speed: 4.0 -> 7.0']
    assert live.take() == {}
    live.note(12_350_000_000, taken)    # it is so already
    assert len(live.node.published) == 1


def test_a_value_that_was_given_at_the_start_holds_from_the_first_tick_and_is_no_change(live):
    live.node.declare_parameter = lambda name, value, about: SimpleNamespace(value=1.5)
    live.declare(CameraSettings())
    taken = live.take()
    assert taken == {'exposure_compensation': 1.5}
    live.note(10_000_000, taken)
    assert live.node.published == []


@pytest.mark.parametrize('name, value, reason', [
    ('wind.speed', 90.0, 'found 90.0, allowed: 0 to 40 m/s'),
    ('wind.speed', 'much', 'allowed: a number'),
    ('wind.speed', float('nan'), 'allowed: a number'),
    ('scenario', 'flight_01', 'start another run'),
    ('use_sim_time', False, '/world/tick'),
    ('computer.navcam_rate', 20, 'built when the node starts')])
def test_what_may_not_be_is_refused_in_one_line_that_says_why(live, name, value, reason):
    with pytest.raises(ParameterError, match=reason) as refused:
        live.reviewed([Parameter(name, value=value)])
    assert '\n' not in str(refused.value)
    assert str(refused.value).startswith(f'{name}: ')
    assert live.take() == {}


def test_one_value_that_may_not_be_refuses_all_that_come_with_it(live):
    with pytest.raises(ParameterError):
        live.reviewed([Parameter('wind.speed', value=7.0), Parameter('seed', value=7)])
    assert live.take() == {}


def test_all_of_the_wind_may_change(live):
    names = {f'wind.{about.name}' for about in fields(WindParameters)}
    assert {one.name for one in live.reviewed([
        Parameter(f'wind.{about.name}', value=about.default)
        for about in fields(WindParameters)])} == names


@pytest.mark.parametrize('change', [
    ParameterChange(10_000_000, '/world', 'wind.speed', 0.1, 1.0 / 3.0),
    ParameterChange(3_333_333_333_333, '/ingenuity/rte', 'exposure_compensation', -1e-17, 4.0)])
def test_a_change_survives_the_network_to_the_last_digit(change):
    assert change_from(change_message(change)) == change


@pytest.mark.parametrize('text', ['', 'now: wind', '1.0 s: /world: wind.speed: 4.0 -> 9.0',
                                  '1.000000000 s: /world: wind.speed: 4.0 -> much'])
def test_what_is_no_change_is_refused(text):
    with pytest.raises(ValueError, match='allowed'):
        change_from(String(data=text))


def test_a_tick_carries_all_changes_so_far_to_whoever_comes_late():
    barrier = Barrier(['/a'], 'run')
    barrier.change({'wind.speed': 1.0 / 3.0})
    barrier.change({'wind.azimuth': 10.0})
    tick = barrier.next_tick(10_000_000)
    assert tick.changes == {'wind.speed': 1.0 / 3.0, 'wind.azimuth': 10.0}
    assert barrier.resume('/a').changes == tick.changes
    assert tick_from(tick_message(tick)) == tick


def test_a_tick_with_a_change_that_is_no_number_is_refused():
    message = tick_message(Tick(10_000_000, {}, 'run', changes={'wind.speed': 1.0}))
    message.status[1].values[0].value = 'inf'
    with pytest.raises(ValueError, match='allowed: a finite number'):
        tick_from(message)
