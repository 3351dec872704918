# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Radio frames: ours survive the way, all others are refused and cost nothing."""

import struct
import tracemalloc
import zlib

from hypothesis import example, given, strategies as st
from ingenuity_nodes.radio.frames import (
    decode, encode, FrameError, is_photo, is_thumbnail, KINDS, LONGEST_OVERHEAD, photo_name,
    photo_time, size_of, TELEMETRY_PAYLOAD, TELEMETRY_SIZE, thumbnail_name)
from ingenuity_nodes.radio.telemetry import (
    Grants, read_beacon, read_telemetry, Telemetry, write_beacon, write_telemetry)
from ingenuity_nodes.signals import RadioPacket
import pytest

HEAD = struct.Struct('<BqBBBHHH')
STATIONS = st.from_regex(r'[a-z][a-z0-9_]{0,31}', fullmatch=True)
FILES = st.from_regex(r'[A-Za-z0-9_][A-Za-z0-9_.-]{0,39}', fullmatch=True)
TIMES = st.integers(0, 2**63 - 1)


@st.composite
def packets(draw):
    kind = draw(st.sampled_from(KINDS))
    file = kind in ('data', 'acknowledge')
    count = draw(st.integers(1, 65535))
    return RadioPacket(
        t_ns=draw(TIMES), kind=kind, name=draw(FILES if file else STATIONS | st.just('')),
        index=draw(st.integers(0, count - 1)), count=count,
        payload=draw(st.binary(max_size=2000)), sender=draw(STATIONS),
        digest=draw(st.binary(min_size=32, max_size=32)) if file else b'')


def with_crc(body):
    return body + struct.pack('<I', zlib.crc32(body))


def forged(kind=0, t_ns=1, name=b'a.jpg', index=0, count=1, sender=b'ingenuity', digest=32):
    """Make a data frame whose CRC fits, whatever it says."""
    body = HEAD.pack(kind, t_ns, len(sender), len(name), digest, index, count, 1)
    return with_crc(body + sender + name + bytes(digest) + b'x')


@given(packets())
def test_a_frame_written_and_read_is_the_same(packet):
    assert decode(encode(packet)) == packet
    assert len(encode(packet)) == size_of(packet)


@given(packets(), st.data())
def test_a_frame_with_any_bit_turned_is_refused(packet, data):
    frame = bytearray(encode(packet))
    index = data.draw(st.integers(0, len(frame) - 1))
    frame[index] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(FrameError, match='radio frame refused'):
        decode(bytes(frame))


@given(packets(), st.data())
def test_a_frame_that_is_cut_short_is_refused(packet, data):
    frame = encode(packet)
    with pytest.raises(FrameError, match='radio frame refused'):
        decode(frame[:data.draw(st.integers(0, len(frame) - 1))])


@given(st.binary(max_size=300))
@example(b'')
def test_arbitrary_bytes_with_and_without_a_fitting_checksum_raise_nothing_else(noise):
    for frame in (noise, with_crc(noise)):
        try:
            packet = decode(frame)
        except ValueError:
            continue
        assert encode(packet) == frame


def test_the_forged_frame_is_good_as_long_as_nothing_is_wrong_with_it():
    assert decode(forged()).name == 'a.jpg'


@pytest.mark.parametrize('frame, kind', [
    (b'', 'short'), (bytes(10), 'short'), (forged()[:-1] + b'!', 'checksum'),
    (with_crc(forged()[:-5]), 'length'), (forged(kind=9), 'kind'), (forged(t_ns=-1), 'time'),
    (forged(name=b'\xff\xfe.jpg'), 'name'), (forged(name=b'../../etc/x'), 'name'),
    (forged(name=b'.hidden'), 'name'), (forged(name=b''), 'name'), (forged(name=b'a\n'), 'name'),
    (forged(sender=b''), 'sender'), (forged(sender=b'Rover 1'), 'sender'),
    (forged(index=1), 'index'), (forged(index=7, count=3), 'index'), (forged(count=0), 'index'),
    (forged(digest=31), 'digest')])
def test_a_frame_that_makes_no_sense_is_refused_by_the_kind_of_its_fault(frame, kind):
    with pytest.raises(FrameError) as refused:
        decode(frame)
    assert refused.value.kind == kind
    assert 'allowed' in str(refused.value) or kind == 'checksum'


def test_no_frame_makes_the_reader_set_memory_aside():
    frame = forged(count=65535)
    tracemalloc.start()
    decode(frame)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000


def test_what_would_be_refused_is_not_written():
    with pytest.raises(FrameError, match='found number 20000000 of 20000001'):
        encode(RadioPacket(0, 'data', 'a', 20_000_000, 20_000_001, b'', 'rover', bytes(32)))


@given(packets())
def test_the_overhead_of_a_frame_is_never_longer_than_its_slot_allows(packet):
    assert size_of(packet) - len(packet.payload) <= LONGEST_OVERHEAD


NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=32)


@given(st.tuples(NUMBERS, NUMBERS, NUMBERS), st.text(max_size=40), st.booleans(), NUMBERS,
       st.integers(0, 10**6))
def test_telemetry_fits_its_time_and_comes_back(position, mode, healthy, charge, waiting):
    payload = write_telemetry(Telemetry(position, mode, healthy, charge), waiting)
    assert len(payload) <= TELEMETRY_PAYLOAD
    packet = RadioPacket(0, 'telemetry', 'r' * 32, 0, 1, payload, 'h' * 32)
    assert len(encode(packet)) <= TELEMETRY_SIZE
    back, asked = read_telemetry(payload)
    near = [abs(number) <= 1e9 for number in (*position, charge)]
    assert all(got == was for got, was, ok in zip(
        (*back.position, back.battery_charge), (*position, charge), near, strict=True) if ok)
    assert (back.healthy, asked) == (healthy, min(waiting, 65535))


@pytest.mark.parametrize('number', [float('nan'), float('inf'), -1e300])
def test_an_estimate_that_is_lost_stops_no_telemetry(number):
    payload = write_telemetry(Telemetry((number, 0.0, 0.0), 'landing', False, 1.0), 0)
    assert read_telemetry(payload)[0].mode == 'landing'


@given(st.integers(0, 2**32 - 1), st.dictionaries(STATIONS, st.tuples(
    st.integers(0, 30), st.integers(0, 10)), max_size=8))
def test_a_beacon_comes_back(superframe, slots):
    grants = Grants(superframe, 40, slots)
    assert read_beacon(write_beacon(grants)) == grants


@given(st.binary(max_size=80))
def test_arbitrary_payloads_raise_nothing_but_value_errors(payload):
    for read in (read_beacon, read_telemetry):
        try:
            read(payload)
        except ValueError:
            pass


@given(st.integers(0, 10**6))
def test_a_photo_name_gives_its_time_back_and_so_does_its_thumbnail(milliseconds):
    name = photo_name(milliseconds * 1_000_000)
    small = thumbnail_name(name)
    assert photo_time(name) == photo_time(small) == milliseconds * 1_000_000
    assert is_photo(name) and not is_photo(small)
    assert is_thumbnail(small) and not is_thumbnail(name)


@pytest.mark.parametrize('name', [
    '', 'photo.jpg', 'rte_.jpg', 'rte_x.jpg', '../rte_1.png', f'rte_{"9" * 4301}.jpg',
    'rte_9999999999999.jpg', 'rte_²²²²²²²²².jpg', 'rte_000000001.jpg\n'])
def test_another_file_name_is_no_photo(name):
    with pytest.raises(ValueError, match='allowed: rte_<milliseconds>'):
        photo_time(name)
