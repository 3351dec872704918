# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A bag: what is written is read back, by us, by rosbags and by mcap; nothing flushed is lost."""

from __future__ import annotations

import errno
import os
from pathlib import Path
import resource
import signal
import subprocess
import sys

from ingenuity_nodes.recording.bag import storage
from ingenuity_nodes.recording.bag.reader import decode, messages, topics
from ingenuity_nodes.recording.bag.repair import bag_file, is_whole, repair
from ingenuity_nodes.recording.bag.typestore import TYPES
from ingenuity_nodes.recording.bag.writer import BagQos, BagWriter
from ingenuity_nodes.recording.errors import RecordingError
from mcap.reader import make_reader
from mcap.writer import IndexType, Writer
import numpy as np
import pytest
from rosbags.interfaces import QosDurability
from rosbags.rosbag2 import Reader

LATCHED = BagQos(depth=1, latched=True)
SENSOR = BagQos(depth=5, reliable=False)
STRING = 'std_msgs/msg/String'
TF = 'tf2_msgs/msg/TFMessage'
NOISE = np.random.default_rng(3).bytes(2**21)    # which nothing packs


def text(value: str) -> bytes:
    return bytes(TYPES.serialize_cdr(TYPES.types[STRING](data=value), STRING))


def no_frames() -> bytes:
    return bytes(TYPES.serialize_cdr(TYPES.types[TF](transforms=[]), TF))


def record(folder: Path, count: int = 100, size: int = 10) -> BagWriter:
    writer = BagWriter(folder)
    writer.write('/tf_static', TF, LATCHED, 0, no_frames())
    for k in range(count):
        writer.write('/log', STRING, SENSOR, k * 10_000_000, text(f'{k:{size}d}'))
    return writer


def opened_by_all(folder: Path) -> int:
    """Count the messages, which rosbags and mcap must agree on."""
    with Reader(folder) as reader:
        found = sum(1 for _ in reader.messages())
        assert found == reader.message_count
    with bag_file(folder).open('rb') as file:
        assert sum(1 for _ in make_reader(file).iter_messages()) == found
    return found


def test_what_is_written_is_read_back_byte_for_byte(tmp_path):
    record(tmp_path / 'bag').close()
    found = list(messages(tmp_path / 'bag', ['/log']))
    assert [decode(m).data for m in found] == [f'{k:10d}' for k in range(100)]
    assert [m.t_ns for m in found] == [k * 10_000_000 for k in range(100)]
    assert found[7].cdr == text(f'{7:10d}')
    assert opened_by_all(tmp_path / 'bag') == 101


def test_the_file_has_the_name_that_ros2_bag_reindex_requires(tmp_path):
    record(tmp_path / 'bag').close()
    assert sorted(p.name for p in (tmp_path / 'bag').iterdir()) == ['bag_0.mcap', 'metadata.yaml']
    assert 'bag_0.mcap' in (tmp_path / 'bag' / 'metadata.yaml').read_text()


def test_latched_topics_are_latched_in_the_bag(tmp_path):
    record(tmp_path / 'bag').close()
    with Reader(tmp_path / 'bag') as reader:
        offered = {c.topic: c.ext.offered_qos_profiles[0] for c in reader.connections}
    assert offered['/tf_static'].durability == QosDurability.TRANSIENT_LOCAL
    assert offered['/log'].durability == QosDurability.VOLATILE
    assert {t.topic: t.qos for t in topics(tmp_path / 'bag')} == {
        '/tf_static': LATCHED, '/log': SENSOR}


def test_a_second_of_wall_time_is_flushed_without_being_asked(tmp_path):
    now = [0.0]
    writer = BagWriter(tmp_path / 'bag', clock=lambda: now[0])
    writer.write('/log', STRING, SENSOR, 0, text('early'))
    assert list(messages(tmp_path / 'bag')) == []
    now[0] = 1.0
    writer.write('/log', STRING, SENSOR, 1, text('late'))
    assert [decode(m).data for m in messages(tmp_path / 'bag')] == ['early', 'late']


def test_the_internals_of_rosbags_that_we_use_are_those_of_the_pinned_version():
    from importlib.metadata import version
    assert version('rosbags') == '0.11.9'
    assert set(vars(storage.PendingChunk(0, 0, None, {}))) == {
        'message_start_time', 'message_end_time', 'bio', 'msgs'}


