# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
All that reads bytes of strangers, by name: what it may raise, and examples of what it takes.

Used by the replay of the corpus and by ``bench/fuzz_parsers.py``.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
import io
import json
from pathlib import Path
import zlib

from ingenuity_nodes.cameras.preview import preview_of_jpeg
from ingenuity_nodes.cameras.thumbnail import thumbnail
from ingenuity_nodes.campaign.load import load_campaign
from ingenuity_nodes.campaign.row_store import read_identity, read_rows
from ingenuity_nodes.export.from_bag import read_flight
from ingenuity_nodes.guidance.flight_plan import plan_from_yaml
from ingenuity_nodes.navigation.inputs import WIDTH
from ingenuity_nodes.radio.files import FileReceiver
from ingenuity_nodes.radio.frames import decode, encode, FrameError
from ingenuity_nodes.radio.parameters import RadioParameters
from ingenuity_nodes.recording.bag.images import ImageError, unpacked
from ingenuity_nodes.recording.bag.reader import messages, topics, TYPES
from ingenuity_nodes.recording.bag.repair import repair
from ingenuity_nodes.recording.bag.writer import BagQos, BagWriter
from ingenuity_nodes.recording.errors import RecordingError
from ingenuity_nodes.recording.mission_from_bag import mission_of_bag
from ingenuity_nodes.recording.mmgis import mmgis_tracks
from ingenuity_nodes.recording.nav_labels import read_poses
from ingenuity_nodes.recording.result_file import read_result
from ingenuity_nodes.recording.run_log import RunLog
from ingenuity_nodes.recording.tracks import read_track
from ingenuity_nodes.robots.urdf_reader import read_robot, UrdfError
from ingenuity_nodes.scenario.commands import command_from_yaml
from ingenuity_nodes.scenario.fault_section import order_from_text
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.scenario.mast_images import image_order_from_text
from ingenuity_nodes.signals import RadioPacket
from ingenuity_nodes.world.elevation_file import (
    ElevationFileError, MARS_RADIUS, read_elevations)
from ingenuity_nodes.world.orthophoto_file import read_orthophoto
from ingenuity_nodes.yaml_files.check import FileError
from ingenuity_nodes.yaml_files.reader import read_yaml, YamlError
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / 'test' / 'data' / 'corpus'
LONGEST_LINE = 2000    # of an error's text, which may list 60 faults, but not what was found


@dataclass(frozen=True)
class Door:
    """One parser."""

    read: Callable[[bytes, Path], object]    # bytes and an empty folder for them
    refusals: tuple[type[Exception], ...]


def of_text(read):
    """Read what comes over the network, which ROS has checked to be UTF-8."""
    return lambda data, _: read(data.decode('utf-8', 'replace'))


def of_file(read, name):
    def from_file(data, folder):
        path = folder / name
        path.write_bytes(data)
        return read(path)
    return from_file


def bag(path):
    listed = topics(path)
    return listed, [message.t_ns for message in messages(path)]


def bag_folder(path):
    """Read it as the only file of a folder, then repair that and read it again."""
    folder = path.parent / 'bag'
    folder.mkdir(exist_ok=True)
    path.replace(folder / 'bag_0.mcap')
    for act in (bag, repair):
        with suppress(RecordingError):
            act(folder)
    return bag(folder)


# Of a bag whose container is whole: the topics whose messages are read, by the first byte.
TOPICS = (('/mission/log', 'std_msgs/msg/String'), ('/map/hazards', 'nav_msgs/msg/OccupancyGrid'),
          ('/map/heights', 'sensor_msgs/msg/PointCloud2'), ('/r/path', 'nav_msgs/msg/Path'),
          ('/r/ground_truth/odometry', 'nav_msgs/msg/Odometry'),
          ('/h/ground_truth/odometry', 'nav_msgs/msg/Odometry'),
          ('/h/navigation/start', 'std_msgs/msg/Float64MultiArray'),
          ('/h/navigation/inputs', 'std_msgs/msg/Float64MultiArray'),
          ('/h/navigation/features', 'sensor_msgs/msg/PointCloud2'))
DRIVE = ('/r/drive_state', 'std_msgs/msg/String')


def of_parts(data):
    """Split into pieces of two bytes for the length, one for the kind, and the content."""
    while len(data) > 2:
        end = 3 + int.from_bytes(data[:2], 'little')
        yield data[2], data[3:end]
        data = data[end:]


