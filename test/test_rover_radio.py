# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The radio: frames survive the way, losses are repeated, the published rate and range hold."""

import math

from hypothesis import given, strategies as st
from ingenuity_nodes.parameters import with_overrides
from ingenuity_nodes.rover.radio import (
    Channel, decode, encode, FileReceiver, FileSender, loss_probability, photo_name, photo_time,
    RadioParameters, signal_to_noise_db)
from ingenuity_nodes.signals import RadioPacket
from ingenuity_nodes.timing import SECOND_NS, TICK_NS
import numpy as np
import pytest

RADIO = RadioParameters()
PHOTO = np.random.default_rng(1).bytes(20_500)
PACKETS = st.builds(
    RadioPacket, t_ns=st.integers(-2**63, 2**63 - 1), kind=st.text(max_size=20),
    name=st.text(max_size=50), index=st.integers(0, 2**32 - 1), count=st.integers(0, 2**32 - 1),
    payload=st.binary(max_size=2000))


def ticks_of(seconds):
    return range(TICK_NS, round(seconds * SECOND_NS), TICK_NS)


def transfer(content, passes=lambda packet: True, seconds=60.0, radio=RADIO):
    """Send a file, answers received a tick later; give what came, and all that was on the air."""
    sender, receiver = FileSender(radio), FileReceiver()
    sender.send('rte.jpg', content)
    came, air, answers = [], [], []
    for t_ns in ticks_of(seconds):
        sender.receive(answer for answer in answers if passes(answer))
        sent = sender.transmit(t_ns)
        air += [(t_ns, packet) for packet in sent]
        answers, files = receiver.receive(t_ns, [packet for packet in sent if passes(packet)])
        came += files
        if 'rte.jpg' in sender.acknowledged:
            break
    return sender, came, air


def bits_of(air):
    return sum(8 * len(encode(packet)) for _, packet in air)


@given(PACKETS)
def test_a_frame_written_and_read_is_the_same(packet):
    assert decode(encode(packet)) == packet


@given(PACKETS, st.data())
def test_a_frame_with_any_bit_turned_is_refused(packet, data):
    frame = bytearray(encode(packet))
    index = data.draw(st.integers(0, len(frame) - 1))
    frame[index] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(ValueError, match='radio frame'):
        decode(bytes(frame))


@given(PACKETS, st.data())
def test_a_frame_that_is_cut_short_is_refused(packet, data):
    frame = encode(packet)
    with pytest.raises(ValueError, match='radio frame'):
        decode(frame[:data.draw(st.integers(0, len(frame) - 1))])


@pytest.mark.parametrize('content', [b'', b'x', PHOTO, PHOTO[:1024], PHOTO[:1025]])
def test_a_file_over_a_clear_channel_arrives_once_and_whole(content):
    sender, came, _ = transfer(content)
    assert came == [('rte.jpg', content)]
    assert 'rte.jpg' in sender.acknowledged


@pytest.mark.parametrize('seed', range(5))
def test_a_file_arrives_whole_although_frames_and_answers_are_lost(seed):
    generator = np.random.default_rng(seed)
    _, came, air = transfer(PHOTO, lambda packet: generator.random() > 0.3)
    assert came == [('rte.jpg', PHOTO)]
    assert len(air) > math.ceil(len(PHOTO) / RADIO.frame_size)


def test_only_what_was_lost_is_sent_again():
    lost = {3, 7}

    def passes(packet):
        return packet.kind != 'data' or packet.index not in lost or lost.discard(packet.index)

    _, came, air = transfer(PHOTO, passes)
    assert came == [('rte.jpg', PHOTO)]
    sent = [packet.index for _, packet in air]
    assert sorted(sent) == sorted([*range(21), 3, 7])


def test_both_ends_have_the_checksum_of_the_same_bytes():
    # The SHA-256 of 'abc' is in FIPS 180-2, appendix B.1.
    sender, _, _ = transfer(b'abc')
    assert sender.acknowledged['rte.jpg'].startswith('ba7816bf8f01cfea414140de5dae2223')


def test_nothing_is_sent_while_there_is_no_file():
    sender = FileSender(RADIO)
    assert sender.transmit(SECOND_NS) == []


def test_files_go_one_after_the_other():
    sender, receiver, came = FileSender(RADIO), FileReceiver(), []
    sender.send('a', PHOTO[:3000])
    sender.send('b', PHOTO[3000:5000])
    for t_ns in ticks_of(3.0):
        answers, files = receiver.receive(t_ns, sender.transmit(t_ns))
        came += files
        sender.receive(answers)
    assert came == [('a', PHOTO[:3000]), ('b', PHOTO[3000:5000])]