def test_after_sigkill_everything_flushed_is_there(tmp_path):
    script = f"""
import sys
sys.path[:0] = {sys.path!r}
from pathlib import Path
from test_recording_bag import *
writer = record(Path({str(tmp_path / 'bag')!r}), count=2000, size=2000)
writer.flush()
for k in range(5):
    writer.write('/log', STRING, SENSOR, 10**12 + k, text('never flushed'))
print('ready', flush=True)
while True:
    pass
"""
    environment = {**os.environ, 'PYTHONPATH': os.path.dirname(__file__)}
    process = subprocess.Popen(
        [sys.executable, '-c', script], stdout=subprocess.PIPE, env=environment)
    assert process.stdout.readline() == b'ready\n'
    with pytest.raises(RecordingError, match='is still being recorded'):
        repair(tmp_path / 'bag')
    process.send_signal(signal.SIGKILL)
    process.wait()

    assert not (tmp_path / 'bag' / 'metadata.yaml').exists()
    assert sum(1 for _ in messages(tmp_path / 'bag')) == 2001
    assert {t.topic: t.count for t in topics(tmp_path / 'bag')} == {'/tf_static': 1, '/log': 2000}
    assert repair(tmp_path / 'bag').messages == 2001
    assert opened_by_all(tmp_path / 'bag') == 2001
    assert {t.topic: t.qos for t in topics(tmp_path / 'bag')} == {
        '/tf_static': LATCHED, '/log': SENSOR}


@pytest.fixture(scope='module')
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp('whole') / 'bag'
    record(folder, count=1500, size=3000).close()
    return bag_file(folder).read_bytes()


@pytest.mark.parametrize('kept', [*np.linspace(0.02, 0.9999, 29).tolist(), 1.0])
def test_a_file_truncated_anywhere_is_repaired(tmp_path, whole, kept):
    folder = tmp_path / 'bag'
    folder.mkdir()
    path = folder / 'bag_0.mcap'
    path.write_bytes(whole[:int(kept * len(whole))])
    before = list(messages(folder))
    assert repair(folder).messages == len(before) == opened_by_all(folder)
    assert len(before) >= kept * 1501 - 400    # a chunk holds about 350 of these
    assert list(messages(folder)) == before


def test_repairing_a_whole_bag_changes_nothing(tmp_path):
    folder = tmp_path / 'bag'
    record(folder).close()
    before = bag_file(folder).read_bytes()
    assert repair(folder).messages == 101
    assert bag_file(folder).read_bytes() == before


def test_a_repaired_bag_equals_one_that_was_closed(tmp_path):
    record(tmp_path / 'a' / 'bag').close()
    torn = record(tmp_path / 'b' / 'bag')
    torn.flush()
    torn._storage().abort()
    repair(tmp_path / 'b' / 'bag')
    for name in ('bag_0.mcap', 'metadata.yaml'):
        assert (tmp_path / 'a/bag' / name).read_bytes() == (tmp_path / 'b/bag' / name).read_bytes()


def fill_disk_after(monkeypatch, allowed: int) -> None:
    """Let the operating system take so many bytes more, then raise that the disk is full."""
    real, left = os.write, [allowed]

    def write(descriptor, data):
        if left[0] == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        count = real(descriptor, data[:left[0]])
        left[0] -= count
        return count

    monkeypatch.setattr(storage.os, 'write', write)


def test_a_full_disk_is_named_and_the_bag_keeps_what_was_flushed(tmp_path, monkeypatch):
    writer = record(tmp_path / 'bag')
    writer.flush()
    fill_disk_after(monkeypatch, 700)
    with pytest.raises(RecordingError, match=r'bag_0\.mcap: cannot be written: No space left'):
        for k in range(1000):
            writer.write('/log', STRING, SENSOR, 10**12 + k, bytes(5000))
    with pytest.raises(RecordingError, match='No space left'):
        writer.close()
    writer.close()
    monkeypatch.undo()
    assert sum(1 for _ in messages(tmp_path / 'bag')) == 101
    assert repair(tmp_path / 'bag').messages == 101 == opened_by_all(tmp_path / 'bag')


def test_when_space_returns_nothing_is_missing(tmp_path, monkeypatch):
    writer = record(tmp_path / 'bag')
    fill_disk_after(monkeypatch, 700)
    with pytest.raises(RecordingError):
        writer.flush()
    monkeypatch.undo()
    writer.close()
    assert opened_by_all(tmp_path / 'bag') == 101