def bag_messages(data, folder):
    """Put what may be messages into a bag that is whole, and read mission and flight of it."""
    bag = folder / 'bag'
    with BagWriter(bag, clock=lambda: 0.0) as writer:
        writer.write(*DRIVE, BagQos(latched=True), 0, b'\0\1\0\0\1\0\0\0\0')
        for k, (kind, cdr) in enumerate(of_parts(data)):
            writer.write(*TOPICS[kind % len(TOPICS)], BagQos(latched=True), k, cdr)
    with suppress(RecordingError):
        mission_of_bag(bag)
    return read_flight(bag)


def jpeg(data, _):
    thumbnail(data)
    return preview_of_jpeg(data, 4208)


def frame(data, _):
    return decode(data)


def packets(data, _):
    """Receive frames of 255 bytes at most behind one another, each made to pass its checksum."""
    receiver = FileReceiver(RadioParameters(), 'perseverance')
    while data:
        body, data = data[1:1 + data[0]], data[1 + data[0]:]
        try:
            packet = decode(body + zlib.crc32(body).to_bytes(4, 'little'))
        except FrameError:
            continue
        if packet.kind == 'data':
            receiver.receive(packet)
            answer = receiver.answer(packet.t_ns)
            assert answer is None or encode(answer)


SITE = (18.44486, 77.45102)
DOORS = {
    'yaml': Door(of_text(read_yaml), (YamlError,)),
    'scenario': Door(of_file(lambda path: load_scenario(str(path), run=False), 'scenario.yaml'),
                     (FileError,)),
    'campaign': Door(of_file(lambda path: load_campaign(str(path), 2), 'campaign.yaml'),
                     (FileError,)),
    'plan': Door(of_text(plan_from_yaml), (ValueError,)),
    'command': Door(of_text(command_from_yaml), (ValueError,)),
    'fault': Door(of_text(lambda text: order_from_text(text, 10)), (ValueError,)),
    'images': Door(of_text(lambda text: image_order_from_text(
        text, 10, ['ingenuity'], ['mastcam'])), (ValueError,)),
    'frame': Door(frame, (FrameError,)),
    'packets': Door(packets, (ValueError,)),
    'bag': Door(of_file(bag, 'loose.mcap'), (RecordingError,)),
    'bag_folder': Door(of_file(bag_folder, 'loose.mcap'), (RecordingError,)),
    'bag_image': Door(lambda data, _: unpacked(data), (ImageError,)),
    'elevations': Door(of_file(lambda path: read_elevations(path, *SITE, 40.0), 'ground.tif'),
                       (ElevationFileError,)),
    'orthophoto': Door(of_file(lambda path: read_orthophoto(path, *SITE, 40.0), 'photo.tif'),
                       (ElevationFileError,)),
    'bag_messages': Door(bag_messages, (RecordingError,)),
    'jpeg': Door(jpeg, (ValueError,)),
    'run_log': Door(of_file(RunLog.load, 'log.npz'), (RecordingError,)),
    'result': Door(of_file(read_result, 'result.json'), (RecordingError,)),
    'rows': Door(of_file(read_rows, 'rows.parquet'), (RecordingError,)),
    'identity': Door(of_file(read_identity, 'campaign.json'), (RecordingError,)),
    'robot': Door(of_text(read_robot), (UrdfError,)),
    'mmgis': Door(of_file(mmgis_tracks, 'paths.json'), (RecordingError,)),
    'poses': Door(of_file(read_poses, 'poses.csv'), (RecordingError,)),
    'track': Door(of_file(read_track, 'track.csv'), (RecordingError,)),
}


class Trespass(AssertionError):
    """A parser raised what it must not, or said it at length."""


def knock(name, data, folder):
    """Hand bytes to a parser; whether it took them. Only its own refusals are allowed."""
    door = DOORS[name]
    try:
        door.read(data, folder)
    except door.refusals as error:
        lines = str(error).splitlines() or ['']
        if not lines[0].strip() or max(map(len, lines)) > LONGEST_LINE:
            raise Trespass(f'{name}: a refusal of {max(map(len, lines))} characters a line: '
                           f'{str(error)[:200]!r}') from error
        return False
    except Exception as error:
        raise Trespass(f'{name}: {type(error).__name__}: {str(error)[:200]}') from error
    return True


def corpus(name):
    """List the kept inputs of one parser, by name."""
    return sorted((CORPUS / name).glob('*'))


