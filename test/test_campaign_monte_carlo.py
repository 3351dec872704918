# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A campaign has the same rows whoever flies them, and keeps them whatever dies."""

import json
import os
from pathlib import Path
import re
import signal
import subprocess
import sys

from campaigns import CAMPAIGN, cluster, without_timing, write_campaign
from ingenuity_nodes.campaign.crew import crew
from ingenuity_nodes.campaign.flight_rows import FAILED, FLOWN
from ingenuity_nodes.campaign.load import load_campaign
from ingenuity_nodes.campaign.monte_carlo import duration, fly_campaign, Progress
from ingenuity_nodes.campaign.row_store import campaign_rows, RowStore
from ingenuity_nodes.campaign.summary import summarise
from ingenuity_nodes.recording.errors import RecordingError
import pytest

pytest.importorskip('distributed')
pytest.importorskip('pyarrow')


@pytest.fixture(scope='module')
def hops(tmp_path_factory):
    """Fly the short campaign in this process: file, plan, draws and rows."""
    folder = tmp_path_factory.mktemp('hops')
    path = write_campaign(folder)
    plan, drawn = load_campaign(str(path))
    with crew(1) as team:
        rows = fly_campaign(plan, drawn, RowStore.open(folder / 'one', plan), team)
    return path, plan, drawn, rows


