# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What rviz opens: displays it knows, topics that are published, and the QoS to receive them."""

from __future__ import annotations

import ast
from fnmatch import fnmatchcase
from pathlib import Path
import re
from xml.etree import ElementTree

from ingenuity_nodes.graph.wiring import WIRING
import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
CONFIG = yaml.safe_load((ROOT / 'config' / 'ingenuity.rviz').read_text())
MANAGER = CONFIG['Visualization Manager']
# Displays of rviz_default_plugins and the messages they take.
MESSAGES = {
    'RobotModel': 'String', 'Path': 'Path', 'Odometry': 'Odometry', 'Range': 'Range',
    'Image': 'Image', 'Map': 'OccupancyGrid', 'PointCloud2': 'PointCloud2', 'Marker': 'Marker',
    'MarkerArray': 'MarkerArray'}
WITHOUT_TOPIC = {'Grid', 'TF'}
LATCHED_QOS = {'LATCHED', 'COUNTED', 'BEAT'}


def displays(entries=MANAGER['Displays']):
    """Yield all displays, those in groups too."""
    for entry in entries:
        yield entry
        yield from displays(entry.get('Displays', ()))


def of_topics():
    """Yield kind, name and topic of each display that has one."""
    for entry in displays():
        topic = entry.get('Topic') or entry.get('Description Topic')
        if topic:
            yield entry['Class'].rpartition('/')[2], entry['Name'], topic


def pattern_of(node, names):
    """Turn the argument that names a topic into a pattern, '*' for what varies."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return ''.join(part.value if isinstance(part, ast.Constant) else '*'
                       for part in node.values)
    return names.get(getattr(node, 'id', ''), '*')


def published():
    """Yield pattern, message and QoS of all publishers of our nodes."""
    for path in (ROOT / 'ingenuity_nodes' / 'nodes').rglob('*.py'):
        tree = ast.parse(path.read_text())
        names = {target.id: node.value.value for node in ast.walk(tree)
                 if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
                 for target in node.targets if isinstance(target, ast.Name)}
        for node in ast.walk(tree):
            if (isinstance(node, ast.Call) and len(node.args) >= 2
                    and getattr(node.func, 'attr', '') in ('create_publisher', 'publisher')):
                pattern = pattern_of(node.args[1], names)
                qos = ast.unparse(node.args[2]) if len(node.args) > 2 else 'COUNTED'
                pattern = pattern if pattern.startswith('/') else f'*/{pattern}'
                yield pattern, ast.unparse(node.args[0]), qos
            elif isinstance(node, ast.Call) and getattr(node.func, 'id', '') == 'Preview':
                yield f'*/{pattern_of(node.args[1], names)}', 'Image', 'LATCHED'
    for wire in WIRING:
        pattern = re.sub(r'\{\w+\}', '*', wire.topic)
        yield pattern, {'odometry': 'Odometry', 'altimeter': 'Range'}.get(
            wire.topic.rpartition('/')[2], ''), 'COUNTED'


PUBLISHED = [row for row in published() if row[0].strip('*/')]


def publisher_of(kind, topic):
    found = [(message, qos) for pattern, message, qos in PUBLISHED
             if fnmatchcase(topic, pattern) and message == MESSAGES[kind]]
    assert found, f'{topic}: nothing publishes a {MESSAGES[kind]} there'
    return found[0]


def test_rviz_knows_every_display():
    kinds = {entry['Class'] for entry in displays()}
    assert kinds <= {'rviz_common/Group', *(f'rviz_default_plugins/{kind}'
                                            for kind in {*MESSAGES, *WITHOUT_TOPIC})}
    assert len(kinds) > 8


def test_no_two_displays_have_the_same_name():
    names = [entry['Name'] for entry in displays()]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize(('kind', 'name', 'topic'), list(of_topics()), ids=lambda value: (
    value if isinstance(value, str) else ''))
def test_each_topic_is_published_with_a_qos_that_the_display_receives(kind, name, topic):
    _, qos = publisher_of(kind, topic['Value'])
    latched = topic['Durability Policy'] == 'Transient Local'
    # Latched ones are not published again: who starts late must ask for them.
    assert not latched or qos in LATCHED_QOS
    assert latched or qos != 'LATCHED'


def test_no_display_needs_a_plug_in_for_compressed_images():
    assert not [topic for _, _, topic in of_topics() if 'compressed' in topic['Value']]
    assert 'compressed' not in yaml.safe_dump(CONFIG)


def test_the_images_have_docks_in_the_layout_of_the_window():
    layout = bytes.fromhex(CONFIG['Window Geometry']['QMainWindow State'])
    titles = [entry['Name'] for entry in displays() if entry['Class'].endswith('/Image')]
    titles += [panel['Name'] for panel in CONFIG['Panels']]
    assert len(titles) > 8
    assert [title for title in titles if title.encode('utf-16-be') not in layout] == []


def test_of_all_frames_only_map_and_bodies_are_drawn():
    shown = next(entry for entry in displays() if entry['Class'].endswith('/TF'))['Frames']
    assert shown.pop('All Enabled') is True
    vehicles = {'ingenuity': 'ingenuity', 'scout': 'ingenuity', 'perseverance': 'perseverance'}
    links = {f'{vehicle}/{link.get("name")}' for vehicle, kind in vehicles.items()
             for link in ElementTree.parse(ROOT / 'config' / f'{kind}.urdf').findall('link')}
    # A frame that is not listed would be drawn.
    assert links <= set(shown)
    assert {name for name, value in shown.items() if value['Value']} == {
        'map', *(f'{vehicle}/base_link' for vehicle in vehicles)}


def test_trails_are_short_and_without_covariance():
    trails = [entry for entry in displays() if entry['Class'].endswith('/Odometry')]
    assert trails
    for entry in trails:
        assert entry['Keep'] <= 60
        assert not entry['Covariance']['Value']


def test_there_are_views_of_story_flight_landing_and_rover():
    views = {view['Name']: view for view in MANAGER['Views']['Saved']}
    assert {'Story', 'Follow', 'Landing', 'Rover'} <= set(views)
    assert views['Follow']['Target Frame'] == 'ingenuity/base_link'
    assert views['Rover']['Target Frame'] == 'perseverance/base_link'


def test_in_a_namespace_every_topic_and_nothing_else_moves():
    from ingenuity_nodes.nodes.rviz_config import namespaced
    text = (ROOT / 'config' / 'ingenuity.rviz').read_text()
    moved = yaml.safe_load(namespaced(text, '/mars'))
    before = [topic['Value'] for _, _, topic in of_topics()]
    after = [(entry.get('Topic') or entry.get('Description Topic'))['Value']
             for entry in displays(moved['Visualization Manager']['Displays'])
             if entry.get('Topic') or entry.get('Description Topic')]
    assert after == [f'/mars{topic}' for topic in before]
    tools = [tool['Topic']['Value'] for tool in moved['Visualization Manager']['Tools']
             if 'Topic' in tool]
    assert tools == ['/mars/goal_pose', '/mars/clicked_point']
    assert yaml.safe_load(namespaced(text, '/mars').replace('/mars/', '/')) == yaml.safe_load(text)
    assert namespaced(namespaced(text, 'mars'), 'mars') == namespaced(text, 'mars')
    assert namespaced(text, '') == text