@pytest.mark.parametrize('loss', [0.0, 0.3])
@pytest.mark.parametrize('window', [0.05, 0.5, 2.0])
def test_the_rate_is_never_exceeded_over_any_window(window, loss):
    generator = np.random.default_rng(1)
    _, _, air = transfer(PHOTO, lambda packet: generator.random() >= loss)
    frame = 8 * (RADIO.frame_size + 100)    # one may start just before the window ends
    for start_ns, _ in air:
        inside = [row for row in air if start_ns <= row[0] < start_ns + window * SECOND_NS]
        assert bits_of(inside) <= RADIO.bit_rate * window + frame


@pytest.mark.parametrize('quiet', [0.5, 100.0])
def test_time_without_a_file_is_not_made_up_by_a_burst(quiet):
    sender = FileSender(RADIO)
    sender.send('rte.jpg', PHOTO)
    assert len(sender.transmit(round(quiet * SECOND_NS))) == 1


def test_a_second_small_file_waits_until_the_first_is_through_the_air():
    sender, receiver = FileSender(RADIO), FileReceiver()
    sender.send('a', PHOTO[:1000])
    sender.receive(receiver.receive(0, sender.transmit(TICK_NS))[0])
    assert sender.transmit(2 * TICK_NS) == []
    sender.send('b', PHOTO[:1000])
    busy_ns = 8 * 1000 / RADIO.bit_rate * SECOND_NS
    first = next(t_ns for t_ns in range(3 * TICK_NS, SECOND_NS, TICK_NS) if sender.transmit(t_ns))
    assert first >= TICK_NS + busy_ns


def test_a_file_takes_as_long_as_the_rate_says():
    _, _, air = transfer(PHOTO)
    assert air[-1][0] / SECOND_NS == pytest.approx(bits_of(air[:-1]) / RADIO.bit_rate, abs=0.05)


@pytest.mark.parametrize('distance', [10.0, 85.0, 700.0])
def test_the_signal_falls_6_db_when_the_distance_doubles(distance):
    drop = signal_to_noise_db(RADIO, distance) - signal_to_noise_db(RADIO, 2 * distance)
    assert drop == pytest.approx(20 * math.log10(2))


def test_the_path_loss_over_a_kilometre_is_that_of_free_space():
    # ITU-R P.525: 32.4 + 20 lg(f / MHz) + 20 lg(d / km) = 91.6 dB.
    noise_dbw = 10 * math.log10(1.380649e-23 * RADIO.noise_temperature * RADIO.bit_rate)
    received_dbw = signal_to_noise_db(RADIO, 1000.0) + noise_dbw
    loss = 10 * math.log10(RADIO.transmit_power) - RADIO.losses_db - received_dbw
    assert loss == pytest.approx(32.44 + 20 * math.log10(914.0), abs=0.02)


def test_250_kbit_per_second_reach_a_kilometre_and_not_twice_as_far():
    # NASA: "up to 250 kbps over up to 1 km".
    assert RADIO.bit_rate == 250e3
    assert loss_probability(RADIO, 1000.0) < 0.05
    assert loss_probability(RADIO, 2000.0) > 0.95


def test_a_slower_rate_reaches_farther():
    slow = with_overrides(RADIO, {'bit_rate': 20e3})
    assert loss_probability(slow, 2000.0) < 0.05


def test_losses_are_as_frequent_as_their_probability_says():
    channel = Channel(RADIO, seed=1)
    distance = 1150.0
    probability = loss_probability(RADIO, distance)
    assert 0.1 < probability < 0.9
    lost = sum(not channel.passes(distance) for _ in range(4000))
    assert lost / 4000 == pytest.approx(probability, abs=4 * math.sqrt(0.25 / 4000))


def test_the_same_seed_loses_the_same_frames_and_another_seed_others():
    runs = []
    for seed in (1, 1, 2):
        channel = Channel(RADIO, seed)
        runs.append([channel.passes(1150.0) for _ in range(50)])
    assert runs[0] == runs[1] != runs[2]


@given(st.integers(0, 10**6))
def test_a_photo_name_gives_its_time_back(milliseconds):
    assert photo_time(photo_name(milliseconds * 1_000_000)) == milliseconds * 1_000_000


@pytest.mark.parametrize('name', ['', 'photo.jpg', 'rte_.jpg', 'rte_x.jpg', '../rte_1.png'])
def test_another_file_name_is_no_photo(name):
    with pytest.raises(ValueError, match='allowed: rte_<milliseconds>'):
        photo_time(name)
