# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A report of a bag that others recorded, as ``ros2 bag record -a``: as far as it goes."""

from __future__ import annotations

import hashlib
from io import BytesIO

from ingenuity_nodes.commands.cli import main
from ingenuity_nodes.frames import rotation_matrix
from ingenuity_nodes.radio.frames import photo_name
from ingenuity_nodes.recording.bag.typestore import TYPES
from ingenuity_nodes.recording.errors import RecordingError
from ingenuity_nodes.recording.log_from_bag import log_of_bag
from ingenuity_nodes.recording.result import summarise
from ingenuity_nodes.recording.run_log import RunLog
from ingenuity_nodes.signals import ModeChange, VehicleStatus
from ingenuity_nodes.timing import SECOND_NS, TICK_NS
import numpy as np
from PIL import Image
import pytest
import recording_flight as formula
from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.typesys import get_types_from_msg, get_typestore, Stores

WALL_NS = 1_790_000_000 * SECOND_NS
STEP_NS = 10 * TICK_NS
FOREIGN = 'somebody_msgs/msg/Opinion'
PHOTO_NS = round(formula.PHOTO.t_ns)


def made(kind, **values):
    return TYPES.types[kind](**values)


def xyz(kind, p):
    return made(f'geometry_msgs/msg/{kind}', x=float(p[0]), y=float(p[1]), z=float(p[2]))


def header(t_ns):
    stamp = made('builtin_interfaces/msg/Time', sec=t_ns // SECOND_NS, nanosec=t_ns % SECOND_NS)
    return made('std_msgs/msg/Header', stamp=stamp, frame_id='map')


def odometry(t_ns, p, q, covariance=None, v_B=(0.0, 0.0, 0.0)):
    w, x, y, z = (float(part) for part in q)
    zero = np.zeros((6, 6)) if covariance is None else covariance
    pose = made('geometry_msgs/msg/Pose', position=xyz('Point', p),
                orientation=made('geometry_msgs/msg/Quaternion', x=x, y=y, z=z, w=w))
    twist = made('geometry_msgs/msg/Twist', linear=xyz('Vector3', v_B),
                 angular=xyz('Vector3', (0, 0, 0)))
    return made(
        'nav_msgs/msg/Odometry', header=header(t_ns), child_frame_id='',
        pose=made('geometry_msgs/msg/PoseWithCovariance', pose=pose, covariance=zero.ravel()),
        twist=made('geometry_msgs/msg/TwistWithCovariance', twist=twist,
                   covariance=np.zeros(36)))


def status(value: VehicleStatus):
    names = [name for name in value._fields if name not in ('failure', 'refused', 'warning')]
    parts = [np.atleast_1d(np.asarray(getattr(value, name), np.float64)) for name in names]
    layout = made('std_msgs/msg/MultiArrayLayout', data_offset=0, dim=[
        made('std_msgs/msg/MultiArrayDimension', label=name, size=len(part), stride=len(part))
        for name, part in zip(names, parts, strict=True)])
    return made('std_msgs/msg/Float64MultiArray', layout=layout, data=np.concatenate(parts))


def ground():
    """Triangles of a plane that rises to the north, on a grid."""
    east, north = np.meshgrid(np.arange(-60.0, 121.0, 20.0), np.arange(-60.0, 121.0, 20.0))
    grid = np.stack([east, north, 0.01 * north], axis=-1)
    a, b, c, d = grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1]
    corners = np.stack([a, b, c, a, c, d], axis=2).reshape(-1, 3)
    kind = TYPES.types['visualization_msgs/msg/Marker']
    turn = made('geometry_msgs/msg/Quaternion', x=0.0, y=0.0, z=0.0, w=1.0)
    colour = made('std_msgs/msg/ColorRGBA', r=1.0, g=1.0, b=1.0, a=1.0)
    return kind(
        header=header(0), ns='terrain', id=0, type=11, action=0,
        pose=made('geometry_msgs/msg/Pose', position=xyz('Point', (0, 0, 0)), orientation=turn),
        scale=xyz('Vector3', (1, 1, 1)), color=colour,
        lifetime=made('builtin_interfaces/msg/Duration', sec=0, nanosec=0), frame_locked=False,
        points=[xyz('Point', p) for p in corners], colors=[], text='', texture_resource='',
        texture=made('sensor_msgs/msg/CompressedImage', header=header(0), format='',
                     data=np.zeros(0, np.uint8)),
        uv_coordinates=[], mesh_resource='', mesh_use_embedded_materials=False,
        mesh_file=made('visualization_msgs/msg/MeshFile', filename='',
                       data=np.zeros(0, np.uint8)))


