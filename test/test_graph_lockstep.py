# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Lockstep: nobody runs ahead, and the network's order of delivery does not matter."""

import random

from hypothesis import given, strategies as st
from ingenuity_nodes.graph.lockstep import (
    Answer, Barrier, check_next, counted_name, Foreign, ForeignMessageError, Mailbox,
    repeatability, Tick)
import pytest

TOPICS = ('/plan', '/radio', '/truth')
# How many messages go out on each topic in each tick of a run.
RUNS = st.lists(st.tuples(*[st.integers(0, 4)] * len(TOPICS)), max_size=6)


@pytest.fixture
def barrier():
    return Barrier(['/helicopter', '/rover', '/mission'])


def announcements(run):
    """Give the ticks, and for each the messages, numbered by topic, that go out during it."""
    counts, sent, ticks = dict.fromkeys(TOPICS, 0), [], []
    for t_ns, row in enumerate([*run, (0,) * len(TOPICS)]):
        ticks.append(Tick(t_ns, dict(counts)))
        sent.append([])
        for topic, number in zip(TOPICS, row, strict=True):
            sent[-1] += [(topic, counts[topic] + index) for index in range(number)]
            counts[topic] += number
    return ticks, sent


def shuffled(sent, order):
    """Shuffle deliveries; of one topic the order stays, as DDS promises of one publisher."""
    lines = {topic: [number for name, number in sent if name == topic] for topic in TOPICS}
    while any(lines.values()):
        topic = order.choice([topic for topic in TOPICS if lines[topic]])
        yield topic, lines[topic].pop(0)


def received_in_each_tick(ticks, sent, order):
    """Deliver what is missing at each tick, and some of what others send in the same tick."""
    mailbox, received, in_transit = Mailbox(TOPICS), [], []
    for tick, going_out in zip(ticks, sent, strict=True):
        early = order.randint(0, len(in_transit) + len(going_out))
        in_transit = list(shuffled(in_transit + going_out, order))
        while in_transit and (early > 0 or mailbox.missing(tick)):
            mailbox.put(*in_transit.pop(0))
            early -= 1
        received.append(mailbox.take(tick))
    return received


@given(RUNS, st.integers(0, 2**32), st.integers(0, 2**32))
def test_every_shuffling_of_deliveries_gives_the_same_messages_in_each_tick(run, seed, other):
    ticks, sent = announcements(run)
    assert received_in_each_tick(ticks, sent, random.Random(seed)) == received_in_each_tick(
        ticks, sent, random.Random(other))


@given(RUNS)
def test_every_message_arrives_once_in_order_and_one_tick_after_it_was_sent(run):
    ticks, sent = announcements(run)
    received = received_in_each_tick(ticks, sent, random.Random(0))
    for index, topic in enumerate(TOPICS):
        assert [len(messages[topic]) for messages in received] == [0, *(row[index] for row in run)]
        assert [number for messages in received for number in messages[topic]] == [
            number for row in sent for name, number in row if name == topic]


def test_a_message_still_in_transit_is_named_by_its_topic():
    mailbox = Mailbox(TOPICS)
    mailbox.put('/plan', 'fly')
    assert mailbox.missing(Tick(0, {'/plan': 1, '/radio': 2})) == ['/radio']


def test_topics_that_nobody_counts_hold_nothing_up():
    assert Mailbox(TOPICS).missing(Tick(0, {'/camera': 30})) == []


def test_a_message_that_nobody_counts_is_received_when_it_has_lain_for_a_tick():
    mailbox = Mailbox(TOPICS)
    mailbox.put(TOPICS[0], 'foreign')
    received = [mailbox.take(Tick(t, {}))[TOPICS[0]] for t in range(3)]
    assert received == [[], ['foreign'], []]
    mailbox.put(TOPICS[0], 'counted')
    assert mailbox.missing(Tick(3, {TOPICS[0]: 1})) == []
    assert mailbox.take(Tick(3, {TOPICS[0]: 1}))[TOPICS[0]] == ['counted']


