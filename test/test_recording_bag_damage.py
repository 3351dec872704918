# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Damaged and hostile bags: one line that says so, little memory, and a repair of what is left."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
import struct
import tracemalloc

from hypothesis import given, settings, strategies as st
from ingenuity_nodes.recording.bag import chunks
from ingenuity_nodes.recording.bag.chunks import ChunkError, compress, unpack
from ingenuity_nodes.recording.bag.reader import damage, messages, topics
from ingenuity_nodes.recording.bag.repair import bag_file, is_whole, repair
from ingenuity_nodes.recording.bag.typestore import TYPES
from ingenuity_nodes.recording.bag.writer import BagQos, BagWriter
from ingenuity_nodes.recording.errors import RecordingError
import lz4.frame
from mcap.opcode import Opcode
from mcap.reader import make_reader
from mcap.stream_reader import StreamReader
from mcap.writer import CompressionType, Writer
import numpy as np
import pytest
from rosbags.rosbag2 import Reader

STRING = 'std_msgs/msg/String'
COUNT, SIZE = 100, 40_000    # messages, bytes of each: a chunk holds about twenty
MAGIC, HEAD = 8, 9          # bytes


def text(k: int) -> bytes:
    word = f'{k:6d} ' + np.random.default_rng(k).bytes(SIZE // 2).hex()
    return bytes(TYPES.serialize_cdr(TYPES.types[STRING](data=word), STRING))


@pytest.fixture(scope='module')
def whole(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp('whole') / 'bag'
    with BagWriter(folder, clock=lambda: 0.0) as writer:
        for k in range(COUNT):
            writer.write('/log', STRING, BagQos(), k, text(k))
    return folder


def copied(whole: Path, to: Path) -> Path:
    folder = to / 'bag'
    folder.mkdir()
    for path in whole.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def starts_in(data: bytes) -> list[int]:
    """Return the offsets of the chunks."""
    found, at = [], MAGIC
    while data[at] != Opcode.FOOTER:
        if data[at] == Opcode.CHUNK:
            found.append(at)
        at += HEAD + int.from_bytes(data[at + 1:at + HEAD], 'little')
    return found


def in_chunk(folder: Path, number: int) -> int:
    """Count the messages of a chunk by the index of the file."""
    with bag_file(folder).open('rb') as file:
        index = make_reader(file).get_summary().chunk_indexes[number]
        span = (index.message_start_time, index.message_end_time)
    return sum(span[0] <= message.t_ns <= span[1] for message in messages(folder))


def changed(folder: Path, at: int, new: bytes) -> None:
    path = bag_file(folder)
    data = bytearray(path.read_bytes())
    data[at:at + len(new)] = new
    path.write_bytes(data)


def one_line(folder: Path) -> str:
    """Read a bag and return the error, which has no second line."""
    with pytest.raises(RecordingError) as caught:
        topics(folder)
        for _ in messages(folder):
            pass
    assert '\n' not in str(caught.value) and len(str(caught.value)) < 500
    return str(caught.value)


@pytest.mark.parametrize('where, new, indexed', [
    (200, b'\xff\x00\xff', True), (200, b'\xff\x00\xff', False),    # in the data of a chunk
    (HEAD + 32, b'lz4\0', False),                   # its compression
    (HEAD + 16, struct.pack('<Q', 2**62), False),   # its size when it is unpacked
    (1, struct.pack('<Q', 2**62), False),           # its length
    (1, struct.pack('<Q', 5), False),
    (0, b'\x44', False),                            # its kind, one that there is not
    (0, bytes([Opcode.METADATA]), False)])
def test_a_damaged_chunk_is_reported_and_all_others_are_kept(
        tmp_path, whole, where, new, indexed):
    folder = copied(whole, tmp_path)
    start, end = starts_in(bag_file(folder).read_bytes())[1:3]
    changed(folder, start + where, new)
    if indexed:
        assert 'damaged' in one_line(folder)
    else:    # torn, too
        (folder / 'metadata.yaml').unlink()
        path = bag_file(folder)
        path.write_bytes(path.read_bytes()[:-100])
        assert damage(folder)
    found = repair(folder)
    assert found.changed and found.lost == end - start and found.gaps == 1
    kept = list(messages(folder))
    with_all = {message.cdr for message in messages(whole)}
    assert len(kept) == found.messages == COUNT - in_chunk(whole, 1)
    assert {message.cdr for message in kept} < with_all
    with Reader(folder) as reader:
        assert sum(1 for _ in reader.messages()) == reader.message_count == len(kept)
    with bag_file(folder).open('rb') as file:
        assert sum(1 for _ in make_reader(file).iter_messages()) == len(kept)
    with bag_file(folder).open('rb') as file:    # one record after the other, without the index
        read = [type(record).__name__ for record in StreamReader(file).records]
    assert read.count('Message') == len(kept)
    assert not repair(folder).changed


@pytest.mark.parametrize('where, new', [
    (0, b'\x44'), (1, struct.pack('<Q', 2**62)), (HEAD + 16, struct.pack('<Q', 2**62))])
def test_damage_that_readers_with_the_index_do_not_meet_costs_nothing(
        tmp_path, whole, where, new):
    folder = copied(whole, tmp_path)
    changed(folder, starts_in(bag_file(folder).read_bytes())[1] + where, new)
    assert list(messages(folder)) == list(messages(whole))
    assert not repair(folder).changed


def test_damage_in_the_index_of_a_file_costs_nothing(tmp_path, whole):
    folder = copied(whole, tmp_path)
    size = bag_file(folder).stat().st_size
    for at in range(size - 600, size, 7):
        changed(folder, at, b'\xa5')
    assert not is_whole(folder) and damage(folder)
    found = repair(folder)
    assert (found.messages, found.changed, found.lost) == (COUNT, True, 0)
    assert damage(folder) == ''
    assert list(messages(folder)) == list(messages(whole))


def test_two_damaged_chunks_at_once(tmp_path, whole):
    folder = copied(whole, tmp_path)
    starts = starts_in(bag_file(folder).read_bytes())
    changed(folder, starts[0] + 100, b'\1\2\3')
    changed(folder, starts[2] + 1, struct.pack('<Q', 2**40))
    found = repair(folder)
    assert found.gaps == 2
    assert found.messages == COUNT - in_chunk(whole, 0) - in_chunk(whole, 2)
    assert str(found).endswith('damaged bytes in 2 gaps are lost')


def test_a_torn_file_that_lost_what_its_topics_are_is_refused_and_left_alone(tmp_path, whole):
    folder = copied(whole, tmp_path)
    (folder / 'metadata.yaml').unlink()
    path = bag_file(folder)
    path.write_bytes(path.read_bytes()[:-5000])
    changed(folder, chunks_of_torn(path)[0] + 100, b'\1\2\3')
    before = path.read_bytes()
    with pytest.raises(RecordingError, match='cannot be repaired: what the messages of channel 1'):
        repair(folder)
    assert path.read_bytes() == before


def chunks_of_torn(path: Path) -> list[int]:
    """Return the offset of the first chunk, behind the header."""
    data = path.read_bytes()
    return [MAGIC + HEAD + int.from_bytes(data[MAGIC + 1:MAGIC + HEAD], 'little')]


@settings(max_examples=12)
@given(st.lists(st.tuples(st.floats(0.0, 1.0, exclude_max=True), st.integers(1, 255)),
                min_size=1, max_size=4))
def test_flipped_bits_anywhere_are_one_line_or_harmless(whole, tmp_path_factory, flips):
    folder = copied(whole, tmp_path_factory.mktemp('flipped'))
    data = bytearray(bag_file(folder).read_bytes())
    for where, bits in flips:
        data[int(where * len(data))] ^= bits
    bag_file(folder).write_bytes(data)
    good = {message.cdr for message in messages(whole)}
    try:
        topics(folder)
        assert {message.cdr for message in messages(folder)} <= good    # nothing is made up
    except RecordingError as error:
        assert '\n' not in str(error)
    try:
        repair(folder)
    except RecordingError as error:
        assert '\n' not in str(error)
        return
    assert {message.cdr for message in messages(folder)} <= good


# Bags that ask for more than there is --------------------------------------------------------


def bomb(path: Path, compression: CompressionType, size: int) -> None:
    """Write one message of zeros as a stranger does: a few kilobytes that say they are huge."""
    with path.open('wb') as file:
        writer = Writer(file, compression=compression, chunk_size=2 * size)
        writer.start('ros2', 'somebody else')
        schema = writer.register_schema(STRING, 'ros2msg', b'string data')
        channel = writer.register_channel('/words', 'cdr', schema)
        writer.add_message(channel, 0, bytes(size), 0)
        writer.finish()


@pytest.mark.parametrize('compression', [CompressionType.ZSTD, CompressionType.LZ4])
def test_a_chunk_that_is_too_large_is_refused_before_it_is_unpacked(
        tmp_path, monkeypatch, compression):
    monkeypatch.setattr(chunks, 'LARGEST_CHUNK', 1 << 24)
    path = tmp_path / 'bomb.mcap'
    bomb(path, compression, 1 << 24)
    assert path.stat().st_size < 100_000
    tracemalloc.start()
    assert f'allowed: up to {1 << 24}' in one_line(path)
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()


@pytest.mark.parametrize('name, data', [
    ('lz4', lz4.frame.compress(bytes(1 << 24))), ('zstd', compress(bytes(1 << 24)))])
def test_no_more_is_unpacked_than_a_chunk_says_it_has(name, data):
    tracemalloc.start()
    with pytest.raises(ChunkError, match='found more than 1000 bytes'):
        unpack(data, name, 1000)
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


@given(st.binary(min_size=0, max_size=300), st.sampled_from(['', 'lz4', 'zstd', 'xz']),
       st.integers(-1, 2**63))
def test_what_is_no_chunk_is_a_chunk_error(data, name, size):
    try:
        assert len(unpack(data, name, size)) == size
    except ChunkError as error:
        assert '\n' not in str(error)


def test_what_is_packed_is_unpacked():
    data = bytes(range(256)) * 1000
    assert unpack(compress(data), 'zstd', len(data)) == data


@pytest.mark.parametrize('old, new', [(b'/words', b'/w\xffrds'), (b'\x04', b'\x03')])
def test_an_unknown_channel_or_a_name_that_is_no_text_is_one_line(tmp_path, old, new):
    file = BytesIO()
    writer = Writer(file, use_chunking=False, use_summary_offsets=False, use_statistics=False)
    writer.start('ros2', 'x')
    schema = writer.register_schema(STRING, 'ros2msg', b'string data')
    writer.add_message(writer.register_channel('/words', 'cdr', schema), 0, bytes(8), 0)
    writer.finish()
    path = tmp_path / 'words.mcap'
    path.write_bytes(file.getvalue().replace(old, new))
    assert 'damaged' in one_line(path)
