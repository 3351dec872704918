# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Arrays are cached; a damaged file is written again, and no cache folder is no failure."""

from ingenuity_nodes.rendering.array_cache import keep, load
import numpy as np
import pytest


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path))
    return tmp_path / 'ingenuity' / 'ground'


def test_what_was_stored_is_loaded(folder):
    keep('map', heights=np.arange(6.0))
    assert np.array_equal(load('map', 'heights')[0], np.arange(6.0))
    assert load('other', 'heights') is None
    assert load('map', 'surface') is None


@pytest.mark.parametrize('damage', [
    lambda content: b'', lambda content: content[:100], lambda content: content[:-30],
    lambda content: b'no zip at all',
    lambda content: content[:150] + bytes([content[150] ^ 255]) + content[151:]])
def test_a_damaged_file_is_ignored_and_written_again(folder, damage):
    keep('map', heights=np.arange(600.0))
    path, = folder.iterdir()
    path.write_bytes(damage(path.read_bytes()))
    assert load('map', 'heights') is None
    keep('map', heights=np.arange(6.0))
    assert load('map', 'heights')[0].size == 6


def test_without_a_folder_nothing_is_stored_and_nothing_fails(tmp_path, monkeypatch):
    (tmp_path / 'file').write_text('')
    monkeypatch.setattr('ingenuity_nodes.rendering.array_cache.user_folder', lambda _: None)
    keep('map', heights=np.arange(6.0))
    assert load('map', 'heights') is None