def mutated(data, others, rng):
    """Change some bytes as fuzzers do: flip, set, insert, repeat, cut, splice."""
    data = bytearray(data)
    for _ in range(int(rng.integers(1, 5))):
        at = int(rng.integers(0, len(data) + 1))
        length = int(rng.integers(1, 9))
        act = int(rng.integers(0, 7))
        if act == 0 and data:
            data[at % len(data)] ^= 1 << int(rng.integers(0, 8))
        elif act == 1:
            data[at:at + length] = rng.bytes(length)
        elif act == 2:
            data[at:at] = data[at:at + 4 * length] * int(rng.integers(1, 20))
        elif act == 3:
            del data[at:at + 4 * length]
        elif act == 4:
            other = others[int(rng.integers(0, len(others)))]
            start = int(rng.integers(0, len(other) + 1))
            data[at:at + 8 * length] = other[start:start + 8 * length]
        elif act == 5:
            words = (b'.nan', b'.inf', b'-1', b'1e400', b'9' * 30, b'\0', b'\xff', b'[', b'{',
                     b'"', b'null', b'Infinity', b'true', b'&a', b'*a', b'<<: ', b'!!set ',
                     b'\n', b'-')
            data[at:at + (length if at % 2 else 0)] = words[int(rng.integers(0, len(words)))]
        else:
            size = (1, 2, 4, 8)[int(rng.integers(0, 4))]
            extreme = (0, 1, 2**(8 * size - 1) - 1, 2**(8 * size - 1), 2**(8 * size) - 1)
            data[at:at + size] = extreme[int(rng.integers(0, 5))].to_bytes(size, 'little')
    return bytes(data[:200_000])


# Examples ------------------------------------------------------------------------------------

def examples(name, folder):
    """Make inputs that a parser takes: where the corpus begins."""
    made = {'frame': _frames, 'packets': _packets, 'bag': _bag, 'bag_folder': _bag,
            'bag_image': _image, 'elevations': _elevations, 'orthophoto': _orthophoto,
            'bag_messages': _bag_messages, 'jpeg': _jpeg, 'run_log': _run_log,
            'rows': _rows}.get(name)
    return [text.encode() for text in TEXTS[name]] if made is None else made(folder)


def _some_packets():
    yield RadioPacket(5, 'data', 'rte_000000001.jpg', 0, 2, b'abc', 'ingenuity', bytes(range(32)))
    yield RadioPacket(6, 'data', 'rte_000000001.jpg', 1, 2, b'defg', 'ingenuity',
                      bytes(range(32)))
    yield RadioPacket(7, 'acknowledge', 'rte_000000001.jpg', 1, 2, b'', 'perseverance',
                      bytes(range(32)))
    yield RadioPacket(8, 'telemetry', 'ingenuity', 0, 1, bytes(40), 'ingenuity', b'')


def _frames(_):
    return [encode(packet) for packet in _some_packets()]


def _packets(_):
    bodies = [encode(packet)[:-4] for packet in _some_packets()]
    return [b''.join(bytes([len(body)]) + body for body in bodies)]


