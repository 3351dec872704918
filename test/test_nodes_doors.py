# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Every door of the nodes: whatever a message says, it is read, or refused in one line.

``INGENUITY_FUZZ`` is the number of messages for each door; a few without it.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
import math
import os
from pathlib import Path as File
import re

from hypothesis import given, HealthCheck, settings, strategies as st
import numpy as np
import pytest

rclpy_serialization = pytest.importorskip(
    'rclpy.serialization', reason='rclpy is not importable: no ROS 2 here')

from diagnostic_msgs.msg import DiagnosticArray  # noqa
from geometry_msgs.msg import (  # noqa: E402
    PointStamped, PoseStamped, Transform, TwistStamped)
from ingenuity_nodes.graph.lockstep import Answer, Tick  # noqa: E402
from ingenuity_nodes.graph.roster import Condition, Heartbeat  # noqa: E402
from ingenuity_nodes.nodes.conversions import (  # noqa: E402
    driving, images, lockstep, markers, orders, sensors, setpoints, shapes, state)
from ingenuity_nodes.nodes.conversions.maps import map_message  # noqa: E402
from ingenuity_nodes.nodes.conversions.wired import CODECS  # noqa: E402
from ingenuity_nodes.nodes.others import _angles_from  # noqa: E402
from ingenuity_nodes.nodes.refusals import LONGEST_LINE, one_line  # noqa: E402
from ingenuity_nodes.scenario.fault_section import order_from_text  # noqa: E402
from ingenuity_nodes.scenario.mast_images import image_order_from_text  # noqa: E402
from ingenuity_nodes.signals import (  # noqa: E402
    FeatureFrame, FlightOrder, HazardMap, RadioPacket, RoverPath, RoverReport, VehicleStatus)
from nav_msgs.msg import Odometry, Path  # noqa: E402
from sensor_msgs.msg import CompressedImage, JointState, Range  # noqa: E402
from std_msgs.msg import Header, String  # noqa: E402
from trajectory_msgs.msg import (  # noqa: E402
    MultiDOFJointTrajectory, MultiDOFJointTrajectoryPoint)

EXAMPLES = int(os.environ.get('INGENUITY_FUZZ', '15'))
ZERO, LEVEL = np.zeros(3), np.array([1.0, 0.0, 0.0, 0.0])
ODOMETRY = state.odometry_message(10_000_000, 'x', ZERO, LEVEL, ZERO, ZERO)
PLAN = """{azimuth: 83.0, segments: [{segment: climb, altitude: 3.0},
  {segment: hover, duration: 5.0}, {segment: land}]}"""


def status():
    values = dict.fromkeys(VehicleStatus._fields, 1.0)
    values.update(dict.fromkeys(
        ('rotor_speed', 'rotor_angle', 'collective', 'thrust'), (1.0, 1.0)),
        force_B=ZERO, moment_B=ZERO, t_ns=10, feet_on_ground=4, failure='')
    return sensors.status_message(VehicleStatus(**values))


def trajectory():
    transform = Transform()
    transform.rotation.w = 1.0
    points = [MultiDOFJointTrajectoryPoint(transforms=[transform]) for _ in range(3)]
    for k, point in enumerate(points):
        point.time_from_start.sec = k
    return MultiDOFJointTrajectory(header=Header(frame_id='map'), points=points)


FEATURES = images.features_message(
    FeatureFrame(0, np.arange(3), np.full((3, 2), 9.0), np.zeros(3, int)), 'x')
GRID = HazardMap(5, 0.0, 0.0, 0.5, np.zeros((2, 3), np.float32), np.ones((2, 3), np.float32),
                 np.zeros((2, 3), np.uint8))
RADIO = images.radio_message(RadioPacket(
    5, 'data', 'rte_000000001.jpg', 0, 2, b'abc', 'ingenuity', bytes(range(32))))
PATH = driving.path_to_message(RoverPath(((1.0, 2.0), (3.0, 4.0)), ''))
BEAT = lockstep.heartbeat_message(Heartbeat('/world', Condition.BUSY, 'x', None, 1.0, 'r'), 5)

