# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Files over the radio: whole whatever is lost, within the capacity, divided evenly."""

from collections import Counter
from dataclasses import replace
import hashlib

from hypothesis import given, settings, strategies as st
from ingenuity_nodes.parameters import with_overrides
from ingenuity_nodes.radio.base_station import BaseStation
from ingenuity_nodes.radio.files import FileReceiver, FileSender, WINDOW
from ingenuity_nodes.radio.frames import encode
from ingenuity_nodes.radio.parameters import RadioParameters
from ingenuity_nodes.radio.station import Station
from ingenuity_nodes.radio.telemetry import Telemetry, write_telemetry
from ingenuity_nodes.signals import RadioPacket
from ingenuity_nodes.timing import SECOND_NS, TICK_NS
import numpy as np
import pytest

RADIO = RadioParameters()
PHOTO = np.random.default_rng(1).bytes(200_500)
NAME = 'rte_000043000.jpg'
AT_REST = Telemetry((1.0, 2.0, 0.3), 'landed', True, 0.9)
SUPERFRAME_NS = round(RADIO.superframe * SECOND_NS)


class Sky:
    """Helicopters and bases tick by tick; what one sends the others get in the next tick."""

    def __init__(self, names, bases=('perseverance',), loss=0.0, radio=RADIO):
        self.radio, self.loss = radio, loss
        self.stations = {name: Station(radio, name) for name in names}
        self.bases = {name: BaseStation(radio, name) for name in bases}
        self.random = np.random.default_rng(5)
        self.t_ns, self.silent = 0, False
        self.up, self.down = {name: [] for name in names}, {name: [] for name in names}
        self.files, self.air, self.latencies = [], [], []

    def send(self, content, *names):
        for name in names or self.stations:
            self.stations[name].send(NAME, content)

    def tick(self):
        self.t_ns += TICK_NS
        up, down = ({name: [] for name in self.stations} for _ in range(2))
        for name, station in self.stations.items():
            station.receive(self.passed(self.down[name]))
            up[name] = station.transmit(self.t_ns, AT_REST)
        came = {name: self.passed(self.up[name]) for name in self.stations}
        for base_name, base in self.bases.items():
            for name in self.stations:
                self.files += [(self.t_ns, base_name, name, *file)
                               for file in base.receive(self.t_ns, name, came[name])]
                self.latencies.append(self.t_ns - base.reports[name].sent_ns
                                      if name in base.reports else 0)
            beacon, answers = base.transmit(self.t_ns)
            for name in self.stations:
                down[name] += [frame for frame in (beacon, answers.get(name)) if frame]
            self.air += [(self.t_ns, packet) for packet in (beacon, *answers.values()) if packet]
        self.air += [(self.t_ns, packet) for packets in up.values() for packet in packets]
        self.up, self.down = up, down

    def passed(self, packets):
        return [packet for packet in packets
                if self.random.random() >= self.loss and not self.silent]

    def run(self, seconds, until_acknowledged=True):
        for _ in range(round(seconds * SECOND_NS / TICK_NS)):
            self.tick()
            if until_acknowledged and all(s.acknowledged for s in self.stations.values()):
                break
        return self

    def bits(self):
        """Count what is on the air in each superframe, of all stations together."""
        used = Counter()
        for t_ns, packet in self.air:
            used[t_ns // SUPERFRAME_NS] += 8 * len(encode(packet))
        return used

    def pieces(self, since_ns=0):
        return [packet.index for t_ns, packet in self.air
                if packet.kind == 'data' and t_ns >= since_ns]


def assert_arrived(sky, content=PHOTO):
    assert [file[1:] for file in sky.files] == [('perseverance', 'ingenuity', NAME, content)]
    # Both ends know the checksum of the same bytes.
    assert sky.stations['ingenuity'].acknowledged == {NAME: hashlib.sha256(content).digest()}


@pytest.mark.parametrize('loss', [0.0, 0.1, 0.3])
def test_a_photo_arrives_once_and_whole_whatever_part_of_the_frames_is_lost(loss):
    sky = Sky(['ingenuity'], loss=loss)
    sky.send(PHOTO)
    assert_arrived(sky.run(60.0))


@pytest.mark.parametrize('content', [b'', b'x', PHOTO[:750], PHOTO[:751], PHOTO[:96_000]])
def test_a_file_of_any_length_arrives(content):
    sky = Sky(['ingenuity'])
    sky.send(content)
    assert_arrived(sky.run(20.0), content)


def test_without_losses_each_piece_is_sent_once():
    sky = Sky(['ingenuity'])
    sky.send(PHOTO)
    sky.run(60.0)
    assert sky.pieces() == list(range(268))    # 200,500 B in pieces of 750 B


def test_after_an_outage_of_20_seconds_the_transfer_goes_on_where_it_was():
    sky = Sky(['ingenuity'])
    sky.send(PHOTO)
    sky.run(5.0)
    sky.silent, before = True, len(set(sky.pieces()))
    sky.run(20.0)
    sky.silent, since_ns = False, sky.t_ns
    assert_arrived(sky.run(60.0))
    assert before > 100
    assert len(sky.pieces(since_ns)) <= 268 - before + WINDOW


def test_without_a_base_station_only_telemetry_is_sent():
    sky = Sky(['ingenuity'], bases=())
    sky.send(PHOTO)
    sky.run(10.0)
    assert {packet.kind for _, packet in sky.air} == {'telemetry'}


def test_a_receiver_that_has_lost_its_memory_gets_everything_again():
    sky = Sky(['ingenuity'])
    sky.send(PHOTO)
    sky.run(5.0)
    assert not sky.files
    sky.bases['perseverance'] = BaseStation(RADIO, 'perseverance')
    assert_arrived(sky.run(60.0))
    assert Counter(sky.pieces())[0] == 2


def test_a_sender_that_has_lost_its_memory_sends_only_what_is_missing():
    sky = Sky(['ingenuity'])
    sky.send(PHOTO)
    sky.run(5.0)
    before, since_ns = len(sky.pieces()), sky.t_ns
    sky.stations['ingenuity'] = Station(RADIO, 'ingenuity')
    sky.send(PHOTO)
    assert_arrived(sky.run(60.0))
    # Until the first answer it does not know; that is three slots in two superframes at most.
    assert len(sky.pieces(since_ns)) <= 268 - before + 2 * RADIO.slots(1) + 1


def test_telemetry_is_never_older_than_half_a_second_while_a_photo_is_sent():
    for names in (['ingenuity'], ['a', 'b', 'c', 'd']):
        sky = Sky(names)
        sky.send(PHOTO)
        sky.run(8.0, until_acknowledged=False)
        assert sky.pieces()
        assert max(sky.latencies) <= 0.5 * SECOND_NS
        assert sky.bases['perseverance'].reports[names[0]].telemetry.mode == 'landed'


@pytest.mark.parametrize('loss', [0.0, 0.2])
@pytest.mark.parametrize('number', [1, 2, 4, 8])
def test_the_capacity_is_never_exceeded_and_divided_evenly(number, loss):
    sky = Sky([f'h{k}' for k in range(number)], loss=loss)
    sky.send(PHOTO)
    sky.run(10.0, until_acknowledged=False)
    used = sky.bits()
    assert max(used.values()) <= RADIO.bit_rate * RADIO.superframe
    sent = Counter(packet.sender for _, packet in sky.air if packet.kind == 'data')
    if not loss:
        assert max(sent.values()) - min(sent.values()) <= 1
        # No more than a slot and the time kept for others is left unused.
        typical = sorted(used.values())[len(used) // 2]
        assert typical >= RADIO.slots(number) * 0.9 * RADIO.slot_bits


@pytest.mark.parametrize('number', [1, 4])
def test_what_one_does_not_need_is_left_to_the_others(number):
    sky = Sky([f'h{k}' for k in range(number)])
    sky.send(PHOTO, 'h0')
    sky.run(10.0, until_acknowledged=False)
    slots = RADIO.slots(number) * 10.0 / RADIO.superframe
    assert len(sky.pieces()) >= min(268, 0.9 * slots)


def test_of_two_base_stations_a_helicopter_keeps_to_one_and_only_that_has_the_photo():
    sky = Sky(['ingenuity'], bases=('curiosity', 'perseverance'))
    sky.send(PHOTO)
    sky.run(60.0)
    assert [file[1:] for file in sky.files] == [('curiosity', 'ingenuity', NAME, PHOTO)]


def test_a_base_station_that_falls_silent_is_replaced_by_another():
    sky = Sky(['ingenuity'], bases=('curiosity', 'perseverance'))
    sky.send(PHOTO)
    sky.run(3.0)
    del sky.bases['curiosity']
    assert_arrived(sky.run(60.0))


# One end by itself ------------------------------------------------------------------------------

def data_frames(content, name=NAME, digest=None, station='ingenuity'):
    sender = FileSender(RADIO, station)
    sender.send(name, content)
    frames = [sender.next_frame(0) for _ in range(-(-len(content) // RADIO.frame_size))]
    return frames if digest is None else [replace(frame, digest=digest) for frame in frames]


def received(frames, receiver=None):
    receiver = receiver or FileReceiver(RADIO, 'perseverance')
    return [content for content in map(receiver.receive, frames) if content is not None]


@given(st.permutations(range(12)), st.lists(st.integers(0, 11), max_size=10))
def test_order_and_repetition_of_pieces_do_not_matter(order, again):
    frames = data_frames(PHOTO[:9000])
    assert received(frames[k] for k in [*again, *order, *again]) == [PHOTO[:9000]]


def test_a_foreign_frame_cannot_complete_the_photo_of_another():
    frames, foreign = data_frames(PHOTO[:9000]), data_frames(PHOTO[9000:18_000])
    receiver = FileReceiver(RADIO, 'perseverance')
    assert received(frames[:-1], receiver) == []
    assert received(foreign[-1:], receiver) == []
    assert received(frames[-1:], receiver) == [PHOTO[:9000]]


def test_a_file_whose_checksum_does_not_fit_is_not_given_out_but_asked_for_again():
    frames = data_frames(PHOTO[:9000])
    receiver = FileReceiver(RADIO, 'perseverance')
    forged = replace(frames[3], payload=bytes(RADIO.frame_size))
    assert received([forged, *frames], receiver) == []
    assert receiver.mismatched == 1
    assert received(frames, receiver) == [PHOTO[:9000]]


def test_memory_is_bounded_however_many_files_are_begun():
    receiver = FileReceiver(RADIO, 'perseverance')
    for k in range(1000):
        receiver.receive(RadioPacket(
            0, 'data', f'{k}.jpg', 0, 2, bytes(750), 'ingenuity', bytes(32)))
    assert receiver.held <= RADIO.most_files * 750


@pytest.mark.parametrize('packet', [
    RadioPacket(0, 'data', 'a', 0, 65535, b'', 'ingenuity', bytes(32)),
    RadioPacket(0, 'data', 'a', 0, 1, bytes(751), 'ingenuity', bytes(32))])
def test_a_file_or_frame_that_is_too_long_is_refused(packet):
    with pytest.raises(ValueError, match=r'allowed: 32768 of 750 B'):
        FileReceiver(RADIO, 'perseverance').receive(packet)
    base = BaseStation(RADIO, 'perseverance')
    hello = RadioPacket(
        0, 'telemetry', 'perseverance', 0, 1, write_telemetry(AT_REST, 1), 'ingenuity')
    assert base.receive(0, 'ingenuity', [hello, packet]) == []
    assert base.refused == {'data': 1}


def test_a_file_longer_than_a_receiver_takes_is_not_sent():
    few = with_overrides(RADIO, {'most_frames': 64})
    with pytest.raises(ValueError, match=r'found a\.jpg of 134 frames, allowed: 64'):
        FileSender(few, 'ingenuity').send('a.jpg', PHOTO[:100_000])


PACKETS = st.builds(
    RadioPacket, t_ns=st.integers(0, 2**63 - 1),
    kind=st.sampled_from(['data', 'acknowledge', 'telemetry', 'beacon']),
    name=st.sampled_from([NAME, 'perseverance', '']), index=st.integers(0, 3),
    count=st.integers(4, 65535), payload=st.binary(max_size=60),
    sender=st.sampled_from(['ingenuity', 'perseverance', 'stranger']),
    digest=st.sampled_from([bytes(32), hashlib.sha256(PHOTO).digest()]))


@settings(max_examples=50)
@given(st.lists(PACKETS, max_size=20))
def test_frames_of_strangers_bring_neither_end_down_and_spoil_no_photo(packets):
    sky = Sky(['ingenuity'])
    sky.send(PHOTO[:20_000])
    sky.run(0.5)
    for packet in packets:
        sky.up['ingenuity'].append(packet)
        sky.down['ingenuity'].append(packet)
        sky.tick()
    sky.run(30.0)
    assert (NAME, PHOTO[:20_000]) in [file[3:] for file in sky.files]


def test_an_acknowledgement_from_the_future_does_not_silence_the_true_ones():
    sky = Sky(['ingenuity'])
    sky.send(PHOTO[:20_000])
    sky.run(0.5)
    digest = hashlib.sha256(PHOTO[:20_000]).digest()
    sky.down['ingenuity'].append(RadioPacket(
        2**63 - 1, 'acknowledge', NAME, 0, 1, bytes(18), 'perseverance', digest))
    assert_arrived(sky.run(30.0), PHOTO[:20_000])
    assert sky.stations['ingenuity'].refused == 1


def test_frames_under_a_false_name_are_counted():
    base = BaseStation(RADIO, 'perseverance')
    base.receive(0, 'ingenuity', Station(RADIO, 'scout').transmit(0, AT_REST))
    assert base.refused == {'sender': 1} and not base.reports