class Recorder:
    """Records by the wall, at twice real time, whatever comes."""

    def __init__(self, path):
        self._writer = Writer(path, version=9, storage_plugin=StoragePlugin.MCAP)
        self._writer.open()
        self._open, self._wall_ns = {}, WALL_NS

    def put(self, topic, kind, message):
        if topic not in self._open:
            self._open[topic] = self._writer.add_connection(topic, kind, typestore=TYPES)
        self._writer.write(self._open[topic], self._wall_ns, TYPES.serialize_cdr(message, kind))

    def text(self, topic, data):
        self.put(topic, 'std_msgs/msg/String', made('std_msgs/msg/String', data=data))

    def foreign(self, topic):
        """Write a message of a type that nobody here knows."""
        store = get_typestore(Stores.ROS2_JAZZY)
        store.register(get_types_from_msg('string[] words\nfloat32 weight', FOREIGN))
        kind = self._writer.add_connection(topic, FOREIGN, typestore=store)
        self._writer.write(kind, self._wall_ns, b'\x00\x01\x00\x00 whatever')

    def sleep(self, step_ns):
        self._wall_ns += step_ns // 2

    def close(self):
        self._writer.close()


def record(path, prefix='', until_s=92.0, wanted=('status', 'modes', 'scene', 'photo')):
    """Record the flight of the formula every tenth of a second."""
    bag, own = Recorder(path), f'{prefix}/ingenuity'
    bag.foreign('/somebody/opinion')
    if 'scene' in wanted:
        bag.put(f'{prefix}/world/terrain', 'visualization_msgs/msg/Marker', ground())
        bag.text(f'{prefix}/perseverance/drive_state', 'parked')
        bag.put(f'{prefix}/perseverance/ground_truth/odometry', 'nav_msgs/msg/Odometry',
                odometry(0, (63.0, -6.6, 0.4), (1, 0, 0, 0)))
    expected = RunLog('flight', None, ['ingenuity'])
    (log,) = expected.logs
    left = list(formula.MODES)
    for t_ns in range(0, round(until_s * SECOND_NS), STEP_NS):
        truth = formula.truth_at(t_ns)
        estimate = formula.estimate_of(truth)
        R_MB = rotation_matrix(truth.q_MB)
        bag.put('/clock', 'rosgraph_msgs/msg/Clock',
                made('rosgraph_msgs/msg/Clock', clock=header(t_ns).stamp))
        bag.put(f'{own}/ground_truth/odometry', 'nav_msgs/msg/Odometry', odometry(
            t_ns, truth.p_MB, truth.q_MB, v_B=R_MB.T @ truth.v_MB))
        pick = [0, 1, 2, 6, 7, 8]
        bag.put(f'{own}/odometry', 'nav_msgs/msg/Odometry', odometry(
            t_ns, estimate.p_MB, estimate.q_MB, estimate.covariance[np.ix_(pick, pick)]))
        log.truth(truth)
        log.estimate(estimate)
        if 'status' in wanted:
            bag.put(f'{own}/vehicle_status', 'std_msgs/msg/Float64MultiArray',
                    status(formula.status_at(t_ns)))
            log.status(formula.status_at(t_ns))
        while 'modes' in wanted and left and left[0][0] * SECOND_NS <= t_ns:
            _, mode, reason = left.pop(0)
            bag.text(f'{own}/flight_mode', f'{mode}: {reason}')
            log.mode(ModeChange(t_ns, mode, reason))
        if t_ns == PHOTO_NS and 'photo' in wanted:
            take_photo(bag, own, truth, prefix)
        bag.sleep(STEP_NS)
    bag.close()
    return expected


def take_photo(bag, own, truth, prefix):
    memory = BytesIO()
    Image.new('RGB', (64, 48), (150, 100, 70)).save(memory, 'JPEG')
    jpeg = memory.getvalue()
    bag.put(f'{own}/rte/exposure', 'nav_msgs/msg/Odometry',
            odometry(truth.t_ns, truth.p_MB, truth.q_MB))
    bag.put(f'{own}/rte/image_raw/compressed', 'sensor_msgs/msg/CompressedImage',
            made('sensor_msgs/msg/CompressedImage', header=header(truth.t_ns), format='jpeg',
                 data=np.frombuffer(jpeg, np.uint8)))
    bag.text(f'{prefix}/perseverance/received',
             f'ingenuity {photo_name(truth.t_ns)} {hashlib.sha256(jpeg).hexdigest()}')