def test_the_next_tick_comes_only_when_all_have_answered(barrier):
    barrier.next_tick(10)
    assert not barrier.take(Answer('/rover', 10, {}))
    assert not barrier.take(Answer('/helicopter', 10, {}))
    assert barrier.waiting == ('/mission',)
    with pytest.raises(RuntimeError, match='no answer yet from /mission'):
        barrier.next_tick(20)
    assert barrier.take(Answer('/mission', 10, {}))
    assert barrier.next_tick(20).t_ns == 20


@pytest.mark.parametrize('answer', [
    Answer('/rover', 0, {'/radio': 9}), Answer('/rover', 20, {'/radio': 9}),
    Answer('/stranger', 10, {'/radio': 9})])
def test_stale_early_and_foreign_answers_count_for_nothing(barrier, answer):
    barrier.next_tick(10)
    with pytest.raises(ForeignMessageError, match=r'allowed: one answer to that at 0[.]00 s'):
        barrier.take(answer)
    assert barrier.waiting == ('/helicopter', '/rover', '/mission')
    for name in barrier.waiting:
        barrier.take(Answer(name, 10, {}))
    assert barrier.next_tick(20).counts == {}


def test_a_repeated_answer_does_not_stand_in_for_another(barrier):
    barrier.next_tick(10)
    assert not barrier.take(Answer('/rover', 10, {}))
    for _ in range(3):
        with pytest.raises(ForeignMessageError, match='found an answer of /rover'):
            barrier.take(Answer('/rover', 10, {}))
    assert barrier.waiting == ('/helicopter', '/mission')


def test_counts_of_all_answers_are_announced_with_the_next_tick(barrier):
    assert barrier.next_tick(10).counts == {}
    barrier.take(Answer('/helicopter', 10, {'/truth': 1}))
    barrier.take(Answer('/rover', 10, {'/radio': 3}))
    barrier.take(Answer('/mission', 10, {}))
    assert barrier.next_tick(20).counts == {'/truth': 1, '/radio': 3}


def test_counts_of_two_publishers_of_one_topic_add_up(barrier):
    for t_ns, sent in ((10, 1), (20, 2)):
        barrier.next_tick(t_ns)
        barrier.take(Answer('/helicopter', t_ns, {'/radio': 2 * sent}))
        barrier.take(Answer('/rover', t_ns, {'/radio': 5 * sent, '/truth': 1}))
        barrier.take(Answer('/mission', t_ns, {}))
    assert barrier.next_tick(30).counts == {'/radio': 14, '/truth': 1}


ROVERS = ('curiosity', 'perseverance')


@given(st.lists(st.tuples(*[st.integers(0, 3)] * 2), max_size=6), st.integers(0, 2**32))
def test_of_two_publishers_on_one_topic_each_tick_brings_the_same_whoever_is_late(run, seed):
    names = {rover: counted_name('/radio', rover) for rover in ROVERS}
    order, mailbox = random.Random(seed), Mailbox(names.values())
    counts, in_transit, received = dict.fromkeys(names.values(), 0), [], []
    for t_ns, row in enumerate([*run, (0, 0)]):
        tick = Tick(t_ns, dict(counts))
        for rover, number in zip(ROVERS, row, strict=True):
            in_transit += [(rover, counts[names[rover]] + k) for k in range(number)]
            counts[names[rover]] += number
        early = order.randint(0, len(in_transit))    # some of this very tick arrive before others
        while in_transit and (early > 0 or mailbox.missing(tick)):
            rover = order.choice([rover for rover, _ in in_transit])
            first = next(message for message in in_transit if message[0] == rover)
            in_transit.remove(first)
            mailbox.put(names[rover], first)
            early -= 1
        taken = mailbox.take(tick)
        received.append([message for rover in ROVERS for message in taken[names[rover]]])
    sent, totals = [[]], [0, 0]
    for row in run:
        sent.append([(rover, totals[k] + i) for k, rover in enumerate(ROVERS)
                     for i in range(row[k])])
        totals = [total + number for total, number in zip(totals, row, strict=True)]
    assert received == sent


def test_an_announced_tick_does_not_change_when_answers_come(barrier):
    tick = barrier.next_tick(10)
    barrier.take(Answer('/helicopter', 10, {'/truth': 1}))
    assert tick.counts == {}


