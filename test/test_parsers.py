# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Bytes of strangers are taken or refused by name, whatever they are, and nothing else."""

from pathlib import Path

from ingenuity_nodes.yaml_files.reader import read_yaml, YamlError
import numpy as np
from parser_doors import corpus, DOORS, examples, knock, mutated, Trespass
import pytest

CHANGED = 12    # of each parser, here; bench/fuzz_parsers.py does it for as long as one likes


@pytest.fixture(scope='module', params=DOORS)
def door(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    return request.param, examples(request.param, folder)


def test_what_a_parser_is_for_it_takes(door, tmp_path):
    name, made = door
    taken = [knock(name, data, tmp_path) for data in made]
    assert all(taken) or name == 'mmgis', taken    # NASA's own file is too large for an example


def test_the_corpus_of_the_fuzzer_breaks_nothing(door, tmp_path):
    name, _ = door
    for path in corpus(name):
        folder = tmp_path / path.name
        folder.mkdir()
        knock(name, path.read_bytes(), folder)


def test_changed_bytes_break_nothing(door, tmp_path):
    name, made = door
    rng = np.random.default_rng(7)
    known = [*made, *(path.read_bytes() for path in corpus(name))]
    for k in range(CHANGED):
        folder = tmp_path / str(k)
        folder.mkdir()
        knock(name, mutated(known[k % len(known)], known, rng), folder)


def test_every_parser_has_a_corpus_that_is_small():
    sizes = [path.stat().st_size for name in DOORS for path in corpus(name)]
    assert all(corpus(name) for name in DOORS)
    assert sum(sizes) < 200_000 and max(sizes) < 3000


def test_what_no_door_may_do_is_noticed(tmp_path, monkeypatch):
    def fail(data, folder):
        raise KeyError(data)

    door = DOORS['frame']
    monkeypatch.setitem(DOORS, 'frame', type(door)(fail, door.refusals))
    with pytest.raises(Trespass, match='KeyError'):
        knock('frame', b'x', tmp_path)


def test_of_many_mistakes_of_a_text_the_first_are_named_and_the_rest_counted():
    with pytest.raises(YamlError) as caught:
        read_yaml('a: 1\n' * 3000)
    assert str(caught.value).endswith('; and 2994 more')
    assert len(str(caught.value)) < 500 and len(caught.value.rows) == 2999


def test_a_length_of_two_to_the_63_in_a_chunk_is_damage_to_repair_not_a_death(tmp_path):
    (whole, _) = examples('bag_folder', tmp_path)
    at = whole.index(b'zstd') + 4    # the length of the chunk's data follows
    for folder in map(Path, (tmp_path / 'a', tmp_path / 'b')):
        folder.mkdir()
    assert knock('bag_folder', whole, tmp_path / 'a')
    knock('bag_folder', whole[:at] + b'\xff' * 8 + whole[at + 8:-40], tmp_path / 'b')
