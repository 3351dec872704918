# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A running graph in Rerun's viewer: as a bag of it would be, and over when the run is."""

from __future__ import annotations

from threading import Thread

import pytest

rclpy = pytest.importorskip('rclpy', reason='rclpy is not importable: no ROS 2 here')
rr = pytest.importorskip('rerun')

from ingenuity_nodes.commands.cli import main  # noqa
from ingenuity_nodes.graph.domains import domain_of_run  # noqa: E402
from ingenuity_nodes.graph.processes import Domain, NoDomainError  # noqa: E402
from ingenuity_nodes.nodes.live_view import watching  # noqa: E402
from ingenuity_nodes.nodes.message_types import message_type  # noqa: E402
from ingenuity_nodes.recording.bag.typestore import TYPES  # noqa: E402
from rclpy.qos import DurabilityPolicy, QoSProfile  # noqa: E402
from std_msgs.msg import String  # noqa: E402
from test_viewing import flight, read  # noqa: E402

LATCHED = QoSProfile(depth=2000, durability=DurabilityPolicy.TRANSIENT_LOCAL)


class Graph:
    """Publishes the flight of the other tests, below a namespace."""

    def __init__(self, domain):
        self.context = rclpy.Context()
        rclpy.init(context=self.context, domain_id=domain)
        self.node = rclpy.create_node('graph', context=self.context)
        self._publishers = {}
        self.publish('/mars/world/state', String(data='running'))

    def publish(self, topic, message):
        if topic not in self._publishers:
            kind = type(message) if isinstance(message, String) else message_type(
                message.__msgtype__)
            self._publishers[topic] = self.node.create_publisher(kind, topic, LATCHED)
        if isinstance(message, String):
            self._publishers[topic].publish(message)
        else:
            self._publishers[topic].publish(
                bytes(TYPES.serialize_cdr(message, message.__msgtype__)))

    def fly(self):
        for _, topic, message in flight():
            self.publish(f'/mars{topic}', message)

    def close(self):
        self.node.destroy_node()
        self.context.try_shutdown()


@pytest.fixture
def domain(monkeypatch):
    monkeypatch.delenv('ROS_DOMAIN_ID', raising=False)
    monkeypatch.setenv('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    found = Domain()
    yield found.number
    found.release()


@pytest.fixture
def graph(domain):
    graph = Graph(domain)
    yield graph
    graph.close()


def test_a_live_run_is_shown_like_its_bag_and_ends_with_the_run(graph, domain, tmp_path, capsys):
    graph.fly()
    graph.publish('/mars/world/state', String(data='ended: all have landed'))
    file = tmp_path / 'live.rrd'
    with pytest.raises(SystemExit) as end:
        main(['view', '--live', '--domain', str(domain), '--save', str(file)])
    assert end.value.code == 0
    assert 'the run has ended: all have landed' in capsys.readouterr().out
    found = read(file)
    for entity in ('world/ground', 'world/mars/ingenuity', 'world/paths/mars/ingenuity/true',
                   'mars/ingenuity/navcam', 'mars/ingenuity/photo', 'log/mars/ingenuity/mode',
                   'plots/error/mars/ingenuity/error'):
        assert f'/{entity}' in found, sorted(found)


def test_a_run_that_is_gone_ends_the_view_as_well(graph, domain, monkeypatch):
    monkeypatch.setattr('ingenuity_nodes.nodes.live_view.PATIENCE', 1.0)
    graph.fly()
    recording = rr.RecordingStream('test')
    with watching(domain, recording, print, 20.0) as feed:
        killed = Thread(target=graph.close)
        killed.start()
        assert feed() == 'gone: nobody is there any more'
        killed.join()


def test_a_graph_that_is_not_there_is_one_line_after_a_while(domain, monkeypatch, capsys):
    monkeypatch.setattr('ingenuity_nodes.commands.view.TIME_OUT', 1.0)
    with pytest.raises(SystemExit) as end:
        main(['view', '--live', '--domain', str(domain), '--no-browser'])
    assert end.value.code == 2
    *_, line = capsys.readouterr().err.splitlines()
    assert line.startswith(f'found no run in ROS domain {domain} within 1 s, allowed: ')


@pytest.mark.parametrize('arguments, words', [
    (['--domain', 'mars'], "ROS_DOMAIN_ID: found 'mars', allowed: a whole number"),
    (['--domain', '7', 'runs/one'], "RUN: found 'runs/one' beside --live")])
def test_what_makes_no_sense_is_one_line(arguments, words, capsys):
    with pytest.raises(SystemExit) as end:
        main(['view', '--live', *arguments])
    assert end.value.code == 2
    assert words in capsys.readouterr().err


def test_the_only_run_of_a_machine_is_found_and_of_several_one_is_asked_for(
        domain, monkeypatch):
    monkeypatch.setattr('ingenuity_nodes.graph.domains.domains_in_use', lambda: {domain, 200})
    assert domain_of_run() == domain
    other = Domain()    # another process locks it as this one does
    monkeypatch.setattr('ingenuity_nodes.graph.domains.domains_in_use',
                        lambda: {domain, other.number})
    try:
        with pytest.raises(NoDomainError, match='found runs in the domains'):
            domain_of_run()
        assert domain_of_run('7') == 7
    finally:
        other.release()
