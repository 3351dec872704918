# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Orders for the mast camera: of a scenario and by topic, mistakes answered in one line."""

from ingenuity_nodes.scenario.load import load_scenario, scenario_path
from ingenuity_nodes.scenario.mast_images import image_order_from_text
from ingenuity_nodes.signals import ImageOrder
from ingenuity_nodes.yaml_files.check import FileError
import pytest

GOOD = '{at: ingenuity, after: flying, every: 2, count: 5}'
NAMES, CAMERAS = ['ingenuity', 'scout'], ('mastcam',)


@pytest.fixture
def with_images(tmp_path):
    """Write Flight 3 with a row of images."""
    def write(row, more=''):
        path = tmp_path / 'mine.yaml'
        text = scenario_path('flight_03').read_text().rstrip()
        path.write_text(f'{text}\n    images:\n      - {row}\n{more}')
        return str(path)

    return write


def test_orders_of_a_scenario_are_those_of_its_rover(with_images):
    rows = f'{GOOD}\n      - {{at: [40.0, -10, 0.5], after: 12.5}}\n      - {{at: deck}}'
    assert load_scenario(with_images(rows)).rovers[0].image_orders == (
        ImageOrder('ingenuity', when_flying=True, period_ns=2_000_000_000, count=5),
        ImageOrder('', (40.0, -10.0, 0.5), start_ns=12_500_000_000), ImageOrder('deck'))


@pytest.mark.parametrize(('row', 'message'), [
    ('{at: scout}', "images[0].at: found 'scout', allowed: ingenuity, deck, or east, north, up"),
    ('{at: perseverance}', "images[0].at: found 'perseverance', allowed: ingenuity, deck, or"),
    ('{at: [1.0, 2.0]}', 'images[0].at: found [1.0, 2.0], allowed: a helicopter, deck, or east'),
    ('{at: [1.0, 2.0, .nan]}', 'images[0].at: found [1.0, 2.0, nan], allowed: a helicopter, deck'),
    ('{at: [1.0, 2.0, 9000.0]}', 'images[0].at: found [1.0, 2.0, 9000.0], allowed: '),
    ('{after: 3.0}', "images[0].at: key 'at' is missing"),
    ('{at: deck, after: soon}', 'images[0].after: found soon, allowed: flying, or mission time'),
    ('{at: deck, after: -1.0}', 'images[0].after: found -1.0, allowed: flying, or mission time'),
    ('{at: deck, after: flying}', "images[0].after: found 'flying', allowed: mission time, s, as"),
    ('{at: deck, every: 0.1}', 'images[0].every: found 0.1, allowed: a number from 0.5 to 3600'),
    ('{at: deck, count: 0}', 'images[0].count: found 0, allowed: a whole number from 1 to 1000'),
    ('{at: deck, coutn: 2}', "images[0].coutn: unknown key 'coutn', did you mean 'count'?"),
])
def test_a_mistake_is_answered_with_what_was_found_and_what_is_allowed(with_images, row, message):
    with pytest.raises(FileError) as caught:
        load_scenario(with_images(row))
    assert message in str(caught.value)


def test_a_rover_without_a_mast_camera_takes_no_images(with_images):
    with pytest.raises(FileError) as caught:
        load_scenario(with_images(GOOD, '    cameras: []\n'))
    assert 'images: found images, allowed: none, as perseverance carries no mastcam' in str(
        caught.value)


@pytest.mark.parametrize(('text', 'order'), [
    ('ingenuity', ImageOrder('ingenuity', start_ns=7)),
    ('deck', ImageOrder('deck', start_ns=7)),
    ('[1, 2.5, 0]', ImageOrder('', (1.0, 2.5, 0.0), start_ns=7)),
    ('{at: scout, after: flying, count: 3}',
     ImageOrder('scout', start_ns=7, when_flying=True, count=3))])
def test_an_order_by_topic_is_a_name_a_place_or_a_row_and_begins_at_once(text, order):
    assert image_order_from_text(text, 7, NAMES, CAMERAS) == order


@pytest.mark.parametrize(('text', 'message'), [
    ('', "found '': at: found None, allowed: a helicopter, deck"),
    ('curiosity', "found 'curiosity', allowed: ingenuity, scout, deck, or east, north, up"),
    ('{at: deck, cuont: 3}', "cuont: unknown key 'cuont', did you mean 'count'?"),
    ('{at: [1, 2', "found '{at: [1, 2', allowed: a helicopter, deck, or YAML with the keys at, "),
    ('[' * 100, f"found '{'[' * 60}', allowed: a helicopter"),
    ('3.0', "found '3.0': at: found 3.0, allowed: a helicopter"),
    ('{at: deck, count: 1000000}', 'count: found 1000000, allowed: a whole number from 1')])
def test_an_order_by_topic_that_cannot_be_followed_is_refused_by_name(text, message):
    with pytest.raises(ValueError) as refused:
        image_order_from_text(text, 7, NAMES, CAMERAS)
    assert message in str(refused.value)
    assert '\n' not in str(refused.value)


def test_a_rover_without_a_mast_camera_refuses_each_order():
    with pytest.raises(ValueError, match='allowed: nothing, it carries no mast camera'):
        image_order_from_text('deck', 7, NAMES, ())