def test_what_the_kernel_really_refuses_leaves_a_readable_bag(tmp_path):
    writer = record(tmp_path / 'bag')
    writer.flush()
    size = bag_file(tmp_path / 'bag').stat().st_size
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 5000, limits[1]))
    try:
        with pytest.raises(RecordingError, match='cannot be written: File too large'):
            writer.write('/log', STRING, SENSOR, 10**12, NOISE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert bag_file(tmp_path / 'bag').stat().st_size == size
    assert sum(1 for _ in messages(tmp_path / 'bag')) == 101


def test_a_folder_that_exists_or_cannot_be_made_is_refused_by_name(tmp_path):
    with pytest.raises(RecordingError, match='exists already'):
        BagWriter(tmp_path)
    (tmp_path / 'file').write_text('')
    with pytest.raises(RecordingError, match='file/bag: cannot be written: Not a directory'):
        BagWriter(tmp_path / 'file' / 'bag')


def test_a_type_nobody_knows_is_refused_with_topic_and_type(tmp_path):
    with pytest.raises(RecordingError, match='/odd has the type my_msgs/msg/Odd'):
        BagWriter(tmp_path / 'bag').write('/odd', 'my_msgs/msg/Odd', SENSOR, 0, b'')


def test_writing_to_a_closed_bag_is_refused(tmp_path):
    writer = record(tmp_path / 'bag')
    writer.close()
    with pytest.raises(RecordingError, match='is closed'):
        writer.write('/log', STRING, SENSOR, 0, text('late'))


def test_no_bag_and_a_foreign_bag_are_named(tmp_path):
    with pytest.raises(RecordingError, match='no bag there'):
        list(messages(tmp_path / 'bag'))
    (tmp_path / 'bag').mkdir()
    (tmp_path / 'bag' / 'bag_0.mcap').write_bytes(b'something else')
    with pytest.raises(RecordingError, match='not an MCAP file'):
        repair(tmp_path / 'bag')
    assert not is_whole(tmp_path / 'bag')


# Bags of others -----------------------------------------------------------------------------


def foreign(path, encoding='cdr', count=20):
    """Write an MCAP file as others do: no chunks, no index, no summary."""
    with path.open('wb') as file:
        writer = Writer(file, index_types=IndexType.NONE, use_chunking=False, use_statistics=False,
                        use_summary_offsets=False, repeat_schemas=False, repeat_channels=False)
        writer.start('ros2', 'somebody else')
        schema = writer.register_schema('std_msgs/msg/String', 'ros2msg', b'string data')
        channel = writer.register_channel('/words', encoding, schema)
        for k in range(count):
            writer.add_message(channel, k * 1_000, b'\0\1\0\0' + bytes([k]), k * 1_000)
        writer.finish()
    return path


def test_a_file_of_somebody_else_is_read_by_its_path_and_by_its_folder(tmp_path):
    path = foreign(tmp_path / 'words.mcap')
    for bag in (path, tmp_path):
        assert [(topic.topic, topic.count) for topic in topics(bag)] == [('/words', 20)]
        assert [message.t_ns for message in messages(bag)] == [k * 1_000 for k in range(20)]


def test_a_file_that_breaks_off_is_read_as_far_as_it_goes(tmp_path):
    path = foreign(tmp_path / 'words.mcap')
    path.write_bytes(path.read_bytes()[:-200])
    assert 0 < len(list(messages(path))) < 20


@pytest.mark.parametrize('old, new, reason', [
    ('version: 9', 'version: 10', 'version 10'),
    ('a_0.mcap', 'gone.mcap', 'files are missing'),
    ('rosbag2_bagfile_information', 'something', '')])
def test_a_bag_that_cannot_be_read_has_the_reason_of_its_reader(tmp_path, old, new, reason):
    writer = BagWriter(tmp_path / 'a')
    writer.write('/words', 'std_msgs/msg/String', BagQos(), 0, bytes(8))
    writer.close()
    about = tmp_path / 'a' / 'metadata.yaml'
    about.write_text(about.read_text().replace(old, new))
    (tmp_path / 'a' / 'a_0.mcap').rename(tmp_path / 'a' / 'b.mcap')
    words = f'no bag there that can be read: .*{reason}'
    with pytest.raises(RecordingError, match=words) as caught:
        topics(tmp_path / 'a')
    assert '\n' not in str(caught.value) and 'b.mcap' in str(caught.value)
    assert topics(tmp_path / 'a' / 'b.mcap')[0].count == 1


@pytest.mark.parametrize('damage, words', [
    (lambda data: b'text' + data, 'not an MCAP file'),
    (lambda data: data.replace(b'cdr', b'xml'), "/words is encoded as 'xml'"),
    (lambda data: data.replace(b'\x04', b'\x03'), 'damaged')])
def test_a_file_that_is_none_or_damaged_is_one_line(tmp_path, damage, words):
    path = foreign(tmp_path / 'words.mcap')
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(RecordingError, match=words) as caught:
        topics(path)
    assert '\n' not in str(caught.value)
