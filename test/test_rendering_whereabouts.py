# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Where vehicles are drawn: as each published it last before the exposure."""

from __future__ import annotations

from ingenuity_nodes.rendering.whereabouts import History, KEPT_NS, Whereabouts
from ingenuity_nodes.timing import SECOND_NS, TICK_NS
import numpy as np

LEVEL = np.array([1.0, 0.0, 0.0, 0.0])
PERIOD_NS = 5 * TICK_NS


def known(until_ns):
    """Give what a helicopter and a rover published up to a time; they are where the time is."""
    where = Whereabouts(['ingenuity'], ['perseverance'])
    for t_ns in range(0, until_ns + 1, TICK_NS):
        where.pose('ingenuity', t_ns, np.array([t_ns / SECOND_NS, 0.0, 5.0]), LEVEL)
        if t_ns % PERIOD_NS == 0:
            where.pose('perseverance', t_ns, np.array([0.0, t_ns / SECOND_NS, 0.0]), LEVEL)
            where.joints('perseverance', t_ns, {'mast_azimuth_joint': t_ns / SECOND_NS})
    return where


def test_the_newest_word_at_or_before_an_exposure_counts_whatever_came_later():
    exposed = 2 * SECOND_NS + 37_000_000
    for until_ns in (exposed, 10 * SECOND_NS, 100 * SECOND_NS):
        helicopters, rovers = known(until_ns).at(exposed)
        assert helicopters['ingenuity'][0][0] == 2.03
        assert rovers['perseverance'].p_MB[1] == 2.0
        assert rovers['perseverance'].joints == {'mast_azimuth_joint': 2.0}


def test_a_publication_at_the_instant_of_the_exposure_counts():
    assert known(SECOND_NS).at(SECOND_NS)[1]['perseverance'].p_MB[1] == 1.0


def test_it_is_complete_when_everybody_has_published_what_was_due():
    where = known(SECOND_NS + 40_000_000)
    assert where.complete(SECOND_NS + 49_999_999)
    assert not where.complete(SECOND_NS + 50_000_000)
    assert not Whereabouts(['ingenuity'], []).complete(TICK_NS)


def test_nobody_has_published_anything_before_the_first_tick():
    assert Whereabouts(['ingenuity'], ['perseverance']).at(SECOND_NS) == ({}, {})
    assert Whereabouts(['ingenuity'], ['perseverance']).complete(0)


def test_a_photo_may_be_drawn_minutes_after_its_exposure():
    history = History(SECOND_NS)
    last = 4 * KEPT_NS
    for t_ns in range(0, last + 1, SECOND_NS):
        history.put(t_ns, t_ns)
    assert history.newest(last - KEPT_NS) == last - KEPT_NS
    assert history.newest(SECOND_NS) is None    # and is forgotten at last


def test_words_out_of_order_and_repeated_ones_are_kept_by_their_time():
    history = History(TICK_NS)
    for t_ns, value in ((20, 'c'), (0, 'a'), (10, 'x'), (10, 'b')):
        history.put(t_ns * TICK_NS, value)
    assert [history.newest(t_ns * TICK_NS) for t_ns in (5, 10, 15, 25)] == ['a', 'b', 'b', 'c']