# What a node subscribes to, by topic: a message as it should be, and how it is read.
DOORS = {
    'navcam/features': (FEATURES, lambda m: images.features_from(m, 640, 480)),
    'navcam/image_raw': (images.image_message(0, 'x', np.zeros((4, 6), np.uint8)),
                         lambda m: images.image_from(m, 6, 4)),
    'rte/image_raw/compressed': (images.jpeg_message(5, 'x', b'\xff\xd8'),
                                 lambda m: images.photo_from(m, 4208, 3120)),
    'exposure': (ODOMETRY, lambda m: state.exposure_from(m, 'navcam')),
    'ground_truth/odometry': (ODOMETRY, state.truth_from),
    'odometry': (ODOMETRY, state.estimate_from),
    'odometry for the display': (ODOMETRY, shapes.position_from),
    'vehicle_status': (status(), sensors.status_from),
    'altimeter': (Range(range=1.0), sensors.range_from),
    'fault': (String(data='x begins: y'), lambda m: state.fault_from(m, 5)),
    'faults': (String(data='{fault: navcam_dropout, start: 3.0}'),
               lambda m: order_from_text(m.data, 5)),
    'cmd_velocity': (TwistStamped(header=Header(frame_id='map')),
                     lambda m: setpoints.velocity_from(m, 'ingenuity', 0.3)),
    'cmd_trajectory': (trajectory(), lambda m: setpoints.trajectory_from(m, 'ingenuity')),
    'joint_states': (JointState(name=['a'], position=[0.5]), _angles_from),
    'cmd_vel': (TwistStamped(), lambda m: driving.drive_velocity_from(m, 'perseverance')),
    'goal_pose': (PoseStamped(header=Header(frame_id='map')), driving.goal_from),
    'path': (PATH, driving.path_from),
    'mastcam/command': (String(data='{at: ingenuity, after: 3.0, every: 1.0, count: 2}'),
                        lambda m: image_order_from_text(m.data, 5, ['ingenuity'], ['mastcam'])),
    '/mission/command': (String(data='{vehicle: ingenuity, order: abort}'), orders.outside_from),
    '/goal_pose': (PoseStamped(), orders.outside_from),
    '/clicked_point': (PointStamped(), orders.outside_from),
    '/world/tick': (lockstep.tick_message(Tick(5, {'/a': 3})), lockstep.tick_from),
    '/world/done': (lockstep.answer_message(Answer('/a', 5, {'/a': 3})), lockstep.answer_from),
    '/world/life': (BEAT, lambda m: tuple(lockstep.heartbeats_from(m))),
}
OF_WIRES = {
    'plans': String(data=PLAN), 'orders': orders.order_message(FlightOrder('abort', 'x', None)),
    'positions': ODOMETRY, 'modes': String(data='hover: x'), 'truths': ODOMETRY,
    'estimates': ODOMETRY, 'altitudes': Range(range=1.0), 'shutters': Header(),
    'maps': map_message(GRID), 'packets': RADIO, 'receipts': String(data='a b c'),
    'rover_paths': PATH,
    'reports': driving.report_message(RoverReport(5, (1.0, 2.0), 'parked', 'x'))}
DOORS.update({
    f'{sender}: {output}': (OF_WIRES[output], codec.decode)
    for (sender, output), codec in CODECS.items() if output in OF_WIRES})
# Beside numbers: REP 117 says with infinities why there is no distance, maps that nothing is known
# there; what a person points at is judged by mission control.
ANY_NUMBER = ('altimeter', 'altitudes', 'maps', '/goal_pose', '/clicked_point')

FLOATS = st.sampled_from([math.nan, math.inf, -math.inf, 1e300, -1e300, 3e38, -0.0, 5e-324]) \
    | st.floats(-1e6, 1e6)
TEXTS = st.text(st.characters(codec='utf-8', exclude_characters='\0'), max_size=60) \
    | st.sampled_from(['[' * 2000, '{' * 2000, '9' * 5000, 'nan', '.inf', '1e999', '-1', '../../x',
                       'a at inf nan, 5 ns', 'a at 1 2, 99999999999999999999999 ns',
                       '&a [*a, *a]', '!!python/object:os.system x', 'x' * 100_000, '\n' * 50,
                       'hover', 'ingenuity', 'abort', ': ', 'x y z', '-' * 3000])
BYTES = st.binary(max_size=200) | st.sampled_from([b'', bytes(10_000)])


