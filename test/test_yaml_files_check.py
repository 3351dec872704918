# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Files that people write: each mistake is told with file, line, key, found and allowed."""

from typing import Annotated, Literal

from ingenuity_nodes.yaml_files.check import FileError, load_yaml, validate
from ingenuity_nodes.yaml_files.explain import RuleError
from pydantic import BaseModel, ConfigDict, Field, model_validator, Strict
import pytest


class Section(BaseModel):
    model_config = ConfigDict(extra='forbid', strict=True)


class Pipe(Section):
    type: Literal['pipe']    # noqa: A003, RUF100
    length: Annotated[float, Field(gt=0.0, le=10.0, description='m')]


class Valve(Section):
    type: Literal['valve']    # noqa: A003, RUF100
    turns: Annotated[int, Field(ge=1, le=9)] = 1
    shut: bool = True


class Plant(Section):
    title: str
    where: Annotated[
        tuple[Annotated[float, Field(ge=-9.0, le=9.0, description='m')], float], Strict(False)]
    parts: Annotated[
        tuple[Annotated[Pipe | Valve, Field(discriminator='type')], ...], Strict(False)] = ()
    lid: Pipe | None = None

    @model_validator(mode='after')
    def _ends_with_a_valve(self):
        if self.parts and self.parts[-1].type != 'valve':
            raise RuleError('the last part is no valve', 'parts', len(self.parts) - 1)
        return self


GOOD = """\
title: works
where: [1.0, 2.0]
parts:
  - {type: pipe, length: 2.0}
  - {type: valve, turns: 3}
"""


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / 'plant.yaml'
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path
    return write


def refusal(path):
    with pytest.raises(FileError) as caught:
        validate(Plant, path, *load_yaml(path))
    return str(caught.value).replace(str(path), 'FILE')


def test_a_good_file_becomes_its_values(file):
    path = file(GOOD)
    plant = validate(Plant, path, *load_yaml(path))
    assert (plant.where, plant.parts[1].turns) == ((1.0, 2.0), 3)


@pytest.mark.parametrize('old, new, message', [
    ('title', 'titel', "FILE:1:1: titel: unknown key 'titel', did you mean 'title'?; "
     'allowed: title, where, parts, lid'),
    ('title: works\n', '', "FILE:1:1: title: key 'title' is missing"),
    ('works', '5', 'FILE:1:1: title: found 5, allowed: a text'),
    ('works', '', 'FILE:1:1: title: found nothing, allowed: a text'),
    ('[1.0, 2.0]', '1.0', 'FILE:2:1: where: found 1.0, allowed: a list'),
    ('[1.0, 2.0]', '[1.0]', 'FILE:2:1: where: found 1 values, allowed: more'),
    ('[1.0, 2.0]', '[1.0, x]', "FILE:2:14: where[1]: found 'x', allowed: a number"),
    ('[1.0, 2.0]', '[10, 2]',
     'FILE:2:9: where[0]: found 10, allowed: a number from -9 to 9 (m)'),
    ('length: 2.0', 'length: 5 m',
     "FILE:4:18: parts[0].length: found '5 m', allowed: a number above 0 to 10 (m)"),
    ('length: 2.0', 'length: 16ft',
     "FILE:4:18: parts[0].length: found '16ft', allowed: a number above 0 to 10 (m)"),
    ('length: 2.0', "length: '5'",
     "FILE:4:18: parts[0].length: found '5', allowed: a number above 0 to 10 (m)"),
    ('length: 2.0', 'length: yes',
     'FILE:4:18: parts[0].length: found True, allowed: a number above 0 to 10 (m)'),
    ('length: 2.0', 'length: -2',
     'FILE:4:18: parts[0].length: found -2, allowed: a number above 0 to 10 (m)'),
    ('length: 2.0', 'length: .nan',
     'FILE:4:18: parts[0].length: found nan, allowed: a number above 0 to 10 (m)'),
    ('turns: 3', 'turns: 2.5',
     'FILE:5:19: parts[1].turns: found 2.5, allowed: a whole number from 1 to 9'),
    ('turns: 3', 'shut: 1', 'FILE:5:19: parts[1].shut: found 1, allowed: true or false'),
    ('turns: 3', 'lenght: 3', "FILE:5:19: parts[1].lenght: unknown key 'lenght'; "
     'allowed: type, turns, shut'),
    ('type: valve', 'type: vavle', "FILE:5:6: parts[1].type: found 'vavle', "
     "did you mean 'valve'?; allowed: 'pipe', 'valve'"),
    ('type: valve, ', '', "FILE:5:5: parts[1]: key 'type' is missing"),
    ('type: valve, turns: 3', 'type: pipe, length: 1',
     'FILE:5:5: parts[1]: the last part is no valve'),
    ('parts:', 'lid: {type: pipe, length: 99}\nparts:',
     'FILE:3:19: lid.length: found 99, allowed: a number above 0 to 10 (m)'),
    ('title', 'title: 1\ntitle', 'FILE:2:1: title: the key is already in line 1, allowed: once'),
    ('turns: 3', 'turns: 3, turns: 4',
     'FILE:5:29: turns: the key is already in line 5, allowed: once'),
    ('parts', '\tparts', 'FILE:3:1: not YAML'),
    ('[1.0, 2.0]', '[1.0, 2.0', 'FILE:3:6: not YAML'),
    ('works', '!!python/name:os.system', 'FILE:1:8: not YAML'),
    ('works', 'wor\x00ks', 'FILE:1: not YAML: control character #x00'),
    ('works', '2021-13-45', "FILE:1:8: found '2021-13-45' (month must be in 1..12), allowed: "
     'a time such as 2021-04-25T11:31:00Z'),
    ('[1.0, 2.0]', '[1,0, 2,0]', 'FILE:2:1: where: found [1, 0, 2, 0], allowed: a list of at '
     'most 2'),
    ('{type: valve, turns: 3}', 'valve', "FILE:5:5: parts[1]: found 'valve', allowed: a mapping "
     'that begins with type'),
    ('parts:', '---\nparts:', 'FILE:3:1: not YAML'),
])
def test_a_mistake_is_told_with_its_place_what_was_found_and_what_is_allowed(
        file, old, new, message):
    assert refusal(file(GOOD.replace(old, new, 1))).splitlines()[0].startswith(message)


