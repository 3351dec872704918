# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A mission in the log of a run and in its report: decisions, drives, map, photos in order."""

from __future__ import annotations

from dataclasses import replace

from ingenuity_nodes.recording.mission_record import Decision, MissionRecord, RoverLog, SentPath
from ingenuity_nodes.recording.report.mission_map import mapped_ground
from ingenuity_nodes.recording.report.report import write_report
from ingenuity_nodes.recording.result import nearest_aircraft, summarise
from ingenuity_nodes.recording.run_folder import RunFolder
from ingenuity_nodes.recording.run_log import RunLog
from ingenuity_nodes.signals import FREE, HAZARD, HazardMap, UNKNOWN
from ingenuity_nodes.timing import SECOND_NS
import numpy as np
from PIL import Image
import pytest
import recording_flight as formula
from test_recording_report import Pieces

START, GOAL = (63.0, -6.5), (49.5, -29.9)


def hazard_map():
    height = np.linspace(0.0, 1.0, 600, dtype=np.float32).reshape(20, 30)
    hazard = np.full((20, 30), FREE, np.uint8)
    height[:, :5], hazard[:, :5] = np.nan, UNKNOWN
    hazard[10, 10:16] = HAZARD
    return HazardMap(7, 40.0, -30.0, 0.5, height, np.full((20, 30), 0.1, np.float32), hazard)


def mission():
    """Drive 30 m round a corner, 27 m as the crow flies, by a path that was sent at 104 s."""
    driven = np.array([[63.0, -6.5, 0.9], [63.0, -23.0, 0.8], [49.5, -23.0, 0.7]])
    rover = RoverLog('perseverance', START, GOAL, [
        SentPath(104 * SECOND_NS, ((63.0, -23.0), GOAL))],
        np.array([-1, 150 * SECOND_NS, 200 * SECOND_NS]), driven)
    return MissionRecord([
        Decision(2 * SECOND_NS, 'scout: go'), Decision(5 * SECOND_NS, 'scout: climb: to 10 m'),
        Decision(104 * SECOND_NS, 'perseverance: path uplinked: round <hazards> & rocks'),
        Decision(150 * SECOND_NS, 'perseverance: rte_000046000_thumb.jpg from scout, 4 kB'),
        Decision(160 * SECOND_NS, 'scout: landed: rotors have run down'),
        Decision(300 * SECOND_NS, 'time limit passed')], {'perseverance': rover}, hazard_map())


@pytest.fixture(scope='module')
def run(tmp_path_factory):
    made = formula.with_scenery(formula.flight(('ingenuity', 'scout')))
    made.scenario = 'cooperation'
    made.mission = mission()
    photo = replace(formula.PHOTO, caption='Oh hey, there I am! (rte_000046000.jpg)')
    made.logs[0].photo(photo)
    made.logs[1].photo(replace(photo, t_ns=40 * SECOND_NS, file='photo_scout.jpg',
                               caption='rte_000040000.jpg from scout, 4000 kB', received=True))
    # The second flies 12 m to the east of the first.
    made.logs[1].tables['truth'].values[:, 0] += 12.0
    return made


@pytest.fixture(scope='module')
def page(run, tmp_path_factory):
    folder = tmp_path_factory.mktemp('mission')
    for name in ('photo.jpg', 'photo_scout.jpg'):
        Image.new('RGB', (421, 312), (150, 100, 70)).save(folder / name)
    html = write_report(RunFolder(folder), run, summarise(run, 1.5)).read_text()
    pieces = Pieces(html)
    return ' '.join(' '.join(pieces.words).split()), html


def test_the_log_of_a_run_keeps_the_mission(run, tmp_path):
    run.save(tmp_path / 'run_log.npz')
    loaded = RunLog.load(tmp_path / 'run_log.npz')
    kept, made = loaded.mission, run.mission
    assert kept.decisions == made.decisions
    (rover,) = kept.rovers.values()
    assert (rover.start, rover.goal, rover.paths) == (START, GOAL, made.rovers[
        'perseverance'].paths)
    assert np.array_equal(rover.p_MB, made.rovers['perseverance'].p_MB)
    assert np.array_equal(kept.hazard_map.height, made.hazard_map.height, equal_nan=True)
    assert np.array_equal(kept.hazard_map.hazard, made.hazard_map.hazard)
    assert (kept.hazard_map.west, kept.hazard_map.cell) == (40.0, 0.5)
    assert loaded.logs[0].photos[0].caption == run.logs[0].photos[0].caption


