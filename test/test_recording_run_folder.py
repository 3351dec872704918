# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The run folder: created and checked before anything starts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
import json
import os

from ingenuity_nodes.recording.errors import RecordingError
from ingenuity_nodes.recording.result import summarise, write_result
from ingenuity_nodes.recording.run_folder import RunFolder
from ingenuity_nodes.recording.run_log import RunLog
from ingenuity_nodes.recording.tracks import write_trajectories
import numpy as np
import pytest
import recording_flight as formula

NOON = datetime(2021, 4, 25, 11, 31, tzinfo=timezone.utc)


def test_a_run_gets_a_folder_named_by_scenario_and_time_and_a_link_to_the_latest(tmp_path):
    first = RunFolder.create('flight_03', root=tmp_path, needed_bytes=0, utc=NOON)
    assert first.path == tmp_path / 'flight_03_20210425T113100Z'
    second = RunFolder.create('flight_03', root=tmp_path, needed_bytes=0, utc=NOON)
    assert second.path == tmp_path / 'flight_03_20210425T113100Z_2'
    assert (tmp_path / 'latest').resolve() == second.path.resolve()
    assert not list(tmp_path.glob('.*'))


def test_a_named_folder_is_taken_when_new_or_empty(tmp_path):
    (tmp_path / 'empty').mkdir()
    assert RunFolder.create('a', tmp_path / 'empty', needed_bytes=0).path == tmp_path / 'empty'
    made = RunFolder.create('a', tmp_path / 'deep' / 'new', needed_bytes=0)
    assert made.path.is_dir()
    assert not (tmp_path / 'deep' / 'latest').exists()


def test_a_folder_with_files_is_refused(tmp_path):
    (tmp_path / 'photo.jpg').touch()
    with pytest.raises(RecordingError, match='holds files, allowed: a new or an empty folder'):
        RunFolder.create('a', tmp_path, needed_bytes=0)


def test_a_full_disk_is_refused_with_found_and_needed(tmp_path):
    with pytest.raises(RecordingError, match=r'GB free on its disk, needed: 1000000000\.00 GB'):
        RunFolder.create('a', tmp_path / 'new', needed_bytes=10**18)


def test_two_runs_cannot_have_one_folder(tmp_path):
    RunFolder.create('a', tmp_path / 'x', needed_bytes=0)
    with pytest.raises(RecordingError, match='x: another run writes there'):
        RunFolder.create('a', tmp_path / 'x', needed_bytes=0)


def test_runs_that_begin_in_one_second_have_a_folder_each(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: RunFolder.create(
            'a', root=tmp_path, needed_bytes=0, utc=NOON).path, range(40)))
    assert len(set(found)) == 40


@pytest.mark.skipif(os.geteuid() == 0, reason='root may write everywhere')
def test_a_read_only_folder_is_refused_by_name(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(RecordingError, match='new: cannot be written: Permission denied'):
        RunFolder.create('a', tmp_path / 'new', needed_bytes=0)


def test_a_folder_below_a_file_is_refused_by_name(tmp_path):
    (tmp_path / 'file').touch()
    with pytest.raises(RecordingError, match='file/new: cannot be written: Not a directory'):
        RunFolder.create('a', tmp_path / 'file' / 'new', needed_bytes=0)


def test_a_file_called_latest_is_left_alone(tmp_path):
    (tmp_path / 'latest').write_text('mine')
    RunFolder.create('a', root=tmp_path, needed_bytes=0)
    assert (tmp_path / 'latest').read_text() == 'mine'


def test_the_runs_after_resets_are_beside_the_first_and_take_nobodys_folder(tmp_path):
    first = RunFolder.create('flight_03', root=tmp_path, needed_bytes=0)
    (tmp_path / f'{first.path.name}_3').mkdir()    # somebody else's
    second = RunFolder.beside(first, needed_bytes=0)
    third = RunFolder.beside(second, needed_bytes=0)
    assert [folder.path.name.removeprefix(first.path.name)
            for folder in (second, third)] == ['_2', '_4']
    assert (tmp_path / 'latest').resolve() == third.path


def test_a_number_in_the_name_of_a_folder_is_no_count_of_runs(tmp_path):
    for name, following in (('flight_3', 'flight_3_2'), ('flight_03', 'flight_03_2')):
        first = RunFolder.create('', tmp_path / name, needed_bytes=0)
        assert RunFolder.beside(first, needed_bytes=0).path == tmp_path / following


def test_every_vehicle_and_photo_has_a_name_of_its_own(tmp_path):
    folder = RunFolder(tmp_path)
    assert folder.photo().name == 'photo.jpg'
    assert folder.photo_zoom().name == 'photo_zoom.jpg'
    assert folder.photo_annotated('scout', 2).name == 'photo_scout_2_annotated.jpg'
    assert folder.photo_files('scout', 2) == (
        folder.photo('scout', 2), folder.photo_zoom('scout', 2),
        folder.photo_annotated('scout', 2))
    assert folder.trajectory().name == 'trajectory.tum'
    assert folder.trajectory_estimate('scout').name == 'trajectory_scout_estimate.tum'


def test_what_is_written_can_be_read(tmp_path):
    run, folder = formula.flight(('ingenuity', 'scout'), until_s=12.0), RunFolder(tmp_path)
    write_result(folder.result, summarise(run, 1.0))
    run.save(folder.run_log)
    write_trajectories(run, folder)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        'result.json', 'run_log.npz', 'trajectory.tum', 'trajectory_estimate.tum',
        'trajectory_scout.tum', 'trajectory_scout_estimate.tum']
    assert json.loads(folder.result.read_text())['scenario'] == 'flight_03'
    assert RunLog.load(RunFolder.open(tmp_path).run_log).vehicles == ['ingenuity', 'scout']
    assert len(np.loadtxt(folder.trajectory_estimate('scout'))) == 1200


def test_an_earlier_run_that_is_not_there_is_named(tmp_path):
    with pytest.raises(RecordingError, match='gone: no such run folder'):
        RunFolder.open(tmp_path / 'gone')