@pytest.mark.parametrize('text, found', [
    ('', 'nothing'), ('# only a comment\n', 'nothing'), ('hello', "'hello'"), ('- 1\n', '[1]')])
def test_a_file_without_keys_is_told_which_keys_it_needs(file, text, found):
    assert refusal(file(text)) == (
        f'FILE:1:1: file: found {found}, allowed: a mapping with title, where, parts, lid')


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines(file):
    text = GOOD.replace('turns: 3', 'turns: 30').replace('works', '[]')
    heads = [line for line in refusal(file(text)).splitlines() if line.startswith('FILE')]
    assert [head.split(': ')[1] for head in heads] == ['title', 'parts[1].turns']


def test_the_line_is_shown_with_a_caret_under_the_key(file):
    _, line, caret = refusal(file(GOOD.replace('turns: 3', 'turns: 30'))).splitlines()
    assert line.strip() == '- {type: valve, turns: 30}'
    assert line[caret.index('^'):].startswith('turns: 30')


def test_a_misspelt_key_is_not_called_missing_as_well(file):
    assert 'missing' not in refusal(file(GOOD.replace('title', 'titel')))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileError, match=r'nothing\.yaml: cannot be read: No such file'):
        load_yaml(tmp_path / 'nothing.yaml')


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(FileError, match='cannot be read: Is a directory'):
        load_yaml(tmp_path)


def test_bytes_that_are_no_text_are_told_with_their_place(file):
    with pytest.raises(FileError, match='byte 3 is not UTF-8'):
        load_yaml(file(b'ab \xff'))


def test_endless_nesting_is_refused(file):
    with pytest.raises(FileError, match='found more than 40 levels, allowed: up to 40'):
        load_yaml(file('[' * 5000))


def test_anchors_and_aliases_may_be_used(file):
    path = file(GOOD.replace('length: 2.0', 'length: &l 2.0').replace(
        '  - {type: valve', '  - {type: pipe, length: *l}\n  - {type: valve'))
    assert validate(Plant, path, *load_yaml(path)).parts[1].length == 2.0


@pytest.mark.parametrize('text', ['2e0', '20.0e-1', '.2E+1', '2.0'])
def test_a_number_with_an_exponent_is_a_number(file, text):
    path = file(GOOD.replace('length: 2.0', f'length: {text}'))
    assert validate(Plant, path, *load_yaml(path)).parts[0].length == 2.0


def test_of_a_long_line_only_what_is_around_the_mistake_is_shown(file):
    text = refusal(file(GOOD.replace('works', 'x' * 3000 + ': {lid: ' + '9' * 3000 + '}')))
    assert len(text) < 600
    line, caret = refusal(file(GOOD.replace('[1.0, 2.0]', f'[{"0.0, " * 90}x]'))).splitlines()[1:]
    assert len(line) < 110 and len(caret) < 110
