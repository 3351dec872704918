# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The report: one self-contained file, also for runs that failed."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

from ingenuity_nodes.recording.report.photo import ROOM
from ingenuity_nodes.recording.report.report import write_report
from ingenuity_nodes.recording.result import summarise
from ingenuity_nodes.recording.run_folder import RunFolder
from ingenuity_nodes.recording.run_log import RunLog
from ingenuity_nodes.recording.tracks import TRACKS_VARIABLE
from ingenuity_nodes.signals import ModeChange
import numpy as np
from PIL import Image
import pytest
import recording_flight as formula


class Pieces(HTMLParser):
    """Collects the addresses that a browser would load, and the visible text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses, self.links, self.words, self._script = [], [], [], False
        self.plots = 0
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self._script = tag in ('script', 'style')
        self.plots += 'plotly-graph-div' in (values.get('class') or '')
        if tag == 'a':
            self.links.append(values['href'])
        else:
            self.addresses += [values[key] for key in ('src', 'href') if key in values]

    def handle_endtag(self, tag):
        self._script = False

    def handle_data(self, data):
        if not self._script:
            self.words.append(data)


def report_of(run: RunLog, path) -> tuple[Pieces, str]:
    html = write_report(RunFolder(path), run, summarise(run, 1.23)).read_text()
    pieces = Pieces(html)
    return pieces, ' '.join(' '.join(pieces.words).split())


@pytest.fixture(scope='module')
def photo(tmp_path_factory):
    """Draw an image of the real size with a bright square as the rover."""
    pixels = np.full((3120, 4208, 3), (150, 100, 70), np.uint8)
    pixels[40:144, 120:240] = 255
    path = tmp_path_factory.mktemp('photo') / 'photo.jpg'
    Image.fromarray(pixels).save(path, quality=80)
    return path


@pytest.fixture(scope='module')
def whole(tmp_path_factory, photo):
    path = tmp_path_factory.mktemp('run')
    (path / 'photo.jpg').symlink_to(photo)
    run = formula.with_scenery(formula.flight())
    run.logs[0].photo(replace(formula.PHOTO, received=True, receive_t_ns=168_000_000_000,
                              sha256_sent='ab' * 32, sha256_received='ab' * 32))
    for k in range(100):
        run.logs[0].radio(50_000_000_000 + k * 10**9, 'photo.jpg', k + 1, 100)
    return report_of(run, path)


def test_nothing_is_fetched_from_anywhere(whole):
    pieces, _ = whole
    assert pieces.addresses
    assert all(address.startswith('data:image/jpeg;base64,') for address in pieces.addresses)


def test_links_lead_to_files_in_the_run_folder(whole):
    pieces, _ = whole
    assert 'photo.jpg' in pieces.links
    assert not [link for link in pieces.links if ':' in link or link.startswith('/')]


def test_the_headline_figures_are_those_of_the_result(whole):
    _, text = whole
    assert 'Flight 3' in text and 'landed' in text
    for words in ('flight time 80.3 s', 'altitude 5.00 m', 'farthest north 49.6 m',
                  'landing offset 0.50 m', 'real-time factor 1.23'):
        assert words in text


def test_the_photo_has_its_metadata(whole):
    _, text = whole
    for words in ('T+41.0 s', '85.3 m away', '120 × 104 px of 4208 × 3120',
                  'received by the rover after 122 s, every byte identical',
                  'Can you spot Perseverance?'):
        assert words in text


def test_every_mode_is_there_with_its_reason(whole):
    _, text = whole
    for t, mode, reason in formula.MODES:
        assert f'T{t - formula.LIFT_OFF_S:+.1f} s {mode} {reason}' in text


def test_flight_3_is_compared_with_nasa_even_without_their_file(whole, tmp_path, monkeypatch):
    monkeypatch.setenv(TRACKS_VARIABLE, str(tmp_path / 'none'))
    _, text = report_of(formula.flight(), tmp_path)
    assert 'Against the points of the NASA MMGIS ground track' in text
    assert 'NASA: 80.3' in text


def test_a_flight_without_a_nasa_track_has_a_note(tmp_path):
    run = formula.flight(until_s=20.0)
    run.scenario = 'cooperation'
    assert 'No NASA track of this flight here.' in report_of(run, tmp_path)[1]


def test_an_invalid_nasa_track_is_reported_and_the_report_is_written(tmp_path, monkeypatch):
    (tmp_path / 'flight_03.csv').write_text('a,b\n')
    monkeypatch.setenv(TRACKS_VARIABLE, str(tmp_path))
    assert 'No comparison with NASA' in report_of(formula.flight(until_s=20.0), tmp_path)[1]


@pytest.mark.parametrize('until_s', [0.0, 0.01, 3.0, 50.0])
def test_a_run_cut_short_has_a_report(tmp_path, until_s):
    pieces, text = report_of(formula.flight(until_s=until_s), tmp_path)
    assert pieces.plots >= 8
    assert ('still flying' if until_s == 50.0 else 'never lifted off') in text


def test_a_damaged_image_does_not_prevent_the_report(tmp_path):
    (tmp_path / 'photo.jpg').write_bytes(b'\xff\xd8 torn')
    run = formula.flight(until_s=20.0)
    run.logs[0].photo(formula.PHOTO)
    assert 'The photograph' not in report_of(run, tmp_path)[1].replace('The photograph, full', '')


def test_text_from_outside_is_escaped(tmp_path):
    run = formula.flight(until_s=20.0)
    run.description = '<script>alert(1)</script>'
    run.logs[0].mode(ModeChange(12_000_000_000, 'abort', 'wind > 10 m/s & "gusts" <b>'))
    html = write_report(RunFolder(tmp_path), run, summarise(run, 1.0)).read_text()
    assert '<script>alert' not in html
    assert 'wind &gt; 10 m/s &amp; &quot;gusts&quot; &lt;b&gt;' in html


def test_several_helicopters_are_all_in_it(tmp_path):
    pieces, text = report_of(formula.flight(('ingenuity', 'scout'), until_s=20.0), tmp_path)
    assert 'Scout' in text and 'All helicopters' in text
    assert pieces.plots == 2 + 2 * 8


def test_the_page_is_small_enough_to_send(tmp_path, photo):
    (tmp_path / 'photo.jpg').symlink_to(photo)
    run = formula.with_scenery(formula.flight())
    run.logs[0].photo(formula.PHOTO)
    page = write_report(RunFolder(tmp_path), run, summarise(run, 1.0))
    assert page.stat().st_size < 8e6    # plotly alone is 4.8 MB


def test_the_crop_shows_the_target_in_its_middle(tmp_path, photo):
    from ingenuity_nodes.recording.report.photo import _window
    with Image.open(photo) as image:
        left, top, right, bottom = _window(image, formula.PHOTO.target_bbox_px)
    assert (left + right) / 2 == pytest.approx(180, abs=1)
    assert 0 <= left < 120 and 240 < right and 0 <= top < 40 and 144 < bottom
    assert right - left == pytest.approx(ROOM * 104 * 4 / 3, abs=1)
