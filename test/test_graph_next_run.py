# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The id of the run after a reset."""

from ingenuity_nodes.graph.next_run import (
    announced, announcement, comes_after, id_after, is_after_reset, seed_in)
import pytest

IDS = ['', '3f2a91c0', '12345678', 'my run', 'a.b', 'night; waits for dawn', '.', 'x.0', 'x.01']


@pytest.mark.parametrize('run', IDS)
def test_each_reset_gives_an_id_that_comes_after_all_before_and_no_other_run(run):
    row = [run]
    for _ in range(12):
        row.append(id_after(row[-1]))
    assert len(set(row)) == len(row)
    for k, earlier in enumerate(row):
        assert [comes_after(later, earlier) for later in row] == [n > k for n in range(len(row))]
    assert [is_after_reset(other) for other in row] == [False] + 12 * [True]
    assert not any(comes_after(other, f'{run}z') for other in row)


@pytest.mark.parametrize('run', IDS)
def test_a_run_keeps_the_seed_that_the_last_reset_gave(run):
    second = id_after(run, 7)
    third = id_after(second)
    assert [seed_in(name) for name in (run, second, third)] == [-1, 7, 7]
    assert seed_in(id_after(third, 0)) == 0
    assert comes_after(third, second) and comes_after(second, run)


@pytest.mark.parametrize('run', [name for name in IDS if '; waits for ' not in name])
@pytest.mark.parametrize('awaited', ['', '/recorder, /mission'])
def test_who_reads_what_the_world_announces_knows_the_next_run(run, awaited):
    following = id_after(run, 2**63 - 1)
    assert announced(announcement(following, awaited), run) == following


@pytest.mark.parametrize('text', [
    'running', 'ended: landed', 'reset', 'reset: next is run ', 'reset: next is run other.2',
    'reset: next is run 3f2a', 'reset: next is run 3f2a.2'])
def test_nothing_but_a_later_run_is_announced(text):
    assert announced(text, '3f2a.2') == ''
