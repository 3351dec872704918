# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A run in Rerun's viewer: what is written of it, and that nothing leaves this machine."""

from __future__ import annotations

from importlib import import_module
import os
from pathlib import Path
import re
import socket
from urllib.request import urlopen

import cv2
from ingenuity_nodes.commands.cli import main
from ingenuity_nodes.frames import rotation_matrix
from ingenuity_nodes.recording.bag.typestore import TYPES
from ingenuity_nodes.recording.bag.writer import BagQos, BagWriter
from ingenuity_nodes.robots.shapes import robot
from ingenuity_nodes.robots.urdf_reader import read_robot, UrdfError
import numpy as np
import pytest

rr = pytest.importorskip('rerun')
fields, bag_module, page, viewer = (import_module(f'ingenuity_nodes.viewing.{name}')
                                    for name in ('fields', 'bag', 'page', 'viewer'))

CONFIG = Path(__file__).resolve().parent.parent / 'config'
SECOND = 1_000_000_000
DRIFT = 0.02    # [m/s] of the estimate, east


def message(kind, **values):
    return TYPES.types[kind](**values)


def xyz(kind, p):
    return message(f'geometry_msgs/msg/{kind}', x=float(p[0]), y=float(p[1]), z=float(p[2]))


def header(t_ns, frame='map'):
    stamp = message('builtin_interfaces/msg/Time', sec=t_ns // SECOND, nanosec=t_ns % SECOND)
    return message('std_msgs/msg/Header', stamp=stamp, frame_id=frame)


def pose(p):
    turn = message('geometry_msgs/msg/Quaternion', x=0.0, y=0.0, z=0.0, w=1.0)
    return message('geometry_msgs/msg/Pose', position=xyz('Point', p), orientation=turn)


def odometry(t_ns, p, sigma):
    covariance = np.zeros((6, 6))
    covariance[:3, :3] = np.diag(np.square(sigma))
    twist = message('geometry_msgs/msg/Twist', linear=xyz('Vector3', (0, 1, 0)),
                    angular=xyz('Vector3', (0, 0, 0)))
    return message(
        'nav_msgs/msg/Odometry', header=header(t_ns), child_frame_id='',
        pose=message('geometry_msgs/msg/PoseWithCovariance', pose=pose(p),
                     covariance=covariance.ravel()),
        twist=message('geometry_msgs/msg/TwistWithCovariance', twist=twist,
                      covariance=np.zeros(36)))


def image(t_ns):
    return message('sensor_msgs/msg/Image', header=header(t_ns), height=48, width=64,
                   encoding='mono8', is_bigendian=0, step=64,
                   data=np.full(48 * 64, 90, np.uint8))


def features(t_ns):
    rows = np.array([(10.0, 20.0, 1, 3), (30.0, 40.0, 2, 60)],
                    [('u', '<f8'), ('v', '<f8'), ('id', '<i4'), ('age', '<i4')])
    about = [message('sensor_msgs/msg/PointField', name=name, offset=offset, datatype=kind,
                     count=1)
             for name, offset, kind in (('u', 0, 8), ('v', 8, 8), ('id', 16, 5), ('age', 20, 5))]
    return message('sensor_msgs/msg/PointCloud2', header=header(t_ns), height=1, width=2,
                   fields=about, is_bigendian=False, point_step=24, row_step=48,
                   data=np.frombuffer(rows.tobytes(), np.uint8), is_dense=True)


def ground():
    corners = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 0, 0), (1, 1, 0), (0, 1, 0)]
    colour = message('std_msgs/msg/ColorRGBA', r=0.5, g=0.4, b=0.3, a=1.0)
    return message(
        'visualization_msgs/msg/Marker', header=header(0), ns='terrain', id=0, type=11, action=0,
        pose=pose((0, 0, 0)), scale=xyz('Vector3', (1, 1, 1)), color=colour,
        lifetime=message('builtin_interfaces/msg/Duration', sec=0, nanosec=0),
        frame_locked=False, points=[xyz('Point', p) for p in corners], colors=[colour] * 6,
        texture_resource='', texture=message(
            'sensor_msgs/msg/CompressedImage', header=header(0), format='',
            data=np.zeros(0, np.uint8)),
        uv_coordinates=[], text='', mesh_resource='', mesh_file=message(
            'visualization_msgs/msg/MeshFile', filename='', data=np.zeros(0, np.uint8)),
        mesh_use_embedded_materials=False)


def text(words):
    return message('std_msgs/msg/String', data=words)


def photo(t_ns):
    jpeg = cv2.imencode('.jpg', np.full((6, 8, 3), 120, np.uint8))[1].ravel()
    return message('sensor_msgs/msg/CompressedImage', header=header(t_ns), format='jpeg',
                   data=jpeg)


def true_position(t_ns):
    return np.array([1.0, t_ns / SECOND, 5.0])