def test_who_is_excused_is_waited_for_no_more(barrier):
    barrier.next_tick(10)
    barrier.take(Answer('/helicopter', 10, {}))
    barrier.take(Answer('/mission', 10, {}))
    assert barrier.excuse('/rover')
    barrier.next_tick(20)
    assert barrier.waiting == ('/helicopter', '/mission')


def test_excusing_somebody_between_ticks_completes_nothing(barrier):
    assert not barrier.excuse('/rover')


def test_an_answer_of_another_run_is_refused_by_name():
    barrier = Barrier(['/rover'], 'ours')
    assert barrier.next_tick(10).run == 'ours'
    with pytest.raises(ForeignMessageError, match="/rover in run 'theirs', allowed: 'ours'"):
        barrier.take(Answer('/rover', 10, {}, 'theirs'))
    assert barrier.take(Answer('/rover', 10, {}, 'ours'))


@pytest.mark.parametrize(('t_ns', 'run', 'text'), [
    (5_000_000_000, 'ours', 'found a tick at 5.00 s after that at 1.00 s, allowed: 1.01 s'),
    (1_000_000_000, 'ours', 'allowed: 1.01 s'),
    (1_010_000_000, 'theirs', "of run 'theirs', allowed: 'ours'")])
def test_a_tick_that_does_not_follow_the_last_one_of_its_run_is_refused(t_ns, run, text):
    with pytest.raises(ForeignMessageError, match=text):
        check_next(Tick(t_ns, {}, run), 'ours', 1_000_000_000)
    check_next(Tick(1_010_000_000, {}, 'ours'), 'ours', 1_000_000_000)


def test_what_came_from_outside_is_counted_once_though_two_received_it(barrier):
    mailbox = Mailbox(['/goal'])
    mailbox.put('/goal', 'foreign')
    for t_ns in range(2):
        mailbox.take(Tick(t_ns, {}))
    assert mailbox.foreign == {'/goal': 1}
    barrier.next_tick(10)
    seen = {'/goal': Foreign(mailbox.foreign['/goal'], 0), '/radio': Foreign(0, 2)}
    for name in ('/helicopter', '/rover'):
        barrier.take(Answer(name, 10, {}, foreign=seen))
    barrier.take(Answer('/mission', 10, {}))
    foreign = barrier.next_tick(20).foreign
    assert repeatability(foreign) == {'foreign_messages': 3, 'repeatable': False}
    assert repeatability({'/radio': Foreign(0, 2)})['repeatable']
    assert repeatability({}) == {'foreign_messages': 0, 'repeatable': True}


def test_who_is_started_again_resumes_with_what_comes_after_the_tick(barrier):
    barrier.next_tick(10)
    barrier.take(Answer('/rover', 10, {'/answers': 3}))
    barrier.take(Answer('/helicopter', 10, {'/truth': 5}))
    barrier.take(Answer('/mission', 10, {}))
    barrier.next_tick(20)
    barrier.take(Answer('/helicopter', 20, {'/truth': 7}))
    with pytest.raises(RuntimeError, match='/rover cannot resume: waited for is /rover, /mission'):
        barrier.resume('/rover')
    barrier.take(Answer('/mission', 20, {}))
    tick = barrier.resume('/rover')
    assert (tick.t_ns, tick.resumes, tick.counts['/truth']) == (20, '/rover', 7)
    # Of the seven, the last four are delivered to who comes late; two are here already.
    mailbox = Mailbox(['/truth'])
    for number in (3, 4):
        mailbox.put('/truth', number)
    mailbox.resume(tick, kept=4)
    assert mailbox.missing(tick) == []
    assert mailbox.take(tick) == {'/truth': []}
    for number in (5, 6, 7):    # 5 and 6 are of before
        mailbox.put('/truth', number)
    assert barrier.take(Answer('/rover', 20, {'/answers': 1}))
    tick = barrier.next_tick(30)
    assert tick.counts['/answers'] == 4
    assert repeatability(tick.foreign) == {'foreign_messages': 0, 'repeatable': False}
    barrier.take(Answer('/helicopter', 30, {'/truth': 8}))
    later = Tick(40, {'/truth': 8})
    assert mailbox.take(tick) == {'/truth': []}
    assert mailbox.missing(later) == []
    assert mailbox.take(later) == {'/truth': [7]}
