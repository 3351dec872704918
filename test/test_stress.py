# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What stress is made of: cases, tables, stale shared memory, groups of topics."""

import fcntl
import os

from ingenuity_nodes.commands import stress_options
from ingenuity_nodes.graph import shared_memory
from ingenuity_nodes.stress import hostile_groups, matrix, soak
from ingenuity_nodes.stress.hostile_groups import group_of, OWN_RUN
from ingenuity_nodes.stress.table import write_section
import pytest


def test_each_process_is_killed_and_stopped_in_each_phase_and_all_are_paused_together():
    found = list(matrix.cases(['/world', '/mission'], list(matrix.PHASES), matrix.DEEDS))
    assert len(found) == len(set(found)) == 2 * 3 * 3 + 3 + 2


def test_the_options_that_help_lists_are_those_that_there_are():
    assert tuple(matrix.PHASES) == stress_options.PHASES
    assert matrix.DEEDS == stress_options.DEEDS
    assert hostile_groups.GROUPS == stress_options.GROUPS


@pytest.mark.parametrize(('topic', 'group'), [
    ('/ingenuity/abort', 'orders'), ('/perseverance/mastcam/command', 'orders'),
    ('/ingenuity/odometry', 'state'), ('/clock', 'state'), ('/rosout', '')])
def test_topics_that_are_documented_to_act_get_their_messages_in_another_flight(topic, group):
    assert group_of(topic) == group != OWN_RUN


def test_a_section_of_the_page_is_written_anew_and_the_others_are_left_alone(tmp_path):
    page = tmp_path / 'reliability.md'
    write_section(page, 'One', ['first'])
    write_section(page, 'Two', ['second'])
    write_section(page, 'One', ['third'])
    text = page.read_text()
    assert text.index('## One') < text.index('third') < text.index('## Two') < text.index('second')
    assert 'first' not in text and text.count('## ') == 2


def test_shared_memory_is_removed_if_its_owner_has_ended_and_left_alone_if_it_lives(tmp_path):
    dead, alive, young = (f'fastdds_{digit * 16}' for digit in 'abc')
    ours, foreign = 'fastdds_port7660', 'fastdds_port9000'
    for name in (dead, alive, young, ours, foreign):
        for path in (tmp_path / name, tmp_path / f'{name}_el'):
            path.touch()
            if name != young:
                os.utime(path, (0, 0))
    (tmp_path / f'sem.{ours}_mutex').touch()
    (tmp_path / 'somebody_elses').touch()
    with (tmp_path / f'{alive}_el').open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert shared_memory.remove_stale(range(7650, 7900), tmp_path) == 2
    left = {path.name for path in tmp_path.iterdir()}
    kept = {f'{name}{tail}' for name in (alive, young, foreign) for tail in ('', '_el')}
    assert left == {'somebody_elses', *kept}


def test_the_slope_of_a_soak_is_that_of_what_grows_after_the_first_flight():
    used = [(soak.Usage(memory, 10, 3), files)
            for memory, files in ((50.0, 9), (80.0, 4), (82.0, 4), (84.0, 4))]
    done = [soak.Lap(number, 30.0, 0, True, own, files, 1.0, {}, {})
            for number, (own, files) in enumerate(used, 1)]
    slopes = soak.slopes(done)
    assert slopes['memory_mb'] == pytest.approx(2.0)
    assert slopes['shm_files'] == pytest.approx(0.0, abs=1e-9)
    assert slopes['descriptors'] == pytest.approx(0.0, abs=1e-9)
