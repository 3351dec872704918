# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""YAML from strangers: read, or refused in one short line, in a moment."""

from hypothesis import given, strategies as st
from ingenuity_nodes.guidance.flight_plan import plan_from_yaml
from ingenuity_nodes.scenario.fault_section import order_from_text
from ingenuity_nodes.yaml_files.check import FileError, load_yaml
from ingenuity_nodes.yaml_files.reader import DEEPEST, MOST_VALUES, read_yaml, YamlError
import pytest


def aliases(levels: int, width: int = 9) -> str:
    """Write a list of ten aliases of a list of ten aliases of ...: 10^levels values."""
    lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]']
    for k in range(1, levels):
        lines.append(f'a{k}: &a{k} [{", ".join([f"*a{k - 1}"] * width)}]')
    return '\n'.join(lines)


HOSTILE = {
    'brackets': '[' * 2000, 'braces': '{a: ' * 2000, 'dashes': '- ' * 2000,
    'aliases': aliases(10), 'few aliases': aliases(5), 'endless': 'a: &a [*a]',
    'digits': 'a: ' + '9' * 4301, 'long': 'x' * 300_000, 'many': '[' + 'x,' * 30_000 + ']',
    'nul': 'a: \x00', 'tag': '!!python/object/apply:os.system [id]', 'date': 'a: 2021-13-45',
    'merge': 'a: &a {b: 1}\nc: {<<: *a, <<: *a}'}


@pytest.mark.parametrize('text', HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize('read', [
    read_yaml, plan_from_yaml, lambda text: order_from_text(text, 0)],
    ids=['file', 'plan', 'fault'])
def test_a_text_that_would_exhaust_the_reader_is_refused_in_one_short_line(text, read):
    with pytest.raises(ValueError) as caught:
        read(text)
    assert len(str(caught.value)) < 500
    assert '\n' not in str(caught.value)


def test_a_file_names_the_line_of_what_is_too_large(tmp_path):
    path = tmp_path / 'scenario.yaml'
    path.write_text(f'name: x\nvehicles: {HOSTILE["brackets"]}')
    with pytest.raises(FileError, match=rf'scenario.yaml:2:\d+: found more than {DEEPEST} levels'):
        load_yaml(path)


def test_aliases_and_merges_of_reasonable_size_are_read():
    _, value = read_yaml('base: &base {a: 1, b: [2, 3]}\none: {<<: *base, c: 4}\ntwo: *base')
    assert value['one'] == {'a': 1, 'b': [2, 3], 'c': 4}
    assert value['two'] == value['base']


def test_values_are_counted_with_aliases_written_out():
    row = '[' + ', '.join(['x'] * 100) + ']'
    fits = (MOST_VALUES - 200) // 101
    assert read_yaml(f'a: &a {row}\nb: [{", ".join(["*a"] * (fits - 1))}]')[1]
    with pytest.raises(YamlError, match='aliases written out'):
        read_yaml(f'a: &a {row}\nb: [{", ".join(["*a"] * (fits + 2))}]')


@given(st.text(alphabet='[]{}&*!|>-:,#a1 \n\t\'"%@`?~.', max_size=200))
def test_any_text_is_read_or_refused(text):
    try:
        read_yaml(text)
    except YamlError as error:
        assert '\n' not in str(error)


@pytest.mark.parametrize('text, words', [
    ('name: !!bool hop', "1:7: found 'hop', allowed: true or false"),
    ('utc: !!timestamp soon', "1:6: found 'soon', allowed: a time such as"),
    ('a: 1\nutc: 2021-13-25T11:31:00Z', "2:6: found '2021-13-25T11:31:00Z' (month must be in"),
    ('a: 1\nutc: 2016-12-31T23:59:60Z', "2:6: found '2016-12-31T23:59:60Z' (second must be in"),
    ('a: [1, !!int x]', "1:8: found 'x', allowed: a whole number"),
    ('a: {b: !!float x}', "1:8: found 'x', allowed: a number"),
    ('a: 1\non: 3', "2:1: found the key 'on', in YAML a bool, allowed: a text"),
    ('a: 1\n~: 3', "2:1: found the key '~', in YAML a null, allowed: a text"),
    ('a: [{1: 2}]', "1:6: found the key '1', in YAML a int, allowed: a text")])
def test_a_value_that_is_not_what_it_looks_like_has_line_and_column(tmp_path, text, words):
    path = tmp_path / 'scenario.yaml'
    path.write_text(text)
    with pytest.raises(FileError) as caught:
        load_yaml(path)
    assert f'{path}:{words}' in str(caught.value)


def test_minutes_and_seconds_are_not_silently_a_number_to_the_base_of_60():
    assert read_yaml('a: 1:10\nb: 1:10.5\nc: 70\nd: -3\ne: 0x10\nf: .5')[1] == {
        'a': '1:10', 'b': '1:10.5', 'c': 70, 'd': -3, 'e': 16, 'f': 0.5}
