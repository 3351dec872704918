# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Two runs or two campaigns side by side: what differs, and how surely."""

from campaigns import write_campaign
from ingenuity_nodes.campaign import comparison
from ingenuity_nodes.campaign.flight_rows import empty_row, FLOWN
from ingenuity_nodes.campaign.load import load_campaign
from ingenuity_nodes.campaign.row_store import RowStore
from ingenuity_nodes.commands.cli import main
from ingenuity_nodes.recording.errors import RecordingError
from ingenuity_nodes.recording.run_folder import RunFolder
from ingenuity_nodes.simulation.batch import fly_batch
import numpy as np
import pytest

pytest.importorskip('pyarrow')


def made_campaign(folder, seed, offset, landed=6):
    """Write a campaign with made-up rows: the landing offset is that of the run and some more."""
    folder.mkdir()
    plan, drawn = load_campaign(str(write_campaign(folder)))
    plan = type(plan)(plan.campaign.model_copy(update={'seed': seed}), plan.scenario)
    random = np.random.default_rng(3)
    rows = [{**empty_row(plan.campaign, draw), 'status': FLOWN, 'landing': 'soft',
             'seed': draw.seed + seed, 'outcome': 'landed' if draw.run <= landed else 'crashed',
             'landing_offset_m': draw.run + offset + 0.01 * random.normal()} for draw in drawn]
    store = RowStore.open(folder / 'rows', plan)
    store.append(rows)
    store.finish()
    return folder / 'rows'


def test_the_same_runs_are_compared_run_by_run(tmp_path):
    first = made_campaign(tmp_path / 'a', 7, 0.0)
    second = made_campaign(tmp_path / 'b', 7, 0.5)
    found = comparison.campaigns(first, second)
    line = next(line for line in found.lines if line.figure == 'landing_offset_m')
    # Offsets of 1 to 6 m hide half a metre; run by run it is plain.
    assert 'run by run' in found.remarks[0]
    assert line.difference == pytest.approx(0.5, abs=1e-9)
    assert line.low > 0.49


def test_other_runs_are_compared_by_their_means(tmp_path):
    found = comparison.campaigns(
        made_campaign(tmp_path / 'a', 7, 0.0), made_campaign(tmp_path / 'b', 8, 0.5))
    line = next(line for line in found.lines if line.figure == 'landing_offset_m')
    assert 'means' in found.remarks[0]
    assert line.low < 0.0 < line.high


def test_the_interval_of_a_difference_of_rates_is_that_of_the_published_table():
    # Newcombe 1998, Stat. Med. 17, 873, table II, method 10: 56/70 and 48/80: 0.0524 to 0.3339.
    from ingenuity_nodes.campaign.outcome_statistics import Rate, wilson
    a, b = (Rate('r', good, count, *wilson(good, count)) for good, count in ((48, 80), (56, 70)))
    line = comparison._rate_line(a, b)
    assert (line.difference, line.low, line.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_two_runs_of_one_seed_are_the_same_and_of_two_are_not(tmp_path, capsys):
    path = write_campaign(tmp_path)
    scenario = load_campaign(str(path))[0].scenario
    for name, seed in ('a', 1), ('b', 1), ('c', 2):
        fly_batch(scenario, seed, RunFolder.create('hop', tmp_path / name))
    same = comparison.runs(tmp_path / 'a', tmp_path / 'b')
    assert same.remarks == ['the trajectories are the same to the last bit']
    assert {line.difference for line in same.lines} <= {0.0, None}
    with pytest.raises(SystemExit) as ended:
        main(['compare', str(tmp_path / 'a'), str(tmp_path / 'c')])
    assert ended.value.code == 0
    assert 'm (rms) apart' in capsys.readouterr().out


def test_a_run_and_a_campaign_are_not_compared(tmp_path, capsys):
    first = made_campaign(tmp_path / 'a', 7, 0.0)
    with pytest.raises(SystemExit) as ended:
        main(['compare', str(first), str(tmp_path)])
    assert ended.value.code == 2
    assert 'two runs or two campaigns' in capsys.readouterr().err
    with pytest.raises(RecordingError, match='not the folder of a campaign'):
        comparison.campaigns(tmp_path, first)