def leaves(message):
    """List the attributes with numbers, texts or bytes: owner, name, type."""
    for name, kind in message.get_fields_and_field_types().items():
        value = getattr(message, name)
        parts = list(value)[:3] if isinstance(value, (list, tuple)) else [value]
        nested = [part for part in parts if hasattr(part, 'get_fields_and_field_types')]
        for part in nested:
            yield from leaves(part)
        if not hasattr(value, 'get_fields_and_field_types'):
            yield message, name, kind


def nasty(kind):
    """Return values that a sender may give an attribute of some type."""
    sequence = re.fullmatch(r'sequence<(.+)>|(.+)\[(\d+)\]', kind)
    if sequence is None:
        return nasty_one(kind)
    of, size = sequence[1] or sequence[2], sequence[3]
    if of in ('uint8', 'octet', 'byte'):
        return BYTES
    if '/' in of:
        return st.just([])
    if size:
        return st.lists(nasty_one(of), min_size=int(size), max_size=int(size)) if int(size) < 10 \
            else nasty_one(of).map(lambda number: [1.0] * (int(size) - 1) + [number])
    return st.lists(nasty_one(of), max_size=30)


def nasty_one(kind):
    if kind in ('double', 'float'):
        return FLOATS if kind == 'double' else FLOATS.map(np.float32).map(float)
    if kind == 'boolean':
        return st.booleans()
    if kind in ('string', 'wstring'):
        return TEXTS
    if kind in ('octet', 'byte'):
        return st.binary(min_size=1, max_size=1)
    bits = int(re.sub(r'\D', '', kind))
    low, high = (0, 2 ** bits - 1) if kind[0] == 'u' else (-2 ** (bits - 1), 2 ** (bits - 1) - 1)
    return st.sampled_from([low, high, 0, 1]) | st.integers(low, high)


def copy_of(message):
    data = rclpy_serialization.serialize_message(message)
    return rclpy_serialization.deserialize_message(data, type(message))


@st.composite
def hostile(draw, message):
    """Change up to four attributes of a message as it should be."""
    message = copy_of(message)
    for _ in range(draw(st.integers(1, 4))):
        found = list(leaves(message))
        if not found:
            return message
        owner, name, kind = draw(st.sampled_from(found))
        try:
            setattr(owner, name, draw(nasty(kind)))
        except (AssertionError, TypeError, ValueError):
            continue    # nor could a sender write it
    return message


def numbers_in(value):
    """Iterate over the numbers in what was read."""
    if isinstance(value, np.ndarray):
        yield from (float(number) for number in value.ravel()) if value.dtype.kind == 'f' else ()
    elif isinstance(value, (float, np.floating)):
        yield float(value)
    elif is_dataclass(value):
        for field in fields(value):
            yield from numbers_in(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from numbers_in(part)
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from numbers_in(part)


@pytest.mark.parametrize('topic', DOORS)
def test_what_a_message_should_be_is_read(topic):
    message, read = DOORS[topic]
    read(copy_of(message))


@pytest.mark.parametrize('topic', DOORS)
@settings(max_examples=EXAMPLES, derandomize=EXAMPLES < 100,
          suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_a_message_says_it_is_read_or_refused_in_one_line(topic, data):
    message, read = DOORS[topic]
    try:
        value = read(data.draw(hostile(message)))
    except ValueError as error:
        line = one_line(error)
        assert line and '\n' not in line and len(line) <= LONGEST_LINE
        return
    if not any(word in topic for word in ANY_NUMBER):
        assert all(map(math.isfinite, numbers_in(value)))
        assert all(abs(number) < 1e15 for number in numbers_in(value))


def test_no_subscription_is_forgotten():
    of_nodes = File(markers.__file__).parent.parent
    known = {CompressedImage, DiagnosticArray, Odometry, Path, JointState} | {
        type(message) for message, _ in DOORS.values()}
    names = {kind.__name__ for kind in known} | {
        'Clock', 'Empty', 'Float64'}    # which no node reads numbers of, or cannot misread
    for path in of_nodes.glob('*.py'):
        found = re.findall(
            r'(?:create_subscription|subscribe)\(\s*([A-Z]\w+),', path.read_text())
        assert set(found) <= names, path.name