def command(path, out, *arguments, **options):
    return subprocess.Popen(
        [sys.executable, '-m', 'ingenuity_nodes.commands.cli', 'campaign', str(path),
         '--out', str(out), *arguments], text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


def test_each_run_lands_with_its_own_seed_and_values(hops):
    _, _, drawn, rows = hops
    assert [row['status'] for row in rows] == [FLOWN] * 6
    assert [row['outcome'] for row in rows] == ['landed'] * 6
    assert [row['seed'] for row in rows] == [draw.seed for draw in drawn]
    assert len({row['trajectory_sha256'] for row in rows}) == 6


def test_a_run_flown_again_is_the_same_flight(hops):
    from ingenuity_nodes.campaign.flight_rows import fly_products
    _, plan, drawn, rows = hops
    assert fly_products(plan, drawn[4])['trajectory_sha256'] == rows[4]['trajectory_sha256']


def test_what_is_flown_is_not_flown_again(hops):
    path, plan, drawn, rows = hops

    class Nobody:
        workers = 1

        def compute(self, function, tasks):
            assert tasks == []
            return iter(())

    again = fly_campaign(plan, drawn, RowStore.open(path.parent / 'one', plan), Nobody())
    assert again == rows


def test_rows_of_another_campaign_or_programme_are_not_mixed(hops, monkeypatch):
    path, plan, _, _ = hops
    other = plan.campaign.model_copy(update={'seed': 8})
    with pytest.raises(RecordingError, match=r'another campaign, different are campaign.seed'):
        RowStore.open(path.parent / 'one', type(plan)(other, plan.scenario))
    from ingenuity_nodes.campaign import row_store
    monkeypatch.setattr(row_store, 'programme', lambda: {'numpy': 'another'})
    with pytest.raises(RecordingError, match=r'programme.numpy'):
        RowStore.open(path.parent / 'one', plan)


def test_a_folder_of_something_else_is_left_alone(hops, tmp_path):
    (tmp_path / 'thesis.tex').write_text('mine')
    with pytest.raises(RecordingError, match='holds files of something else'):
        RowStore.open(tmp_path, hops[1])


def test_a_full_disk_is_one_message_and_the_rows_before_are_kept(hops, tmp_path):
    _, plan, _, rows = hops
    store = RowStore.open(tmp_path / 'out', plan)
    store.append(rows[:2])
    (tmp_path / 'out' / 'parts' / '.000003.parquet').symlink_to('/dev/full')
    with pytest.raises(RecordingError, match='No space left on device; the rows before are kept'):
        store.append(rows[2:4])
    assert store.rows() == rows[:2]


def test_a_run_that_raises_is_a_row_with_its_reason(tmp_path):
    # A start in the air above any rotor's reach: the loaded file is right, the flight is not.
    path = write_campaign(tmp_path, CAMPAIGN.replace('flights: 6', 'flights: 2'))
    plan, drawn = load_campaign(str(path))
    broken = plan.scenario.vehicles[0].model_copy(update={
        'overrides': {'stages': {'control': 'no_such_module:Nothing'}}})
    plan = type(plan)(plan.campaign, plan.scenario.model_copy(update={'vehicles': (broken,)}))
    with crew(1) as team:
        rows = fly_campaign(plan, drawn, RowStore.open(tmp_path / 'out', plan), team)
    assert [row['status'] for row in rows] == [FAILED, FAILED]
    assert 'no_such_module' in rows[0]['reason']
    assert rows[1]['world.wind.speed'] == drawn[1].values['world.wind.speed']


def test_a_flight_refused_on_the_ground_says_why_in_its_row_and_in_the_summary(tmp_path):
    # Servos that lag so much fail the check of the blades before spin-up.
    path = write_campaign(tmp_path, CAMPAIGN.replace('flights: 6', 'flights: 2'))
    plan, drawn = load_campaign(str(path))
    slow = plan.scenario.vehicles[0].model_copy(update={
        'overrides': {'vehicle': {'actuators': {'servo_lag': 0.02}}}})
    plan = type(plan)(plan.campaign, plan.scenario.model_copy(update={'vehicles': (slow,)}))
    with crew(1) as team:
        rows = fly_campaign(plan, drawn, RowStore.open(tmp_path / 'out', plan), team)
    assert [row['outcome'] for row in rows] == ['refused'] * 2
    assert 'blade' in rows[0]['refusal']
    _, outcome, _ = summarise(plan, rows, 'again').missed[0]
    assert outcome == f'refused: {rows[0]["refusal"]}'


@pytest.mark.slow
def test_two_workers_killed_and_resumed_give_the_rows_of_one(hops, tmp_path):
    path, _, _, rows = hops
    process = command(path, tmp_path / 'two', '--workers', '2', start_new_session=True)
    parts = tmp_path / 'two' / 'parts'
    for line in process.stderr:    # until some of the flights are done
        if re.search(r'[1-5] of 6 flown', line) or list(parts.glob('*.parquet')):
            break
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    before = len(campaign_rows(tmp_path / 'two'))
    out, error = command(path, tmp_path / 'two', '--workers', '2', '--json').communicate()
    assert json.loads(out)['flights'] == 6, error
    assert without_timing(campaign_rows(tmp_path / 'two')) == without_timing(rows)
    assert before <= 6
    assert (tmp_path / 'two' / 'report.html').stat().st_size > 1_000_000


@pytest.mark.slow
def test_two_processes_behind_a_scheduler_give_the_rows_of_one(hops, tmp_path):
    _, plan, drawn, rows = hops
    with cluster(2) as (address, _), crew(1, address) as team:
        assert team.workers == 2
        found = fly_campaign(plan, drawn, RowStore.open(tmp_path / 'far', plan), team)
    assert without_timing(found) == without_timing(rows)
    assert len({row['worker'] for row in found}) == 2


def test_progress_names_rate_and_time_left():
    assert str(Progress(30, 100, 2, 20, 40.0, 300.0)) == (
        '30 of 100 flown, 2 failed, 0.50 runs/s, 2 min left')
    assert Progress(10, 100, 0, 0, 5.0, 0.0).left_s is None
    assert [duration(s) for s in (48.0, 720.0, 11_100.0)] == ['48 s', '12 min', '3 h 05 min']


def test_a_campaign_that_is_not_there_is_one_message(tmp_path):
    out, error = command(Path('flight_30'), tmp_path / 'x').communicate()
    assert "did you mean 'flight_03'?" in error and 'Traceback' not in error and out == ''