def test_a_log_from_before_there_were_missions_is_read(tmp_path):
    path = tmp_path / 'run_log.npz'
    old = formula.flight(until_s=1.0)
    old.mission.about = lambda: None
    old.save(path)
    with np.load(path) as arrays:
        content = dict(arrays)
    content['about'] = np.array(str(content['about']).replace('"mission": null, ', ''))
    assert '"mission"' not in str(content['about'])
    np.savez(path, **content)
    assert not RunLog.load(path).mission.is_cooperation


def test_the_headline_figures_are_those_of_the_drive_the_map_and_the_flights(page):
    text, _ = page
    for words in ('perseverance drove 30.0 m straight: 27.0', 'from its goal 6.90 m at the end',
                  'mapped 125 m² 1.2 % hazards', 'aircraft apart 12.0 m',
                  'photos on the rover 1 of 2 taken', 'landed 2 of 2 helicopters'):
        assert words in text


def test_photos_come_in_the_order_they_were_taken_with_what_the_rover_wrote(page):
    text, _ = page
    scout = text.index('1 Scout photographs Perseverance, at 40.0 s')
    assert scout < text.index('2 Ingenuity photographs Perseverance, at 46.0 s')
    assert '“Oh hey, there I am! (rte_000046000.jpg)”' in text
    assert '85.3 m away, seen from above. Not yet received.' in text


def test_decisions_are_listed_with_time_and_reason_and_escaped(page):
    text, html = page
    assert '104.0 s perseverance path uplinked: round <hazards> & rocks' in text
    assert 'round &lt;hazards&gt; &amp; rocks' in html
    assert '2.0 s scout go' in text
    assert '160.0 s scout landed: rotors have run down' in text
    assert '300.0 s mission time limit passed' in text


def test_decisions_leave_out_modes_of_the_flights_and_thumbnails(page):
    text, _ = page
    assert 'climb: to 10 m' not in text
    assert '_thumb.jpg' not in text


def test_the_map_names_both_helicopters_and_the_drive(page):
    _, html = page
    for name in ('ingenuity flew', 'scout flew', 'perseverance, straight',
                 'perseverance, planned', 'perseverance drove', 'hazard'):
        assert f'"name":"{name}"' in html


def test_mapped_ground_is_transparent_where_unknown_and_red_where_hazardous():
    colours = mapped_ground(hazard_map())
    assert not colours[:, :5, 3].any()
    assert (colours[:, 5:, 3] > 0.9).all()
    red, green, blue = colours[10, 12, :3]
    assert red > 3 * max(green, blue)
    low, high = colours[0, 6, :3].sum(), colours[-1, -1, :3].sum()
    assert high > low


def test_a_map_without_any_known_ground_is_drawn_as_nothing():
    empty = replace(hazard_map(), height=np.full((20, 30), np.nan, np.float32))
    assert not mapped_ground(empty)[..., 3].any()


def test_the_least_distance_of_aircraft_counts_only_while_one_flies(run):
    distance, t_s = nearest_aircraft(run.logs)
    assert distance == pytest.approx(12.0)
    assert formula.LIFT_OFF_S <= t_s <= formula.TOUCHDOWN_S
    assert nearest_aircraft(formula.flight(('ingenuity', 'scout'), until_s=2.0).logs) == (
        None, None)
    assert nearest_aircraft(run.logs[:1]) == (None, None)


def test_a_flight_alone_keeps_its_own_page(tmp_path):
    made = formula.flight(until_s=20.0)
    made.mission.rovers['perseverance'] = RoverLog('perseverance', START)
    html = write_report(RunFolder(tmp_path), made, summarise(made, 1.0)).read_text()
    assert 'The mission from above' not in html and 'farthest north' in html