def _bag(folder):
    kind = 'std_msgs/msg/String'
    with BagWriter(folder / 'made', clock=lambda: 0.0) as writer:
        for k in range(3):
            text = bytes(TYPES.serialize_cdr(TYPES.types[kind](data=f'line {k}'), kind))
            writer.write('/log', kind, BagQos(latched=True), 1000 * k, text)
    whole = (folder / 'made' / 'made_0.mcap').read_bytes()
    return [whole, whole[:len(whole) // 2]]


def _image(_):
    from ingenuity_nodes.recording.bag.images import packed
    kind = 'sensor_msgs/msg/Image'
    header = TYPES.types['std_msgs/msg/Header'](
        TYPES.types['builtin_interfaces/msg/Time'](1, 2), 'x')
    pixels = np.arange(24, dtype=np.uint8)
    image = TYPES.types[kind](header, 4, 6, 'mono8', 0, 6, pixels)
    return [packed(bytes(TYPES.serialize_cdr(image, kind)))]


def _raster(path, bands):
    import rasterio
    crs = f'+proj=eqc +lat_ts=18.5 +lat_0=0 +lon_0=77 +R={MARS_RADIUS:.0f} +units=m +no_defs'
    degree = np.pi / 180.0 * MARS_RADIUS
    x = (SITE[1] - 77.0) * degree * np.cos(np.radians(18.5))
    corner = rasterio.transform.from_origin(x - 60.0, SITE[0] * degree + 60.0, 10.0, 10.0)
    with rasterio.open(path, 'w', driver='GTiff', height=12, width=12, count=len(bands),
                       dtype=bands.dtype, crs=crs, transform=corner, compress='deflate') as file:
        file.write(bands)
        file.scales, file.offsets = (0.5,) * len(bands), (1.0,) * len(bands)
    return path.read_bytes()


def _elevations(folder):
    side = 12
    x = MARS_RADIUS * np.radians(SITE[1] - 180.0) * np.cos(np.radians(18.0))
    label = PDS3.format(record=4 * side, label=30, image=31, files=side + 30, side=side,
                        sample=-x + 0.5 * side - 0.5,
                        line=MARS_RADIUS * np.radians(SITE[0]) + 0.5 * side - 0.5)
    heights = np.arange(side**2, dtype=np.float32).reshape(1, side, side)
    return [_raster(folder / 'made.tif', heights),
            label.replace('\n', '\r\n').encode().ljust(30 * 4 * side) + heights.tobytes()]


def _orthophoto(folder):
    tones = np.arange(1, 433, dtype=np.uint16).reshape(3, 12, 12)
    return [_raster(folder / 'made.tif', tones), _raster(folder / 'made.tif', tones[:1])]


def _message(kind, **fields):
    """Fill a message with what its fields' types begin with, but for some."""
    made = TYPES.types[kind]
    plain = {'bool': False, 'string': ''}

    def empty(definition):
        form, what = int(definition[0]), definition[1]
        if form == 2:    # another message
            return _message(what)
        if form == 1:
            return plain.get(what[0], 0)
        inner, count = what
        if int(inner[0]) == 1 and inner[1][0] != 'string':
            return np.zeros(count if form == 3 else 0, inner[1][0])
        return []

    return made(**{name: fields.get(name, empty(definition))
                   for name, definition in TYPES.fielddefs[kind][1]})


def _bag_messages(_):
    line = _message('std_msgs/msg/String', data='12.5 s: ingenuity: go')
    info = _message('nav_msgs/msg/MapMetaData', resolution=0.5, width=2, height=2)
    grid = _message('nav_msgs/msg/OccupancyGrid', info=info, data=np.zeros(4, np.int8))
    points = np.array([0.1, 0.1, 3.0, 0.0, 0.2] * 2, np.float32).view(np.uint8)
    cloud = _message('sensor_msgs/msg/PointCloud2', data=points, width=2, height=1)
    stamped = _message('geometry_msgs/msg/PoseStamped')
    path = _message('nav_msgs/msg/Path', poses=[stamped, stamped])
    start = _message('std_msgs/msg/Float64MultiArray', data=np.arange(7.0))
    inputs = _message('std_msgs/msg/Float64MultiArray', data=np.arange(2.0 * WIDTH))
    features = _message('sensor_msgs/msg/PointCloud2', data=np.zeros(24, np.uint8))
    level = _message('geometry_msgs/msg/Pose', orientation=_message(
        'geometry_msgs/msg/Quaternion', w=1.0))
    odometry = _message('nav_msgs/msg/Odometry', pose=_message(
        'geometry_msgs/msg/PoseWithCovariance', pose=level))
    values = (line, grid, cloud, path, odometry, odometry, start, inputs, features)
    whole = [bytes(TYPES.serialize_cdr(value, kind))
             for value, (_, kind) in zip(values, TOPICS, strict=True)]
    return [b''.join(len(cdr).to_bytes(2, 'little') + bytes([k]) + cdr
                     for k, cdr in enumerate(whole))]


def _jpeg(_):
    import cv2
    shades = np.arange(320 * 240 * 3, dtype=np.uint32).reshape(240, 320, 3) % 251
    return [cv2.imencode(ending, shades.astype(np.uint8))[1].tobytes()
            for ending in ('.jpg', '.png')]


def _run_log(folder):
    RunLog('hop', 1, ['ingenuity']).save(folder / 'made.npz')
    return [(folder / 'made.npz').read_bytes()]


def _rows(_):
    import pyarrow
    from pyarrow import parquet
    sink = io.BytesIO()
    parquet.write_table(pyarrow.table({'run': [0, 1], 'seed': [3, 4], 'outcome': ['landed'] * 2}),
                        sink, compression='zstd')
    return [sink.getvalue()]


def _config(*names):
    return tuple((ROOT / 'config' / name).read_text() for name in names)


PDS3 = """\
PDS_VERSION_ID = PDS3
RECORD_TYPE = FIXED_LENGTH
RECORD_BYTES = {record}
FILE_RECORDS = {files}
LABEL_RECORDS = {label}
^IMAGE = {image}
TARGET_NAME = MARS
OBJECT = IMAGE_MAP_PROJECTION
 MAP_PROJECTION_TYPE = "EQUIRECTANGULAR"
 A_AXIS_RADIUS = 3396.19 <KM>
 B_AXIS_RADIUS = 3396.19 <KM>
 C_AXIS_RADIUS = 3396.19 <KM>
 POSITIVE_LONGITUDE_DIRECTION = "EAST"
 CENTER_LATITUDE = 18.0 <DEG>
 CENTER_LONGITUDE = 180.0 <DEG>
 MAP_PROJECTION_ROTATION = 0.0
 MAP_SCALE = 1.0 <METERS/PIXEL>
 LINE_PROJECTION_OFFSET = {line} <PIXEL>
 SAMPLE_PROJECTION_OFFSET = {sample} <PIXEL>
END_OBJECT = IMAGE_MAP_PROJECTION
OBJECT = IMAGE
 LINES = {side}
 LINE_SAMPLES = {side}
 BANDS = 1
 SAMPLE_TYPE = PC_REAL
 SAMPLE_BITS = 32
 MISSING_CONSTANT = 16#FF7FFFFB#
END_OBJECT = IMAGE
END
"""
SHORT = """name: hop
description: A hop.
world: {latitude: 18.4, longitude: 77.5, utc: 2021-04-25T11:31:00Z, terrain: {relief: 0.0}}
vehicles:
  - {type: ingenuity, name: ingenuity, position: [0.0, 0.0], azimuth: 84.0, flight_plan: {azimuth:
     84.0, segments: [{segment: climb, altitude: 3.0}, {segment: land}]}}
  - {type: perseverance, name: rover, position: [40.0, 0.0], azimuth: 175.0}
faults: [{fault: navcam_dropout, start: 3.0}]
"""
ROBOT = """<robot name="r"><material name="grey"><color rgba="0.5 0.5 0.5 1"/></material>
<link name="a"><visual name="v"><origin xyz="0 0 1" rpy="0 0 0"/><geometry><box size="1 2 3"/>
</geometry><material name="grey"/></visual></link><link name="b"><visual><geometry><sphere
radius="2"/></geometry></visual></link><joint name="j" type="revolute"><parent link="a"/><child
link="b"/><origin xyz="1 0 0"/><axis xyz="0 0 1"/></joint></robot>
"""
TRACK = {'type': 'FeatureCollection', 'features': [{'type': 'Feature', 'properties': {'Flight': 1},
         'geometry': {'coordinates': [[77.45, 18.44], [77.46, 18.45, 3.0]]}}]}
TEXTS = {
    'yaml': ('a: [1, 2.5e6, .inf, 2021-04-25T11:31:00Z, ~]\nb: &x {c: "d"}\ne: |\n  text\n',
             '- &a [1]\n- *a\n- {<<: {k: 1}, one: yes, two: 0x1f}\n- !!binary aGk=\n'),
    'scenario': (SHORT, *_config('scenarios/flight_01.yaml')),
    'campaign': _config('campaigns/photo_in_wind.yaml'),
    'plan': ("""{azimuth: 83.0, segments: [{segment: climb, altitude: 3.0},
  {segment: hover, duration: 5.0}, {segment: translate, north: 4.0, east: 0.0,
  speed: 1.0}, {segment: land}]}""",),
    'command': ('{vehicle: ingenuity, order: land, reason: dust}',
                '{vehicle: perseverance, drive_to: [60.0, -12.0]}',
                '{vehicle: ingenuity, order: retarget, retarget: {target: perseverance}}',
                '{vehicle: ingenuity, goals: [{goal: go_to, north: 3.0, east: 0.0}]}'),
    'fault': ('servo_stuck', '{fault: navcam_dropout, start: 3.0, magnitude: 0.5, duration: 3}'),
    'images': ('ingenuity', '{at: [1.0, 2.0, 3.0], after: 3.0, every: 1.0, count: 2}'),
    'mmgis': (json.dumps(TRACK),),
    'result': ('{"scenario": "hop", "seed": 4, "outcome": "landed", "trajectory_sha256": "ab"}',),
    'identity': ('{"campaign": {"name": "c"}, "scenario": {}, "programme": {"commit": "x"}}',),
    'robot': (ROBOT,),
    'poses': ('time_s,x_m,y_m,z_m,qx,qy,qz,qw\n0,0,0,0.2,0,0,0,1\n1,0,0,1.2,0,0,0,1\n'
              '2,0,0,2.2,0,0,0.1,1\n3,0,0,0.2,0,0,0,1\n',),
    'track': ('t_s,north_m,east_m\n0,0,0\n1.5,2,3\n2.5,4,-1e1\n',),
}