@pytest.fixture(scope='module')
def recorded(tmp_path_factory):
    folder = tmp_path_factory.mktemp('wall') / 'rosbag2_all'
    expected = record(folder, '/mars')
    return folder, expected, log_of_bag(folder)


def test_the_figures_are_those_of_the_flight_whoever_recorded_it(recorded):
    _, expected, read = recorded
    found, wanted = summarise(read.run, None), summarise(expected, None)
    for key in ('outcome', 'duration_s', 'max_altitude_m', 'path_length_m', 'landing',
                'max_ground_speed_mps', 'max_tilt_deg', 'navigation_error_m', 'battery_used_wh',
                'mean_power_w'):
        assert found[key] == pytest.approx(wanted[key]), key
    assert found['outcome'] == 'landed'


def test_what_has_no_stamp_has_the_time_of_the_truth_before_it_not_of_the_wall(recorded):
    _, expected, read = recorded
    assert read.run.logs[0].modes == expected.logs[0].modes


def test_the_ground_of_viewers_is_the_ground_of_the_maps(recorded):
    terrain = recorded[2].run.terrain
    _, north = np.meshgrid(terrain.east, terrain.north)
    assert terrain.up == pytest.approx(0.01 * north)
    assert terrain.east[0] <= 0.0 and terrain.east[-1] >= 63.0    # from the start to the rover


def test_a_photo_is_that_of_the_camera_and_of_the_radio(recorded):
    found = recorded[2]
    (photo,) = found.run.logs[0].photos
    assert photo.received and photo.sha256_sent == photo.sha256_received
    assert hashlib.sha256(found.photos[photo.file]).hexdigest() == photo.sha256_sent


def test_the_report_of_a_bag_is_written_beside_it(recorded, capsys):
    folder = recorded[0]
    with pytest.raises(SystemExit) as end:
        main(['report', str(folder), '--scenario', 'flight_03'])
    assert end.value.code == 0
    page = folder.with_name('rosbag2_all_report') / 'report.html'
    out, err = capsys.readouterr()
    assert out.strip() == str(page)
    assert 'NASA' in page.read_text() and (page.parent / 'photo.jpg').is_file()
    (line,) = err.splitlines()
    assert line == f'{folder}: not there, so not in the report: wind (world/wind)'
    assert {path.name for path in folder.iterdir()} == {'metadata.yaml', 'rosbag2_all.mcap'}


def test_what_a_bag_lacks_is_named_in_one_line(tmp_path, capsys):
    record(tmp_path / 'thin', until_s=10.0, wanted=())
    with pytest.raises(SystemExit) as end:
        main(['report', str(tmp_path / 'thin')])
    assert end.value.code == 0
    (line,) = capsys.readouterr().err.splitlines()
    for word in ('vehicle_status', 'flight_mode', 'world/terrain', 'rte/image_raw/compressed',
                 'rovers', '--scenario'):
        assert word in line
    assert (tmp_path / 'thin_report' / 'report.html').stat().st_size > 10_000


def test_a_bag_without_a_helicopter_is_one_line(tmp_path, capsys):
    bag = Recorder(tmp_path / 'other')
    bag.foreign('/somebody/opinion')
    bag.text('/chatter', 'hello')
    bag.close()
    with pytest.raises(RecordingError, match='odometry of a helicopter'):
        log_of_bag(tmp_path / 'other')


def test_the_last_of_several_runs_counts_and_what_cannot_be_read_is_left_out(tmp_path):
    bag = Recorder(tmp_path / 'twice')
    for north in (1.0, 2.0):
        for t_ns in range(0, 5 * SECOND_NS, STEP_NS):
            bag.put('/one/ground_truth/odometry', 'nav_msgs/msg/Odometry',
                    odometry(t_ns, (0.0, north, 0.3), (1, 0, 0, 0)))
            bag.sleep(STEP_NS)
        bag.put('/one/odometry', 'nav_msgs/msg/Odometry',
                odometry(SECOND_NS, (0.0, float('nan'), 0.3), (1, 0, 0, 0)))
    bag.close()
    found = log_of_bag(tmp_path / 'twice')
    assert set(found.run.logs[0].truths.p_MB[:, 1]) == {2.0}
    assert len(found.run.logs[0].estimates.t_ns) == 0
    assert found.notes == [
        '/one/odometry: left out what cannot be read: found numbers that are not finite',
        'holds 2 runs, one after the other: this is the last']