def flight():
    """Yield time, topic and message of ten seconds at 1 m/s, with all that a viewer shows."""
    yield 0, '/world/terrain', ground()
    yield 0, '/ingenuity/flight_mode', text('hover: for the test')
    for name in ('ingenuity', 'perseverance'):
        yield 0, f'/{name}/robot_description', text((CONFIG / f'{name}.urdf').read_text())
    for t_ns in range(0, 10 * SECOND + 1, SECOND // 100):
        p = true_position(t_ns)
        yield t_ns, '/ingenuity/ground_truth/odometry', odometry(t_ns, p, (0, 0, 0))
        drifted = p + np.array([DRIFT * t_ns / SECOND, 0.0, 0.0])
        yield t_ns, '/ingenuity/odometry', odometry(t_ns, drifted, (0.1, 0.2, 0.3))
        if t_ns % (SECOND // 10) == 0:
            yield t_ns, '/ingenuity/navcam/image_raw', image(t_ns)
            yield t_ns, '/ingenuity/navcam/features', features(t_ns)
    yield 10 * SECOND, '/ingenuity/rte/image_raw/compressed', photo(10 * SECOND)
    yield 10 * SECOND, '/mission/log', text('landed')


@pytest.fixture(scope='module')
def bag(tmp_path_factory):
    folder = tmp_path_factory.mktemp('view') / 'bag'
    with BagWriter(folder) as writer:
        for t_ns, topic, one in flight():
            kind = one.__msgtype__
            writer.write(topic, kind, BagQos(), t_ns, bytes(TYPES.serialize_cdr(one, kind)))
    return folder


@pytest.fixture(scope='module')
def entities(bag, tmp_path_factory):
    """Return the columns of each entity as lists, static ones too."""
    file = tmp_path_factory.mktemp('rrd') / 'flight.rrd'
    with pytest.raises(SystemExit) as end:
        main(['view', str(bag), '--save', str(file)])
    assert end.value.code == 0
    return read(file)


def read(file):
    """Return the columns of each entity of a file as lists, static ones too."""
    chunk = pytest.importorskip('rerun.chunk')
    found = {}
    for one in chunk.RrdReader(str(file)).stream():
        if str(one.entity_path).startswith('/__'):
            continue    # Rerun's own notes
        columns = found.setdefault(str(one.entity_path), {})
        for name, values in one.to_record_batch().to_pydict().items():
            columns.setdefault(name, []).extend(values)
    return found


def column(entities, entity, ending):
    (name,) = [name for name in entities[entity] if name.endswith(ending)]
    return [value for value in entities[entity][name] if value is not None]


def seconds(entities, entity):
    return [value.total_seconds() for value in column(entities, entity, 'time')]


def test_a_recording_has_ground_robots_paths_images_plots_and_texts(entities):
    assert {
        '/world/ground', '/world/ingenuity', '/world/ingenuity/upper_rotor',
        '/world/perseverance/mast_head', '/world/paths/ingenuity/true',
        '/world/paths/ingenuity/estimated', '/world/estimates/ingenuity', '/ingenuity/navcam',
        '/ingenuity/navcam/features', '/ingenuity/photo', '/plots/altitude/ingenuity/true',
        '/plots/speed/ingenuity/estimated', '/plots/error/ingenuity/error',
        '/log/ingenuity/mode', '/log/mission'} <= set(entities)


def test_the_robot_is_where_the_truth_is_at_each_time(entities):
    times = seconds(entities, '/world/ingenuity')
    positions = column(entities, '/world/ingenuity', 'translation')
    assert len(times) == len(positions) > 90
    for t, (position,) in zip(times, positions, strict=True):
        assert position == pytest.approx(true_position(round(t * SECOND)), abs=1e-5)


def test_the_error_that_is_plotted_is_that_of_the_estimate(entities):
    times = seconds(entities, '/plots/error/ingenuity/error')
    errors = column(entities, '/plots/error/ingenuity/error', 'scalars')
    assert np.ravel(errors) == pytest.approx(DRIFT * np.array(times), abs=1e-9)


def test_an_ellipsoid_has_half_axes_of_three_standard_deviations(entities):
    sizes = column(entities, '/world/estimates/ingenuity', 'half_sizes')
    assert sorted(sizes[0][0]) == pytest.approx([0.3, 0.6, 0.9], rel=1e-6)


def test_an_ellipsoid_is_the_covariance_it_was_made_of():
    root = np.random.default_rng(5).normal(size=(3, 3))
    covariance = root @ root.T
    half, q = fields.ellipsoid(covariance)
    R = rotation_matrix(q)
    assert R @ np.diag((half / fields.SIGMAS) ** 2) @ R.T == pytest.approx(covariance)


def test_features_are_shown_with_the_image_that_they_were_found_in(entities):
    times = seconds(entities, '/ingenuity/navcam')
    assert times == seconds(entities, '/ingenuity/navcam/features')
    positions = column(entities, '/ingenuity/navcam/features', 'positions')
    assert positions[0] == [[10.0, 20.0], [30.0, 40.0]]


def test_a_path_ends_where_the_robot_is(entities):
    (last,) = column(entities, '/world/paths/ingenuity/true', 'strips')[-1]
    assert last[-1] == pytest.approx([1.0, 10.0, 5.0], abs=0.3)


def test_the_urdf_reads_back_as_the_parts_it_was_written_from():
    for kind, name in (('helicopter', 'ingenuity'), ('rover', 'perseverance')):
        read, made = read_robot((CONFIG / f'{name}.urdf').read_text()), robot(kind)
        parts = {part.name: part for part in read.parts}
        assert {part.name for part in made.parts} <= set(parts)
        for part in made.parts:
            found = parts[part.name]
            assert (found.link, found.shape) == (part.link, part.shape)
            assert found.xyz == pytest.approx(part.xyz, abs=1e-4)
        angles = {link.joint: 0.3 for link in made.links if link.joint}
        poses = read.link_poses(angles)
        for link, matrix in made.link_poses(angles).items():
            assert poses[link] == pytest.approx(matrix, abs=1e-4)


@pytest.mark.parametrize('words', ['', '<robot', '<robot name="x"/>', '<robot><link name="a"/>'
                                   '<link name="b"/></robot>'])
def test_what_is_no_robot_is_refused(words):
    with pytest.raises(UrdfError, match='robot description'):
        read_robot(words)


def test_a_message_that_is_not_as_ours_is_left_out_and_named_once(tmp_path):
    lines = []
    with BagWriter(tmp_path / 'bag') as writer:
        for k in range(3):
            writer.write('/ingenuity/robot_description', 'std_msgs/msg/String', BagQos(), k,
                         bytes(TYPES.serialize_cdr(text('no xml'), 'std_msgs/msg/String')))
        writer.write('/mission/log', 'std_msgs/msg/String', BagQos(), 9,
                     bytes(TYPES.serialize_cdr(text('landed'), 'std_msgs/msg/String')))
    bag_module.write_bag(tmp_path / 'bag', rr.RecordingStream('test'), lines.append)
    assert len(lines) == 1
    assert lines[0].startswith('/ingenuity/robot_description: left out: robot description')


def test_what_cannot_be_shown_is_one_line(capsys):
    with pytest.raises(SystemExit) as end:
        main(['view', 'nowhere'])
    assert end.value.code == 2
    assert capsys.readouterr().err.startswith('nowhere: found no such run')


def test_a_run_without_a_bag_says_how_to_make_one(tmp_path, capsys):
    (tmp_path / 'result.json').write_text('{}')
    with pytest.raises(SystemExit):
        main(['view', str(tmp_path)])
    assert '--format rosbag2' in capsys.readouterr().err


def free_ports():
    """Find a port after which two more are free."""
    while True:
        with socket.socket() as one:
            one.bind((page.HERE, 0))
            port = one.getsockname()[1]
        try:
            for k in range(3):
                with socket.socket() as one:
                    one.bind((page.HERE, port + k))
            return port
        except OSError:
            continue


def test_the_page_is_served_here_alone_and_may_reach_nothing_else():
    port = free_ports()
    with viewer.serving(port) as served:
        with urlopen(served.page, timeout=30.0) as answer:
            policy = answer.headers['Content-Security-Policy']
            html = answer.read().decode()
        listening = listeners({port, port + 1, port + 2})
    hosts = set(re.findall(r'https?://[^\s;]+', policy))
    assert hosts == {f'http://127.0.0.1:{port + 1}'}
    assert '*' not in policy
    assert 're_viewer.js' in html
    assert not re.search(r'<(link|script|img)[^>]*https?://', html)
    assert listening == {(port + k, '0100007F') for k in range(3)}    # 127.0.0.1
    assert served.server.poll() is not None


def listeners(ports):
    """Return port and address (as the kernel writes it) of what listens on some ports."""
    rows = [line.split() for line in Path('/proc/net/tcp').read_text().splitlines()[1:]]
    found = {(int(row[1].partition(':')[2], 16), row[1].partition(':')[0])
             for row in rows if row[3] == '0A'}
    return {one for one in found if one[0] in ports}


def test_a_port_that_is_taken_is_named():
    with socket.socket() as one:
        one.bind((page.HERE, 0))
        one.listen()
        port = one.getsockname()[1]
        with pytest.raises(viewer.ViewerError, match=f'found {port} in use'), viewer.serving(port):
            pass


def test_rerun_is_started_with_analytics_off_and_the_environment_stays(tmp_path):
    before = dict(os.environ)
    environment = viewer.without_analytics(tmp_path)
    assert '"analytics_enabled": false' in (
        Path(environment['XDG_CONFIG_HOME']) / 'rerun' / 'analytics.json').read_text()
    assert dict(os.environ) == before
