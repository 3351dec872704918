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
